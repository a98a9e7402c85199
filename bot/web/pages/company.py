"""A company as one: everybody there whom the reader may see, who decides, and who has gone silent."""

from datetime import timedelta

from aiohttp import web
from sqlmodel import col

from bot.cards.asked import moment, rating_of, stage_of, title_of
from bot.context import Context
from bot.web.api.find import same_company
from bot.web.desk import Desk
from bot.web.pages.frame import Reader, page
from bot.web.pages.lists import LIST
from bot.web.pages.visit import Visits
from leads.errors import NotFound
from leads.mask import said, shown_phone
from leads.sight import sight_of
from store import deals
from store.leads import list_leads
from store.members import list_everyone
from store.tables import Lead
from store.timeline import audit

MOST = 100  # people of one company
SILENT = timedelta(days=30)


class CompanyPages:
    """GET /app/company?name=…"""

    def __init__(self, desk: Desk, visits: Visits) -> None:
        self._desk = desk
        self._visits = visits

    def add_routes(self, app: web.Application) -> None:
        """Serve it."""
        app.router.add_get("/app/company", self._visits.page(self.show))

    async def show(self, request: web.Request, reader: Reader) -> web.Response:
        """Its people, and what they may buy. Raises NotFound where the reader sees nobody."""
        name = request.query.get("name", "").strip()[:120]
        ctx = await self._desk.context()
        async with self._desk.store.read() as tx:
            seen = sight_of(tx, reader.who, rules=ctx.rules)
            people = await list_leads(tx, same_company(tx, name), *seen, col(Lead.company) != "", limit=MOST)
            names = {one.id: one.name for one in await list_everyone(tx)}
            bought = await deals.list_of_leads(tx, [one.id or 0 for one in people]) if people else []
        if not name or not people:
            raise NotFound("这家公司")
        now, by = ctx.now, reader.who.id
        await self._desk.store.transaction(
            lambda tx: audit(tx, act="list", by=by, subject=f"{len(people)} leads of a company", at=now)
        )
        open_ones = [one for one in bought if one.result == "open"]
        return page(
            "company.html", reader, title=said(people[0].company, reveal=False), path=LIST,
            people=[_person(one, names, ctx) for one in people], full=len(people) == MOST,
            opened=len(open_ones), worth=sum(one.amount or 0 for one in open_ones) / 100,
            won=sum(one.result == "won" for one in bought),
        )  # fmt: skip


def _person(lead: Lead, names: dict[str, str], ctx: Context) -> dict[str, object]:
    last = lead.touched_at or lead.created_at
    return {
        "no": lead.no, "title": title_of(lead).partition(" ")[2].partition(" · ")[0],
        "job": said(lead.title, reveal=False), "phone": shown_phone(lead.phone, reveal=False) or "未留电话",
        "stage": stage_of(lead), "rating": rating_of(lead), "last": moment(last, now=ctx.now, zone=ctx.rules.zone),
        "silent": ctx.now - last > SILENT, "days": (ctx.now - last).days,
        "owner": names.get(lead.owner_id, lead.owner_id) if lead.owner_id else "没人领",
    }  # fmt: skip
