"""What is sold, and for how much: price lists as published, what is in stock, how much credit customers have."""

from datetime import datetime

from sqlalchemy import Column, Index
from sqlmodel import Field

from store.columns import Utc, json_type, wide_integer
from store.tables import Row


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
