"""The company's own roads to its customers: which mail server, which provider of text messages, how much they carry."""

import re
from email.utils import parseaddr
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, StringConstraints, model_validator

from config.channel import MaybeWay, Secret, SecretUrl, Way, Webhook
from config.section import Setting

HEADER = r"^[A-Za-z0-9-]{1,60}$"
HOLES = ("phone", "text", "sign", "ref", "template", "timestamp", "words")


def _mail_url(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"smtps?://([^\s/@:]+:[^\s/@]+@)?[^\s/@:]+(:\d{1,5})?/?", value.get_secret_value()):
        raise ValueError(
            "must be smtp://user:password@host:587 (or smtps://…:465); an @ or / in the password is written %40 or %2F"
        )
    return value


def _inbox_url(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"imaps?://[^\s/@:]+:[^\s/@]+@[^\s/@:]+(:\d{1,5})?(/[^\s/?#]+)?/?", value.get_secret_value()):
        raise ValueError("must be imaps://user:password@host:993; an @ or / in the password is written %40 or %2F")
    return value


def _sender(value: str) -> str:
    address = parseaddr(value)[1]
    if not re.fullmatch(r"[!-?A-~]+@[A-Za-z0-9.-]+\.[A-Za-z0-9-]+", address) or "\n" in value:
        raise ValueError('must be a name and an address: "市场部 <news@example.com>"')
    return value


class Mail(Setting):
    """How mail is sent, and from whom; where what comes back is read (`inbox`); what the server carries."""

    url: Annotated[SecretStr, AfterValidator(_mail_url)]
    sender: Annotated[str, AfterValidator(_sender)] = Field(alias="from")
    inbox: Annotated[SecretStr, AfterValidator(_inbox_url)] | None = None
    per_minute: int = Field(default=60, ge=1, le=100_000)
    per_day: int | None = Field(default=None, ge=1)


class SmsRequest(Setting):
    """How a message is handed to the provider: where each value stands, with {phone}, {text}, {sign} … as holes.

    `signature`: hmac-sha256 of `signed` in a header, sorted-… of the sorted fields in the field `param`; none.
    """

    body: Literal["json", "form"] = "json"
    fields: dict[Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,60}$")], str] = Field(
        default={"phone": "{phone}", "text": "{text}", "ref": "{ref}"}, min_length=1, max_length=30
    )
    headers: dict[Annotated[str, StringConstraints(pattern=HEADER)], SecretStr] = Field(default_factory=dict)
    signature: Literal["none", "hmac-sha256", "sorted-md5", "sorted-sha1", "sorted-sha256"] = "none"
    secret: Secret | None = None
    header: Annotated[str, StringConstraints(pattern=HEADER)] = "X-Signature"
    signed: Annotated[str, StringConstraints(max_length=100)] = "{body}"
    param: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,60}$")] = "sign"
    suffix: Annotated[str, StringConstraints(max_length=100)] = "&key={secret}"

    @model_validator(mode="after")
    def _told_what(self) -> "SmsRequest":
        if self.signature != "none" and self.secret is None:
            raise ValueError("signature needs a secret: secret: env:SMS_SECRET")
        holes = {name for value in self.fields.values() for name in re.findall(r"\{([a-z_]+)\}", value)}
        if unknown := sorted(holes - set(HOLES)):
            raise ValueError(f"there is no {{{unknown[0]}}}; there are {', '.join(f'{{{one}}}' for one in HOLES)}")
        if "phone" not in holes or not holes & {"text", "words", "template"}:
            raise ValueError("fields must say where {phone} and {text} (or {words}, or {template}) stand")
        return self


class SmsResponse(Setting):
    """What the provider's answer means: at `code` one of `ok` (taken), `later` (not now) or `dead` (no such number).

    Every other code is a refusal for good. `id` is where the provider's own number of the message stands.
    """

    code: Way = "code"
    ok: tuple[str, ...] = Field(default=("0", "OK"), min_length=1)
    later: tuple[str, ...] = ()
    dead: tuple[str, ...] = ()
    id: MaybeWay = ""


class SmsReceipt(Setting):
    """What the provider pushes later: whether it arrived. `ref` or `id` names the message."""

    ref: MaybeWay = ""
    id: MaybeWay = ""
    state: Way = "state"
    delivered: tuple[str, ...] = Field(default=("DELIVRD",), min_length=1)
    dead: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _named(self) -> "SmsReceipt":
        if not self.ref and not self.id:
            raise ValueError("say where the message is named: ref (our own number) or id (the provider's)")
        return self


class SmsReply(Setting):
    """What customers answer, as the provider pushes it."""

    phone: Way = "phone"
    text: Way = "text"
    id: MaybeWay = ""


class Sms(Setting):
    """How text messages are sent: the provider's interface is declared, not programmed."""

    provider: Literal["http"] = "http"
    url: SecretUrl
    sign: Annotated[str, StringConstraints(pattern=r"^[^\s【】]{2,20}$")] = ""
    per_minute: int = Field(default=60, ge=1, le=100_000)
    per_day: int | None = Field(default=None, ge=1)
    most_parts: int = Field(default=5, ge=1, le=10)
    templates: dict[str, str] = Field(default_factory=dict, max_length=200)
    request: SmsRequest = SmsRequest()
    response: SmsResponse = SmsResponse()
    push: Webhook | None = None
    receipt: SmsReceipt | None = None
    reply: SmsReply | None = None

    @model_validator(mode="after")
    def _pushed_how(self) -> "Sms":
        if self.push is None and (self.receipt is not None or self.reply is not None):
            raise ValueError("receipt and reply need push: how the provider signs what it pushes to us")
        return self
