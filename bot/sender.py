"""From an asked-for card to a message in somebody's chat: draw, note that it is being sent, send, note the end."""

import asyncio
import hashlib
import random
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.cards.asked import Asked
from bot.cards.card import Card, Message
from bot.context import Context
from bot.drawing import draw, drawing_of
from bot.limiter import Limiter
from bot.outgoing import managers_or_admins, ring
from bot.platform import KINDS, CodeGone, Place, Platform, Receipt, SendLater, SendRefused, SendUnknown
from leads.rights import Who
from store import cards, crash, lease, outbox
from store.db import Store
from store.leads import find_lead
from store.members import find_member
from store.queues import Outbox
from store.tx import Tx

log = structlog.get_logger()

BATCH = 32
ALARM_PAUSE = timedelta(seconds=61)
GIVE_UP = timedelta(hours=24)  # a message that could not be handed over for a day is old news


class Sender:
    """Takes messages from the outbox, in order per place, and hands them to their platform."""

    def __init__(
        self,
        store: Store,
        platforms: dict[str, Platform],
        context: Callable[[], Awaitable[Context]],
        now: Callable[[], datetime],
    ) -> None:
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
            sent = await outbox.sent_instants(tx, self._now() - timedelta(hours=1))
        for lane, at in sent:
            place = Place.of_lane(lane)
            if place.platform in self._platforms:
                self._limiters[place.platform, place.kind].remember([(lane, at)])

    async def run_once(self) -> int:
        """Send what is due now; returns how many rows were taken."""
        ctx = await self._context()
        taken, ready = await self._store.transaction(lambda tx: self._prepare(tx, ctx), ordered=False)
        crash.point("sender_after_sending_commit")
        await asyncio.gather(*(self._hand_over(row) for row in ready))
        return taken

    async def repeat_unknown(self) -> int:
        """Send again, with the same bytes, what the platform would recognise as the same message."""
        now = self._now()

        async def choose(tx: Tx) -> list[Outbox]:
            await outbox.orphan(tx, now=now, all_rows=False)
            found = []
            for row in await lease.take(tx, Outbox, now=now, limit=BATCH, state="unknown", lanes=False):
                age = now - (row.first_sent_at or row.created_at)
                if row.body is not None and self._platforms[row.platform].repeatable(row.body, age=age):
                    await lease.hold(tx, row, state="sending")
                    found.append(row)
                else:
                    await lease.settle(tx, row, run_at=now + timedelta(days=3650))
            return found

        rows = await self._store.transaction(choose)
        await asyncio.gather(*(self._hand_over(row) for row in rows))
        return len(rows)

    async def _prepare(self, tx: Tx, ctx: Context) -> tuple[int, list[Outbox]]:
        """Take rows, draw them, and note that they are being sent: all in one commit before the first call.

        Returns how many were taken (one that had nothing to say makes room for the next of its lane), and the drawn.
        """
        rows = await lease.take(tx, Outbox, now=ctx.now, limit=BATCH, state="queued", holding=("queued", "sending"))
        if self._store.shared and rows:
            await self._learn_from_others(tx, {row.lane for row in rows}, ctx.now)
        crash.point("sender_after_take")
        ready = []
        for row in rows:
            if await self._draw(tx, row, ctx):
                ready.append(row)
        return len(rows), ready

    async def _learn_from_others(self, tx: Tx, lanes: set[str], now: datetime) -> None:
        """Other replicas write to these places too: their limits are counted from the rows, not from memory."""
        sent = await outbox.sent_to(tx, lanes, now=now, since=now - timedelta(hours=1))
        for lane in lanes:
            place = Place.of_lane(lane)
            self._limiters[place.platform, place.kind].know(lane, [at for of, at in sent if of == lane])

    async def _draw(self, tx: Tx, row: Outbox, ctx: Context) -> bool:
        """Draw one row; False when it waits for its limit, or has nothing to say any more."""
        platform = self._platforms[row.platform]
        place = Place.of_lane(row.lane)
        if row.card == "answered":
            body = platform.render_update(await self._answered(tx, row, ctx), place, code=str(row.params["code"]))
            return await self._sending(tx, row, body, updating=True, ctx=ctx)
        member = await find_member(tx, row.member_id) if row.member_id else None
        hangs = row.purpose == "refresh"
        asked = Asked(row.card, Who.of(member) if member else None, row.lead_id, row.params, hangs)
        crash.point("sender_before_draw")
        message = await draw(tx, asked, ctx)
        crash.point("sender_after_draw")
        if message is None:
            await lease.settle(tx, row, state="sent", error="nothing to show any more", sent_at=ctx.now)
            return False
        if row.purpose == "refresh":
            return await self._draw_refresh(tx, row, message, ctx)
        return await self._draw_new(tx, row, message, place, ctx)

    async def _draw_new(self, tx: Tx, row: Outbox, message: Message, place: Place, ctx: Context) -> bool:
        """A new message, unless its place has had enough for now: then it waits, and no attempt is counted."""
        limiter = self._limiters[place.platform, place.kind]
        if (wait := limiter.wait(row.lane, ctx.now)) > timedelta(0):
            await lease.settle(tx, row, run_at=ctx.now + wait, attempts=row.attempts - 1)
            return False
        limiter.spend(row.lane, ctx.now)
        ref = ref_of(row)
        body = self._platforms[row.platform].render(message, place, ref=ref)
        return await self._sending(tx, row, body, updating=False, ctx=ctx, ref=ref, message=message)

    async def _answered(self, tx: Tx, row: Outbox, ctx: Context) -> Card:
        """A question's card after its answer: what was asked stays readable, the buttons are gone."""
        done = str(row.params["done"])
        if "draft" in row.params:
            member = await find_member(tx, row.member_id) if row.member_id else None
            asked = Asked("draft", Who.of(member) if member else None, None, {"draft": row.params["draft"]})
            drawn = await draw(tx, asked, ctx)
            if isinstance(drawn, Card):
                return replace(drawn, subtitle="", buttons=(), done=done)
        return Card(title=f"L{row.lead_id}" if row.lead_id else "线索助手", done=done)

    async def _draw_refresh(self, tx: Tx, row: Outbox, message: Message, ctx: Context) -> bool:
        """Change the card that hangs; without a code it is posted anew for its owner, and left alone for others."""
        platform = self._platforms[row.platform]
        hanging = await cards.find_place(tx, row.platform, row.place, row.card, row.lead_id or 0)
        if hanging is None or hanging.drawn == fingerprint(message) or await outbox.newer_ring(tx, row):
            await lease.settle(tx, row, state="sent", error="it hangs there already", sent_at=ctx.now)
            return False
        place = Place.of_lane(row.lane)
        if hanging.code:
            body = platform.render_update(message, place, code=hanging.code)
            return await self._sending(tx, row, body, updating=True, ctx=ctx, ref=hanging.ref, message=message)
        lead = await find_lead(tx, row.lead_id or 0)
        if row.card != "lead" or lead is None or lead.owner_id != row.member_id:
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
        row.body, row.updating, row.ref = body, updating, ref
        row.first_sent_at = ctx.now
        row.params = {**row.params, "drawn": fingerprint(message).hex() if message is not None else ""}
        return await lease.hold(
            tx, row, state="sending", body=body, updating=updating, ref=ref, first_sent_at=ctx.now,
            params=row.params,
        )  # fmt: skip

    async def _hand_over(self, row: Outbox) -> None:
        platform = self._platforms[row.platform]
        crash.point("sender_before_update" if row.updating else "sender_before_call")
        try:
            receipt = await (platform.update(row.body or b"") if row.updating else platform.send(row.body or b""))
        except SendLater as busy:
            pause = busy
            await self._store.transaction(lambda tx: self._later(tx, row, pause))
        except SendUnknown as unknown:
            cause = str(unknown)
            log.warning("outcome of a message unknown", message=row.id, cause=cause)
            again = self._now() + timedelta(seconds=min(2 ** min(row.attempts, 9), 300))
            await self._store.transaction(lambda tx: lease.settle(tx, row, state="unknown", error=cause, run_at=again))
        except CodeGone:
            await self._store.transaction(lambda tx: self._code_gone(tx, row))
        except SendRefused as refused:
            if refused.alarm:
                self._alarm(str(refused))
                wait = SendLater(str(refused), ALARM_PAUSE)
                await self._store.transaction(lambda tx: self._later(tx, row, wait))
            else:
                cause = str(refused)
                await self._failed(row, cause)
        else:
            crash.point("sender_after_update" if row.updating else "sender_after_call")
            await self._store.transaction(lambda tx: self._sent(tx, row, receipt))
            crash.point("sender_after_receipt")

    def _alarm(self, cause: str) -> None:
        """One line a minute for each cause, however many messages wait because of it."""
        now = self._now()
        if cause not in self._alarmed or not timedelta(0) <= now - self._alarmed[cause] < ALARM_PAUSE:
            self._alarmed[cause] = now
            log.error("the platform refuses us until an administrator acts", cause=cause)

    async def _sent(self, tx: Tx, row: Outbox, receipt: Receipt) -> None:
        now = self._now()
        crash.point("sender_before_receipt")
        if not await lease.settle(tx, row, state="sent", sent_at=now, platform_id=receipt.message_id, error=""):
            return
        if row.card == "answered" or row.lead_id is None or not drawing_of(row.card).living:
            return
        drawn = bytes.fromhex(row.params.get("drawn", ""))
        if row.updating:
            hanging = await cards.find_place(tx, row.platform, row.place, row.card, row.lead_id)
            if hanging is not None:
                await cards.redrawn(tx, hanging, drawn=drawn, code=receipt.code)
            return
        await cards.posted(
            tx, platform=row.platform, place=row.place, card=row.card, lead_id=row.lead_id, ref=row.ref,
            code=receipt.code, drawn=drawn, now=now,
        )  # fmt: skip

    async def _later(self, tx: Tx, row: Outbox, later: SendLater) -> None:
        now = self._now()
        if now - row.created_at > GIVE_UP:
            await lease.settle(tx, row, state="failed", error=str(later))
            return
        pause = later.delay or timedelta(seconds=min(2 ** min(row.attempts - 1, 10), 60) * random.uniform(0.8, 1.2))
        if row.purpose == "refresh" and await outbox.refresh_waits(tx, row):
            await lease.settle(tx, row, state="sent", error="a newer refresh takes its place", sent_at=now)
            return
        await lease.settle(tx, row, state="queued", error=str(later), run_at=now + pause, body=None)

    async def _code_gone(self, tx: Tx, row: Outbox) -> None:
        """The code was used up: on a repeated call that means the card was changed; otherwise draw a new card."""
        await lease.settle(tx, row, state="sent", error="the card's code was gone", sent_at=self._now())
        hanging = await cards.find_place(tx, row.platform, row.place, row.card, row.lead_id or 0)
        if hanging is None:
            return
        await cards.spend(tx, hanging)
        if row.attempts > 1:
            return
        await outbox.ask(
            tx, platform=row.platform, place=row.place, lane=row.lane, card=row.card, key=f"{row.key}:again",
            now=self._now(), member_id=row.member_id, lead_id=row.lead_id, purpose="refresh",
        )  # fmt: skip

    async def _failed(self, row: Outbox, cause: str) -> None:
        """The message will never arrive this way: it stands in 未送达, and somebody who can help is told."""
        log.error("message not delivered", message=row.id, card=row.card, cause=cause)
        ctx = await self._context()

        async def note(tx: Tx) -> None:
            if not await lease.settle(tx, row, state="failed", error=cause):
                return
            member = await find_member(tx, row.member_id) if row.member_id else None
            if member is None or row.purpose != "ring" or row.card == "note":
                return
            about = f"关于 L{row.lead_id} 的" if row.lead_id else ""
            for helper in await managers_or_admins(tx, member):
                await ring(
                    tx, ctx, helper, "note", key=f"undelivered:{row.id}:{helper.id}",
                    text=f"{member.name}没有收到{about}消息:{cause}。发「未送达」可以重发。",
                )  # fmt: skip

        await self._store.transaction(note)


def ref_of(row: Outbox) -> str:
    """Our name of a message, made of what every platform allows in one.

    WeCom never takes a name twice in the life of an app, not even from a store made anew: hence the random end.
    """
    return f"{row.card.replace(':', '-')}-{row.id}-{secrets.token_hex(4)}"


def fingerprint(message: Message) -> bytes:
    """What a card shows, as 16 bytes: equal cards need no update."""
    return hashlib.sha256(repr(message).encode("utf-8", "surrogatepass")).digest()[:16]
