"""Who hears of it: what has happened to a lead is told to the people whom it concerns, each once."""

from collections.abc import Sequence

from bot.context import Context
from bot.duty import on_duty, only_watched
from bot.morning import card_at_work, note_at_work, ring_at_work
from bot.outgoing import audience, gathers_late, managers_of, managers_or_admins, offer, refresh, ring
from bot.rest import at_work, keep_for_tomorrow, rests, sleeps
from config.words import WARMTH
from leads.asking import wants_of
from leads.facts import Fact, FollowUpLogged, LeadCooling, LeadDisqualified, LeadEnquired, LeadWrote, ReminderRang
from leads.mask import said, shown_phone
from leads.origin_facts import CallLogged
from leads.owner_facts import LeadAssigned, LeadRecycled, LeadTransferred
from leads.reach_facts import ContactStopped
from leads.rights import is_free
from reports.quality import counted, source_quality
from sla.facts import (
    ClockStepped,
)  # fmt: skip
from store.leads import get_lead
from store.members import find_member, list_members, name_of
from store.tx import Tx


async def tell_recycled(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """Whoever lost a lead to a broken promise hears it, and why."""
    owner = await find_member(tx, fact.owner_id) if isinstance(fact, LeadRecycled) else None
    if owner is not None and isinstance(fact, LeadRecycled):
        text = f"L{fact.lead_id} 的「{fact.label}」超时了,已按规则收回,交给别的同事跟进。"
        await ring(tx, ctx, owner, "note", key=f"recycled:{origin}:{fact.lead_id}", lead_id=fact.lead_id, text=text)
    return ()


async def ring_new_owner(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """Whoever got a lead without asking is told, exactly once."""
    lead = await get_lead(tx, fact.lead_id)
    owner = await find_member(tx, lead.owner_id) if lead.owner_id else None
    handed = isinstance(fact, LeadTransferred) and fact.handover
    if owner is not None and owner.id != fact.by and not handed:
        headline = "转给你一条线索" if isinstance(fact, LeadTransferred) else "给你分配了一条线索"
        if isinstance(fact, LeadAssigned) and fact.rule:
            headline = f"分给你:{fact.reason}"
        key = f"owner:{origin}:{fact.kind}:{lead.id}"
        await ring_at_work(tx, ctx, owner, key=key, lead_id=lead.id or 0, headline=headline)
        known = isinstance(fact, LeadTransferred) and fact.from_id and lead.contacted_at is not None
        if known and lead.temperature == "hot" and not rests(owner, ctx):
            params = {"leads": [lead.id], "from": getattr(fact, "from_id", "")}
            await ring(tx, ctx, owner, "brief", key=f"brief:{key}", lead_id=lead.id, **params)
    return ()


async def tell_old_owner(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """Whoever lost a lead without their own doing hears who has it now."""
    if not isinstance(fact, LeadTransferred) or fact.handover or fact.from_id in (None, fact.by):
        return ()
    old = await find_member(tx, fact.from_id or "")
    if old is not None:
        who = await name_of(tx, fact.by) or "系统"
        text = f"L{fact.lead_id} 已由{who}转给{await name_of(tx, fact.to_id)},后续不用你跟了。"
        await note_at_work(tx, ctx, old, text, key=f"moved:{origin}:{fact.lead_id}", lead_id=fact.lead_id)
    return ()


async def tell_marketing(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """Marketing hears what sales thinks of a lead that was worth nothing, with the source that brought it."""
    if not isinstance(fact, LeadDisqualified):
        return ()
    who = await name_of(tx, fact.by) or "系统"
    source = f"(来源 {fact.source})" if fact.source else ""
    text = f"{who}把 L{fact.lead_id}{source}标为无效:{said(fact.reason, reveal=False)[:200]}"
    text += await _so_far_today(tx, fact.source, ctx)
    for member in await list_members(tx, role="marketing"):
        if member.id != fact.by:
            await note_at_work(tx, ctx, member, text, key=f"worthless:{origin}:{member.id}", lead_id=fact.lead_id)
    return ()


async def _so_far_today(tx: Tx, source: str, ctx: Context) -> str:
    """How many of a source's leads were called invalid today, with the reasons; "" for the first one."""
    today = ctx.now.astimezone(ctx.rules.zone).date()
    rows = await source_quality(tx, today, today, zone=ctx.rules.zone)
    row = next((one for one in rows if one.key == source and one.invalid > 1), None)
    return f"。{source}今天已有 {row.invalid} 条无效:{counted(row.reasons)}" if row is not None else ""


async def ring_owner_of_reenquiry(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """The owner hears that their customer has asked again."""
    lead = await get_lead(tx, fact.lead_id)
    owner = await on_duty(tx, lead)
    if owner is not None and isinstance(fact, LeadEnquired) and fact.by != owner.id:
        headline = f"老线索再次咨询(第{fact.count}次,来自{fact.source})"
        await ring_at_work(tx, ctx, owner, key=f"again:{origin}:{lead.id}", lead_id=lead.id or 0, headline=headline)
    return ()


async def ring_owner_of_words(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """The owner reads what their customer wrote, in one card for all that comes within five minutes, and at once

    when they ask what it costs or when it can be there; at rest one card of a customer waits for the morning.
    A free lead's first words are offered to its pool.
    """
    if not isinstance(fact, LeadWrote):
        return ()
    lead = await get_lead(tx, fact.lead_id)
    owner = await on_duty(tx, lead)
    if owner is not None:
        slot = int(ctx.now.timestamp()) // 300
        wants = wants_of(fact.words)
        does = "、".join(wants) or "说"
        how = {"said": f"发「回复 {lead.no} …」就能回他"} if fact.answerable else {}
        if sleeps(owner, ctx):  # without their words, which rest sealed
            key = f"wrote:{lead.id}:{owner.id}:{at_work(owner, ctx).isoformat()}"
            headline = f"下班后客户在{fact.channel}{'、'.join(wants) or '来消息了'}"
            await card_at_work(tx, ctx, owner, "lead", key=key, lead_id=lead.id, headline=headline, **how)
            return ()
        headline = f"客户在{fact.channel}{does}:{said(fact.words, reveal=True)[:60]}"
        key = ":".join(("wrote", str(lead.id), owner.id, str(slot), *wants))
        await ring(tx, ctx, owner, "lead", key=key, lead_id=lead.id, headline=headline, **how)
    elif fact.first and is_free(lead):
        await offer(tx, ctx, lead)
    return ()


async def tell_of_cooling(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """Whoever works on a hot lead hears a day before it stops being hot: a call today may still change that."""
    lead = await get_lead(tx, fact.lead_id)
    owner = await on_duty(tx, lead)
    if owner is not None and isinstance(fact, LeadCooling):
        quiet = f"已经 {fact.quiet_days} 天没有动静" if fact.quiet_days else "最近没有新动静"
        text = f"L{fact.lead_id} {quiet},明天会从「热」降到「{WARMTH[fact.to]}」。今天联系一下?"
        await note_at_work(tx, ctx, owner, text, key=f"cooling:{origin}:{fact.lead_id}", lead_id=fact.lead_id)
    return ()


async def tell_of_missed_call(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """A call that nobody answered, of somebody whom nobody owns: their managers see to it that it is returned."""
    lead = await get_lead(tx, fact.lead_id)
    if isinstance(fact, CallLogged) and fact.missed and lead.owner_id is None:
        text = f"未接来电 {shown_phone(lead.phone, reveal=False)}:{lead.no} 还没有负责人,请安排人回电。"
        text += f"发「转给 {lead.no} 同事」,或让同事发「领取 {lead.no}」。"
        for manager in await managers_of(tx, lead, rules=ctx.rules):
            key = f"missed:{origin}:{manager.id}"
            if sleeps(manager, ctx):
                await note_at_work(tx, ctx, manager, text, key=key, lead_id=lead.id)
            else:
                await ring(tx, ctx, manager, "note", key=key, lead_id=lead.id, text=text)
    return ()


async def tell_owner_of_stop(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """The owner hears that their customer wants to be left alone wholly, unless it was they who noted it."""
    if not isinstance(fact, ContactStopped) or fact.topic or fact.channel:
        return ()
    owner = await on_duty(tx, await get_lead(tx, fact.lead_id))
    if owner is not None and owner.id != fact.by:
        text = (
            f"L{fact.lead_id} 的客户不想再收到我们的消息了,自动消息都已停下。打电话前也请先看看是不是客户自己找过来的。"
        )
        await note_at_work(tx, ctx, owner, text, key=f"stopped:{origin}:{fact.lead_id}", lead_id=fact.lead_id)
    return ()


async def ring_audience(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """A promise is running out or broken: the people whom its rule names get its card."""
    if not isinstance(fact, ClockStepped) or await only_watched(tx, fact.lead_id, ctx):
        return ()
    lead = await get_lead(tx, fact.lead_id)
    card = f"clock:{fact.clock_id}:{fact.share}" + (f":{fact.turn}" if fact.turn else "")
    for member in await audience(tx, lead, fact.tell, rules=ctx.rules):
        if fact.morning:
            await keep_for_tomorrow(tx, ctx, member)
            continue
        if await gathers_late(tx, ctx, member):
            continue
        if (place := ctx.place_of(member)) is not None:  # the card of an earlier step has nothing left to press
            await refresh(tx, ctx, lead, origin=origin, only=place.id, card=f"clock:{fact.clock_id}:")
        await ring(tx, ctx, member, card, key=f"{card}:{member.id}:{origin}", lead_id=lead.id)
    return ()


async def mind_equal_notes(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """Many equal follow-ups look like no work: the rep hears it first, and kindly; at twice as many their manager."""
    most = ctx.rules.follow_up.equal.count
    member = await find_member(tx, fact.by) if isinstance(fact, FollowUpLogged) and fact.by else None
    if member is None or not isinstance(fact, FollowUpLogged) or fact.alike not in (most, 2 * most):
        return ()
    key, minutes = f"alike:{origin}:{member.id}", ctx.rules.follow_up.equal.minutes
    if fact.alike == most:
        text = f"{minutes} 分钟里有 {most} 条一样的跟进,先不算联系过客户。写上聊了什么、下一步做什么,下次翻到才有用。"
        await ring(tx, ctx, member, "note", key=key, text=text)
        return ()
    for leader in await managers_or_admins(tx, member):
        text = f"{member.name} {minutes} 分钟里记了 {fact.alike} 条一样的跟进,没有算作联系。方便时问问是不是遇到难处。"
        await ring(tx, ctx, leader, "note", key=f"{key}:{leader.id}", text=text)
    return ()


async def ring_reminder(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """The owner gets the card with their last words and the number to call."""
    owner = await on_duty(tx, await get_lead(tx, fact.lead_id)) if isinstance(fact, ReminderRang) else None
    if owner is not None and isinstance(fact, ReminderRang):
        key = f"remind:{fact.lead_id}:{fact.next_step_at.isoformat()}:{origin}"
        await ring(tx, ctx, owner, "reminder", key=key, lead_id=fact.lead_id)
    return ()
