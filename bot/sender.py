"""From an asked-for card to a message in somebody's chat: draw, note that it is being sent, send, note the end."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from bot.arrived import arrived, code_gone, put_off
from bot.cards.card import Message
from bot.context import Context
from bot.drawing import answered, draw_row, drawing_of, fingerprint, ref_of, where
from bot.limiter import Limiter, Spent
from bot.platform import KINDS, CodeGone, Place, Platform, SendLater, SendRefused, SendUnknown
from bot.undelivered import give_up, not_drawn
from store import cards, crash, lease, messages, outbox
from store.db import Store
from store.leads import find_lead
from store.queues import Outbox
from store.shared import may_succeed
from store.tx import Tx
from store.writer import StoreUnavailable

log = structlog.get_logger()

BATCH = 32
ALARM_PAUSE = timedelta(seconds=61)


class _NotDrawn(Exception):
    """One message broke while it was drawn."""

    def __init__(self, row: Outbox, error: Exception) -> None:
        super().__init__(row.id)
        self.row = row
        self.error = error


class Sender:
    """Takes messages from the outbox, in order per place, and hands them to their platform.

    A `fast` one takes only what has seconds (welcomes to new customers), the other one all the rest.
    """

    def __init__(
        self,
        store: Store,
        platforms: dict[str, Platform],
        context: Callable[[], Awaitable[Context]],
        now: Callable[[], datetime],
        *,
        fast: bool = False,
    ) -> None:
        self._fast = fast
        self._store = store
        self._platforms = platforms
        self._context = context
        self._now = now
        self._limiters = {
            (name, kind): Limiter(platform.limits(kind)) for name, platform in platforms.items() for kind in KINDS
        }
        self._alarmed: dict[str, datetime] = {}

    async def start(self) -> None:
        """Learn what was sent lately, so that a restart does not overrun a limit."""
        async with self._store.read() as tx:
            now = self._now()
            sent = await messages.sent_instants(tx, now=now, since=now - timedelta(hours=1))
        for lane, at in sent:
            place = Place.of_lane(lane)
            if place.platform in self._platforms:
                self._limiters[place.platform, place.kind].remember([(lane, at)])

    async def run_once(self) -> int:
        """Send what is due now; returns how many rows were taken."""
        ctx = await self._context()
        try:
            taken, ready = await self._store.transaction(lambda tx: self._prepare(tx, ctx), ordered=False)
        except _NotDrawn as bad:
            row, error = bad.row, bad.error
            await self._store.transaction(lambda tx: not_drawn(tx, row, error, ctx))
            return 1
        calls = [self._hand_over(row, self._spend(row)) for row in ready]
        crash.point("sender_after_sending_commit")
        await asyncio.gather(*calls)
        return taken

    def _spend(self, row: Outbox) -> Spent | None:
        """A new message counts against its place's limit; a change of a card does not."""
        return None if row.updating else self._limiter(row).spend(row.lane, self._now())

    def _limiter(self, row: Outbox) -> Limiter:
        return self._limiters[row.platform, Place.of_lane(row.lane).kind]

    async def repeat_unknown(self) -> int:
        """Send again, with the same bytes, what the platform would recognise as the same message."""
        now = self._now()

        async def choose(tx: Tx) -> list[tuple[Outbox, Spent | None]]:
            await outbox.orphan(tx, now=now, all_rows=False)
            found: list[tuple[Outbox, Spent | None]] = []
            for row in await lease.take(tx, Outbox, now=now, limit=BATCH, state="unknown", lanes=False, of="told"):
                age = now - (row.first_sent_at or row.created_at)
                platform = self._platforms.get(row.platform)
                if platform is None or row.body is None or not platform.repeatable(row.body, age=age):
                    await lease.settle(tx, row, run_at=now + timedelta(days=3650))
                elif not row.updating and (wait := self._limiter(row).wait(row.lane, now)) > timedelta(0):
                    await lease.settle(tx, row, run_at=now + wait, attempts=row.attempts - 1)
                else:
                    await lease.hold(tx, row, state="sending")
                    found.append((row, self._spend(row)))
            return found

        calls = await self._store.transaction(choose)
        await asyncio.gather(*(self._hand_over(row, spent) for row, spent in calls))
        return len(calls)

    async def _prepare(self, tx: Tx, ctx: Context) -> tuple[int, list[Outbox]]:
        """Take rows, draw them, and note that they are being sent: all in one commit before the first call.

        Returns how many were taken (one that had nothing to say makes room for the next of its lane), and the drawn.
        """
        rows = await lease.take(
            tx,
            Outbox,
            now=ctx.now,
            limit=BATCH,
            state="queued",
            holding=("queued", "sending"),
            of="welcome" if self._fast else "chat",
        )
        if self._store.shared and rows:
            await self._learn_from_others(tx, {row.lane for row in rows}, ctx.now)
        crash.point("sender_after_take")
        ready = []
        for row in rows:
            try:
                drawn = await self._draw(tx, row, ctx)
            except Exception as error:
                if may_succeed(error):
                    raise
                raise _NotDrawn(row, error) from None
            if drawn:
                ready.append(row)
        return len(rows), ready

    async def _learn_from_others(self, tx: Tx, lanes: set[str], now: datetime) -> None:
        """Other replicas write to these places too: their limits are counted from the rows, not from memory."""
        sent = await messages.sent_to(tx, lanes, now=now, since=now - timedelta(hours=1))
        for lane in lanes:
            place = Place.of_lane(lane)
            if (limiter := self._limiters.get((place.platform, place.kind))) is not None:
                limiter.know(lane, [at for of, at in sent if of == lane])

    async def _draw(self, tx: Tx, row: Outbox, ctx: Context) -> bool:
        """Draw one row; False when it waits for its limit, or has nothing to say any more."""
        platform = self._platforms[row.platform]
        place = Place.of_lane(row.lane)
        if row.card == "answered":
            card = await answered(*where(tx, row, ctx), row)
            body = platform.render_update(card, place, code=str(row.params["code"]))
            return await self._sending(tx, row, body, updating=True, ctx=ctx)
        if place.kind == "customer":
            body = platform.render_deed(row.card, row.params)
            return await self._sending(tx, row, body, updating=False, ctx=ctx, ref=ref_of(row))
        crash.point("sender_before_draw")
        message = await draw_row(*where(tx, row, ctx), row)
        crash.point("sender_after_draw")
        if message is None:
            await lease.settle(tx, row, state="sent", error="nothing to show any more", sent_at=ctx.now)
            return False
        if row.purpose == "refresh":
            return await self._draw_refresh(tx, row, message, ctx)
        return await self._draw_new(tx, row, message, place, ctx)

    async def _draw_new(self, tx: Tx, row: Outbox, message: Message, place: Place, ctx: Context) -> bool:
        """A new message, unless its place has had enough for now: then it waits, and no attempt is counted."""
        if (wait := self._limiter(row).wait(row.lane, ctx.now)) > timedelta(0):
            await lease.settle(tx, row, run_at=ctx.now + wait, attempts=row.attempts - 1)
            return False
        ref = ref_of(row)
        body = self._platforms[row.platform].render(message, place, ref=ref)
        return await self._sending(tx, row, body, updating=False, ctx=ctx, ref=ref, message=message)

    async def _draw_refresh(self, tx: Tx, row: Outbox, message: Message, ctx: Context) -> bool:
        """Change the card that hangs; without a code it is posted anew for its owner, and left alone for others."""
        platform = self._platforms[row.platform]
        there, _ = where(tx, row, ctx)
        hanging = await cards.find_place(there, row.platform, row.place, row.card, row.lead_id or 0)
        if hanging is None or hanging.drawn == fingerprint(message) or await outbox.newer_ring(tx, row):
            await lease.settle(tx, row, state="sent", error="it hangs there already", sent_at=ctx.now)
            return False
        place = Place.of_lane(row.lane)
        if hanging.code:
            body = platform.render_update(message, place, code=hanging.code)
            return await self._sending(tx, row, body, updating=True, ctx=ctx, ref=hanging.ref, message=message)
        lead = await find_lead(there, row.lead_id or 0)
        owned = row.card == "lead" and lead is not None and lead.owner_id == row.member_id
        if not owned and not drawing_of(row.card).anew:
            await lease.settle(tx, row, state="sent", error="no code left to change it", sent_at=ctx.now)
            return False
        return await self._draw_new(tx, row, message, place, ctx)

    async def _sending(
        self,
        tx: Tx,
        row: Outbox,
        body: bytes,
        *,
        updating: bool,
        ctx: Context,
        ref: str = "",
        message: Message | None = None,
    ) -> bool:
        drawn = fingerprint(message).hex() if message is not None else ""
        changes = {"body": body, "updating": updating, "ref": ref, "first_sent_at": ctx.now}
        changes["params"] = {**row.params, "drawn": drawn}
        row.__dict__.update(changes)  # rows are values; told one by one, SQLAlchemy would keep a history of each
        return await lease.hold(tx, row, state="sending", **changes)

    async def _hand_over(self, row: Outbox, spent: Spent | None) -> None:
        """Make the call; whatever of ours breaks around it, the row does not stay behind as `sending`."""
        try:
            await self._call(row)
        except Exception as error:
            log.exception("an error of ours while a message was handed over", message=row.id, card=row.card)
            cause = f"机器人自己出了错({type(error).__name__}),原因在日志里"
            with contextlib.suppress(StoreUnavailable):  # then its lease ends, and it is uncertain too
                await self._uncertain(row, cause)
        finally:
            if spent is not None:
                spent.ended(self._now())

    async def _uncertain(self, row: Outbox, cause: str) -> None:
        again = self._now() + timedelta(seconds=min(2 ** min(row.attempts, 9), 300))
        await self._store.transaction(lambda tx: lease.settle(tx, row, state="unknown", error=cause, run_at=again))

    async def _call(self, row: Outbox) -> None:
        platform = self._platforms[row.platform]
        crash.point("sender_before_update" if row.updating else "sender_before_call")
        try:
            receipt = await (platform.update(row.body or b"") if row.updating else platform.send(row.body or b""))
        except SendLater as busy:
            pause = busy
            await self._store.transaction(lambda tx: put_off(tx, row, pause, now=self._now()))
        except SendUnknown as unknown:
            cause = str(unknown)
            log.warning("outcome of a message unknown", message=row.id, cause=cause)
            await self._uncertain(row, cause)
        except CodeGone:
            await self._store.transaction(lambda tx: code_gone(tx, row, now=self._now()))
        except SendRefused as refused:
            if refused.alarm:
                self._alarm(str(refused))
                wait = SendLater(str(refused), ALARM_PAUSE)
                await self._store.transaction(lambda tx: put_off(tx, row, wait, now=self._now()))
            else:
                cause = str(refused)
                await self._failed(row, cause)
        else:
            crash.point("sender_after_update" if row.updating else "sender_after_call")
            await self._store.transaction(lambda tx: arrived(tx, row, receipt, now=self._now()))
            crash.point("sender_after_receipt")

    def _alarm(self, cause: str) -> None:
        """One line a minute for each cause, however many messages wait because of it."""
        now = self._now()
        if cause not in self._alarmed or not timedelta(0) <= now - self._alarmed[cause] < ALARM_PAUSE:
            self._alarmed[cause] = now
            log.error("the platform refuses us until an administrator acts", cause=cause)

    async def _failed(self, row: Outbox, cause: str) -> None:
        log.error("message not delivered", message=row.id, card=row.card, cause=cause)
        ctx = await self._context()
        await self._store.transaction(lambda tx: give_up(tx, row, cause, ctx))
