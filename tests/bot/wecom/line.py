"""The line to WeCom: a client, and the stand-in at the other end, with one clock for both."""

import json
from collections import Counter

from aiohttp import web

from bot.wecom.client import WeComAccount, WeComClient
from bot.wecom.platform import WeCom
from sandbox.wecom.standin import WeComStandIn
from tests.conftest import NOW

SECRET = "canary-secret-0123456789"
TEXT = {"touser": "lisi", "agentid": 1000002, "msgtype": "text", "text": {"content": "有一条新线索"}}


class Line:
    """A client and the stand-in at the other end, with one clock for both."""

    def __init__(self) -> None:
        self.at = NOW.timestamp()
        self.answers: Counter[int] = Counter()
        self.standin = WeComStandIn(
            corp_id="ww01", agent_id=1000002, secret=SECRET, members={"lisi": "李四"}, now=lambda: self.at
        )
        self.runner = web.AppRunner(self.standin.application(), access_log=None, shutdown_timeout=0.1)

    async def open(self) -> None:
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        self.client = self.new_client()

    def new_client(self, *, secret: str = SECRET, corp_id: str = "ww01", base: str = "") -> WeComClient:
        base = base or f"http://127.0.0.1:{self.runner.addresses[0][1]}"
        account = WeComAccount(corp_id, 1000002, secret, base)
        return WeComClient(account, monotonic=lambda: self.at, on_answer=lambda _, code: self.answers.update([code]))

    def platform(self, client: WeComClient | None = None) -> WeCom:
        return WeCom(client or self.client, now=lambda: NOW)

    @property
    def calls(self) -> Counter[str]:
        """How often each endpoint was called."""
        return self.standin.api.calls

    def arrived(self) -> int:
        """How many messages hang in the member's chat."""
        return len(self.standin.chat("lisi"))


def message(words: str = "有一条新线索") -> bytes:
    return json.dumps({**TEXT, "text": {"content": words}}, ensure_ascii=False).encode()
