"""Settings are taken whole or refused with every cause at once, and no secret of theirs is ever shown."""

import base64
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from config.document import BadDocument
from config.folder import Folder, create_folder, read_env
from config.settings import Settings, load_settings

DATA_KEY = base64.b64encode(bytes(range(32))).decode()
ADMIN_KEY = "admin-key-of-twenty"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
SECURITY = f"security: {{data_key: {DATA_KEY}, admin_key: {ADMIN_KEY}}}"
WECOM = (
    f"wecom: {{corp_id: ww012, agent_id: 1, secret: s3cr3t, callbacks: {{app: {{token: tok3n, aes_key: {AES_KEY}}}}}}}"
)
SMALLEST = f"corp: acme\n{SECURITY}\n{WECOM}\n"

Written = Callable[..., Settings]


@pytest.fixture
def settings(tmp_path: Path) -> Written:
    """Settings read from a text, with these environment variables and this .env."""

    def read(text: str, environ: dict[str, str] | None = None, env: str = "") -> Settings:
        folder = Folder(tmp_path)
        folder.settings.write_text(text, "utf-8")
        folder.env.write_text(env, "utf-8")
        return load_settings(folder, environ or {})

    return read


@pytest.fixture
def refusals(settings: Written, tmp_path: Path) -> Callable[..., list[str]]:
    """The lines with which a text is refused, without the folder's path."""

    def read(text: str, environ: dict[str, str] | None = None, env: str = "") -> list[str]:
        with pytest.raises(BadDocument) as refused:
            settings(text, environ, env)
        return str(refused.value).replace(f"{tmp_path}/", "").splitlines()

    return read


def test_the_smallest_file_is_filled_with_defaults(settings: Written, tmp_path: Path) -> None:
    found = settings(SMALLEST)
    assert (found.server.host, found.server.port, found.server.public_url) == (
        "127.0.0.1", 8080, "http://127.0.0.1:8080",
    )  # fmt: skip
    assert found.wecom is not None and found.wecom.api_base == "https://qyapi.weixin.qq.com"
    assert found.data_key() == bytes(range(32))
    assert found.store_url(Folder(tmp_path)) == f"sqlite:///{tmp_path}/data/leadbot.db"


@pytest.mark.parametrize(
    ("removed", "line"),
    [
        ("corp: acme\n", "leadbot.yaml:1:1: corp: is missing; it must be set"),
        (f"{SECURITY}\n", "leadbot.yaml:1:1: security: is missing; it must be set"),
        (f"{WECOM}\n", "leadbot.yaml:1:1: at least one of wecom and dingtalk must be set"),
        (f"data_key: {DATA_KEY}, ", "leadbot.yaml:2:1: security.data_key: is missing; it must be set"),
        ("corp_id: ww012, ", "leadbot.yaml:3:1: wecom.corp_id: is missing; it must be set"),
        (", secret: s3cr3t", "leadbot.yaml:3:1: wecom.secret: is missing; it must be set"),
        ("token: tok3n, ", "leadbot.yaml:3:66: wecom.callbacks.app.token: is missing; it must be set"),
    ],
)
def test_what_must_be_set_is_missed_at_its_place(refusals: Callable[..., list[str]], removed: str, line: str) -> None:
    assert removed in SMALLEST
    assert refusals(SMALLEST.replace(removed, "")) == [line]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (DATA_KEY, "AAAA", "data_key: the data key must be base64 of 32 bytes (init makes one); this one has 3"),
        (DATA_KEY, "not-base64!", "security.data_key: the data key must be base64 of 32 bytes (init makes one)"),
        (ADMIN_KEY, "short", "security.admin_key: the admin key needs at least 16 characters (init makes one)"),
        (AES_KEY, AES_KEY[:-1], "an EncodingAESKey is exactly 43 letters and digits; this one has 42 characters"),
        (AES_KEY, AES_KEY + "=", "an EncodingAESKey is exactly 43 letters and digits; this one has 44 characters"),
        ("tok3n", "t-k", "app.token: a Token is 3 to 32 letters and digits, as shown in the console"),
        ("tok3n", "x" * 33, "a Token is 3 to 32 letters and digits"),
        ("s3cr3t", '"  "', "wecom.secret: must not be empty"),
        ("agent_id: 1", "agent_id: 0", "wecom.agent_id: Input should be greater than or equal to 1"),
        ("agent_id: 1", "agent_id: abc", "wecom.agent_id: Input should be a valid integer"),
        ("corp: acme", "corp: Acme GmbH", "leadbot.yaml:1:1: corp: String should match pattern"),
        ("corp: acme", "corp: 2026", "corp: Input should be a valid string; put it in quotes; found: '2026'"),
        ("{app:", "{App-1:", "wecom.callbacks.App-1: String should match pattern"),
        ("ww012,", "ww012, api_base: qyapi.weixin.qq.com,", "wecom.api_base: must be a whole address"),
        ("corp: acme", "corp: acme\nserver: {port: 70000}", "leadbot.yaml:2:10: server.port: Input should be"),
        ("corp: acme", "corp: acme\nserver: {host: }", "server.host: Input should be a valid string"),
        ("corp: acme", "corp: acme\nserver: {public_url: crm.example.com}", "public_url: must be a whole address"),
        ("corp: acme", "corp: acme\nserver: {public_url: 'https:///x'}", "found: 'https:///x'"),
        ("corp: acme", "corp: acme\nstore: {url: data/leadbot.db}", "store.url: must be sqlite:///data/leadbot.db or"),
        ("corp: acme", "corp: acme\ndingtalk: {mode: push}", "dingtalk.corp_id: is missing"),
        ("corp: acme", "corp: acme\nservr: {}", "leadbot.yaml:2:1: servr: unknown key; did you mean server?"),
        ("agent_id:", "agentid: 5, agent_id:", "wecom.agentid: unknown key; did you mean agent_id?"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_cure(refusals: Callable[..., list[str]], old: str, new: str, told: str) -> None:
    assert old in SMALLEST
    lines = refusals(SMALLEST.replace(old, new))
    assert told in "\n".join(lines)
    assert all(re.match(r"leadbot\.yaml:\d+:\d+: ", line) for line in lines)


def test_everything_wrong_is_told_at_once(refusals: Callable[..., list[str]]) -> None:
    text = SMALLEST.replace("tok3n", "x").replace(ADMIN_KEY, "short") + "server: {prot: 1, port: x}\n"
    assert len(refusals(text)) == 4


def test_the_environment_wins_over_the_env_file(settings: Written) -> None:
    text = SMALLEST.replace("tok3n", "env:T").replace("agent_id: 1", "agent_id: env:AGENT")
    env = "T=fromfile\nAGENT=7\n"
    assert _token(settings(text, {}, env)) == "fromfile"
    found = settings(text, {"T": "fromenv", "LEADBOT_SERVER_PORT": "1"}, env)
    assert _token(found) == "fromenv" and found.wecom is not None and found.wecom.agent_id == 7
    assert found.server.port == 8080  # nothing overrides a key that does not ask for it


def _token(settings: Settings) -> str:
    assert settings.wecom is not None
    return settings.wecom.callbacks["app"].token.get_secret_value()


def test_a_missing_variable_names_the_line_and_the_cure(refusals: Callable[..., list[str]]) -> None:
    text = SMALLEST.replace(DATA_KEY, "env:DK").replace("tok3n", "env:T")
    cure = "=… into .env beside this file or into the environment"
    assert refusals(text) == [
        f"leadbot.yaml:2:12: security.data_key: DK is not set; put DK{cure}",
        f"leadbot.yaml:3:72: wecom.callbacks.app.token: T is not set; put T{cure}",
    ]
    assert refusals(SMALLEST.replace("s3cr3t", "env:S"), {"S": ""}) == [
        "leadbot.yaml:3:38: wecom.secret: must not be empty"
    ]


@pytest.mark.parametrize("written", ["env:", "env:my-key-of-many-letters", "env: WECOM_SECRET", "env:2ND_KEY_OF_OURS"])
def test_what_is_no_name_after_env_is_no_secret_either(refusals: Callable[..., list[str]], written: str) -> None:
    (told,) = refusals(SMALLEST.replace(ADMIN_KEY, f"'{written}'"))
    assert "security.admin_key: after env: stands the name of a variable" in told and "such as env:WECOM_SECRET" in told


def test_a_network_is_asked_for_in_words(refusals: Callable[..., list[str]]) -> None:
    told = refusals(SMALLEST + "webhooks: {allow: [10.1.1.1/8, inside]}\n")
    assert [line.partition("webhooks.")[2] for line in told] == [
        "allow[0]: must be a network such as 10.1.0.0/16; did you mean 10.0.0.0/8?; found: '10.1.1.1/8'",
        "allow[1]: must be a network such as 10.1.0.0/16; found: 'inside'",
    ]
    assert "must be a list" in refusals(SMALLEST + "webhooks: {allow: 10.0.0.0/8}\n")[0]


def test_only_a_whole_value_is_taken_from_the_environment(settings: Written) -> None:
    found = settings(SMALLEST.replace("tok3n", "env:T") + "sms: {url: 'https://x/env:T'}\n", {"T": "abcdef"})
    assert found.sms is not None and found.sms.url.get_secret_value() == "https://x/env:T"


@pytest.mark.parametrize(
    ("url", "used"),
    [
        ("sqlite:///data/leadbot.db", "sqlite:///{root}/data/leadbot.db"),
        ("sqlite:///other.db", "sqlite:///{root}/other.db"),
        ("sqlite:////srv/acme/leadbot.db", "sqlite:////srv/acme/leadbot.db"),
        ("postgresql://bot:pw@db.example.com/leads", "postgresql://bot:pw@db.example.com/leads"),
    ],
)
def test_a_relative_store_is_inside_the_folder(settings: Written, tmp_path: Path, url: str, used: str) -> None:
    found = settings(f"{SMALLEST}store: {{url: '{url}'}}\n")
    assert found.store_url(Folder(tmp_path)) == used.format(root=tmp_path)


SECRET_WORDS = ("HUSH1", "HUSH2", "HUSH3", "HUSH4", "HUSH5", "HUSH6")
OTHERS = """
store: {url: "postgresql://bot:HUSH1@db/leads"}
mail: {url: "smtp://bot:HUSH2@mail:587", from: "市场部 <news@example.com>"}
sms: {url: "https://sms.example.com/send?key=HUSH3"}
dingtalk: {corp_id: ding, client_id: abc, client_secret: HUSH4, card_secret: HUSH5}
"""


def test_no_secret_is_shown_when_settings_are_printed(settings: Written) -> None:
    text = SMALLEST.replace("callbacks:", "groups: {销售群: 'https://qy.example.com/send?key=HUSH6-0123'}, callbacks:")
    found = settings(text + OTHERS)
    assert found.wecom is not None and found.wecom.groups["销售群"].get_secret_value() == "HUSH6-0123"
    shown = f"{found!r} {found} {found.model_dump()} {found.model_dump_json()}"
    for word in (*SECRET_WORDS, DATA_KEY, ADMIN_KEY, AES_KEY, "tok3n", "s3cr3t"):
        assert word not in shown


def test_no_secret_is_shown_when_settings_are_refused(refusals: Callable[..., list[str]]) -> None:
    text = (
        SMALLEST.replace("tok3n", "HUSH!tok").replace(AES_KEY, "HUSHaes").replace(ADMIN_KEY, "HUSHadmin")
        .replace(DATA_KEY, "HUSHdata").replace("callbacks:", "groups: {销售群: HUSH+group}, callbacks:")
        + OTHERS.replace("postgresql://bot", "mysql://bot").replace("https://sms", "sms").replace("HUSH4", '""')
    )  # fmt: skip
    lines = refusals(text)
    assert len(lines) == 8
    assert all("HUSH" not in line for line in refusals(SMALLEST.replace("tok3n", "!HUSH")))
    assert "HUSH" not in "\n".join(lines)
    assert any("wecom.groups.销售群: paste the Webhook address of the group's 消息推送" in line for line in lines)


def test_a_file_saved_in_another_encoding_is_refused_with_its_line(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.settings.write_bytes(f"{SMALLEST}# 公司\n".encode("gbk"))
    with pytest.raises(BadDocument, match=r"leadbot\.yaml:4:1: is not UTF-8 text; save the file as UTF-8"):
        load_settings(folder, {})


def test_the_errors_that_the_page_shows_are_the_real_ones(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "settings.md").read_text("utf-8")
    typo, missing = re.findall(r"^leadbot\.yaml:.+$", page, re.MULTILINE)
    folder = create_folder(tmp_path / "acme").folder
    whole = folder.settings.read_text("utf-8")
    folder.env.write_text("".join(f"{k}={v}\n" for k, v in read_env(folder.env).items() if k != "LEADBOT_DATA_KEY"))
    with pytest.raises(BadDocument) as refused:
        load_settings(folder, {})
    assert str(refused.value) == f"{folder.root}/{missing}"
    folder.settings.write_text(whole.replace("  port: 8080", "  prot: 8080"), "utf-8")
    with pytest.raises(BadDocument) as refused:
        load_settings(folder, {"LEADBOT_DATA_KEY": DATA_KEY})
    assert str(refused.value) == f"{folder.root}/{typo}"
