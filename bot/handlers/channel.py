"""渠道 in chat: how each source is doing, what its forms got, which bots were turned away."""

from datetime import date

from bot.context import Answer, Context, say
from bot.handlers.report import period_of, quality_lines
from leads.facts import Fact
from leads.rights import Who
from store.counts import counts_between
from store.tx import Tx


async def on_channel_word(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """渠道, 渠道 今天, 渠道 本周 …: the last seven days unless a period is named."""
    first, last = period_of(rest, ctx)
    lines = await quality_lines(tx, first, last, ctx)
    lines += await _forms(tx, first, last, ctx)
    return [say("\n".join(lines))]


async def _forms(tx: Tx, first: date, last: date, ctx: Context) -> list[str]:
    """表单「联系我们」:访客 12,提交 5,拦截 37 条."""
    counts = await counts_between(tx, first.isoformat(), last.isoformat())
    lines = []
    for name, form in ctx.rules.forms.items():
        found = counts.get(name)
        if not found:
            continue
        told = f"表单「{form.title}」:访客 {found.get('shown', 0)},提交 {found.get('sent', 0)}"
        told += f",没填完整 {found['incomplete']} 次" if found.get("incomplete") else ""
        told += f",机器人拦截 {found['blocked']} 条" if found.get("blocked") else ""
        told += f",太频繁挡回 {found['hurried']} 次" if found.get("hurried") else ""
        lines.append(told)
    return lines
