"""A lead that is ready for sales goes to whom a rule names, or is offered to its pool; nobody stands there unseen."""

from bot.context import Context
from bot.outgoing import managers_of, offer, ring
from leads.assign import Decision, carry_out, decide
from leads.facts import Fact
from leads.rights import is_free
from store.leads import get_lead
from store.members import find_member
from store.tables import Lead
from store.tx import Tx


async def give(tx: Tx, ctx: Context, lead: Lead, *, without: str | None = None, onward: bool = False) -> list[Fact]:
    """Assign a free lead by the rules, or offer it; outside working time it waits until work begins.

    `without` had it a moment ago and does not get it again; then it is only given `onward` when a rule wants that.
    """
    if not is_free(lead):
        return []
    offered = without is not None and not onward
    if not ctx.rules.assignment.gives or not ctx.calendar.is_open(ctx.now) or offered:
        await offer(tx, ctx, lead, without=without)
        return []
    decision = await decide(tx, lead, without=without, others=ctx.others, rules=ctx.rules, now=ctx.now)
    facts = await carry_out(tx, lead, decision, rules=ctx.rules, now=ctx.now)
    await _tell_skipped(tx, ctx, decision)
    if decision.offers:
        placed = await get_lead(tx, lead.id or 0)
        if not decision.matched or decision.considered:
            await _tell_managers(tx, ctx, placed, decision)
        await offer(tx, ctx, placed, without=without)
    return facts


async def _tell_managers(tx: Tx, ctx: Context, lead: Lead, decision: Decision) -> None:
    """No rule fits, or nobody whom it names can take it: the managers see it at once."""
    why = "没有规则适用" if not decision.matched else f"规则「{decision.rule}」里现在没人能接"
    pool = ctx.rules.pools[lead.pool].label
    for manager in await managers_of(tx, lead, rules=ctx.rules):
        await ring(
            tx, ctx, manager, "lead", key=f"unplaced:{lead.id}:{lead.version}:{manager.id}", lead_id=lead.id,
            headline=f"{why},已放进{pool},请留意",
        )  # fmt: skip


async def _tell_skipped(tx: Tx, ctx: Context, decision: Decision) -> None:
    """Whoever was passed over because of broken promises hears it, kindly and once a day."""
    today = ctx.now.astimezone(ctx.rules.zone).date()
    for one in decision.considered:
        member = await find_member(tx, one.member_id) if "超时" in one.refused else None
        if member is not None:
            text = f"刚有新线索轮到你,但你{one.refused},先分给别人了。发「我的」跟上其中一条,马上恢复分配。"
            await ring(tx, ctx, member, "note", key=f"skipped:{today}:{member.id}", text=text)
