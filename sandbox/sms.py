"""A provider of text messages for tests: it signs, checks, counts and pushes as the strict ones do."""

import hashlib
import json
import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

LONGEST = 500  # characters
SKEW = 300.0  # seconds
SETTINGS = """
sms:
  url: http://127.0.0.1:{port}/send
  sign: 云栖科技
  per_minute: {per_minute}
  request:
    body: form
    fields: {{account: yunqi, mobile: "{{phone}}", content: "{{text}}", uid: "{{ref}}", time: "{{timestamp}}"}}
    signature: sorted-md5
    secret: a-secret-of-sms
  response: {{code: status, ok: ["0"], later: ["-4"], dead: ["-2"], id: msgid}}
  push: {{signature: bearer, secret: a-secret-of-pushes, items: list}}
  receipt: {{id: msgid, state: stat, dead: ["MK:0001"]}}
  reply: {{phone: mobile, text: content, id: moid}}
"""


@dataclass
class SmsHouse:
    """`got`: (number, text, provider's id) of what was taken; `answers`: what a number gets instead, the oldest first;
    `cuts`: how often the line breaks after a message was taken."""

    now: Callable[[], float]
    account: str = "yunqi"
    secret: str = "a-secret-of-sms"
    sign: str = "云栖科技"
    per_minute: int | None = None
    got: list[tuple[str, str, str]] = field(default_factory=list)
    flaws: list[str] = field(default_factory=list)
    answers: dict[str, deque[str]] = field(default_factory=dict)
    cuts: int = 0
    over: int = 0
    port: int = 0
    pushes_to: str = ""
    _seen: set[str] = field(default_factory=set)
    _at: deque[float] = field(default_factory=deque)
    _runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen."""
        app = web.Application()
        app.router.add_post("/send", self._send)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """Hang up."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _send(self, request: web.Request) -> web.Response:
        given = {name: str(value) for name, value in (await request.post()).items()}
        flaw = self._flaw(given)
        if flaw:
            self.flaws.append(flaw)
            return web.json_response({"status": "-9", "desc": flaw})
        waiting = self.answers.get(given["mobile"])
        if waiting:
            return web.json_response({"status": waiting.popleft(), "desc": "as asked"})
        if self._too_fast():
            return web.json_response({"status": "-4", "desc": "too fast"})
        self._seen.add(given["uid"])
        number = f"S{len(self.got) + 1:06}"
        self.got.append((given["mobile"], given["content"], number))
        if self.cuts:
            self.cuts -= 1
            if request.transport is not None:
                request.transport.abort()
        return web.json_response({"status": "0", "msgid": number})

    def _flaw(self, given: dict[str, str]) -> str:
        listed = "&".join(f"{name}={given[name]}" for name in sorted(given) if name != "sign" and given[name])
        wanted = hashlib.md5(f"{listed}&key={self.secret}".encode(), usedforsecurity=False).hexdigest()
        if given.get("sign") != wanted:
            return "bad signature"
        if set(given) != {"account", "mobile", "content", "uid", "time", "sign"} or given["account"] != self.account:
            return "bad fields"
        if not re.fullmatch(r"\d{10}", given["time"]) or abs(int(given["time"]) - self.now()) > SKEW:
            return "stale"
        if not re.fullmatch(r"1[3-9]\d{9}", given["mobile"]):
            return "bad number"
        text = given["content"]
        if not text.startswith(f"【{self.sign}】") or "【" in text[1:] or len(text) > LONGEST:
            return "bad text"
        if not re.fullmatch(r"[0-9A-Za-z_-]{1,64}", given["uid"]) or given["uid"] in self._seen:
            return "bad or repeated uid"
        return ""

    def _too_fast(self) -> bool:
        if self.per_minute is None:
            return False
        now = self.now()
        while self._at and self._at[0] <= now - 60:
            self._at.popleft()
        if len(self._at) >= self.per_minute:
            self.over += 1
            return True
        self._at.append(now)
        return False

    async def push(self, what: str, items: list[dict[str, Any]], *, secret: str = "a-secret-of-pushes") -> int:  # noqa: S107
        """Push receipts or replies to the bot; returns its status."""
        headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
        async with aiohttp.ClientSession() as http:
            raw = json.dumps({"list": items}, ensure_ascii=False).encode()
            async with http.post(f"{self.pushes_to}/sms/{what}", data=raw, headers=headers) as answer:
                return answer.status
