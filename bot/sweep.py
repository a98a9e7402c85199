"""What is due now is done now, each thing once: clock steps, promised calls, the morning's offers."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from bot.approving import on_unanswered
from bot.classroom import on_practice_over
from bot.comparing import on_compared, on_night
from bot.context import Context
from bot.counting import on_counted
from bot.covering import on_cover_begins, on_cover_ends
from bot.digest import on_digest
from bot.duty import hours_of
from bot.evening import on_attended
from bot.giving import give
from bot.handlers.forecast import on_forecast_day
from bot.handlers.handover import on_hand_over_step, on_leaver
from bot.handlers.inherit import on_inherit, on_inherited
from bot.handlers.subscribe import on_subscribed
from bot.handlers.weekly import on_week_over
from bot.journeys.heard import hear_journeys, on_journey
from bot.journeys.nightly import on_journeys
from bot.missed import on_comparison
from bot.morning import on_later_note, on_morning
from bot.outgoing import ring, tell_group_of_pool
from bot.pipeline import Outcome, apply, origin_of
from bot.radar import on_radar
from bot.returning import on_returning
from bot.sop import on_sop
from bot.waking import on_woke
from bot.ways import on_ways
from config.telling import told
from leads.behaviour import look_again
from leads.rights import is_free
from sla import clock, reminder
from store import crash, lease
from store.db import Store
from store.leads import find_lead
from store.members import find_member
from store.queues import Due
from store.tx import Tx

log = structlog.get_logger()

BATCH = 100
TOGETHER = 25  # looks at fading points, of which a night has thousands
OTHERS: dict[str, Callable[[Tx, Due, Context], Awaitable[Outcome]]] = {
    "cover_begin": on_cover_begins,
    "cover_end": on_cover_ends,
    "morning": on_morning,
    "leaver": on_leaver,
    "weekly": on_week_over,
    "counted": on_counted,
    "digest": on_digest,
    "subscribed": on_subscribed,
    "handover": on_hand_over_step,
    "inherit": on_inherit,
    "inherited": on_inherited,
    "note": on_later_note,
    "attended": on_attended,
    "parallel": on_night,
    "compared": on_compared,
    "ways": on_ways,
    "contacts": on_comparison,
    "journey": on_journey,
    "journeys": on_journeys,
    "sop": on_sop,
    "woke": on_woke,
    "radar": on_radar,
    "returning": on_returning,
    "forecast": on_forecast_day,
    "unanswered": on_unanswered,
    "practice": on_practice_over,
}


class Sweep:
    """Takes due rows through their index, in batches, each in a transaction of its own."""

    def __init__(self, store: Store, context: Callable[[], Awaitable[Context]], now: Callable[[], datetime]) -> None:
        self._store = store
        self._context = context
        self._now = now

    async def run_once(self) -> int:
        """Do what is due; returns how many rows were taken."""
        now = self._now()
        rows = await self._store.transaction(
            lambda tx: lease.take(tx, Due, now=now, limit=BATCH, lanes=False), ordered=False
        )
        crash.point("due_after_take")
        ctx = await self._context()
        looks = [row for row in rows if row.kind == "score"]
        chunks = [looks[start : start + TOGETHER] for start in range(0, len(looks), TOGETHER)]
        others = (self._do(row, ctx) for row in rows if row.kind != "score")
        await asyncio.gather(*(self._do_together(chunk, ctx) for chunk in chunks), *others)
        return len(rows)

    async def _do_together(self, rows: Sequence[Due], ctx: Context) -> None:
        """Many small things of one kind in one transaction; when one of them fails, each has its own."""

        async def each(tx: Tx) -> None:
            for row in rows:
                await self._commit(tx, row, ctx)

        try:
            await self._store.transaction(each)
            crash.point("due_after_commit")
        except Exception:
            await asyncio.gather(*(self._do(row, ctx) for row in rows))

    async def _do(self, row: Due, ctx: Context) -> None:
        try:
            await self._store.transaction(lambda tx: self._commit(tx, row, ctx))
            crash.point("due_after_commit")
        except Exception as error:
            cause = told(error)
            again = lease.retry_at(row.attempts, now=self._now())
            log.exception("a due row failed", due=row.id, kind=row.kind, parked=again is None)
            changes = {"state": "parked", "error": cause} if again is None else {"run_at": again, "error": cause}
            await self._store.transaction(lambda tx: lease.settle(tx, row, **changes))

    async def _commit(self, tx: Tx, row: Due, ctx: Context) -> None:
        if not await lease.settle(tx, row, state="done", error=""):
            return
        if row.kind == "offer":
            ctx = replace(ctx, gathers=True)
        await apply(tx, await _happens(tx, row, ctx), ctx, origin=origin_of("due", row.key, row.run_at))
        crash.point("due_before_commit")


async def _happens(tx: Tx, row: Due, ctx: Context) -> Outcome:
    if row.kind == "clock":
        lead = await find_lead(tx, row.lead_id or 0) if ctx.others else None
        calendar = await hours_of(tx, lead, ctx) if lead is not None else ctx.calendar
        return await clock.step(tx, row, calendar=calendar, now=ctx.now)
    if row.kind == "score":
        facts, faded = await look_again(tx, row.lead_id or 0, rules=ctx.rules, now=ctx.now)
        return [*facts, *(await hear_journeys(tx, faded, ctx, row.key) if faded is not None else ())]
    if row.kind in OTHERS:
        return await OTHERS[row.kind](tx, row, ctx)
    if row.kind == "remind":
        return await reminder.ring(tx, row, now=ctx.now)
    if row.kind == "offer":
        lead = await find_lead(tx, row.lead_id or 0)
        if lead is not None and is_free(lead):
            return await give(tx, ctx, lead, without=row.payload.get("without"))
        return []
    if row.kind == "gather" and "pool" in row.payload:
        await tell_group_of_pool(tx, ctx, row.payload["pool"], lane=row.payload["lane"], key=row.key)
        return []
    if row.kind == "gather" and "late" in row.payload:
        member = await find_member(tx, row.payload["late"])
        if member is not None and member.state == "active":
            await ring(tx, ctx, member, "overdue", key=row.key)
        return []
    if row.kind == "gather":
        member = await find_member(tx, row.payload["member"])
        if member is not None and member.state == "active":
            await ring(tx, ctx, member, "pool", key=row.key, headline="又来了一批线索")
        return []
    raise LookupError(f"no meaning for a due row of kind {row.kind}")
