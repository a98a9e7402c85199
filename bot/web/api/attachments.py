"""A lead's pictures, files and recordings for programs: listed for all, downloaded by who may read its number."""

from datetime import datetime

from bot.web.api.problem import Problem
from bot.web.api.route import Call, FileReply, Reply, Route
from bot.web.api.shape import Shape
from bot.web.api.wire import local
from leads.mask import said
from leads.rights import Who, get_visible
from store import attachments
from store.leads import find_lead
from store.timeline import audit


class AttachmentShown(Shape):
    """One of them; `by` is who dropped it into the chat, `size` in bytes."""

    id: int
    kind: str
    name: str
    size: int
    by: str
    at: datetime


class AttachmentList(Shape):
    """The newest fifty of a lead."""

    items: list[AttachmentShown]


async def list_them(call: Call) -> Reply:
    """GET /leads/{no}/attachments."""
    reveal, zone = call.caller.reveals, call.context.rules.zone
    program = Who(None, call.caller.name, "admin")
    async with call.desk.store.read() as tx:
        await get_visible(tx, call.lead_id, program, rules=call.context.rules)
        rows = await attachments.list_kept(tx, call.lead_id)
    items = [
        AttachmentShown.model_construct(
            id=row.id, kind=row.kind, name=said(row.name, reveal=reveal), size=row.size, by=row.member_id,
            at=local(row.at, zone=zone),
        )
        for row in rows
    ]  # fmt: skip
    return Reply(AttachmentList(items=items))


async def download(call: Call) -> FileReply:
    """GET /attachments/{attachment}: the file, under its name; that it was taken is written down."""
    number = call.path["attachment"]
    async with call.desk.store.read() as tx:
        wanted = int(number) if number.isascii() and number.isdigit() and len(number) <= 18 else 0
        row = await attachments.find(tx, wanted)
        lead = await find_lead(tx, row.lead_id) if row is not None else None
    if row is None or row.body is None or lead is None:
        raise Problem("not_found", "没有这个附件,或者它的线索已经删除。")
    found, now = row, call.context.now
    subject = f"{lead.no} {found.no}"
    await call.desk.store.transaction(
        lambda tx: audit(tx, act="attachment", by=call.caller.name, subject=subject, at=now)
    )
    return FileReply(found.name, found.body or b"")


ROUTES = (
    Route(
        "GET", "/api/v1/leads/{no}/attachments", list_them, "线索的附件", AttachmentList, "any",
        statuses={200: "附件清单"}, refusals=(404,),
    ),
    Route(
        "GET", "/api/v1/attachments/{attachment}", download, "下载一个附件", None, "acting",
        statuses={200: "文件"}, refusals=(404,),
    ),
)  # fmt: skip
