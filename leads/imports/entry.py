"""One line of a list goes into the ledger: a new person, or what the line adds to somebody who is known."""

from collections.abc import Mapping
from operator import attrgetter
from typing import Any

from leads.facts import LeadEdited
from leads.fuse import key_of
from leads.imports.ledger import UNNAMED, Ledger
from leads.imports.row import Row
from leads.lifecycle import MOVES, may_follow
from leads.owner_facts import LeadAssigned
from store.leads import OPEN_STAGES
from store.tables import Lead

FILLED = ("name", "company", "title", "city", "email", "wechat", "need", "industry", "product")

TAKEN = (*FILLED, "district", "phone", "phone_flaw", "also", "budget_min", "budget_max", "next_step_at")
_taken = attrgetter(*TAKEN)


def book_row(ledger: Ledger, row: Row) -> int:
    """One line of a list; returns its lead."""
    lead_id = ledger.find(row.pairs)
    if lead_id is None:
        lead_id = _capture(ledger, row)
        ledger.new += 1
    else:
        ledger.updated += 1
        if ledger.booked(lead_id, row.mark):
            return lead_id
        _update(ledger, lead_id, row)
    if row.followup:
        at = row.followup_at or row.created_at or ledger.now
        ledger.log(lead_id, row.followup, kind=row.followup_kind, by=row.followup_by, at=at)
    ledger.remember(lead_id, row.mark)
    return lead_id


def _capture(ledger: Ledger, row: Row) -> int:
    at = row.created_at or ledger.now
    values: dict[str, Any] = dict(zip(TAKEN, _taken(row), strict=True))
    values["source"] = row.source or UNNAMED
    if row.pool:
        values["pool"] = row.pool
    if row.own is not None:
        values |= row.own.on(Lead(corp=ledger.tx.corp, created_at=at))
    stage = stage_of(row)
    values |= {"stage": stage, "owner_id": row.owner, "owned_at": at if row.owner else None}
    if stage in MOVES["reopen"].before:
        values["closed_reason"] = "导入时已关闭"
    lead_id = ledger.create(row.pairs, at=at, **values)
    if row.owner is not None:
        ledger.tell(LeadAssigned(lead_id=lead_id, at=at, owner_id=row.owner, reason="导入"))
    return lead_id


def stage_of(row: Row) -> str:
    """The stage that a line's person has here: whoever has an owner has been accepted by sales."""
    stage = row.stage or "new"
    return "sal" if row.owner is not None and stage in ("new", "nurturing", "mql") else stage


def _update(ledger: Ledger, lead_id: int, row: Row) -> None:
    lead = ledger.lead(lead_id)
    ledger.bind(row.pairs, lead_id)
    asks = bool(row.need and row.need != lead["need"]) or bool(row.source and row.source != lead["source"])
    fresh = _fresh(ledger, lead, row)
    if (also := _more_ways(ledger, lead, fresh, row)) is not None:
        ledger.change(lead_id, also=also)
    if fresh:
        ledger.change(lead_id, **fresh)
        ledger.rate_later(lead_id)
    if asks:
        source, at = row.source or UNNAMED, row.created_at or ledger.now
        ledger.enquire_again(lead_id, source=source, need=row.need, at=at, reopen=ledger.start)
    if row.owner is not None and lead["owner_id"] is None and lead["stage"] in OPEN_STAGES:
        stage = "sal" if lead["stage"] in ("new", "nurturing", "mql") else lead["stage"]
        ledger.change(lead_id, owner_id=row.owner, owned_at=ledger.now, stage=stage)
        ledger.tell(LeadAssigned(lead_id=lead_id, at=ledger.now, owner_id=row.owner, reason="导入"))
    if fresh:
        ledger.tell(LeadEdited(lead_id=lead_id, at=ledger.now, fields=tuple(fresh)))


def _more_ways(ledger: Ledger, lead: Mapping[str, Any], fresh: Mapping[str, Any], row: Row) -> list[list[str]] | None:
    """The further ways to reach a known person, where the line (or what it replaces) adds one; None where not."""
    shown = {kind: str(fresh.get(kind, lead[kind]) or "") for kind in ("phone", "email", "wechat")}
    told = [(kind, value) for kind, value in row.pairs if kind in shown and value != shown[kind]]
    told += [(kind, str(lead[kind])) for kind in shown if kind in fresh and lead[kind]]
    if not told:
        return None
    normal = {key_of(kind, value) for kind, value in shown.items() if value}
    known = [list(way) for way in lead["also"] or []]
    keys = [(kind, key) for kind, value in told if (key := key_of(kind, value)) is not None and key not in normal]
    more = [[kind, key] for kind, key in dict.fromkeys(keys) if [kind, key] not in known]
    mine = [way for way in more if ledger.find([(way[0], way[1])]) == lead["id"]]  # not what is another lead's
    return [*known, *mine] if mine else None


def _fresh(ledger: Ledger, lead: Mapping[str, Any], row: Row) -> dict[str, Any]:
    """What the line adds: blanks are filled; what is known is replaced only when that was asked for."""
    fresh: dict[str, Any] = {}
    for name in FILLED:
        value = getattr(row, name)
        if value and value != lead[name] and (ledger.overwrite or not lead[name]):
            fresh[name] = value
    if "city" in fresh:
        fresh["district"] = row.district
    better = bool(lead["phone_flaw"]) and not row.phone_flaw
    if (
        row.phone
        and row.phone != lead["phone"]
        and (not lead["phone"] or better or (ledger.overwrite and not row.phone_flaw))
    ):
        fresh |= {"phone": row.phone, "phone_flaw": row.phone_flaw}
    budget = {"budget_min": row.budget_min, "budget_max": row.budget_max}
    known = {name: lead[name] for name in budget}
    replaced = ledger.overwrite or all(v is None for v in known.values())
    if replaced and budget != known and any(v is not None for v in budget.values()):
        fresh |= budget
    if row.own is not None:
        held = Lead(own=lead["own"], own_sealed=lead["own_sealed"], corp=ledger.tx.corp, created_at=ledger.now)
        fresh |= dict(row.own.on(held)) if ledger.overwrite else row.own.filling(held)
        fresh = {name: value for name, value in fresh.items() if value != lead[name]}
    if row.next_step_at is not None and lead["next_step_at"] is None:
        fresh["next_step_at"] = row.next_step_at
    if ledger.overwrite and row.stage and row.stage != lead["stage"] and may_follow(lead["stage"], row.stage):
        fresh["stage"] = row.stage
    return fresh
