"""Somebody's consent is asked for: what for, by which rule, why; 同意 or 驳回 with a reason."""

from dataclasses import dataclass

from bot.cards.asked import Asked, title_of
from bot.cards.card import Button, Card, Choice, Field, Option
from bot.cards.quote import told_lines
from bot.context import Context
from bot.lead_actions import More
from bot.quote_actions import Agree, AskRefuse, Refuse
from leads.approval import may_decide
from leads.mask import said
from leads.price import yuan
from leads.quote import line_of, off_of, percent_off
from store import leads, quotes
from store.approval import Approval, find_approval
from store.deals import find_deal
from store.members import name_of
from store.order import get_contract
from store.tables import Lead
from store.tx import Tx

REASONS = ("折扣太大", "毛利不够", "超出客户授信", "先和客户再谈谈", "资料不全")
WHAT = {"discount": "特价", "contract": "合同", "visit": "拜访"}


@dataclass(frozen=True)
class View:
    """The question; `about` are rows and `lines` words that show what it means; `ended` says how it ended."""

    row: Approval
    lead: Lead
    asker: str
    about: tuple[tuple[str, str], ...] = ()
    lines: tuple[str, ...] = ()
    ended: str = ""
    refusing: bool = False  # the reason of a no is asked for


async def look(tx: Tx, asked: Asked, ctx: Context) -> View | None:
    """Read the question as it is now; None for who may not decide it."""
    row = await find_approval(tx, int(asked.card.partition(":")[2] or asked.params.get("approval") or 0))
    lead = await leads.find_lead(tx, row.lead_id) if row is not None else None
    if row is None or lead is None or asked.who is None or not may_decide(row, asked.who):
        return None
    about, lines = await _subject(tx, row, ctx)
    if row.also_id == asked.who.id and row.state == "open":
        lines = (f"{await name_of(tx, row.approver_id)}还没有回,也请你看看:你们谁先批都算。", *lines)
    return View(
        row, lead, await name_of(tx, row.asked_by) or "同事", about, lines, await _ended(tx, row),
        bool(asked.params.get("refusing")),
    )  # fmt: skip


async def _subject(tx: Tx, row: Approval, ctx: Context) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    if row.subject == "contract":
        contract = await get_contract(tx, row.subject_id)
        deal = await find_deal(tx, row.opportunity_id or 0)
        if contract is None or deal is None:
            return (), ()
        what = said(f"{deal.no} {deal.product or deal.name}".strip(), reveal=False)
        return (("合同", contract.no), ("金额", yuan(contract.amount)), ("商机", what)), ()
    if row.subject != "quote":
        return (), ()
    version = await quotes.find_version(tx, row.subject_id, row.subject_version)
    if version is None:
        return (), ()
    lines = [line_of(line) for line in version.lines]
    labels = {name: one.label for name, one in ctx.rules.promotions.items()}
    rows = (
        ("报价", f"Q{row.subject_id} 第 {row.subject_version} 版"),
        ("合计", f"{yuan(version.total)}(原价 {yuan(version.full)})"),
        ("优惠", f"{percent_off(off_of(version.total, version.full))},{version.why}"),
        ("价格表", f"第 {version.price_list} 版"),
    )
    return rows, tuple(told_lines(lines, labels))


async def _ended(tx: Tx, row: Approval) -> str:
    who = await name_of(tx, row.decided_by) if row.decided_by else "OA"
    return {
        "open": "", "agreed": f"{who}已同意", "refused": f"{who}已驳回:{row.note}"[:30], "void": "内容已改,这张作废",
        "withdrawn": "同意以后又撤销了",
    }[row.state]  # fmt: skip


def draw(view: View) -> Card:
    """The question with its two answers, or the reasons of a no."""
    row, lead_id = view.row, view.lead.id or 0
    if view.refusing:
        return Card(
            title=f"驳回 {row.no}:{title_of(view.lead)}",
            subtitle="提的人会看到这个原因",
            source="审批",
            text=f"也可以直接发:驳回 {row.no} 你的原因",
            choice=Choice("reason", "原因", tuple(Option(one, one) for one in REASONS), REASONS[0]),
            buttons=(Button("确定驳回", Refuse(lead_id, row.id or 0), "danger"),),
            done=view.ended,
        )
    return Card(
        title=f"{view.asker}申请{WHAT[row.kind]} {row.no}:{title_of(view.lead)}",
        subtitle=row.label,
        source="审批",
        quote_title="原因" if row.reason else "",
        quote=row.reason,
        text="\n".join(view.lines),
        fields=tuple(Field(name, value) for name, value in view.about),
        buttons=()
        if view.ended
        else (
            Button("同意", Agree(lead_id, row.id or 0), "primary"),
            Button("驳回", AskRefuse(lead_id, row.id or 0)),
            Button("详情", More(lead_id)),
        ),
        done=view.ended,
        urgency="todo",
    )
