"""A made-up system that is told what happens to leads: it believes nothing that is not signed (Standard Webhooks)."""

import asyncio
import base64
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

SKEW = 300  # seconds by which a signature may be old
REQUIRED = {"id": str, "type": str, "at": str, "corp": str, "data": dict, "text": str}


@dataclass
class Receiver:
    """What it was told, in order; `status` is what it answers, `slow` seconds later, `moved` to where it points."""

    now: Callable[[], float] = time.time
    secrets: list[str] = field(default_factory=list)
    status: int = 204
    slow: float = 0.0
    moved: str = ""
    told: list[dict[str, Any]] = field(default_factory=list)
    bodies: dict[str, set[bytes]] = field(default_factory=dict)  # every id, with the different bytes that it came with
    refused: list[str] = field(default_factory=list)
    calls: int = 0
    signatures: int = 0  # in the last call

    def application(self) -> web.Application:
        """POST /events."""
        app = web.Application()
        app.router.add_post("/events", self._hear)
        return app

    async def _hear(self, request: web.Request) -> web.Response:
        raw = await request.read()
        self.calls += 1
        await asyncio.sleep(self.slow)
        if self.moved:
            return web.Response(status=302, headers={"Location": self.moved})
        if flaw := self._flaw(request, raw):
            self.refused.append(flaw)
            return web.Response(status=401, text="the secret answer of a stranger")
        if self.status < 300:
            event = json.loads(raw)
            self.told.append(event)
            self.bodies.setdefault(event["id"], set()).add(raw)
        return web.Response(status=self.status, text="the secret answer of a stranger")

    def _flaw(self, request: web.Request, raw: bytes) -> str:
        names = ("webhook-id", "webhook-timestamp", "webhook-signature")
        if not all(len(request.headers.getall(name, [])) == 1 for name in names):
            return "needs each of the three headers once"
        number, stamp, given = (request.headers[name] for name in names)
        if not stamp.isdigit() or abs(int(stamp) - self.now()) > SKEW:
            return "the timestamp is not of now"
        if request.content_type != "application/json":
            return "is no JSON"
        signed = f"{number}.{stamp}.".encode() + raw
        marks = [one.partition(",")[2] for one in given.split(" ") if one.startswith("v1,")]
        self.signatures = len(marks)
        right = [base64.b64encode(hmac.digest(_key(secret), signed, "sha256")).decode() for secret in self.secrets]
        if not any(hmac.compare_digest(mark, one) for mark in marks for one in right):
            return "the signature is not ours"
        event = json.loads(raw)
        wrong = [name for name, kind in REQUIRED.items() if not isinstance(event.get(name), kind)]
        return f"lacks {wrong}" if wrong or event["id"] != number else ""


def _key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
