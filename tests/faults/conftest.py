"""A town whose chat platform has bad days, and hours that pass while it does."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import func, select
from sqlmodel import col

from store.queues import Outbox
from tests.sides import seen
from tests.town import Town, town

Crowd = dict[str, tuple[str, str, str]]


class BadDays:
    """A town with many reps who ask questions, each of which is answered by one message."""

    def __init__(self, place: Town, reps: list[str]) -> None:
        self.place = place
        self.reps = reps
        self.asked: dict[str, list[str]] = {rep: [] for rep in reps}
        self._count = 0

    async def ask(self, count: int) -> None:
        """That many questions, in turn from everybody; each is acknowledged, whatever the platform does."""
        for _ in range(count):
            rep = self.reps[self._count % len(self.reps)]
            self._count += 1
            number = f"L{900000 + self._count}"
            self.asked[rep].append(number)
            assert (await self.place.standin.text(rep, f"看 {number}")).status == 200

    def answers(self, rep: str) -> list[str]:
        """The numbers of the answers in a chat, in their order."""
        told = [seen(m) for m in self.place.standin.chat(rep) if not m.mine]
        return [text.partition(",")[0].removeprefix("没有找到 ") for text in told if text.startswith("没有找到 L9")]

    async def states(self) -> dict[str, int]:
        """How many messages are in each state."""
        async with self.place.bot.store.read() as tx:
            rows = await tx.rows(
                select(col(Outbox.state), func.count()).where(col(Outbox.corp) == tx.corp).group_by(col(Outbox.state))
            )
        return dict(rows)

    async def waiting(self) -> int:
        """How many messages are still on their way."""
        found = await self.states()
        return sum(found.get(state, 0) for state in ("queued", "sending", "unknown"))

    async def passes(self, span: timedelta, *, step: timedelta) -> None:
        """Time passes in steps; in each, all that is due is tried."""
        end = self.place.at + span
        while self.place.at < end:
            self.place.at = min(self.place.at + step, end)
            await self.tried()

    async def tried(self) -> None:
        """What is due now is tried once, what is uncertain too."""
        await self.place.bot.sender.repeat_unknown()
        await self.place.settle()

    async def drained(self, *, within: timedelta) -> timedelta:
        """Let time pass until nothing waits; how long that took. Fails after `within`."""
        began = self.place.at
        await self.tried()
        while left := await self.waiting():
            assert self.place.at - began < within, f"{left} still wait after {within}: {await self.states()}"
            self.place.at += timedelta(seconds=5)
            await self.tried()
        return self.place.at - began

    def all_answered_once(self) -> None:
        """Nothing was lost, and nothing arrived twice."""
        for rep in self.reps:
            assert sorted(self.answers(rep)) == sorted(self.asked[rep]), rep
        assert {drop.why for drop in self.place.standin.chats.dropped} <= {"duplicate"}

    def in_order(self) -> None:
        """Everybody got their answers in the order of their questions."""
        for rep in self.reps:
            assert self.answers(rep) == self.asked[rep], rep


class Door:
    """The platform's port, which can be shut and opened again at the same address."""

    def __init__(self, place: Town) -> None:
        self._runner = place.platform
        self._address = self._runner.addresses[0]

    async def shut(self) -> None:
        """Nobody can connect, and lines that are open are cut."""
        for site in list(self._runner.sites):
            await site.stop()
        server = self._runner.server
        assert server is not None
        for connection in server.connections:
            if connection.transport is not None:
                connection.transport.abort()

    async def open(self) -> None:
        """It can be reached again."""
        await web.TCPSite(self._runner, *self._address[:2], reuse_address=True).start()


Opened = Callable[..., Awaitable[BadDays]]


@pytest.fixture
async def bad_days(tmp_path: Path) -> AsyncIterator[BadDays]:
    """Twenty reps."""
    members: Crowd = {f"rep{number:02}": (f"销售{number}", "rep", "华东") for number in range(20)}
    members["admin"] = ("管理员", "admin", "")
    async with town(tmp_path, members=members) as place:
        yield BadDays(place, [name for name in members if name != "admin"])


@pytest.fixture
async def one_rep(tmp_path: Path) -> AsyncIterator[BadDays]:
    """One rep: their messages go one after the other."""
    members: Crowd = {"lisi": ("李四", "rep", "华东"), "admin": ("管理员", "admin", "")}
    async with town(tmp_path, members=members) as place:
        yield BadDays(place, ["lisi"])


def logged(lines: list[Any], event: str) -> list[Any]:
    """The log's lines of one event."""
    return [line for line in lines if line["event"] == event]
