"""What an old system knows of its leads, one fact a line in order of time: read, and refused where a line is broken."""

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leads.errors import BadFile
from leads.followup import CHANNELS
from leads.imports.cell import city_of
from leads.imports.number import read_phones
from leads.imports.row import Flaw
from store.bulk import Pair

NEEDED: Mapping[str, tuple[str, ...]] = {
    "source": ("name",),
    "campaign": ("ref", "name"),
    "cost": ("campaign", "amount"),
    "lead": ("ref",),
    "enquiry": ("lead",),
    "stage": ("lead", "to"),
    "claim": ("lead", "by"),
    "release": ("lead", "by"),
    "followup": ("lead", "kind"),
    "opportunity": ("ref", "lead"),
    "transfer": ("opportunity", "to"),
    "close": ("opportunity", "result"),
    "payment": ("opportunity", "amount"),
}
ONE_OF = {
    ("stage", "to"): ("nurturing", "mql", "sql", "invalid"),
    ("followup", "kind"): CHANNELS,
    ("close", "result"): ("won", "lost"),
}
LONGEST_LINE = 1_000_000


@dataclass(frozen=True, slots=True)
class Deed:
    """One line: what happened (`kind`), when, with its other words; `text` is the line as it came."""

    line: int
    kind: str
    at: datetime
    said: Mapping[str, Any]
    text: str

    def word(self, name: str) -> str:
        """One of its words as text, "" when it is missing."""
        value = self.said.get(name)
        return "" if value is None else str(value).strip()

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """The ways to know the lead that the line names, its reference in the old system first."""
        if self.kind != "lead":
            return (("external", f"ref:{self.word('lead')}"),) if self.said.get("lead") is not None else ()
        found: list[Pair] = [("external", f"ref:{self.word('ref')}")]
        numbers, _ = read_phones(self.word("phone")) if self.word("phone") else ([], "")
        return (*found, *(("phone", number) for number in numbers))


def is_history(name: str, content: bytes) -> bool:
    """Whether a file is a history and no list."""
    return name.lower().endswith((".ndjson", ".jsonl")) or content.lstrip(b"\xef\xbb\xbf \r\n")[:1] == b"{"


class HistorySource:
    """The lines of a history."""

    kind = "history"
    is_text = True

    def __init__(self, name: str, content: bytes) -> None:
        self.name = name
        self._content = content

    def heading_kept(self) -> dict[str, Any]:
        """A history has no columns: a line is given back as it came."""
        return {"line": 0, "titles": ["JSON"], "fields": [None], "first": 1, "samples": []}

    def rows(self, *, after: int = 0) -> Iterator[tuple[Deed | Flaw, Sequence[str]]]:
        """Every line behind `after`, with its text. Raises BadFile."""
        return deeds_of(self._content, after=after)


def deeds_of(content: bytes, *, after: int = 0) -> Iterator[tuple[Deed | Flaw, Sequence[str]]]:
    """Every line behind `after`. Raises BadFile when the file is no text."""
    stream = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="\n")
    try:
        for line, text in enumerate(stream, 1):
            if line > after and text.strip():
                yield _read(line, text.strip()), [text.strip()[:LONGEST_LINE]]
    except UnicodeDecodeError:
        raise BadFile("历史文件要用 UTF-8 编码,一行一个 JSON。") from None


def _read(line: int, text: str) -> Deed | Flaw:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return Flaw(line, "不是有效的 JSON,一行要写一个 {…}")
    if not isinstance(said, dict):
        return Flaw(line, "一行要写一个 {…}")
    kind = said.get("type")
    if not isinstance(kind, str) or kind not in NEEDED:
        return Flaw(line, f"type「{str(kind)[:20]}」不认识,可以用:{'、'.join(NEEDED)}")
    for name in NEEDED[kind]:
        if said.get(name) in (None, ""):
            return Flaw(line, f"{kind} 缺少 {name}")
        allowed = ONE_OF.get((kind, name))
        if allowed is not None and said[name] not in allowed:
            return Flaw(line, f"{name}「{str(said[name])[:20]}」不认识,可以用:{'、'.join(allowed)}")
    try:
        at = datetime.fromisoformat(str(said.get("at")))
    except ValueError:
        return Flaw(line, "at 要写成带时区的时间,例如 2025-03-01T10:20:00+08:00")
    if at.tzinfo is None:
        return Flaw(line, "at 没有时区,要写成 2025-03-01T10:20:00+08:00 这样")
    return Deed(line, kind, at, said, text)


def values_of(deed: Deed) -> dict[str, Any]:
    """A lead's values as its line tells them."""
    numbers, flaw = read_phones(deed.word("phone")) if deed.word("phone") else ([], "")
    return {
        "name": deed.word("name")[:60],
        "company": deed.word("company")[:120],
        "city": city_of(deed.word("city")),
        "source": deed.word("source")[:60],
        "phone": numbers[0] if numbers else deed.word("phone")[:60],
        "phone_flaw": flaw,
    }
