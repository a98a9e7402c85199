"""The first members of a company, read from members.csv."""

import csv
import io
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from config.document import BadDocument, Mark, Problem
from config.words import ROLE_LABELS

COLUMNS = (
    "id", "name", "role", "team", "wecom", "dingtalk", "mobile", "email", "regions", "industries", "products",
    "capacity", "weight",
)  # fmt: skip
LISTS = ("regions", "industries", "products")


@dataclass(frozen=True)
class MemberRow:
    """One colleague as written in the file; `line` is where."""

    line: int
    id: str
    name: str
    role: str
    team: str = ""
    wecom: str | None = None
    dingtalk: str | None = None
    mobile: str = ""
    email: str = ""
    regions: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    capacity: int | None = None
    weight: int = 1

    def values(self) -> dict[str, Any]:
        """Everything but the line, with lists as lists."""
        found = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "line"}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in found.items()}


def read_members(path: Path) -> list[MemberRow]:
    """The members of a CSV file (UTF-8 with or without mark, or GBK); lines that begin with # are comments.

    Raises BadDocument with file, line and cure for every problem. A file that is not there has no members.
    """
    if not path.is_file():
        return []
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gbk", "replace")
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip() and line[0] != "#"]
    problems: list[Problem] = []

    def wrong(line: int, key: str, message: str) -> None:
        problems.append(Problem(str(path), Mark(line, 1), key, message))

    if not lines:
        return []
    head = [cell.strip() for cell in next(csv.reader([lines[0][1]]))]
    for name in head:
        if name not in COLUMNS:
            wrong(lines[0][0], name, f"unknown column; allowed: {', '.join(COLUMNS)}")
    for name in ("id", "name", "role"):
        if name not in head:
            wrong(lines[0][0], name, "this column is missing")
    found: list[MemberRow] = []
    if not problems:
        for line, content in lines[1:]:
            values = [cell.strip() for cell in next(csv.reader(io.StringIO(content)))]
            if any(values[len(head) :]):
                message = f"has {len(values)} values for {len(head)} columns; inside a value write ; instead of a comma"
                wrong(line, "", message)
                continue
            cells = dict(zip(head, values, strict=False))
            if (row := _read(line, cells, wrong)) is not None:
                found.append(row)
        _refuse_doubles(found, wrong)
    if problems:
        raise BadDocument(problems)
    return found


def _read(line: int, cells: dict[str, str], wrong: Any) -> MemberRow | None:
    before = cells.get("id", "")
    if not before or not cells.get("name"):
        wrong(line, "id" if not before else "name", "must not be empty")
        return None
    role = cells.get("role", "")
    if role not in ROLE_LABELS:
        wrong(line, "role", f"is {role!r}; allowed: {', '.join(ROLE_LABELS)}")
        return None
    numbers: dict[str, int | None] = {"capacity": None, "weight": 1}
    for name in numbers:
        if value := cells.get(name, ""):
            if not value.isdecimal() or int(value) > 1_000_000:
                wrong(line, name, f"is {value[:20]!r}; a whole number is needed")
                return None
            numbers[name] = int(value)
    lists = {
        name: tuple(part.strip() for part in cells.get(name, "").replace("；", ";").split(";") if part.strip())
        for name in LISTS
    }
    return MemberRow(
        line=line,
        id=before,
        name=cells["name"],
        role=role,
        team=cells.get("team", ""),
        wecom=cells.get("wecom", "") or None,
        dingtalk=cells.get("dingtalk", "") or None,
        mobile=cells.get("mobile", ""),
        email=cells.get("email", ""),
        capacity=numbers["capacity"],
        weight=numbers["weight"] or 1,
        **lists,
    )


def _refuse_doubles(rows: list[MemberRow], wrong: Any) -> None:
    for column in ("id", "wecom", "dingtalk"):
        seen: dict[str, int] = {}
        for row in rows:
            value = getattr(row, column)
            if value is None:
                continue
            if value.lower() in seen:
                wrong(row.line, column, f"{value!r} stands in line {seen[value.lower()]} already; each must differ")
            seen.setdefault(value.lower(), row.line)
