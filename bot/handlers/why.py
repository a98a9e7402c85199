"""Why this owner, pool, score, time; and the rules by which leads are given to people, with everybody's share."""

from bot.context import Answer, Context, say
from config.assignment import AssignmentRule, When
from config.rules import Rules
from leads.errors import Unusable
from leads.facts import Fact
from leads.rights import Who, get_visible, require_role
from store import duty
from store.members import name_of
from store.talk import find_focus, set_focus
from store.tx import Tx

STRATEGIES = {"claim": "放进池里抢", "round_robin": "轮流", "weighted": "按比例", "least_loaded": "给手上最少的"}
WORDS = {"region": "地区", "industry": "行业", "product": "产品", "source": "来源"}


async def on_why_word(tx: Tx, lead_id: int | None, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """为什么 L1024; without a number the lead we talk about."""
    return await _about(tx, "why", "为什么", lead_id, who, ctx)


async def on_stopwatch_word(tx: Tx, lead_id: int | None, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """秒表 L1024; without a number the lead we talk about."""
    return await _about(tx, "stopwatch", "秒表", lead_id, who, ctx)


async def _about(tx: Tx, card: str, word: str, lead_id: int | None, who: Who, ctx: Context) -> list[Fact | Answer]:
    focus = await find_focus(tx, who.id or "") if lead_id is None else None
    lead_id = lead_id or (focus.lead_id if focus is not None else None)
    if lead_id is None:
        raise Unusable(f"问哪一条?例如:{word} L1024")
    await get_visible(tx, lead_id, who, rules=ctx.rules)
    await set_focus(tx, who.id or "", lead_id=lead_id, now=ctx.now)
    return [Answer(card, lead_id)]


async def on_rules_word(tx: Tx, who: Who, ctx: Context) -> list[Fact | Answer]:
    """分配规则: the rules in order, each with how many everybody got by it."""
    require_role(who, ("manager", "marketing", "admin"), "分配规则")
    if not ctx.rules.assignment.rules:
        return [say("没有分配规则:合格线索都放进线索池,谁先领取归谁。要改,请管理员编辑 rules.yaml 的 assignment。")]
    lines = [f"分配规则(第 {ctx.rules.version} 版),从上往下,第一条符合的算数:"]
    for number, rule in enumerate(ctx.rules.assignment.rules, 1):
        lines.append(f"{number}. {rule.name}:{_conditions(rule.when)} → {_aim(rule, ctx.rules)}")
        shares = [f"{await name_of(tx, one.member_id)} {one.given}" for one in await duty.list_ledger(tx, rule.name)]
        if shares:
            lines.append(f"   已分:{'、'.join(shares)}")
    lines.append("都不符合的:放进" + ctx.rules.pools[ctx.rules.default_pool].label + ",并告诉主管")
    return [say("\n".join(lines))]


def _conditions(when: When) -> str:
    parts = [f"{label}是{'或'.join(words)}" for name, label in WORDS.items() if (words := getattr(when, name))]
    if when.budget_at_least is not None:
        parts.append(f"预算 {when.budget_at_least / 10000:g} 万以上")
    return ",".join(parts) or "所有线索"


def _aim(rule: AssignmentRule, rules: Rules) -> str:
    pool = rules.pools[rule.pool or rules.default_pool].label
    if rule.by == "claim":
        return f"{pool},{STRATEGIES['claim']}"
    people = "、".join(rule.members) or f"{rule.team}组"
    return f"{people},{STRATEGIES[rule.by]};没人能接就放进{pool}"
