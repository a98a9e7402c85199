"""The settings of an installation: addresses, keys and platforms, read from leadbot.yaml."""

import base64
import binascii
import contextlib
import ipaddress
import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, StringConstraints, model_validator

from config.address import Network
from config.channel import Channel
from config.connector import Connector
from config.document import BadDocument, Document, Path, Problem, load, read_text, validate
from config.folder import Folder, read_env
from config.road import Mail, Sms
from config.section import Setting as Section

PLACEHOLDERS = {
    "token", "yourtoken", "mytoken", "none", "null", "nil", "undefined", "test", "example", "changeme", "todo", "abc",
    "123", "123456", "12345678", "password", "secret",
}  # fmt: skip
ENV = re.compile(r"env:([A-Za-z_][A-Za-z0-9_]*)")


def _token(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[A-Za-z0-9]{3,32}", value.get_secret_value()):
        raise ValueError("a Token is 3 to 32 letters and digits, as shown in the console")
    _not_made_up(value.get_secret_value(), signs=2)
    return value


def _aes_key(value: SecretStr) -> SecretStr:
    key = value.get_secret_value()
    if not re.fullmatch(r"[A-Za-z0-9]{43}", key):
        raise ValueError(f"an EncodingAESKey is exactly 43 letters and digits; this one has {len(key)} characters")
    _not_made_up(key, signs=8)
    return value


def _not_made_up(key: str, *, signs: int) -> None:
    """Raises ValueError for what stands in instructions in place of a key, or has fewer than so many different signs:

    with a key that anyone can guess, anyone can sign.
    """
    if key.lower() in PLACEHOLDERS or len(set(key)) < signs:
        raise ValueError("this is a placeholder that anyone can guess; paste the real one from the console")


def _data_key(value: SecretStr) -> SecretStr:
    try:
        raw = base64.b64decode(value.get_secret_value(), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("the data key must be base64 of 32 bytes (init makes one)") from None
    if len(raw) != 32:
        raise ValueError(f"the data key must be base64 of 32 bytes (init makes one); this one has {len(raw)}")
    return value


def _filled(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().strip():
        raise ValueError("must not be empty")
    return value


def _filled_or_none(value: SecretStr) -> SecretStr:
    return _filled(value) if value.get_secret_value() else value


def _admin_key(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < 16:
        raise ValueError("the admin key needs at least 16 characters (init makes one)")
    return value


def _store_url(value: SecretStr) -> SecretStr:
    """Secret as a whole, because the URL of a server carries its password."""
    if not re.fullmatch(r"(sqlite:///|postgresql://)\S+", value.get_secret_value()):
        raise ValueError("must be sqlite:///data/leadbot.db or postgresql://user:password@host/name")
    return value


def _http_url(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", value):
        raise ValueError("must be a whole address such as https://crm.example.com")
    return value


def _secret_url(value: SecretStr) -> SecretStr:
    _http_url(value.get_secret_value())
    return value


def _group_key(value: SecretStr) -> SecretStr:
    """The key of a group's 消息推送, or the whole address that the console shows."""
    key = value.get_secret_value().strip().rpartition("key=")[2]
    if not re.fullmatch(r"[A-Za-z0-9-]{8,64}", key):
        raise ValueError("paste the Webhook address of the group's 消息推送, or the part after key=")
    return SecretStr(key)


HttpUrl = Annotated[str, AfterValidator(_http_url)]
StoreUrl = Annotated[SecretStr, AfterValidator(_store_url)]
Token = Annotated[SecretStr, AfterValidator(_token)]
AesKey = Annotated[SecretStr, AfterValidator(_aes_key)]
Secret = Annotated[SecretStr, AfterValidator(_filled)]
GroupKey = Annotated[SecretStr, AfterValidator(_group_key)]
GroupName = Annotated[str, StringConstraints(pattern=r"^[^\s:]{1,40}$")]
CallbackName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,40}$")]
ChannelName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
CorpName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,40}$")]


class Server(Section):
    """Where we listen, and how the world reaches us."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=1, le=65535)
    public_url: HttpUrl = "http://127.0.0.1:8080"


class StoreSettings(Section):
    """Where the rows are; a relative SQLite path is relative to the folder."""

    url: StoreUrl = SecretStr("sqlite:///data/leadbot.db")
    takeover_seconds: Annotated[int, Field(ge=15, le=60)] = 60  # longer than any call to a platform may take


class Security(Section):
    """The key that seals personal data, and the administrator's key for the API."""

    data_key: Annotated[SecretStr, AfterValidator(_data_key)]
    admin_key: Annotated[SecretStr, AfterValidator(_admin_key)]


class Callback(Section):
    """One callback of a platform with its own keys."""

    token: Token
    aes_key: AesKey


class WeComSettings(Section):
    """A self-built app inside one corp."""

    corp_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{3,64}$")]
    agent_id: int = Field(ge=1)
    secret: Secret
    api_base: HttpUrl = "https://qyapi.weixin.qq.com"
    oauth_base: HttpUrl = "https://open.weixin.qq.com"
    sso_base: HttpUrl = "https://login.work.weixin.qq.com"
    callbacks: dict[CallbackName, Callback] = Field(min_length=1)
    groups: dict[GroupName, GroupKey] = Field(default_factory=dict)


class OfficialAccount(Section):
    """A 公众号 (服务号 or 订阅号) that tells us what its followers do; without aes_key in the clear (明文模式).

    With `secret` who has just written to it is answered there as well.
    """

    app_id: Annotated[str, StringConstraints(pattern=r"^wx[0-9a-f]{16}$")]
    token: Token
    aes_key: AesKey | None = None
    secret: Secret | None = None
    api_base: HttpUrl = "https://api.weixin.qq.com"


class MonthlyQuota(Section):
    """What DingTalk's edition allows the organisation: calls and pushes a month, calls a second."""

    api: int = Field(default=5000, ge=1)
    webhook: int = Field(default=3000, ge=1)
    qps: int = Field(default=20, ge=1)


class DingTalkSettings(Section):
    """An internal app inside one DingTalk organisation."""

    corp_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{3,64}$")]
    client_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{3,64}$")]
    client_secret: Secret
    agent_id: int | None = None
    robot_code: str = ""
    mode: Annotated[str, StringConstraints(pattern=r"^(http|stream)$")] = "http"
    api_base: HttpUrl = "https://api.dingtalk.com"
    oapi_base: HttpUrl = "https://oapi.dingtalk.com"
    login_base: HttpUrl = "https://login.dingtalk.com"
    card_template_id: str = ""
    card_secret: Annotated[SecretStr, AfterValidator(_filled_or_none)] = SecretStr("")
    events: Callback | None = None
    groups: dict[GroupName, Annotated[str, StringConstraints(pattern=r"^\S{8,128}$")]] = Field(default_factory=dict)
    group_template_id: str = ""
    quota: MonthlyQuota = MonthlyQuota()
    ding: bool = False
    todo: bool = False


class Enrichment(Section):
    """A register of companies that is asked over HTTP: {company} in the address is the company's name."""

    name: Annotated[str, StringConstraints(pattern=r"^\S{1,20}$")]
    url: Annotated[SecretStr, AfterValidator(_secret_url)]
    headers: dict[str, SecretStr] = Field(default_factory=dict)
    fields: dict[Annotated[str, StringConstraints(pattern=r"^(industry|scale|capital|status|risk)$")], str] = Field(
        min_length=1
    )
    timeout_s: int = Field(default=5, ge=1, le=30)
    cache_days: int = Field(default=90, ge=1, le=3650)


def _network(value: Any) -> Any:
    try:
        return ipaddress.ip_network(value)
    except ValueError:
        meant = ""
        with contextlib.suppress(ValueError):
            meant = f"; did you mean {ipaddress.ip_network(value, strict=False)}?"
        raise ValueError(f"must be a network such as 10.1.0.0/16{meant}") from None


class Webhooks(Section):
    """What our own webhooks may reach besides the open internet: networks such as 10.1.0.0/16."""

    allow: tuple[Annotated[Network, BeforeValidator(_network)], ...] = ()


class Settings(Section):
    """All of leadbot.yaml."""

    corp: CorpName
    server: Server = Server()
    store: StoreSettings = StoreSettings()
    security: Security
    wecom: WeComSettings | None = None
    dingtalk: DingTalkSettings | None = None
    wechat: dict[CallbackName, OfficialAccount] = Field(default_factory=dict)
    mail: Mail | None = None
    sms: Sms | None = None
    enrichment: Enrichment | None = None
    channels: dict[ChannelName, Channel] = Field(default_factory=dict, max_length=50)
    connectors: dict[ChannelName, Connector] = Field(default_factory=dict, max_length=20)
    webhooks: Webhooks = Webhooks()

    @model_validator(mode="after")
    def _some_platform(self) -> "Settings":
        if self.wecom is None and self.dingtalk is None:
            raise ValueError("at least one of wecom and dingtalk must be set")
        return self

    def data_key(self) -> bytes:
        """The 32 bytes that seal personal data."""
        return base64.b64decode(self.security.data_key.get_secret_value())

    def store_url(self, folder: Folder) -> str:
        """The store's URL with an absolute path."""
        url = self.store.url.get_secret_value()
        path = url.removeprefix("sqlite:///")
        if path == url or path.startswith("/"):
            return url
        return f"sqlite:///{(folder.root / path).absolute()}"


def load_settings(folder: Folder, environ: Mapping[str, str]) -> Settings:
    """Read and check leadbot.yaml; `env:NAME` comes from `environ`, then from .env.

    Raises BadDocument with every problem as file:line:col: key: cause, cure.
    """
    document = load(read_text(folder.settings), str(folder.settings))
    values = {**read_env(folder.env), **environ}
    problems: list[Problem] = []
    data = _resolved(document.data, (), document, values, problems)
    if problems:
        raise BadDocument(problems)
    return validate(Settings, Document(document.file, data, document.marks))


def _resolved(value: Any, path: Path, document: Document, values: Mapping[str, str], problems: list[Problem]) -> Any:
    if isinstance(value, dict):
        return {key: _resolved(inner, (*path, key), document, values, problems) for key, inner in value.items()}
    if isinstance(value, list):
        return [_resolved(inner, (*path, n), document, values, problems) for n, inner in enumerate(value)]
    match = ENV.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        if isinstance(value, str) and value.startswith("env:"):
            message = "after env: stands the name of a variable: letters, digits and _ only, such as env:WECOM_SECRET"
            problems.append(document.problem(path, message))
        return value
    name = match[1]
    if name not in values:
        message = f"{name} is not set; put {name}=… into .env beside this file or into the environment"
        problems.append(document.problem(path, message))
    return values.get(name, "")


def roads_of(settings: Settings) -> list[str]:
    """The channels to customers that are set up; a colleague's own hand always is."""
    found = {
        "mail": settings.mail is not None, "sms": settings.sms is not None, "mass": settings.wecom is not None,
        "kf": settings.wecom is not None, "mp": any(one.secret is not None for one in settings.wechat.values()),
        "hand": True,
    }  # fmt: skip
    return [road for road, is_set_up in found.items() if is_set_up]
