"""Two leads turn out to be one person: the older number stays, everything both had is on it, and it can be undone."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlmodel import col

from config.rules import Rules
from leads.duplicates import index_company
from leads.errors import AlreadyOne, NoRight, Unusable
from leads.fading import keep_look
from leads.fuse import CHOICES, fused
from leads.heat import heat_of
from leads.identity_facts import LeadMerged
from leads.rate import rate
from leads.rights import Who, can_act, get_visible
from store import behaviours, clocks, leads, merges
from store.members import name_of
from store.queues import Due
from store.tables import Clock, Lead
from store.twin import Merge
from store.tx import Tx

UNDO_WITHIN = timedelta(days=30)


async def merge(
    tx: Tx, one_id: int, two_id: int, who: Who, *, other: Collection[str] = (), rules: Rules, now: datetime
) -> LeadMerged:
    """Make one lead of two; of the fields in `other` the value is kept that leads.fuse would not choose.

    Raises NotFound, NoRight (somebody else's lead is among them), AlreadyOne, Unusable (one number twice).
    """
    if unknown := [name for name in other if name not in CHOICES]:
        raise Unusable(f"合并时可以挑的字段是 {'、'.join(CHOICES)},没有「{unknown[0][:20]}」。")
    survivor, loser = await pair(tx, one_id, two_id, who, rules=rules)
    await require_right(tx, who, survivor, loser)
    survivor_id, loser_id = survivor.id or 0, loser.id or 0
    before, gone = merges.frozen(survivor), merges.frozen(loser)
    values = fused(survivor, loser, other=other)
    if survivor.heat or loser.heat:
        deeds = [deed for one in (survivor_id, loser_id) for deed in await behaviours.list_of_lead(tx, one)]
        values["heat"] = heat_of(deeds, rules=rules)
    rated = rate(Lead(**{**survivor.model_dump(), **values}), rules=rules, now=now)
    values |= {
        "score": rated.points, "grade": rated.grade, "temperature": rated.temperature,
        "score_parts": [[part.points, part.why] for part in rated.parts], "rules_version": rules.version,
    }  # fmt: skip
    moved = await merges.move_children(tx, loser_id, survivor_id)
    changed = await one_promise_each(tx, survivor_id, values, now=now)
    await merges.take_out(tx, loser_id)
    await index_company(tx, loser_id, before=loser.company, after="")
    await index_company(tx, survivor_id, before=survivor.company, after=values["company"])
    version = max(survivor.version, loser.version) + 1
    await tx.run(
        update(Lead).where(col(Lead.corp) == tx.corp, col(Lead.id) == survivor_id).values(version=version, **values)
    )
    heat = values.get("heat", survivor.heat)
    await keep_look(tx, survivor_id, heat, rated.temperature, rules=rules, now=now)
    after = merges.frozen(Lead(**{**survivor.model_dump(), **values}))
    row = Merge(
        corp=tx.corp, survivor_id=survivor_id, loser_id=loser_id, at=now, by=who.id, loser=gone, survivor=before,
        after=after, moved=moved, changed=changed,
    )  # fmt: skip
    await tx.add(row)
    return LeadMerged(
        lead_id=survivor_id, at=now, by=who.id, merge_id=row.id or 0, other_id=loser_id,
        owner_id=values["owner_id"], other_owner_id=loser.owner_id,
    )  # fmt: skip


async def pair(tx: Tx, one_id: int, two_id: int, who: Who, *, rules: Rules) -> tuple[Lead, Lead]:
    """The two leads, the one with the older number first. Raises NotFound, AlreadyOne, Unusable (one number twice)."""
    one = await get_visible(tx, one_id, who, rules=rules)
    two = await get_visible(tx, two_id, who, rules=rules)
    if one.id == two.id:
        if one_id == two_id:
            raise Unusable("合并要写两个不同的编号,例如:合并 L1024 L1030")
        raise AlreadyOne(f"L{one_id} 和 L{two_id} 早已合并成 {one.no}。要分开,发「撤销合并 L{max(one_id, two_id)}」。")
    return (one, two) if (one.id or 0) < (two.id or 0) else (two, one)


async def require_right(tx: Tx, who: Who, *pair: Lead) -> None:
    """Owners merge their own leads and free ones, managers their team's, marketing free ones, administrators all."""
    for lead in pair:
        if lead.owner_id is None and who.role in ("rep", "manager", "marketing", "admin"):
            continue
        if not await can_act(tx, lead, who):
            owner = await name_of(tx, lead.owner_id)
            raise NoRight(f"{lead.no} 由{owner}负责,你不能把它并掉。请主管来合并,或发「撞单 {lead.no}」请主管定归属。")


async def one_promise_each(tx: Tx, lead_id: int, values: dict[str, Any], *, now: datetime) -> list[dict[str, Any]]:
    """Of two open promises of one name the earlier one runs on; what has lost its sense stops. Returns what changed."""
    changed: list[dict[str, Any]] = []
    kept: set[str] = set()
    running = await clocks.list_of_lead(tx, lead_id, states=("running", "overdue"))
    for clock in sorted((c for c in running if c.ended_at is None), key=lambda c: (c.due_at, c.id)):
        taken = values["owner_id"] is not None and "claimed" in clock.rule.get("stop", ())
        met = values["contacted_at"] is not None and clock.name == "first_contact"
        if clock.name in kept or taken or met:
            changed.append(await _stop(tx, clock, now=now))
        kept.add(clock.name)
    return changed


async def _stop(tx: Tx, clock: Clock, *, now: datetime) -> dict[str, Any]:
    state = "cancelled" if clock.state == "running" else clock.state
    await clocks.change(tx, clock.id or 0, (clock.state,), state=state, ended_at=now)
    await set_steps(tx, clock.id or 0, "new", "cancelled")
    return {"clock": clock.id, "before": clock.state, "after": state}


async def set_steps(tx: Tx, clock_id: int, before: str, after: str) -> None:
    """The steps of a promise that still wait are cancelled, or those that were cancelled wait again."""
    await tx.run(
        update(Due)
        .where(
            col(Due.corp) == tx.corp, col(Due.kind) == "clock", col(Due.key).startswith(f"clock:{clock_id}:"),
            col(Due.state) == before,
        )
        .values(state=after, lease_until=None)
    )  # fmt: skip


async def keep_other(tx: Tx, merge_id: int, name: str, who: Who, *, rules: Rules, now: datetime) -> Lead:
    """After a merge: of one field the other value is kept from now on. Raises NotFound, NoRight, Unusable."""
    row = await merges.find_merge(tx, merge_id)
    if row is None or row.undone_at is not None or not row.loser or not row.survivor or name not in CHOICES:
        raise Unusable("这次合并已经撤销,或者过了 30 天,不能再换。直接改资料就好。")
    lead = await get_visible(tx, row.survivor_id, who, rules=rules)
    await require_right(tx, who, lead)
    sides = [Lead(**merges.thawed(side)) for side in (row.survivor, row.loser)]
    kept = picked(row.after or {}, sides[0], sides[1])
    kept = kept - {name} if name in kept else kept | {name}
    values = fused(sides[0], sides[1], other=kept)
    columns = {"owner": ("owner_id", "owned_at", "pool"), "phone": ("phone", "phone_flaw"),
               "budget": ("budget_min", "budget_max")}.get(name, (name,))  # fmt: skip
    fresh = {column: values[column] for column in (*columns, "also")}
    if name == "company":
        await index_company(tx, row.survivor_id, before=lead.company, after=fresh["company"])
    rated = rate(Lead(**{**lead.model_dump(), **fresh}), rules=rules, now=now)
    fresh |= {"score": rated.points, "grade": rated.grade, "temperature": rated.temperature}
    await leads.change(tx, row.survivor_id, **fresh)
    await keep_look(tx, row.survivor_id, lead.heat, rated.temperature, rules=rules, now=now)
    after = {**(row.after or {}), **merges.frozen(Lead(**{**lead.model_dump(), **fresh}))}
    await tx.run(update(Merge).where(col(Merge.id) == merge_id, col(Merge.corp) == tx.corp).values(after=after))
    return await leads.get_lead(tx, row.survivor_id)


def picked(after: dict[str, Any], survivor: Lead, loser: Lead) -> set[str]:
    """The fields in which a merge kept the value that the rule would not choose."""
    rule = fused(survivor, loser)
    turned = fused(survivor, loser, other=CHOICES)
    chosen = Lead(**merges.thawed(after))
    found = set()
    for name in CHOICES:
        column = {"owner": "owner_id", "budget": "budget_max"}.get(name, name)
        if rule[column] != turned[column] and getattr(chosen, column) == turned[column]:
            found.add(name)
    return found
