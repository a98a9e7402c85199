"""The address of a form: shows it, takes what a stranger has filled in, and says the same thanks to everybody."""

import asyncio
import hashlib
import json
import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import structlog
from aiohttp import web

from bot.cards.qr import png_of
from bot.forms import PLATFORM
from bot.pipeline import receive
from bot.web.api.problem import Problem
from bot.web.api.route import read_form
from bot.web.desk import Desk
from bot.web.form import ticket as tickets
from bot.web.form.gate import Gate
from bot.web.form.pages import CARRIED, TRAP, Showing, form_page, read, sorry_page, style_of, thanks_page
from bot.web.visitor import address_of, masked_address
from config.form import Form
from config.rules import Rules
from config.telling import place_of
from leads.campaign import door_of, link_of
from leads.form import AGREED, contact_of, content_mark, flaws_of, subscribe_mark, words_mark
from store.campaigns import find_by_mark
from store.counts import count_together

log = structlog.get_logger()

LARGEST = 64 * 1024  # bytes of one submission
PATIENCE = 4.0  # seconds until we say that it could not be stored; the same page may be sent again
NAME = "{form:[a-z][a-z0-9_]{0,39}}"
NOT_HERE = ("这个表单不在了", "链接可能写错了,或者活动已经结束。请联系给您链接的人。")
TOO_LARGE = ("内容太多了", "填的内容超过了能收下的大小,请返回上一页写短一些再提交。")
UNREADABLE = ("没有读懂", "提交的内容读不出来。请返回上一页,刷新后再填一次。")
ONCE_MORE = "这个页面打开得太久了。您填的都还在,请再点一次提交。"
NEW_WORDS = "同意的内容更新过了,请重新看一下,勾选后再提交。"
IN_HASTE = "提交得太频繁了,请过几分钟再试。您填的都还在。"
NOT_KEPT = "刚才没能存下来,您填的都还在,请再点一次提交。"
FRAME = "/f/frame-page.js"  # no form can have this name
NO_PAGES = "KEEPS_PAGES = false"
PROBE = "X-Leadbot-Probe"

Answer = Callable[[web.Request, str, Form, Rules], Awaitable[web.Response]]


class FormDoors:
    """GET and POST /f/{form}, with the style and the scripts of its pages."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.by_address = Gate(30, timedelta(minutes=1))
        self.by_contact = Gate(5, timedelta(minutes=10))
        self.visitors = Gate(1, timedelta(hours=24))

    def add_routes(self, app: web.Application) -> None:
        """Serve the forms of the rules that run at the time."""
        app.router.add_get(f"/f/{NAME}.css", self.style)
        app.router.add_get(FRAME, self.frame)
        app.router.add_get(f"/f/{NAME}.png", self._of_form(self.picture))
        app.router.add_get(f"/f/{NAME}.js", self._of_form(self.snippet))
        app.router.add_get(f"/f/{NAME}", self._of_form(self.show))
        app.router.add_post(f"/f/{NAME}", self._of_form(self.take))

    async def style(self, request: web.Request) -> web.Response:
        """The style sheet of a form; a plain one for pages without."""
        rules = (await self._desk.context()).rules
        form = rules.forms.get(request.match_info["form"])
        style = style_of(form) if form is not None else ":root { --color: #1664d9; --ink: #fff; }\n" + read("form.css")
        return web.Response(text=style, content_type="text/css", headers={"Cache-Control": "max-age=300"})

    async def frame(self, request: web.Request) -> web.Response:
        """The script of a form that is shown in a frame."""
        return _script(read("form_frame.js"))

    async def snippet(self, request: web.Request, name: str, form: Form, rules: Rules) -> web.Response:
        """The script that another site puts into its page to show the form there."""
        text = read("form_embed.js")
        return _script(text.replace(NO_PAGES, NO_PAGES.replace("false", "true"), 1) if form.pages else text)

    async def picture(self, request: web.Request, name: str, form: Form, rules: Rules) -> web.Response:
        """The QR code of a campaign's link, or of its check-in: only of links that we made."""
        code, door = request.query.get("c", ""), request.query.get("door", "")
        context = await self._desk.context()
        async with self._desk.store.read() as tx:
            campaign = await find_by_mark(tx, code)
        if campaign is None or campaign.code != code or campaign.form != name or door not in ("", campaign.door):
            return sorry_page(*NOT_HERE, status=404)
        link = door_of(campaign, context.public_url) if door else link_of(campaign, context.public_url)
        return web.Response(body=png_of(link), content_type="image/png")

    def _of_form(self, answer: Answer) -> Callable[[web.Request], Awaitable[web.Response]]:
        """Only for forms that there are; whatever goes wrong, a stranger reads a sentence in Chinese."""

        async def page(request: web.Request) -> web.Response:
            try:
                rules = (await self._desk.context()).rules
                name = request.match_info["form"]
                if name not in rules.forms:
                    return sorry_page(*NOT_HERE, status=404)
                return await answer(request, name, rules.forms[name], rules)
            except web.HTTPRequestEntityTooLarge:
                return sorry_page(*TOO_LARGE, status=413)
            except (Problem, web.HTTPException, ConnectionError):
                return sorry_page(*UNREADABLE, status=400)
            except Exception as error:
                reference = secrets.token_hex(4)
                log.error("a form failed", reference=reference, error=type(error).__name__, where=place_of(error))
                return sorry_page("出了点问题", f"请稍后再试。参考号 {reference}。", status=500)

        return page

    async def show(self, request: web.Request, name: str, form: Form, rules: Rules) -> web.Response:
        """The empty form; where the visitor comes from is carried along."""
        given = {key: request.query[key][:500] for key in CARRIED if request.query.get(key) and key != "pages"}
        if not given.get("landing") and (referrer := request.headers.get("Referer", "")):
            given["landing"] = referrer[:500]
        visitor = f"{address_of(request)} {request.headers.get('User-Agent', '')[:200]} {name}"
        now = self._desk.now()
        if not self._is_probe(request, "") and self.visitors.admits(visitor, now=now):
            await self._count(name, "shown", rules, now)
        return form_page(name, form, rules, Showing(self._ticket(name, form, now), given))

    async def take(self, request: web.Request, name: str, form: Form, rules: Rules) -> web.Response:
        """What was filled in: kept durably before it is thanked for, or shown again with what is missing."""
        now = self._desk.now()
        given = await _given(request, form)
        embedded = bool(given.get("embed"))
        if given.get(TRAP):
            await self._count(name, "blocked", rules, now)
            return thanks_page(name, form, embedded=embedded)
        ticket = tickets.read(self._desk.store.keys, name, given.get("ticket", ""))
        probe = ticket is not None and self._is_probe(request, ticket.text)

        def again(notice: str, status: int, *, fresh: bool = True, **flaws: str) -> web.Response:
            shown = self._ticket(name, form, now) if fresh or ticket is None else ticket.text
            return form_page(name, form, rules, Showing(shown, given, flaws, notice), status=status)

        address = address_of(request)
        if not probe and not self.by_address.admits(address, now=now):
            await self._count(name, "hurried", rules, now)
            return again(IN_HASTE, 429)
        if ticket is None or ticket.is_old(now):
            return again(ONCE_MORE, 422)
        if not words_mark(form.consent).startswith(ticket.consent):
            given.pop("consent", None)
            return again(NEW_WORDS, 422)
        if flaws := flaws_of(form, given, rules=rules, now=now):
            await self._count(name, "incomplete", rules, now)
            return again("", 422, fresh=False, **flaws)
        key = f"form:{hashlib.sha256(f'{ticket.text} {content_mark(form, given)}'.encode()).hexdigest()[:40]}"
        if not probe and not self.by_contact.admits(f"{address} {contact_of(form, given)}", key, now=now):
            await self._count(name, "hurried", rules, now)
            return again(IN_HASTE, 429)
        body = _body(name, form, given, key, masked_address(address), probe=probe, now=now)
        try:
            async with asyncio.timeout(PATIENCE):
                new = await receive(self._desk.store, platform=PLATFORM, key=key, lane=key, body=body, now=now)
        except Exception as error:
            log.error("a form could not be stored", error=type(error).__name__, where=place_of(error))
            return again(NOT_KEPT, 503, fresh=False)
        if new and not probe:
            await self._count(name, "sent", rules, now)
        return thanks_page(name, form, embedded=embedded)

    def _ticket(self, name: str, form: Form, now: datetime) -> str:
        return tickets.issue(self._desk.store.keys, name, words_mark(form.consent), now=now)

    def _is_probe(self, request: web.Request, ticket: str) -> bool:
        told = request.headers.get(PROBE, "")
        return bool(told) and secrets.compare_digest(told, tickets.probe_mark(self._desk.store.keys, ticket))

    async def _count(self, name: str, kind: str, rules: Rules, now: datetime) -> None:
        day = f"{now.astimezone(rules.zone):%Y-%m-%d}"
        await self._desk.store.together(count_together, (name, day, kind))


def _script(text: str) -> web.Response:
    headers = {"Cache-Control": "max-age=300"}
    return web.Response(text=text, content_type="text/javascript", charset="utf-8", headers=headers)


async def _given(request: web.Request, form: Form) -> dict[str, str]:
    """What was sent, field by field; several choices stand in one, and what the form does not ask for is left out."""
    if (request.content_length or 0) > LARGEST:
        raise web.HTTPRequestEntityTooLarge(LARGEST, request.content_length or 0)
    found = await read_form(request)
    known = {*(one.field for one in form.fields), *CARRIED, TRAP, "ticket", "consent", "subscribe"}
    return {name: "、".join(values).replace("\0", "") for name, values in found.items() if name in known}


def _subscribed(form: Form, given: dict[str, str]) -> dict[str, Any]:
    """The topics that were ticked, if the words are still those that stood on the page; {} when nothing was."""
    if form.subscribe is None or given.get("subscribe") != subscribe_mark(form.subscribe):
        return {}
    mark = subscribe_mark(form.subscribe)
    return {"topics": list(form.subscribe.topics), "version": form.subscribe.version, "words": mark}


def _body(name: str, form: Form, given: dict[str, str], key: str, address: str, *, probe: bool, now: datetime) -> bytes:
    """What is stored of a submission, from which everything else follows later."""
    asked = {one.field: given.get(one.field, "").strip() for one in form.fields}
    consent = {"purpose": form.consent.purpose, "version": form.consent.version, "words": words_mark(form.consent)}
    told = {
        "form": name,
        "source": form.source,
        "at": now.isoformat(),
        "key": key,
        "fields": {field: value for field, value in asked.items() if value},
        "from": {mark: given[mark][:500] for mark in CARRIED if given.get(mark) and mark not in ("pages", "embed")},
        "pages": given.get("pages", "")[:20_000] if form.pages and given.get("consent") == AGREED else "",
        "consent": {**consent, "address": address},
        "subscribe": _subscribed(form, given),
        "probe": probe,
    }
    return json.dumps(told, ensure_ascii=False).encode("utf-8", "replace")
