"""The callback's edge as WeCom meets it: the whole server over real HTTP, with keys and a clock that a test chooses."""

import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import select
from sqlmodel import col
from yarl import URL

from bot.events import Event
from sandbox.cipher import Crypt
from store.queues import Inbox
from tests.bot.wecom.line import Line
from tests.town import MEMBERS, Town

DATA = Path(__file__).parents[2] / "data" / "wecom"
CORP = "ww0123456789abcdef"
TOKEN = "TestToken01"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
AT = 1760000000  # 2025-10-09 16:53:20 in Shanghai, the second of the samples


@dataclass(frozen=True)
class Answer:
    """What the server said."""

    status: int
    body: str


@dataclass
class Signer:
    """WeCom's side of a callback: makes what is rightly sealed and signed."""

    crypt: Crypt
    now: Callable[[], datetime]

    def envelope(self, inner: bytes | str, *, agent: str = "1000002") -> tuple[dict[str, str], str]:
        """A right query and a right body around an inner XML, signed now."""
        return self.around(self.crypt.seal(inner.encode() if isinstance(inner, str) else inner), agent=agent)

    def around(self, sealed: str, *, agent: str = "1000002") -> tuple[dict[str, str], str]:
        """The same around a cipher text."""
        body = (
            f"<xml><ToUserName><![CDATA[{self.crypt.receive_id}]]></ToUserName>"
            f"<AgentID><![CDATA[{agent}]]></AgentID><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
        )
        return self.signed(sealed), body

    def signed(self, sealed: str, *, nonce: str = "n0nce01", skew: int = 0) -> dict[str, str]:
        """The query that WeCom puts into the address."""
        timestamp = str(int(self.now().timestamp()) + skew)
        signature = self.crypt.sign(timestamp, nonce, sealed)
        return {"msg_signature": signature, "timestamp": timestamp, "nonce": nonce}


@dataclass
class Edge(Signer):
    """A town whose callbacks have known keys."""

    town: Town

    async def post(
        self,
        query: Mapping[str, str] | str,
        body: Any,
        *,
        name: str = "app",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """WeCom's POST; a text as the query is sent as it stands."""
        async with self.town.http.post(self._address(name, query), data=body, headers=headers) as answer:
            return Answer(answer.status, await answer.text())

    async def get(self, query: Mapping[str, str] | str, *, name: str = "app") -> Answer:
        """WeCom's GET."""
        async with self.town.http.get(self._address(name, query)) as answer:
            return Answer(answer.status, await answer.text())

    def address(self) -> tuple[str, int]:
        """Host and port, for bytes that no client would send."""
        url = URL(self.town.standin.posts["app"].address)
        return url.host or "", url.port or 0

    async def rows(self) -> list[Inbox]:
        """What was stored, oldest first."""
        async with self.town.bot.store.read() as tx:
            return list(await tx.all(select(Inbox).where(col(Inbox.corp) == tx.corp).order_by(col(Inbox.id))))

    async def event(self) -> Event:
        """The last stored event."""
        return self.town.bot.platforms["wecom"].parse((await self.rows())[-1].body)

    def counted(self, outcome: str) -> float:
        """How many callbacks ended so."""
        return self.town.bot.metrics.count("leadbot_callbacks_total", platform="wecom", outcome=outcome)

    def _address(self, name: str, query: Mapping[str, str] | str) -> URL | str:
        host, port = self.address()
        path = f"http://{host}:{port}/callback/wecom/{name}"
        return URL(f"{path}?{query}", encoded=True) if isinstance(query, str) else URL(path).with_query(query)


@contextlib.asynccontextmanager
async def edge(
    root: Path,
    *,
    at: int = AT,
    corp: str = CORP,
    agent: int = 1000002,
    token: str = TOKEN,
    aes_key: str = AES_KEY,
) -> AsyncIterator[Edge]:
    """An open edge; lisi and zhangsan are reps."""
    members = {**MEMBERS, "lisi": ("李四", "rep", "华东"), "zhangsan": ("张三", "rep", "华东")}
    place = Town(root, members)
    place.at = datetime.fromtimestamp(at, UTC)
    place.standin.company.corp_id, place.standin.company.agent_id = corp, agent

    def settings(text: str) -> str:
        text = text.replace("corp_id: ww0000000000000000", f"corp_id: {corp}")
        text = text.replace("agent_id: 1000002", f"agent_id: {agent}")
        for name in ("", "CONTACT_", "KF_"):
            text = text.replace(f"env:WECOM_{name}TOKEN", token).replace(f"env:WECOM_{name}AES_KEY", aes_key)
        return text

    await place.open(settings=settings)
    try:
        await place.http.close()
        place.http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5))  # WeCom hangs up after 5 seconds
        yield Edge(Crypt(token, aes_key, corp), place.now, place)
    finally:
        await place.close()


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    opened = Line()
    await opened.open()
    yield opened
    await opened.client.close()
    await opened.runner.cleanup()
