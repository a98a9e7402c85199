"""Fields of a lead in chat: shown, changed with 字段 L1024 面积=300, and asked for when a move waits for them."""

import re

from bot.context import Answer, Context, say
from bot.handlers.convert import resume
from bot.lead_actions import AskField, Supply
from config.words import FIELD_LABELS
from leads.edit import FIELDS, edit, label_of, typed_values
from leads.errors import FieldsMissing, Unusable
from leads.facts import Fact
from leads.lifecycle import MOVES, move_of
from leads.rights import Who, get_tended
from leads.stage import move_to
from leads.undo import remember, snapshot
from leads.wanted import wanted_of
from store.talk import find_focus, set_focus
from store.tx import Tx

TYPED = (*(key for key in FIELD_LABELS if key in FIELDS), "budget")
NO_MATTER = ("算了", "取消", "不填了")


async def on_field_word(tx: Tx, lead_id: int | None, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """字段 L1024 shows them, 字段 L1024 面积=300 决策人=是 changes them; without a number it is the lead in focus."""
    if lead_id is None:
        focus = await find_focus(tx, who.id or "")
        lead_id = focus.lead_id if focus is not None else None
    if lead_id is None:
        raise Unusable("哪一条的字段?例如:字段 L1024 预算=50万")
    lead = await get_tended(tx, lead_id, who, rules=ctx.rules)
    await set_focus(tx, who.id or "", lead_id=lead.id, asked="", now=ctx.now)
    if not rest:
        return [Answer("own", lead.id)]
    given = _named(rest, ctx)
    facts = await edit(tx, lead.id or 0, who, typed_values(given, rules=ctx.rules), rules=ctx.rules, now=ctx.now)
    names = "、".join(label_of(key, rules=ctx.rules) for key in given)
    said = f"{lead.no} 的{names}已记好" if facts else f"{lead.no} 的{names}本来就是这样"
    return [*facts, Answer("own", lead.id, {"said": said})]


def _named(rest: str, ctx: Context) -> dict[str, str]:
    """label=value pairs, one or several; raises Unusable for a label that no field has."""
    labels = {FIELD_LABELS[key]: key for key in TYPED} | {f.label: key for key, f in ctx.rules.fields.items()}
    labels |= {key: key for key in (*TYPED, *ctx.rules.fields)}
    listed = "|".join(re.escape(label) for label in sorted(labels, key=len, reverse=True))
    marks = list(re.finditer(rf"(?:^|[\s,;\uff0c\uff1b]+)({listed})\s*[=:\uff1d\uff1a]", rest))
    if not marks:  # 预算 50万 城市 上海
        marks = list(re.finditer(rf"(?:^|[\s,;\uff0c\uff1b]+)({listed})(?=\s+\S)", rest))
    if not marks or marks[0].start() > 0:
        known = "、".join(label for label, key in labels.items() if label != key)
        raise Unusable(f"没看懂要改哪一项。例如:字段 L1024 预算=50万。可以改的有:{known}。")
    ends = [*(mark.start() for mark in marks[1:]), len(rest)]
    return {labels[mark[1]]: rest[mark.end() : end].strip() for mark, end in zip(marks, ends, strict=True)}


async def ask_what_is_missing(
    tx: Tx, refusal: FieldsMissing, lead_id: int, who: Who, ctx: Context
) -> list[Fact | Answer]:
    """A move waits for some fields: ask for the first one; the next sentence, or a button, is the answer."""
    return await _ask(tx, lead_id, refusal.missing[0][0], refusal.move, who, ctx)


async def on_ask_field(tx: Tx, action: AskField, who: Who, ctx: Context) -> list[Fact | Answer]:
    """The button 改 of one field."""
    await get_tended(tx, action.lead_id, who, rules=ctx.rules)
    return await _ask(tx, action.lead_id, action.field, action.move, who, ctx)


async def _ask(tx: Tx, lead_id: int, key: str, move: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    if wanted_of(key, rules=ctx.rules) is None or (move and move_of(move) not in MOVES):
        raise Unusable("这一项已经不用了。发「字段」看看现在有哪些。")
    await set_focus(tx, who.id or "", lead_id=lead_id, asked=f"field:{lead_id}:{key}:{move}", now=ctx.now)
    return [Answer("wanted", lead_id, {"field": key, "move": move})]


async def on_answer(tx: Tx, asked: str, text: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """The sentence after the question."""
    _, lead_id, key, move = asked.split(":")
    if text in NO_MATTER:
        await set_focus(tx, who.id or "", asked="", now=ctx.now)
        return [say(f"好的,L{lead_id} 先不填。")]
    return await on_supply(tx, Supply(int(lead_id), key, move, text), who, ctx)


async def on_supply(tx: Tx, action: Supply, who: Who, ctx: Context) -> list[Fact | Answer]:
    """One field is answered: it is kept, and the move that waited for it goes through, or asks for the next one."""
    lead_id, rules = action.lead_id, ctx.rules
    if wanted_of(action.field, rules=rules) is None or (action.move and move_of(action.move) not in MOVES):
        raise Unusable("这一项已经不用了。发「字段」看看现在有哪些。")
    values = typed_values({action.field: action.value}, rules=rules)
    facts: list[Fact | Answer] = list(await edit(tx, lead_id, who, values, rules=rules, now=ctx.now))
    said = f"L{lead_id} 的{label_of(action.field, rules=rules)}已记好"
    await set_focus(tx, who.id or "", lead_id=lead_id, asked="", now=ctx.now)
    if not action.move:
        return [*facts, Answer("own", lead_id, {"said": said})]
    if move_of(action.move) == "convert":
        return [*facts, *await resume(tx, int(action.move.partition(".")[2]), who, ctx)]
    move = MOVES[action.move]
    before = await snapshot(tx, lead_id)
    try:
        _, fact = await move_to(tx, lead_id, move.after, who, rules=rules, now=ctx.now)
    except FieldsMissing as refusal:
        return [*facts, *await ask_what_is_missing(tx, refusal, lead_id, who, ctx)]
    await remember(tx, who, action.move, lead_id, before, now=ctx.now)
    return [*facts, fact, Answer("lead", lead_id, {"said": f"{said},已{move.label}"})]
