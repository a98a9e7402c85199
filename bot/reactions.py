"""THE STORY: when this has happened to a lead, that follows.

Read it as the product's rules: each line names a fact and what follows from it, in order.
"""

from collections.abc import Awaitable, Callable, Sequence

from bot.approving import ask_for_consent, settle_consent, settle_withdrawal, withdraw_forms
from bot.asking import warm_by_words
from bot.context import Context
from bot.deal_news import tell_group_of_deal
from bot.dealing import give_deals_along, refresh_deal
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
    tell_owner_of_stop,
    tell_recycled,
)
from bot.journeys.heard import hear_journeys, tell_colleague
from bot.ordering import offer_to_order, tell_of_stuck_order
from bot.outgoing import offer, refresh
from bot.promises import (
    cancel_clocks,
    end_if_closed,
    hear_clocks,
    mark_nodes,
    move_clocks,
    start_clocks,
    take_back,
)
from bot.returning import plan_what_comes_after, sell_again, tell_owner_of_return
from bot.reunion import (
    ask_the_register,
    ask_what_is_missing,
    offer_merge,
    refresh_old_number,
    show_dispute,
    tell_owner_of_undone_merge,
    tell_owners_of_merge,
)
from bot.waking import ring_old_owner
from bot.webhooks import tell_webhooks
from bot.winning import tell_groups_of_win
from leads.attachment import FileAdded, FileRemoved
from leads.deal_facts import (
    OpportunityChanged,
    OpportunityLost,
    OpportunityMoved,
    OpportunityOpened,
    OpportunityReopened,
    OpportunityTransferred,
    OpportunityWon,
    PaymentReceived,
)
from leads.extension import ExtensionDenied, ExtensionRequested
from leads.facts import (
    ActUndone,
    BecameMql,
    BehaviourSeen,
    Fact,
    FollowUpLogged,
    LeadCaptured,
    LeadCooling,
    LeadDisqualified,
    LeadEdited,
    LeadEnquired,
    LeadFellAsleep,
    LeadNurtured,
    LeadQualified,
    LeadWrote,
    NextStepSet,
    NodeReached,
    ReminderRang,
)
from leads.group_facts import DealGroupOpened
from leads.help_facts import HelpAsked, HelpGiven
from leads.identity_facts import DisputeDecided, DisputeOpened, LeadMerged, MergeUndone, PeopleCrossed
from leads.letter_facts import LetterReturned, LetterSent
from leads.order_facts import (
    ContractDrawn,
    ContractSigned,
    OrderAccepted,
    OrderDelivered,
    OrderPlaced,
    OrderStuck,
)
from leads.origin_facts import CallLogged, Consented
from leads.owner_facts import LeadAssigned, LeadClaimed, LeadPlaced, LeadRecycled, LeadReleased, LeadTransferred
from leads.quote_facts import ApprovalAsked, ApprovalDecided, ApprovalWithdrawn, Quoted, QuoteSent
from leads.reach_facts import ContactAllowed, ContactStopped, ContentShared, LeadWoke, PagesRead
from leads.rights import is_free
from nurture.facts import JourneyBegan, JourneyEnded, JourneyPaused, JourneyResumed, JourneyTold, LeftAlone
from sla import cover, reminder
from sla.facts import (
    ClockEscalated,
    ClockMoved,
    ClockOverdue,
    ClockPaused,
    ClockResumed,
    ClockWarned,
    CoverBegan,
    CoverEnded,
)  # fmt: skip
from store.leads import get_lead
from store.odds import remember_chance
from store.tx import Tx

Reaction = Callable[[Tx, Fact, Context, str], Awaitable[Sequence[Fact]]]


async def offer_moved(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """Somebody moved a free lead to another pool: its reps are offered it, the old pool's cards tell the truth."""
    if fact.by is None:
        return ()
    lead = await get_lead(tx, fact.lead_id)
    await refresh(tx, ctx, lead, origin=origin)
    if lead.stage == "mql":
        await offer(tx, ctx, lead)
    return ()


async def find_cover(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """Whoever got the lead is away: the colleague who covers for them works on it until they are back."""
    lead = await get_lead(tx, fact.lead_id)
    return await cover.mind(tx, lead, now=ctx.now) if lead.owner_id is not None else ()


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


STORY: dict[type[Fact], tuple[Reaction, ...]] = {
    LeadCaptured: (
        ask_the_register,
        start_clocks,
    ),
    LeadWrote: (warm_by_words, ring_owner_of_words),
    LeadEnquired: (hear_clocks, start_clocks, refresh_cards, ring_owner_of_reenquiry, sell_again),
    BecameMql: (start_clocks, give_or_offer),
    BehaviourSeen: (),
    Consented: (),
    ContactStopped: (tell_owner_of_stop, refresh_cards),
    ContactAllowed: (refresh_cards,),
    LetterSent: (),
    FileAdded: (),
    FileRemoved: (),
    DealGroupOpened: (tell_group_of_deal,),
    HelpAsked: (),
    HelpGiven: (),
    LetterReturned: (),
    ContentShared: (),
    LeadWoke: (refresh_cards, ring_old_owner),
    PagesRead: (),
    CallLogged: (tell_of_missed_call,),
    LeadCooling: (tell_of_cooling,),
    LeadPlaced: (offer_moved,),
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
        give_deals_along,
    ),
    LeadDisqualified: (cancel_clocks, set_reminder, refresh_cards, tell_marketing),
    LeadEdited: (reckon_odds, refresh_cards, ask_the_register),
    OpportunityOpened: (hear_clocks, start_clocks, set_reminder, refresh_deal, tell_owner_of_return),
    OpportunityMoved: (hear_clocks, start_clocks, refresh_deal),
    OpportunityChanged: (refresh_deal, plan_what_comes_after),
    OpportunityTransferred: (refresh_deal,),
    OpportunityWon: (
        end_if_closed,
        set_reminder,
        refresh_deal,
        plan_what_comes_after,
        offer_to_order,
        tell_groups_of_win,
        tell_group_of_deal,
    ),
    OpportunityLost: (end_if_closed, set_reminder, refresh_deal, tell_group_of_deal),
    OpportunityReopened: (hear_clocks, start_clocks, set_reminder, refresh_deal, tell_group_of_deal),
    PaymentReceived: (refresh_deal,),
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
    Quoted: (refresh_deal, withdraw_forms),
    ContractDrawn: (refresh_deal, withdraw_forms),
    ContractSigned: (refresh_deal,),
    OrderPlaced: (refresh_deal,),
    OrderAccepted: (refresh_deal,),
    OrderStuck: (refresh_deal, tell_of_stuck_order),
    OrderDelivered: (refresh_deal,),
    QuoteSent: (refresh_deal,),
    ApprovalAsked: (ask_for_consent, refresh_deal),
    ApprovalDecided: (settle_consent, refresh_deal),
    ApprovalWithdrawn: (settle_withdrawal, refresh_deal),
    ReminderRang: (ring_reminder, hear_clocks, start_clocks),
    JourneyBegan: (),
    JourneyPaused: (refresh_cards,),
    JourneyResumed: (refresh_cards,),
    JourneyEnded: (refresh_cards,),
    JourneyTold: (tell_colleague,),
    LeftAlone: (),
}

EVERY: tuple[Reaction, ...] = (hear_journeys, tell_webhooks)  # what follows from whatever has happened
