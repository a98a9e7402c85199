"""A DingTalk stand-in on a real port, and a program that is called by it and calls it."""

import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from sandbox.cipher import Crypt
from sandbox.dingtalk.standin import DingTalkStandIn

TOKEN, AES_KEY = "a1B2c3D4", "4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij"
TEMPLATE = "b4fd2119-9945-4e13-9989-747da19e3bc7.schema"
START = 1773800400.0  # 2026-03-18 10:20 in Shanghai


class Program:
    """Somebody's robot: remembers what was pushed to it, answers what it is told to, calls the API with a token."""

    def __init__(self) -> None:
        self.at = START
        self.standin = DingTalkStandIn(
            corp_id="dingcorp", client_id="dingkey", client_secret="this is a secret", agent_id=123,
            robot_code="dingkey", members={"wanglei": "王磊", "lina": "李娜"}, now=lambda: self.at,
        )  # fmt: skip
        self.crypt = Crypt(TOKEN, AES_KEY, "dingkey")
        self.got: list[tuple[str, dict[str, str], Any]] = []
        self.answers: dict[str, Any] = {}
        self.token = ""
        self._runners: list[web.AppRunner] = []

    async def open(self) -> None:
        """Listen on both sides."""
        self.standin.base = f"http://127.0.0.1:{await self._listen(self.standin.application())}"
        app = web.Application()
        app.router.add_post("/{name}", self._pushed)
        self.address = f"http://127.0.0.1:{await self._listen(app)}"
        self.http = aiohttp.ClientSession(base_url=self.standin.base)

    def connect(self) -> None:
        """Robot, events and card clicks over HTTP."""
        self.standin.connect_robot(f"{self.address}/robot")
        self.standin.connect_events(f"{self.address}/events", TOKEN, AES_KEY)
        self.standin.connect_card(f"{self.address}/card", "mySecret")

    async def close(self) -> None:
        """Take it down."""
        await self.http.close()
        await self.standin.close()
        for runner in self._runners:
            await runner.cleanup()

    async def _listen(self, app: web.Application) -> int:
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self._runners.append(runner)
        return int(runner.addresses[0][1])

    async def _pushed(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        body = await request.json()
        seen = {key.lower(): value for key, value in {**request.headers, **request.query}.items()}
        if name == "events":
            body = json.loads(self.crypt.open(body["encrypt"]))
        self.got.append((name, seen, body))
        told = self.answers.get(name)
        if callable(told):
            told = await told(body)
        if isinstance(told, web.Response):
            return told
        if name == "events" and told is None:
            told = self.success()
        return web.json_response(told if told is not None else {})

    def success(self, word: bytes = b"success") -> dict[str, str]:
        """The encrypted answer to an event."""
        stamp, nonce, sealed = str(int(self.at * 1000)), "n0nce", self.crypt.seal(word)
        return {"msg_signature": self.crypt.sign(stamp, nonce, sealed), "timeStamp": stamp, "nonce": nonce,
                "encrypt": sealed}  # fmt: skip

    async def call(self, method: str, path: str, body: Any = None, **query: str) -> tuple[int, Any]:
        """Call the API of either generation with a token; returns the status and the JSON (or text)."""
        if not self.token:
            _, told = await self.raw("POST", "/v1.0/oauth2/accessToken", appKey="dingkey", appSecret="this is a secret")
            self.token = told["accessToken"]
        headers = {"x-acs-dingtalk-access-token": self.token} if path.startswith("/v1.0/") else {}
        params = query if headers else {"access_token": self.token, **query}
        async with self.http.request(method, path, json=body, params=params, headers=headers) as answer:
            return answer.status, await answer.json() if "json" in answer.content_type else await answer.text()

    async def raw(self, method: str, path: str, **body: Any) -> tuple[int, Any]:
        """Call without a token."""
        async with self.http.request(method, path, json=body) as answer:
            return answer.status, await answer.json() if "json" in answer.content_type else await answer.text()

    async def send(self, *users: str, key: str = "sampleText", **param: str) -> tuple[int, Any]:
        """oToMessages/batchSend."""
        body = {"robotCode": "dingkey", "userIds": list(users), "msgKey": key, "msgParam": json.dumps(param)}
        return await self.call("POST", "/v1.0/robot/oToMessages/batchSend", body)


def plain_base64(text: str) -> bool:
    """Whether a text is base64 as it stands."""
    return base64.b64encode(base64.b64decode(text)).decode() == text


@pytest.fixture
async def program() -> AsyncIterator[Program]:
    """A program connected over HTTP."""
    found = Program()
    await found.open()
    found.connect()
    yield found
    await found.close()


@pytest.fixture
async def streaming() -> AsyncIterator[Program]:
    """A program without callback addresses: what is pushed goes over Stream."""
    found = Program()
    await found.open()
    yield found
    await found.close()
