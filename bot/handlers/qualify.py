"""What sales says of a lead: 合格, or 无效 with a reason that goes back to marketing."""

from bot.context import Answer, Context
from bot.handlers.field import ask_what_is_missing
from bot.lead_actions import AskDisqualify, Disqualify, Qualify
from leads.errors import FieldsMissing, Unusable
from leads.facts import Fact
from leads.qualify import disqualify, qualify
from leads.rights import Who, get_workable
from leads.undo import remember, snapshot
from store.talk import set_focus
from store.tx import Tx


async def on_qualify(tx: Tx, action: Qualify, who: Who, ctx: Context) -> list[Fact | Answer]:
    """The button 合格. Refuses as leads.qualify.qualify does."""
    before = await snapshot(tx, action.lead_id)
    try:
        fact = await qualify(tx, action.lead_id, who, rules=ctx.rules, now=ctx.now)
    except FieldsMissing as refusal:
        return await ask_what_is_missing(tx, refusal, action.lead_id, who, ctx)
    await remember(tx, who, "qualify", action.lead_id, before, now=ctx.now)
    await set_focus(tx, who.id or "", lead_id=action.lead_id, now=ctx.now)
    return [fact]


async def on_qualify_word(tx: Tx, lead_id: int | None, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """合格 L1024."""
    if lead_id is None:
        raise Unusable("哪一条合格?例如:合格 L1024")
    outcome = await on_qualify(tx, Qualify(lead_id, 0), who, ctx)
    if any(isinstance(item, Answer) for item in outcome):
        return outcome
    return [*outcome, Answer("lead", lead_id, {"said": f"L{lead_id} 已转为合格线索(SQL)"})]


async def on_ask_disqualify(tx: Tx, action: AskDisqualify, who: Who, ctx: Context) -> list[Fact | Answer]:
    """The button 无效: asks for the reason."""
    await get_workable(tx, action.lead_id, who, rules=ctx.rules)
    await set_focus(tx, who.id or "", lead_id=action.lead_id, now=ctx.now)
    return [Answer("ask", action.lead_id, {"what": "disqualify"})]


async def on_disqualify(tx: Tx, action: Disqualify, who: Who, ctx: Context) -> list[Fact | Answer]:
    """A reason was chosen. Refuses as leads.qualify.disqualify does."""
    before = await snapshot(tx, action.lead_id)
    fact = await disqualify(tx, action.lead_id, who, action.reason, rules=ctx.rules, now=ctx.now)
    act_id = await remember(tx, who, "disqualify", action.lead_id, before, now=ctx.now)
    done = f"L{action.lead_id} 已标为无效:{fact.reason}。原因会反馈给市场。"
    return [fact, Answer("done", action.lead_id, {"said": done, "act": act_id})]


async def on_disqualify_word(tx: Tx, lead_id: int | None, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """无效 L1024 原因; without a reason it is asked with buttons."""
    if lead_id is None:
        raise Unusable("哪一条无效?例如:无效 L1024 空号")
    if not rest:
        return await on_ask_disqualify(tx, AskDisqualify(lead_id), who, ctx)
    return await on_disqualify(tx, Disqualify(lead_id, 0, rest), who, ctx)
