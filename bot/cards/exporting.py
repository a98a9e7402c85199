"""Somebody wants a large file of leads: what, how many, what for; 同意 or 驳回."""

from dataclasses import dataclass

from bot.cards.asked import Asked
from bot.cards.card import Button, Card, Field
from bot.context import Context
from bot.export_actions import DecideExport
from leads.exporting import may_decide
from store.exporting import ExportRequest, find_request
from store.members import name_of
from store.tx import Tx


@dataclass(frozen=True)
class View:
    """The request, who asks, and how it ended ("" while it is open)."""

    row: ExportRequest
    asker: str
    ended: str = ""


async def look(tx: Tx, asked: Asked, ctx: Context) -> View | None:
    """Read the request as it is now; None for who may not decide it."""
    row = await find_request(tx, int(asked.params.get("export") or 0))
    if row is None or asked.who is None or not may_decide(row, asked.who):
        return None
    who = await name_of(tx, row.decided_by) if row.decided_by else ""
    ended = {"agreed": f"{who}已同意", "refused": f"{who}已驳回"}.get(row.state, "")
    return View(row, await name_of(tx, row.by), ended)


def draw(view: View) -> Card:
    """The question with its two answers."""
    row = view.row
    return Card(
        title=f"{view.asker}申请导出 {row.rows:,} 条线索",
        subtitle="超过 500 行要主管同意",
        source="审批",
        quote_title="用来做什么",
        quote=row.why,
        text="同意后 24 小时内可以下载,文件里每一行都带着导出人和时间。",
        fields=(Field("编号", row.no), Field("格式", row.format.upper())),
        buttons=()
        if view.ended
        else (
            Button("同意", DecideExport(row.id or 0, 1), "primary"),
            Button("驳回", DecideExport(row.id or 0, 0), "danger"),
        ),
        done=view.ended,
        urgency="todo",
    )
