"""WeCom's bad days: what happened, what did not, what nobody knows; and no error ever tells a secret."""

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web

from bot import calling
from bot.calling import NotReached, OutcomeUnknown
from bot.platform import SendLater, SendUnknown
from bot.wecom.client import WeComClient
from bot.wecom.errors import WeComError
from tests.bot.wecom.line import SECRET, TEXT, Line, message


@pytest.mark.parametrize("kind", ["http_502", "cut_before", "cut_after", "empty", "truncated", "html_200"])
async def test_an_answer_that_is_none_leaves_the_outcome_unknown(line: Line, kind: str) -> None:
    await line.client.user_get("lisi")
    line.standin.faults.add("message/send", kind, times=1)
    with pytest.raises(SendUnknown):
        await line.platform().send(message())
    assert line.arrived() == (kind not in ("http_502", "cut_before"))
    body = message()
    await line.platform().send(body)


async def test_a_number_in_quotes_is_a_number(line: Line) -> None:
    line.standin.faults.add("message/send", "string_errcode", times=1)
    await line.platform().send(message())
    assert line.arrived() == 1


async def test_silence_is_unknown_and_the_same_bytes_arrive_once(line: Line, monkeypatch: Any) -> None:
    await line.client.user_get("lisi")
    monkeypatch.setattr(calling, "PATIENCE", 0.2)
    impatient = line.new_client()
    line.standin.faults.add("message/send", "slow", seconds=0.4, times=1)
    body = json.dumps({**TEXT, "enable_duplicate_check": 1, "duplicate_check_interval": 14400}).encode()
    with pytest.raises(SendUnknown):
        await line.platform(impatient).send(body)
    await line.client.send(body)
    await asyncio.sleep(0.4)
    assert line.arrived() == 1
    await impatient.close()


async def failing(ask: Callable[[WeComClient], Awaitable[Any]], client: WeComClient) -> Exception:
    try:
        await ask(client)
    except (WeComError, OutcomeUnknown, NotReached) as error:
        return error
    finally:
        await client.close()
    raise AssertionError("it worked")


async def test_a_closed_port_is_not_reached(line: Line) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{free.getsockname()[1]}"
    error = await failing(lambda c: c.webhook_send("k", b"{}"), line.new_client(base=base))
    assert isinstance(error, NotReached)


async def test_a_name_that_nobody_knows_is_not_reached(line: Line) -> None:
    error = await failing(lambda c: c.webhook_send("k", b"{}"), line.new_client(base="http://nobody.invalid"))
    assert isinstance(error, NotReached)


async def test_a_host_that_swallows_everything_is_not_reached(line: Line, monkeypatch: Any) -> None:
    monkeypatch.setattr(calling, "CONNECTING", 0.2)
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        address = deaf.getsockname()
        full = [socket.socket() for _ in range(4)]
        for queued in full:
            queued.setblocking(False)
            queued.connect_ex(address)
        client = line.new_client(base=f"http://127.0.0.1:{address[1]}")
        error = await failing(lambda c: c.webhook_send("k", b"{}"), client)
        for queued in full:
            queued.close()
    assert isinstance(error, NotReached)


@pytest.mark.parametrize("kind", ["http_502", "cut_before", "cut_after", "empty", "truncated", "html_200"])
async def test_without_a_token_nothing_was_sent_so_the_message_just_waits(line: Line, kind: str) -> None:
    """Otherwise a quarter of an hour of bad gateways would leave messages for a person to look after."""
    line.standin.faults.add("gettoken", kind)
    with pytest.raises(SendLater):
        await line.platform().send(message())
    line.standin.faults.clear()
    await line.platform().send(message())
    assert line.arrived() == 1


@pytest.mark.parametrize(
    "raw",
    [b'{"errcode": Infinity}', b'{"errcode": null}', b"[]", b"1", b'"ok"', b"[" * 100_000, b"\xff", b"{}" * 2**21],
)  # fmt: skip
async def test_nonsense_is_an_unknown_outcome_and_not_an_error_of_ours(line: Line, raw: bytes) -> None:
    async def nonsense(_: web.Request) -> web.Response:
        return web.Response(body=raw, content_type="application/json")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", nonsense)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    assert isinstance(await failing(lambda c: c.webhook_send("k", b"{}"), line.new_client(base=base)), OutcomeUnknown)
    await runner.cleanup()


async def test_a_gateway_that_says_ok_to_everything_is_no_error_of_ours(line: Line) -> None:
    async def fine(_: web.Request) -> web.Response:
        return web.json_response({"errcode": 0, "errmsg": "ok", "access_token": "token", "expires_in": 7200})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", fine)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    error = await failing(lambda c: c.media_upload("image", "a.png", b"123456"), line.new_client(base=base))
    assert isinstance(error, OutcomeUnknown) and "编号" in str(error)
    await runner.cleanup()


FAULTS = ("errcode", "http_502", "cut_before", "cut_after", "empty", "truncated", "html_200")
ASKED: tuple[Callable[[WeComClient], Awaitable[Any]], ...] = (
    lambda c: c.send(message("canary-words 13800138000")),
    lambda c: c.update_card(message("canary-words")),
    lambda c: c.user_get("lisi"),
    lambda c: c.external_contact_get("wm-canary-words"),
    lambda c: c.webhook_send("canary-group-key", b"{}"),
    lambda c: c.media_get("m1"),
    lambda c: c.media_upload("file", "a", b"123456"),
)


@pytest.mark.feature("P7")
async def test_no_error_tells_a_secret_a_token_or_a_word(line: Line) -> None:
    told: list[Exception] = [
        await failing(lambda c: c.user_get("lisi"), line.new_client(secret="canary-wrong")),
        await failing(lambda c: c.user_get("lisi"), line.new_client(corp_id="ww-canary-corp")),
        await failing(lambda c: c.user_get("lisi"), line.new_client(base="http://127.0.0.1:1")),
        await failing(lambda c: c.webhook_send("canary-group-key", b"{}"), line.new_client(base="http://127.0.0.1:1")),
    ]
    for endpoint in ("gettoken", "*"):
        for kind in FAULTS:
            for ask in ASKED:
                if endpoint == "*":
                    await line.client.token.get()
                    line.at += 100
                line.standin.faults.add(endpoint, kind, errcode=45036)
                client = line.new_client() if endpoint == "gettoken" else line.client
                try:
                    await ask(client)
                except (WeComError, OutcomeUnknown, NotReached) as error:
                    told.append(error)
                if client is not line.client:
                    await client.close()
                line.standin.faults.clear()
    tokens = list(line.standin.api._tokens)
    assert len(told) > 60 and tokens
    for error in told:
        seen = f"{error} {error!r} {error.__cause__!r} {error.__suppress_context__ or error.__context__!r}"
        for canary in ("canary", "13800138000", *tokens):
            assert canary not in seen
    assert SECRET not in repr(line.client.account)
