"""What was to be said and did not arrive: to whom, why, and a button that tries again."""

from aiohttp import web

from bot.cards.asked import moment
from bot.cards.plain import who_else
from bot.context import Context
from bot.web.desk import Desk
from bot.web.pages.frame import Reader, page
from bot.web.pages.visit import Visits
from leads.errors import Unusable
from leads.mask import said
from store import messages, outbox, webhook
from store.members import list_everyone
from store.queues import Outbox
from store.timeline import audit
from store.tx import Tx

PATH = "/app/messages"
ROLES = ("manager", "marketing", "admin")
PAGE = 50
STATES = {
    "failed": "没发出去",
    "unknown": "结果未知",
    "queued": "等着发",
    "sending": "正在发",
    "sent": "已送到",
    "stopped": "停了,客户不想收",
}


class MessagePages:
    """GET /app/messages, POST /app/messages/{id}/resend."""

    def __init__(self, desk: Desk, visits: Visits) -> None:
        self._desk = desk
        self._visits = visits

    def add_routes(self, app: web.Application) -> None:
        """Serve them."""
        app.router.add_get(PATH, self._visits.page(self.show, roles=ROLES))
        app.router.add_post(PATH + "/{id:[0-9]{1,18}}/resend", self._visits.act(self.resend, roles=ROLES))

    async def show(self, request: web.Request, reader: Reader) -> web.Response:
        """What did not arrive; or all messages in a state."""
        state, before = request.query.get("state", ""), request.query.get("before", "")
        state = state if state in STATES else ""
        last = int(before) if before.isdecimal() and len(before) < 19 else None
        ctx = await self._desk.context()
        async with self._desk.store.read() as tx:
            if state:
                rows = list(await messages.list_by_state(tx, state, before=last, limit=PAGE + 1))
            else:
                rows = list(await messages.list_undelivered(tx, limit=PAGE))
            names = {one.id: one.name for one in await list_everyone(tx)}
            counts = await messages.count_open(tx)
            told = await webhook.count_open(tx) if reader.who.role == "admin" else {}
        shown = [_row(row, names, ctx) for row in rows[:PAGE]]
        more = rows[PAGE - 1].id if len(rows) > PAGE else None
        return page(
            "messages.html", reader, title="未送达", path=PATH, rows=shown, state=state, states=STATES, counts=counts,
            more=more, untold=sum(count.get("parked", 0) for count in told.values()),
        )  # fmt: skip

    async def resend(self, request: web.Request, reader: Reader) -> web.Response:
        """Try one again: a person has decided so."""
        message_id, now = int(request.match_info["id"]), self._desk.now()

        async def again(tx: Tx) -> None:
            if not await outbox.resend(tx, message_id, now=now):
                raise Unusable("这条消息已经送到,或者已经在重发了。")
            await audit(tx, act="resend", by=reader.who.id, subject=f"message {message_id}", at=now)

        await self._desk.store.transaction(again)
        return web.Response(status=303, headers={"Location": PATH})


def _row(row: Outbox, names: dict[str, str], ctx: Context) -> dict[str, object]:
    return {
        "id": row.id, "to": names.get(row.member_id, "") if row.member_id else who_else(row.lane),
        "lead": f"L{row.lead_id}" if row.lead_id else "", "state": STATES.get(row.state, row.state),
        "at": moment(row.created_at, now=ctx.now, zone=ctx.rules.zone), "cause": said(row.error, reveal=False),
        "tries": row.attempts, "may": row.state in ("failed", "unknown"), "customer": row.purpose == "reach",
    }  # fmt: skip
