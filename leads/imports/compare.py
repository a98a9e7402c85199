"""A parallel run with an old system: who is only there, who is only here, and of whom the two say different things."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from config.words import STAGE_LABELS
from leads.firm import even_name
from leads.imports.book import MOST_DOUBTS
from leads.imports.entry import stage_of
from leads.imports.heading import Heading
from leads.imports.row import Flaw, Row
from leads.mask import shown_phone
from leads.sheet import workbook_of
from store import bulk, rechecks
from store.tx import Tx

TITLES = ("差别", "线索", "旧系统第几行", "姓名", "电话", "公司", "哪一项", "旧系统", "这里")
MOST_LINES = 50_000  # told in the file; beyond them only the counts go on
SLICE = 2000  # of our own leads, read at once
Line = tuple[str, ...]


@dataclass
class Tally:
    """What a comparison has counted: lines of their list, leads of ours, and fields that differ, by name.

    rows = same + differing + there + skipped; `doubled` of the first two are a second line of somebody;
    here = same + differing - doubled + only_here + newer (who came after the export was written).
    """

    rows: int = 0
    same: int = 0
    differing: int = 0
    there: int = 0
    skipped: int = 0
    doubled: int = 0
    here: int = 0
    only_here: int = 0
    newer: int = 0
    fields: Counter[str] = field(default_factory=Counter)

    @property
    def differences(self) -> int:
        """How many people the two systems do not agree on."""
        return self.differing + self.there + self.only_here

    def plain(self) -> dict[str, int]:
        """As a batch keeps it; the fields under their names."""
        counts = {name: value for name, value in self.__dict__.items() if isinstance(value, int)}
        return {
            name: counts[name] for name in ("same", "differing", "there", "doubled", "here", "only_here", "newer")
        } | {f"field:{name}": count for name, count in self.fields.most_common()}


class Comparison:
    """Reads their list slice by slice, then our leads; never writes. `as_of`: when the list was made."""

    def __init__(self, heading: Heading, names: Mapping[str, str], *, as_of: datetime) -> None:
        self.tally = Tally()
        self.lines: list[Line] = []
        self.doubts = Counter[str]()  # what could not be compared, and how often
        self.done_line = 0
        self._names = names
        self._as_of = as_of
        self._columns = {name: heading.columns(name) for name in ("owner", "stage", "phone", "company")}
        self._met = set[int]()
        self._last: int | None = None
        self._at = 0

    async def look_at(self, tx: Tx, items: Sequence[tuple[Row | Flaw, Sequence[str]]]) -> None:
        """The next slice of their list."""
        rows = [row for row, _ in items if isinstance(row, Row)]
        blinds = {pair: tx.keys.blind(*pair) for row in rows for pair in row.pairs}
        known = await bulk.find_identities(tx, blinds)
        leads = await bulk.read_leads(tx, known.values())
        for row, cells in items:
            if isinstance(row, Flaw):
                self.tally.skipped += 1
                self._tell("读不懂", "", row.line, {}, "", row.reason, "")
                continue
            ids = (known[pair] for pair in row.pairs if known.get(pair) in leads)
            lead_id = next(ids, None)
            if lead_id is None:
                self.tally.there += 1
                self._tell("只在旧系统", "", row.line, _seen(row), "", "", "")
                continue
            self._weigh(row, cells, leads[lead_id])
        self.tally.rows += len(items)
        self.done_line = items[-1][0].line

    async def look_here(self, tx: Tx) -> bool:
        """The next slice of our own leads; False when there are no more."""
        if self._last is None:
            self._last = await rechecks.last_lead(tx)
        leads = await rechecks.list_slice(tx, self._at, self._last, SLICE)
        for lead in leads:
            self._at = lead.id or 0
            self.tally.here += 1
            if self._at in self._met:
                continue
            if lead.created_at > self._as_of:
                self.tally.newer += 1
                continue
            self.tally.only_here += 1
            self._tell("只在这里", lead.no, "", vars(lead), "", "", "")
        return bool(leads)

    def file(self) -> bytes:
        """Everything that differs, as an .xlsx whose cells are all text."""
        return workbook_of([TITLES, *self.lines])

    def _weigh(self, row: Row, cells: Sequence[str], lead: Mapping[str, Any]) -> None:
        lead_id = int(lead["id"])
        self.tally.doubled += lead_id in self._met
        self._met.add(lead_id)
        differing = self._differing(row, cells, lead)
        self.tally.differing += bool(differing)
        self.tally.same += not differing
        for name, theirs, ours in differing:
            self.tally.fields[name] += 1
            self._tell("不一样", f"L{lead_id}", row.line, lead, name, theirs, ours)

    def _differing(self, row: Row, cells: Sequence[str], lead: Mapping[str, Any]) -> list[tuple[str, str, str]]:
        """(field, what they say, what we say), of the columns that their list has."""
        found: list[tuple[str, str, str]] = []
        owner = self._cell(cells, "owner")
        if self._columns["owner"] and (row.owner != lead["owner_id"] or bool(owner) != bool(row.owner)):
            found.append(("负责人", owner, self._names.get(lead["owner_id"] or "", lead["owner_id"] or "")))
        stage = self._cell(cells, "stage")
        if stage and not row.stage:
            doubt = f"阶段「{stage[:20]}」不认识,没有对比"
            self.doubts[doubt if doubt in self.doubts or len(self.doubts) < MOST_DOUBTS else "其他"] += 1
        elif stage and stage_of(row) != lead["stage"]:
            found.append(("阶段", stage, STAGE_LABELS[lead["stage"]]))
        if self._columns["phone"] and not _same_phone(row, lead):
            ours = shown_phone(lead["phone"], reveal=True)
            found.append(("电话", shown_phone(row.phone, reveal=True), ours))
        if self._columns["company"] and even_name(row.company) != even_name(lead["company"]):
            found.append(("公司", row.company, lead["company"]))
        return found

    def _cell(self, cells: Sequence[str], name: str) -> str:
        return next((cells[place] for place in self._columns[name]), "")

    def _tell(
        self, what: str, no: str, line: int | str, who: Mapping[str, Any], name: str, theirs: str, ours: str
    ) -> None:
        if len(self.lines) < MOST_LINES:
            phone = shown_phone(who.get("phone", ""), reveal=True)
            self.lines.append(
                (what, no, str(line), who.get("name", ""), phone, who.get("company", ""), name, theirs, ours)
            )


def _seen(row: Row) -> dict[str, str]:
    return {"name": row.name, "phone": row.phone, "company": row.company}


def _same_phone(row: Row, lead: Mapping[str, Any]) -> bool:
    theirs = {value for kind, value in row.pairs if kind == "phone"} or {row.phone}
    ours = {lead["phone"], *(value for kind, value in lead["also"] or () if kind == "phone")}
    return bool(theirs & ours)
