"""Which lines of a list are people: not its titles, totals, remarks and the headings that every page repeats."""

import re
from collections.abc import Iterator, Sequence

from leads.errors import BadFile
from leads.imports.content import is_data
from leads.imports.fields import CONTACTS
from leads.imports.grid import Grid, Line
from leads.imports.heading import TWO_TABLES, Heading, guesses

TOTALS = re.compile(
    r"^(合\s*计|总\s*计|小\s*计|共\s*计|累\s*计|汇\s*总|total|subtotal|grand total|sum)\b|^(合计|总计|小计|共计)", re.I
)
REMARKS = re.compile(
    r"^(制表|导出|打印|审核|填表|备注|说明|注|统计|数据来源|报表|截至|截止|以上|第\s*\d+\s*页|page\s*\d)", re.I
)
TITLE = re.compile(r"(名单|列表|明细|报表|清单|汇总|客户表|线索表|通讯录|登记表|一览|\d{4}\s*年|[一-龥]+[区部组]$)")


def rows_of(grid: Grid, heading: Heading) -> Iterator[Line]:
    """The lines below the headings that are rows: without blank ones, titles, totals, remarks and repeated headings.

    Raises BadFile when another table begins further down.
    """
    width = len(heading.titles)
    contacts = [place for place, field in enumerate(heading.fields) if field in CONTACTS]
    for number, cells in grid.lines():
        if number < heading.first or not any(cells):
            continue
        if _is_no_row(cells, width, heading):
            continue
        bare = not any(is_data(cells[place]) for place in contacts if place < len(cells))
        if bare and same_headings(heading.titles, cells):
            continue
        if bare and looks_like_headings(cells):
            raise BadFile(f"第 {number} 行又是一行表头,和第 {heading.line} 行的不一样:{TWO_TABLES}")
        if len(cells) < width:
            cells = cells + [""] * (width - len(cells))
        yield number, cells


def _is_no_row(cells: Sequence[str], width: int, heading: Heading) -> bool:
    filled = [(place, cell) for place, cell in enumerate(cells) if cell]
    first = filled[0][1]
    total = TOTALS.match(first)
    if not total and len(filled) > 2:
        return False
    by = [heading.fields[place] for place, cell in filled if place < width and _may_reach(cell)]
    if total and "email" not in by:
        return True
    if any(field in CONTACTS for field in by):
        return False
    return bool(REMARKS.match(first)) or (
        len(filled) == 1 and width >= 2 and bool(TITLE.search(first)) and len(first) > 2
    )


def _may_reach(cell: str) -> bool:
    """Five letters or digits: the least that a phone number, an address or a WeChat id has."""
    return sum(c.isdigit() or (c.isascii() and c.isalpha()) for c in cell) >= 5


def same_headings(titles: Sequence[str], cells: Sequence[str]) -> bool:
    """Whether a line repeats the headings, as every printed page does."""
    return any(cells) and all(a == b for a, b in zip(titles, cells, strict=False) if a or b)


def looks_like_headings(cells: Sequence[str]) -> bool:
    """Whether a line among the rows is the headings of another table: three certain words and no data at all."""
    filled = [cell for cell in cells if cell]
    if len(filled) < 3 or any(is_data(cell) for cell in filled):
        return False
    certain = {guess[0][0] for cell in filled if (guess := guesses(cell)) and guess[0][1] >= 90}
    return len(certain) >= 3 and len(certain) * 2 >= len(filled)
