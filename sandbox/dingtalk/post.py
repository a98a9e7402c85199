"""How DingTalk's pushes go over HTTP: robot messages signed, events encrypted, card clicks with their own signature."""

import asyncio
import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from sandbox.chat import Delivery
from sandbox.cipher import Crypt, Unreadable
from sandbox.dingtalk.session import signed

PUSH_PATIENCE, URL_PATIENCE, CARD_PATIENCE = 2.5, 1.5, 2.0  # seconds (DingTalk: 资源合理使用建议, 事件订阅, 互动卡片)
Tamper = Callable[[dict[str, str], bytes], bytes]
Dressed = tuple[dict[str, str], dict[str, str], bytes]  # headers, query, body


@dataclass
class Manner:
    """How pushes are delivered. `pauses`: seconds before each retry; `copies`: how often even when answered;

    `retries`: how many of the retries are made; `skew`: seconds that the clock is off; `patience`: until it hangs up;
    `fresh`: whether every attempt is signed anew.
    """

    pauses: tuple[float, ...] = ()
    retries: int = 9
    copies: int = 1
    skew: float = 0.0
    patience: float = PUSH_PATIENCE
    fresh: bool = True


class Post:
    """Delivers JSON bodies to one address. `dress` signs or encrypts a body, `accepts` judges an answer."""

    def __init__(
        self,
        address: str,
        now: Callable[[], float],
        manner: Manner,
        *,
        dress: Callable[[bytes, float], Dressed],
        accepts: Callable[[Delivery], bool],
    ) -> None:
        self.address = address
        self.manner = manner
        self._now = now
        self._dress = dress
        self._accepts = accepts
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Give the connections back."""
        if self._session is not None:
            await self._session.close()

    def accepted(self, delivery: Delivery) -> bool:
        """Whether DingTalk counts the push as taken."""
        return self._accepts(delivery)

    async def deliver(
        self, body: Mapping[str, Any], *, tamper: Tamper | None = None, copies: int | None = None
    ) -> Delivery:
        """Push a body, with retries as DingTalk makes them. `tamper(headers and query, body)` may spoil both.

        `copies` overrides the manner's for this once.
        """
        plain = json.dumps(body, ensure_ascii=False).encode()
        pauses = iter(self.manner.pauses[: self.manner.retries])
        good = attempt = 0
        dressed = self._dress(plain, self._now() + self.manner.skew)
        while True:
            attempt += 1
            if attempt > 1 and self.manner.fresh:
                dressed = self._dress(plain, self._now() + self.manner.skew)
            result = await self._attempt(dressed, attempt, tamper)
            if self._accepts(result):
                good += 1
                if good >= (copies or self.manner.copies):
                    return result
                continue
            pause = next(pauses, None)
            if pause is None:
                return result
            await asyncio.sleep(pause)

    async def _attempt(self, dressed: Dressed, attempt: int, tamper: Tamper | None) -> Delivery:
        headers, query, raw = dressed
        if tamper is not None:
            mixed = {**headers, **query}
            raw = tamper(mixed, raw)
            headers = {k: mixed[k] for k in headers if k in mixed}
            query = {k: mixed[k] for k in query if k in mixed}
        if self._session is None:
            self._session = aiohttp.ClientSession()
        began = time.monotonic()
        patience = aiohttp.ClientTimeout(total=self.manner.patience)
        try:
            async with self._session.post(
                self.address, params=query, headers=headers, data=raw, timeout=patience
            ) as answer:
                text = await answer.text()
                return Delivery(answer.status, text, attempt, time.monotonic() - began)
        except (aiohttp.ClientError, TimeoutError, OSError):
            return Delivery(0, "", attempt, time.monotonic() - began)


def robot_post(address: str, app_secret: str, now: Callable[[], float]) -> Post:
    """Robot messages: headers timestamp and sign over time and secret alone. Retries are not documented: none."""

    def dress(plain: bytes, at: float) -> Dressed:
        stamp = str(int(at * 1000))
        headers = {"Content-Type": "application/json; charset=utf-8", "timestamp": stamp}
        return {**headers, "sign": signed(app_secret, stamp)}, {}, plain

    return Post(address, now, Manner(), dress=dress, accepts=lambda delivery: delivery.status == 200)


def event_post(address: str, crypt: Crypt, now: Callable[[], float]) -> Post:
    """Events: encrypted, and only an encrypted "success" counts; otherwise again after 10 s and 30 s."""

    def dress(plain: bytes, at: float) -> Dressed:
        stamp, nonce, sealed = str(int(at * 1000)), secrets.token_hex(5), crypt.seal(plain)
        sign = crypt.sign(stamp, nonce, sealed)
        query = {"signature": sign, "msg_signature": sign, "timestamp": stamp, "nonce": nonce}
        return {"Content-Type": "application/json"}, query, json.dumps({"encrypt": sealed}).encode()

    return Post(
        address, now, Manner(pauses=(10.0, 30.0)), dress=dress, accepts=lambda delivery: said_success(delivery, crypt)
    )


def said_success(delivery: Delivery, crypt: Crypt) -> bool:
    """Whether an answer is {"msg_signature", "timeStamp", "nonce", "encrypt"} around the word success."""
    try:
        answer = json.loads(delivery.body)
        stamp, nonce, sealed = (answer[name] for name in ("timeStamp", "nonce", "encrypt"))
        good = answer["msg_signature"] == crypt.sign(stamp, nonce, sealed)
        return delivery.status == 200 and good and crypt.open(sealed) == b"success"
    except (ValueError, KeyError, TypeError, AttributeError, Unreadable):
        return False


def card_post(address: str, api_secret: str, now: Callable[[], float]) -> Post:
    """Card clicks: x-ddpaas-signature over the time alone; the answer within two seconds changes the card.

    No two presses fall into the same millisecond; the same press delivered again carries the same stamp.
    """
    last = 0

    def dress(plain: bytes, at: float) -> Dressed:
        nonlocal last
        last = max(last + 1, int(at * 1000))
        stamp = str(last)
        headers = {"Content-Type": "application/json", "x-ddpaas-signature-timestamp": stamp}
        return {**headers, "x-ddpaas-signature": card_sign(api_secret, stamp)}, {}, plain

    manner = Manner(patience=CARD_PATIENCE, fresh=False)
    return Post(address, now, manner, dress=dress, accepts=lambda delivery: delivery.status == 200)


def card_sign(api_secret: str, stamp: str) -> str:
    """The signature of a card callback."""
    return base64.b64encode(hmac.new(api_secret.encode(), stamp.encode(), hashlib.sha256).digest()).decode()
