"""What was to be said to whom, and whether it arrived."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from bot.web.api.paging import Page, cut, start_of
from bot.web.api.route import Call, Reply, Route
from bot.web.api.shape import Shape
from bot.web.api.wire import local
from leads.mask import said
from store.messages import list_by_state

State = Literal["queued", "sending", "sent", "failed", "unknown", "stopped"]


class MessageShown(Shape):
    """A message; `to` is a member's id (or the platform's place), `subject` the lead it is about."""

    id: int
    state: State
    to: str
    platform: str
    card: str
    subject: str | None
    purpose: Literal["ring", "refresh", "reach"]
    attempts: int
    error: str
    created_at: datetime
    sent_at: datetime | None


class MessagePage(Shape):
    """A page of messages."""

    items: list[MessageShown]
    next_cursor: str | None


class MessageFilter(Page):
    """Which messages to list, newest first."""

    state: Annotated[
        Literal["", "queued", "sending", "sent", "failed", "unknown", "stopped"], Field(description="状态")
    ] = ""


async def list_them(call: Call) -> Reply:
    """GET /messages."""
    wanted: MessageFilter = call.query
    before = start_of(wanted, "messages")
    reveal, zone = call.caller.reveals, call.context.rules.zone
    async with call.desk.store.read() as tx:
        rows = await list_by_state(tx, wanted.state or None, before=before, limit=wanted.limit + 1)
    shown, cursor = cut(rows, wanted, "messages", lambda row: row.id or 0)
    items = [
        MessageShown.model_construct(
            id=row.id,
            state=row.state,
            to=said(row.member_id or row.place, reveal=reveal),
            platform=row.platform,
            card=row.card,
            subject=f"L{row.lead_id}" if row.lead_id else None,
            purpose=row.purpose,
            attempts=row.attempts,
            error=said(row.error, reveal=reveal),
            created_at=local(row.created_at, zone=zone),
            sent_at=local(row.sent_at, zone=zone),
        )
        for row in shown
    ]
    return Reply(MessagePage.model_construct(items=items, next_cursor=cursor))


ROUTES = (
    Route(
        "GET", "/api/v1/messages", list_them, "查消息的送达情况", MessagePage, "any", query=MessageFilter,
        statuses={200: "一页消息"},
    ),
)  # fmt: skip
