"""What people and WeCom itself do: each act becomes an encrypted callback, delivered as WeCom delivers it."""

import asyncio
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape

import aiohttp

from sandbox.chat import Delivery
from sandbox.cipher import Crypt

PATIENCE = 5.0  # seconds until WeCom hangs up (developer page 90930)


@dataclass
class Manner:
    """How callbacks are delivered. `copies`: how often even when answered; `skew`: seconds that the clock is off."""

    retries: int = 3
    retry_on_status: bool = False
    fresh_nonce: bool = True
    copies: int = 1
    skew: float = 0.0
    pause: float = 0.0


class Post:
    """Delivers events to one callback address."""

    def __init__(self, address: str, crypt: Crypt, now: Callable[[], float], agent_id: int | None = None) -> None:
        self.address = address
        self.crypt = crypt
        self.agent_id = agent_id
        self.manner = Manner()
        self._now = now
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Give the connections back."""
        if self._session is not None:
            await self._session.close()

    async def verify_url(self) -> str:
        """What the console does when the address is saved: the decrypted echo must come back raw."""
        word = str(secrets.randbelow(10**18))
        sealed = self.crypt.seal(word.encode())
        query = self._query(sealed, secrets.token_hex(5), self._now())
        async with self._client().get(self.address, params={**query, "echostr": sealed}) as answer:
            text = await answer.text()
            if answer.status != 200 or text != word:
                raise AssertionError(f"the callback was not verified: HTTP {answer.status}, {text[:80]!r}")
            return text

    async def deliver(self, inner: str, *, tamper: Callable[[dict[str, str], str], str] | None = None) -> Delivery:
        """Send an inner XML, with retries as WeCom makes them. `tamper(query, body)` may spoil both on purpose."""
        sealed = self.crypt.seal(inner.encode())
        nonce, at = secrets.token_hex(5), self._now() + self.manner.skew
        result = Delivery(0, "", 0, 0.0)
        sent = 0
        for attempt in range(1, self.manner.retries + 2):
            if attempt > 1 and self.manner.fresh_nonce:
                nonce, sealed = secrets.token_hex(5), self.crypt.seal(inner.encode())
            query = self._query(sealed, nonce, at)
            agent = f"<AgentID><![CDATA[{self.agent_id}]]></AgentID>" if self.agent_id is not None else ""
            body = (
                f"<xml><ToUserName><![CDATA[{self.crypt.receive_id}]]></ToUserName>{agent}"
                f"<Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
            )
            if tamper is not None:
                body = tamper(query, body)
            result = await self._attempt(query, body, attempt)
            again = result.status == 0 or (self.manner.retry_on_status and result.status != 200)
            sent += not again
            if not again and sent >= self.manner.copies:
                break
            await asyncio.sleep(self.manner.pause)
        return result

    async def _attempt(self, query: Mapping[str, str], body: str, attempt: int) -> Delivery:
        began = time.monotonic()
        try:
            async with self._client().post(self.address, params=query, data=body.encode()) as answer:
                text = await answer.text()
                return Delivery(answer.status, text, attempt, time.monotonic() - began)
        except (aiohttp.ClientError, TimeoutError, OSError):
            return Delivery(0, "", attempt, time.monotonic() - began)

    def _query(self, sealed: str, nonce: str, at: float) -> dict[str, str]:
        timestamp = str(int(at))
        return {
            "msg_signature": self.crypt.sign(timestamp, nonce, sealed), "timestamp": timestamp, "nonce": nonce,
        }  # fmt: skip

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE))
        return self._session


def event(fields: Mapping[str, object], extra: str = "") -> str:
    """An inner XML in the form that WeCom writes; numbers are not in CDATA."""
    parts = []
    for name, value in fields.items():
        text = str(value)
        if isinstance(value, int) and name != "AgentID":
            parts.append(f"<{name}>{value}</{name}>")
        elif "]]>" in text:
            parts.append(f"<{name}>{escape(text)}</{name}>")
        else:
            parts.append(f"<{name}><![CDATA[{text}]]></{name}>" if name != "AgentID" else f"<{name}>{text}</{name}>")
    return f"<xml>{''.join(parts)}{extra}</xml>"
