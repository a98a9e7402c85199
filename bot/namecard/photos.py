"""Pictures that members sent are read one after the other, everybody's first one first, and answered in chat."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.context import Context, say
from bot.handlers.namecard import on_read
from bot.namecard.reader import BadPicture, NoReader, Reader, TooMany
from bot.pipeline import Outcome, apply, origin_of
from bot.platform import Platform, SendLater, SendRefused
from config.telling import told
from leads.namecard.reading import NameCard, read_namecard
from leads.rights import Who
from store import crash, lease
from store.db import Store
from store.members import find_member
from store.queues import Photo
from store.tx import Tx

log = structlog.get_logger()

AT_ONCE = 4  # people of whom a picture is in hand; a lease outlives them all
TRIES = 4
SOON = timedelta(seconds=3)
GONE = "这张照片取不到了,可能已经过期。请重新发一次。"
BROKEN = "这张照片试了几次都没能看成,请再发一次;还不行就直接打字:新线索 姓名 电话 公司。"


class Photos:
    """Takes each member's oldest picture, fetches and reads it, and answers in one transaction with its row."""

    def __init__(
        self,
        store: Store,
        platforms: dict[str, Platform],
        reader: Reader,
        context: Callable[[], Awaitable[Context]],
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._platforms = platforms
        self._reader = reader
        self._context = context
        self._now = now

    async def run_once(self) -> int:
        """Read what waits; returns how many pictures were taken."""
        now = self._now()
        rows = await self._store.transaction(lambda tx: lease.take(tx, Photo, now=now, limit=AT_ONCE), ordered=False)
        for row in rows:
            try:
                await self._look(row)
            except Exception as error:
                await self._again(row, told(error), BROKEN)
        return len(rows)

    async def _look(self, row: Photo) -> None:
        platform = self._platforms.get(row.platform)
        if platform is None:
            await self._answer(row, GONE)
            return
        try:
            content = await platform.fetch_picture(row.media_id)
            crash.point("photo_after_fetch")
            await self._answer(row, read_namecard(await self._reader.read(content)))
        except TooMany:
            await self._put_back(row, self._now() + SOON, "busy")
        except SendLater as error:
            await self._again(row, str(error), GONE, error.delay)
        except SendRefused as error:
            log.warning("a picture is gone", cause=str(error))
            await self._answer(row, GONE)
        except (NoReader, BadPicture) as refused:
            await self._answer(row, refused.sentence)

    async def _again(self, row: Photo, cause: str, sentence: str, delay: timedelta | None = None) -> None:
        """Try later; after the last try the sender is told."""
        at = lease.retry_at(row.attempts, now=self._now(), most=TRIES)
        log.warning("a picture could not be read yet", attempts=row.attempts, cause=cause)
        if at is None:
            await self._answer(row, sentence)
        else:
            await self._put_back(row, max(at, self._now() + delay) if delay else at, cause)

    async def _put_back(self, row: Photo, at: datetime, cause: str) -> None:
        await self._store.transaction(lambda tx: lease.settle(tx, row, run_at=at, error=cause))

    async def _answer(self, row: Photo, found: NameCard | str) -> None:
        ctx = await self._context()
        await self._store.transaction(partial(_settle, row, found, ctx))
        crash.point("photo_after_commit")


async def _settle(row: Photo, found: NameCard | str, ctx: Context, tx: Tx) -> None:
    if not await lease.settle(tx, row, state="done", error=""):
        return
    member = await find_member(tx, row.lane)
    if member is None or member.state != "active":
        return
    outcome: Outcome = [say(found)] if isinstance(found, str) else await on_read(tx, found, Who.of(member), ctx)
    await apply(tx, outcome, ctx, origin=origin_of("photo", row.platform, row.key), to=member.id)
