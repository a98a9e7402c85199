"""Two companies in one store see nothing of each other; every acceptance test runs beside such a second one."""

import pytest
from sqlalchemy import select

from store.schema import METADATA
from store.tables import Lead
from tests import decoys
from tests.town import Town


async def test_every_table_holds_a_decoy(acme: Town) -> None:
    found = decoys.picture(acme.database)
    assert {name for name, rows in found.items() if rows} == decoys.TABLES
    assert {table.name for table in METADATA.sorted_tables if "corp" in table.c} == decoys.TABLES


async def test_numbers_names_and_words_of_the_other_company_find_nothing(acme: Town) -> None:
    for phone in decoys.PHONES:
        assert (await acme.api("GET", f"/leads?phone={phone}"))[1]["items"] == []
        assert "没有查到" in (await acme.text("wanglei", f"查重 {phone}"))[-1].text
    for number in (998, 999, 1000):
        assert (await acme.api("GET", f"/leads/L{number}"))[0] == 404
        await acme.text("wanglei", f"领取 L{number}")
        await acme.text("admin", f"看 L{number}")
    for path in ("/leads", "/clocks", "/messages", "/members"):
        assert decoys.CANARY not in str((await acme.api("GET", path))[1])


async def test_a_query_that_forgets_the_company_would_be_found(acme: Town) -> None:
    async with acme.bot.store.read() as tx:
        await tx.all(select(Lead).where(Lead.id == 1))  # type: ignore[arg-type]
    assert len(acme.statements) == 1
    acme.statements.clear()


@pytest.mark.parametrize(
    ("statement", "stray"),
    [
        ("SELECT lead.id FROM lead WHERE lead.corp = ? AND lead.id = ?", []),
        ("SELECT lead.id, lead.corp FROM lead WHERE lead.id = ?", ["lead"]),
        ("UPDATE outbox SET state=? WHERE outbox.id = ?", ["outbox"]),
        ("UPDATE outbox SET state=? WHERE outbox.corp = ? AND outbox.id = ?", []),
        ("DELETE FROM inbox WHERE inbox.id IN (SELECT inbox.id FROM inbox WHERE inbox.corp = ?)", []),
        ("SELECT a.id FROM inbox AS a WHERE a.corp = ? AND NOT EXISTS (SELECT b.id FROM inbox AS b)", ["inbox"]),
        ("PRAGMA foreign_keys", []),
    ],
)
def test_whose_rows_a_statement_means(statement: str, stray: list[str]) -> None:
    assert decoys.strays(statement) == stray
