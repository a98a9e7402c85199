"""R-H3: callers who dawdle over head, body or answer are let go, and nobody waits because of them."""

import asyncio
import socket
import time
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from bot import guard
from store.tables import Lead
from tests.bot.wecom.conftest import Edge
from tests.hostile.conftest import Caller, Dial

HEAD = b"POST /capture/%E5%AE%98%E7%BD%91 HTTP/1.1\r\nHost: bot\r\nContent-Type: application/json\r\n"


@pytest.fixture(autouse=True)
def hurried(monkeypatch: Any, soak: bool) -> None:
    """Seconds become tenths, but for the long runs."""
    if not soak:
        for name in ("HEAD", "BODY", "STALL"):
            monkeypatch.setattr(guard, name, 0.4)
        monkeypatch.setattr(guard, "PATROL", 0.1)


def guards(wecom: Edge) -> guard.Guards:
    """The guards of the bot's port."""
    (site,) = wecom.town.runner.sites
    assert isinstance(site, guard.GuardedSite)
    return site.guards


async def still_served(wecom: Edge) -> None:
    """A real caller gets their answer."""
    delivery = await wecom.town.standin.text("lisi", f"看 L{int(time.time_ns()) % 10**9}")
    assert delivery.status == 200


async def drip(caller: Caller, raw: bytes, pause: float = 0.05) -> None:
    """A byte now and then, for as long as they are listened to."""
    for number in range(len(raw)):
        await caller.say(raw[number : number + 1])
        await asyncio.sleep(pause)
        if caller.writer.transport.is_closing():
            return


@pytest.mark.parametrize(
    "said",
    [b"", b"P", b"GET / HTTP/1.1\r\nHost: bot\r\nX-Slow: ", b"\r\n\r\n", b"GET /healthz HTTP/1.1\r\n"],
    ids=["nothing", "a letter", "half a head", "line breaks", "no end of the head"],
)
async def test_a_head_that_never_ends_is_cut(wecom: Edge, dial: Dial, said: bytes) -> None:
    caller = await dial()
    await caller.say(said)
    assert await caller.cut()
    await still_served(wecom)


async def test_a_head_that_comes_byte_by_byte_is_cut_all_the_same(wecom: Edge, dial: Dial) -> None:
    caller = await dial()
    dripping = asyncio.create_task(drip(caller, b"GET /healthz HTTP/1.1\r\nX: " + b"a" * 200))
    assert await caller.cut()
    dripping.cancel()


async def test_a_second_head_on_the_same_line_is_not_waited_for_longer(wecom: Edge, dial: Dial) -> None:
    caller = await dial()
    await caller.say(b"GET /healthz HTTP/1.1\r\nHost: bot\r\n\r\n")
    assert await caller.status() == 200
    await caller.say(b"GET /heal")
    assert await caller.cut()


async def test_what_the_server_itself_has_slept_through_is_nobodys_dawdling(wecom: Edge, dial: Dial) -> None:
    for _ in range(5):
        caller = await dial()
        await asyncio.sleep(0.01)  # the connection stands, and its head is awaited
        caller.writer.write(b"GET /healthz HTTP/1.1\r\nHost: bot\r\n\r\n")
        time.sleep(2 * guard.HEAD)  # noqa: ASYNC251 - the whole server stands still, as when its machine is moved
        assert await caller.status() == 200


async def test_a_line_that_is_kept_for_the_next_request_is_not_cut(wecom: Edge, dial: Dial) -> None:
    caller = await dial()
    for _ in range(3):
        await caller.say(b"GET /healthz HTTP/1.1\r\nHost: bot\r\n\r\n")
        assert await caller.status() == 200
        await caller.reader.readuntil(b"ok")
        await asyncio.sleep(0.6)


@pytest.mark.parametrize("length", [b"Content-Length: 500\r\n\r\n{", b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"])
async def test_a_body_that_never_ends_is_told_so_and_nothing_is_kept(wecom: Edge, dial: Dial, length: bytes) -> None:
    caller = await dial()
    key = wecom.town.admin_key.encode()
    await caller.say(HEAD + b"Authorization: Bearer " + key + b"\r\n" + length)
    assert await caller.status() == 408
    assert await caller.cut()
    async with wecom.town.bot.store.read() as tx:
        assert list(await tx.all(select(Lead).where(col(Lead.corp) == tx.corp))) == []
    await still_served(wecom)


async def test_a_chunk_that_breaks_while_we_read_is_not_waited_for(wecom: Edge, dial: Dial) -> None:
    """aiohttp tells nobody of a broken chunk that comes after the head: the reader would wait for ever."""
    caller = await dial()
    key = wecom.town.admin_key.encode()
    await caller.say(HEAD + b"Authorization: Bearer " + key + b"\r\nTransfer-Encoding: chunked\r\n\r\n")
    await asyncio.sleep(0.1)
    await caller.say(b"zz\r\n{}")
    assert await caller.status() in (400, 408)
    assert await caller.cut()


async def test_a_body_that_nobody_wants_is_not_read_for_ever(wecom: Edge, dial: Dial) -> None:
    caller = await dial()
    await caller.say(b"POST /no/thing HTTP/1.1\r\nHost: bot\r\nContent-Length: 100000000\r\n\r\n")
    assert await caller.status() == 404
    dripping = asyncio.create_task(drip(caller, b"x" * 2000, 0.02))
    assert await caller.cut()
    dripping.cancel()


async def test_an_answer_that_is_not_fetched_is_thrown_away(wecom: Edge) -> None:
    """Fifty long answers are asked for on one line, and none is read."""
    before = len(guards(wecom).all)
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        line.connect(wecom.address())
        line.setblocking(False)
        await asyncio.get_running_loop().sock_sendall(line, b"GET /api/openapi.json HTTP/1.1\r\nHost: bot\r\n\r\n" * 50)
        async with asyncio.timeout(20):
            while len(guards(wecom).all) == before:  # noqa: ASYNC110 - a socket tells nobody
                await asyncio.sleep(0.01)
            while len(guards(wecom).all) > before:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    assert len(guards(wecom).all) == before, "the line was let go, with all that nobody fetched"
    await still_served(wecom)


async def test_a_crowd_of_slow_callers_keeps_nobody_waiting(
    wecom: Edge, dial: Dial, soak: bool, monkeypatch: Any
) -> None:
    """Of more than the crowd, those who have waited longest make room; a real caller is served meanwhile."""
    if not soak:
        monkeypatch.setattr(guard, "CROWD", 60)
        for name in ("HEAD", "BODY"):
            monkeypatch.setattr(guard, name, 30.0)
    many = 1000 if soak else 150
    callers = []
    for number in range(many):
        caller = await dial()
        await caller.say(b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n" if number % 2 else b"GET / HTTP/1.1\r\nX: ")
        callers.append(caller)
        if number % 50 == 0:
            await still_served(wecom)
    await asyncio.sleep(0.1)
    assert len(guards(wecom).waiting) <= guard.CROWD
    assert await callers[0].cut(), "the first has waited longest"
    await still_served(wecom)
