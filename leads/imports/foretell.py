"""What a history would be refused for, line by line, before anything is written: in the words of the replay itself."""

from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256

from sqlalchemy import select

from leads.imports.deals import CLOSED, KINDS, NO_SUM, TWICE, UNKNOWN, key_of
from leads.imports.history import Deed
from leads.imports.replay import not_before
from leads.imports.spending import NO_COST, no_campaign
from leads.money import fen_of
from store import bulk
from store.deal import Opportunity
from store.tx import Tx


class Foretold:
    """What the lines so far have told, beside what the store knows; of leads it remembers only hashes."""

    def __init__(self, members: Mapping[str, str]) -> None:
        self._members = members
        self._leads = set[str]()  # references that lead lines of this file have brought
        self._told = set[bytes]()  # lines that would be booked: the same line again changes nothing
        self._campaigns = set[str]()
        self._results: dict[str, str] = {}  # of deals, by their reference
        self._known: dict[str, int] = {}  # reference → lead, of the store
        self._lead_of: dict[str, int] = {}  # deal's reference → lead, of the store
        self._marks: Collection[tuple[int, bytes]] = ()
        self._tx: Tx

    async def look_up(self, tx: Tx, deeds: Sequence[Deed]) -> None:
        """Find what the next lines name, if the store has it."""
        refs = {deed.word("lead") for deed in deeds if deed.kind != "lead" and deed.word("lead")}
        pairs = {ref: ("external", f"ref:{ref}") for ref in refs}
        found = await bulk.find_identities(tx, {pair: tx.keys.blind(*pair) for pair in pairs.values()})
        named = {deed.word("ref" if deed.kind == "opportunity" else "opportunity") for deed in deeds} - {""}
        table, deals = bulk.table_of(Opportunity), {key_of(ref): ref for ref in named}
        self._lead_of = {}
        for some in bulk.in_slices(sorted(deals)):
            query = select(table.c.key, table.c.lead_id, table.c.result)
            for key, lead_id, result in await tx.rows(query.where(table.c.corp == tx.corp, table.c.key.in_(some))):
                self._lead_of[deals[key]] = lead_id
                self._results.setdefault(deals[key], result)
        leads = await bulk.read_leads(tx, [*found.values(), *self._lead_of.values()])
        self._known = {ref: found[pair] for ref, pair in pairs.items() if found.get(pair) in leads}
        self._marks = await bulk.find_marks(tx, leads)
        self._tx = tx

    def flaw_of(self, deed: Deed) -> str:
        """Why a line could not be booked after those before it; "" when it could."""
        if deed.kind == "lead":
            self._leads.add(deed.word("ref"))
            return ""
        if deed.kind == "campaign":
            self._campaigns.add(deed.word("ref"))
        elif deed.kind == "cost":
            if deed.word("campaign") not in self._campaigns:
                return no_campaign(deed)
            return "" if fen_of(deed.said.get("amount")) is not None else NO_COST
        if deed.kind in ("source", "campaign"):
            return ""
        if not self._leads_somewhere(deed):
            return not_before(deed)
        mark = sha256(deed.text.encode("utf-8", "replace")).digest()[:12]
        if mark in self._told or self._is_booked(deed):
            return ""
        flaw = self._of_deal(deed) if deed.kind in KINDS else self._of_act(deed)
        if not flaw:
            self._told.add(mark)
        return flaw

    def _leads_somewhere(self, deed: Deed) -> bool:
        if "opportunity" in deed.said and deed.word("opportunity") not in self._results:
            return False
        ref = deed.word("lead")
        return "opportunity" in deed.said if not ref else ref in self._leads or ref in self._known

    def _is_booked(self, deed: Deed) -> bool:
        lead_id = self._known.get(deed.word("lead")) or self._lead_of.get(deed.word("opportunity"))
        return lead_id is not None and (lead_id, self._tx.keys.blind("import", deed.text)) in self._marks

    def _of_act(self, deed: Deed) -> str:
        if deed.kind == "claim" and deed.word("by") not in self._members:
            return UNKNOWN.format(deed.word("by")[:20])
        return ""

    def _of_deal(self, deed: Deed) -> str:
        amount, ref = deed.said.get("amount"), deed.word("opportunity")
        needed = deed.kind == "payment"
        if deed.kind in ("opportunity", "payment") and (needed or amount not in (None, "")) and fen_of(amount) is None:
            return NO_SUM
        if deed.kind == "opportunity":
            by = deed.word("by")
            if by and by not in self._members and by not in self._members.values():
                return UNKNOWN.format(by[:20])
            if deed.word("ref") in self._results:
                return TWICE.format(deed.word("ref")[:40])
            self._results[deed.word("ref")] = "open"
        elif deed.kind == "transfer" and deed.word("to") not in self._members:
            return UNKNOWN.format(deed.word("to")[:20])
        elif deed.kind == "close":
            if self._results[ref] == deed.word("result"):
                return CLOSED.format(ref[:40])
            self._results[ref] = deed.word("result")
        return ""
