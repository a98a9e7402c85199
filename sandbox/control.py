"""What the demo page asks of the stand-ins: chats to show, acts to do, faults to switch, one chat tool or the other."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from sandbox.chat import DeadButton, Delivery
from sandbox.look import Look

Submit = Callable[[Mapping[str, str]], Awaitable[str]]
Tap = Callable[[str, str], Awaitable[Delivery]]
Switch = Callable[[str], Awaitable[None]]


@dataclass(frozen=True)
class Step:
    """One step of the guided first minute; `done(control)` tells whether it was made."""

    id: str
    text: str
    phone: str
    target: str | None
    done: Callable[["Control"], bool]


@dataclass
class Control:
    """The page's JSON interface to the chat tools in `looks`; `look` is the one that people have in hand.

    `submit` hands a customer's form to the bot and returns an error sentence or ""; `tap_menu` is a tap on the
    app's menu; `switch` moves everybody to another chat tool.
    """

    looks: Sequence[Look]
    people: Sequence[Mapping[str, str]]
    submit: Submit | None = None
    steps: Sequence[Step] = ()
    tap_menu: Tap | None = None
    switch: Switch | None = None
    company: str = "云上科技"
    submitted: int = 0
    clicked: list[str] = field(default_factory=list)
    said: list[tuple[str, str]] = field(default_factory=list)
    look: Look = field(init=False)
    _feeds: set["asyncio.Queue[str | None]"] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.look = self.looks[0]

    def cards(self, user: str) -> list[dict[str, Any]]:
        """The cards in a member's chat, as the page draws them."""
        found = [self.look.shown(message) for message in self.look.phones.chat(user)]
        return [message["card"] for message in found if message["kind"] == "card"]

    def routes(self, prefix: str) -> list[web.RouteDef]:
        """The routes below a prefix such as /demo/api."""
        for look in self.looks:
            look.phones.chats.on_change.append(self._changed)
        return [
            web.get(f"{prefix}/people", self._people),
            web.get(f"{prefix}/chat/{{user}}", self._chat),
            web.get(f"{prefix}/events", self._events),
            web.get(f"{prefix}/guide", self._guide),
            web.get(f"{prefix}/counters", self._counters),
            web.post(f"{prefix}/look", self._look),
            web.post(f"{prefix}/text", self._text),
            web.post(f"{prefix}/click", self._click),
            web.post(f"{prefix}/menu", self._menu),
            web.post(f"{prefix}/submit", self._submit),
            web.post(f"{prefix}/fault", self._fault),
        ]

    async def _people(self, request: web.Request) -> web.Response:
        looks = [{"id": look.id, "name": look.name} for look in self.looks]
        return _json(
            {
                "people": list(self.people),
                "bot": "线索助手",
                "company": self.company,
                "look": self.look.id,
                "looks": looks,
            }
        )

    async def _look(self, request: web.Request) -> web.Response:
        wanted = str((await request.json()).get("look"))
        found = next((look for look in self.looks if look.id == wanted), None)
        if found is None:
            return _json({"ok": False, "error": "没有这个聊天工具"})
        if found is not self.look:  # the guided minute can be made again there
            self.look, self.submitted = found, 0
            self.clicked.clear()
            self.said.clear()
        if self.switch is not None:
            await self.switch(found.id)
        return _json({"ok": True})

    async def _chat(self, request: web.Request) -> web.Response:
        look = self.look
        messages = [look.shown(m) for m in look.phones.chat(request.match_info["user"]) if not m.recalled]
        return _json({"messages": messages[-120:], "menu": look.menu()})

    async def _events(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        feed: asyncio.Queue[str | None] = asyncio.Queue()
        self._feeds.add(feed)
        try:
            while True:
                try:
                    async with asyncio.timeout(15):
                        user = await feed.get()
                    if user is None:
                        return response
                    await response.write(f"data: {json.dumps({'user': user})}\n\n".encode())
                except TimeoutError:
                    await response.write(b": still here\n\n")
        except (ConnectionResetError, asyncio.CancelledError):
            return response
        finally:
            self._feeds.discard(feed)

    async def _guide(self, request: web.Request) -> web.Response:
        steps = [{"id": s.id, "text": s.text, "phone": s.phone, "target": s.target} for s in self.steps]
        return _json({"steps": steps, "done": [s.id for s in self.steps if s.done(self)],
                      "note": self.look.note()})  # fmt: skip

    async def _counters(self, request: web.Request) -> web.Response:
        dropped = [{"user": d.user, "why": d.why} for d in self.look.phones.chats.dropped]
        return _json({"calls": dict(self.look.calls()), "dropped": dropped})

    async def _text(self, request: web.Request) -> web.Response:
        body = await request.json()
        words = str(body["text"]).strip()
        if not words:
            return _json({"ok": False, "error": "先写点什么再发送"})
        self.said.append((str(body["user"]), words))
        return _told(await self.look.phones.text(str(body["user"]), words[:2000]))

    async def _click(self, request: web.Request) -> web.Response:
        body = await request.json()
        found = [m for m in self.look.phones.chat(str(body["user"])) if m.id == body.get("message")]
        if not found:
            return _json({"ok": False, "error": "没有这张卡片"})
        try:
            label = next((text for text, key in found[0].buttons().items() if key == body["key"]), "")
            result = await self.look.phones.click(
                str(body["user"]), found[0], str(body["key"]), selected=body.get("selected") or {}
            )
        except DeadButton:
            return _json({"ok": False, "error": "这个按钮已经失效了"})
        self.clicked.append(label)
        return _told(result)

    async def _menu(self, request: web.Request) -> web.Response:
        body = await request.json()
        if self.tap_menu is None or not self.look.menu():
            return _json({"ok": False, "error": "这里没有菜单"})
        return _told(await self.tap_menu(str(body["user"]), str(body["key"])))

    async def _submit(self, request: web.Request) -> web.Response:
        if self.submit is None:
            return _json({"ok": False, "error": "表单没有接上"})
        error = await self.submit({str(k): str(v)[:500] for k, v in (await request.json()).items()})
        if not error:
            self.submitted += 1
        return _json({"ok": not error, "error": error})

    async def _fault(self, request: web.Request) -> web.Response:
        body = await request.json()
        if body.get("clear"):
            self.look.phones.faults.clear()
            return _json({"ok": True})
        try:
            self.look.phones.faults.add(
                str(body["endpoint"]), str(body["kind"]), times=body.get("times"),
                errcode=int(body.get("errcode", -1)), seconds=float(body.get("seconds", 0)),
            )  # fmt: skip
        except (KeyError, ValueError) as error:
            return _json({"ok": False, "error": str(error)})
        return _json({"ok": True})

    async def end(self, _: web.Application) -> None:
        """The server stops: pages that listen are let go, or each would hold it up for seconds."""
        for feed in self._feeds:
            feed.put_nowait(None)

    def _changed(self, user: str) -> None:
        for feed in self._feeds:
            feed.put_nowait(user)


def _json(value: Any) -> web.Response:
    return web.json_response(value, dumps=lambda v: json.dumps(v, ensure_ascii=False))


def _told(delivery: Any) -> web.Response:
    ok = delivery.status == 200
    return _json({"ok": ok, "error": "" if ok else "机器人没有回应,稍后再试"})
