"""The numbers are checked every night against the stories, and made from them where an upgrade left them to be made."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import structlog

from bot.context import Context
from bot.outgoing import ring
from leads.reached import anew, computed
from store import due, reached
from store.db import Store
from store.members import list_members
from store.queues import Due
from store.tx import Tx

log = structlog.get_logger()

SLICE = 200  # leads a transaction: a few milliseconds of the writer
NIGHT = timedelta(hours=3)  # after midnight
KEPT_TRUE = ("source", "campaign_id", "captured_at", "furthest", "contact_at", "contact_by", "automated", "paid")
AGREES = (*KEPT_TRUE, "whose", "mql_at", "sal_at", "sql_at", "opportunity_at", "won_at")


class Counting:
    """Makes the rows that are to be made; once a night compares all of them with what the stories say."""

    def __init__(self, store: Store, context: Callable[[], Awaitable[Context]]) -> None:
        self._store = store
        self._context = context

    async def run_once(self) -> int:
        """Make some rows anew; returns how many were waiting."""
        ctx = await self._context()
        async with self._store.read() as tx:
            stale = await reached.list_stale(tx, limit=SLICE)
        if stale:
            await self._store.transaction(lambda tx: anew(tx, stale, ctx.calendar.worked))
        return len(stale)


async def check(tx: Tx, ctx: Context, *, after: int) -> tuple[int, list[int]]:
    """Compare the next rows with their stories and put them right: (the last lead looked at or 0, those that differed).

    A response time alone may differ: the calendar it was counted by may have changed since.
    """
    ids = await reached.list_after(tx, after, limit=SLICE)
    if not ids:
        return 0, []
    there, told = await reached.read_many(tx, ids), await computed(tx, ids, ctx.calendar.worked)
    wrong = [one for one in ids if {**there[one]} != told.get(one)]
    promised = await reached.untrue_promises(tx, ids)
    await reached.tell_promises(tx, promised)
    await anew(tx, wrong, ctx.calendar.worked)
    differ = [
        one
        for one in wrong
        if not there[one]["stale"] and any(there[one][name] != told.get(one, {}).get(name) for name in AGREES)
    ]
    return ids[-1], sorted({*differ, *promised})


async def plan_check(tx: Tx, ctx: Context) -> None:
    """Remember the coming night's check, once."""
    night = ctx.midnight + NIGHT
    await due.keep(tx, kind="counted", key=f"counted:{night:%Y-%m-%d}:0", at=night, payload={"after": 0, "wrong": 0})


async def on_counted(tx: Tx, row: Due, ctx: Context) -> list[Any]:
    """One slice of the nightly check; when it ends with differences, the administrators hear of it."""
    last, differ = await check(tx, ctx, after=int(row.payload["after"]))
    wrong = int(row.payload["wrong"]) + len(differ)
    if differ:
        log.error("numbers differed from the stories and were put right", leads=differ[:20], count=len(differ))
    if last:
        night = row.key.split(":")[1]
        payload = {"after": last, "wrong": wrong}
        await due.keep(tx, kind="counted", key=f"counted:{night}:{last}", at=ctx.now, payload=payload)
        return []
    if wrong:
        text = (
            f"昨晚核对报表,有 {wrong} 条线索的统计和它们的动态对不上,已按动态改正。原因请看日志里的 numbers differed。"
        )
        for member in await list_members(tx, role="admin"):
            await ring(tx, ctx, member, "note", key=f"{row.key}:{member.id}", text=text)
    await plan_check(tx, ctx)
    return []
