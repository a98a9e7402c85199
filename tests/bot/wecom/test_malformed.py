"""Whatever a stranger sends to a callback: one and the same answer, nothing stored, nothing told in the log."""

import asyncio
import io
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import pytest_asyncio
import structlog

from bot import server
from tests.bot.wecom.conftest import AES_KEY, TOKEN, Edge, edge
from tests.bot.wecom.malformed import CASES
from tests.bot.wecom.spoilt import (
    INNER,
    PHONE,
    right,
)  # fmt: skip

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.feature("P7")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def wecom(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Edge]:
    """One server for the whole table: it must survive each case."""
    async with edge(tmp_path_factory.mktemp("town")) as opened:
        yield opened


@pytest.mark.feature("P7")
@pytest.mark.failure("14")
@pytest.mark.parametrize("name", CASES)
async def test_it_is_refused_in_the_same_words_and_leaves_no_trace(wecom: Edge, name: str, caplog: Any) -> None:
    wecom.town.at += timedelta(seconds=0 if "timestamp" in name else 2)  # refusals are logged once a second
    reason, make = CASES[name]
    sent = make(wecom)
    before = wecom.counted(f"refused: {reason}")
    with structlog.testing.capture_logs() as lines:
        if sent.get:
            answer = await wecom.get(sent.query)
        else:
            large = io.BytesIO(sent.body.encode()) if len(sent.body) > 2**20 else sent.body
            answer = await wecom.post(sent.query, large, headers=sent.headers)
    assert (answer.status, answer.body) == (403, "forbidden")
    assert await wecom.rows() == []
    assert not reason or wecom.counted(f"refused: {reason}") == before + 1
    told = f"{lines} {caplog.text}"
    assert all(line["event"] == "a callback was refused" for line in lines) and "Traceback" not in told
    settings = wecom.town.settings
    secrets = (settings.wecom.secret, settings.security.admin_key) if settings.wecom else ()
    for canary in (PHONE, TOKEN, AES_KEY, "张三", *(secret.get_secret_value() for secret in secrets)):
        assert canary not in told


async def test_after_all_that_the_right_one_is_taken(wecom: Edge) -> None:
    assert len(CASES) >= 60
    sent = right(wecom)
    assert (await wecom.post(sent.query, sent.body, headers={"Content-Type": "application/json"})).status == 200
    assert [row.body.decode() for row in await wecom.rows()] == [INNER]


async def test_a_name_that_no_callback_has_is_not_found(wecom: Edge) -> None:
    sent = right(wecom)
    for name in ("nobody", "APP", "app%00", "%ff", "..%2fapp", "a" * 4000):
        assert (await wecom.post(urlencode(sent.query), sent.body, name=name)).status == 404
    assert len(await wecom.rows()) == 1


async def raw_bytes(wecom: Edge, head: bytes, body: bytes, *, hang_up: bool = False) -> bytes:
    """What a caller gets who speaks HTTP by hand; `hang_up`: they do not wait for it."""
    address = urlencode(right(wecom).query).encode()
    reader, writer = await asyncio.open_connection(*wecom.address())
    writer.write(b"POST /callback/wecom/app?" + address + b" HTTP/1.1\r\nHost: bot\r\n" + head + b"\r\n\r\n" + body)
    await writer.drain()
    answer = b""
    if hang_up:
        await asyncio.sleep(0.05)
    else:
        answer = (await reader.readuntil(b"\r\n")).rstrip()
    writer.close()
    await writer.wait_closed()
    return answer


@pytest.mark.parametrize("head", [b"Content-Length: 4000", b"Transfer-Encoding: chunked"])
async def test_a_body_that_never_ends_does_not_hold_the_line(wecom: Edge, monkeypatch: Any, head: bytes) -> None:
    monkeypatch.setattr(server, "PATIENCE", 0.1)
    before = wecom.counted("refused: TimeoutError")
    assert await raw_bytes(wecom, head, b"5\r\n<xml>\r\n") == b"HTTP/1.1 403 Forbidden"
    assert wecom.counted("refused: TimeoutError") == before + 1


async def test_a_caller_who_hangs_up_is_no_error_of_ours(wecom: Edge) -> None:
    wecom.town.at += timedelta(seconds=2)
    with structlog.testing.capture_logs() as lines:
        await raw_bytes(wecom, b"Content-Length: 4000", b"<xml>", hang_up=True)
        async with asyncio.timeout(60):
            while not wecom.counted("refused: ConnectionResetError"):  # noqa: ASYNC110 - a counter, no event
                await asyncio.sleep(0.01)
    assert [line["event"] for line in lines] == ["a callback was refused"]


@pytest.mark.parametrize(
    "head", [b"Content-Length: -1", b"Content-Length: 1e9", b"Content-Length: 1\r\nContent-Length: 2"]
)
async def test_broken_http_is_refused_before_it_reaches_us(wecom: Edge, head: bytes) -> None:
    answer = await raw_bytes(wecom, head, b"<xml/>")
    assert answer.split()[1] == b"400"
    assert len(await wecom.rows()) == 1
