"""Who saw, exported or changed what, for programs that keep watch."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from bot.web.api.fields import Term
from bot.web.api.paging import Page, cut, start_of
from bot.web.api.route import Call, Reply, Route
from bot.web.api.shape import Shape
from bot.web.api.wire import local
from store.timeline import list_audit


class AuditShown(Shape):
    """One act; `by` is a member's id, null for programs and commands; `subject` a lead's number (L1024) or a thing."""

    id: int
    at: datetime
    by: str | None
    act: str
    subject: str
    data: dict[str, Any]


class AuditPage(Shape):
    """A page of acts."""

    items: list[AuditShown]
    next_cursor: str | None


class AuditFilter(Page):
    """Which acts to list, newest first; filters are joined by and."""

    subject: Annotated[Term, Field(description="看什么、动什么,例如 L1024")] = ""
    by: Annotated[Term, Field(description="成员编号")] = ""
    act: Annotated[Term, Field(description="做了什么,例如 view、reveal、export")] = ""


async def list_them(call: Call) -> Reply:
    """GET /audit."""
    wanted: AuditFilter = call.query
    before, zone = start_of(wanted, "audit"), call.context.rules.zone
    async with call.desk.store.read() as tx:
        rows = await list_audit(
            tx, subject=wanted.subject, by=wanted.by, act=wanted.act, before=before, limit=wanted.limit + 1
        )
    shown, cursor = cut(rows, wanted, "audit", lambda row: row.id or 0)
    items = [
        AuditShown.model_construct(
            id=row.id, at=local(row.at, zone=zone), by=row.by, act=row.act, subject=row.subject, data=row.data
        )
        for row in shown
    ]
    return Reply(AuditPage.model_construct(items=items, next_cursor=cursor))


ROUTES = (
    Route(
        "GET", "/api/v1/audit", list_them, "谁看过、导出过、动过什么", AuditPage, "acting", query=AuditFilter,
        statuses={200: "一页记录"},
    ),
)  # fmt: skip
