"""渠道 in chat: how each source is doing, what its forms got, which bots were turned away."""

import re
from datetime import date

from bot.channels import prefix_of
from bot.context import Answer, Context, say
from bot.handlers.campaign import on_cost, on_list, on_open, on_show
from bot.handlers.numbers import on_attribution_word, on_channels
from bot.handlers.report import quality_lines
from bot.watch import look, told_of
from leads.errors import Unusable
from leads.facts import Fact
from leads.rights import Who
from store.counts import counts_between
from store.pulse import rerun_parked, save_state, state_of
from store.tx import Tx

ACTS = {"新建": on_open, "费用": on_cost}


async def on_channel_word(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """渠道, 渠道 今天, 渠道 上月 渝西 …: the last seven days unless named; 渠道 归因: three models; 渠道 重试 X;

    渠道 新建, 费用, 列表, C3: campaigns."""
    if rest.startswith("重试"):
        return await _try_again(tx, rest.removeprefix("重试").strip(), ctx)
    word, _, more = rest.partition(" ")
    if word in ACTS:
        return await ACTS[word](tx, more, who, ctx)
    if word == "列表":
        return await on_list(tx, who, ctx)
    if re.fullmatch(r"[Cc][0-9]{1,9}", word):
        return await on_show(tx, word, who, ctx)
    if word == "归因":
        return await on_attribution_word(tx, more, who, ctx)
    card, period = await on_channels(tx, rest, who, ctx)
    first, last = period.first, period.last
    lines = await quality_lines(tx, period, ctx, of="全公司" if card.params.get("team") else "")
    lines += await _forms(tx, first, last, ctx)
    lines += [f"· {told_of(one, ctx)}" for one in await look(tx, ctx) if one.channel or one.ill]
    return [card, say("\n".join(lines))]


async def _try_again(tx: Tx, source: str, ctx: Context) -> list[Fact | Answer]:
    name = next((name for name, its in ctx.channels.items() if source in (name, its)), None)
    if name is None:
        known = "、".join(ctx.channels.values()) or "还没有,管理员可以在 leadbot.yaml 的 channels 里加"
        raise Unusable(f"没有叫「{source[:20]}」的渠道。接好的渠道有:{known}。")
    count = await rerun_parked(tx, prefix_of(name), now=ctx.now)
    state = await state_of(tx, name)
    await save_state(tx, name, told=" ".join(word for word in state.told.split() if word != "unreadable"))
    return [
        say(
            f"「{ctx.channels[name]}」放着的 {count} 条重新处理了,发「渠道」看结果。"
            if count
            else "没有放着的,不用重试。"
        )
    ]


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
