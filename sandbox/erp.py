"""A made-up ERP, as strict as those are: signed orders with a key, verdicts in a 200, and bad days of every kind."""

import asyncio
import hashlib
import hmac
import json
import secrets
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

SKEW = 300  # seconds by which a signature may be old
ORDER_KEYS: dict[str, Any] = {"order_no": str, "customer": str, "amount": (int, float), "date": str, "lines": list}
LINE_KEYS: dict[str, Any] = {"sku": str, "quantity": (int, float), "price": (int, float)}


@dataclass
class Manner:
    """How it behaves: `down` cuts every connection, `busy` answers 200 with an error, `says` is another error.

    `slow` are seconds before each answer, `loses` answers are cut off after the order was written, `forgets` the keys.
    """

    down: bool = False
    busy: bool = False
    says: str = ""
    slow: float = 0.0
    loses: int = 0
    forgets: bool = False
    html: bool = False


@dataclass
class Erp:
    """Its orders by its own numbers, its payments in order, and the goods that it knows."""

    token: str
    secret: str
    goods: dict[str, str]
    now: Callable[[], float] = time.time
    manner: Manner = field(default_factory=Manner)
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    payments: list[dict[str, Any]] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    keys: list[str] = field(default_factory=list)  # of every order that was brought, in order
    refused: list[str] = field(default_factory=list)
    address: str = ""  # where it tells its news
    _keys: dict[str, str] = field(default_factory=dict)

    def application(self) -> web.Application:
        """POST /api/orders, GET /api/orders?ref=, GET /api/payments?after=."""
        app = web.Application()
        app.router.add_post("/api/orders", self._around(self._order))
        app.router.add_get("/api/orders", self._around(self._find))
        app.router.add_get("/api/payments", self._around(self._payments))
        return app

    def _around(self, answer: Callable[[web.Request, bytes], web.Response]) -> Any:
        async def respond(request: web.Request) -> web.StreamResponse:
            self.calls[f"{request.method} {request.path}"] += 1
            if self.manner.down:
                if request.transport is not None:
                    request.transport.abort()
                return web.Response(status=503)
            raw = await request.read()
            if self.manner.slow:
                await asyncio.sleep(self.manner.slow)
            if self.manner.html:
                return web.Response(text="<html>系统维护中</html>", content_type="text/html")
            if request.headers.get("Authorization") != f"Bearer {self.token}":
                return self._no(401, "token expired")
            done = answer(request, raw)
            if self.manner.loses > 0 and request.method == "POST" and done.status == 200:
                self.manner.loses -= 1
                if request.transport is not None:
                    request.transport.abort()
            return done

        return respond

    def _no(self, status: int, why: str) -> web.Response:
        self.refused.append(why)
        return web.json_response({"code": status, "msg": why}, status=status)

    def _order(self, request: web.Request, raw: bytes) -> web.Response:
        if why := self._unsigned(request, raw):
            return self._no(403, why)
        key = request.headers.get("Idempotency-Key", "")
        if not key or len(key) > 64:
            return self._no(400, "Idempotency-Key is missing")
        self.keys.append(key)
        if request.content_type != "application/json":
            return self._no(415, "application/json is needed")
        body = json.loads(raw)
        if why := flaw(body):
            return self._no(400, why)
        if self.manner.busy:
            return web.json_response({"code": 9001, "msg": "系统繁忙,请稍后再试"})
        if self.manner.says:
            return web.json_response({"code": 4000, "msg": self.manner.says})
        if key in self._keys and not self.manner.forgets:
            known = self._keys[key]
            if self.orders[known]["body"] != body:
                return self._no(422, "the key was used for another order")
            return web.json_response({"code": 0, "msg": "ok", "data": {"bill_no": known}})
        for line in body["lines"]:
            if line["sku"] not in self.goods:
                return web.json_response({"code": 4001, "msg": f"物料 {line['sku']} 不存在"})
        number = f"XSD{len(self.orders) + 1:05}"
        self.orders[number] = {"ref": body["order_no"], "body": body, "key": key}
        self._keys[key] = number
        return web.json_response({"code": 0, "msg": "ok", "data": {"bill_no": number}})

    def _unsigned(self, request: web.Request, raw: bytes) -> str:
        stamp = request.headers.get("X-Timestamp", "")
        if not stamp.isdigit() or abs(self.now() - int(stamp)) > SKEW:
            return "timestamp"
        wanted = hmac.new(self.secret.encode(), f"{stamp}.".encode() + raw, hashlib.sha256).hexdigest()
        return "" if hmac.compare_digest(wanted, request.headers.get("X-Signature", "")) else "signature"

    def _find(self, request: web.Request, raw: bytes) -> web.Response:
        if why := self._unsigned(request, raw):
            return self._no(403, why)
        found = [{"bill_no": no} for no, one in self.orders.items() if one["ref"] == request.query.get("ref")]
        return web.json_response({"code": 0, "msg": "ok", "data": found})

    def _payments(self, request: web.Request, raw: bytes) -> web.Response:
        after = int(request.query.get("after") or 0)
        items = self.payments[after : after + 50]
        return web.json_response({"data": {"list": items, "next": str(after + len(items))}})

    def paid(self, bill: str, amount: float, *, kind: str = "receipt") -> dict[str, Any]:
        """Somebody books money for an order (refund: money that goes back); it stands in the list to be fetched."""
        item = {
            "type": kind, "id": secrets.token_hex(6), "bill_no": bill, "amount": amount, "time": str(int(self.now())),
        }  # fmt: skip
        self.payments.append(item)
        return item

    async def tell(self, item: dict[str, Any], *, secret: str = "") -> int:
        """Push one piece of news, signed; returns the status of the answer."""
        raw, stamp = json.dumps(item, ensure_ascii=False).encode(), str(int(self.now()))
        mac = hmac.new((secret or self.secret).encode(), f"{stamp}.".encode() + raw, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json", "X-Timestamp": stamp, "X-Signature": mac}
        async with aiohttp.ClientSession() as http, http.post(self.address, data=raw, headers=headers) as answer:
            return answer.status


def flaw(body: Any) -> str:
    """What is wrong with the shape of an order; "" when nothing is."""
    if not isinstance(body, dict):
        return "the body is no object"
    for name, kind in ORDER_KEYS.items():
        if not isinstance(body.get(name), kind) or isinstance(body.get(name), bool) or body[name] in ("", []):
            return f"{name} is missing or of the wrong kind"
    for name in body:
        if name not in {*ORDER_KEYS, "contact", "contract"}:
            return f"unknown field {name}"
    for line in body["lines"]:
        for name, kind in LINE_KEYS.items():
            if not isinstance(line.get(name), kind):
                return f"lines: {name} is missing or of the wrong kind"
    return ""
