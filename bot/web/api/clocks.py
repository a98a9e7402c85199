"""The promises about time: which run, which were kept, which were broken."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from bot.web.api.fields import Term
from bot.web.api.paging import Page, cut, start_of
from bot.web.api.route import Call, Reply, Route
from bot.web.api.shape import Shape
from bot.web.api.wire import instants, local
from store.clocks import list_clocks


class ClockShown(Shape):
    """A promise on one lead; `steps` are those taken so far."""

    id: int
    name: str
    lead: str
    state: Literal["running", "paused", "met", "overdue", "cancelled"]
    started_at: datetime
    due_at: datetime
    ended_at: datetime | None
    steps: list[dict[str, Any]]
    rules_version: int


class ClockPage(Shape):
    """A page of promises."""

    items: list[ClockShown]
    next_cursor: str | None


class ClockFilter(Page):
    """Which promises to list, newest first."""

    state: Annotated[Literal["", "running", "paused", "met", "overdue", "cancelled"], Field(description="状态")] = ""
    lead: Annotated[Term, Field(description="线索编号,例如 L1024")] = ""

    @field_validator("lead")
    @classmethod
    def _a_number(cls, given: str) -> str:
        plain = given.upper().removeprefix("L")
        if given and not (plain.isascii() and plain.isdigit() and len(plain) <= 18):
            raise ValueError("要是线索编号,例如 L1024")
        return plain


async def list_them(call: Call) -> Reply:
    """GET /clocks."""
    wanted: ClockFilter = call.query
    before, zone = start_of(wanted, "clocks"), call.context.rules.zone
    lead_id = int(wanted.lead) if wanted.lead else None
    async with call.desk.store.read() as tx:
        rows = await list_clocks(tx, state=wanted.state or None, lead_id=lead_id, before=before, limit=wanted.limit + 1)
    shown, cursor = cut(rows, wanted, "clocks", lambda row: row.id or 0)
    items = [
        ClockShown.model_construct(
            id=row.id,
            name=row.name,
            lead=f"L{row.lead_id}",
            state=row.state,
            started_at=local(row.started_at, zone=zone),
            due_at=local(row.due_at, zone=zone),
            ended_at=local(row.ended_at, zone=zone),
            steps=[instants(step, zone=zone) for step in row.steps],
            rules_version=row.rules_version,
        )
        for row in shown
    ]
    return Reply(ClockPage.model_construct(items=items, next_cursor=cursor))


ROUTES = (
    Route(
        "GET", "/api/v1/clocks", list_them, "查时限", ClockPage, "any", query=ClockFilter, statuses={200: "一页时限"}
    ),
)
