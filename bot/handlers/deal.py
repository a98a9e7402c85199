"""商机 in chat: one's list, one deal's card, its fields, the next stage with what it still wants, ticked steps."""

import re
from typing import Any

from bot.context import Answer, Context, say
from bot.deal_actions import Advance, ShowDeal, ShowDeals, SupplyDeal, TickStep
from bot.handlers.words import EDGES
from leads.advance import DealFieldsMissing, advance, tick
from leads.deal import get_visible_deal, get_workable_deal, way_of
from leads.deal_edit import LABELS, Unguessed, edit_deal, read_field, transfer_deal
from leads.edit import edit, label_of, typed_values
from leads.errors import NotFound, Unusable, WrongStage
from leads.facts import Fact
from leads.people import name_decider
from leads.rights import Who
from leads.undo import remember, snapshot_deals
from leads.wanted import wanted_of
from store import deals
from store.deal import Opportunity
from store.members import find_by_name, find_member, list_everyone, name_of
from store.merges import current
from store.talk import find_focus, set_focus
from store.tx import Tx

DEAL = re.compile(r"\s*[Oo]\s*(\d{1,12})(?![\dA-Za-z])")  # O88, not O2O
BARE_DEAL = re.compile(
    r"\s*(\d{1,12})\s+(?![万亿千百十wWkK元块个家台套件次年月天号点折%多左])(?=\S)"
)  # 88 太贵, not 50 万
LISTED = 10
NO_MATTER = ("算了", "取消", "不填了")


def deal_and_rest(text: str) -> tuple[int | None, str]:
    """The deal's number at the beginning (O88) and what follows."""
    match = DEAL.match(text)
    return (None, text.strip()) if match is None else (int(match[1]), re.sub(EDGES, "", text[match.end() :]))


async def meant_deal(
    tx: Tx, rest: str, who: Who, ctx: Context, *, bare: bool = True, closed: bool = False, example: str
) -> tuple[Opportunity, str]:
    """The deal that a line names (O88, or a lead's only open one), or the only open one of the lead in focus; the rest.

    `bare`: a number with words behind it is a deal's. `closed`: one that has ended is meant, where there is one.

    Raises NotFound, Unusable (none, or several: which?).
    """
    number, words = deal_and_rest(rest)
    if number is not None:
        return await get_visible_deal(tx, number, who, rules=ctx.rules), words
    if bare and (meant := await bare_deal(tx, rest, who, ctx)) is not None:
        return meant
    named = re.match(r"\s*[Ll]\s*(\d{1,12})(?!\d)", rest)
    focus = await find_focus(tx, who.id or "")
    lead_id = await current(tx, int(named[1])) if named else focus.lead_id if focus is not None else None
    if named:
        words = re.sub(EDGES, "", rest[named.end() :])
    there = list(await deals.list_of_lead(tx, lead_id)) if lead_id else []
    found = [deal for deal in there if (deal.result != "open") is closed] or (there if closed else [])
    if len(found) == 1:
        return await get_visible_deal(tx, found[0].id or 0, who, rules=ctx.rules), words
    if found:
        told = "、".join(f"{deal.no}{f'({deal.product})' if deal.product else ''}" for deal in found)
        state = "结束的" if closed else "进行中的"
        raise Unusable(f"L{lead_id} 有 {len(found)} 个{state}商机:{told}。写上是哪一个,{example}")
    raise Unusable(f"哪一个商机?写上编号,{example}。发「商机」看手上的。")


async def bare_deal(tx: Tx, rest: str, who: Who, ctx: Context) -> tuple[Opportunity, str] | None:
    """The deal of 88 价格太高, and the rest: never words about the deal that we talk about. Raises NotFound."""
    found = BARE_DEAL.match(rest)
    if found is None:
        return None
    try:
        deal = await get_visible_deal(tx, int(found[1]), who, rules=ctx.rules)
    except NotFound:
        raise NotFound(f"O{found[1]}", "商机写编号(O88),金额写上单位(50万)。发「商机」看手上的。") from None
    return deal, rest[found.end() :].strip()


async def on_deal_word(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """商机: one's open deals; 商机 O88: its card; 商机 O88 金额=60万: more is known of it."""
    if not rest:
        return await on_show_deals(tx, ShowDeals(), who, ctx)
    rest = f"O{rest}" if re.fullmatch(r"\d{1,12}", rest) else rest
    deal, words = await meant_deal(tx, rest, who, ctx, example="例如:商机 O88")
    if not words:
        return await on_show_deal(tx, ShowDeal(deal.id or 0), who, ctx)
    return await _edited(tx, deal, words, who, ctx)


async def on_show_deal(tx: Tx, action: ShowDeal, who: Who, ctx: Context) -> list[Fact | Answer]:
    """Open one deal; from now on we talk about its lead."""
    deal = await get_visible_deal(tx, action.opportunity_id, who, rules=ctx.rules)
    await set_focus(tx, who.id or "", lead_id=deal.lead_id, asked="", now=ctx.now)
    return [Answer(f"deal:{deal.id}", deal.lead_id)]


async def on_show_deals(tx: Tx, action: ShowDeals, who: Who, ctx: Context) -> list[Fact | Answer]:
    """One's own open deals, the most urgent first; a manager without any sees the team's."""
    owners, title = [who.id or ""], "我的商机"
    if not await deals.has_open(tx, owners) and who.role in ("manager", "admin", "marketing"):
        title = f"{who.team}的商机" if who.team and who.role == "manager" else "全部商机"
        owners = [m.id for m in await list_everyone(tx) if who.role != "manager" or who.team in ("", m.team)]
    ids, many, late = await deals.urgent_of(tx, owners, today=ctx.today.isoformat(), limit=LISTED)
    if not ids:
        return [say("现在没有进行中的商机。线索谈得差不多了,发「转商机 L1024 产品 金额 预计成交日」。")]
    await set_focus(tx, who.id or "", listed=ids, asked="deals:", now=ctx.now)
    title += f",共 {many} 个" + (f",{late} 个过了预计成交日" if late else "")
    title += f",最急的 {LISTED} 个" if many > LISTED else ""
    return [Answer("deals", params={"title": title, "deals": ids})]


async def on_deal_stage(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """阶段 O88 方案报价; without a name the next one."""
    deal, words = await meant_deal(tx, rest, who, ctx, example="例如:阶段 O88 方案报价")
    if not words:
        following = way_of(deal, rules=ctx.rules).after(deal.stage)
        known = "、".join(stage.name for stage in way_of(deal, rules=ctx.rules).stages)
        if following is None:
            raise Unusable(f"{deal.no} 现在在「{deal.stage}」,换到哪个阶段?可以是:{known}。")
        words = following.name
    return await _advance(tx, deal.id or 0, words, who, ctx)


async def on_advance(tx: Tx, action: Advance, who: Who, ctx: Context) -> list[Fact | Answer]:
    """The button of the next stage."""
    return await _advance(tx, action.opportunity_id, action.stage, who, ctx, quiet=True)


async def _advance(
    tx: Tx, opportunity_id: int, stage: str, who: Who, ctx: Context, *, quiet: bool = False, said: str = ""
) -> list[Fact | Answer]:
    deal = await get_visible_deal(tx, opportunity_id, who, rules=ctx.rules)
    before = await snapshot_deals(tx, deal.lead_id)
    try:
        facts = await advance(tx, opportunity_id, who, stage, rules=ctx.rules, now=ctx.now)
    except DealFieldsMissing as refusal:
        key = refusal.missing[0][0]
        asked = f"deal:{opportunity_id}:{key}:{refusal.stage}"
        await set_focus(tx, who.id or "", lead_id=deal.lead_id, asked=asked, now=ctx.now)
        params = {"field": key, "stage": refusal.stage, "left": len(refusal.missing)}
        return [Answer(f"deal_wanted:{opportunity_id}", deal.lead_id, params)]
    await remember(tx, who, "advance", deal.lead_id, before, now=ctx.now)
    await set_focus(tx, who.id or "", lead_id=deal.lead_id, asked="", now=ctx.now)
    if quiet:
        return list(facts)
    now_at = (await deals.get_deal(tx, opportunity_id)).stage
    return [*facts, Answer(f"deal:{opportunity_id}", deal.lead_id, {"said": f"{said}{deal.no} 进入「{now_at}」"})]


async def on_deal_answer(tx: Tx, asked: str, text: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """The sentence after the question for one field of a deal."""
    _, number, key, stage = asked.split(":", 3)
    return await on_supply_deal(tx, SupplyDeal(int(number), key, stage, text), who, ctx)


async def on_supply_deal(tx: Tx, action: SupplyDeal, who: Who, ctx: Context) -> list[Fact | Answer]:
    """One field is answered: it is kept, and the stage that waited for it is entered, or asks for the next one."""
    deal = await get_workable_deal(tx, action.opportunity_id, who, rules=ctx.rules)
    key, rules = action.field, ctx.rules
    facts: list[Fact | Answer] = []
    if key == "decider":
        label = "决策人"
        facts += await name_decider(tx, deal, action.value, who, rules=rules, now=ctx.now)
    elif key in LABELS:
        label = LABELS[key]
        try:
            value = read_field(key, action.value, rules=rules, now=ctx.now)
        except Unguessed as refusal:
            params = {"field": key, "stage": action.stage, "guesses": list(refusal.guesses)}
            return [Answer(f"deal_wanted:{deal.id}", deal.lead_id, params)]
        facts += await edit_deal(tx, deal.id or 0, who, {key: value}, rules=rules, now=ctx.now)
    elif wanted_of(key, rules=rules) is not None:
        label = label_of(key, rules=rules)
        values = typed_values({key: action.value}, rules=rules)
        facts += await edit(tx, deal.lead_id, who, values, rules=rules, now=ctx.now)
    else:
        raise Unusable(f"这一项已经不用了。发「阶段 {deal.no}」再试一次。")
    await set_focus(tx, who.id or "", lead_id=deal.lead_id, asked="", now=ctx.now)
    if not action.stage:
        return [*facts, Answer(f"deal:{deal.id}", deal.lead_id, {"said": f"{deal.no} 的{label}已记好"})]
    try:
        return [*facts, *await _advance(tx, deal.id or 0, action.stage, who, ctx, said=f"{label}已记好,")]
    except WrongStage as refusal:  # somebody was faster
        return [*facts, say(refusal.sentence)]


async def _edited(tx: Tx, deal: Opportunity, words: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    labels = {label: key for key, label in LABELS.items() if key != "decider"} | {
        "预计": "expected_on",
        "竞品": "competitor",
    }
    listed = "|".join(sorted(labels, key=len, reverse=True))
    marks = list(re.finditer(rf"(?:^|[\s,;\uff0c\uff1b]+)({listed})\s*(?:[=:\uff1d\uff1a]|(?=\s\S))", words))
    if not marks or marks[0].start() > 0:
        raise Unusable(
            f"没看懂要改哪一项。例如:商机 {deal.no} 金额=60万 预计成交日=6月底。可以改:{'、'.join(labels)}。"
        )
    ends = [*(mark.start() for mark in marks[1:]), len(words)]
    given = {labels[mark[1]]: words[mark.end() : end].strip() for mark, end in zip(marks, ends, strict=True)}
    values = {key: read_field(key, text, rules=ctx.rules, now=ctx.now) for key, text in given.items()}
    before = await snapshot_deals(tx, deal.lead_id)
    facts = await edit_deal(tx, deal.id or 0, who, values, rules=ctx.rules, now=ctx.now)
    names = "、".join(LABELS[key] for key in given)
    said = f"{deal.no} 的{names}已记好" if facts else f"{deal.no} 的{names}本来就是这样"
    if facts:
        await remember(tx, who, "deal", deal.lead_id, before, now=ctx.now)
    await set_focus(tx, who.id or "", lead_id=deal.lead_id, asked="", now=ctx.now)
    return [*facts, Answer(f"deal:{deal.id}", deal.lead_id, {"said": said})]


async def on_tick_word(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """打勾 O88 2."""
    deal, words = await meant_deal(tx, rest, who, ctx, example="例如:打勾 O88 2")
    if not (words.isascii() and words.isdigit() and len(words) <= 2):
        raise Unusable(f"第几步做好了?例如:打勾 {deal.no} 1")
    done = await tick(tx, deal.id or 0, who, int(words), rules=ctx.rules, now=ctx.now)
    return [done, Answer(f"deal:{deal.id}", deal.lead_id, {"said": done.text()})]


async def on_tick(tx: Tx, action: TickStep, who: Who, ctx: Context) -> list[Fact | Answer]:
    """The button of a step; one of an earlier stage's card means nothing any more."""
    deal = await get_workable_deal(tx, action.opportunity_id, who, rules=ctx.rules)
    if deal.stage != action.stage:
        raise WrongStage(
            f"{deal.no} 已经到「{deal.stage}」了,卡片上是「{action.stage}」的动作。发「商机 {deal.no}」看新的。"
        )
    return [await tick(tx, action.opportunity_id, who, action.number, rules=ctx.rules, now=ctx.now)]


async def on_transfer_deal_word(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """转给 O88 李娜 (原因)."""
    deal, words = await meant_deal(tx, rest, who, ctx, example="例如:转给 O88 李娜")
    name, _, reason = words.partition(" ")
    if not name:
        raise Unusable(f"转给谁?例如:转给 {deal.no} 李娜")
    found = await find_by_name(tx, name.removeprefix("给").removeprefix("@"))
    if len(found) > 1:
        raise Unusable(
            f"有 {len(found)} 位叫「{name[:20]}」的同事,请写上他的成员编号:{'、'.join(m.id for m in found)}。"
        )
    taker = found[0] if found else await find_member(tx, name)
    if taker is None:
        raise NotFound(f"同事「{name[:20]}」", "名字要和成员名单里的一样。")
    before = await snapshot_deals(tx, deal.lead_id)
    facts = await transfer_deal(tx, deal.id or 0, who, taker.id, reason=reason, rules=ctx.rules, now=ctx.now)
    act_id = await remember(tx, who, "transfer", deal.lead_id, before, now=ctx.now)
    done = f"{deal.no} 已转给{await name_of(tx, taker.id)},阶段和记录都不变。"
    return [*facts, Answer("done", deal.lead_id, {"said": done, "act": act_id})]


HANDLERS: dict[Any, Any] = {
    ShowDeal: on_show_deal,
    ShowDeals: on_show_deals,
    Advance: on_advance,
    SupplyDeal: on_supply_deal,
    TickStep: on_tick,
}
