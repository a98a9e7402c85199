"""One journey as a picture: its steps, who is where, in words too; for whoever plans what customers hear."""

from aiohttp import web

from bot.journeys.said import counted
from bot.web.desk import Desk
from bot.web.pages.frame import LEADERS, Reader, page
from bot.web.pages.visit import Visits
from config.journey import Journey
from leads.errors import NotFound
from nurture.picture import svg
from nurture.wording import end_text, start_text, step_text

ONE = "/app/journeys/{name:[^/]{1,60}}"


class JourneyPages:
    """GET /app/journeys/{name}, GET /app/journeys/{name}/picture.svg."""

    def __init__(self, desk: Desk, visits: Visits) -> None:
        self._desk = desk
        self._visits = visits

    def add_routes(self, app: web.Application) -> None:
        """Serve them."""
        app.router.add_get(ONE, self._visits.page(self.show, roles=LEADERS))
        app.router.add_get(ONE + "/picture.svg", self._visits.page(self.picture, roles=LEADERS))

    async def show(self, request: web.Request, reader: Reader) -> web.Response:
        """The picture, and the same step by step in words with their counts."""
        ctx, name = await self._desk.context(), request.match_info["name"]
        journey = _named(ctx.rules.journeys.get(name))
        async with self._desk.store.read() as tx:
            counts = await counted(tx, name, journey)
        steps = [
            (step_text(step, rules=ctx.rules), counts[key].here if key in counts else 0,
             counts[key].came if key in counts else 0)
            for key, step in zip(journey.names, journey.steps, strict=True)
        ]  # fmt: skip
        return page(
            "journey.html", reader, title=journey.label, path="/app/", name=name, active=journey.active, steps=steps,
            start=start_text(journey.start, rules=ctx.rules), end=end_text(journey, rules=ctx.rules),
        )  # fmt: skip

    async def picture(self, request: web.Request, reader: Reader) -> web.Response:
        """The drawing alone, as the page shows it."""
        ctx, name = await self._desk.context(), request.match_info["name"]
        journey = _named(ctx.rules.journeys.get(name))
        async with self._desk.store.read() as tx:
            drawn = svg(journey, rules=ctx.rules, counts=await counted(tx, name, journey))
        return web.Response(text=drawn, content_type="image/svg+xml", charset="utf-8")


def _named(journey: Journey | None) -> Journey:
    if journey is None:
        raise NotFound("这条旅程")
    return journey
