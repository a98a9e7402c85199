"""What is sold, and for how much: published price lists, stock, credit, and quotes with all their versions."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index
from sqlmodel import Field

from store.columns import Utc, json_type, only_where, wide_integer
from store.row import Row
from store.sealed import SealedBytes


class PriceList(Row, table=True):
    """One published version of all prices: never changed again. `from_on` is the first day on which it holds."""

    __tablename__ = "price_list"

    corp: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    from_on: str  # 2026-06-01
    note: str = ""
    mark: str  # of its content: the same file twice is one version
    published_at: datetime = Field(sa_type=Utc)
    published_by: str = ""


class Price(Row, table=True):
    """A product in a version: price and lowest price in fen, `max_off` in hundredths of a percent (None: by rules)."""

    corp: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    sku: str = Field(primary_key=True)
    name: str
    aliases: list[str] = Field(default_factory=list, sa_column=Column("aliases", json_type()))
    unit: str
    price: int = Field(sa_column=Column("price", wide_integer(), nullable=False))
    floor: int | None = Field(default=None, sa_column=Column("floor", wide_integer()))
    max_off: int | None = None


class Stock(Row, table=True):
    """How many pieces another system said were there, in thousandths, and when it said so."""

    corp: str = Field(primary_key=True)
    sku: str = Field(primary_key=True)
    count: int = Field(sa_column=Column("count", wide_integer(), nullable=False))
    source: str
    at: datetime = Field(sa_type=Utc)


class Credit(Row, table=True):
    """How much a customer may owe us, and owes now, in fen; `source` "": somebody typed it."""

    corp: str = Field(primary_key=True)
    lead_id: int = Field(primary_key=True)
    most: int = Field(sa_column=Column("most", wide_integer(), nullable=False))
    used: int = Field(default=0, sa_column=Column("used", wide_integer(), nullable=False))
    source: str = ""
    by: str | None = None
    at: datetime = Field(sa_type=Utc)

    __table_args__ = (Index("ix_credit_lead", "corp", "lead_id"),)


class Quote(Row, table=True):
    """An offer for one opportunity; what it says stands in its versions, `version` is the one that counts.

    States: asking (somebody's consent is awaited), refused, ready, sent, ordered.
    """

    id: int | None = Field(default=None, primary_key=True)
    corp: str
    opportunity_id: int
    lead_id: int
    version: int = 1
    state: str
    created_at: datetime = Field(sa_type=Utc)
    created_by: str | None = None

    __table_args__ = (
        Index("ix_quote_id", "corp", "id"),
        Index("ix_quote_opportunity", "corp", "opportunity_id", "id"),
        Index("ix_quote_lead", "corp", "lead_id"),
        {"sqlite_autoincrement": True},
    )

    @property
    def no(self) -> str:
        """The quote's number as people say it: Q12."""
        return f"Q{self.id}"


class QuoteVersion(Row, table=True):
    """What a quote said at one time; it never changes again. Sums in fen, `off` in hundredths of a percent.

    `label` "": no consent was needed. The PDF and its link are made when the version first goes to the customer.
    """

    __tablename__ = "quote_version"

    corp: str = Field(primary_key=True)
    quote_id: int = Field(primary_key=True)
    version: int = Field(primary_key=True)
    price_list: int
    lines: list[Any] = Field(default_factory=list, sa_column=Column("lines", json_type()))
    total: int = Field(sa_column=Column("total", wide_integer(), nullable=False))
    full: int = Field(sa_column=Column("full", wide_integer(), nullable=False))
    notes: list[Any] = Field(default_factory=list, sa_column=Column("notes", json_type()))
    rule: str = ""
    label: str = ""
    why: str = ""
    rules_version: int = 0
    valid_until: str  # 2026-06-30
    made_at: datetime = Field(sa_type=Utc)
    made_by: str | None = None
    sent_at: datetime | None = Field(default=None, sa_type=Utc)
    sent_by: str | None = None
    pdf: bytes | None = Field(default=None, sa_column=Column("pdf", SealedBytes("quote_version.pdf")))
    token: str = ""
    token_until: datetime | None = Field(default=None, sa_type=Utc)

    __table_args__ = (Index("ix_quote_version_token", "corp", "token", **only_where("token <> ''")),)
