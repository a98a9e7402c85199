"""Somebody has left: what they leave behind is counted, and goes to a colleague with nothing changed but the owner."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from leads.deal_facts import OpportunityTransferred
from leads.facts import Fact
from leads.owner_facts import LeadTransferred
from store import deals, due, duty, leads, owned
from store.members import find_member, list_members, set_state
from store.queues import Due
from store.tables import Member
from store.tx import Tx

SLICE = 40  # leads in one transaction, so that nobody waits for a long one
CANDIDATES = 10


@dataclass(frozen=True)
class Estate:
    """What somebody has in hand: open leads, opportunities, hot leads, promised steps, broken promises.

    `loose` are the hot ones without a promised step: nobody else would know what comes next. `customers`: there are
    people who have bought, and deals that are closed.
    """

    leads: int
    deals: int
    hot: int
    steps: int
    overdue: int
    loose: int = 0
    customers: bool = False

    @property
    def empty(self) -> bool:
        """Whether there is nothing to hand over."""
        return not (self.leads or self.deals or self.customers)


async def depart(tx: Tx, member_id: str, *, now: datetime) -> bool:
    """A member has left: their managers will hear what is to be given to whom. False when they had left already."""
    if not await set_state(tx, member_id, "left"):
        return False
    await due.keep(
        tx, kind="leaver", key=f"leaver:{member_id}:{now.isoformat()}", at=now, payload={"member": member_id}
    )
    return True


async def estate_of(tx: Tx, member_id: str) -> Estate:
    """Count what a member has in hand."""
    found = await owned.count_estate(tx, member_id)
    late = await duty.overdue_leads(tx, [member_id])
    open_deals, all_deals = await deals.count_in_hand(tx, member_id)
    bought = all_deals > 0 or bool(await owned.list_owned_after(tx, member_id, 0, customers=True, limit=1))
    return Estate(
        found["leads"], open_deals, found["hot"], found["steps"], late.get(member_id, 0), found["loose"], bought
    )


async def candidates(tx: Tx, leaver: Member, *, now: datetime) -> list[tuple[Member, int]]:
    """Who could take over, with how many open leads they have: the same team first, then who has the fewest."""
    away = await duty.list_away(tx, now=now)
    people = [m for m in await list_members(tx) if m.role in ("rep", "manager") and m.id not in (*away, leaver.id)]
    held = await duty.open_leads(tx, [m.id for m in people])
    people.sort(key=lambda m: (m.team != leaver.team, m.role != "rep", held.get(m.id, 0), m.id))
    return [(m, held.get(m.id, 0)) for m in people[:CANDIDATES]]


async def hand_over(tx: Tx, leaver_id: str, taker_id: str, by: str | None, *, now: datetime) -> None:
    """Everything that somebody had goes to a colleague, slice by slice from now on."""
    await _keep(tx, {"from": leaver_id, "to": taker_id, "by": by, "began": now.isoformat(), "after": 0}, at=now)


async def _keep(tx: Tx, payload: dict[str, object], *, at: datetime) -> None:
    key = f"handover:{payload['from']}:{payload['to']}:{payload['began']}:{payload['after']}"
    await due.keep(tx, kind="handover", key=key, at=at, payload=payload)


async def step(tx: Tx, row: Due, *, now: datetime) -> Sequence[Fact]:
    """The next slice changes hands; stage, story, promises and steps stay as they are."""
    leaver_id, taker_id = str(row.payload["from"]), str(row.payload["to"])
    leaver = await find_member(tx, leaver_id)
    found = await owned.list_owned_after(tx, leaver_id, int(row.payload["after"]), customers=True, limit=SLICE)
    for lead in found:
        await leads.change(tx, lead.id or 0, owner_id=taker_id)
    reason = f"{leaver.name if leaver else leaver_id}离职交接"
    if len(found) == SLICE:
        await _keep(tx, {**row.payload, "after": found[-1].id}, at=now)
    alone = [] if len(found) == SLICE else await _deals_alone(tx, row, {lead.id for lead in found}, reason, now=now)
    return [
        LeadTransferred(
            lead_id=lead.id or 0, at=now, by=row.payload["by"], from_id=leaver_id, to_id=taker_id, reason=reason,
            handover=True,
        )
        for lead in found
    ] + alone  # fmt: skip


async def _deals_alone(tx: Tx, row: Due, along: set[int | None], reason: str, *, now: datetime) -> list[Fact]:
    """What they had of leads that are somebody else's; the deals of their own leads (`along`) go with these."""
    leaver_id, taker_id = str(row.payload["from"]), str(row.payload["to"])
    told: list[Fact] = []
    for deal in await deals.list_owned(tx, leaver_id, results=("open", "won", "lost")):
        if deal.lead_id not in along:
            await deals.change_deal(tx, deal.id or 0, owner_id=taker_id)
            told.append(
                OpportunityTransferred(
                    lead_id=deal.lead_id,
                    at=now,
                    by=row.payload["by"],
                    opportunity_id=deal.id or 0,
                    from_id=leaver_id,
                    to_id=taker_id,
                    reason=reason,
                )
            )
    return told
