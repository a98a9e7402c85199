"""Stream: a client asks for a ticket, connects once with it, gets frames and acknowledges each; lines may turn bad."""

import asyncio
import json
import random
import secrets
import time
import uuid
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from sandbox.chat import Delivery
from sandbox.dingtalk.call import Call, Endpoint
from sandbox.dingtalk.company import Company
from sandbox.dingtalk.refusal import Refused

TICKET_LIVES = 90.0
ACK_PATIENCE = 3.0
LINGER = 10.0  # seconds between the farewell and the end of the connection
PING_EVERY = 25.0
ROBOT = "/v1.0/im/bot/messages/get"
CARD = "/v1.0/card/instances/callback"
KINDS = {"EVENT", "CALLBACK"}


@dataclass(eq=False)
class Line:
    """One connection. `leaving`: it got its farewell; `silent`: it looks alive and carries nothing any more."""

    id: str
    socket: web.WebSocketResponse
    request: web.Request
    subscribed: frozenset[tuple[str, str]]
    leaving: bool = False
    silent: bool = False
    waiting: dict[str, "asyncio.Future[dict[str, Any]]"] = field(default_factory=dict)
    pongs: int = 0


class Gateway:
    """The app's Stream connections; `choose` picks the line of a push, at random as DingTalk does."""

    def __init__(self, company: Company, now: Callable[[], float]) -> None:
        self.company = company
        self.lines: list[Line] = []
        self.linger = LINGER
        self.patience = ACK_PATIENCE
        self.ping_every = PING_EVERY
        self.opened = 0
        self.rubbish: list[str] = []  # what clients sent that is no acknowledgement
        self.choose: Callable[[list[Line]], Line] = random.choice
        self._now = now
        self._tickets: dict[str, tuple[float, frozenset[tuple[str, str]]]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._app_id = str(uuid.uuid4())

    def endpoints(self) -> list[Endpoint]:
        """The one address that gives tickets."""
        return [Endpoint("POST", "/v1.0/gateway/connections/open", self._open, free=True, open=True)]

    def routes(self) -> list[web.RouteDef]:
        """Where clients connect."""
        return [web.get("/connect", self._connect)]

    def _open(self, call: Call) -> dict[str, Any] | web.Response:
        if call.body.get("clientId") != self.company.client_id or call.body.get("clientSecret") != self._secret():
            raise Refused("authFailed", "鉴权失败", status=401)
        subscribed = set()
        listed = call.body.get("subscriptions")
        if not isinstance(listed, list) or not listed:
            raise Refused("InvalidParameter", "subscriptions is empty")
        for one in listed:
            kind, topic = (one.get("type"), one.get("topic")) if isinstance(one, dict) else (None, None)
            if kind not in KINDS or not isinstance(topic, str) or (kind == "EVENT" and topic != "*"):
                raise Refused("InvalidParameter", f"subscription {one}")
            subscribed.add((str(kind), topic))
        ticket = str(uuid.uuid4())
        self._tickets[ticket] = (self._now() + TICKET_LIVES, frozenset(subscribed))
        endpoint = f"ws://{call.request.host}/connect"
        if "application/json" not in call.request.headers.get("Accept", ""):
            text = f"<CreateConnectionResponse><endpoint>{endpoint}</endpoint><ticket>{ticket}</ticket>"
            return web.Response(text=f"{text}</CreateConnectionResponse>", content_type="application/xml")
        return {"endpoint": endpoint, "ticket": ticket}

    async def _connect(self, request: web.Request) -> web.StreamResponse:
        until, subscribed = self._tickets.pop(request.query.get("ticket", ""), (0.0, frozenset()))
        if self._now() >= until:
            return web.Response(status=401, text="invalid ticket")
        socket = web.WebSocketResponse(timeout=2.0)  # a client that does not say goodbye back is not waited for
        await socket.prepare(request)
        line = Line(str(uuid.uuid4()), socket, request, subscribed)
        self.lines.append(line)
        self.opened += 1
        pings = asyncio.create_task(self._ping(line))
        try:
            async for frame in socket:
                if frame.type == aiohttp.WSMsgType.TEXT:
                    self._acknowledged(line, frame.data)
        finally:
            pings.cancel()
            self.lines.remove(line)
            for future in line.waiting.values():
                future.cancel()
        return socket

    def _acknowledged(self, line: Line, text: str) -> None:
        try:
            ack = json.loads(text)
            message_id, code, data = ack["headers"]["messageId"], ack["code"], ack["data"]
        except (ValueError, KeyError, TypeError):
            self.rubbish.append(text)
            return
        if not isinstance(code, int) or not isinstance(data, str) or message_id is None:
            self.rubbish.append(text)
            return
        future = line.waiting.pop(message_id, None)
        if future is not None and not future.done():
            future.set_result(ack)

    def new_name(self) -> str:
        """A messageId: names one push."""
        return f"{secrets.token_hex(4)}_{secrets.token_hex(2)}_{secrets.token_hex(6)}"

    async def push(
        self, kind: str, topic: str, data: Mapping[str, Any], *, name: str | None = None, **headers: str
    ) -> Delivery:
        """Send one frame over one line; status is the ack's code, body its data; 0: nobody acknowledged in time.

        `name` is the messageId, when the same push is made again.
        """
        ready = [line for line in self.lines if (kind, topic) in line.subscribed and not line.leaving]
        if not ready:
            return Delivery(0, "no connection", 0, 0.0)
        line = self.choose(ready)
        began = time.monotonic()
        ack = await self._exchange(line, kind, topic, data, headers, name)
        took = time.monotonic() - began
        return Delivery(ack["code"], ack["data"], 1, took) if ack is not None else Delivery(0, "no ack", 1, took)

    async def _exchange(
        self,
        line: Line,
        kind: str,
        topic: str,
        data: Mapping[str, Any],
        extra: Mapping[str, str],
        name: str | None = None,
    ) -> dict[str, Any] | None:
        message_id = name or self.new_name()
        headers = {"topic": topic, "messageId": message_id, "contentType": "application/json",
                   "time": str(int(self._now() * 1000)), **extra}  # fmt: skip
        if kind != "SYSTEM":
            headers |= {"appId": self._app_id, "connectionId": line.id}
        frame = {"specVersion": "1.0", "type": kind, "headers": headers, "data": json.dumps(data, ensure_ascii=False)}
        waiting: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        line.waiting[message_id] = waiting
        try:
            if not line.silent:
                await line.socket.send_json(frame, dumps=lambda value: json.dumps(value, ensure_ascii=False))
            async with asyncio.timeout(self.patience):
                return await asyncio.shield(waiting)
        except (TimeoutError, ConnectionError, aiohttp.ClientError):
            return None
        except asyncio.CancelledError:
            if waiting.cancelled():  # the line was cut
                return None
            raise
        finally:
            line.waiting.pop(message_id, None)

    async def _ping(self, line: Line) -> None:
        while True:
            await asyncio.sleep(self.ping_every)
            if await self._exchange(line, "SYSTEM", "ping", {"opaque": secrets.token_hex(4)}, {}) is not None:
                line.pongs += 1

    async def ping(self) -> int:
        """Ping every line now; how many answered."""
        for line in list(self.lines):
            if await self._exchange(line, "SYSTEM", "ping", {"opaque": secrets.token_hex(4)}, {}) is not None:
                line.pongs += 1
        return sum(line.pongs > 0 for line in self.lines)

    async def farewell(self) -> None:
        """Tell every line to reconnect: nothing is pushed over it any more, and it ends a little later."""
        for line in list(self.lines):
            line.leaving = True
            frame = {"specVersion": "1.0", "type": "SYSTEM",
                     "headers": {"topic": "disconnect", "contentType": "application/json"},
                     "data": json.dumps({"reason": "connection is expired"})}  # fmt: skip
            await line.socket.send_json(frame)
            self.spawn(self._end(line))

    def cut(self) -> None:
        """Every line is torn without a word."""
        for line in self.lines:
            if line.request.transport is not None:
                line.request.transport.abort()

    def silence(self) -> None:
        """Every line looks alive and carries nothing any more."""
        for line in self.lines:
            line.silent = True

    async def close(self) -> None:
        """End everything."""
        for task in self._tasks:
            task.cancel()
        for line in list(self.lines):
            await line.socket.close()

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run something beside the caller's own flow; it ends with the gateway."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _end(self, line: Line) -> None:
        await asyncio.sleep(self.linger)
        await line.socket.close()

    def _secret(self) -> str:
        return self.company.client_secret
