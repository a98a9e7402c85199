"""A new company's folder: complete, in Chinese, with its own keys, private, never over another."""

import base64
import stat
import string
from pathlib import Path

import pytest

from config.document import BadDocument
from config.folder import Folder, FolderTaken, NoFolder, create_folder, random_aes_key, read_env
from config.settings import load_settings


def mode(path: Path) -> int:
    """The permission bits of a file."""
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_folder_has_everything_commented_in_chinese(tmp_path: Path) -> None:
    created = create_folder(tmp_path / "new" / "acme")
    folder = created.folder.check()
    for path in (folder.settings, folder.rules, folder.members, folder.env):
        text = path.read_text("utf-8")
        assert any("\u4e00" <= character <= "\u9fff" for line in text.splitlines() for character in line if "#" in line)
        assert "$" not in text
    assert folder.content.is_dir() and folder.data.is_dir() and folder.public.is_dir()
    assert sorted(created.callbacks.values()) == [
        "/callback/dingtalk/card", "/callback/dingtalk/events", "/callback/dingtalk/robot",
        "/callback/wecom/app", "/callback/wecom/contact", "/callback/wecom/kf",
    ]  # fmt: skip


def test_dingtalk_is_switched_on_by_taking_the_marks_away(tmp_path: Path) -> None:
    folder = create_folder(tmp_path / "acme").folder
    text = folder.settings.read_text("utf-8")
    on = text.replace("# dingtalk:", "dingtalk:").replace("\n#   ", "\n  ")
    on = on.replace('client_id: ""', "client_id: dingabc").replace('robot_code: ""', "robot_code: dingabc")
    folder.settings.write_text(on.replace("agent_id: 0 ", "agent_id: 123 "), "utf-8")
    settings = load_settings(folder, {})
    assert settings.wecom is not None and settings.dingtalk is not None and settings.dingtalk.events is not None
    made = read_env(folder.env)
    assert settings.dingtalk.events.token.get_secret_value() == made["DINGTALK_TOKEN"]
    assert settings.dingtalk.events.aes_key.get_secret_value() == made["DINGTALK_AES_KEY"]


def test_secrets_and_data_are_private_from_the_first_byte(tmp_path: Path) -> None:
    folder = create_folder(tmp_path / "acme").folder
    assert mode(folder.env) == 0o600 and mode(folder.data) == 0o700


def test_an_empty_folder_may_be_used_and_a_full_one_never(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    create_folder(tmp_path / "empty")
    full = tmp_path / "full"
    full.mkdir()
    (full / "members.csv").write_text("ours", "utf-8")
    with pytest.raises(FolderTaken, match=r"is not empty; choose a new folder, nothing was changed"):
        create_folder(full)
    assert [(path.name, path.read_text("utf-8")) for path in full.iterdir()] == [("members.csv", "ours")]
    with pytest.raises(FolderTaken):
        create_folder(full / "members.csv")  # a file stands there


def test_the_same_command_twice_keeps_the_first_keys(tmp_path: Path) -> None:
    folder = create_folder(tmp_path / "acme").folder
    before = folder.env.read_bytes()
    with pytest.raises(FolderTaken):
        create_folder(tmp_path / "acme")
    assert folder.env.read_bytes() == before


def test_every_folder_has_keys_of_its_own(tmp_path: Path) -> None:
    one, other = (read_env(create_folder(tmp_path / name).folder.env) for name in ("a", "b"))
    generated = {name for name in one if not name.endswith("_SECRET")}
    values = [keys[name] for keys in (one, other) for name in generated]
    assert one.keys() == other.keys() and len(values) == len(set(values)) == 20
    assert len(base64.b64decode(one["LEADBOT_DATA_KEY"], validate=True)) == 32
    for name in generated:
        if name.endswith("AES_KEY"):
            assert len(one[name]) == 43 and one[name].isalnum() and len(base64.b64decode(one[name] + "=")) == 32
        if name.endswith("TOKEN"):
            assert 3 <= len(one[name]) <= 32 and set(one[name]) <= set(string.ascii_letters + string.digits)


def test_an_encoding_aes_key_is_always_letters_and_digits() -> None:
    assert all(len(key) == 43 and key.isalnum() for key in (random_aes_key() for _ in range(200)))


@pytest.mark.parametrize("template", ["nobody", "../default", "default/..", ""])
def test_a_template_that_does_not_exist_is_told_with_those_that_do(tmp_path: Path, template: str) -> None:
    with pytest.raises(NoFolder, match=r"there is no template .*; known: consumer, default, education"):
        create_folder(tmp_path / "acme", template=template)
    assert not (tmp_path / "acme").exists()


def test_a_folder_without_settings_is_no_company(tmp_path: Path) -> None:
    with pytest.raises(NoFolder, match=r"make one with: init"):
        Folder(tmp_path).check()


def test_the_env_file_is_read_as_people_write_it(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    assert read_env(path) == {}
    path.write_bytes(
        "\ufeff# 密钥\r\n\r\nA=1\r\nexport B = two words \r\nC='quoted'\nD=\"x=y\"\nE=\nF='\nno equals sign\n"
        "#G=1\nA=last\nH=a#b\n".encode()
    )
    assert read_env(path) == {
        "A": "last", "B": "two words", "C": "quoted", "D": "x=y", "E": "", "F": "'", "H": "a#b",
    }  # fmt: skip


def test_an_env_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_bytes("# 密钥\nA=1\n".encode("gbk"))
    with pytest.raises(BadDocument, match=r"\.env:1:1: is not UTF-8 text"):
        read_env(path)
