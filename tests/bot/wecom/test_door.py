"""What arrives whole and plain is answered at the door; whatever is not goes the long way, and both say the same."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from bot import server
from sandbox.cipher import Crypt
from store.db import Store
from tests.bot.wecom.conftest import CORP, TOKEN, Edge, edge
from tests.hostile.conftest import Caller

OTHER_KEY = "b" * 43


@pytest.fixture
async def wecom(tmp_path: Path) -> AsyncIterator[Edge]:
    async with edge(tmp_path) as opened:
        yield opened


@pytest.fixture
async def caller(wecom: Edge) -> AsyncIterator[Caller]:
    async with Caller.to(wecom.address()) as opened:
        yield opened


def inner(number: int) -> str:
    """A message of its own."""
    return (
        f"<xml><ToUserName><![CDATA[{CORP}]]></ToUserName><FromUserName><![CDATA[lisi]]></FromUserName>"
        f"<CreateTime>1760000000</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[帮助]]></Content>"
        f"<MsgId>{number}</MsgId><AgentID>1000002</AgentID></xml>"
    )


def whole(wecom: Edge, number: int, *, head: str = "Host: bot", query: str = "") -> bytes:
    """A callback as WeCom sends it."""
    signed, body = wecom.envelope(inner(number))
    address = f"/callback/wecom/app?{query or urlencode(signed)}"
    lines = f"POST {address} HTTP/1.1\r\n{head}\r\nContent-Length: {len(body.encode())}\r\n\r\n"
    return (lines + body).encode()


async def answer(caller: Caller) -> bytes:
    """A whole answer without a body."""
    said = await caller.reader.readuntil(b"\r\n\r\n")
    assert b"\r\nContent-Length: 0\r\n" in said
    return said


def went_on(wecom: Edge) -> int:
    """How many requests came as far as aiohttp."""
    handler = wecom.town.runner.server
    assert handler is not None
    return handler.requests_count


async def test_a_plain_one_is_kept_and_answered_at_the_door(wecom: Edge, caller: Caller) -> None:
    for number in range(3):
        await caller.say(whole(wecom, number))
        assert (await answer(caller)).startswith(b"HTTP/1.1 200 OK\r\n")
    await caller.say(whole(wecom, 2))
    assert (await answer(caller)).startswith(b"HTTP/1.1 200 OK\r\n")
    assert went_on(wecom) == 0
    assert [row.body.decode() for row in await wecom.rows()] == [inner(number) for number in range(3)]
    assert (wecom.counted("accepted"), wecom.counted("repeated")) == (3, 1)
    labels = {"method": "POST", "route": "/callback/wecom/{name}", "status": "200"}
    assert wecom.town.bot.metrics.count("leadbot_http_answers_total", **labels) == 4


async def test_both_ways_say_the_same(wecom: Edge, caller: Caller) -> None:
    await caller.say(whole(wecom, 1))
    short = await answer(caller)
    await caller.say(whole(wecom, 2, head="Host: bot\r\nContent-Encoding: identity"))
    long = await answer(caller)
    assert went_on(wecom) == 1
    date = re.compile(rb"Date: [^\r]+ GMT")
    assert date.sub(b"", short) == date.sub(b"", long) and date.search(short)


@pytest.mark.parametrize(
    ("head", "statuses"),
    [
        ("Host: bot\r\nConnection: close", {200}),
        ("Host: bot\r\nConnection: Upgrade\r\nUpgrade: h2c", {200}),
        ("Host: bot\r\nExpect: 100-continue", {100}),
        ("Host: bot\r\nContent-Encoding: gzip", {403}),
        ("Host: bot\r\nTransfer-Encoding: chunked", {400}),
        ("Host: bot\r\ntransfer-encoding : chunked", {400}),
        ("Host: bot\r\nContent-Length: 3", {400}),
        ("Host: bot\r\nX-Folded: a\r\n b", {400}),
        ("Host: bot\r\nX-Odd\x01: a", {400}),
        ("Host: bot\r\nX-Odd: a\x01b", {400}),
        ("Host: bot\nX-Bare: line feed", {400}),
        ("Host: bot\r\nX-Long: " + "a" * 5000, {200}),
        ("Host: bot\r\nX-Too-Long: " + "a" * 9000, {400}),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)
async def test_an_unusual_head_goes_the_long_way(wecom: Edge, caller: Caller, head: str, statuses: set[int]) -> None:
    await caller.say(whole(wecom, 1, head=head))
    assert await caller.status() in statuses
    assert went_on(wecom) == 1


@pytest.mark.parametrize("letters", ["%61pp", "APP", "../wecom/app", "app/", "nobody"])
async def test_another_address_goes_the_long_way(wecom: Edge, caller: Caller, letters: str) -> None:
    await caller.say(whole(wecom, 1).replace(b"/wecom/app?", f"/wecom/{letters}?".encode()))
    assert await caller.status() == (200 if letters == "%61pp" else 404)
    assert went_on(wecom) == 1


async def test_what_is_not_right_is_refused_by_the_long_way(wecom: Edge, caller: Caller) -> None:
    signed, _ = wecom.envelope(inner(1))
    forged = {**signed, "msg_signature": "0" * 40}
    old = wecom.signed("x", skew=-700)
    for query in (forged, old, {**signed, "nonce": "a b"}, {**signed, "more": "1"}):
        await caller.say(whole(wecom, 1, query=urlencode(query)))
        assert await caller.status() == 403
        await caller.reader.readuntil(b"forbidden")
    foreign = Edge(Crypt(TOKEN, OTHER_KEY, CORP), wecom.now, wecom.town)
    await caller.say(whole(foreign, 1))
    assert await caller.status() == 403
    assert went_on(wecom) == 5 and await wecom.rows() == []


async def test_other_orders_and_codings_of_the_query_are_understood_all_the_same(wecom: Edge, caller: Caller) -> None:
    signed, body = wecom.envelope(inner(1))
    for query in (dict(reversed(signed.items())), {**signed, "nonce": signed["nonce"]}):
        said = urlencode(query).replace("n0nce01", "n%30nce01")
        head = f"POST /callback/wecom/app?{said} HTTP/1.1\r\nHost: bot\r\nContent-Length: {len(body)}\r\n\r\n"
        await caller.say((head + body).encode())
        assert (await answer(caller)).startswith(b"HTTP/1.1 200 OK\r\n")
    assert went_on(wecom) == 2 and len(await wecom.rows()) == 1


async def test_one_that_comes_in_pieces_goes_the_long_way_and_the_next_is_at_the_door(
    wecom: Edge, caller: Caller
) -> None:
    first, second = whole(wecom, 1), whole(wecom, 2)
    for piece in (first[:30], first[30:-5], first[-5:]):
        await caller.say(piece)
        await asyncio.sleep(0.05)
    assert (await answer(caller)).startswith(b"HTTP/1.1 200 OK\r\n")
    assert went_on(wecom) == 1
    await caller.say(second)
    assert (await answer(caller)).startswith(b"HTTP/1.1 200 OK\r\n")
    assert went_on(wecom) == 1
    assert len(await wecom.rows()) == 2


async def test_requests_that_do_not_wait_for_answers_are_answered_in_their_order(wecom: Edge, caller: Caller) -> None:
    page = b"GET /healthz HTTP/1.1\r\nHost: bot\r\n\r\n"
    await caller.say(whole(wecom, 1))
    await asyncio.sleep(0)
    for number in range(2, 6):
        await caller.say(page + whole(wecom, number))
    lines = [await caller.reader.readuntil(b"\r\n\r\n")]
    for _ in range(4):
        page_said = await caller.reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"Content-Length: (\d+)", page_said)
        assert length is not None
        await caller.reader.readexactly(int(length[1]))
        lines += [page_said, await caller.reader.readuntil(b"\r\n\r\n")]
    assert all(said.startswith(b"HTTP/1.1 200 OK\r\n") for said in lines)
    assert [b"Content-Length: 0\r\n" in said for said in lines] == [True, *(False, True) * 4]
    assert [row.body.decode() for row in await wecom.rows()] == [inner(number) for number in range(1, 6)]


async def test_a_store_that_takes_too_long_is_told_and_nothing_else_is_held_up(
    wecom: Edge, caller: Caller, monkeypatch: Any
) -> None:
    monkeypatch.setattr(server, "PATIENCE", 0.1)
    let_go = asyncio.Event()

    async def held(tx: Any) -> None:
        await let_go.wait()

    busy = asyncio.create_task(wecom.town.bot.store.transaction(held))
    await caller.say(whole(wecom, 1))
    assert (await answer(caller)).startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
    assert wecom.counted("not stored") == 1
    let_go.set()
    await busy
    await caller.say(whole(wecom, 1))
    assert (await answer(caller)).startswith(b"HTTP/1.1 200 OK\r\n")
    assert went_on(wecom) == 0 and len(await wecom.rows()) == 1


async def test_who_hangs_up_before_the_answer_is_forgotten(wecom: Edge, caller: Caller) -> None:
    let_go = asyncio.Event()

    async def held(tx: Any) -> None:
        await let_go.wait()

    busy = asyncio.create_task(wecom.town.bot.store.transaction(held))
    await caller.say(whole(wecom, 1))
    await asyncio.sleep(0.05)
    caller.writer.transport.abort()
    await asyncio.sleep(0.05)
    let_go.set()
    await busy
    async with asyncio.timeout(60):
        while not await wecom.rows():  # noqa: ASYNC110 - rows, no event
            await asyncio.sleep(0.01)
    (site,) = wecom.town.runner.sites
    assert site.guards.waiting == {} and site.guards.all == set()  # type: ignore[attr-defined]


async def test_a_stop_waits_for_those_who_are_at_the_door(wecom: Edge, caller: Caller) -> None:
    store: Store = wecom.town.bot.store
    begun, let_go = asyncio.Event(), asyncio.Event()

    async def held(tx: Any) -> None:
        begun.set()
        await let_go.wait()

    busy = asyncio.create_task(store.transaction(held))
    await begun.wait()
    await caller.say(whole(wecom, 1))
    await asyncio.sleep(0.05)
    stopping = asyncio.create_task(wecom.town.stop_bot())
    await asyncio.sleep(0.05)
    let_go.set()
    assert (await answer(caller)).startswith(b"HTTP/1.1 200 OK\r\n")
    await asyncio.gather(busy, stopping)
    await wecom.town.start_bot()
