"""R-H6: with keys that anyone could guess, or that cannot be right, nothing starts: a line says where and why."""

import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from config.folder import Folder, create_folder
from tests.bot.served import python_m_bot
from tests.sides import DINGTALK

KEY = "4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij"
APP = "    app: {token: env:WECOM_TOKEN, aes_key: env:WECOM_AES_KEY}"
CONSOLE = "console"
WECOM: dict[str, tuple[str, str, str, str]] = {  # name → (what stands there, what instead, key, words of the cure)
    "empty token": ("token: env:WECOM_TOKEN", 'token: ""', "wecom.callbacks.app.token", CONSOLE),
    "no token": (APP, f"    app: {{aes_key: {KEY}}}", "wecom.callbacks.app.token", "must be set"),
    "null token": ("token: env:WECOM_TOKEN", "token: null", "wecom.callbacks.app.token", "string"),
    "token of blanks": ("token: env:WECOM_TOKEN", 'token: "   "', "wecom.callbacks.app.token", CONSOLE),
    "token None": ("token: env:WECOM_TOKEN", "token: None", "wecom.callbacks.app.token", "placeholder"),
    "the word token": ("token: env:WECOM_TOKEN", "token: TOKEN", "wecom.callbacks.app.token", "placeholder"),
    "your token": ("token: env:WECOM_TOKEN", "token: YourToken", "wecom.callbacks.app.token", "placeholder"),
    "crosses": ("token: env:WECOM_TOKEN", "token: xxxxxxxx", "wecom.callbacks.app.token", "placeholder"),
    "token in Chinese": ("token: env:WECOM_TOKEN", "token: 请填入Token", "wecom.callbacks.app.token", CONSOLE),
    "key of 42": ("env:WECOM_AES_KEY", KEY[:-1], "wecom.callbacks.app.aes_key", "this one has 42 characters"),
    "key of 44": ("env:WECOM_AES_KEY", KEY + "a", "wecom.callbacks.app.aes_key", "this one has 44 characters"),
    "key with =": ("env:WECOM_AES_KEY", f'"{KEY}="', "wecom.callbacks.app.aes_key", "43 letters and digits"),
    "other signs": ("env:WECOM_AES_KEY", f'"{KEY[:-2]}-_"', "wecom.callbacks.app.aes_key", "43 letters and digits"),
    "key with blanks": ("env:WECOM_AES_KEY", f'"{KEY[:-2]}  "', "wecom.callbacks.app.aes_key", "43 letters and digits"),
    "empty key": ("env:WECOM_AES_KEY", '""', "wecom.callbacks.app.aes_key", "43 letters and digits"),
    "null key": ("env:WECOM_AES_KEY", "null", "wecom.callbacks.app.aes_key", "string"),
    "key of crosses": ("env:WECOM_AES_KEY", "x" * 43, "wecom.callbacks.app.aes_key", "placeholder"),
    "key in full width": ("env:WECOM_AES_KEY", "１" * 43, "wecom.callbacks.app.aes_key", "43 letters and digits"),
    "no receive id": ("  corp_id: ww0000000000000000", "", "wecom.corp_id", "must be set"),
    "empty receive id": ("corp_id: ww0000000000000000", 'corp_id: ""', "wecom.corp_id", "match"),
    "null receive id": ("corp_id: ww0000000000000000", "corp_id: null", "wecom.corp_id", "string"),
    "receive id in Chinese": ("corp_id: ww0000000000000000", "corp_id: 企业ID", "wecom.corp_id", "match"),
    "no callbacks": (APP, "    {}", "wecom.callbacks", ""),
    "empty data key": ("env:LEADBOT_DATA_KEY", '""', "security.data_key", "base64 of 32 bytes"),
    "short data key": ("env:LEADBOT_DATA_KEY", "AAAA", "security.data_key", "base64 of 32 bytes"),
    "data key that is no base64": ("env:LEADBOT_DATA_KEY", "changeme!", "security.data_key", "base64 of 32 bytes"),
    "empty admin key": ("env:LEADBOT_ADMIN_KEY", '""', "security.admin_key", "16 characters"),
    "short admin key": ("env:LEADBOT_ADMIN_KEY", "admin", "security.admin_key", "16 characters"),
    "no variable": ("env:WECOM_TOKEN", "env:NOBODY", "wecom.callbacks.app.token", "put NOBODY=… into .env"),
}  # fmt: skip
EVENTS = "events: {token: eventtoken, aes_key: 4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij}"
DING: dict[str, tuple[str, str, str, str]] = {
    "empty token": ("token: eventtoken", 'token: ""', "dingtalk.events.token", CONSOLE),
    "null token": ("token: eventtoken", "token: null", "dingtalk.events.token", "string"),
    "the word token": ("token: eventtoken", "token: token", "dingtalk.events.token", "placeholder"),
    "key of 42": (KEY, KEY[:-1], "dingtalk.events.aes_key", "this one has 42 characters"),
    "key of 44": (KEY, KEY + "a", "dingtalk.events.aes_key", "this one has 44 characters"),
    "key of noughts": (KEY, f'"{"0" * 43}"', "dingtalk.events.aes_key", "placeholder"),
    "half a subscription": (EVENTS, "events: {token: eventtoken}", "dingtalk.events.aes_key", "must be set"),
    "empty owner": ("client_id: dingabc", 'client_id: ""', "dingtalk.client_id", "match"),
    "no owner": ("  client_id: dingabc\n", "", "dingtalk.client_id", "must be set"),
    "empty secret": ("client_secret: a-secret-of-dingtalk", 'client_secret: ""', "dingtalk.client_secret", "empty"),
    "blank secret": ("client_secret: a-secret-of-dingtalk", 'client_secret: "  "', "dingtalk.client_secret", "empty"),
    "null secret": ("client_secret: a-secret-of-dingtalk", "client_secret: null", "dingtalk.client_secret", "string"),
    "null secret of cards": ("card_secret: a-secret-of-cards", "card_secret: null", "dingtalk.card_secret", "string"),
}  # fmt: skip
CASES = [("wecom", name) for name in WECOM] + [("dingtalk", name) for name in DING]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder fresh from init, to copy."""
    return create_folder(tmp_path_factory.mktemp("fresh") / "acme").folder.root


def spoilt(fresh: Path, root: Path, side: str, name: str) -> tuple[Folder, str, str]:
    """A folder with one thing wrong; its key and the words of its cure."""
    old, new, key, cure = (WECOM if side == "wecom" else DING)[name]
    folder = Folder(shutil.copytree(fresh, root / "acme"))
    text = folder.settings.read_text("utf-8")
    if side == "dingtalk":
        text = text[: text.index("wecom:")] + DINGTALK.format(mode="http", base="http://127.0.0.1:9", template="")
    if name == "no callbacks":
        text = text[: text.index("    app:")] + "    {}\n"
        old = new = "{}"
    assert old in text
    folder.settings.write_text(text.replace(old, new, 1), "utf-8")
    return folder, key, cure


def assert_refused(folder: Folder, status: int, out: str, err: str, key: str, cure: str) -> None:
    told = re.search(rf"leadbot\.yaml:\d+:\d+: {re.escape(key)}: (.*)", out + err)
    assert status == 1 and told is not None and cure in told[1], (status, out, err)
    assert "Traceback" not in out + err
    for secret in (KEY, KEY[:-1], "eventtoken", "a-secret-of-dingtalk"):
        assert secret not in out + err
    assert not list((folder.root / "data").glob("*.db*")), "no store was made"


@pytest.mark.feature("P7")
@pytest.mark.parametrize("command", ["serve", "doctor"])
@pytest.mark.parametrize(("side", "name"), CASES)
def test_it_does_not_start(fresh: Path, tmp_path: Path, side: str, name: str, command: str) -> None:
    folder, key, cure = spoilt(fresh, tmp_path, side, name)
    done = CliRunner().invoke(app, [command, str(folder.root)])
    assert_refused(folder, done.exit_code, done.stdout, done.stderr, key, cure)


def test_a_process_of_its_own_ends_with_1_and_says_why(fresh: Path, tmp_path: Path) -> None:
    folder, key, cure = spoilt(fresh, tmp_path, "wecom", "empty token")
    process = python_m_bot("serve", folder.root)
    out, err = process.communicate(timeout=60)
    assert_refused(folder, process.returncode, out, err, key, cure)
