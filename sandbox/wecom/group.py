"""Group chats with 消息推送: a key per group, text only, twenty messages a minute (developer page 99110)."""

import json
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any

from aiohttp import web

from sandbox.fault import Faults
from sandbox.wecom.api import answered

PER_MINUTE = 20
TEXT_BYTES = 2048


class Groups:
    """The groups of the company; `open` makes one and gives its key."""

    def __init__(self, faults: Faults, now: Callable[[], float]) -> None:
        self.messages: defaultdict[str, list[str]] = defaultdict(list)
        self._faults = faults
        self._now = now
        self._names: dict[str, str] = {}
        self._sent: defaultdict[str, deque[float]] = defaultdict(deque)

    def open(self, name: str, key: str) -> None:
        """A member adds 消息推送 to a group; the console shows the key."""
        self._names[key] = name

    def close(self, key: str) -> None:
        """A member removes it again."""
        del self._names[key]

    async def send(self, request: web.Request) -> web.StreamResponse:
        """webhook/send."""
        raw = await request.read()

        async def answer() -> dict[str, Any]:
            return self._take(request.query.get("key", ""), raw)

        return await answered(self._faults, "webhook/send", request, answer)

    def _take(self, key: str, raw: bytes) -> dict[str, Any]:
        name = self._names.get(key)
        if name is None:
            return {"errcode": 93000, "errmsg": "invalid webhook url"}
        sent = self._sent[key]
        while sent and sent[0] <= self._now() - 60:
            sent.popleft()
        if len(sent) >= PER_MINUTE:
            return {"errcode": 45009, "errmsg": "api freq out of limit"}
        try:
            body = json.loads(raw)
            content = body["text"]["content"]
        except (ValueError, KeyError, TypeError):
            return {"errcode": 40058, "errmsg": "invalid request parameter"}
        if body.get("msgtype") != "text" or not content:
            return {"errcode": 93017, "errmsg": "empty content"}
        if len(content.encode()) > TEXT_BYTES:
            return {"errcode": 40058, "errmsg": "text.content exceed max length 2048"}
        sent.append(self._now())
        self.messages[name].append(content)
        return {"errcode": 0, "errmsg": "ok"}
