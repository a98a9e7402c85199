"""R-H9: no cell that leaves the house runs as a formula, whatever table program opens it, and all of it comes back."""

import csv
import io
import unicodedata

import pytest
from python_calamine import CalamineWorkbook

from leads.imports.grid import open_grid
from leads.imports.returned import returned_file
from leads.sheet import UNSEEN, disarm, workbook_of
from tests.hostile.words import FORMULAS

TITLES = ("姓名", "公司", "电话")


def runs(cell: str) -> bool:
    """Whether Excel, WPS or LibreOffice could take it for a formula: blanks and what is invisible do not protect."""
    bare = unicodedata.normalize("NFKC", cell.lstrip(UNSEEN + "\0")[:1])[:1]
    return bool(bare) and bare in "=+-@"


@pytest.mark.failure("H9")
def test_the_list_is_as_long_as_it_should_be_and_dangerous() -> None:
    assert len(set(FORMULAS)) >= 280 and sum(map(runs, FORMULAS)) >= 250


@pytest.mark.failure("H9")
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_no_cell_of_an_exported_table_runs(delimiter: str) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows([disarm(cell), disarm(cell + "x")] for cell in FORMULAS)
    rows = list(csv.reader(io.StringIO(text.getvalue(), newline=""), delimiter=delimiter))
    assert len(rows) == len(FORMULAS)
    assert [cell for row in rows for cell in row if runs(cell)] == []


@pytest.mark.failure("H9")
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_no_cell_of_a_list_that_goes_back_runs(kind: str, encoding: str) -> None:
    lines = [(number, f"没有电话:{cell}", (cell, cell, cell)) for number, cell in enumerate(FORMULAS, 2)]
    content = returned_file(kind, TITLES, lines, encoding=encoding)
    if kind == "csv":
        told = content.decode("utf-16" if encoding == "utf-16" else encoding)
        rows = list(csv.reader(io.StringIO(told, newline="")))
        assert [cell for row in rows for cell in row if runs(cell)] == []
    else:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        rows = [[str(cell) for cell in row] for row in sheet.to_python()]
        assert b"<f>" not in content and any(runs(cell) for row in rows for cell in row), "text cells, no formulas"
    assert len(rows) == len(FORMULAS) + 1 and rows[0][:3] == list(TITLES)


@pytest.mark.failure("H9")
def test_a_phone_with_a_plus_and_a_name_with_a_minus_come_back_whole() -> None:
    people = [
        ("+8613800138000", "-5 度冷库"),
        ("+85291234567", "@小王"),
        ("0571-88886666", "=甲="),
        ("'138", "＋号公司"),
    ]
    text = io.StringIO(newline="")
    csv.writer(text).writerows([["电话", "姓名"], *([disarm(cell) for cell in row] for row in people)])
    with_mark = text.getvalue().encode("utf-8-sig")
    found = [tuple(cells[:2]) for _, cells in list(open_grid("名单.csv", with_mark).lines())[1:]]
    assert found == people
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(workbook_of(people))).get_sheet_by_index(0)
    assert [tuple(map(str, row)) for row in sheet.to_python()] == people
