"""An official account: people follow, scan, tap the menu and write; each deed is pushed to the bot's callback."""

import hashlib
import itertools
import secrets
import time
from collections.abc import Callable, Mapping

import aiohttp

from sandbox.chat import Delivery
from sandbox.cipher import Crypt
from sandbox.wechat.house import AccountHouse

PATIENCE = 5.0  # seconds until WeChat hangs up and sends it again, three times in all


class OfficialAccount:
    """One account. Without `aes_key` it talks in the clear; `copies`: how often each push comes."""

    def __init__(self, address: str, *, app_id: str, token: str, aes_key: str | None, now: Callable[[], float]) -> None:
        self.address = address
        self.copies = 1
        self.house: AccountHouse | None = None  # where its messages are taken, when it may send any
        self._token = token
        self._now = now
        self._crypt = Crypt(token, aes_key, app_id) if aes_key is not None else None
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE))
        self._ids = itertools.count(24000000000000000)

    async def close(self) -> None:
        """Give the connections back."""
        await self._session.close()

    async def verify_url(self) -> str:
        """What the console does when the address is saved."""
        word = str(secrets.randbelow(10**18))
        async with self._session.get(self.address, params={**self._plain(), "echostr": word}) as answer:
            text = await answer.text()
            if answer.status != 200 or text != word:
                raise AssertionError(f"the callback was not verified: HTTP {answer.status}, {text[:80]!r}")
            return text

    async def follow(self, openid: str, *, scene: str = "") -> Delivery:
        """Somebody follows, maybe through a code with a parameter."""
        more = {"EventKey": f"qrscene_{scene}", "Ticket": "TICKET"} if scene else {"EventKey": ""}
        return await self.push(openid, {"MsgType": "event", "Event": "subscribe", **more})

    async def leave(self, openid: str) -> Delivery:
        """Somebody follows no more."""
        return await self.push(openid, {"MsgType": "event", "Event": "unsubscribe", "EventKey": ""})

    async def scan(self, openid: str, scene: str) -> Delivery:
        """A follower scans a code with a parameter."""
        return await self.push(openid, {"MsgType": "event", "Event": "SCAN", "EventKey": scene, "Ticket": "TICKET"})

    async def click(self, openid: str, key: str) -> Delivery:
        """A follower taps an entry of the menu."""
        return await self.push(openid, {"MsgType": "event", "Event": "CLICK", "EventKey": key})

    async def view(self, openid: str, url: str) -> Delivery:
        """A follower opens a page from the menu."""
        return await self.push(openid, {"MsgType": "event", "Event": "VIEW", "EventKey": url})

    async def write(self, openid: str, words: str) -> Delivery:
        """A follower writes."""
        return await self.push(openid, {"MsgType": "text", "Content": words, "MsgId": str(next(self._ids))})

    async def push(
        self, openid: str, fields: Mapping[str, str], *, tamper: Callable[[dict[str, str], str], str] | None = None
    ) -> Delivery:
        """Send one deed; `tamper(query, body)` may spoil both on purpose."""
        if self.house is not None:
            self.house.saw(openid, fields)
        head = {"ToUserName": "gh_0123456789ab", "FromUserName": openid}
        parts = [f"<{name}><![CDATA[{value}]]></{name}>" for name, value in {**head, **fields}.items()]
        inner = f"<xml>{''.join(parts)}<CreateTime>{int(self._now())}</CreateTime></xml>"
        result = Delivery(0, "", 0, 0.0)
        for attempt in range(1, self.copies + 1):
            query, body = {**self._plain(), "openid": openid}, inner
            if self._crypt is not None:
                sealed = self._crypt.seal(inner.encode())
                signature = self._crypt.sign(query["timestamp"], query["nonce"], sealed)
                query |= {"encrypt_type": "aes", "msg_signature": signature}
                body = (
                    "<xml><ToUserName><![CDATA[gh_0123456789ab]]></ToUserName>"
                    f"<Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
                )
            if tamper is not None:
                body = tamper(query, body)
            began = time.monotonic()
            async with self._session.post(self.address, params=query, data=body.encode()) as answer:
                result = Delivery(answer.status, await answer.text(), attempt, time.monotonic() - began)
        return result

    def _plain(self) -> dict[str, str]:
        timestamp, nonce = str(int(self._now())), secrets.token_hex(5)
        joined = "".join(sorted((self._token, timestamp, nonce)))
        return {"signature": hashlib.sha1(joined.encode()).hexdigest(), "timestamp": timestamp, "nonce": nonce}
