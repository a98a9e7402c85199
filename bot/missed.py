"""When the members' customers are compared with WeCom's list: within the hour where there are any, else once a day."""

from datetime import UTC, datetime, timedelta

from bot.context import Answer, Context
from leads.facts import Fact
from store import channels, due, kf
from store.queues import Due
from store.tx import Tx

OFTEN, RARELY = timedelta(minutes=50), timedelta(days=1)  # a missed callback is found within the hour


async def plan_comparison(tx: Tx, ctx: Context, *, at_once: bool = False) -> None:
    """Compare at the end of the present stretch of time (or now), once for each stretch."""
    if "wecom" not in ctx.platforms:
        return
    if at_once:
        await due.do_once(tx, kind="contacts", key=f"contacts:{ctx.now.isoformat()}", now=ctx.now)
    every = OFTEN if ctx.rules.contact_ways or await channels.has_contacts(tx) else RARELY
    stretch = int(ctx.now.timestamp() // every.total_seconds()) + 1
    at = datetime.fromtimestamp(stretch * every.total_seconds(), UTC)
    await due.keep(tx, kind="contacts", key=f"contacts:{int(at.timestamp())}", at=at)


async def on_comparison(tx: Tx, row: Due, ctx: Context) -> list[Fact | Answer]:
    """A stretch is over: have the lists compared, and plan the next time."""
    await due.do_once(tx, kind="contacts", key=row.key, now=ctx.now)
    for account in await kf.list_accounts(tx):  # a doorbell may be lost as well
        payload = {"account": account, "token": ""}
        await due.do_once(tx, kind="kf", key=f"{row.key}:{account}", lane=f"kf:{account}", now=ctx.now, payload=payload)
    await plan_comparison(tx, ctx)
    return []
