"""Numbers in chat: 渠道 says what sales thinks of each source's leads."""

from datetime import date

from bot.context import Context
from reports.quality import SourceQuality, counted, source_quality
from store.tx import Tx

MOST = 15  # sources told in one message


async def quality_lines(tx: Tx, first: date, last: date, ctx: Context) -> list[str]:
    """One line for each source, those with the most invalid leads first."""
    rows = await source_quality(tx, first, last, zone=ctx.rules.zone)
    days = f"{first:%m-%d}" + (f" 到 {last:%m-%d}" if last != first else "")
    if not rows:
        return [f"渠道质量({days}):这段时间没有新线索,也没有标无效的。"]
    lines = [f"渠道质量({days}),无效多的在前:", *(_line(row) for row in rows[:MOST])]
    return lines + ([f"还有 {len(rows) - MOST} 个渠道没列出来"] if len(rows) > MOST else [])


def _line(row: SourceQuality) -> str:
    told = f"{row.key or '没写来源'}:新线索 {row.leads} 条"
    if row.invalid:
        told += f",标无效 {row.invalid} 条({counted(row.reasons)})"
    share = "—" if row.invalid_rate is None else f"{row.invalid_rate:.0%}"
    return f"· {told},无效率 {share}"
