"""A history is played into the store: stages, claims, follow-ups happen again, with their authors and times."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from config.rules import Rules
from leads.facts import BecameMql, LeadDisqualified, LeadEdited, LeadQualified
from leads.imports.book import BatchTaken, Booked
from leads.imports.deals import KINDS as DEALS
from leads.imports.deals import UNKNOWN, Deals
from leads.imports.history import Deed, values_of
from leads.imports.ledger import UNNAMED, Ledger
from leads.imports.row import Directory, Flaw
from leads.imports.spending import Spending
from leads.lifecycle import MOVES
from leads.owner_facts import LeadClaimed, LeadReleased
from leads.reached import Worked
from store import batches, bulk, lease
from store.batch import ImportBatch, ImportKept
from store.leads import FREE_STAGES
from store.tx import Tx

NAMES_ONLY = ("source", "campaign", "cost")  # say nothing of a lead

Item = tuple[Deed | Flaw, Sequence[str]]


def not_before(deed: Deed) -> str:
    """The sentence for a line that names something that no line before it has brought."""
    what = "商机" if "opportunity" in deed.said else "线索"
    return f"前面没有编号为「{(deed.word('opportunity') or deed.word('lead'))[:40]}」的{what}"


class Replay:
    """One slice of a history: what is said of leads and their deals is booked line by line."""

    def __init__(self, ledger: Ledger, directory: Directory, spending: Spending, deals: Deals, *, rules: Rules) -> None:
        self._ledger = ledger
        self._directory = directory
        self._rules = rules
        self._spending = spending
        self._deals = deals

    def play(self, deed: Deed) -> str:
        """Book one line; returns why it cannot be, or ""."""
        ledger = self._ledger
        if deed.kind == "lead":
            self._lead(deed)
            return ""
        if deed.kind in NAMES_ONLY:
            flaw = self._spending.flaws.get(deed.line, "")
            ledger.updated += not flaw
            return flaw
        lead_id = self._deals.lead_of(deed.word("opportunity")) if "opportunity" in deed.said else None
        if deed.pairs:
            lead_id = ledger.find(deed.pairs)
        if lead_id is None or ("opportunity" in deed.said and self._deals.lead_of(deed.word("opportunity")) is None):
            return not_before(deed)
        ledger.updated += 1
        if ledger.booked(lead_id, deed.text):
            return ""
        flaw = self._deal(deed, lead_id) if deed.kind in DEALS else self._act(deed, lead_id)
        if flaw:
            ledger.updated -= 1
            return flaw
        ledger.remember(lead_id, deed.text)
        return ""

    def _deal(self, deed: Deed, lead_id: int) -> str:
        told = self._deals.play(deed, lead_id)
        if isinstance(told, str):
            return told
        values: dict[str, Any] = {"touched_at": deed.at}
        if deed.kind in ("opportunity", "close"):
            values |= {"stage": self._deals.stage_of(lead_id), "closed_reason": deed.word("reason")[:100]}
        self._ledger.change(lead_id, **values)
        for fact in told:
            self._ledger.tell(fact)
        return ""

    def _campaign(self, deed: Deed) -> dict[str, Any]:
        ref = deed.word("campaign")
        return {"utm": {"campaign": ref[:60]}, "campaign_id": self._spending.ids.get(ref)} if ref else {}

    def _lead(self, deed: Deed) -> None:
        ledger, values, campaign = self._ledger, values_of(deed), self._campaign(deed)
        known = ledger.find(deed.pairs)
        if known is None:
            values["source"] = values["source"] or UNNAMED
            ledger.remember(ledger.create(deed.pairs, at=deed.at, **campaign, **values), deed.text)
            ledger.new += 1
            return
        ledger.updated += 1
        if ledger.booked(known, deed.text):
            return
        lead = ledger.lead(known)
        fresh = {name: value for name, value in values.items() if value and not lead[name] and name != "source"}
        ledger.bind(deed.pairs, known)
        if fresh:
            ledger.change(known, **fresh)
            ledger.tell(LeadEdited(lead_id=known, at=deed.at, fields=tuple(fresh)))
        ledger.enquire_again(known, source=values["source"] or UNNAMED, need="", at=deed.at, reopen=False, **campaign)
        ledger.remember(known, deed.text)

    def _act(self, deed: Deed, lead_id: int) -> str:
        ledger, lead, at = self._ledger, self._ledger.lead(lead_id), deed.at
        said_by = deed.word("by")
        by = self._directory.members.get(said_by, said_by) or None
        if deed.kind == "enquiry":
            source, need = deed.word("source")[:60] or UNNAMED, deed.word("text")[:4000]
            ledger.enquire_again(lead_id, source=source, need=need, at=at, reopen=True, **self._campaign(deed))
        elif deed.kind == "followup":
            ledger.log(lead_id, deed.word("text")[:4000], kind=deed.word("kind"), by=by, at=at)
        elif deed.kind == "claim":
            if said_by not in self._directory.members:
                return UNKNOWN.format(said_by[:20])
            stage = "sal" if lead["stage"] in FREE_STAGES else lead["stage"]
            ledger.change(lead_id, owner_id=by, owned_at=at, stage=stage, touched_at=at)
            ledger.tell(LeadClaimed(lead_id=lead_id, at=at, by=by, owner_id=by or "", pool=lead["pool"]))
        elif deed.kind == "release":
            owner = lead["owner_id"] or by or ""
            ledger.change(lead_id, owner_id=None, owned_at=None, stage="new", touched_at=at)
            reason = deed.word("reason")
            ledger.tell(LeadReleased(lead_id=lead_id, at=at, by=by, owner_id=owner, pool=lead["pool"], reason=reason))
        elif deed.kind == "stage":
            self._stage(deed, lead_id, by)
        return ""

    def _stage(self, deed: Deed, lead_id: int, by: str | None) -> None:
        ledger, lead, at, to = self._ledger, self._ledger.lead(lead_id), deed.at, deed.word("to")
        reason = deed.word("reason") or "原系统标为无效"
        owned = lead["owner_id"] is not None
        values: dict[str, Any] = {"stage": to, "closed_reason": reason if to == "invalid" else ""}
        if owned and to == "nurturing":
            values |= {"owner_id": None, "owned_at": None}
        elif owned and to in FREE_STAGES:  # what somebody owns is nobody's to claim
            values["stage"] = MOVES["assign"].after
        ledger.change(lead_id, **values)
        if to == "mql":
            ledger.tell(BecameMql(lead_id=lead_id, at=at, by=by, pool=lead["pool"], rules_version=self._rules.version))
        elif to == "sql":
            ledger.tell(LeadQualified(lead_id=lead_id, at=at, by=by, owner_id=lead["owner_id"]))
        elif to == "invalid":
            ledger.tell(LeadDisqualified(lead_id=lead_id, at=at, by=by, reason=reason, source=lead["source"]))
        else:
            ledger.tell(LeadEdited(lead_id=lead_id, at=at, by=by, fields=("stage",)))


async def replay_slice(
    tx: Tx, batch: ImportBatch, items: Sequence[Item], directory: Directory, *, rules: Rules,
    worked: Worked, now: datetime,
) -> Booked:  # fmt: skip
    """Play the lines of a slice and note how far the batch has come, in one transaction. Raises BatchTaken."""
    deeds = [deed for deed, _ in items if isinstance(deed, Deed)]
    ledger = Ledger(tx, batch_id=batch.id or 0, rules=rules, start=False, overwrite=False, worked=worked, now=now)
    spending = Spending(tx, batch.no, batch.memory.get("campaign_ids", {}), rules=rules)
    deals = Deals(tx, batch.id or 0, directory, rules=rules)
    await deals.look_up(deeds)
    await ledger.look_up(
        {pair for deed in deeds for pair in deed.pairs},
        {deed.text for deed in deeds},
        also=deals.lead_ids,
        most_new=sum(deed.kind == "lead" for deed in deeds),
    )
    named = [ledger.find(deed.pairs) for deed in deeds if deed.kind == "opportunity"]
    await deals.look_up_siblings([lead_id for lead_id in named if lead_id is not None])
    await spending.book(deeds)
    replay = Replay(ledger, directory, spending, deals, rules=rules)
    flaws: list[tuple[int, str, Sequence[str]]] = []
    for deed, cells in items:
        why = deed.reason if isinstance(deed, Flaw) else replay.play(deed)
        if why:
            flaws.append((deed.line, why, cells))
    counts = {
        "done_line": items[-1][0].line,
        "rows": batch.rows + len(items),
        "new": batch.new + ledger.new,
        "updated": batch.updated + ledger.updated,
        "skipped": batch.skipped + len(flaws),
        "memory": {"campaign_ids": spending.ids},
    }
    if not await lease.hold(tx, batch, lease_until=now + tx.takeover, **counts):
        raise BatchTaken
    await ledger.write()
    await deals.write()
    lines = {deed.line: deed for deed in deeds}
    rows = [
        {
            "corp": tx.corp, "batch_id": batch.id, "line": line, "kind": lines[line].kind, "lead_id": lead_id,
            "content": content,
        }
        for line, content, lead_id in (
            *((line, made, None) for line, made in spending.made.items()),
            *((line, was, deals.lead_of(lines[line].word("opportunity"))) for line, was in deals.before.items()),
        )
    ]  # fmt: skip
    await bulk.add_rows(tx, ImportKept, rows, ("corp", "batch_id", "line"))
    await batches.add_flaws(tx, batch.id or 0, flaws)
    return Booked(counts)
