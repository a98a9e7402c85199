"""Numbers in chat: 渠道 says what sales thinks of each source's leads."""

from datetime import date, timedelta

from bot.context import Context
from leads.errors import Unusable
from reports.quality import SourceQuality, counted, source_quality
from store.tx import Tx

MOST = 15  # sources told in one message
PERIODS = {"今天": 0, "": 6, "7天": 6, "30天": 29}


async def quality_lines(tx: Tx, first: date, last: date, ctx: Context) -> list[str]:
    """One line for each source, those with the most invalid leads first."""
    rows = await source_quality(tx, first, last, zone=ctx.rules.zone)
    days = f"{first:%m-%d}" + (f" 到 {last:%m-%d}" if last != first else "")
    if not rows:
        return [f"渠道质量({days}):这段时间没有新线索,也没有标无效的。"]
    lines = [f"渠道质量({days}),无效多的在前:", *(_line(row) for row in rows[:MOST])]
    return lines + ([f"还有 {len(rows) - MOST} 个渠道没列出来"] if len(rows) > MOST else [])


def period_of(words: str, ctx: Context) -> tuple[date, date]:
    """The days that somebody means, both included; the last seven when nothing is said. Raises Unusable."""
    today = ctx.now.astimezone(ctx.rules.zone).date()
    words = words.replace(" ", "")
    if words == "昨天":
        return today - timedelta(days=1), today - timedelta(days=1)
    if words in PERIODS:
        return today - timedelta(days=PERIODS[words]), today
    if words in ("本周", "这周"):
        return today - timedelta(days=today.weekday()), today
    if words in ("本月", "这个月"):
        return today.replace(day=1), today
    raise Unusable("看哪段时间?可以发:渠道、渠道 今天、渠道 昨天、渠道 本周、渠道 本月、渠道 30天。")


def _line(row: SourceQuality) -> str:
    told = f"{row.key or '没写来源'}:新线索 {row.leads} 条"
    if row.invalid:
        told += f",标无效 {row.invalid} 条({counted(row.reasons)})"
    share = "—" if row.invalid_rate is None else f"{row.invalid_rate:.0%}"
    return f"· {told},无效率 {share}"
