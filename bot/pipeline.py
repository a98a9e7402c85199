"""One event, one transaction: what happened is written down, what follows is done, what must be said is queued."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

import structlog

from bot.context import Answer, Context
from bot.events import ContactAdded, Event, MemberJoined, MessageReceived
from bot.handlers.contact import greet
from bot.outgoing import ring
from bot.platform import SendLater, Teller, Unreadable
from bot.practice import find_seat, go_on
from bot.reactions import EVERY, STORY
from bot.router import dispatch
from config.telling import Tellable, told
from leads import reached
from leads.facts import Fact
from leads.imports.decide import may_import
from leads.rights import Who
from store import crash, inbox, lease, timeline
from store.db import Store
from store.members import find_by_platform, find_member
from store.queues import Inbox
from store.tx import Tx

log = structlog.get_logger()

Outcome = Sequence[Fact | Answer]
BATCH = 64
FETCH_TRIES = 3


async def apply(tx: Tx, outcome: Outcome, ctx: Context, *, origin: str, to: str | None = None) -> list[Fact]:
    """Write facts to the timeline, react to them, queue the answers; returns all facts, those of reactions too.

    `origin` names the event and makes the keys of its messages; `to` is the member who is answered.
    """
    facts = await tell(tx, [item for item in outcome if isinstance(item, Fact)], ctx, origin=origin)
    for number, answer in enumerate(item for item in outcome if isinstance(item, Answer)):
        member_id = answer.to or to
        member = await find_member(tx, member_id) if member_id else None
        if member is not None:
            key = f"answer:{origin}:{number}"
            await ring(tx, ctx, member, answer.card, key=key, lead_id=answer.lead_id, **answer.params)
    return facts


def origin_of(kind: str, *parts: object) -> str:
    """The name of an event that makes the keys of its messages; never a row's id, which a database may give again."""
    return kind + hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:24]


async def tell(
    tx: Tx, facts: Sequence[Fact], ctx: Context, *, origin: str, written: bool = False, batch: str = ""
) -> list[Fact]:
    """Write facts to the timeline (unless they are `written` already) and react to them; returns what followed too.

    What is written because of an import names its `batch`, with which it goes when that is taken back.
    """
    told: list[Fact] = []
    waiting = list(facts)
    already = len(waiting) if written else 0
    while waiting:
        fact = waiting.pop(0)
        told.append(fact)
        if len(told) > already:
            await timeline.record(
                tx, lead_id=fact.lead_id, kind=fact.kind, at=fact.at, by=fact.by, text=fact.text(),
                data={**fact.data(), **({"batch": batch} if batch else {})},
            )  # fmt: skip
            if reached.counts(fact):
                await reached.note(tx, fact, ctx.calendar.worked)
        for reaction in (*STORY.get(type(fact), ()), *EVERY):
            waiting += await reaction(tx, fact, ctx, f"{origin}:{len(told)}")
    return told


class Pipeline:
    """Takes acknowledged events from the inbox, in order per sender, and handles each in one transaction."""

    def __init__(
        self,
        store: Store,
        platforms: Mapping[str, Teller],
        context: Callable[[], Awaitable[Context]],
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._platforms = platforms
        self._context = context
        self._now = now

    async def run_once(self) -> int:
        """Handle what is due now; returns how many events were taken."""
        now = self._now()
        rows = await self._store.transaction(lambda tx: lease.take(tx, Inbox, now=now, limit=BATCH), ordered=False)
        crash.point("pipeline_after_take")
        await asyncio.gather(*(self._handle(row) for row in rows))
        return len(rows)

    async def _handle(self, row: Inbox) -> None:
        try:
            event = self._platforms[row.platform].parse(row.body)
            event = await self._fetched(row, event)
            crash.point("pipeline_before_handle")
            ctx = await self._context()
            await self._store.transaction(lambda tx: self._commit(tx, row, event, ctx))
            crash.point("pipeline_after_commit")
        except Exception as error:
            await self._failed(row, error)

    async def _fetched(self, row: Inbox, event: Event) -> Event:
        if not isinstance(event, ContactAdded | MemberJoined) and not await self._is_list(event):
            return event
        if isinstance(event, ContactAdded) and event.welcome_code:
            ctx, added = await self._context(), event
            await self._store.transaction(lambda tx: greet(tx, added, ctx))  # before the profile: there are 20 seconds
        crash.point("pipeline_before_fetch")
        try:
            event = await self._platforms[row.platform].fetch(event)
        except SendLater:
            if row.attempts < FETCH_TRIES:
                raise
            log.warning("went on without what should be fetched", inbox=row.id)
        crash.point("pipeline_after_fetch")
        return event

    async def _is_list(self, event: Event) -> bool:
        """Whether somebody who may import lists has sent a file: nobody else's is fetched."""
        if not isinstance(event, MessageReceived) or event.kind != "file":
            return False
        async with self._store.read() as tx:
            member = await find_by_platform(tx, event.platform, event.sender)
        return member is not None and may_import(Who.of(member))

    async def _commit(self, tx: Tx, row: Inbox, event: Event, ctx: Context) -> None:
        if not await lease.settle(tx, row, state="done", error=""):
            return
        seat = await find_seat(tx, event, ctx)
        if seat is not None:
            tx, event, ctx = seat.tx, seat.event, seat.ctx
        outcome, member_id = await dispatch(tx, event, ctx)
        crash.point("pipeline_after_handle")
        facts = await apply(tx, outcome, ctx, origin=origin_of("in", row.key), to=member_id)
        if seat is not None:
            await go_on(seat, facts)
        crash.point("pipeline_before_commit")

    async def _failed(self, row: Inbox, error: Exception) -> None:
        """Try again after a growing pause; after the last try the event is parked, visible, and leaves its lane."""
        now = self._now()
        again = None if isinstance(error, Unreadable) else lease.retry_at(row.attempts, now=now)
        cause = told(error)
        log.error(
            "event not handled", inbox=row.id, attempts=row.attempts, parked=again is None, cause=cause,
            exc_info=None if isinstance(error, Tellable) else error,
        )  # fmt: skip

        async def put_back(tx: Tx) -> None:
            if again is None:
                await lease.settle(tx, row, state="parked", error=cause)
            else:
                await lease.settle(tx, row, run_at=again, error=cause)

        await self._store.transaction(put_back)
        crash.point("pipeline_after_park")


async def receive(store: Store, *, platform: str, key: str, lane: str, body: bytes, now: datetime) -> bool:
    """Store a verified callback durably; True when it is new. Returning means that it may be acknowledged."""
    new: bool = await store.together(_keep, inbox.Arrived(platform, key, lane, body, now))
    crash.point("inbox_after_commit")
    return new


def received(store: Store, *, platform: str, key: str, lane: str, body: bytes, now: datetime) -> "asyncio.Future[bool]":
    """The same as a future, for whoever has no task of their own. Raises StoreUnavailable when too many wait."""
    return store.gathered(_keep, inbox.Arrived(platform, key, lane, body, now))


async def _keep(tx: Tx, arrived: Sequence[inbox.Arrived]) -> list[bool]:
    new = await inbox.store_events(tx, arrived)
    crash.point("inbox_before_commit")
    return new
