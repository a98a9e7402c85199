"""What a channel has not pushed is fetched: page after page, and how far we came is kept with what came."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import quote

import structlog

from bot.channels import arrived, value_at
from bot.connected import arrived as connector_arrived
from bot.fetching import NotAllowed, NotFetched, fetch
from config.channel import Channel, Poll
from config.connector import Connector
from config.telling import Tellable
from store import crash, pulse
from store.db import Store
from store.inbox import Arrived, store_events
from store.origin import ChannelState
from store.tx import Tx

log = structlog.get_logger()

MOST_PAGES = 50  # of one turn; the next turn goes on where it ended
OVERLAP = timedelta(hours=1)  # that is asked for again, for what the other side wrote down late


Arrive = Callable[..., Arrived]  # (item, at) → the row that is stored


class NotUsable(Tellable):
    """The other side answered, but not with leads."""


@dataclass(frozen=True)
class Page:
    """What one answer holds, and where the next one begins ("" where the other side does not say)."""

    items: list[Any]
    following: str


class Poller:
    """Fetches every channel, and every connector's feed, that is to be fetched, each in its own rhythm.

    Of many servers one has the turn.
    """

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Channel],
        now: Callable[[], datetime],
        connectors: Mapping[str, Connector] | None = None,
    ) -> None:
        self._store = store
        self._sources: dict[str, tuple[Poll, Arrive]] = {
            name: (channel.poll, partial(arrived, name, channel)) for name, channel in channels.items() if channel.poll
        }
        for name, connector in (connectors or {}).items():
            for feed, declared in connector.feeds.items():
                if declared.poll is not None:
                    arrive = partial(connector_arrived, name, connector, feed)
                    self._sources[f"connector:{name}:{feed}"] = (declared.poll, arrive)
        self._now = now

    async def run_once(self) -> int:
        """Fetch what it is time for; always 0: what is left waits for the next tick."""
        for name, (poll, arrive) in self._sources.items():
            now = self._now()
            since = now - timedelta(minutes=poll.every_minutes) + timedelta(seconds=1)

            state: ChannelState | None = await self._store.transaction(partial(_turn, name, since, now))
            if state is not None:
                await self._fetch(name, arrive, poll, state)
        return 0

    async def _fetch(self, name: str, arrive: Arrive, poll: Poll, state: ChannelState) -> None:
        cursor = state.cursor
        try:
            for _ in range(MOST_PAGES):
                asked_at = self._now()
                page = await _ask(poll, cursor=cursor, since=_since(poll, state, asked_at))
                following = page.following or cursor
                await self._store.transaction(partial(self._kept, name, arrive, page, following))
                crash.point("poll_after_commit")
                if not page.items or following == cursor:
                    return
                cursor = following
        except (NotAllowed, NotFetched, NotUsable) as error:
            cause = str(error)
            log.warning("a channel could not be fetched", channel=name, cause=cause)
            failing = state.failing_since or self._now()
            await self._store.transaction(lambda tx: pulse.save_state(tx, name, failing_since=failing, cause=cause))

    async def _kept(self, name: str, arrive: Arrive, page: Page, cursor: str, tx: Tx) -> None:
        """The leads of a page and the place where the next one begins: both or neither."""
        now = self._now()
        rows = {one.key: one for item in page.items for one in [arrive(item, at=now)]}
        if rows:
            await store_events(tx, list(rows.values()))
        crash.point("poll_before_commit")
        await pulse.save_state(tx, name, cursor=cursor, fetched_at=now, failing_since=None, cause="")


async def _turn(name: str, since: datetime, now: datetime, tx: Tx) -> ChannelState | None:
    return await pulse.take_turn(tx, name, since=since, now=now)


def _since(poll: Poll, state: ChannelState, now: datetime) -> datetime:
    """From when on leads are asked for: an hour before the last good answer, at first some days back."""
    return state.fetched_at - OVERLAP if state.fetched_at is not None else now - timedelta(days=poll.back_days)


async def _ask(poll: Poll, *, cursor: str, since: datetime) -> Page:
    url = poll.url.get_secret_value().replace("{cursor}", quote(cursor, safe=""))
    url = url.replace("{since}", quote(since.astimezone(UTC).isoformat(timespec="seconds"), safe=""))
    headers = {name: value.get_secret_value() for name, value in poll.headers.items()}
    status, raw = await fetch(url, headers=headers, allow_private=poll.allow_private)
    if status in (401, 403):
        raise NotUsable(f"令牌过期或被收回了({status})")
    if status != 200:
        raise NotUsable(f"对方回答 {status}" + (",请核对地址和参数" if 400 <= status < 500 else ",对方的服务出了问题"))
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise NotUsable("对方的回答不是 JSON") from None
    items = value_at(body, poll.items)
    if not isinstance(items, list):
        raise NotUsable(f"对方的回答里没有列表 {poll.items or '(最外层)'},可能改了格式")
    following = value_at(body, poll.next) if poll.next else None
    return Page(items, str(following) if isinstance(following, str | int) and not isinstance(following, bool) else "")
