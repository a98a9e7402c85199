"""An Excel workbook: which sheet holds the leads, its cells, and which of them are formulas."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from types import TracebackType
from typing import Any

from leads.errors import BadFile

MOST_COLUMNS = 200
LARGEST_UNPACKED = 400 * 1024 * 1024  # bytes; a workbook that unpacks to more is a bomb, or no list of leads
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
DENSEST = 1032  # times; nothing is packed more tightly, so a part cannot hold more than this without lying of its size
CHUNK = 1 << 20


class Formula(str):
    """The text of a cell that holds a formula instead of a value."""

    __slots__ = ()


class Workbook:
    """A workbook of any age (.xlsx, .xls, .xlsb, .ods); raises BadFile for what is none, or is locked."""

    def __init__(self, content: bytes) -> None:
        from python_calamine import CalamineError, CalamineWorkbook, PasswordError  # heavy: on first use only

        self._content = content
        if content[:4] == b"PK\x03\x04":
            _check_archive(content)
        elif ENCRYPTED in content:
            raise _locked()
        try:
            self._book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        except PasswordError:
            raise _locked() from None
        except (CalamineError, ValueError, OSError):
            raise BadFile(
                "这个文件打不开:不是 Excel 表格,或者已经损坏。请用 Excel 或 WPS 打开,另存为 .xlsx 再导入。"
            ) from None

    def __enter__(self) -> "Workbook":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._book.close()

    def choose(self, wanted: str) -> tuple[str, tuple[str, ...]]:
        """The sheet to read (the wanted one, or the first visible one with content), and the others with content."""
        from python_calamine import SheetVisibleEnum

        names = [s.name for s in self._book.sheets_metadata if s.visible == SheetVisibleEnum.Visible]
        if wanted and wanted not in names:
            raise BadFile(f"没有叫「{wanted[:40]}」的工作表,有:{'、'.join(names)[:200]}。")
        filled = [name for name in names if self._book.get_sheet_by_name(name).height]
        if not filled or (wanted and wanted not in filled):
            raise BadFile("工作表是空的,里面一行也没有。请确认选对了文件,数据在看得见的工作表里。")
        chosen = wanted or filled[0]
        return chosen, tuple(name for name in filled if name != chosen)

    def rows(self, sheet: str) -> Iterator[tuple[int, list[Any]]]:
        """The lines of a sheet with their numbers; a column's cells stand at its own place, A first.

        Where the cells of a column are merged downwards, each of them has the value.
        """
        found = self._book.get_sheet_by_name(sheet)
        left = (found.start or (0, 0))[1]
        if left + found.width > MOST_COLUMNS and _really_wide(found, left):
            width = left + found.width
            raise BadFile(f"工作表「{sheet}」有 {width} 列,最多 {MOST_COLUMNS} 列。请只留下需要导入的列。")
        formulas = _formulas(self._content, self._book.sheet_names.index(sheet))
        down = {
            (row, column): (first[0], column)
            for first, last in found.merged_cell_ranges or ()
            for column in (first[1],)
            for row in range(first[0] + 1, min(last[0], first[0] + 500) + 1)
        }
        held: dict[tuple[int, int], Any] = {}
        heads = set(down.values())
        blank = [""] * left
        for index, cells in enumerate(found.iter_rows()):
            row = blank + cells[: MOST_COLUMNS - left]
            for column in range(len(row)) if down else ():
                if (index, column) in heads:
                    held[index, column] = row[column]
                elif row[column] == "" and (index, column) in down:
                    row[column] = held.get(down[index, column], "")
            for column, text in formulas.get(index + 1, ()):
                if column < len(row):
                    row[column] = Formula(text)
            yield index + 1, row


def _really_wide(sheet: Any, left: int) -> bool:
    """Whether there is anything beyond the last permitted column; a painted empty column is nothing."""
    return any(cell != "" for row in sheet.iter_rows() for cell in row[MOST_COLUMNS - left :])


def _locked() -> BadFile:
    return BadFile("这个表格加了密码,打不开。请在 Excel 里去掉密码(文件 → 信息 → 保护工作簿),保存后再导入。")


def _check_archive(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            unpacked = sum(part.file_size for part in archive.infolist())
            lies = len(content) * DENSEST > LARGEST_UNPACKED >= unpacked and archive.testzip() is not None
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError):
        lies = True
        names, unpacked = [], 0
    if lies:
        raise BadFile("这个文件已经损坏,打不开。请重新导出一份,或用 Excel 打开后另存为 .xlsx 再导入。")
    if not any(name.startswith("xl/") or name == "content.xml" for name in names):
        kind = "Word 文档" if any(name.startswith("word/") for name in names) else "压缩包"
        raise BadFile(f"这是{kind},不是表格。请把名单存成 .xlsx 或 CSV 再导入。")
    if unpacked > LARGEST_UNPACKED:
        raise BadFile(
            f"表格解开后有 {unpacked / 1048576:,.0f} MB,太大了。请删掉图片和用不到的列,或分成几个文件再导入。"
        )


def _formulas(content: bytes, index: int) -> dict[int, list[tuple[int, str]]]:
    """Line → (column, formula) of an .xlsx sheet: the reader shows what a formula came to, or nothing at all."""
    found: dict[int, list[tuple[int, str]]] = {}
    if content[:4] != b"PK\x03\x04":
        return found
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        part = _part_of(archive, index)
        if part is None:
            return found
        with archive.open(part) as xml:
            rest = b""
            while chunk := xml.read(CHUNK):
                rest += chunk
                if b"<f" in rest:
                    for hit in _formula_cell().finditer(rest):
                        row, column = int(hit["row"]), _column(hit["column"])
                        found.setdefault(row, []).append(
                            (column, "=" + (hit["text"] or b"").decode("utf-8", "replace")[:80])
                        )
                rest = rest[max(rest.rfind(b"<c "), len(rest) - 4096) :] if b"<c " in rest else rest[-4096:]
    return {row: sorted(set(cells)) for row, cells in found.items()}


def _formula_cell() -> re.Pattern[bytes]:
    return re.compile(
        rb'<c\s[^>]*?\br="(?P<column>[A-Z]{1,3})(?P<row>\d{1,7})"[^>]*>\s*<f\b[^>]*?(?:/>|>(?P<text>[^<]{0,400}))'
    )


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _part_of(archive: zipfile.ZipFile, index: int) -> str | None:
    """The archive's part that holds the sheet of that place in the workbook."""
    try:
        book = archive.read("xl/workbook.xml")
        targets = archive.read("xl/_rels/workbook.xml.rels")
    except KeyError:
        return None
    sheets = re.findall(rb"<sheet\s[^>]*>", book)
    name = re.search(rb'r:id="([^"]+)"', sheets[index]) if index < len(sheets) else None
    for relation in re.findall(rb"<Relationship\s[^>]*>", targets):
        if name is not None and b'Id="' + name[1] + b'"' in relation:
            target = re.search(rb'Target="([^"]+)"', relation)
            path = target[1].decode() if target else ""
            path = path.lstrip("/") if path.startswith("/") else f"xl/{path}"
            return path if path in archive.namelist() else None
    return None
