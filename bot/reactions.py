"""THE STORY: when this has happened to a lead, that follows.

Read it as the product's rules: each line names a fact and what follows from it, in order.
"""

from collections.abc import Awaitable, Callable, Sequence

from bot.context import Context
from bot.duty import hours_of, only_watched
from bot.giving import give
from bot.hearers import (
    mind_equal_notes,
    ring_audience,
    ring_new_owner,
    ring_owner_of_reenquiry,
    ring_owner_of_words,
    ring_reminder,
    tell_marketing,
    tell_of_cooling,
    tell_of_missed_call,
    tell_old_owner,
    tell_recycled,
)
from bot.outgoing import offer, refresh
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
    LeadWrote,
    NextStepSet,
    NodeReached,
    ReminderRang,
)
from leads.identity_facts import DisputeDecided, DisputeOpened, LeadMerged, MergeUndone, PeopleCrossed
from leads.node import nodes_of
from leads.origin_facts import CallLogged, Consented
from leads.recycle import recycle
from leads.rights import is_free
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
from store.members import find_member
from store.odds import remember_chance
from store.tables import Lead
from store.tx import Tx

Reaction = Callable[[Tx, Fact, Context, str], Awaitable[Sequence[Fact]]]


async def start_clocks(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """Promises that begin with this fact begin to run."""
    if isinstance(fact, FollowUpLogged) and not fact.contact:
        return ()
    lead = await get_lead(tx, fact.lead_id)
    started: list[Fact] = []
    for name, rule in ctx.rules.clocks.items():
        if fact.kind not in rule.start or not await _is_for(tx, lead, rule, ctx):
            continue
        if isinstance(fact, NodeReached) and rule.only.node and fact.node not in rule.only.node:
            continue
        if name == "first_contact" and not _owes_a_contact(lead, fact):
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


async def mark_nodes(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """A follow-up tells that the deal has come to a point that the rules name."""
    if not isinstance(fact, FollowUpLogged) or not fact.contact:
        return ()
    return [
        NodeReached(lead_id=fact.lead_id, at=fact.at, by=fact.by, node=name, label=ctx.rules.nodes[name].label)
        for name in nodes_of(fact.words, ctx.rules.nodes)
    ]


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


async def reckon_odds(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """Somebody works on it, or more is known of it: where the lead stands in their list follows from its odds."""
    lead = await get_lead(tx, fact.lead_id)
    odds = ctx.learning.odds(lead, rules=ctx.rules) if lead.owner_id is not None else None
    if odds is not None:
        await remember_chance(tx, fact.lead_id, odds.chance)
    return ()


async def refresh_cards(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """Whoever has the lead's card sees what is true now."""
    await refresh(tx, ctx, await get_lead(tx, fact.lead_id), origin=origin)
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
    wanted = (
        (only.grade, lead.grade), (only.pool, lead.pool), (only.source, lead.source), (only.stage, lead.stage),
    )  # fmt: skip
    return all(not words or value in words for words, value in wanted)


def _owes_a_contact(lead: Lead, fact: Fact) -> bool:
    """Whether the owner has to contact them now: who has not yet since they own the lead, or whose customer asks again

    (not when they brought that enquiry in themselves).
    """
    if lead.owner_id is None:
        return False
    if isinstance(fact, LeadEnquired):
        return fact.by != lead.owner_id
    return lead.contacted_at is None or lead.owned_at is None or lead.contacted_at < lead.owned_at


STORY: dict[type[Fact], tuple[Reaction, ...]] = {
    LeadCaptured: (
        ask_the_register,
        start_clocks,
    ),
    LeadWrote: (ring_owner_of_words,),
    LeadEnquired: (hear_clocks, start_clocks, refresh_cards, ring_owner_of_reenquiry),
    BecameMql: (start_clocks, give_or_offer),
    BehaviourSeen: (),
    Consented: (),
    CallLogged: (tell_of_missed_call,),
    LeadCooling: (tell_of_cooling,),
    LeadPlaced: (),
    LeadClaimed: (reckon_odds, hear_clocks, start_clocks, set_reminder, refresh_cards),
    LeadAssigned: (reckon_odds, find_cover, hear_clocks, start_clocks, set_reminder, refresh_cards, ring_new_owner),
    FollowUpLogged: (
        hear_clocks,
        start_clocks,
        mark_nodes,
        set_reminder,
        refresh_cards,
        mind_equal_notes,
        ask_what_is_missing,
    ),
    NodeReached: (hear_clocks, start_clocks, refresh_cards),
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
    LeadEdited: (reckon_odds, refresh_cards, ask_the_register),
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
