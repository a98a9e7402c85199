"""The deals behind a number: open ones, or those won and lost in some days, within the reader's rights."""

from aiohttp import web

from bot.web.desk import Desk
from bot.web.pages.frame import Reader, page
from bot.web.pages.part import yuan
from bot.web.pages.span import PRESETS, read_span
from bot.web.pages.visit import Visits
from leads.deal import RESULTS, can_act_on
from leads.mask import said
from leads.rights import can_see
from store import deals
from store.leads import find_lead
from store.members import list_everyone

PATH = "/app/deals"
PAGE = 50


class DealPages:
    """GET /app/deals."""

    def __init__(self, desk: Desk, visits: Visits) -> None:
        self._desk = desk
        self._visits = visits

    def add_routes(self, app: web.Application) -> None:
        """Serve it."""
        app.router.add_get(PATH, self._visits.page(self.show))

    async def show(self, request: web.Request, reader: Reader) -> web.Response:
        """One page of deals, newest first."""
        ctx, query = await self._desk.context(), request.query
        result = query.get("result", "open") if query.get("result", "open") in RESULTS else "open"
        stage, owner = query.get("stage", "")[:40], query.get("owner", "")[:60]
        before = query.get("before", "")
        async with self._desk.store.read() as tx:
            span = await read_span(tx, query, reader.who, ctx)
            begin, end = span.period.instants(ctx.rules.zone)
            owners = span.people
            if owner:
                owners = (owner,) if owners is None or owner in owners else ()
            found = await deals.list_results(
                tx, result, begin=begin, end=end, owners=owners, stage=stage,
                before=int(before) if before.isdecimal() and len(before) < 19 else None, limit=PAGE + 1,
            )  # fmt: skip
            names = {one.id: one.name for one in await list_everyone(tx)}
            paid = await deals.paid_for(tx, [one.id or 0 for one in found])
            rows = []
            for one in found[:PAGE]:
                lead = await find_lead(tx, one.lead_id)
                seen = lead is not None and await can_see(tx, lead, reader.who, rules=ctx.rules)
                if lead is None or not (seen or await can_act_on(tx, one, reader.who)):
                    continue
                who = one.owner_id if one.result == "open" else one.closed_owner_id or one.owner_id
                rows.append(
                    {
                        "no": one.no, "lead": lead.no, "stage": one.stage, "owner": names.get(who or "", who or "—"),
                        "who": said(" · ".join(part for part in (lead.name, lead.company) if part), reveal=False),
                        "what": said(one.name or one.product, reveal=False), "reason": said(one.reason, reveal=False),
                        "amount": yuan(None if one.amount is None else one.amount / 100), "expected": one.expected_on,
                        "paid": yuan(paid[one.id or 0] / 100) if one.id in paid else "",
                    }
                )  # fmt: skip
        stages = list(dict.fromkeys(one.name for way in ctx.rules.ways.values() for one in way.stages))
        if stage and stage not in stages:  # of deals that went another way once
            stages.append(stage)
        more = found[PAGE - 1].id if len(found) > PAGE else None
        return page(
            "deals.html", reader, title="商机", path=PATH, rows=rows, span=span, presets=PRESETS, results=RESULTS,
            result=result, stage=stage, stages=stages, owner=owner, more=more,
        )  # fmt: skip
