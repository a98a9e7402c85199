"""Messages to customers go out: asked about once more at the last moment, each at most once, none forgotten."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.context import Context
from bot.letter import Channel, Letter
from bot.pipeline import apply, origin_of
from bot.platform import AddressDead, Receipt, RoadClosed, SendLater, SendRefused, SendUnknown
from bot.undelivered import give_up
from leads.bounce import note_dead
from leads.errors import Refused
from leads.letter_facts import LetterSent
from nurture.filling import Message, fill
from nurture.permit import permit
from store import budget, crash, lease, roads
from store.db import Store
from store.leads import find_lead
from store.queues import Outbox
from store.shared import may_succeed
from store.tx import Tx

log = structlog.get_logger()

AT_ONCE = 2  # of a road: as many stand in doubt when the server dies with them in hand
WITHDRAWN = ("stopped", "no_consent", "gone", "invalid")
MOST_REPEATS = 5  # of one that a road would recognise; then a person decides
GIVE_UP = timedelta(hours=24)  # of tries to hand one over
LONGEST_PAUSE = timedelta(minutes=5)  # of a road that is closed


class Courier:
    """Takes what customers are to get from the outbox, and hands it to the channel.

    What became of a call that was cut off nobody knows: it waits in 未送达 for a person, and is never repeated alone,
    unless its road would recognise it.
    """

    def __init__(
        self,
        store: Store,
        channels: dict[str, Channel],
        context: Callable[[], Awaitable[Context]],
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._channels = channels
        self._context = context
        self._now = now
        self._closed: dict[str, tuple[datetime, timedelta]] = {}  # road → until when, and how long the pause was

    async def run_once(self) -> int:
        """Send what is due now; returns how many rows were taken.

        The transaction is an ordered one: a withdrawal comes before it, and stops the message, or after it, and then
        the message is on its way.
        """
        ctx = await self._context()
        async with self._store.read() as tx:
            waiting = [road for road in await roads.list_waiting(tx, now=ctx.now) if not self._is_closed(road, ctx.now)]
        if not waiting:
            return 0
        first = set(waiting)
        return sum(await asyncio.gather(*(self._go(road, first) for road in waiting)))

    async def repeat_unknown(self) -> int:
        """Hand over again, with the same bytes, what a road would recognise; returns how many.

        Whoever has withdrawn meanwhile gets it from us no more.
        """
        ctx = await self._context()

        async def choose(tx: Tx) -> list[Outbox]:
            found: list[Outbox] = []
            for road in sorted(name for name, channel in self._channels.items() if channel.repeatable):
                rows = await lease.take(
                    tx, Outbox, now=ctx.now, limit=AT_ONCE, state="unknown", lanes=False, of="reach", platform=road
                )
                found += [row for row in rows if await self._goes_again(tx, row, ctx)]
            return found

        rows = await self._store.transaction(choose)
        await asyncio.gather(*(self._hand_over(row) for row in rows))
        return len(rows)

    async def _goes_again(self, tx: Tx, row: Outbox, ctx: Context) -> bool:
        topic = str(row.params.get("topic", ""))
        asked = await permit(tx, row.lead_id or 0, channel=row.platform, topic=topic, rules=ctx.rules, now=ctx.now)
        if row.body is None or row.attempts > MOST_REPEATS or asked.code in WITHDRAWN:
            await lease.settle(tx, row, run_at=ctx.now + timedelta(days=3650))
            return False
        return await lease.hold(tx, row, state="sending", run_at=ctx.now)

    async def _go(self, road: str, first: set[str]) -> int:
        """Send a few by a road, and again, as long as another road has not come back from its `first` few: a slow one
        holds up nobody. Returns how many rows were taken.
        """
        taken = 0
        while True:
            ctx = await self._context()
            rows, ready = await self._store.transaction(partial(self._prepare, road=road, ctx=ctx))
            crash.point("courier_after_sending_commit")
            await asyncio.gather(*(self._hand_over(row) for row in ready))
            taken += rows
            first.discard(road)
            if not rows or not first or self._is_closed(road, self._now()):
                return taken

    async def _prepare(self, tx: Tx, road: str, ctx: Context) -> tuple[int, list[Outbox]]:
        """Take from a road as much as it may carry now. Other servers take in transactions before or after this."""
        room = await self._room(tx, road, ctx.now)
        if not room:
            return 0, []
        rows = await lease.take(
            tx, Outbox, now=ctx.now, limit=room, state="queued", lanes=False, of="reach", platform=road
        )
        return len(rows), [row for row in rows if await self._is_on_its_way(tx, row, ctx)]

    async def _room(self, tx: Tx, road: str, now: datetime) -> int:
        """How many messages may go by a road now, of what it carries in each span of time."""
        channel = self._channels.get(road)
        left = [1 if road in self._closed else AT_ONCE]  # one tries a road that was closed
        for span, most in channel.limits.items() if channel is not None else ():
            left.append(most - await roads.count_spent(tx, road, since=now - span))
        return max(min(left), 0)

    def _is_closed(self, road: str, now: datetime) -> bool:
        until, pause = self._closed.get(road, (now, timedelta(0)))
        return timedelta(0) < until - now <= pause  # a clock that was set does not close it for a year

    async def _is_on_its_way(self, tx: Tx, row: Outbox, ctx: Context) -> bool:
        """Move one row to `sending` with its finished body; or end it, or put it off."""
        topic = str(row.params.get("topic", ""))
        asked = await permit(tx, row.lead_id or 0, channel=row.platform, topic=topic, rules=ctx.rules, now=ctx.now)
        if not asked.allowed and asked.until is not None:
            await lease.settle(tx, row, run_at=asked.until, attempts=row.attempts - 1, error=asked.why)
            return False
        lead = await find_lead(tx, row.lead_id or 0)
        if not asked.allowed or lead is None:
            return await self._stop(tx, row, asked.why, topic)
        channel = self._channels.get(row.platform)
        if channel is None:
            await give_up(tx, row, f"还没有开通「{row.platform}」这个渠道,请管理员在 leadbot.yaml 里配置", ctx)
            return False
        try:
            message = Message(
                row.key, row.platform, topic, str(row.params.get("content", "")), row.params.get("variables") or {},
                row.member_id,
            )  # fmt: skip
            filled = await fill(tx, message, lead, rules=ctx.rules, public_url=ctx.public_url, now=ctx.now)
            letter = Letter(
                ref=roads.ref_of(tx, row), key=row.key, lead=lead, topic=topic, content=message.content,
                by=row.member_id, subject=filled.subject, text=filled.text, stop=filled.stop, seen=filled.seen,
            )  # fmt: skip
            body = await channel.render(tx, letter, ctx)
            row.params = {**row.params, "subject": filled.subject[:200]}
        except Refused as refused:
            return await self._stop(tx, row, refused.sentence, topic)
        except Exception as error:
            if may_succeed(error):
                raise
            log.error("a message to a customer could not be made", message=row.id, exc_info=error)
            await give_up(tx, row, f"机器人做不出这条消息({type(error).__name__}),原因在日志里", ctx)
            return False
        row.body, row.ref = body, letter.ref
        row.first_sent_at = row.first_sent_at or ctx.now
        return await lease.hold(
            tx, row, state="sending", body=body, ref=letter.ref, first_sent_at=row.first_sent_at, run_at=ctx.now,
            params=row.params,
        )  # fmt: skip

    async def _stop(self, tx: Tx, row: Outbox, why: str, topic: str) -> bool:
        """It will never go: its place in the channel's day is free for another."""
        day = str(row.params.get("day", ""))
        if await lease.settle(tx, row, state="stopped", error=why, params={"topic": topic}) and day:
            await budget.give_back(tx, row.platform, day)
        return False

    async def _hand_over(self, row: Outbox) -> None:
        crash.point("courier_before_call")
        try:
            receipt = await self._channels[row.platform].send(row.body or b"")
        except RoadClosed as closed:
            await self._later(row, str(closed), self._close(row.platform, closed.delay))
        except SendLater as later:
            await self._later(row, str(later), later.delay)
        except AddressDead as dead:
            await self._dead(row, str(dead))
        except SendRefused as refused:
            if refused.alarm:
                pause = self._close(row.platform, timedelta(minutes=1))
                log.error("a channel refuses us until an administrator acts", channel=row.platform, cause=str(refused))
                await self._later(row, str(refused), pause)
            else:
                await self._failed(row, str(refused))
        except SendUnknown as unknown:
            await self._uncertain(row, str(unknown))
        except Exception as error:
            log.exception("an error of ours while a customer's message was handed over", message=row.id)
            await self._uncertain(row, f"机器人自己出了错({type(error).__name__}),原因在日志里")
        else:
            crash.point("courier_after_call")
            self._closed.pop(row.platform, None)
            ctx = await self._context()
            await self._store.transaction(lambda tx: self._sent(tx, row, receipt, ctx))
            crash.point("courier_after_receipt")

    async def _sent(self, tx: Tx, row: Outbox, receipt: Receipt, ctx: Context) -> None:
        now = self._now()
        if not await lease.settle(tx, row, state="sent", sent_at=now, platform_id=receipt.message_id, error=""):
            return
        if self._channels[row.platform].final:
            await apply(tx, [letter_sent(row, parts=receipt.parts, now=now)], ctx, origin=origin_of("sent", row.key))

    def _close(self, road: str, delay: timedelta | None) -> timedelta:
        """Nothing goes by this road for a while, which grows as long as it stays so."""
        now = self._now()
        until, pause = self._closed.get(road, (now, timedelta(0)))
        if until <= now:  # the first of a batch closes it, the others find it closed
            pause = min(max(delay or timedelta(seconds=1), 2 * pause), LONGEST_PAUSE)
            until = now + pause
            self._closed[road] = (until, pause)
        return until - now

    async def _dead(self, row: Outbox, cause: str) -> None:
        """Nobody is at this address: the message has failed, and the address is not written to again."""
        ctx = await self._context()

        async def note(tx: Tx) -> None:
            await give_up(tx, row, cause, ctx)
            facts = await note_dead(tx, row.lead_id or 0, channel=row.platform, cause=cause, now=ctx.now)
            await apply(tx, facts, ctx, origin=origin_of("dead", row.key))

        await self._store.transaction(note)

    async def _uncertain(self, row: Outbox, cause: str) -> None:
        log.warning("outcome of a customer's message unknown", message=row.id, cause=cause)
        again = self._now() + timedelta(seconds=min(2**row.attempts, 300))  # where its road would recognise it
        await self._store.transaction(lambda tx: lease.settle(tx, row, state="unknown", error=cause, run_at=again))

    async def _later(self, row: Outbox, cause: str, delay: timedelta | None) -> None:
        now = self._now()
        if row.first_sent_at is not None and now - row.first_sent_at > GIVE_UP:
            await self._failed(row, cause)
            return
        pause = delay or timedelta(seconds=min(2 ** min(row.attempts - 1, 10), 300))
        await self._store.transaction(
            lambda tx: lease.settle(tx, row, state="queued", error=cause, run_at=now + pause, body=None)
        )

    async def _failed(self, row: Outbox, cause: str) -> None:
        ctx = await self._context()
        await self._store.transaction(lambda tx: give_up(tx, row, cause, ctx))


def letter_sent(row: Outbox, *, parts: int = 1, now: datetime) -> LetterSent:
    """The fact that a message has gone out."""
    told = {name: str(row.params.get(name, "")) for name in ("content", "topic", "subject")}
    return LetterSent(lead_id=row.lead_id or 0, at=now, by=row.member_id, channel=row.platform, parts=parts, **told)
