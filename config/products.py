"""What the company sells, at which price: products.csv as somebody keeps it in Excel, read strictly."""

import csv
import io
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from config.document import BadDocument, Mark, Problem

# the heading of a column, as programs and as people write it
COLUMNS = {
    "sku": "编号", "name": "名称", "aliases": "别名", "unit": "单位", "price": "单价", "min_price": "最低价",
    "max_discount": "最大折扣",
}  # fmt: skip
NEEDED = ("sku", "name", "price")
MOST_ROWS = 5000
MOST_FEN = 10**13  # a hundred thousand million yuan
SKU = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,39}")
FIGURES = re.compile(r"[0-9]{1,12}(\.[0-9]{1,2})?")


@dataclass(frozen=True)
class ProductRow:
    """One product as written in the file: prices in fen, `max_off` in hundredths of a percent; `line` is where."""

    line: int
    sku: str
    name: str
    price: int
    aliases: tuple[str, ...] = ()
    unit: str = "件"
    floor: int | None = None
    max_off: int | None = None


def read_products(path: Path) -> list[ProductRow]:
    """The products of a CSV file (UTF-8 with or without mark, or GBK); lines that begin with # are comments.

    Raises BadDocument with file, line and cure for every problem. A file that is not there has no products.
    """
    if not path.is_file():
        return []
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gbk", "replace")
    return products_of(text, str(path))


def products_of(text: str, file: str) -> list[ProductRow]:
    """The same of a text."""
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip() and line[0] != "#"]
    problems: list[Problem] = []

    def wrong(line: int, key: str, message: str) -> None:
        problems.append(Problem(file, Mark(line, 1), key, message))

    if not lines:
        return []
    head = [_column(cell) for cell in next(csv.reader([lines[0][1]]))]
    for name in head:
        if name not in COLUMNS:
            allowed = ", ".join(f"{one} ({label})" for one, label in COLUMNS.items())
            wrong(lines[0][0], name, f"unknown column; allowed: {allowed}")
    for name in NEEDED:
        if name not in head:
            wrong(lines[0][0], name, f"this column is missing; it may also be called {COLUMNS[name]}")
    if len(lines) - 1 > MOST_ROWS:
        wrong(lines[MOST_ROWS + 1][0], "", f"more than {MOST_ROWS} products")
    found: list[ProductRow] = []
    for line, content in lines[1:] if not problems else ():
        values = [cell.strip() for cell in next(csv.reader(io.StringIO(content)))]
        if any(values[len(head) :]):
            wrong(line, "", f"has {len(values)} values for {len(head)} columns; between aliases write ; not a comma")
            continue
        row = _read(line, dict(zip(head, values, strict=False)), wrong)
        found += [row] if row is not None else []
    _refuse_doubles(found, wrong)
    if problems:
        raise BadDocument(problems)
    return found


def _column(cell: str) -> str:
    told = cell.strip()
    return next((name for name, label in COLUMNS.items() if told in (name, label)), told)


def _read(line: int, cells: dict[str, str], wrong: Any) -> ProductRow | None:
    before = len(cells) and cells.get("sku", "")
    if not before or not SKU.fullmatch(before):
        wrong(line, "sku", f"is {before!r}; letters, digits and . _ / - are needed, at most 40")
        return None
    if not cells.get("name") or len(cells["name"]) > 60:
        wrong(line, "name", "must have 1 to 60 characters")
        return None
    price = _fen(line, "price", cells.get("price", ""), wrong)
    floor = _fen(line, "min_price", cells["min_price"], wrong) if cells.get("min_price") else None
    if price is None or (cells.get("min_price") and floor is None):
        return None
    if floor is not None and floor > price:
        wrong(line, "min_price", "is above the price")
        return None
    off = cells.get("max_discount", "").removesuffix("%").strip()
    if off and (not FIGURES.fullmatch(off) or not 0 <= Decimal(off) < 100):
        wrong(line, "max_discount", f"is {off[:20]!r}; a percentage below 100 is needed: 10 means up to 10 % off")
        return None
    aliases = tuple(part.strip() for part in cells.get("aliases", "").replace("；", ";").split(";") if part.strip())
    return ProductRow(
        line=line, sku=before, name=cells["name"], price=price, aliases=aliases, unit=cells.get("unit", "") or "件",
        floor=floor, max_off=int(Decimal(off) * 100) if off else None,
    )  # fmt: skip


def _fen(line: int, key: str, text: str, wrong: Any) -> int | None:
    """A price in yuan as fen; more than two decimals are refused, not rounded."""
    plain = text.replace(",", "").replace("，", "").removeprefix("¥").removesuffix("元").strip()
    if not FIGURES.fullmatch(plain) or int(Decimal(plain) * 100) > MOST_FEN or Decimal(plain) == 0:
        wrong(line, key, f"is {text[:20]!r}; a sum in yuan with at most two decimals is needed, such as 8800 or 99.50")
        return None
    return int((Decimal(plain) * 100).to_integral_value(ROUND_HALF_UP))


def _refuse_doubles(rows: list[ProductRow], wrong: Any) -> None:
    """A word in a chat line must mean one product."""
    seen: dict[str, tuple[int, str]] = {}
    for row in rows:
        for word in {row.sku.lower(), row.name.lower(), *(alias.lower() for alias in row.aliases)}:
            if word in seen and seen[word][1] != row.sku:
                wrong(row.line, "name", f"{word!r} means the product of line {seen[word][0]} already; each must differ")
            seen.setdefault(word, (row.line, row.sku))
        if (first := seen.get(f"sku:{row.sku.lower()}")) is not None:
            wrong(row.line, "sku", f"{row.sku!r} stands in line {first[0]} already")
        seen[f"sku:{row.sku.lower()}"] = (row.line, row.sku)
