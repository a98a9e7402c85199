"""R-H2: a flood of strangers' requests keeps no real callback from being acknowledged, and does not fill the log."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field

import aiohttp
import pytest

from sandbox.wecom.people import event
from tests.bot.wecom.conftest import CORP
from tests.hostile.process import Alone, alone

MIB = 2**20
AT_ONCE = 50  # requests that a stranger sends on one line without waiting for an answer
CLOSING = (ConnectionError, asyncio.IncompleteReadError)
STRANGERS = {
    "/callback/wecom/app?timestamp=1760000000&nonce=a&msg_signature=" + "0" * 40: b"<xml><Encrypt>AAAA</Encrypt></xml>",
    "/callback/dingtalk/robot": b'{"msgtype":"text"}',
    "/callback/dingtalk/card": b"{}",
    "/callback/dingtalk/events?signature=" + "0" * 40: b'{"encrypt":"AAAA"}',
}


@dataclass
class Flood:
    """Strangers on some lines, and what they were answered."""

    bot: Alone
    refused: int = 0
    other: set[bytes] = field(default_factory=set)
    moved: asyncio.Event = field(default_factory=asyncio.Event)

    async def line(self, path: str, body: bytes) -> None:
        """One line, as full as it gets, until it is told to end."""
        head = f"POST {path} HTTP/1.1\r\nHost: b\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        while True:
            reader, writer = await asyncio.open_connection(*self.bot.address)
            try:
                with contextlib.suppress(*CLOSING):
                    while True:
                        writer.write((head + body) * AT_ONCE)
                        await writer.drain()
                        for _ in range(AT_ONCE):
                            await self._answer(reader)
            finally:
                writer.close()

    async def _answer(self, reader: asyncio.StreamReader) -> None:
        answer = await reader.readuntil(b"\r\n\r\n")
        status, _, lines = answer.partition(b"\r\n")
        length = next(line for line in lines.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(length.split(b":")[1]))
        if status.startswith(b"HTTP/1.1 403"):
            self.refused += 1
        else:
            self.other.add(status)
        self.moved.set()

    async def until(self, count: int) -> None:
        """Until so many strangers have been refused."""
        while self.refused < count:
            self.moved.clear()
            await self.moved.wait()


@contextlib.asynccontextmanager
async def flooded(bot: Alone) -> AsyncIterator[Flood]:
    """Two lines to each of the callbacks."""
    flood = Flood(bot)
    lines = [asyncio.create_task(flood.line(*stranger)) for stranger in STRANGERS.items() for _ in range(2)]
    try:
        yield flood
    finally:
        for task in lines:
            task.cancel()
        await asyncio.gather(*lines, return_exceptions=True)


@pytest.fixture
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alone]:
    with alone(tmp_path_factory.mktemp("alone") / "acme") as opened:
        yield opened


@dataclass
class Real:
    """What the platforms send meanwhile."""

    bot: Alone
    http: aiohttp.ClientSession
    kept: list[str] = field(default_factory=list)  # the words of those that were acknowledged
    waited: list[float] = field(default_factory=list)

    async def send(self, number: int) -> None:
        """One callback of WeCom's or DingTalk's, in turn."""
        words = f"你好 {number}"
        began = time.monotonic()
        async with self._post(number, words) as answer:
            assert answer.status == 200, (number, await answer.text())
        self.waited.append(time.monotonic() - began)
        self.kept.append(words)

    def _post(self, number: int, words: str) -> "aiohttp.client._RequestContextManager":
        if number % 2:
            fields = {"ToUserName": CORP, "FromUserName": f"p{number}", "CreateTime": 1760000000, "MsgType": "text"}
            address, body = self.bot.envelope(event({**fields, "Content": words, "MsgId": number}))
            return self.http.post(address, data=body)
        sent = self.bot.dingtalk.right("robot", words, number)
        return self.http.post(f"{self.bot.base}/callback/dingtalk/robot", data=sent.body, headers=sent.headers)


async def whole(bot: Alone, send: Callable[[Real, Flood], Awaitable[None]]) -> tuple[Real, Flood, float]:
    """A flood, real callbacks in it; afterwards all that was acknowledged is there, and nothing else."""
    async with aiohttp.ClientSession() as http:
        await bot.real(http)
        before, logged, began = len(await bot.kept()), len(bot.refusals_logged()), time.monotonic()
        real = Real(bot, http)
        async with flooded(bot) as flood:
            await send(real, flood)
        lasted = time.monotonic() - began
    rows = [row.body.decode() for row in (await bot.kept())[before:]]
    assert flood.other == set(), "strangers get one answer"
    assert len(rows) == len(real.kept) and all(any(words in row for row in rows) for words in real.kept)
    assert len(bot.refusals_logged()) - logged <= lasted + 1, "one line a second, whichever door it was"
    return real, flood, lasted


@pytest.mark.feature("P7")
async def test_real_callbacks_get_through_a_flood_of_unsigned_ones(
    bot: Alone, record_property: Callable[[str, object], None]
) -> None:
    """Each real one has 40 strangers before it, who have been answered, and more at its side."""

    async def send(real: Real, flood: Flood) -> None:
        for number in range(30):
            await flood.until(flood.refused + 40)
            await real.send(number)

    memory = bot.memory()
    real, flood, _ = await whole(bot, send)
    assert len(real.kept) == 30 and flood.refused >= 30 * 40
    assert bot.refusals_logged(), "but the flood is told"
    assert bot.most_memory() - memory <= 64 * MIB


async def test_a_minute_of_flood(bot: Alone, soak: bool, record_property: Callable[[str, object], None]) -> None:
    """20 real callbacks a second for a minute, among as many strangers as the machine can be made to answer."""
    if not soak:
        pytest.skip("a minute of flood, whose times only a quiet machine can keep: ./run soak")

    async def send(real: Real, flood: Flood) -> None:
        tasks = []
        for number in range(1200):
            tasks.append(asyncio.create_task(real.send(number)))
            await asyncio.sleep(0.05)
        await asyncio.gather(*tasks)

    worked = bot.worked()
    real, flood, lasted = await whole(bot, send)
    spent = (bot.worked() - worked) / (flood.refused + len(real.kept))
    late = sorted(real.waited)[int(len(real.waited) * 0.99)]
    record_property(
        "flood", f"{flood.refused / lasted:.0f} strangers/s, {len(real.kept)} real ones of 1200 acknowledged"
    )
    record_property("flood: real ones", f"p99 {late * 1000:.0f} ms, at most {max(real.waited) * 1000:.0f} ms")
    record_property("flood: CPU", f"{spent * 1000:.2f} ms for each request")
    assert late <= 1 and spent <= 0.001
