"""The page on which a customer says what they want to hear no more of: one tap, no login, no script."""

import hashlib
import secrets
from collections.abc import Awaitable, Callable, Mapping

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from bot.context import Context
from bot.pipeline import Outcome
from bot.web.api.problem import Problem
from bot.web.api.route import read_form
from bot.web.desk import Desk
from bot.web.form.pages import filled, sorry_page
from bot.web.visitor import address_of, masked_address
from config.rules import Rules
from config.telling import place_of
from leads.consent import Agreed, consent
from leads.stop import allow, stop
from nurture.permit import wants
from store import reach
from store.links import Link, find_link
from store.tx import Tx

log = structlog.get_logger()

LARGEST = 4096  # bytes of what is sent
ALL = "all"
ONE_CLICK = b"One-Click"  # RFC 8058: the mail program's own button
VERSION = "1"
NOT_HERE = ("这个链接已经失效", "可能是链接没有复制完整,或者您的信息已经删除。不想再收到消息,也可以直接回复「退订」。")
AGREEMENT = "我愿意继续接收「{label}」,可以随时再停。"


class StopDoors:
    """GET and POST /u/{token}. To look changes nothing: programs that look through mails open every link."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add_routes(self, app: web.Application) -> None:
        """Serve the page and what is said on it."""
        app.router.add_get("/u/{token}", self._guarded(self.show))
        app.router.add_post("/u/{token}", self._guarded(self.take))

    def _guarded(self, answer: Callable[[web.Request, Link], Awaitable[web.Response]]) -> Handler:
        async def page(request: web.Request) -> web.Response:
            try:
                async with self._desk.store.read() as tx:
                    link = await find_link(tx, request.match_info["token"])
                return sorry_page(*NOT_HERE, status=404) if link is None else await answer(request, link)
            except (Problem, web.HTTPException, ConnectionError):
                return sorry_page("没有读懂", "请返回上一页,再点一次。", status=400)
            except Exception as error:
                reference, where = secrets.token_hex(4), place_of(error)
                log.error("the stop page failed", reference=reference, error=type(error).__name__, where=where)
                return sorry_page("没有停成", f"请稍后再点一次,或者直接回复「退订」。参考号 {reference}。", status=503)

        return page

    async def show(self, request: web.Request, link: Link) -> web.Response:
        """What can be stopped; nothing of the person."""
        return await self._page(link, (await self._desk.context()).rules)

    async def take(self, request: web.Request, link: Link) -> web.Response:
        """One tap on the page, or on the button of a mail program, which is about this mail's topic."""
        if (request.content_length or 0) > LARGEST:
            raise web.HTTPRequestEntityTooLarge(LARGEST, request.content_length or 0)
        if request.content_type == "multipart/form-data":
            given: Mapping[str, list[str]] = {"stop": [link.topic or ALL]} if ONE_CLICK in await request.read() else {}
        else:
            given = await read_form(request)
        if given.get("List-Unsubscribe") == ["One-Click"]:
            given = {"stop": [link.topic or ALL]}
        rules = (await self._desk.context()).rules
        stopping, resuming = (given.get("stop") or [""])[-1], (given.get("resume") or [""])[-1]
        topics = {ALL: "", **{topic: topic for topic in rules.nurture.topics}, link.topic: link.topic}
        if stopping in topics and stopping:
            await self._desk.act(lambda tx, ctx: _stopped(tx, ctx, link, topics[stopping]))
            label = _label(topics[stopping], rules)
            return await self._page(link, rules, told=f"好的,{label}已经停了,立即生效。", back=stopping)
        if resuming in topics and resuming:
            address = masked_address(address_of(request))
            await self._desk.act(lambda tx, ctx: _resumed(tx, ctx, link, topics[resuming], address))
            return await self._page(link, rules, told=f"好的,{_label(topics[resuming], rules)}会继续发给您。")
        return await self._page(link, rules, status=422)

    async def _page(
        self, link: Link, rules: Rules, *, told: str = "", back: str = "", status: int = 200
    ) -> web.Response:
        async with self._desk.store.read() as tx:
            stops = await reach.list_stops(tx, link.lead_id)
            agreed = await reach.list_consents(tx, link.lead_id)
        topics = [
            {"name": name, "label": topic.label, "about": topic.about, "on": wants(name, stops, agreed, rules=rules)}
            for name, topic in sorted(rules.nurture.topics.items(), key=lambda one: one[0] != link.topic)
        ]
        some = any(one["on"] for one in topics)
        return filled("stop.html", status=status, topics=topics, some=some, told=told, back=back, all_=ALL)


def _label(topic: str, rules: Rules) -> str:
    if not topic:
        return "全部消息"
    return f"「{rules.nurture.topics[topic].label}」" if topic in rules.nurture.topics else "这类消息"


async def _stopped(tx: Tx, ctx: Context, link: Link, topic: str) -> Outcome:
    return list(await stop(tx, link.lead_id, topic=topic, way="page", rules=ctx.rules, now=ctx.now))


async def _resumed(tx: Tx, ctx: Context, link: Link, topic: str, address: str) -> Outcome:
    """Somebody tapped the wrong button: the stop goes, and what needs a consent has a fresh one, with its words."""
    facts = list(await allow(tx, link.lead_id, topic=topic, way="page", by=None, rules=ctx.rules, now=ctx.now))
    lifted = [topic] if topic else [name for name in ctx.rules.nurture.topics if name == link.topic]
    for name in lifted:
        label = ctx.rules.nurture.topics[name].label if name in ctx.rules.nurture.topics else ""
        if label and ctx.rules.nurture.topics[name].consent:
            words = hashlib.sha256(AGREEMENT.format(label=label).encode()).hexdigest()
            given = Agreed(f"接收{label}", VERSION, words, "u", address, ctx.now, topic=name, way="page")
            facts.append(await consent(tx, link.lead_id, given, now=ctx.now))
    return facts
