"""THE STORY: when this has happened to a lead, that follows.

Read it as the product's rules: each line names a fact and what follows from it, in order.
"""

from collections.abc import Awaitable, Callable, Sequence

from bot.context import Context
from bot.giving import give
from bot.outgoing import audience, offer, refresh, ring
from leads.facts import (
    ActUndone,
    BecameMql,
    ClockOverdue,
    ClockWarned,
    Fact,
    FollowUpLogged,
    LeadAssigned,
    LeadCaptured,
    LeadClaimed,
    LeadDisqualified,
    LeadEdited,
    LeadEnquired,
    LeadMerged,
    LeadPlaced,
    LeadQualified,
    LeadReleased,
    LeadTransferred,
    MergeUndone,
    NextStepSet,
    ReminderRang,
)  # fmt: skip
from leads.rights import is_free
from sla import clock, reminder
from store.leads import get_lead
from store.members import find_member, name_of
from store.tables import Lead
from store.tx import Tx

Reaction = Callable[[Tx, Fact, Context, str], Awaitable[Sequence[Fact]]]


async def start_clocks(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """Promises that begin with this fact begin to run."""
    lead = await get_lead(tx, fact.lead_id)
    started: list[Fact] = []
    for name, rule in ctx.rules.clocks.items():
        if fact.kind not in rule.start or (rule.needs_phone and lead.phone_flaw):
            continue
        if name == "first_contact" and (lead.owner_id is None or await _contacted_since_owned(lead)):
            continue
        started += await clock.start(tx, fact.lead_id, name, rule, calendar=ctx.calendar, rules=ctx.rules, now=ctx.now)
    return started


async def stop_clocks(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """Promises that this fact fulfils are met."""
    if isinstance(fact, FollowUpLogged) and not fact.contact:
        return ()
    names = [name for name, rule in ctx.rules.clocks.items() if fact.kind in rule.stop]
    return await clock.stop(tx, fact.lead_id, names, now=ctx.now)


async def cancel_clocks(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """The lead is closed or given back: promises to work on it have lost their sense."""
    await clock.cancel(tx, fact.lead_id, None, now=ctx.now)
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
    if owner is not None and owner.id != fact.by:
        headline = "转给你一条线索" if isinstance(fact, LeadTransferred) else "给你分配了一条线索"
        if isinstance(fact, LeadAssigned) and fact.rule:
            headline = f"分给你:{fact.reason}"
        await ring(
            tx, ctx, owner, "lead", key=f"owner:{origin}:{fact.kind}:{lead.id}", lead_id=lead.id, headline=headline
        )
    return ()


async def tell_old_owner(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """Whoever lost a lead without their own doing hears who has it now."""
    if not isinstance(fact, LeadTransferred) or fact.from_id is None or fact.from_id == fact.by:
        return ()
    old = await find_member(tx, fact.from_id)
    if old is not None:
        who = await name_of(tx, fact.by) or "系统"
        text = f"L{fact.lead_id} 已由{who}转给{await name_of(tx, fact.to_id)},后续不用你跟了。"
        await ring(tx, ctx, old, "note", key=f"moved:{origin}:{fact.lead_id}", lead_id=fact.lead_id, text=text)
    return ()


async def ring_owner_of_reenquiry(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """The owner hears that their customer has asked again."""
    lead = await get_lead(tx, fact.lead_id)
    owner = await find_member(tx, lead.owner_id) if lead.owner_id else None
    if owner is not None and isinstance(fact, LeadEnquired) and fact.by != owner.id:
        await ring(
            tx, ctx, owner, "lead", key=f"again:{origin}:{lead.id}", lead_id=lead.id,
            headline=f"老线索再次咨询(第 {fact.count} 次,来自{fact.source})",
        )  # fmt: skip
    return ()


async def ring_audience(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """A promise is running out or broken: the people whom its rule names get its card."""
    if not isinstance(fact, ClockWarned | ClockOverdue):
        return ()
    lead = await get_lead(tx, fact.lead_id)
    share = fact.share if isinstance(fact, ClockWarned) else 100
    for member in await audience(tx, lead, fact.tell, rules=ctx.rules):
        await ring(
            tx, ctx, member, f"clock:{fact.clock_id}:{share}", key=f"clock:{fact.clock_id}:{share}:{member.id}",
            lead_id=lead.id,
        )  # fmt: skip
    return ()


async def ring_reminder(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """The owner gets the card with their last words and the number to call."""
    owner = await find_member(tx, fact.owner_id) if isinstance(fact, ReminderRang) else None
    if owner is not None and isinstance(fact, ReminderRang):
        key = f"remind:{fact.lead_id}:{fact.next_step_at.isoformat()}:{origin}"
        await ring(tx, ctx, owner, "reminder", key=key, lead_id=fact.lead_id)
    return ()


async def refresh_old_number(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """The cards of the number that went (or came back) show what is true now."""
    if isinstance(fact, LeadMerged | MergeUndone):
        await refresh(tx, ctx, Lead(id=fact.other_id, corp=tx.corp, created_at=ctx.now), origin=origin)
    return ()


async def tell_owners_of_merge(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """Both owners hear that their leads are one now, and whose it is."""
    if not isinstance(fact, LeadMerged):
        return ()
    for member_id in dict.fromkeys((fact.owner_id, fact.other_owner_id)):
        member = await find_member(tx, member_id) if member_id and member_id != fact.by else None
        if member is None:
            continue
        owner = "由你跟进" if member_id == fact.owner_id else f"由{await name_of(tx, fact.owner_id) or '线索池'}跟进"
        text = f"L{fact.other_id} 和 L{fact.lead_id} 是同一位客户,已合并成 L{fact.lead_id},{owner}。"
        await ring(tx, ctx, member, "note", key=f"merged:{origin}:{member.id}", lead_id=fact.lead_id, text=text)
    return ()


async def tell_owner_of_undone_merge(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """The owner has the lead back."""
    lead = await get_lead(tx, fact.lead_id)
    owner = await find_member(tx, lead.owner_id) if lead.owner_id and lead.owner_id != fact.by else None
    if owner is not None and isinstance(fact, MergeUndone):
        text = f"合并已撤销:L{fact.lead_id} 又是单独的一条,由你跟进。"
        await ring(tx, ctx, owner, "note", key=f"unmerged:{origin}:{lead.id}", lead_id=lead.id, text=text)
    return ()


async def _contacted_since_owned(lead: object) -> bool:
    contacted, owned = getattr(lead, "contacted_at", None), getattr(lead, "owned_at", None)
    return contacted is not None and owned is not None and contacted >= owned


STORY: dict[type[Fact], tuple[Reaction, ...]] = {
    LeadCaptured: (start_clocks,),
    LeadEnquired: (start_clocks, refresh_cards, ring_owner_of_reenquiry),
    BecameMql: (start_clocks, give_or_offer),
    LeadPlaced: (),
    LeadClaimed: (stop_clocks, start_clocks, set_reminder, refresh_cards),
    LeadAssigned: (stop_clocks, start_clocks, set_reminder, refresh_cards, ring_new_owner),
    FollowUpLogged: (stop_clocks, set_reminder, refresh_cards),
    NextStepSet: (set_reminder, refresh_cards),
    LeadQualified: (stop_clocks, start_clocks, refresh_cards),
    LeadReleased: (cancel_clocks, start_clocks, set_reminder, refresh_cards, offer_to_pool),
    LeadTransferred: (stop_clocks, start_clocks, set_reminder, refresh_cards, ring_new_owner, tell_old_owner),
    LeadDisqualified: (cancel_clocks, set_reminder, refresh_cards),
    LeadEdited: (refresh_cards,),
    LeadMerged: (set_reminder, refresh_cards, refresh_old_number, tell_owners_of_merge),
    MergeUndone: (set_reminder, refresh_cards, tell_owner_of_undone_merge),
    ActUndone: (set_reminder, refresh_cards, offer_to_pool),
    ClockWarned: (ring_audience,),
    ClockOverdue: (ring_audience,),
    ReminderRang: (ring_reminder,),
}
