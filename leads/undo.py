"""Taking back one's own last act within ten minutes, if nobody has built on it."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import col

from config.rules import Rules
from config.words import FACT_LABELS
from leads.deal_undo import frozen_deals, require_unbuilt, restore_deals
from leads.errors import NothingToUndo
from leads.facts import ActUndone, Fact
from leads.rights import Who
from leads.unmerge import unmerge
from store import clocks, leads, talk, timeline
from store.chat import Act
from store.queues import Due
from store.tables import Clock, Identity, Lead
from store.tx import Tx

KEPT = (
    "stage", "owner_id", "cover_id", "pool", "next_step_at", "next_step", "owned_at", "contacted_at", "touched_at",
    "closed_reason",
)  # fmt: skip
FINAL: Mapping[str, str] = {  # acts that are not taken back, and what their person does instead
    "edited": "再改一次就行,例如:字段 {no} 预算=50万",
    "payment_received": "发「回款 {deal} {against}」冲掉",
    "quoted": "改了再发一遍「报价 {deal} …」,就是新的一版",
    "quote_sent": "改好再发一版给客户就行",
    "order_placed": "请找主管和录单的同事停下来",
    "contract_drawn": "同一个合同号再发一遍对的金额就行,例如:合同 {deal} 合同号 50万",
    "opportunity_changed": "再改一次就行。发「商机 {deal}」看看",
    "approval_asked": "改了再提一次,前一次就作废",
    "approval_decided": "已经告诉对方了,要改请直接跟他说",
    "contact_stopped": "客户又愿意收了,发「同意 {no} 主题 凭据」",
    "consented": "客户不想收了,发「退订 {no} 主题」",
    "clock_moved": "时限要改,再发一次「顺延 {no} …」",
    "extension_requested": "请直接跟主管说一声",
    "dispute_opened": "请直接跟主管说一声",
    "dispute_decided": "要改归属,发「转给 {no} 同事」",
    "merge_undone": "要并回去,再发一次「合并」",
    "help_asked": "请直接跟他说一声",
    "help_given": "有话再说,请直接找他",
    "content_shared": "还没转发给客户的话,不发就行",
    "letter_sent": "发出去的收不回来",
    "nudged": "请直接跟他说一声",
}
OF_LEAVE: Mapping[str, str] = {
    "leave": "刚做的一步是请假,不用撤销:不请了发「销假」。",
    "back": "刚做的一步是销假,不用撤销:再请就发「请假 到周五」。",
}
RUNNING: Mapping[str, Any] = {"ended_at": None, "settled_at": None, "held": None}  # of a promise that goes on
INSTANTS = ("next_step_at", "owned_at", "contacted_at", "touched_at")


async def snapshot(tx: Tx, lead_id: int) -> dict[str, Any]:
    """What an act may change on a lead, its clocks and its reminder, as JSON: taken before the act."""
    lead = await leads.find_lead(tx, lead_id)
    if lead is None:
        return {}
    values = {name: getattr(lead, name) for name in KEPT}
    for name in INSTANTS:
        values[name] = values[name].isoformat() if values[name] else None
    promises = await clocks.list_of_lead(tx, lead_id)
    still = [str(c.id) for c in promises if c.ended_at is None]
    return {"lead": values, "clocks": {str(c.id): c.state for c in promises}, "open": still}


async def snapshot_deals(tx: Tx, lead_id: int) -> dict[str, Any]:
    """The same for an act that changes the lead's deals too."""
    return {**await snapshot(tx, lead_id), "deals": await frozen_deals(tx, lead_id)}


async def remember(
    tx: Tx, who: Who, kind: str, lead_id: int, before: Mapping[str, Any], *, now: datetime
) -> int | None:
    """Keep an act so that it can be taken back; programs' acts are not kept. Returns the act's id."""
    if who.id is None:
        return None
    lead = await leads.get_lead(tx, lead_id)
    return await talk.add_act(tx, who.id, kind, lead_id, dict(before), version_after=lead.version, now=now)


async def undo(
    tx: Tx, who: Who, act_id: int | None, *, rules: Rules, now: datetime
) -> tuple[ActUndone, *tuple[Fact, ...]]:
    """Take back one act (or the last one); says so first. Raises NothingToUndo with the reason."""
    act = await _find(tx, who, act_id, rules=rules, now=now)
    lead = await leads.get_lead(tx, act.lead_id)
    if lead.version != act.version_after:
        raise NothingToUndo(f"{lead.no} 之后又有了变动,不能再撤销。发「看 {lead.no}」看看现在的情况。")
    if "deals" in act.before:
        await require_unbuilt(tx, act.lead_id, act.before["deals"])
    apart: tuple[Fact, ...] = ()
    if "merged" in act.before:
        apart = await unmerge(tx, int(act.before["merged"]), who, rules=rules, now=now)
    await talk.mark_undone(tx, act.id or 0, now=now)
    if not act.before:
        await _withdraw(tx, lead, now=now)
    elif not apart:
        await _restore(tx, lead, act.before, now=now)
    return (ActUndone(lead_id=act.lead_id, at=now, by=who.id, act=act.kind), *apart)


async def _find(tx: Tx, who: Who, act_id: int | None, *, rules: Rules, now: datetime) -> Act:
    window = talk.undo_window(rules.undo_minutes, now)
    if act_id is None:
        acts = await talk.last_acts(tx, who.id or "", since=window)
        await _refuse_final(tx, who, since=acts[0].at if acts else window)
        if not acts:
            raise NothingToUndo(f"最近 {rules.undo_minutes} 分钟里没有可以撤销的操作。")
        return acts[0]
    act = await talk.find_act(tx, act_id, who.id or "")
    if act is None:
        raise NothingToUndo("这一步不是你做的,或者已经过去太久,不能由你撤销。")
    if act.undone_at is not None:
        raise NothingToUndo(f"L{act.lead_id} 的这一步已经撤销过了。")
    if act.at < window:
        raise NothingToUndo(f"已经超过 {rules.undo_minutes} 分钟,不能再撤销。")
    return act


async def _refuse_final(tx: Tx, who: Who, *, since: datetime) -> None:
    """Raise NothingToUndo when this person's last act is one that is not taken back: an older one is not meant."""
    done = await timeline.last_by(tx, who.id or "", tuple(FINAL), after=since)
    since = done.at if done is not None else since
    away = [item for act in OF_LEAVE for item in await timeline.list_audit(tx, by=who.id or "", act=act, limit=1)]
    if (last := max(away, key=lambda item: item.at, default=None)) is not None and last.at > since:
        raise NothingToUndo(OF_LEAVE[last.act])
    if done is None or await talk.was_kept(tx, who.id or "", at=done.at):
        return
    no, deal = f"L{done.lead_id}", str(done.data.get("opportunity", "O88"))
    against = -done.data.get("amount", 0) if done.kind == "payment_received" else ""
    cure = FINAL[done.kind].format(no=no, deal=deal, against=against)
    raise NothingToUndo(f"刚做的一步是 {no} 的「{FACT_LABELS[done.kind]}」,这一步不能撤销。{cure}。")


async def _withdraw(tx: Tx, lead: Lead, *, now: datetime) -> None:
    """A lead that was entered by mistake: it stays on record as withdrawn, and its numbers are free again."""
    await leads.change(tx, lead.id or 0, stage="invalid", closed_reason="撤销录入", owner_id=None, next_step_at=None)
    await tx.run(delete(Identity).where(col(Identity.corp) == tx.corp, col(Identity.lead_id) == lead.id))
    await stop_clocks(tx, lead.id or 0, keep={}, now=now)


async def _restore(tx: Tx, lead: Lead, before: Mapping[str, Any], *, now: datetime) -> None:
    values = dict(before["lead"])
    for name in INSTANTS:
        values[name] = datetime.fromisoformat(values[name]) if values[name] else None
    await leads.change(tx, lead.id or 0, **values)
    if "deals" in before:
        await restore_deals(tx, lead.id or 0, before["deals"])
    await stop_clocks(tx, lead.id or 0, keep=before["clocks"], still=before.get("open"), now=now)


async def stop_clocks(
    tx: Tx, lead_id: int, keep: Mapping[str, str], *, still: Collection[str] | None = None, now: datetime
) -> None:
    """Clocks that the act started are cancelled; clocks that it ended go on with their old due time.

    `keep`: the state of each clock before the act; `still`: those that had not ended (without it, those that ran).
    """
    for clock in await clocks.list_of_lead(tx, lead_id):
        number = str(clock.id)
        state = keep.get(number, "cancelled")
        goes_on = number in still if still is not None else state in ("running", "paused")
        if clock.state == state and (clock.ended_at is None) == goes_on:
            continue
        ended = {} if clock.ended_at is not None else {"ended_at": now}
        await tx.run(
            update(Clock)
            .where(col(Clock.corp) == tx.corp, col(Clock.id) == clock.id)
            .values(state=state, **(RUNNING if goes_on else ended))
        )
        rings = goes_on and state != "paused"
        await tx.run(
            update(Due)
            .where(
                col(Due.corp) == tx.corp,
                col(Due.lead_id) == lead_id,
                col(Due.key).startswith(f"clock:{clock.id}:"),
                col(Due.state) == ("cancelled" if rings else "new"),
            )
            .values(state="new" if rings else "cancelled", lease_until=None)
        )
    tx.wake("due")
