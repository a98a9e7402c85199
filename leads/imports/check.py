"""Looking at a list before anything is written: who would be new, who is known, which lines cannot be used."""

from collections.abc import Mapping, Sequence

from leads.imports.book import more_doubts
from leads.imports.foretell import Foretold
from leads.imports.history import Deed
from leads.imports.row import Flaw, Row
from store import bulk
from store.tx import Tx


class Check:
    """Counts a list as the import itself would; of whom it has met it remembers only keyed hashes."""

    def __init__(self, members: Mapping[str, str] | None = None) -> None:
        """`members`: by the names that a history may call them."""
        self._foretold = Foretold(members or {})
        self.rows = self.new = self.updated = 0
        self.done_line = 0
        self.flaws: list[tuple[int, str, Sequence[str]]] = []
        self.doubts: Mapping[str, int] = {}
        self._met = set[bytes]()

    async def look_at(self, tx: Tx, items: Sequence[tuple[Row | Deed | Flaw, Sequence[str]]]) -> None:
        """The next slice of the list."""
        rows = [row for row, _ in items if not isinstance(row, Flaw)]
        blinds = {pair: tx.keys.blind(*pair) for row in rows for pair in row.pairs}
        known = await bulk.find_identities(tx, blinds)
        await self._foretold.look_up(tx, [row for row in rows if isinstance(row, Deed)])
        for row, cells in items:
            if isinstance(row, Flaw):
                self.flaws.append((row.line, row.reason, cells))
                continue
            if isinstance(row, Deed) and (why := self._foretold.flaw_of(row)):
                self.flaws.append((row.line, why, cells))
                continue
            met = {blinds[pair] for pair in row.pairs}
            if (
                (isinstance(row, Deed) and row.kind != "lead")
                or any(pair in known for pair in row.pairs)
                or met & self._met
            ):
                self.updated += 1
            else:
                self.new += 1
            self._met |= met
        self.doubts = more_doubts(self.doubts, [row for row in rows if isinstance(row, Row)])
        self.rows += len(items)
        self.done_line = items[-1][0].line

    @property
    def skipped(self) -> int:
        """How many lines cannot be used."""
        return len(self.flaws)
