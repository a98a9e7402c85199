"""The process that sets a quote as PDF: what stands on it comes in as JSON, the PDF goes out; it knows nothing else."""

import json
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.paper.font import NoFont, find_font

WIDTH, HEIGHT, MARGIN = 148.0, 210.0, 9.0  # mm: A5, whose letters can be read on a phone; prints on A4 too
INSIDE = WIDTH - 2 * MARGIN
GREY, INK, LINE, HEAD = (110, 116, 125), (24, 28, 35), (220, 224, 230), (238, 242, 248)
COLUMNS = (("产品", 0.36, "L"), ("数量", 0.17, "R"), ("单价", 0.22, "R"), ("金额", 0.25, "R"))
NO_FONT = 3  # how the process ends without one


def main() -> None:
    """Read, set, write."""
    told = json.load(sys.stdin)
    try:
        content = set_quote(told)
    except NoFont as error:
        sys.stderr.write(str(error))
        sys.exit(NO_FONT)
    sys.stdout.buffer.write(content)


def set_quote(told: Mapping[str, Any]) -> bytes:
    """The PDF: letters large enough for a phone that shows the page by its width. Raises NoFont."""
    from fpdf import FPDF

    font = find_font()
    page = FPDF(format=(WIDTH, HEIGHT))
    page.set_creation_date(datetime.fromisoformat(told["made_at"]))
    page.set_title(told["title"])
    page.set_margins(MARGIN, MARGIN, MARGIN)
    page.set_auto_page_break(True, margin=MARGIN)
    page.add_font("cn", fname=font.file, collection_font_number=font.number)
    page.add_page()
    _head(page, told)
    _lines(page, told)
    _sums(page, told)
    _foot(page, told)
    return bytes(page.output())


def _head(page: Any, told: Mapping[str, Any]) -> None:
    _ink(page, 26, INK)
    page.cell(INSIDE, 14, "报价单", new_x="LMARGIN", new_y="NEXT")
    _ink(page, 12, GREY)
    page.multi_cell(INSIDE, 7, told["seller"] or " ", new_x="LMARGIN", new_y="NEXT")
    page.ln(3)
    for name, value in told["about"]:
        _ink(page, 12, GREY)
        page.cell(22, 8, name)
        _ink(page, 12, INK)
        page.multi_cell(INSIDE - 22, 8, value, new_x="LMARGIN", new_y="NEXT", wrapmode="CHAR")
    page.ln(4)


def _lines(page: Any, told: Mapping[str, Any]) -> None:
    _ink(page, 12, GREY)
    page.set_fill_color(*HEAD)
    for name, share, side in COLUMNS:
        page.cell(INSIDE * share, 9, name, align=side, fill=True)
    page.ln(9)
    page.set_draw_color(*LINE)
    for row in told["lines"]:
        _row(page, row)
    page.ln(3)


def _row(page: Any, row: Mapping[str, str]) -> None:
    """One product; a long name takes as many lines as it needs, what was taken off stands small below it."""
    _ink(page, 11.5, INK)
    first = INSIDE * COLUMNS[0][1]
    names = page.multi_cell(first, 7, row["name"], dry_run=True, output="LINES", wrapmode="CHAR")
    height = 7 * len(names) + (6 if row["note"] else 0) + 4
    if page.get_y() + height > page.h - MARGIN:
        page.add_page()
    top = page.get_y() + 2
    page.set_xy(MARGIN, top)
    page.multi_cell(first, 7, row["name"], align="L", new_x="RIGHT", new_y="TOP", wrapmode="CHAR")
    page.set_xy(MARGIN + first, top)
    for (_, share, side), cell in zip(COLUMNS[1:], (row["count"], row["net"], row["amount"]), strict=True):
        page.cell(INSIDE * share, 7, cell, align=side)
    if row["note"]:
        _ink(page, 10.5, GREY)
        page.set_xy(MARGIN, top + 7 * len(names))
        page.cell(INSIDE, 6, row["note"])
    bottom = top + height - 2
    page.line(MARGIN, bottom, WIDTH - MARGIN, bottom)
    page.set_xy(MARGIN, bottom)


def _sums(page: Any, told: Mapping[str, Any]) -> None:
    for name, value in told["sums"][:-1]:
        _ink(page, 12, GREY)
        page.cell(INSIDE * 0.6, 8, name, align="R")
        page.cell(INSIDE * 0.4, 8, value, align="R", new_x="LMARGIN", new_y="NEXT")
    name, value = told["sums"][-1]
    _ink(page, 14, INK)
    page.cell(INSIDE * 0.6, 12, name, align="R")
    _ink(page, 18, INK)
    page.cell(INSIDE * 0.4, 12, value, align="R", new_x="LMARGIN", new_y="NEXT")
    page.ln(4)


def _foot(page: Any, told: Mapping[str, Any]) -> None:
    _ink(page, 11, GREY)
    for words in told["notes"]:
        page.multi_cell(INSIDE, 6.5, words, align="L", new_x="LMARGIN", new_y="NEXT", wrapmode="CHAR")


def _ink(page: Any, size: float, colour: tuple[int, int, int]) -> None:
    page.set_font("cn", size=size)
    page.set_text_color(*colour)


if __name__ == "__main__":
    main()
