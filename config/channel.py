"""A channel of somebody else's making that is declared, not programmed: how it signs, where its fields stand."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, StringConstraints, model_validator

from config.section import Setting

FIELDS = ("name", "phone", "company", "email", "wechat", "title", "city", "need", "budget")
CONTACTS = ("phone", "email", "wechat")
Way = Annotated[str, StringConstraints(pattern=r"^[^\s.]+(\.[^\s.]+)*$", max_length=200)]  # data.list.0.phone
MaybeWay = Annotated[str, StringConstraints(pattern=r"^([^\s.]+(\.[^\s.]+)*)?$", max_length=200)]
FieldName = Annotated[
    str, StringConstraints(pattern=rf"^({'|'.join(FIELDS)}|utm_[a-z]{{1,20}}|fields\.[a-z][a-z0-9_]{{0,39}})$")
]


def _secret(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < 8:
        raise ValueError("a secret needs at least 8 characters; whoever guesses it can send leads")
    return value


def _url(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"https?://[^\s/@?#]+(/\S*)?", value.get_secret_value()):
        raise ValueError("must be a whole address such as https://ads.example.com/leads?cursor={cursor}")
    return value


Secret = Annotated[SecretStr, AfterValidator(_secret)]
SecretUrl = Annotated[SecretStr, AfterValidator(_url)]


class Webhook(Setting):
    """How the other side pushes. hmac-sha256: of `signed` in a header; sorted-…: of the sorted parameters and `suffix`;
    bearer: the secret itself in Authorization."""

    signature: Literal["hmac-sha256", "sorted-md5", "sorted-sha1", "sorted-sha256", "bearer"]
    secret: Secret
    header: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,60}$")] = "X-Signature"
    signed: Annotated[str, StringConstraints(max_length=100)] = "{body}"
    param: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,60}$")] = "sign"
    suffix: Annotated[str, StringConstraints(max_length=100)] = "&key={secret}"
    timestamp: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{0,60}$")] = ""
    items: MaybeWay = ""
    answer: Annotated[str, StringConstraints(max_length=200)] = '{"code": 0}'

    @model_validator(mode="after")
    def _told_what(self) -> "Webhook":
        if "{body}" not in self.signed:
            raise ValueError('signed must name the body: "{body}", or "{timestamp}.{body}"')
        if "{timestamp}" in self.signed and not self.timestamp:
            raise ValueError("signed names {timestamp}; say in timestamp which header it stands in")
        if "{secret}" not in self.suffix:
            raise ValueError('suffix must name the secret: "&key={secret}", or "{secret}"')
        return self


class Poll(Setting):
    """How we fetch: {cursor} in the address is where the last answer ended, {since} the instant that we ask from."""

    url: SecretUrl
    every_minutes: int = Field(default=5, ge=1, le=1440)
    headers: dict[Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,60}$")], SecretStr] = Field(
        default_factory=dict
    )
    items: MaybeWay = ""
    next: MaybeWay = ""
    back_days: int = Field(default=7, ge=1, le=90)
    allow_private: bool = False


class Channel(Setting):
    """One channel: what its leads are booked under, where their number and fields stand, pushed or fetched or both."""

    source: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    id: Way
    fields: dict[FieldName, Way] = Field(min_length=1)
    webhook: Webhook | None = None
    poll: Poll | None = None

    @model_validator(mode="after")
    def _somehow(self) -> "Channel":
        if self.webhook is None and self.poll is None:
            raise ValueError("needs webhook (they push), poll (we fetch), or both")
        if not set(CONTACTS) & set(self.fields):
            raise ValueError("fields must say where phone, email or wechat stands; nobody could be reached otherwise")
        return self
