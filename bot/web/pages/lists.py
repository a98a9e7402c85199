"""Lists of leads with their filters, kept as views; whoever looks sees what they may see, numbers masked."""

from urllib.parse import parse_qsl

from aiohttp import web

from bot.cards.asked import moment, rating_of, title_of
from bot.context import Context
from bot.web.api.paging import cut
from bot.web.desk import Desk
from bot.web.pages.frame import Reader, page
from bot.web.pages.visit import Visits
from bot.web.pages.wanted import DUES, REACHED, SCOPES, SORTS, WARM, Wanted, key_of, list_wanted, read_wanted
from config.words import STAGE_LABELS
from leads.mask import said, shown_phone
from leads.understand.phone import normal_phone
from leads.view import SHARED, forget_view, get_view, save_view
from store.leads import find_by_identity
from store.members import list_everyone
from store.tables import Lead
from store.timeline import audit
from store.view import list_views

LIST = "/app/leads"


class ListPages:
    """GET /app/leads, GET /app/find, POST /app/views, GET /app/views/{view}, POST /app/views/{view}/drop."""

    def __init__(self, desk: Desk, visits: Visits) -> None:
        self._desk = desk
        self._visits = visits

    def add_routes(self, app: web.Application) -> None:
        """Serve them."""
        app.router.add_get(LIST, self._visits.page(self.show))
        app.router.add_get("/app/find", self._visits.page(self.find))
        app.router.add_post("/app/views", self._visits.act(self.save))
        app.router.add_get("/app/views/{view:[0-9]{1,9}}", self._visits.page(self.open))
        app.router.add_post("/app/views/{view:[0-9]{1,9}}/drop", self._visits.act(self.drop))

    async def show(self, request: web.Request, reader: Reader) -> web.Response:
        """One page of a list."""
        wanted, ctx = read_wanted(request.query), await self._desk.context()
        async with self._desk.store.read() as tx:
            found = await list_wanted(tx, wanted, reader.who, ctx)
            shown, cursor = cut(found, wanted, "leads", lambda lead: key_of(lead, wanted.order))
            people = {one.id: one for one in await list_everyone(tx)}
            views = await list_views(tx, "leads", reader.who.id or "", reader.who.team)
        names = {member_id: one.name for member_id, one in people.items()}
        if wanted.q:
            shown = [lead for lead in shown if _answers(lead, wanted.q)]
        rows = [_row(lead, names, ctx) for lead in shown]
        if rows:
            by, now = reader.who.id, ctx.now
            await self._desk.store.transaction(
                lambda tx: audit(tx, act="list", by=by, subject=f"{len(rows)} leads", at=now)
            )
        return page(
            "leads.html", reader, title="线索", path=LIST, rows=rows, wanted=wanted, views=views, shared=SHARED,
            query=wanted.query(), more=wanted.query(cursor=cursor) if cursor else "", stages=STAGE_LABELS,
            sorts=SORTS, dues=DUES, warm=WARM, scopes=SCOPES, reaches=REACHED.items(),
            owners=[(m.id, m.name) for m in people.values() if m.role in ("rep", "manager") and m.state == "active"],
            pools={name: pool.label for name, pool in ctx.rules.pools.items()},
        )  # fmt: skip

    async def find(self, request: web.Request, reader: Reader) -> web.Response:
        """The search field: one lead opens at once, several become a list."""
        words = request.query.get("q", "").strip()[:100]
        number = words.upper().removeprefix("L")
        if number.isascii() and number.isdigit() and len(number) < 10:
            return _go(f"{LIST}/L{number}")
        phone = normal_phone(words)
        if phone is not None and phone.valid:
            async with self._desk.store.read() as tx:
                known = await find_by_identity(tx, "phone", phone.key)
            if known is not None:
                return _go(f"{LIST}/L{known}")
        return _go(f"{LIST}?{Wanted(q=words).query()}" if words else LIST)

    async def save(self, request: web.Request, reader: Reader) -> web.Response:
        """Keep the filters under a name."""
        form = await request.post()
        query, name, shared = (str(form.get(field, "")) for field in ("query", "name", "shared"))
        wanted = read_wanted(dict(parse_qsl(query[:2000])))
        now, body = self._desk.now(), {"query": wanted.query()}
        await self._desk.store.transaction(
            lambda tx: save_view(tx, reader.who, kind="leads", name=name, shared=shared, body=body, now=now)
        )
        return _go(f"{LIST}?{wanted.query()}")

    async def open(self, request: web.Request, reader: Reader) -> web.Response:
        """A kept view leads to its address."""
        async with self._desk.store.read() as tx:
            view = await get_view(tx, int(request.match_info["view"]), reader.who, kind="leads")
        return _go(f"{LIST}?{view.body.get('query', '')}")

    async def drop(self, request: web.Request, reader: Reader) -> web.Response:
        """A view that nobody needs."""
        view_id = int(request.match_info["view"])
        await self._desk.store.transaction(lambda tx: forget_view(tx, view_id, reader.who, kind="leads"))
        return _go(LIST)


def _go(path: str) -> web.Response:
    return web.Response(status=303, headers={"Location": path})


def _answers(lead: Lead, words: str) -> bool:
    """Found by what is shown, by number, or by a whole phone number: digit by digit a search would tell the rest."""
    low = words.lower()
    shown = said(f"{lead.name}\n{lead.company}", reveal=False).lower()
    return low in shown or low.removeprefix("l") == str(lead.id) or normal_phone(words) is not None


def _row(lead: Lead, names: dict[str, str], ctx: Context) -> dict[str, object]:
    zone, now = ctx.rules.zone, ctx.now
    pool = ctx.rules.pools[lead.pool].label if lead.pool in ctx.rules.pools else lead.pool
    return {
        "no": lead.no, "title": title_of(lead).partition(" ")[2], "stage": STAGE_LABELS[lead.stage],
        "rating": rating_of(lead), "hot": lead.temperature == "hot", "city": said(lead.city, reveal=False),
        "phone": shown_phone(lead.phone, reveal=False) or "未留电话", "source": said(lead.source, reveal=False),
        "owner": names.get(lead.owner_id, lead.owner_id) if lead.owner_id else f"{pool}(没人领)",
        "next": moment(lead.next_step_at, now=now, zone=zone) if lead.next_step_at else "",
        "late": lead.next_step_at is not None and lead.next_step_at < now,
        "created": moment(lead.created_at, now=now, zone=zone), "flaw": lead.flaw,
    }  # fmt: skip
