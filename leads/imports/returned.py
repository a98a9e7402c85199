"""The lines that could not be used go back to their author: the same kind of file, with the reason in a last column."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from leads.imports.grid import Grid
from leads.imports.heading import Heading
from leads.sheet import disarm, workbook_of

REASON = "问题"
LARGEST = 15 * 1024 * 1024  # bytes; chats take files of 20 MB
Returned = tuple[int, str, Sequence[str]]


def read_lines(grid: Grid, reasons: Mapping[int, str]) -> list[Returned]:
    """(line, reason, cells) of the lines that have a reason, read from the file again."""
    return [(number, reasons[number], cells) for number, cells in grid.lines() if number in reasons]


def write_returned(path: Path, grid: Grid, heading: Heading, lines: Iterable[Returned]) -> None:
    """Write them beside the original. Raises OSError."""
    path.write_bytes(returned_file(grid.kind, heading.titles, lines, encoding=grid.encoding, delimiter=grid.delimiter))


def file_of_flaws(name: str, kept: Mapping[str, Any], flaws: Sequence[Returned]) -> tuple[str, bytes] | None:
    """(name, bytes) of the file that goes back to whoever sent `name`, whose headings a batch has kept.

    None when there is nothing to mend, when it is a history (its lines are no table), or when it would be too large.
    """
    if not flaws or not kept.get("format"):
        return None
    body = returned_file(
        kept["format"], kept["titles"], flaws, encoding=kept.get("encoding", ""), delimiter=kept.get("delimiter", ",")
    )
    ending = "xlsx" if kept["format"] == "xlsx" else "csv"
    return (f"{Path(name).stem[:80] or '名单'}-需修改.{ending}", body) if len(body) <= LARGEST else None


def returned_file(
    kind: str, titles: Sequence[str], lines: Iterable[Returned], *, encoding: str = "utf-8-sig", delimiter: str = ","
) -> bytes:
    """The file's bytes: an Excel workbook, or CSV in the encoding that it came in; Excel opens both."""
    width = len(titles)
    rows = [[*titles, REASON]]
    for number, reason, cells in lines:
        kept = [*cells, *[""] * width][:width]
        rows.append([*kept, f"第 {number} 行:{reason}"])
    if kind == "xlsx":
        return workbook_of(rows)
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerows([disarm(cell) for cell in row] for row in rows)
    safe = encoding if encoding in ("gb18030", "utf-16") else "utf-8-sig"
    return text.getvalue().encode(safe)
