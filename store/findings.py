"""What a register or a rule knows about a lead, with its source and its day; never in the place of a typed value."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlmodel import col

from store.finding import CompanyRecord, Finding
from store.tx import Tx


async def note(tx: Tx, lead_id: int, values: Mapping[str, str], *, source: str, now: datetime) -> None:
    """Keep what was found; what the same lead had in these fields before is replaced."""
    rows = [
        {"corp": tx.corp, "lead_id": lead_id, "field": field, "value": value[:200], "source": source, "at": now}
        for field, value in values.items()
    ]
    if rows:
        statement = tx.insert(Finding).values(rows)
        fresh = {name: statement.excluded[name] for name in ("value", "source", "at")}
        await tx.run(statement.on_conflict_do_update(index_elements=["corp", "lead_id", "field"], set_=fresh))


async def list_of_lead(tx: Tx, lead_id: int) -> Sequence[Finding]:
    """Everything found about a lead, by field."""
    return await tx.all(
        select(Finding)
        .where(col(Finding.corp) == tx.corp, col(Finding.lead_id) == lead_id)
        .order_by(col(Finding.field))
    )


async def is_guessed(tx: Tx, lead_id: int, field: str) -> bool:
    """Whether a field's value was found by a rule or register, and typed by nobody."""
    found = await tx.first(
        select(Finding).where(
            col(Finding.corp) == tx.corp, col(Finding.lead_id) == lead_id, col(Finding.field) == field
        )
    )
    return found is not None


async def forget(tx: Tx, lead_id: int, fields: Sequence[str]) -> None:
    """Somebody has typed these fields: what was found there does not count any more."""
    if fields:
        await tx.run(
            delete(Finding).where(
                col(Finding.corp) == tx.corp, col(Finding.lead_id) == lead_id, col(Finding.field).in_(fields)
            )
        )


async def find_record(tx: Tx, company: str, provider: str) -> CompanyRecord | None:
    """What a register answered about a company before."""
    return await tx.first(
        select(CompanyRecord).where(
            col(CompanyRecord.corp) == tx.corp, col(CompanyRecord.company) == company,
            col(CompanyRecord.provider) == provider,
        )
    )  # fmt: skip


async def keep_record(tx: Tx, company: str, provider: str, answer: Mapping[str, str], *, now: datetime) -> None:
    """Keep what a register answered."""
    values = {"answer": dict(answer), "at": now}
    await tx.run(
        tx.insert(CompanyRecord)
        .values(corp=tx.corp, company=company, provider=provider, **values)
        .on_conflict_do_update(index_elements=["corp", "company", "provider"], set_=values)
    )
