"""After the win: a customer comes back as a deal when a renewal nears, when they ask again, or when all is silent."""

from datetime import date, datetime, time, timedelta

from config.rules import Rules
from leads.convert import Terms, open_deal
from leads.facts import Fact
from store import deals, due, leads
from store.deal import Opportunity
from store.tables import Lead
from store.tx import Tx

CLOCK = time(9)  # when a customer comes back, on the day


async def plan_return(tx: Tx, deal: Opportunity, *, rules: Rules, now: datetime) -> None:
    """Remember when what was won is to be renewed, and when silence has lasted too long; each once."""
    after = rules.deals.after_win
    if deal.renews_on:
        at = _at(date.fromisoformat(deal.renews_on) - timedelta(days=after.renew_before), rules)
        await _keep(tx, deal, "renewal", f"renewal:{deal.id}:{deal.renews_on}", max(at, now))
    if after.silence is not None:
        await _keep(tx, deal, "silence", f"silence:{deal.id}:{now.date()}", now + timedelta(days=after.silence))


async def _keep(tx: Tx, deal: Opportunity, why: str, key: str, at: datetime) -> None:
    payload = {"opportunity": deal.id, "why": why, "renews_on": deal.renews_on}
    await due.keep(tx, kind="returning", key=key, at=at, lead_id=deal.lead_id, payload=payload)


def _at(day: date, rules: Rules) -> datetime:
    return datetime.combine(day, CLOCK, rules.zone)


async def renew(tx: Tx, opportunity_id: int, renews_on: str, *, rules: Rules, now: datetime) -> list[Fact]:
    """The end of what was bought nears: a deal for the same owner, once; nothing when it is being sold already."""
    deal = await deals.find_deal(tx, opportunity_id)
    if deal is None or deal.result != "won" or deal.renews_on != renews_on:
        return []
    key = f"renewal:{opportunity_id}:{renews_on}"
    return await _open(tx, deal, "renewal", key, amount=deal.amount, expected_on=renews_on, rules=rules, now=now)


async def after_silence(tx: Tx, opportunity_id: int, *, rules: Rules, now: datetime) -> list[Fact]:
    """Nobody has spoken with the customer for as long as the rules say: a deal for the same owner, once a win.

    Where somebody has, it is looked at again when that is as long ago.
    """
    deal = await deals.find_deal(tx, opportunity_id)
    lead = await leads.find_lead(tx, deal.lead_id) if deal is not None else None
    days = rules.deals.after_win.silence
    if deal is None or lead is None or deal.result != "won" or lead.stage != "won" or days is None:
        return []
    quiet_at = (lead.touched_at or deal.touched_at) + timedelta(days=days)
    if quiet_at > now:
        await _keep(tx, deal, "silence", f"silence:{deal.id}:{quiet_at.isoformat()}", quiet_at)
        return []
    return await _open(tx, deal, "silence", f"silence:{opportunity_id}", product="", rules=rules, now=now)


async def asked_again(tx: Tx, lead: Lead, product: str, *, count: int, rules: Rules, now: datetime) -> list[Fact]:
    """A customer has asked again (the `count`th time): a deal about that product for the same owner, once."""
    won = [deal for deal in await deals.list_of_lead(tx, lead.id or 0) if deal.result == "won"]
    if not won or not rules.deals.after_win.asked:
        return []
    return await _open(tx, won[-1], "asked", f"asked:{lead.id}:{count}", product=product, rules=rules, now=now)


async def _open(
    tx: Tx,
    won: Opportunity,
    origin: str,
    key: str,
    *,
    product: str | None = None,
    amount: int | None = None,
    expected_on: str = "",
    rules: Rules,
    now: datetime,
) -> list[Fact]:
    lead = await leads.find_lead(tx, won.lead_id)
    about = won.product if product is None else product
    there = await deals.list_of_lead(tx, won.lead_id)
    busy = [deal for deal in there if deal.result == "open" and (deal.product == about or origin == "silence")]
    if lead is None or busy or await deals.find_by_key(tx, key) is not None:
        return []
    today = now.astimezone(rules.zone).date().isoformat()
    terms = Terms(
        about, amount, expected_on if expected_on >= today else "", owner_id=lead.owner_id or won.owner_id or "",
        origin=origin, from_id=won.id, key=key,
    )  # fmt: skip
    return await open_deal(tx, lead, None, terms, rules=rules, now=now)
