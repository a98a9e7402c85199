"""The re-check of all leads in the background: slice by slice, with progress in chat; after a restart it goes on."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from bot import clock
from bot.context import Context
from bot.outgoing import ring
from leads.recheck import look, settle
from store.db import Store
from store.members import find_member
from store.rechecks import Recheck, find
from store.tx import Tx

TOLD = (25, 50, 75)  # per cent at which whoever started it hears how far it is


class Rechecker:
    """Takes the next slice of the running re-check, if there is one."""

    def __init__(self, store: Store, context: Callable[[], Awaitable[Context]]) -> None:
        self._store = store
        self._context = context

    async def run_once(self) -> int:
        """One slice; returns how many leads it looked at (0: nothing runs)."""
        after = await one_slice(self._store, self._context)
        return 0 if after is None or after.ended_at else max(1, after.checked)


async def one_slice(store: Store, context: Callable[[], Awaitable[Context]] | None) -> Recheck | None:
    """Look at the next leads and write down what was seen; None when no re-check runs. No context: nobody is told."""
    async with store.read() as tx:
        recheck = await find(tx)
        if recheck is None or recheck.ended_at is not None:
            return None
        seen = await look(tx, recheck)
    ctx = await context() if context is not None else None
    now = ctx.now if ctx is not None else clock.now()

    async def act(tx: Tx) -> Recheck:
        current = await find(tx)
        if current is None or current.ended_at is not None or current.at != recheck.at:
            return current or recheck  # somebody else took this slice
        after = await settle(tx, current, seen, now=now)
        if ctx is not None:
            await _tell(tx, ctx, current, after)
        return after

    return await store.transaction(act)


async def _tell(tx: Tx, ctx: Context, before: Recheck, after: Recheck) -> None:
    member = await find_member(tx, after.by) if after.by else None
    if member is None:
        return
    key = f"recheck:{after.started_at}"
    if after.ended_at is not None:
        await ring(tx, ctx, member, "recheck", key=f"{key}:end")
        return
    for share in TOLD:
        if before.share < share <= after.share and after.total >= 10_000:
            text = f"复查进行中:{after.share}%({after.checked:,} / {after.total:,})"
            await ring(tx, ctx, member, "note", key=f"{key}:{share}", text=text)


def told(recheck: Recheck) -> str:
    """One line about a re-check that has ended."""
    took = datetime.fromisoformat(recheck.ended_at or recheck.started_at) - datetime.fromisoformat(recheck.started_at)
    minutes, seconds = divmod(int(took.total_seconds()), 60)
    span = f"{minutes} 分 {seconds} 秒" if minutes else f"{seconds} 秒"
    return f"复查完 {recheck.checked:,} 条,用时 {span}"
