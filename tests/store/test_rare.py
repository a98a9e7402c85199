"""A list of what few leads have, and of what many have, shows the same leads as looking at each of them."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col

from store import rare
from store.leads import list_leads
from store.tables import Enquiry, Lead

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
# number, days after the beginning, stage, grade, sources: the third came from an old list and is the oldest
LEADS = (
    (1, 3, "mql", "A", "官网"),
    (2, 4, "mql", "D", "展会"),
    (3, 1, "new", "D", "展会 官网"),
    (4, 9, "won", "B", "展会"),
)


@pytest.fixture
async def company(store):
    async def come(tx):
        for number, days, stage, grade, sources in LEADS:
            at = BEGIN + days * DAY
            for corp, lead_id in (("acme", number), ("decoy", number + 100)):
                await tx.add(Lead(id=lead_id, corp=corp, stage=stage, grade=grade, created_at=at))
                for source in sources.split():
                    await tx.add(Enquiry(corp=corp, lead_id=lead_id, source=source, at=at))
            await tx.add(Enquiry(corp="acme", lead_id=number, source="再问", at=at))
            await tx.add(Enquiry(corp="acme", lead_id=number, source="再问", at=at))

    await store.transaction(come)
    return store


@pytest.mark.parametrize("few", [0, 1, 7, 500])
async def test_few_and_many_are_listed_alike(company, monkeypatch, few):
    monkeypatch.setattr(rare, "FEW", few)

    async def listed(ask):
        async with company.read() as tx:
            return [lead.id for lead in await list_leads(tx, *await ask(tx))]

    async def source(name):
        return await listed(lambda tx: _one(rare.from_source(tx, name)))

    assert [await source(name) for name in ("展会", "官网", "没有", "再问")] == [[4, 3, 2], [3, 1], [], [4, 3, 2, 1]]
    of = {"stage": col(Lead.stage) == "mql", "grade": col(Lead.grade).in_(("A", "D"))}
    assert await listed(lambda tx: rare.such(tx, of["grade"])) == [3, 2, 1]
    assert await listed(lambda tx: rare.such(tx, *of.values())) == [2, 1]
    assert await listed(lambda tx: rare.such(tx, col(Lead.stage) == "lost")) == []
    assert await listed(lambda tx: rare.such(tx)) == [4, 3, 2, 1]


@pytest.mark.parametrize("many", [1, 2, 3, 20_000])
async def test_a_time_is_found_whatever_the_numbers_in_it(company, monkeypatch, many):
    monkeypatch.setattr(rare, "MANY", many)

    async def between(first, last):
        begin, end = (None if days is None else BEGIN + days * DAY for days in (first, last))
        async with company.read() as tx:
            return [lead.id for lead in await list_leads(tx, *await rare.captured_between(tx, begin, end))]

    assert await between(None, None) == [4, 3, 2, 1]
    assert await between(3, None) == [4, 2, 1] and await between(20, None) == []
    assert await between(None, 4) == [3, 1] and await between(None, 0) == []
    assert await between(1, 4) == [3, 1] and await between(3, 9) == [2, 1] and await between(5, 6) == []


async def _one(condition):
    return [await condition]
