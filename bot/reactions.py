"""THE STORY: when this has happened to a lead, that follows.

Read it as the product's rules: each line names a fact and what follows from it, in order.
"""

from collections.abc import Awaitable, Callable, Sequence

from bot.context import Context
from bot.duty import hours_of, on_duty, only_watched
from bot.giving import give
from bot.morning import note_at_work, ring_at_work
from bot.outgoing import audience, gathers_late, managers_or_admins, offer, refresh, ring
from bot.rest import rests
from bot.reunion import (
    ask_the_register,
    ask_what_is_missing,
    offer_merge,
    refresh_old_number,
    show_dispute,
    tell_owner_of_undone_merge,
    tell_owners_of_merge,
)
from config.clock import ClockRule
from config.words import WARMTH
from leads.extension import ExtensionDenied, ExtensionRequested
from leads.facts import (
    ActUndone,
    BecameMql,
    BehaviourSeen,
    Fact,
    FollowUpLogged,
    LeadAssigned,
    LeadCaptured,
    LeadClaimed,
    LeadCooling,
    LeadDisqualified,
    LeadEdited,
    LeadEnquired,
    LeadFellAsleep,
    LeadNurtured,
    LeadPlaced,
    LeadQualified,
    LeadRecycled,
    LeadReleased,
    LeadTransferred,
    NextStepSet,
    ReminderRang,
)
from leads.identity_facts import DisputeDecided, DisputeOpened, LeadMerged, MergeUndone, PeopleCrossed
from leads.mask import said
from leads.recycle import recycle
from leads.rights import is_free
from reports.quality import counted, source_quality
from sla import clock, cover, reminder
from sla.facts import (
    ClockEscalated,
    ClockMoved,
    ClockOverdue,
    ClockPaused,
    ClockResumed,
    ClockStepped,
    ClockWarned,
    CoverBegan,
    CoverEnded,
)  # fmt: skip
from store.clocks import find_clock
from store.leads import get_lead
from store.members import find_member, list_members, name_of
from store.tables import Lead
from store.tx import Tx

Reaction = Callable[[Tx, Fact, Context, str], Awaitable[Sequence[Fact]]]


async def start_clocks(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """Promises that begin with this fact begin to run."""
    lead = await get_lead(tx, fact.lead_id)
    started: list[Fact] = []
    for name, rule in ctx.rules.clocks.items():
        if fact.kind not in rule.start or not await _is_for(tx, lead, rule, ctx):
            continue
        if name == "first_contact" and (lead.owner_id is None or await _contacted_since_owned(lead)):
            continue
        calendar = await hours_of(tx, lead, ctx)
        started += await clock.start(tx, fact.lead_id, name, rule, calendar=calendar, rules=ctx.rules, now=ctx.now)
    return started


async def hear_clocks(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """Promises hear of this fact: they are met, pause, run on or begin anew, each by the rule it started with."""
    if isinstance(fact, FollowUpLogged) and not fact.contact:
        return ()
    calendar = await hours_of(tx, await get_lead(tx, fact.lead_id), ctx) if ctx.others else ctx.calendar
    return await clock.hear(tx, fact.lead_id, fact.kind, calendar=calendar, now=ctx.now)


async def move_clocks(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """Somebody else works on the lead now: what is left of its promises is counted by their hours."""
    if not ctx.others or not isinstance(fact, LeadTransferred | CoverBegan | CoverEnded):
        return ()
    before = await find_member(tx, fact.from_id) if fact.from_id else None
    lead = await get_lead(tx, fact.lead_id)
    counted = ctx.hours_of(before) if before is not None else await hours_of(tx, lead, ctx)
    return await clock.move(
        tx, fact.lead_id, because=fact.kind, before=counted, calendar=await hours_of(tx, lead, ctx), now=ctx.now
    )


async def find_cover(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """Whoever got the lead is away: the colleague who covers for them works on it until they are back."""
    lead = await get_lead(tx, fact.lead_id)
    return await cover.mind(tx, lead, now=ctx.now) if lead.owner_id is not None else ()


async def cancel_clocks(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """The lead is closed or given back: promises to work on it have lost their sense."""
    await clock.cancel(tx, fact.lead_id, now=ctx.now)
    return ()


async def take_back(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """The last step of a ladder takes the lead from its owner, when the rule says so."""
    if not isinstance(fact, ClockStepped) or fact.do is None or await only_watched(tx, fact.lead_id, ctx):
        return ()
    kept = await find_clock(tx, fact.clock_id)
    label = str(kept.rule.get("label", fact.clock)) if kept is not None else fact.clock
    recycled = await recycle(
        tx, fact.lead_id, clock=fact.clock, label=label, onward=fact.do == "next",
        rules_version=kept.rules_version if kept is not None else 0, now=ctx.now,
    )  # fmt: skip
    return [recycled] if recycled is not None else ()


async def give_onward(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """A lead that was taken back goes to the next candidate, or is offered to its pool; its last owner is left out."""
    if not isinstance(fact, LeadRecycled):
        return ()
    return await give(tx, ctx, await get_lead(tx, fact.lead_id), without=fact.owner_id, onward=fact.onward)


async def tell_recycled(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """Whoever lost a lead to a broken promise hears it, and why."""
    owner = await find_member(tx, fact.owner_id) if isinstance(fact, LeadRecycled) else None
    if owner is not None and isinstance(fact, LeadRecycled):
        text = f"L{fact.lead_id} 的「{fact.label}」超时了,已按规则收回,交给别的同事跟进。"
        await ring(tx, ctx, owner, "note", key=f"recycled:{origin}:{fact.lead_id}", lead_id=fact.lead_id, text=text)
    return ()


async def set_reminder(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """The reminder agrees with the promised next step."""
    await reminder.set_reminder(tx, fact.lead_id)
    return ()


async def give_or_offer(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """A lead that is ready for sales goes to whom a rule names; without one it is offered to its pool."""
    return await give(tx, ctx, await get_lead(tx, fact.lead_id))


async def offer_to_pool(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """A free lead is offered to everyone who may claim it."""
    lead = await get_lead(tx, fact.lead_id)
    if is_free(lead):
        await offer(tx, ctx, lead, without=fact.owner_id if isinstance(fact, LeadReleased) else None)
    return ()


async def refresh_cards(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """Whoever has the lead's card sees what is true now."""
    await refresh(tx, ctx, await get_lead(tx, fact.lead_id), origin=origin)
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
            await ring(tx, ctx, member, "note", key=f"worthless:{origin}:{member.id}", lead_id=fact.lead_id, text=text)
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
        headline = f"老线索再次咨询(第 {fact.count} 次,来自{fact.source})"
        await ring_at_work(tx, ctx, owner, key=f"again:{origin}:{lead.id}", lead_id=lead.id or 0, headline=headline)
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


async def ring_audience(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """A promise is running out or broken: the people whom its rule names get its card."""
    if not isinstance(fact, ClockStepped) or await only_watched(tx, fact.lead_id, ctx):
        return ()
    lead = await get_lead(tx, fact.lead_id)
    card = f"clock:{fact.clock_id}:{fact.share}" + (f":{fact.turn}" if fact.turn else "")
    for member in await audience(tx, lead, fact.tell, rules=ctx.rules):
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


async def _is_for(tx: Tx, lead: Lead, rule: ClockRule, ctx: Context) -> bool:
    """Whether a promise is meant for this lead."""
    only = rule.only
    if rule.needs_phone and (lead.phone_flaw or lead.flaw):
        return False
    if only.team:
        owner = await find_member(tx, lead.owner_id) if lead.owner_id else None
        if owner is None or owner.team not in only.team:
            return False
    wanted = ((only.grade, lead.grade), (only.pool, lead.pool), (only.source, lead.source))
    return all(not words or value in words for words, value in wanted)


async def _contacted_since_owned(lead: object) -> bool:
    contacted, owned = getattr(lead, "contacted_at", None), getattr(lead, "owned_at", None)
    return contacted is not None and owned is not None and contacted >= owned


STORY: dict[type[Fact], tuple[Reaction, ...]] = {
    LeadCaptured: (
        ask_the_register,
        start_clocks,
    ),
    LeadEnquired: (hear_clocks, start_clocks, refresh_cards, ring_owner_of_reenquiry),
    BecameMql: (start_clocks, give_or_offer),
    BehaviourSeen: (),
    LeadCooling: (tell_of_cooling,),
    LeadPlaced: (),
    LeadClaimed: (hear_clocks, start_clocks, set_reminder, refresh_cards),
    LeadAssigned: (find_cover, hear_clocks, start_clocks, set_reminder, refresh_cards, ring_new_owner),
    FollowUpLogged: (hear_clocks, set_reminder, refresh_cards, mind_equal_notes, ask_what_is_missing),
    NextStepSet: (hear_clocks, set_reminder, refresh_cards),
    LeadQualified: (hear_clocks, start_clocks, refresh_cards),
    LeadNurtured: (cancel_clocks, set_reminder, refresh_cards),
    LeadFellAsleep: (cancel_clocks, set_reminder, refresh_cards),
    LeadReleased: (cancel_clocks, start_clocks, set_reminder, refresh_cards, offer_to_pool),
    LeadRecycled: (cancel_clocks, start_clocks, set_reminder, refresh_cards, tell_recycled, give_onward),
    LeadTransferred: (
        move_clocks,
        find_cover,
        hear_clocks,
        start_clocks,
        set_reminder,
        refresh_cards,
        ring_new_owner,
        tell_old_owner,
    ),
    LeadDisqualified: (cancel_clocks, set_reminder, refresh_cards, tell_marketing),
    LeadEdited: (refresh_cards, ask_the_register),
    PeopleCrossed: (offer_merge,),
    LeadMerged: (set_reminder, refresh_cards, refresh_old_number, tell_owners_of_merge),
    MergeUndone: (set_reminder, refresh_cards, tell_owner_of_undone_merge),
    DisputeOpened: (show_dispute,),
    DisputeDecided: (show_dispute,),
    ActUndone: (set_reminder, refresh_cards, offer_to_pool),
    ClockWarned: (ring_audience,),
    ClockOverdue: (ring_audience, take_back),
    ClockEscalated: (ring_audience, take_back),
    ClockPaused: (refresh_cards,),
    ClockResumed: (refresh_cards,),
    ExtensionRequested: (),
    ExtensionDenied: (),
    ClockMoved: (refresh_cards,),
    CoverBegan: (move_clocks, refresh_cards),
    CoverEnded: (move_clocks, refresh_cards),
    ReminderRang: (ring_reminder, hear_clocks, start_clocks),
}
