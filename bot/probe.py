"""Each night every form is tried once as a stranger would: a form that is broken is known before the ads run again."""

import asyncio
import html
import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial

import aiohttp
import structlog

from bot.context import Context
from bot.watch import probed_at, tell_marketing
from bot.web.form.doors import PROBE
from bot.web.form.ticket import probe_mark
from config.form import Form
from config.rules import Rules
from store.access import get_property, set_property
from store.db import Store
from store.tx import Tx

log = structlog.get_logger()

NIGHT = range(3, 6)  # the hours of the company's zone in which forms are tried
PATIENCE = 15.0  # seconds for a page, and for a submission to be worked through
HIDDEN = re.compile(r'<input type="hidden" name="ticket" value="([^"]+)">')
SAMPLES = {
    "name": "夜间自测", "phone": "13916800000", "company": "夜间自测", "email": "probe@example.com",
    "wechat": "probe_wx", "title": "自测", "city": "上海", "need": "夜间自测", "budget": "1万",
}  # fmt: skip
OWN = {"number": "1", "date": "2026-01-05", "text": "自测"}


class Prober:
    """Tries the forms through the address that strangers use."""

    def __init__(
        self, store: Store, context: Callable[[], Awaitable[Context]], now: Callable[[], datetime], address: str
    ) -> None:
        self._store = store
        self._context = context
        self._now = now
        self.address = address.rstrip("/")

    async def run_once(self) -> int:
        """Try every form, once a night on whichever server comes first; always 0."""
        ctx = await self._context()
        local = ctx.now.astimezone(ctx.rules.zone)
        forms = {name: form for name, form in ctx.rules.forms.items() if form.probe}
        if not forms or local.hour not in NIGHT or not await self._store.transaction(lambda tx: _is_first(tx, ctx)):
            return 0
        for name, form in forms.items():
            cause = await self._try(name, form, ctx.rules)
            if cause:
                log.warning("a form did not pass its nightly try", form=name, cause=cause)
                text = f"表单「{form.title}」夜里自测没通过:{cause}。请打开 {self.address}/f/{name} 看看。"
                key = f"probe:{name}:{local:%Y-%m-%d}"
                await self._store.transaction(partial(_say, ctx, text, key))
        return 0

    async def _try(self, name: str, form: Form, rules: Rules) -> str:
        """Why a submission does not come through; "" when it does."""
        url, started = f"{self.address}/f/{name}", self._now()
        try:
            async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE)) as http:
                async with http.get(url, headers={PROBE: probe_mark(self._store.keys, "")}) as answer:
                    found = HIDDEN.search(await answer.text())
                    if answer.status != 200 or found is None:
                        return f"页面打不开(回答 {answer.status})"
                ticket = html.unescape(found[1])
                given = {**_answers(form, rules), "ticket": ticket, "consent": "yes"}
                async with http.post(url, data=given, headers={PROBE: probe_mark(self._store.keys, ticket)}) as answer:
                    if answer.status != 200:
                        return f"提交被拒绝(回答 {answer.status})"
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            return f"从服务器自己打不开({type(error).__name__})"
        return "" if await self._came_through(name, started) else "提交了,但没有处理"

    async def _came_through(self, name: str, started: datetime) -> bool:
        for _ in range(int(PATIENCE * 10)):
            async with self._store.read() as tx:
                at = await probed_at(tx, name)
            if at is not None and at >= started:
                return True
            await asyncio.sleep(0.1)
        return False


async def _say(ctx: Context, text: str, key: str, tx: Tx) -> None:
    await tell_marketing(tx, ctx, text, key=key)


async def _is_first(tx: Tx, ctx: Context) -> bool:
    today = ctx.today.isoformat()
    if await get_property(tx, "forms_tried_on") == today:
        return False
    await set_property(tx, "forms_tried_on", today)
    return True


def _answers(form: Form, rules: Rules) -> dict[str, str]:
    """An answer to every question that its check accepts."""
    found = {}
    for one in form.fields:
        own = rules.fields.get(one.field)
        if own is not None:
            found[one.field] = own.options[0] if own.options else OWN.get(own.type, "自测")
        else:
            found[one.field] = SAMPLES[one.field]
    return found
