"""Stream as DingTalk runs it: one-use tickets, acknowledged frames, lines that say farewell, tear or fall silent."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.sandbox.dingtalk.conftest import Program

SUBSCRIBED = [
    {"type": "EVENT", "topic": "*"}, {"type": "CALLBACK", "topic": "/v1.0/im/bot/messages/get"},
    {"type": "CALLBACK", "topic": "/v1.0/card/instances/callback"},
]  # fmt: skip
GOOD = {"clientId": "dingkey", "clientSecret": "this is a secret", "subscriptions": SUBSCRIBED}


class Client:
    """A Stream client that acknowledges as it is told: `code` None is silence, `data` the ack's data."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.frames: list[dict[str, Any]] = []
        self.code: int | None = 200
        self.data = '{"response":null}'
        self._more = asyncio.Event()
        self.reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for message in self.socket:
            frame = json.loads(message.data)
            self.frames.append(frame)
            self._more.set()
            if self.code is not None and "messageId" in frame["headers"]:
                headers = {"messageId": frame["headers"]["messageId"], "contentType": "application/json"}
                data = frame["data"] if frame["type"] == "SYSTEM" else self.data
                await self.socket.send_json({"code": self.code, "headers": headers, "message": "OK", "data": data})

    async def wait_for(self, count: int) -> list[dict[str, Any]]:
        """All frames, as soon as there are so many."""
        async with asyncio.timeout(60):
            while len(self.frames) < count:
                self._more.clear()
                await self._more.wait()
        return self.frames


async def open_ticket(program: Program, accept: str = "application/json", **changed: Any) -> tuple[int, Any]:
    async with program.http.post(
        "/v1.0/gateway/connections/open", json={**GOOD, **changed}, headers={"Accept": accept}
    ) as answer:
        return answer.status, await answer.json() if "json" in answer.content_type else await answer.text()


@contextlib.asynccontextmanager
async def connected(program: Program, **changed: Any) -> AsyncIterator[Client]:
    _, opened = await open_ticket(program, **changed)
    async with program.http.ws_connect(opened["endpoint"], params={"ticket": opened["ticket"]}) as socket:
        client = Client(socket)
        yield client
        client.reading.cancel()


def words(frames: list[dict[str, Any]]) -> list[str]:
    return [json.loads(frame["data"])["text"]["content"] for frame in frames]


async def test_a_ticket_is_good_once_and_for_ninety_seconds(streaming):
    _, opened = await open_ticket(streaming)
    async with streaming.http.ws_connect(opened["endpoint"], params={"ticket": opened["ticket"]}):
        with pytest.raises(aiohttp.WSServerHandshakeError, match="401"):
            await streaming.http.ws_connect(opened["endpoint"], params={"ticket": opened["ticket"]})
    _, late = await open_ticket(streaming)
    streaming.at += 90
    with pytest.raises(aiohttp.WSServerHandshakeError, match="401"):
        await streaming.http.ws_connect(late["endpoint"], params={"ticket": late["ticket"]})


async def test_the_gateway_refuses_strangers_and_answers_xml_without_accept(streaming):
    status, told = await open_ticket(streaming, clientSecret="wrong")
    assert (status, told["code"]) == (401, "authFailed")
    for flaw in ([], [{"type": "EVENT", "topic": "user_leave_org"}], [{"type": "SYSTEM", "topic": "ping"}], "all"):
        assert (await open_ticket(streaming, subscriptions=flaw))[0] == 400, flaw
    status, told = await open_ticket(streaming, accept="*/*")
    assert status == 200 and told.startswith("<CreateConnectionResponse>")


async def test_only_what_was_subscribed_is_pushed(streaming):
    async with connected(streaming, subscriptions=SUBSCRIBED[:1]) as client:
        assert (await streaming.standin.text("wanglei", "在吗")).body == "no connection"
        assert (await streaming.standin.leave("lina")).status == 200
        assert [frame["type"] for frame in client.frames] == ["EVENT"]


async def test_a_message_without_a_connection_is_lost_and_a_later_one_arrives(streaming):
    await streaming.standin.text("wanglei", "一")
    assert [drop.why for drop in streaming.standin.dropped] == ["no connection"]
    async with connected(streaming) as client:
        await streaming.standin.text("wanglei", "二")
        assert words(client.frames) == ["二"]


async def test_a_message_that_nobody_acknowledged_comes_again(streaming):
    streaming.standin.gateway.patience, streaming.standin.pushes.again = 0.05, (0.0,)
    async with connected(streaming) as client:
        client.code = None
        assert (await streaming.standin.text("wanglei", "在吗")).status == 0
        first, again = await client.wait_for(2)
        assert first["data"] == again["data"]
        assert first["headers"]["messageId"] != again["headers"]["messageId"]


async def test_an_event_comes_again_until_success(streaming):
    streaming.standin.gateway.patience, streaming.standin.pushes.event_again = 5, (0.0, 0.0)
    async with connected(streaming) as client:
        client.data = '{"status":"LATER","message":"db busy"}'
        await streaming.standin.leave("lina")
        frames = await client.wait_for(3)
        assert len({frame["headers"]["eventId"] for frame in frames}) == 1
        client.data = '{"status":"SUCCESS","message":"ok"}'
        await streaming.standin.join("zhao", "赵强")
        assert [frame["headers"]["eventType"] for frame in client.frames[3:]] == ["user_add_org"]


async def test_after_the_farewell_nothing_is_pushed_on_the_old_line_which_then_ends(streaming):
    streaming.standin.gateway.linger = 0.05
    async with connected(streaming) as old:
        await streaming.standin.gateway.farewell()
        assert (await streaming.standin.text("wanglei", "一")).body == "no connection"
        async with connected(streaming) as new:
            assert (await streaming.standin.text("wanglei", "二")).status == 200
            assert words(new.frames) == ["二"]
            await asyncio.wait_for(old.reading, 60)
            assert [frame["headers"]["topic"] for frame in old.frames] == ["disconnect"]
            assert old.socket.close_code == 1000


async def test_a_cut_line_ends_without_a_word(streaming):
    async with connected(streaming) as client:
        streaming.standin.gateway.cut()
        await asyncio.wait_for(client.reading, 60)
        assert client.socket.close_code == 1006 and client.frames == []


async def test_a_silent_line_still_looks_alive(streaming):
    streaming.standin.gateway.patience = 0.05
    async with connected(streaming) as client:
        streaming.standin.gateway.silence()
        assert (await streaming.standin.text("wanglei", "在吗")).body == "no ack"
        assert await streaming.standin.gateway.ping() == 0
        await client.socket.ping()
        assert client.frames == [] and not client.socket.closed


async def test_two_connections_share_the_pushes(streaming):
    async with connected(streaming) as one, connected(streaming) as two:
        taken = iter([0, 1, 0])
        streaming.standin.gateway.choose = lambda lines: lines[next(taken)]
        for said in ("一", "二", "三"):
            await streaming.standin.text("wanglei", said)
        assert (words(one.frames), words(two.frames)) == (["一", "三"], ["二"])


async def test_messages_may_come_out_of_order_and_twice(streaming):
    faults = streaming.standin.faults
    async with connected(streaming) as client:
        faults.add("push/robot", "hold", times=1)
        await streaming.standin.text("wanglei", "一")
        await streaming.standin.text("wanglei", "二")
        assert words(client.frames) == ["二", "一"]
        faults.add("push/robot", "twice", times=1)
        await streaming.standin.text("wanglei", "三")
        assert words(client.frames) == ["二", "一", "三", "三"]
        ids = [json.loads(frame["data"])["msgId"] for frame in client.frames]
        assert len(set(ids)) == 3


async def test_what_is_no_acknowledgement_is_kept_to_look_at(streaming):
    async with connected(streaming) as client:
        for rubbish in ("nonsense", "[]", '{"code":"200","headers":{"messageId":"x"},"data":"{}"}'):
            await client.socket.send_str(rubbish)
        await streaming.standin.text("wanglei", "在吗")
        assert len(streaming.standin.gateway.rubbish) == 3
