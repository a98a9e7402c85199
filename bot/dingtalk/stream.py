"""DingTalk's Stream: messages, events and taps over a line that we open, so that no public address is needed.

A small client of our own (protocol: page Stream 模式协议): what came in is stored before it is acknowledged; when the
gateway says farewell, the new line is opened before the old one is closed; a line that is cut or silent is replaced;
a gateway that fails is tried again after growing pauses.
"""

import asyncio
import contextlib
import json
import random
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import aiohttp
import structlog

from bot.dingtalk.clicks import Click
from bot.dingtalk.client import DingTalkClient
from bot.dingtalk.doors import Taps
from bot.dingtalk.intake import Intake
from bot.dingtalk.parse import PLATFORM
from bot.metrics import Metrics
from config.telling import told

log = structlog.get_logger()

MESSAGES, TAPS = "/v1.0/im/bot/messages/get", "/v1.0/card/instances/callback"
SUBSCRIPTIONS = (
    {"type": "EVENT", "topic": "*"},
    {"type": "CALLBACK", "topic": MESSAGES},
    {"type": "CALLBACK", "topic": TAPS},
)
SILENCE = 90.0  # seconds without any frame; DingTalk sends a ping every 20 to 30
HEARTBEAT = 30.0
CONNECTING = 8.0
FAREWELL = 8.0  # seconds that an old line may still finish what it has begun; DingTalk closes it after 10
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 60.0
STEADY = 30.0  # seconds after which a line counts as good: its end begins the pauses anew
LARGEST_FRAME = 1024 * 1024


OnFrame = Callable[[aiohttp.ClientWebSocketResponse, Mapping[str, Any]], Coroutine[Any, Any, None]]


class Line:
    """One connection: reads frames until it ends; `over` is set when it must be replaced."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, on_frame: OnFrame) -> None:
        self.socket = socket
        self.over = asyncio.Event()
        self.why = ""
        self.opened_at = asyncio.get_running_loop().time()
        self._on_frame = on_frame
        self._working: set[asyncio.Task[None]] = set()
        self._reading = asyncio.create_task(self._read(), name="dingtalk-line")

    async def _read(self) -> None:
        try:
            while True:
                try:
                    message = await self.socket.receive(timeout=SILENCE)
                except TimeoutError:
                    self._ends("silent")
                    return
                if message.type != aiohttp.WSMsgType.TEXT:
                    if message.type in (aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.PING, aiohttp.WSMsgType.PONG):
                        continue
                    self._ends("cut")
                    return
                frame = _object(message.data)
                if _topic(frame) == ("SYSTEM", "disconnect"):
                    self._ends("farewell")
                    continue
                task = asyncio.create_task(self._on_frame(self.socket, frame))
                self._working.add(task)
                task.add_done_callback(self._working.discard)
        except Exception as error:
            self._ends(type(error).__name__)

    def _ends(self, why: str) -> None:
        self.why = self.why or why
        self.over.set()

    async def close(self) -> None:
        """Finish what was begun, then hang up."""
        if self._working:
            await asyncio.wait(self._working, timeout=FAREWELL)
        await self._end()

    async def _end(self) -> None:
        for task in (self._reading, *self._working):
            task.cancel()
        await asyncio.gather(self._reading, *self._working, return_exceptions=True)
        with contextlib.suppress(Exception):
            await self.socket.close()


class Stream:
    """Keeps one line open as long as it runs."""

    def __init__(self, client: DingTalkClient, intake: Intake, taps: Taps, metrics: Metrics) -> None:
        self._client = client
        self._intake = intake
        self._taps = taps
        self._metrics = metrics
        self._session: aiohttp.ClientSession | None = None
        self._task: asyncio.Task[None] | None = None
        self._line: Line | None = None
        self._closing: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Begin to keep a line open."""
        self._task = asyncio.create_task(self._run(), name="dingtalk-stream")

    async def stop(self) -> None:
        """Finish what is in hand and hang up."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._line is not None:
            await self._line.close()
        await asyncio.gather(*self._closing, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    def is_open(self) -> bool:
        """Whether a line stands now."""
        return self._line is not None and not self._line.over.is_set()

    async def _run(self) -> None:
        failures = 0
        while True:
            try:
                line = await self._open()
            except Exception as error:
                failures += 1
                pause = pause_after(failures)
                log.warning("no line to DingTalk; trying again", cause=told(error), seconds=round(pause, 1))
                self._metrics.stream(open=self.is_open())
                await asyncio.sleep(pause)
                continue
            old, self._line = self._line, line
            if old is not None:
                self._later(old.close())  # only now: the new line stands
            self._metrics.stream(open=True)
            log.info("a line to DingTalk stands")
            await line.over.wait()
            log.info("a line to DingTalk ends", why=line.why)
            steady = asyncio.get_running_loop().time() - line.opened_at >= STEADY
            failures = 0 if steady or (line.why == "farewell" and failures == 0) else failures + 1
            if failures > 1 or (line.why != "farewell" and failures):
                await asyncio.sleep(pause_after(failures))

    def _later(self, closing: Any) -> None:
        task = asyncio.create_task(closing)
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def _open(self) -> Line:
        async with asyncio.timeout(CONNECTING):
            endpoint, ticket = await self._client.open_stream(SUBSCRIPTIONS)
            if self._session is None:
                self._session = aiohttp.ClientSession()
            socket = await self._session.ws_connect(
                endpoint, params={"ticket": ticket}, heartbeat=HEARTBEAT, max_msg_size=LARGEST_FRAME
            )
        return Line(socket, self._take)

    async def _take(self, socket: aiohttp.ClientWebSocketResponse, frame: Mapping[str, Any]) -> None:
        """Handle one frame and acknowledge it on the line it came by; a failure is said, so that it comes again."""
        headers = frame.get("headers")
        if not isinstance(headers, dict):
            return  # nobody to acknowledge
        kind, topic = _topic(frame)
        click: Click | None = None
        code, data = 200, dict[str, Any]()
        try:
            if kind == "SYSTEM":
                if topic != "ping":
                    return
                data = _object(frame.get("data"))
            elif kind == "EVENT":
                data = await self._event(frame, headers)
            elif topic == MESSAGES:
                await self._intake.robot(_object(frame.get("data")))
                data = {"response": None}
            elif topic == TAPS:
                answer, click = await self._taps.take(_object(frame.get("data")), str(headers.get("messageId") or ""))
                data = {"response": answer}
            else:
                code = 404
        except Exception as error:
            log.error("a push could not be stored", topic=topic[:60], cause=type(error).__name__)
            code, data = (200, {"status": "LATER", "message": "not stored"}) if kind == "EVENT" else (500, {})
        if kind != "SYSTEM":
            self._metrics.callback(platform=PLATFORM, outcome="accepted" if code == 200 else f"answered {code}")
        written = False
        try:
            await socket.send_str(_ack(code, headers, data))
            written = True
        finally:
            if click is not None:
                click.end(answered=written)

    async def _event(self, frame: Mapping[str, Any], headers: Mapping[str, Any]) -> dict[str, Any]:
        content = {
            **_object(frame.get("data")),
            "EventType": headers.get("eventType"),
            "eventId": headers.get("eventId"),
            "EventTime": headers.get("eventBornTime"),
            "CorpId": headers.get("eventCorpId"),
        }
        await self._intake.event({name: value for name, value in content.items() if value is not None})
        return {"status": "SUCCESS", "message": "success"}


def pause_after(failures: int) -> float:
    """Seconds before the next try: half a second, doubling up to a minute, a little at random."""
    longest = min(FIRST_PAUSE * 2.0 ** min(failures - 1, 10), LONGEST_PAUSE)
    return longest * (0.75 + random.random() / 4)


def _ack(code: int, headers: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    answer = {
        "code": code,
        "headers": {"contentType": "application/json", "messageId": headers.get("messageId")},
        "message": "OK" if code == 200 else "failed",
        "data": json.dumps(data, ensure_ascii=False, separators=(",", ":")),
    }
    return json.dumps(answer, ensure_ascii=False)


def _topic(frame: Mapping[str, Any]) -> tuple[str, str]:
    headers = frame.get("headers")
    return str(frame.get("type") or ""), str(headers.get("topic") or "") if isinstance(headers, dict) else ""


def _object(text: object) -> dict[str, Any]:
    """A JSON object, {} for anything else: one broken frame must not end the line."""
    try:
        found = json.loads(text) if isinstance(text, str) else text
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
