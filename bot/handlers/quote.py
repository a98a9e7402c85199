"""报价: worked out in one line, changed in one line, sent with one tap; and 授信, how much a customer may owe."""

import re

from bot.context import Answer, Context, say
from bot.handlers.deal import bare_deal
from bot.quote_actions import SendQuote, ShowQuote
from leads.cautions import cautions
from leads.deal import get_workable_deal
from leads.errors import NoRight, Unusable, WrongStage
from leads.facts import Fact
from leads.price import sum_of, yuan
from leads.quote_words import EXAMPLE
from leads.quoting import OPEN, get_quote, make_quote, require_agreed, require_present, send_quote
from leads.rights import Who, get_visible
from store import deals, quotes
from store.due import do_once
from store.members import find_member
from store.prices import credit_of, note_credit
from store.quote import Quote
from store.talk import find_focus, set_focus
from store.tx import Tx

NUMBER = re.compile(r"\s*(?P<kind>[OoQq])\s*(?P<n>\d{1,12})(?!\d)[\s,:]*")
REASON = re.compile(r"[\s,;。]*(?:原因|理由|因为)[\s::]*(?P<reason>[^\n]{1,200})$")
OLD = re.compile(r"^第?\s*(\d{1,4})\s*版$")


async def on_quote_word(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """报价 O88 相机×30 9折, 报价 Q12 …(改), 报价 Q12, 报价 Q12 第1版, 报价 O88."""
    match = NUMBER.match(rest)
    if match is None and (meant := await bare_deal(tx, rest, who, ctx)) is not None:
        return await _of_deal(tx, meant[0].id or 0, meant[1], who, ctx)
    if match is None:
        return await _quote_of_focus(tx, rest, who, ctx)
    number, rest = int(match["n"]), rest[match.end() :].strip()
    if match["kind"].upper() == "O":
        return await _of_deal(tx, number, rest, who, ctx)
    quote, deal = await get_quote(tx, number, who, rules=ctx.rules)
    await set_focus(tx, who.id or "", lead_id=quote.lead_id, now=ctx.now)
    if not rest:
        return [Answer(f"quote:{quote.id}", quote.lead_id)]
    if (old := OLD.match(rest)) is not None:
        if await quotes.find_version(tx, quote.id or 0, int(old[1])) is None:
            raise Unusable(f"{quote.no} 没有第 {old[1]} 版,现在是第 {quote.version} 版。")
        return [Answer(f"quote:{quote.id}", quote.lead_id, {"version": int(old[1])})]
    if rest in ("发送", "发给客户", "发"):
        return await on_send(tx, SendQuote(quote.lead_id, quote.id or 0, quote.version), who, ctx)
    return await _make(tx, deal.id or 0, rest, who, ctx, quote=quote)


async def _of_deal(tx: Tx, opportunity_id: int, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    deal = await get_workable_deal(tx, opportunity_id, who, rules=ctx.rules)
    await set_focus(tx, who.id or "", lead_id=deal.lead_id, now=ctx.now)
    found = await quotes.list_quotes(tx, opportunity_id=deal.id)
    if not rest:
        if not found:
            return [say(f"{deal.no} 还没有报价。发「报价 {deal.no} 产品 数量 折扣」,{EXAMPLE}")]
        return [Answer(f"quote:{found[0].id}", deal.lead_id), *_others(found[1:])]
    if rest.startswith("另做"):
        return await _make(tx, deal.id or 0, rest.removeprefix("另做").strip(), who, ctx, quote=None)
    return await _make(tx, deal.id or 0, rest, who, ctx, quote=next((q for q in found if q.state in OPEN), None))


def _others(found: object) -> list[Fact | Answer]:
    numbers = "、".join(quote.no for quote in list(found)[:10])  # type: ignore[call-overload]
    return [say(f"还有 {numbers},发「报价 编号」看。")] if numbers else []


async def _quote_of_focus(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    focus = await find_focus(tx, who.id or "")
    found = await deals.list_of_lead(tx, focus.lead_id) if focus is not None and focus.lead_id else []
    open_ones = [deal for deal in found if deal.result == "open"]
    if len(open_ones) != 1:
        which = "、".join(deal.no for deal in open_ones)
        raise Unusable(f"要给哪个商机报价?{f'有 {which}。' if which else ''}{EXAMPLE}")
    return await _of_deal(tx, open_ones[0].id or 0, rest, who, ctx)


async def _make(
    tx: Tx, opportunity_id: int, text: str, who: Who, ctx: Context, *, quote: Quote | None
) -> list[Fact | Answer]:
    deal = await get_workable_deal(tx, opportunity_id, who, rules=ctx.rules)
    reason = ""
    if (match := REASON.search(text)) is not None:
        reason, text = match["reason"].strip(), text[: match.start()]
    desks = ctx.platforms_of(await find_member(tx, who.id or ""))
    made = await make_quote(
        tx, deal, text, who, quote=quote, reason=reason, desks=desks, rules=ctx.rules, today=ctx.today, now=ctx.now
    )
    headline = f"按价格表第 {made.version.price_list} 版"
    if made.approval is not None:
        headline = f"超过了审批线,已提交审批 {made.approval.no}"
    return [*made.facts, Answer(f"quote:{made.quote.id}", deal.lead_id, {"headline": headline})]


async def on_show_quote(tx: Tx, action: ShowQuote, who: Who, ctx: Context) -> list[Fact | Answer]:
    """The button 看报价."""
    quote, _ = await get_quote(tx, action.quote_id, who, rules=ctx.rules)
    return [Answer(f"quote:{quote.id}", quote.lead_id)]


async def on_send(tx: Tx, action: SendQuote, who: Who, ctx: Context) -> list[Fact | Answer]:
    """发给客户: what is doubtful is said first; then the PDF and its link come into the chat."""
    quote, deal = await get_quote(tx, action.quote_id, who, rules=ctx.rules, work=True)
    if deal.result == "lost":
        raise WrongStage(f"{deal.no} 已经输单了,报价没有发。要接着谈,先发「重开 {deal.no}」。")
    await require_present(tx, quote, action.version)
    await require_agreed(tx, quote)
    version = await quotes.get_version(tx, quote)
    doubts = await cautions(tx, version, quote.lead_id, rules=ctx.rules, today=ctx.today)
    if doubts and not action.sure:
        return [Answer(f"quote:{quote.id}", quote.lead_id, {"sure": 1, "headline": f"先看一下:{doubts[0]}"[:40]})]
    fact = await send_quote(tx, quote, action.version, who, now=ctx.now)
    payload = {"quote": quote.id, "version": quote.version, "to": who.id, "at": ctx.now.isoformat()}
    await do_once(
        tx, kind="quote_pdf", key=f"quote_pdf:{quote.id}:{quote.version}:{ctx.now.isoformat()}", now=ctx.now,
        payload=payload,
    )  # fmt: skip
    return [fact, say(f"{quote.no} 第 {quote.version} 版的 PDF 马上发到这里,转发给客户就行。")]


async def on_credit_word(tx: Tx, lead_id: int | None, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """授信 L1024 50万 已用 10万: what a customer may owe us (managers); without a sum it is shown."""
    if lead_id is None:
        raise Unusable("哪一位客户?例如:授信 L1024 50万")
    lead = await get_visible(tx, lead_id, who, rules=ctx.rules)
    known = await credit_of(tx, lead_id)
    if not rest:
        if known is None:
            return [say(f"{lead.no} 没有登记授信。主管可以发「授信 {lead.no} 50万」。")]
        source = known.source or "人工登记"
        return [say(f"{lead.no} 的授信额度 {yuan(known.most)},已用 {yuan(known.used)}({source})。")]
    if who.role not in ("manager", "admin"):
        raise NoRight("授信由主管或管理员登记。")
    most_text, _, used_text = rest.partition("已用")
    most, used = sum_of(most_text), sum_of(used_text) if used_text.strip() else (known.used if known else 0)
    if most is None or used is None:
        raise Unusable(f"金额没看懂,写成:授信 {lead.no} 50万 已用 10万。什么都没有存。")
    if not await note_credit(tx, lead_id, most=most, used=used, source="", by=who.id, at=ctx.now):
        raise Unusable("刚刚有系统报来了更新的授信,什么都没有存。")
    return [say(f"{lead.no} 的授信额度记成 {yuan(most)},已用 {yuan(used)}。")]
