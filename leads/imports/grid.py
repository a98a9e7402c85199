"""A file that somebody gave us, as lines of text cells: CSV or Excel, in whatever encoding it came."""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from leads.errors import BadFile
from leads.imports.workbook import MOST_COLUMNS, Formula, Workbook

LARGEST = 100 * 1024 * 1024  # bytes of a file; Excel's own million rows of leads are smaller as CSV
SNIFFED = 64 * 1024
BINARY = (
    (b"%PDF", "这是 PDF,不是表格"),
    (b"\x89PNG", "这是图片,不是表格"),
    (b"\xff\xd8\xff", "这是图片,不是表格"),
    (b"GIF8", "这是图片,不是表格"),
    (b"Rar!", "这是压缩包,不是表格"),
    (b"7z\xbc\xaf", "这是压缩包,不是表格"),
    (b"\x1f\x8b", "这是压缩包,不是表格"),
)
SAVE_AS = "请用 Excel 或 WPS 打开它,另存为 .xlsx 或 CSV 再导入"

Line = tuple[int, list[str]]


@dataclass(frozen=True)
class Grid:
    """An opened file: `kind` is csv or xlsx; a CSV has an encoding and a delimiter, a workbook a sheet that is read."""

    name: str
    kind: str
    content: bytes
    encoding: str = ""
    delimiter: str = ","
    sheet: str = ""
    other_sheets: tuple[str, ...] = ()

    def lines(self) -> Iterator[Line]:
        """Each line with its number as Excel counts it, blank ones too; cells are text without outer blanks."""
        return self._of_workbook() if self.kind == "xlsx" else self._of_csv()

    def _of_workbook(self) -> Iterator[Line]:
        with Workbook(self.content) as book:
            for number, cells in book.rows(self.sheet):
                yield number, [_text(cell) for cell in cells]

    def _of_csv(self) -> Iterator[Line]:
        lines = _Lines(io.TextIOWrapper(io.BytesIO(self.content), encoding=self.encoding, newline=""))
        number = 0
        try:
            for number, cells in enumerate(csv.reader(lines, delimiter=self.delimiter), 1):
                if lines.ended:  # the file ended inside quotes: what follows them would be lost in one cell
                    raise unpaired(number)
                if len(cells) > MOST_COLUMNS:
                    raise too_wide(number, len(cells))
                texts = [cell.strip() for cell in cells]
                said = "".join(texts)
                yield number, list(map(_plain, texts)) if "=" in said or "'" in said else texts
        except csv.Error:
            raise unpaired(number + 1) from None


class _Lines:
    """The lines of a text; `ended` when somebody has asked for more than there are."""

    def __init__(self, stream: io.TextIOWrapper) -> None:
        self._stream = stream
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        yield from self._stream
        self.ended = True


def unpaired(number: int) -> BadFile:
    """A quotation mark that is never closed."""
    return BadFile(
        f"第 {number} 行的引号没有配对,后面的内容连成了一格。请补上引号;也可以{SAVE_AS.removeprefix('请')}。"
    )


def open_grid(name: str, content: bytes, *, sheet: str = "") -> Grid:
    """Look what a file is. Raises BadFile, which names the cause and the cure, for anything that is no table."""
    if len(content) > LARGEST:
        raise too_large(len(content))
    if not content.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        raise BadFile("文件是空的,里面一行也没有。请确认选对了文件。")
    for magic, cause in BINARY:
        if content.startswith(magic):
            raise BadFile(f"{cause}。{SAVE_AS}。")
    if content[:4] == b"PK\x03\x04" or content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        with Workbook(content) as book:
            chosen, others = book.choose(sheet)
        return Grid(name, "xlsx", content, sheet=chosen, other_sheets=others)
    head = content[:SNIFFED].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta", b"<style")):
        raise BadFile(f"这个文件其实是网页(HTML/XML),只是名字像表格。{SAVE_AS}。")
    encoding = _encoding(content)
    first = next((line for line in content[:SNIFFED].decode(encoding, "ignore").splitlines() if line.strip()), "")
    return Grid(name, "csv", content, encoding, _delimiter(first))


def too_large(size: int) -> BadFile:
    """The refusal of a file that is too large to be read."""
    return BadFile(
        f"文件有 {size / 1048576:,.0f} MB,最大 {LARGEST // 1048576} MB。请分成几个文件,或删掉用不到的列和图片再导入。"
    )


def too_wide(number: int, width: int) -> BadFile:
    """The refusal of a line with more columns than a table of leads has."""
    return BadFile(f"第 {number} 行有 {width} 列,最多 {MOST_COLUMNS} 列。请只留下需要导入的列;也看看是不是分隔符乱了。")


def _encoding(content: bytes) -> str:
    if content.startswith(codecs.BOM_UTF8):
        return _valid(content, "utf-8-sig") or _bad_encoding()
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _valid(content, "utf-16") or _bad_encoding()
    if b"\0" in content[:SNIFFED]:
        raise BadFile(f"这不是表格文件(里面是二进制内容)。{SAVE_AS}。")
    return _valid(content, "utf-8") or _valid(content, "gb18030") or _bad_encoding()


def _valid(content: bytes, encoding: str) -> str | None:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(content), 1 << 20):
            decoder.decode(content[start : start + (1 << 20)])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return None
    return encoding


def _bad_encoding() -> str:
    raise BadFile("文字编码认不出来,既不是 UTF-8 也不是 GBK。请用 Excel 打开,另存为「CSV UTF-8」或 .xlsx 再导入。")


def _delimiter(line: str) -> str:
    """The separator of the first line: comma, tab, semicolon or bar, whichever it has most of."""
    return max((",", "\t", ";", "|"), key=line.count)


def _plain(text: str) -> str:
    """A CSV cell as Excel means it: ="0512…" and '138… are text; another = begins a formula."""
    if text[:1] == "=":
        inner = text[2:-1] if text[:2] == '="' and text[-1:] == '"' else None
        return inner.strip() if inner is not None and '"' not in inner else Formula(text)
    return text[1:].lstrip() if text[:1] == "'" else text


def _text(cell: object) -> str:
    if isinstance(cell, str):
        return cell if isinstance(cell, Formula) else cell.strip()
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell)
