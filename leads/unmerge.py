"""They were two people after all: both leads come back with their owners, and what came since goes to its side.

The rule: what was there before the merge goes back to whom it belonged. What came since through the old number
(跟进 L1030 …, a button of its card, a program naming it) or through a contact that only the old lead had (its phone,
e-mail, WeChat id) goes to the old lead. Everything else stays with the survivor.
"""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import col

from config.rules import Rules
from leads.deal import stage_by_deals
from leads.duplicates import index_company
from leads.errors import NotFound, NothingToUndo, Unusable
from leads.fading import keep_look
from leads.heat import heat_of
from leads.identity_facts import MergeUndone
from leads.merge import UNDO_WITHIN, one_promise_each, require_right, set_steps
from leads.rate import rate
from leads.rights import Who, get_visible
from store import behaviours, clocks, leads, merges, timeline
from store.queues import Due
from store.tables import Clock, Lead
from store.twin import Merge
from store.tx import Tx

UNRATED = frozenset(
    ("version", "touched_at", "next_step_at", "next_step", "score", "grade", "temperature", "score_parts")
)


async def unmerge(tx: Tx, lead_id: int, who: Who, *, rules: Rules, now: datetime) -> tuple[MergeUndone, MergeUndone]:
    """Undo the merge of a lead, named by its old number, or by the survivor's: then the last one.

    Raises NotFound, NoRight, NothingToUndo (no merge, older than 30 days), Unusable (a later merge stands on it).
    """
    row = await _meant(tx, lead_id)
    if row is None:
        await get_visible(tx, lead_id, who, rules=rules)
        raise NothingToUndo(f"L{lead_id} 没有合并过,不用撤销。发「看 L{lead_id}」看看现在的情况。")
    if (above := await merges.find_standing(tx, row.survivor_id)) is not None:
        raise Unusable(
            f"L{row.survivor_id} 后来又并进了 L{above.survivor_id}。先发「撤销合并 L{row.survivor_id}」,再撤销这一次。"
        )
    survivor = await leads.find_lead(tx, row.survivor_id)
    if survivor is None:
        raise NotFound(f"L{row.survivor_id}")
    await get_visible(tx, row.survivor_id, who, rules=rules)
    await require_right(tx, who, survivor)
    if now - row.at > UNDO_WITHIN or not row.loser or not row.survivor:
        raise NothingToUndo(f"L{row.loser_id} 合并到 L{row.survivor_id} 已经超过 30 天,不能再撤销。")
    traced = await _give_back(tx, row)
    await _restart(tx, row)
    await _restore(tx, row, survivor, traced, rules=rules, now=now)
    for side in (row.survivor_id, row.loser_id):
        if (back := await leads.find_lead(tx, side)) is not None:
            await one_promise_each(tx, side, {"owner_id": back.owner_id, "contacted_at": back.contacted_at}, now=now)
    await tx.run(
        update(Merge).where(col(Merge.corp) == tx.corp, col(Merge.id) == row.id).values(undone_at=now, undone_by=who.id)
    )
    tx.through.pop(row.survivor_id, None)
    tx.wake("due")
    first = MergeUndone(lead_id=row.survivor_id, at=now, by=who.id, other_id=row.loser_id)
    return first, MergeUndone(lead_id=row.loser_id, at=now, by=who.id, other_id=row.survivor_id)


async def _meant(tx: Tx, lead_id: int) -> Merge | None:
    own = await merges.find_standing(tx, lead_id)
    if own is not None:
        return own
    return next(iter(await merges.list_into(tx, lead_id)), None)


async def _give_back(tx: Tx, row: Merge) -> dict[str, list[int]]:
    """Rows of before the merge and those that came through the old lead since; returns the latter."""
    for name, keys in (row.moved or {}).items():
        await merges.point(tx, name, keys, row.survivor_id, row.loser_id)
    traced = await merges.take_trace(tx, row.loser_id)
    for name, ids in traced.items():
        await merges.point(tx, name, [{"id": number} for number in ids], row.survivor_id, row.loser_id)
    for clock in await clocks.list_of_lead(tx, row.loser_id):
        await tx.run(
            update(Due)
            .where(
                col(Due.corp) == tx.corp, col(Due.lead_id) == row.survivor_id, col(Due.kind) == "clock",
                col(Due.key).startswith(f"clock:{clock.id}:"),
            )
            .values(lead_id=row.loser_id)
        )  # fmt: skip
    return traced


async def _restart(tx: Tx, row: Merge) -> None:
    """Promises that the merge stopped run on with their old due time."""
    for change in row.changed or []:
        result = await tx.run(
            update(Clock)
            .where(
                col(Clock.corp) == tx.corp, col(Clock.id) == change["clock"], col(Clock.state) == change["after"],
                col(Clock.ended_at) == row.at,
            )
            .values(state=change["before"], ended_at=None)
        )  # fmt: skip
        if result.rowcount and change["before"] == "running":
            await set_steps(tx, change["clock"], "cancelled", "new")


async def _restore(
    tx: Tx, row: Merge, survivor: Lead, traced: dict[str, list[int]], *, rules: Rules, now: datetime
) -> None:
    """The loser is what it was, and so is each field of the survivor that nobody has changed since."""
    merged, before, gone = row.after or {}, row.survivor or {}, row.loser or {}
    kept = {name: value for name, value in merges.frozen(survivor).items() if value != merged.get(name)}
    mine = Lead(**{**merges.thawed(before), **merges.thawed(kept)})
    theirs = Lead(**merges.thawed(gone))
    if "also" in kept:
        brought = [way for way in merged.get("also") or [] if way not in (before.get("also") or [])]
        mine.also = [way for way in survivor.also or [] if way not in brought] or None
    for name in ("own", "own_sealed"):
        then, since = merged.get(name) or {}, getattr(survivor, name) or {}
        said = {key: value for key, value in since.items() if value != then.get(key)}
        left = {key: value for key, value in (before.get(name) or {}).items() if key in since or key not in then}
        setattr(mine, name, {**left, **said} or (None if name == "own_sealed" else {}))
    if "heat" in kept:
        mine.heat = heat_of(await behaviours.list_of_lead(tx, row.survivor_id), rules=rules)
        theirs.heat = heat_of(await behaviours.list_of_lead(tx, row.loser_id), rules=rules)
    asked = len(traced.get("enquiry", ()))
    mine.enquiries = int(before["enquiries"]) + survivor.enquiries - int(merged["enquiries"]) - asked
    theirs.enquiries += asked
    await _contacts(tx, row, mine, theirs, traced)
    mine.stage = await stage_by_deals(tx, row.survivor_id, mine.stage, str(before["stage"]))
    theirs.stage = await stage_by_deals(tx, row.loser_id, theirs.stage, theirs.stage)
    if kept.keys() - UNRATED or asked:
        for lead in (mine, theirs):
            rated = rate(lead, rules=rules, now=now)
            lead.score, lead.grade, lead.temperature = rated.points, rated.grade, rated.temperature
            lead.score_parts = [[part.points, part.why] for part in rated.parts]
    mine.version = theirs.version = survivor.version + 1
    await merges.put_back(tx, theirs.model_dump())
    values = {name: value for name, value in mine.model_dump().items() if name not in ("id", "corp")}
    await tx.run(update(Lead).where(col(Lead.corp) == tx.corp, col(Lead.id) == row.survivor_id).values(**values))
    for lead in (mine, theirs):
        await keep_look(tx, lead.id or 0, lead.heat, lead.temperature, rules=rules, now=now)
    await index_company(tx, row.survivor_id, before=survivor.company, after=mine.company)
    await index_company(tx, row.loser_id, before="", after=theirs.company)


async def _contacts(tx: Tx, row: Merge, mine: Lead, theirs: Lead, traced: dict[str, list[int]]) -> None:
    """A follow-up that was logged since through the old number is a contact with that one, and not with the other."""
    since = await timeline.list_since(tx, (row.survivor_id, row.loser_id), "followup_logged", row.at)
    own = [item for item in since if item.lead_id == row.survivor_id]
    through = [item for item in since if item.id in traced.get("timeline", ())]
    if through and not own:
        was = merges.thawed(row.survivor or {})
        for name in ("contacted_at", "touched_at", "next_step_at", "next_step"):
            setattr(mine, name, was[name])
    for item in through:
        theirs.touched_at = item.at
        if item.data.get("contact"):
            theirs.contacted_at = theirs.contacted_at or item.at
        if promised := item.data.get("next_step_at"):
            theirs.next_step_at, theirs.next_step = datetime.fromisoformat(promised), item.text[:200]
