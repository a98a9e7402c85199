"""Tables that leave the house: no cell of a customer's making may run as a formula in somebody's Excel."""

import io
import unicodedata
from collections.abc import Iterable, Sequence

TRIGGERS = "=+-@"


def disarm(text: str) -> str:
    """A CSV cell that Excel, WPS and LibreOffice show as text: what could begin a formula gets an apostrophe.

    Blanks, control characters and invisible ones before the sign do not help the sign, nor does its full-width form.
    Importing takes the apostrophe off again.
    """
    text = text.replace("\0", "")
    bare = text.lstrip(UNSEEN)
    first = unicodedata.normalize("NFKC", bare[:1])[:1]
    if (first and first in TRIGGERS) or (text[:1] in "\t\r\n" and text):
        return "'" + text
    if text[:1] == "'":
        return "'" + text
    return text


UNSEEN = "".join(
    chr(code)
    for code in (*range(1, 33), 0x7F, 0x85, 0xA0, 0xAD, 0x1680, *range(0x2000, 0x2010), *range(0x2028, 0x2030), 0x205F,
                 *range(0x2060, 0x2065), 0x3000, 0xFEFF)
)  # fmt: skip


Cell = str | int | float | None


def workbook_of(rows: Iterable[Sequence[Cell]], *, sheet: str = "线索") -> bytes:
    """An .xlsx whose words are all text, whatever they begin with; numbers are numbers, None is an empty cell."""
    from openpyxl import Workbook  # heavy: on first use only
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    page = book.create_sheet(sheet)
    for row in rows:
        cells = []
        for value in row:
            cell = WriteOnlyCell(page, value=value if not isinstance(value, str) else None)
            if isinstance(value, str):
                cell.value = _writable(value)
                cell.data_type = "s"
            cells.append(cell)
        page.append(cells)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _writable(text: str) -> str:
    """Without what XML cannot hold; Excel's cells hold 32,767 characters."""
    return "".join(c for c in text if c in "\t\n" or (ord(c) >= 32 and not 0xD800 <= ord(c) <= 0xDFFF))[:32767]
