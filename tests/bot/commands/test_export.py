"""All leads as a table: no cell of a customer's making is a formula, and numbers come back whole."""

import asyncio
import csv
import stat

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlmodel import col

from store.office import AuditItem
from tests.bot.commands.test_office import done, refused
from tests.town import Town

FORMULAS = [
    before + sign + "HYPERLINK(1)"
    for before in ("", " ", "\t", "\u3000", "\u00a0", "\u200b", "\ufeff", "  \t", "\u2028")
    for sign in ("=", "+", "-", "@", "＝", "＋", "－", "＠")
]
DANGER = tuple("=+-@＝＋－＠")


@pytest.mark.feature("P6")
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
async def test_no_cell_of_an_export_is_a_formula_and_phones_come_back_whole(acme: Town, ending: str) -> None:
    for number, name in enumerate(FORMULAS):
        await acme.capture(name=name, company=name, title=name, need=name, phone=f"1390000{number:04}")
    await acme.capture(name="海外客户", phone="+85291234567")
    file = acme.root / f"out.{ending}"
    found = await asyncio.to_thread(done, "export", acme.folder.root, "-o", file)
    assert found == {"file": str(file), "leads": len(FORMULAS) + 1}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    if ending == "csv":
        rows = list(csv.reader(file.read_text("utf-8-sig").splitlines()))
        cells = [cell for row in rows[1:] for cell in row]
        assert [cell for cell in cells if cell.lstrip("\u200b\ufeff").lstrip()[:1] in DANGER] == []
    else:
        sheet = CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0)
        rows = [[str(cell) for cell in row] for row in sheet.to_python()]
        assert any(cell.strip().startswith("=") for row in rows for cell in row), "in a workbook it is text, no formula"
    phones = {row[rows[0].index("电话")].removeprefix("'") for row in rows[1:]}
    assert "+85291234567" in phones and {f"1390000{n:04}" for n in range(len(FORMULAS))} <= phones
    async with acme.bot.store.read() as tx:
        noted = await tx.all(select(AuditItem).where(col(AuditItem.corp) == tx.corp, col(AuditItem.act) == "export"))
    assert len(noted) == 1 and noted[0].data["who"]


async def test_an_export_never_writes_over_a_file_and_says_where_it_may(acme: Town) -> None:
    root, file = acme.folder.root, acme.root / "out.csv"
    file.write_text("mine", "utf-8")
    for told, target, status in (
        ("is there already; name another file", file, 1),
        ("must end in .csv or .xlsx", acme.root / "out.pdf", 2),
        ("there is no folder", acme.root / "no" / "out.csv", 1),
    ):
        assert told in await asyncio.to_thread(refused, "export", root, "-o", target, status=status)
    assert file.read_text("utf-8") == "mine"
