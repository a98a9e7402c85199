"""Numbers in chat: 渠道 says what sales thinks of each source's leads."""

from bot.context import Context
from reports.period import Period
from reports.quality import SourceQuality, counted, source_quality
from reports.words import shown
from store.tx import Tx

MOST = 15  # sources told in one message


async def quality_lines(tx: Tx, period: Period, ctx: Context, *, of: str = "") -> list[str]:
    """One line for each source, those with the most invalid leads first; `of` whom they are, where that is not said."""
    rows = await source_quality(tx, period.first, period.last, zone=ctx.rules.zone)
    days = shown(period, today=ctx.today)
    if not rows:
        return [f"{of}渠道质量({days}):这段时间没有新线索,也没有标无效的。"]
    lines = [f"{of}渠道质量({days}),无效多的在前:", *(_line(row) for row in rows[:MOST])]
    return lines + ([f"还有 {len(rows) - MOST} 个渠道没列出来"] if len(rows) > MOST else [])


def _line(row: SourceQuality) -> str:
    told = f"{row.key or '没写来源'}:新线索 {row.leads} 条"
    if row.invalid:
        told += f",标无效 {row.invalid} 条({counted(row.reasons)})"
    share = "—" if row.invalid_rate is None else f"{row.invalid_rate:.0%}"
    return f"· {told},无效率 {share}"
