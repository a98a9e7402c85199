"""同意 and 驳回 for a large file of leads; whoever asked hears it at once."""

from bot.context import Answer, Context, say
from bot.export_actions import DecideExport
from bot.outgoing import ring
from leads.exporting import decide_export
from leads.facts import Fact
from leads.rights import Who
from store.exporting import ExportRequest
from store.members import find_member, name_of
from store.tx import Tx

PAGE = "/app/exports"


async def ask_for_consent(tx: Tx, row: ExportRequest, ctx: Context) -> None:
    """Whoever must agree gets the card."""
    approver = await find_member(tx, row.approver_id)
    if approver is not None:
        await ring(tx, ctx, approver, "export", key=f"export:{row.id}:asked", export=row.id)


async def decide(tx: Tx, export_id: int, who: Who, ctx: Context, *, agreed: bool) -> str:
    """Say it, and tell whoever asked; returns what the decider reads. Raises what decide_export refuses with."""
    row = await decide_export(tx, export_id, who, agreed=agreed, now=ctx.now)
    asker = await find_member(tx, row.by)
    if asker is not None:
        link = f"{ctx.public_url.rstrip('/')}{PAGE}"
        cure = f"24 小时内在这里下载:{link}" if agreed else "可以筛选到 500 行以内直接导出,或者说明用途再申请。"
        text = f"{row.no}(导出 {row.rows:,} 条):{who.name}{'同意了' if agreed else '没有同意'}。{cure}"
        await ring(tx, ctx, asker, "note", key=f"export:{row.id}:decided", text=text)
    word = "同意" if agreed else "驳回"
    return f"{row.no} 已{word},{await name_of(tx, row.by)}马上收到。"


async def on_decide(tx: Tx, action: DecideExport, who: Who, ctx: Context) -> list[Fact | Answer]:
    """The buttons of the card."""
    return [say(await decide(tx, action.export_id, who, ctx, agreed=bool(action.agreed)))]
