"""One import's file with all that was decided about it: from here its lines come, cleaned, slice by slice."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from config.rules import Rules
from leads.errors import BadFile
from leads.imports.grid import Grid, open_grid
from leads.imports.heading import Heading, read_heading
from leads.imports.lines import rows_of
from leads.imports.row import Directory, Flaw, Row, RowReader
from store.tables import Member


@dataclass(frozen=True)
class Options:
    """What was asked for: the source to book under, the pool, whether known values are replaced, automations start."""

    source: str = ""
    pool: str = ""
    sheet: str = ""
    overwrite: bool = False
    start: bool = False


class Source(Protocol):
    """What an import reads from: a list or a history."""

    kind: str
    name: str
    is_text: bool

    def heading_kept(self) -> dict[str, Any]:
        """What a batch keeps of the headings."""
        ...

    def rows(self, *, after: int = 0) -> Iterator[tuple[Any, Sequence[str]]]:
        """Every row behind the line `after`, with the cells as they came."""
        ...


class ListSource:
    """The lines of a CSV or Excel list."""

    kind = "list"

    def __init__(
        self, grid: Grid, heading: Heading, options: Options, directory: Directory, *, rules: Rules, now: datetime
    ) -> None:
        self.grid = grid
        self.heading = heading
        self.name = grid.name
        self.is_text = grid.kind == "csv"
        self._pool = directory.pools.get(options.pool, "")
        self._reader = RowReader(heading, directory, source=options.source, rules=rules, now=now)

    def heading_kept(self) -> dict[str, Any]:
        """The headings as a batch keeps them."""
        file = {"format": self.grid.kind, "encoding": self.grid.encoding, "delimiter": self.grid.delimiter}
        others = {"sheet": self.grid.sheet, "other_sheets": list(self.grid.other_sheets)}
        return {**asdict(self.heading), "samples": [], **file, **others}

    def rows(self, *, after: int = 0) -> Iterator[tuple[Row | Flaw, Sequence[str]]]:
        """Every row behind the line `after`, with the cells as they came. Raises BadFile for a second table."""
        for number, cells in rows_of(self.grid, self.heading):
            if number <= after:
                continue
            row = self._reader.read(number, cells)
            if self._pool and isinstance(row, Row) and not row.pool:
                row.pool = self._pool
            yield row, cells


def open_list(
    name: str, content: bytes, wanted: Mapping[str, str], options: Options, directory: Directory, *, rules: Rules,
    now: datetime,
) -> ListSource:  # fmt: skip
    """A file that was just given: what it is, and what its columns are taken for. Raises BadFile."""
    grid = open_grid(name, content, sheet=options.sheet)
    own = labels_of(rules)
    try:
        heading = read_heading(grid, wanted, own)
    except BadFile as refusal:
        found = None if options.sheet else _other_sheet(grid, wanted, own)
        if found is None:
            raise refusal from None
        grid, heading = found
    return ListSource(grid, heading, options, directory, rules=rules, now=now)


def _other_sheet(grid: Grid, wanted: Mapping[str, str], own: Mapping[str, str]) -> tuple[Grid, Heading] | None:
    """The first further sheet that is a list, where the first one is a cover or a guide (填写说明)."""
    for sheet in grid.other_sheets[:10]:
        others = (grid.sheet, *(name for name in grid.other_sheets if name != sheet))
        other = replace(grid, sheet=sheet, other_sheets=others)
        try:
            return other, read_heading(other, wanted, own)
        except BadFile:
            continue
    return None


def labels_of(rules: Rules) -> dict[str, str]:
    """The company's own fields: key → label."""
    return {key: field.label for key, field in rules.fields.items()}


def heading_of(kept: Mapping[str, Any]) -> Heading:
    """The headings of a batch, as they were decided when it was opened."""
    return Heading(kept["line"], tuple(kept["titles"]), tuple(kept["fields"]), kept["first"])


def directory_of(members: Sequence[Member], rules: Rules) -> Directory:
    """Everyone by id and by name, the pools by name and label."""
    pools = {pool.label: name for name, pool in rules.pools.items()} | {name: name for name in rules.pools}
    return Directory(members_of(members), pools)


def members_of(members: Sequence[Member]) -> dict[str, str]:
    """Everyone by id and by name; a name that two have is nobody's."""
    names: dict[str, str] = {}
    twice = {m.name for m in members if sum(o.name == m.name for o in members) > 1}
    for member in members:
        names |= {member.id: member.id, member.id.lower(): member.id}
        if member.name not in twice:
            names[member.name] = member.id
    return names
