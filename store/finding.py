"""Tables of what registers and rules know about a lead and its company."""

from datetime import datetime

from sqlalchemy import Column
from sqlmodel import Field

from store.columns import Utc, json_type
from store.row import Row


class Finding(Row, table=True):
    """Something a register or a rule knows about a lead (industry, size, capital, city), from where and since when."""

    corp: str = Field(primary_key=True)
    lead_id: int = Field(primary_key=True)
    field: str = Field(primary_key=True)
    value: str
    source: str
    at: datetime = Field(sa_type=Utc)


class CompanyRecord(Row, table=True):
    """What a register answered about a company: asked once, used for all leads of that company."""

    __tablename__ = "company_record"

    corp: str = Field(primary_key=True)
    company: str = Field(primary_key=True)  # its legal name in one spelling
    provider: str = Field(primary_key=True)
    answer: dict[str, str] = Field(default_factory=dict, sa_column=Column("answer", json_type()))
    at: datetime = Field(sa_type=Utc)
