"""转商机: a lead becomes a deal by one sentence; what is doubtful or in conflict is asked first, with a tap."""

import re
from dataclasses import asdict, replace
from typing import Any

from bot.context import Answer, Context
from bot.deal_actions import AskConvert, ConvertDraft
from leads.convert import MaybeTwin, Terms, check_terms, convert
from leads.deal_edit import day_in
from leads.deal_facts import OpportunityOpened
from leads.errors import FieldsMissing, Unusable
from leads.facts import Fact
from leads.rights import Who, get_workable
from leads.understand.amount import read_amount
from leads.understand.when import find_whens
from leads.undo import remember, snapshot_deals
from store.talk import add_draft, close_draft, find_draft, find_focus, set_focus
from store.tx import Tx

EXAMPLE = "例如:转商机 L1024 CRM 50万 6月底"
LABELS = {
    "product": ("产品",),
    "amount": ("金额", "预计金额", "报价"),
    "expected_on": ("预计成交日", "预计成交", "成交日", "预计"),
    "competitor": ("竞争对手", "竞品", "对手"),
    "name": ("名称",),
}
MONEY = re.compile(r"(?:[万亿wWkK千百元块]|左右|上下|以内|以上|多)$|^[¥￥]")
TAILS = ("左右", "上下", "以内", "以上")
UNITS = ("万", "万元", "元", "块", "千", "亿", "k", "K", "w", "W")  # 50 万


def read_terms(words: str, ctx: Context) -> tuple[Terms, tuple[int, ...]]:
    """What a sentence says of a deal, and the guesses (fen) when its amount is doubtful.

    Raises Unusable for an amount that cannot be, a day that has passed, and two of one kind.
    """
    found: dict[str, object] = {}
    guesses: tuple[int, ...] = ()
    product: list[str] = []
    for part in _parts(words):
        key, text = _labelled(part)
        kind = key or _kind_of(text, ctx)
        if kind == "product" and key is None:
            product.append(text)
            continue
        if kind in found:
            raise Unusable(f"「{text[:20]}」:同样的一项写了两次。{EXAMPLE}")
        if kind == "amount":
            read = read_amount(text)
            if read is None or read.flaw:
                why = read.flaw if read is not None else f"「{text[:20]}」看不出是多少钱"
                raise Unusable(f"{why}。金额写成 50万、8000元;还不知道就先不写。")
            found["amount"], guesses = read.fen, read.guesses
        elif kind == "expected_on":
            day = day_in(text, rules=ctx.rules, now=ctx.now)
            if day is None:
                raise Unusable(f"「{text[:20]}」看不出是哪天。预计成交日写成 2026-06-30 或 6月底。")
            found["expected_on"] = day
        else:
            found[kind] = text
    if product and "product" not in found:
        found["product"] = " ".join(product)
    terms = Terms(**found)  # type: ignore[arg-type]
    check_terms(terms, rules=ctx.rules, now=ctx.now)
    return terms, guesses


def _parts(words: str) -> list[str]:
    parts: list[str] = []
    for part in re.split(r"[\s,;、\uff0c\uff1b]+", words.strip()):
        if parts and (part in TAILS or (part in UNITS and re.fullmatch(r"[\d.]+", parts[-1]))):
            parts[-1] += part
        elif part:
            parts.append(part)
    return parts


def _labelled(part: str) -> tuple[str | None, str]:
    for key, labels in LABELS.items():
        for label in labels:
            if found := re.fullmatch(rf"{label}[=:\uff1a\uff1d](.+)", part):
                return key, found[1]
    return None, part


def _kind_of(text: str, ctx: Context) -> str:
    """Whether a word without a label is an amount, a day or (a part of) the product's name."""
    if MONEY.search(text) and read_amount(text) is not None:
        return "amount"
    if day_in(text, rules=ctx.rules, now=ctx.now) is not None and _is_day(text, ctx):
        return "expected_on"
    return "amount" if read_amount(text) is not None else "product"


def _is_day(text: str, ctx: Context) -> bool:
    whens = find_whens(text, now=ctx.now.astimezone(ctx.rules.zone))
    return not whens or len(whens[0].text) >= len(text) - 3


async def on_convert_word(tx: Tx, lead_id: int | None, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """转商机 L1024 [产品] [金额] [预计成交日]; without a number it is the lead in focus."""
    if lead_id is None:
        focus = await find_focus(tx, who.id or "")
        lead_id = focus.lead_id if focus is not None else None
    if lead_id is None:
        raise Unusable(f"哪一条转商机?{EXAMPLE}")
    lead = await get_workable(tx, lead_id, who, rules=ctx.rules)
    terms, guesses = read_terms(rest, ctx)
    if not terms.product and lead.product:
        terms = replace(terms, product=lead.product)
    if guesses:
        draft_id = await _keep(tx, lead_id, terms, who, ctx)
        return [Answer("convert", lead_id, {"draft": draft_id, "why": "amount", "guesses": list(guesses)})]
    return await _convert(tx, lead_id, terms, None, who, ctx)


async def on_ask_convert(tx: Tx, action: AskConvert, who: Who, ctx: Context) -> list[Fact | Answer]:
    """The button 转商机: the next sentence says what it is, a tap makes it without."""
    lead = await get_workable(tx, action.lead_id, who, rules=ctx.rules)
    draft_id = await _keep(tx, action.lead_id, Terms(product=lead.product), who, ctx)
    await set_focus(tx, who.id or "", lead_id=action.lead_id, asked=f"convert:{action.lead_id}", now=ctx.now)
    return [Answer("convert", action.lead_id, {"draft": draft_id, "why": "terms"})]


async def on_convert_draft(tx: Tx, action: ConvertDraft, who: Who, ctx: Context) -> list[Fact | Answer]:
    """A tap: this amount, two people, or just do it."""
    return await resume(tx, action.draft_id, who, ctx, fen=action.fen, apart=bool(action.apart))


async def resume(
    tx: Tx, draft_id: int, who: Who, ctx: Context, *, fen: int = 0, apart: bool = False
) -> list[Fact | Answer]:
    """Go on with a deal that waited for an answer. Raises Unusable when it was made, or said anew, since."""
    draft = await find_draft(tx, draft_id, who.id or "")
    if draft is None or draft.kind != "deal" or draft.lead_id is None:
        raise Unusable(f"没有找到这条记录,把那句话再发一遍就好。{EXAMPLE}")
    if draft.state != "open":
        done = "已经转好了" if draft.state == "saved" else "已经过期了,再发一遍就好"
        raise Unusable(f"L{draft.lead_id} 的这次转商机{done}。发「商机」看看手上的商机。")
    terms = Terms(**draft.content)
    terms = replace(terms, amount=fen) if fen else terms
    return await _convert(tx, draft.lead_id, terms, draft_id, who, ctx, apart=apart)


async def _keep(tx: Tx, lead_id: int, terms: Terms, who: Who, ctx: Context) -> int:
    return await add_draft(tx, who.id or "", "deal", asdict(terms), lead_id=lead_id, now=ctx.now)


async def _convert(
    tx: Tx, lead_id: int, terms: Terms, draft_id: int | None, who: Who, ctx: Context, *, apart: bool = False
) -> list[Fact | Answer]:
    before = await snapshot_deals(tx, lead_id)
    try:
        facts = await convert(tx, lead_id, who, terms, apart=apart, rules=ctx.rules, now=ctx.now)
    except FieldsMissing as refusal:
        draft_id = draft_id or await _keep(tx, lead_id, terms, who, ctx)
        key, move = refusal.missing[0][0], f"convert.{draft_id}"
        await set_focus(tx, who.id or "", lead_id=lead_id, asked=f"field:{lead_id}:{key}:{move}", now=ctx.now)
        return [Answer("wanted", lead_id, {"field": key, "move": move})]
    except MaybeTwin as refusal:
        draft_id = draft_id or await _keep(tx, lead_id, terms, who, ctx)
        return [Answer("convert", lead_id, {"draft": draft_id, "why": "twin", "other": refusal.other.id})]
    if draft_id is not None:
        await close_draft(tx, draft_id, "saved")
    await remember(tx, who, "convert", lead_id, before, now=ctx.now)
    await set_focus(tx, who.id or "", lead_id=lead_id, asked="", now=ctx.now)
    (opened,) = (fact for fact in facts if isinstance(fact, OpportunityOpened))
    said = f"L{lead_id} 已转商机 {opened.no}"
    return [*facts, Answer(f"deal:{opened.opportunity_id}", lead_id, {"said": said})]


HANDLERS: dict[Any, Any] = {AskConvert: on_ask_convert, ConvertDraft: on_convert_draft}
