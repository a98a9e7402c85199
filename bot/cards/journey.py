"""A lead's journey on its card: how far it has come, or why it rests."""

from bot.cards.asked import moment
from bot.context import Context
from nurture.facts import CAUSES
from nurture.running import plan_of
from store import journeys
from store.tables import Lead
from store.tx import Tx


async def journey_of(tx: Tx, lead: Lead, ctx: Context) -> str:
    """白皮书跟进 已暂停:有同事在跟; the latest journey, "" when the lead is on none."""
    runs = await journeys.list_open(tx, lead.id or 0)
    if not runs:
        return ""
    run = runs[-1]
    label = (await plan_of(tx, run)).label
    if run.state == "paused":
        return f"{label} 已暂停:{CAUSES[run.cause]}"
    return f"{label},下一步 {moment(run.run_at, now=ctx.now, zone=ctx.rules.zone)}"
