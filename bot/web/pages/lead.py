"""A lead's page: who it is, what happens next, why it is so, and one timeline of everything."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from aiohttp import web

from bot.cards import why
from bot.cards.asked import Asked, budget_of, moment, odds_of, rating_of, stage_of, title_of, words_of
from bot.cards.story import line_of
from bot.context import Context
from bot.web.desk import Desk
from bot.web.pages.frame import Reader, page
from bot.web.pages.lead_parts import parts_of
from bot.web.pages.lists import LIST
from bot.web.pages.visit import Visits
from config.words import FACT_LABELS
from leads.errors import NoRight, NotFound
from leads.mask import masked_text, said, shown_phone
from leads.own import shown_own
from leads.pool import note_view, reveal_logged
from leads.rights import get_visible, may_reveal
from store import attachments, clocks, findings, timeline
from store.members import name_of
from store.tables import Lead
from store.timeline import audit
from store.tx import Tx

ONE = LIST + "/{no:[Ll][0-9]{1,18}}"
PAGE = 60  # facts at once
WORDS = 2000  # characters of one note
GROUPS: dict[str, tuple[str, tuple[str, ...] | None]] = {
    "": ("全部", None),
    "contact": ("联系", ("followup_logged", "call_logged", "chat_logged", "wrote", "enquired", "captured",
                        "contact_stopped")),
    "behaviour": ("行为", ("behaved", "pages_read", "woke", "captured", "enquired", "cooling", "scored")),
    "owner": ("归属", ("claimed", "assigned", "released", "transferred", "recycled", "placed", "cover_began",
                     "cover_ended", "dispute_opened", "dispute_decided")),
    "deal": ("商机", tuple(kind for kind in FACT_LABELS if kind.startswith(
        ("opportunity_", "payment_", "quote", "contract_", "order_", "approval_")))),
    "sent": ("培育", ("letter_sent", "letter_returned", "content_shared", "pages_read", "consented", "contact_stopped",
                    "contact_allowed", *(kind for kind in FACT_LABELS if kind.startswith("journey_")))),
    "clock": ("时限", tuple(kind for kind in FACT_LABELS if kind.startswith(("clock_", "extension_")))),
}  # fmt: skip
REGISTER = {
    "industry": "工商行业",
    "scale": "规模",
    "capital": "注册资本",
    "status": "状态",
    "risk": "风险",
    "city": "城市",
}


class LeadPages:
    """GET /app/leads/L1024, POST /app/leads/L1024/reveal, POST /app/leads/L1024/files/12."""

    def __init__(self, desk: Desk, visits: Visits) -> None:
        self._desk = desk
        self._visits = visits

    def add_routes(self, app: web.Application) -> None:
        """Serve them."""
        app.router.add_get(ONE, self._visits.page(self.show))
        app.router.add_post(ONE + "/reveal", self._visits.act(self.reveal))
        app.router.add_post(ONE + "/files/{file:[0-9]{1,18}}", self._visits.act(self.file))

    async def show(self, request: web.Request, reader: Reader) -> web.Response:
        """The page with numbers masked; that it was opened is written down, as in chat."""
        ctx = await self._desk.context()

        async def opened(tx: Tx) -> None:
            lead = await get_visible(tx, _id(request), reader.who, rules=ctx.rules)
            await note_view(tx, lead, reader.who, rules=ctx.rules, now=ctx.now)

        await self._desk.store.transaction(opened)
        return await self._page(request, reader, ctx, reveal=False)

    async def reveal(self, request: web.Request, reader: Reader) -> web.Response:
        """The same with numbers in full, for whoever may act on the lead; written down before it is shown."""
        ctx = await self._desk.context()

        async def noted(tx: Tx) -> None:
            lead = await get_visible(tx, _id(request), reader.who, rules=ctx.rules)
            if not await may_reveal(tx, lead, reader.who):
                raise NoRight(f"{lead.no} 的号码只给负责人、他的主管和管理员看。要联系客户,请先领取或请主管改派。")
            await reveal_logged(tx, lead, reader.who, now=ctx.now)

        await self._desk.store.transaction(noted)
        return await self._page(request, reader, ctx, reveal=True)

    async def file(self, request: web.Request, reader: Reader) -> web.Response:
        """A picture, file or recording of the lead, for whoever may act on it; that it was taken is written down."""
        ctx, wanted = await self._desk.context(), int(request.match_info["file"])

        async def taken(tx: Tx) -> attachments.Attachment:
            lead = await get_visible(tx, _id(request), reader.who, rules=ctx.rules)
            if not await may_reveal(tx, lead, reader.who):
                raise NoRight(f"{lead.no} 的附件只给负责人、他的主管和管理员。要看内容,请找他们。")
            found = await attachments.find(tx, wanted)
            if found is None or found.lead_id != lead.id or found.body is None:
                raise NotFound("这个附件")
            await audit(tx, act="attachment", by=reader.who.id, subject=f"{lead.no} {found.no}", at=ctx.now)
            return found

        found = await self._desk.store.transaction(taken)
        disposition = f"attachment; filename*=UTF-8''{quote(found.name)}"
        headers = {"Content-Disposition": disposition}
        return web.Response(body=found.body, content_type="application/octet-stream", headers=headers)

    async def _page(self, request: web.Request, reader: Reader, ctx: Context, *, reveal: bool) -> web.Response:
        group = request.query.get("kind", "") if request.query.get("kind", "") in GROUPS else ""
        before = request.query.get("before", "")
        kinds = GROUPS[group][1]
        async with self._desk.store.read() as tx:
            lead = await get_visible(tx, _id(request), reader.who, rules=ctx.rules)
            lead_id = lead.id or 0
            may = await may_reveal(tx, lead, reader.who)
            items = await timeline.list_back(
                tx, lead_id, kinds=kinds, before=int(before) if before.isdecimal() and len(before) < 19 else None,
                limit=PAGE + 1,
            )  # fmt: skip
            told = [(item, await line_of(tx, item, reveal=reveal, most=WORDS, ctx=ctx)) for item in items[:PAGE]]
            reasons = await why.look(tx, Asked("why", reader.who, lead_id), ctx)
            values = {
                "facts": await _facts(tx, lead, reveal=reveal, ctx=ctx),
                "ahead": await _ahead(tx, lead, reveal=reveal, ctx=ctx),
                **await parts_of(tx, lead, reveal=reveal, ctx=ctx),
            }
        lines = [
            {"at": one.at, "who": one.who, "what": one.what.partition(":")[0] + _of_promise(item.kind, item.data, ctx),
             "words": one.what.partition(":")[2]}
            for item, one in told
        ]  # fmt: skip
        return page(
            "lead.html", reader, title=title_of(lead), path=LIST, lead=lead, stage=stage_of(lead),
            rating=rating_of(lead), hot=lead.temperature == "hot", may_reveal=may, revealed=reveal, lines=lines,
            why=reasons.lines if reasons is not None else (), groups={k: g[0] for k, g in GROUPS.items()},
            group=group, more=items[PAGE - 1].id if len(items) > PAGE else None, company=lead.company,
            phone=shown_phone(lead.phone, reveal=reveal) or "未留电话", **values,
        )  # fmt: skip


def _of_promise(kind: str, data: Mapping[str, Any], ctx: Context) -> str:
    """Which promise a fact is about: 「首次联系」."""
    rule = ctx.rules.clocks.get(str(data.get("clock", ""))) if kind.startswith("clock_") else None
    return f"「{rule.label}」" if rule is not None else ""


def _id(request: web.Request) -> int:
    return int(request.match_info["no"][1:])


async def _facts(tx: Tx, lead: Lead, *, reveal: bool, ctx: Context) -> list[tuple[str, str]]:
    """What is known, a name and a value each."""
    pool = ctx.rules.pools[lead.pool].label if lead.pool in ctx.rules.pools else lead.pool
    owner = await name_of(tx, lead.owner_id) if lead.owner_id else f"没有,在「{pool}」"
    rows = [
        ("负责人", owner + (f"({await name_of(tx, lead.cover_id)}顶班)" if lead.cover_id else "")),
        ("职位", said(lead.title, reveal=reveal)), ("城市", said(lead.city, reveal=reveal)),
        ("行业", said(lead.industry, reveal=reveal)), ("产品", said(lead.product, reveal=reveal)),
        ("预算", budget_of(lead)), ("需求", words_of(lead.need, reveal=reveal, most=WORDS)),
        ("邮箱", lead.email if reveal else masked_text(lead.email)),
        ("微信", lead.wechat if reveal else masked_text(lead.wechat)),
        *(("另外", _reach(kind, value, reveal=reveal)) for kind, value in lead.also or ()),
        ("来源", said(lead.source, reveal=reveal)), ("咨询", f"{lead.enquiries} 次"), ("赢率", odds_of(lead, ctx)),
        ("创建", moment(lead.created_at, now=ctx.now, zone=ctx.rules.zone)),
        *((label, text) for _, label, text in shown_own(lead, reveal=reveal, rules=ctx.rules)),
        *[
            (REGISTER.get(one.field, one.field), f"{said(one.value, reveal=reveal)}({one.source} {one.at:%m-%d})")
            for one in await findings.list_of_lead(tx, lead.id or 0)
        ],
        ("结束原因", said(lead.closed_reason, reveal=reveal)), ("号码问题", lead.phone_flaw), ("无效原因", lead.flaw),
    ]  # fmt: skip
    return [(name, value) for name, value in rows if value]


def _reach(kind: str, value: str, *, reveal: bool) -> str:
    """One more way to reach the person."""
    if kind == "phone":
        return shown_phone(value, reveal=reveal)
    return value if reveal else masked_text(value)


async def _ahead(tx: Tx, lead: Lead, *, reveal: bool, ctx: Context) -> list[tuple[str, bool]]:
    """What happens next, and whether it is late."""
    found = []
    if lead.next_step_at is not None:
        at = moment(lead.next_step_at, now=ctx.now, zone=ctx.rules.zone)
        step = words_of(lead.next_step, reveal=reveal, most=200)
        found.append((f"{at} 跟进" + (f":{step}" if step else ""), lead.next_step_at < ctx.now))
    for clock in await clocks.list_of_lead(tx, lead.id or 0, states=("running", "paused", "overdue")):
        if clock.ended_at is None:
            at = moment(clock.due_at, now=ctx.now, zone=ctx.rules.zone)
            label = clock.rule.get("label", clock.name)
            late = clock.due_at <= ctx.now and clock.state != "paused"
            found.append((f"{at} 前要{label}" + ("(暂停计时)" if clock.state == "paused" else ""), late))
    return found
