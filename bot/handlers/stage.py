"""A lead's stage is changed by hand: 阶段 L1024 培育中, 培育, 沉睡, and marketing's buttons on leads nobody owns."""

from bot.context import Answer, Context
from bot.handlers.deal import deal_and_rest, on_deal_stage
from bot.handlers.field import ask_what_is_missing
from bot.handlers.qualify import on_ask_disqualify
from bot.lead_actions import AskDisqualify, MoveTo
from config.words import STAGE_LABELS
from leads.errors import FieldsMissing, Unusable
from leads.facts import Fact
from leads.rights import Who
from leads.stage import BY_HAND, move_to
from leads.undo import remember, snapshot
from store.talk import set_focus
from store.tx import Tx

SAID = {"培育": "nurturing", "沉睡": "dormant", "无效": "invalid"}


async def on_move(tx: Tx, action: MoveTo, who: Who, ctx: Context) -> list[Fact | Answer]:
    """A button that moves the lead. Refuses as leads.stage.move_to does."""
    return await _move(tx, action.lead_id, action.stage, "", who, ctx)


async def on_stage_word(tx: Tx, lead_id: int | None, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """阶段 L1024 培育中 (原因); 阶段 O88 方案报价 moves a deal."""
    of_deals = {one.name for way in ctx.rules.ways.values() for one in way.stages}
    if lead_id is None and (deal_and_rest(rest)[0] is not None or rest in of_deals):
        return await on_deal_stage(tx, rest, who, ctx)
    known = "、".join(STAGE_LABELS[stage] for stage in BY_HAND)
    if lead_id is None or not rest:
        raise Unusable(f"要写线索和阶段,例如:阶段 L1024 培育中。可以改成:{known}。")
    word, _, reason = rest.partition(" ")
    named = {label: stage for stage, label in STAGE_LABELS.items()} | {stage: stage for stage in STAGE_LABELS}
    stage = named.get(word) or named.get(word.lower()) or SAID.get(word, "")
    if not stage and word in of_deals:
        raise Unusable(f"「{word}」是商机的阶段,要写商机的编号,例如:阶段 O88 {word}。发「商机」看手上的。")
    if not stage:
        raise Unusable(f"没有叫「{word[:20]}」的阶段。可以改成:{known}。")
    return await _move(tx, lead_id, stage, reason, who, ctx)


async def on_nurture_word(tx: Tx, lead_id: int | None, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """培育 L1024 原因."""
    if lead_id is None:
        raise Unusable("哪一条转回培育?例如:培育 L1024 明年才有预算")
    return await _move(tx, lead_id, "nurturing", rest, who, ctx)


async def on_sleep_word(tx: Tx, lead_id: int | None, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """沉睡 L1024 原因."""
    if lead_id is None:
        raise Unusable("哪一条先放着?例如:沉睡 L1024 半年没回音")
    return await _move(tx, lead_id, "dormant", rest, who, ctx)


async def _move(tx: Tx, lead_id: int, stage: str, reason: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    if stage == "invalid" and not reason:
        return await on_ask_disqualify(tx, AskDisqualify(lead_id), who, ctx)
    before = await snapshot(tx, lead_id)
    try:
        name, fact = await move_to(tx, lead_id, stage, who, reason=reason, rules=ctx.rules, now=ctx.now)
    except FieldsMissing as refusal:
        return await ask_what_is_missing(tx, refusal, lead_id, who, ctx)
    act_id = await remember(tx, who, name, lead_id, before, now=ctx.now)
    await set_focus(tx, who.id or "", lead_id=lead_id, asked="", now=ctx.now)
    done = f"L{lead_id} 现在是「{STAGE_LABELS[stage]}」" + (f",原因:{reason}" if reason else "")
    return [fact, Answer("done", lead_id, {"said": done, "act": act_id})]
