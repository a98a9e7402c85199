"""Approvals for programs: looked at, decided."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from bot.context import Context
from bot.handlers import approval as approving
from bot.pipeline import Outcome
from bot.web.api.auth import acting
from bot.web.api.fields import Words
from bot.web.api.paging import Page, cut, start_of
from bot.web.api.quotes import V1, By, deeds, number_of
from bot.web.api.route import Call, Reply, Route
from bot.web.api.shape import Shape
from bot.web.api.wire import local
from leads.approval import get_decidable
from leads.errors import NotFound
from store import approval as approvals
from store.approval import Approval
from store.tx import Tx


class Decision(Shape):
    """The word about an approval."""

    model_config = ConfigDict(extra="forbid")

    agree: bool
    note: Annotated[Words, Field(max_length=200)] = ""
    by: By = None


class ApprovalShown(Shape):
    """A question and what became of it."""

    approval: str
    kind: str
    about: str
    lead: str
    rule: str
    label: str
    rules_version: int
    way: Literal["card", "oa"]
    state: Literal["open", "agreed", "refused", "void", "withdrawn"]
    asked_by: str | None
    asked_at: datetime
    approver: str
    decided_by: str | None
    decided_at: datetime | None
    note: str


class ApprovalPage(Shape):
    """A page of approvals."""

    items: list[ApprovalShown]
    next_cursor: str | None


async def list_approvals(call: Call) -> Reply:
    """GET /approvals."""
    wanted: Page = call.query
    async with call.desk.store.read() as tx:
        rows = await approvals.list_approvals(tx, before=start_of(wanted, "approvals"), limit=wanted.limit + 1)
    shown, cursor = cut(rows, wanted, "approvals", lambda row: row.id or 0)
    return Reply(ApprovalPage(items=[_approval(row, call.context) for row in shown], next_cursor=cursor))


async def decide(call: Call) -> Reply:
    """POST /approvals/{approval}/decide."""
    given: Decision = call.body
    approval_id = number_of(call.path["approval"], "A")

    async def verb(tx: Tx, ctx: Context) -> Outcome:
        who = await acting(tx, given.by, call.caller)
        await get_decidable(tx, approval_id, who)
        rest = f"A{approval_id} {given.note}"
        if given.agree:
            return deeds(await approving.on_agree_word(tx, None, rest, who, ctx))
        return deeds(await approving.on_refuse_word(tx, rest, who, ctx))

    await call.desk.act(verb)
    async with call.desk.store.read() as tx:
        row = await approvals.find_approval(tx, approval_id)
        if row is None:
            raise NotFound(f"A{approval_id}")
        return Reply(_approval(row, call.context))


def _approval(row: Approval, ctx: Context) -> ApprovalShown:
    zone = ctx.rules.zone
    return ApprovalShown.model_construct(
        approval=row.no, kind=row.kind, about=approving.about_of(row), lead=f"L{row.lead_id}", rule=row.rule,
        label=row.label, rules_version=row.rules_version, way=row.way, state=row.state, asked_by=row.asked_by,
        asked_at=local(row.asked_at, zone=zone), approver=row.approver_id, decided_by=row.decided_by,
        decided_at=local(row.decided_at, zone=zone) if row.decided_at is not None else None, note=row.note,
    )  # fmt: skip


ROUTES = (
    Route("GET", V1 + "/approvals", list_approvals, "查审批", ApprovalPage, "any", query=Page,
          statuses={200: "一页审批"}),
    Route("POST", V1 + "/approvals/{approval}/decide", decide, "同意或驳回", ApprovalShown, "acting", body=Decision,
          statuses={200: "批好了"}, refusals=(404, 409)),
)  # fmt: skip
