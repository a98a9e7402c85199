"""Which systems are told what happens, what did not arrive there, and buttons that tell it again."""

from urllib.parse import urlsplit

from aiohttp import web

from bot import webhooks
from bot.cards.asked import moment
from bot.context import Context
from bot.web.desk import Desk
from bot.web.pages.frame import Reader, page
from bot.web.pages.visit import Visits
from config.words import FACT_LABELS
from leads.errors import NotFound, Unusable
from store import webhook
from store.timeline import audit
from store.tx import Tx
from store.webhook import EVERYTHING, Webhook, WebhookDelivery

PATH = "/app/webhooks"
ROLES = ("admin",)
PAGE = 50
STATES = {"new": "等着发", "done": "已送到", "parked": "没送到"}
ACTS = {"test": "test", "pause": "change", "resume": "change"}  # the word in the address, the word in the audit


class WebhookPages:
    """GET /app/webhooks, GET /app/webhooks/{hook}, and what their buttons do."""

    def __init__(self, desk: Desk, visits: Visits) -> None:
        self._desk = desk
        self._visits = visits

    def add_routes(self, app: web.Application) -> None:
        """Serve them."""
        one = PATH + "/{hook:W[0-9]{1,18}}"
        app.router.add_get(PATH, self._visits.page(self.show, roles=ROLES))
        app.router.add_get(one, self._visits.page(self.log, roles=ROLES))
        app.router.add_post(one + "/{deed:test|pause|resume}", self._visits.act(self.act, roles=ROLES))
        app.router.add_post(
            one + "/deliveries/{delivery:[0-9]{1,18}}/replay", self._visits.act(self.replay, roles=ROLES)
        )

    async def show(self, request: web.Request, reader: Reader) -> web.Response:
        """All webhooks, and how each of them is doing."""
        ctx = await self._desk.context()
        async with self._desk.store.read() as tx:
            rows = await webhook.list_webhooks(tx)
            counts = await webhook.count_open(tx)
        shown = [_told(row, counts, ctx) for row in rows]
        return page("webhooks.html", reader, title="Webhook", path=PATH, rows=shown)

    async def log(self, request: web.Request, reader: Reader) -> web.Response:
        """What one of them was told, newest first."""
        state, before = request.query.get("state", ""), request.query.get("before", "")
        state = state if state in STATES else ""
        last = int(before) if before.isdecimal() and len(before) < 19 else None
        ctx = await self._desk.context()
        async with self._desk.store.read() as tx:
            row = await _find(tx, request)
            counts = await webhook.count_open(tx)
            found = await webhook.list_deliveries(tx, row.id or 0, state=state, before=last, limit=PAGE + 1)
        more = found[PAGE - 1].id if len(found) > PAGE else None
        return page(
            "webhook.html", reader, title=f"Webhook {row.no}", path=PATH, hook=_told(row, counts, ctx), state=state,
            states=STATES, rows=[_line(one, ctx) for one in found[:PAGE]], more=more,
        )  # fmt: skip

    async def act(self, request: web.Request, reader: Reader) -> web.Response:
        """Try it out, pause it, or resume it with what was given up."""
        word, ctx = request.match_info["deed"], await self._desk.context()

        async def work(tx: Tx) -> None:
            row = await _find(tx, request)
            if word == "test":
                await webhooks.try_out(tx, row, ctx=ctx)
            elif (word == "resume") == (row.state == "active"):
                raise Unusable("它已经是这样了。")
            elif word == "pause":
                await webhooks.pause(tx, row, "已停用", now=ctx.now)
            else:
                await webhooks.resume(tx, row, now=ctx.now)
            await audit(tx, act="webhook", by=reader.who.id, subject=row.no, at=ctx.now, what=ACTS[word])

        await self._desk.store.transaction(work)
        return web.Response(status=303, headers={"Location": f"{PATH}/{request.match_info['id']}"})

    async def replay(self, request: web.Request, reader: Reader) -> web.Response:
        """Tell one fact again."""
        now, delivery_id = self._desk.now(), int(request.match_info["delivery"])

        async def again(tx: Tx) -> None:
            row = await _find(tx, request)
            if row.state != "active":
                raise Unusable("这个 Webhook 停用了,先点「启用」。")
            if not await webhook.replay(tx, row.id or 0, delivery_id=delivery_id, now=now):
                raise Unusable("没有这一条,或者它正在发。")
            await audit(tx, act="webhook", by=reader.who.id, subject=row.no, at=now, what="replay")

        await self._desk.store.transaction(again)
        return web.Response(status=303, headers={"Location": f"{PATH}/{request.match_info['id']}"})


async def _find(tx: Tx, request: web.Request) -> Webhook:
    row = await webhook.find_webhook(tx, int(request.match_info["hook"][1:]))
    if row is None:
        raise NotFound(request.match_info["hook"])
    return row


def _told(row: Webhook, counts: dict[int, dict[str, int]], ctx: Context) -> dict[str, object]:
    """The address only up to its path: behind it there may be a password."""
    parts, open_ = urlsplit(row.url), counts.get(row.id or 0, {})
    ill = row.state == "active" and row.failing_since is not None
    return {
        "no": row.no, "name": row.name, "url": f"{parts.scheme}://{parts.netloc}{parts.path}",
        "events": "全部" if EVERYTHING in row.events else "、".join(FACT_LABELS.get(one, one) for one in row.events),
        "active": row.state == "active", "ill": ill, "error": row.error, "waiting": open_.get("new", 0),
        "failed": open_.get("parked", 0), "masked": row.masked,
        "since": moment(row.failing_since, now=ctx.now, zone=ctx.rules.zone) if row.failing_since else "",
    }  # fmt: skip


def _line(row: WebhookDelivery, ctx: Context) -> dict[str, object]:
    zone = ctx.rules.zone
    return {
        "id": row.id, "what": FACT_LABELS.get(row.kind, "测试"), "kind": row.kind,
        "lead": f"L{row.lead_id}" if row.lead_id else "", "state": STATES[row.state],
        "tries": row.attempts, "status": row.status, "error": row.error,
        "at": moment(row.created_at, now=ctx.now, zone=zone),
        "tried": moment(row.tried_at, now=ctx.now, zone=zone) if row.tried_at else "—",
        "next": moment(row.run_at, now=ctx.now, zone=zone) if row.state == "new" else "",
    }  # fmt: skip
