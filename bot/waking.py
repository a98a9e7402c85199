"""A sleeping customer has stirred: their old owner reads it first, and has two working hours before the pool does."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.context import Context
from bot.duty import hours_of, on_duty
from bot.morning import told_at_work
from leads.facts import Fact
from leads.reach_facts import LeadWoke
from leads.wake import leave_to_pool
from store import due
from store.leads import get_lead
from store.queues import Due
from store.tx import Tx

FIRST = timedelta(hours=2)  # of working time


async def ring_old_owner(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """The card 沉睡 143 天后打开价格页, for whoever had the lead when it fell asleep."""
    if not isinstance(fact, LeadWoke) or fact.owner_id is None:
        return ()
    lead = await get_lead(tx, fact.lead_id)
    owner = await on_duty(tx, lead)
    if owner is None:
        return ()
    headline = f"沉睡 {fact.days} 天后{fact.what},2 小时内没跟进就放回线索池"
    await told_at_work(tx, ctx, owner, headline, key=f"woke:{origin}:{fact.lead_id}", lead_id=fact.lead_id)
    ends = (await hours_of(tx, lead, ctx)).due(ctx.now, FIRST)
    payload = {"owner": fact.owner_id, "since": ctx.now.isoformat()}
    await due.keep(tx, kind="woke", key=f"woke:{origin}:{fact.lead_id}", at=ends, lead_id=fact.lead_id, payload=payload)
    return ()


async def on_woke(tx: Tx, row: Due, ctx: Context) -> list[Fact]:
    """The old owner's time is over."""
    since = datetime.fromisoformat(str(row.payload["since"]))
    return list(await leave_to_pool(tx, row.lead_id or 0, owner_id=str(row.payload["owner"]), since=since, now=ctx.now))
