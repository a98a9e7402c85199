"""What promises about time hear of a lead: they begin, pause, run on, are met, move to another's hours or end."""

from collections.abc import Sequence

from bot.context import Context
from bot.duty import hours_of, only_watched
from config.clock import ClockRule
from leads.facts import Fact, FollowUpLogged, LeadEnquired, NodeReached
from leads.node import nodes_of
from leads.owner_facts import LeadTransferred
from leads.recycle import recycle
from sla import clock
from sla.facts import ClockStepped, CoverBegan, CoverEnded
from store.clocks import find_clock
from store.leads import OPEN_STAGES, get_lead
from store.members import find_member
from store.tables import Lead
from store.tx import Tx


async def start_clocks(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """Promises that begin with this fact begin to run."""
    if isinstance(fact, FollowUpLogged) and not fact.contact:
        return ()
    lead = await get_lead(tx, fact.lead_id)
    if lead.stage not in OPEN_STAGES:
        return ()
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
    by = fact.by or getattr(fact, "owner_id", None)
    return await clock.hear(tx, fact.lead_id, fact.kind, by=by, calendar=calendar, now=ctx.now)


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


async def cancel_clocks(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """The lead is closed or given back: promises to work on it have lost their sense."""
    await clock.cancel(tx, fact.lead_id, now=ctx.now)
    return ()


async def end_if_closed(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """The last open deal is closed: nothing is promised any more."""
    if (await get_lead(tx, fact.lead_id)).stage not in OPEN_STAGES:
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
