"""The content library with what became of each piece: seen, answered, and what its receivers bought afterwards."""

from typing import Any

from aiohttp import web

from bot.web.desk import Desk
from bot.web.pages.frame import LEADERS, Reader, page
from bot.web.pages.visit import Visits
from store.content import list_pieces
from store.effect import LATELY, effect_of
from store.members import list_everyone

PATH = "/app/content"
STATES = {"current": "能发", "expired": "过期了", "retired": "下架了"}


class ContentPages:
    """GET /app/content."""

    def __init__(self, desk: Desk, visits: Visits) -> None:
        self._desk = desk
        self._visits = visits

    def add_routes(self, app: web.Application) -> None:
        """Serve it."""
        app.router.add_get(PATH, self._visits.page(self.show, roles=LEADERS))

    async def show(self, request: web.Request, reader: Reader) -> web.Response:
        """All pieces, those that may be sent first, the most used above."""
        ctx = await self._desk.context()
        rows: list[dict[str, Any]] = []
        async with self._desk.store.read() as tx:
            names = {one.id: one.name for one in await list_everyone(tx)}
            for piece in await list_pieces(tx, retired=True):
                effect = await effect_of(tx, piece.name, since=ctx.now - LATELY)
                current = "current" if piece.is_current(ctx.today) else "expired"
                rows.append(
                    {
                        "piece": piece, "effect": effect, "state": "retired" if piece.retired_at else current,
                        "by": "、".join(f"{names.get(who, who)} {count}" for who, count in effect.by[:5]),
                    }
                )  # fmt: skip
        rows.sort(key=lambda row: (list(STATES).index(str(row["state"])), -row["effect"].sent))
        return page("contents.html", reader, title="素材", path=PATH, rows=rows, states=STATES, days=LATELY.days)
