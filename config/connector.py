"""Another system of the company (ERP, OA, BI) that is declared, not programmed: what goes to it, what comes from it."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr, StringConstraints, model_validator

from config.channel import MaybeWay, Poll, Secret, SecretUrl, Way, Webhook
from config.section import Setting

HeaderName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,60}$")]
OrderWord = Literal[
    "order", "quote", "opportunity", "lead", "company", "customer", "contract", "amount", "owner", "date", "currency",
]  # fmt: skip
LineWord = Literal["sku", "name", "unit", "count", "price", "amount"]
ORDER_WORDS: dict[str, OrderWord] = {
    "order_no": "order", "customer": "company", "contact": "customer", "amount": "amount", "contract": "contract",
    "date": "date",
}  # fmt: skip
LINE_WORDS: dict[str, LineWord] = {"sku": "sku", "name": "name", "quantity": "count", "price": "price"}
FEED_WORDS = {
    "payment": ("order", "amount", "at", "note"),
    "refund": ("order", "amount", "at", "note"),
    "delivery": ("order", "state", "at"),
    "stock": ("sku", "count", "at"),
    "credit": ("customer", "most", "used", "at"),
}
NEEDED = {
    "payment": ("order", "amount"), "refund": ("order", "amount"), "delivery": ("order", "state"),
    "stock": ("sku", "count"), "credit": ("customer", "most"),
}  # fmt: skip


class Sign(Setting):
    """How we sign what we send: an HMAC-SHA256 of `signed`, in hex, in a header."""

    secret: Secret
    header: HeaderName = "X-Signature"
    signed: Annotated[str, StringConstraints(max_length=100)] = "{timestamp}.{body}"
    timestamp: HeaderName = "X-Timestamp"

    @model_validator(mode="after")
    def _told_what(self) -> "Sign":
        if "{body}" not in self.signed:
            raise ValueError('signed must name the body: "{body}", or "{timestamp}.{body}"')
        return self


class Orders(Setting):
    """Where our orders go. A 200 counts only with `ok_is` at `ok_at`; `find` looks before an order is repeated."""

    url: SecretUrl
    headers: dict[HeaderName, SecretStr] = Field(default_factory=dict)
    sign: Sign | None = None
    key_header: HeaderName = "Idempotency-Key"
    fields: dict[Way, OrderWord] = Field(default=ORDER_WORDS, min_length=1)
    lines: MaybeWay = "lines"
    line_fields: dict[Way, LineWord] = Field(default=LINE_WORDS)
    number: Way
    ok_at: MaybeWay = ""
    ok_is: Annotated[str, StringConstraints(max_length=60)] = ""
    busy: tuple[str, ...] = ()
    message: MaybeWay = ""
    find: SecretUrl | None = None
    find_number: MaybeWay = ""

    @model_validator(mode="after")
    def _complete(self) -> "Orders":
        if bool(self.ok_at) != bool(self.ok_is):
            raise ValueError(
                "ok_at and ok_is belong together: where the verdict stands, and what it says when all is well"
            )
        if "order" not in self.fields.values():
            raise ValueError("fields must say where our own number goes, such as {order_no: order}")
        if self.find is not None and ("{order}" not in self.find.get_secret_value() or not self.find_number):
            raise ValueError("find must name {order}, and find_number where the number stands in its answer")
        return self


class Feed(Setting):
    """One kind of news: `named` is what stands at the connector's `kind` for it, `id` tells one from another."""

    kind: Literal["payment", "refund", "delivery", "stock", "credit"]
    named: Annotated[str, StringConstraints(max_length=60)] = ""
    id: Way
    fields: dict[Annotated[str, StringConstraints(pattern=r"^[a-z]{1,20}$")], Way] = Field(min_length=1)
    poll: Poll | None = None

    @model_validator(mode="after")
    def _known(self) -> "Feed":
        unknown = [name for name in self.fields if name not in FEED_WORDS[self.kind]]
        if unknown:
            raise ValueError(f"a {self.kind} has no {unknown[0]}; it has: {', '.join(FEED_WORDS[self.kind])}")
        missing = [name for name in NEEDED[self.kind] if name not in self.fields]
        if missing:
            raise ValueError(f"fields must say where {' and '.join(missing)} stand")
        return self


class Connector(Setting):
    """One system: how people call it, orders out, news in (pushed, signed as declared, or fetched)."""

    label: Annotated[str, StringConstraints(min_length=1, max_length=20)]
    allow_private: bool = False
    timeout_s: float = Field(default=20, ge=1, le=60)
    give_up_hours: int = Field(default=24, ge=1, le=240)
    orders: Orders | None = None
    webhook: Webhook | None = None
    kind: MaybeWay = ""
    feeds: dict[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")], Feed] = Field(
        default_factory=dict, max_length=20
    )

    @model_validator(mode="after")
    def _somehow(self) -> "Connector":
        if self.orders is None and not self.feeds:
            raise ValueError("needs orders (we send), feeds (they tell), or both")
        if self.webhook is not None and not self.feeds:
            raise ValueError("a webhook needs feeds that say what is told there")
        pushed = [feed for feed in self.feeds.values() if feed.poll is None]
        if pushed and self.webhook is None:
            raise ValueError("a feed without poll needs a webhook at which it is told")
        if self.webhook is not None and len(self.feeds) > 1 and not self.kind:
            raise ValueError("kind must say where in a push its kind stands, when there are several feeds")
        return self

    def feed_of(self, told: str) -> str:
        """The feed that a push of this kind is for; "" for none."""
        if not self.kind and len(self.feeds) == 1:
            return next(iter(self.feeds))
        return next((name for name, feed in self.feeds.items() if feed.named == told and told), "")
