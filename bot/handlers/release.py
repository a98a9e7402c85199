"""The owner gives a lead back with a reason: by the card's list of reasons or by the word 退回."""

from bot.context import Answer, Context, say
from bot.lead_actions import AskRelease, Release
from leads.errors import Unusable
from leads.facts import Fact
from leads.pool import move_to_pool
from leads.release import release
from leads.rights import Who, get_visible, get_workable, is_free
from leads.undo import remember, snapshot
from store.talk import set_focus
from store.tx import Tx


async def on_ask_release(tx: Tx, action: AskRelease, who: Who, ctx: Context) -> list[Fact | Answer]:
    """The button 退回: asks for the reason."""
    await get_workable(tx, action.lead_id, who, rules=ctx.rules)
    await set_focus(tx, who.id or "", lead_id=action.lead_id, now=ctx.now)
    return [Answer("ask", action.lead_id, {"what": "release"})]


async def on_release(tx: Tx, action: Release, who: Who, ctx: Context) -> list[Fact | Answer]:
    """A reason was chosen. Refuses as leads.release.release does."""
    before = await snapshot(tx, action.lead_id)
    fact = await release(tx, action.lead_id, who, action.reason, pool=action.pool or None, rules=ctx.rules, now=ctx.now)
    act_id = await remember(tx, who, "release", action.lead_id, before, now=ctx.now)
    pool = ctx.rules.pools[fact.pool].label
    done = f"L{action.lead_id} 已退回{pool},原因:{fact.reason}"
    return [fact, Answer("done", action.lead_id, {"said": done, "act": act_id})]


async def on_release_word(tx: Tx, lead_id: int | None, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """退回 L1024 原因, 退回 L1024 到渝西线索池 原因 (a free lead: moved there); without a reason it is asked."""
    if lead_id is None:
        raise Unusable("要退回哪一条?例如:退回 L1024 打了三次没人接")
    if not rest:
        return await on_ask_release(tx, AskRelease(lead_id), who, ctx)
    pool, reason = _named_pool(rest, ctx)
    lead = await get_visible(tx, lead_id, who, rules=ctx.rules)
    if pool and is_free(lead):
        was = ctx.rules.pools[lead.pool].label if lead.pool in ctx.rules.pools else lead.pool
        fact = await move_to_pool(tx, lead, who, pool, rules=ctx.rules, now=ctx.now)
        label = ctx.rules.pools[pool].label
        return [fact, say(f"{lead.no} 从{was}换到{label}了。要换回来:退回 {lead.no} 到{was}")]
    return await on_release(tx, Release(lead_id, 0, reason, pool), who, ctx)


def _named_pool(rest: str, ctx: Context) -> tuple[str, str]:
    """The pool that the words begin with (到渝西线索池 …), "" without one, and the reason that follows."""
    words = rest.removeprefix("到").removeprefix("回").strip()
    for name, pool in ctx.rules.pools.items():
        if words.startswith(pool.label):
            return name, words.removeprefix(pool.label).lstrip(", 。:")
    return "", rest
