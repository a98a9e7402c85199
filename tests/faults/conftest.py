"""A town whose chat platform has bad days, and hours that pass while it does."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import func, select
from sqlmodel import col

from sandbox.dingtalk.chat import Message as DingTalkMessage
from store.queues import Outbox
from tests.sides import seen, title
from tests.town import MQL, Town, town, words

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
        """How many messages are still on their way, those that only wait for a person left out."""
        soon = self.place.at + timedelta(days=365)
        async with self.place.bot.store.read() as tx:
            rows = await tx.rows(
                select(func.count()).where(
                    col(Outbox.corp) == tx.corp,
                    col(Outbox.state).in_(("queued", "sending", "unknown")),
                    col(Outbox.run_at) < soon,
                )
            )
        return int(rows[0][0])

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

    def assert_all_answered_once(self) -> None:
        """Nothing was lost, and nothing arrived twice."""
        for rep in self.reps:
            assert sorted(self.answers(rep)) == sorted(self.asked[rep]), rep
        assert {drop.why for drop in self.place.standin.chats.dropped} <= {"duplicate"}

    async def assert_answered_once_or_told(self) -> None:
        """Nothing arrived twice; what was lost on the way stands in 未送达, where the platform knows no repetition.

        WeCom recognises the same words, so there nothing may be missing; DingTalk recognises its cards only.
        """
        if self.place.lies_on == "wecom":
            self.assert_all_answered_once()
            return
        missing = 0
        for rep in self.reps:
            found = self.answers(rep)
            assert len(found) == len(set(found)) and set(found) <= set(self.asked[rep]), rep
            missing += len(self.asked[rep]) - len(found)
        unknown = (await self.states()).get("unknown", 0)
        assert unknown >= missing, "what is missing waits for a person"
        assert ("结果未知" in words(await self.place.text("admin", "未送达"))) == (unknown > 0)

    async def leads(self, count: int) -> None:
        """That many leads at once, each offered to everybody by a card."""
        fields = [{"name": f"客户{n}", "phone": f"1390000{n:04}", "company": f"{n}号有限公司"} for n in range(count)]
        posts = [self.place.http.post("/capture/官网", json={**MQL, **one}) for one in fields]
        for answer in await asyncio.gather(*posts):
            assert answer.status == 200
            answer.release()

    def offers(self, rep: str) -> list[str]:
        """The headlines of the offers in a chat; what reminds of them is none."""
        found = [title(m) for m in self.place.standin.chat(rep) if m.kind == "card" and "领取" in _buttons(m, rep)]
        return sorted(line for line in found if "时限" not in line)

    async def hang_up(self) -> None:
        """The bot's lines to the platform end; the next call opens new ones."""
        parts = self.place.bot.dingtalk or self.place.bot.wecom
        assert parts is not None
        await parts.client.close()

    def assert_in_order(self) -> None:
        """Everybody got their answers in the order of their questions."""
        for rep in self.reps:
            assert self.answers(rep) == self.asked[rep], rep


def _buttons(message: Any, rep: str) -> Any:
    return message.buttons(rep) if isinstance(message, DingTalkMessage) else message.buttons()


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
async def bad_days(tmp_path: Path, platform: str) -> AsyncIterator[BadDays]:
    """Twenty reps."""
    members: Crowd = {f"rep{number:02}": (f"销售{number}", "rep", "华东") for number in range(20)}
    members["admin"] = ("管理员", "admin", "")
    async with town(tmp_path, members=members, platform=platform) as place:
        yield BadDays(place, [name for name in members if name != "admin"])


@pytest.fixture
async def one_rep(tmp_path: Path, platform: str) -> AsyncIterator[BadDays]:
    """One rep: their messages go one after the other."""
    members: Crowd = {"lisi": ("李四", "rep", "华东"), "admin": ("管理员", "admin", "")}
    async with town(tmp_path, members=members, platform=platform) as place:
        yield BadDays(place, ["lisi"])


def logged(lines: list[Any], event: str) -> list[Any]:
    """The log's lines of one event."""
    return [line for line in lines if line["event"] == event]
