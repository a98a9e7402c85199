"""A lead goes to a colleague: 转给 by its owner, 改派 by a manager; both people's cards change."""

from bot.context import Answer, Context
from bot.handlers.deal import deal_and_rest, on_transfer_deal_word
from bot.handlers.words import first_and_rest
from bot.lead_actions import AskTransfer, Transfer
from leads.errors import Unusable
from leads.facts import Fact
from leads.rights import Who, get_visible
from leads.transfer import transfer
from leads.undo import remember, snapshot_deals
from store.members import find_by_name, find_member, name_of
from store.talk import set_focus
from store.tx import Tx


async def on_ask_transfer(tx: Tx, action: AskTransfer, who: Who, ctx: Context) -> list[Fact | Answer]:
    """The button 转给 or 改派: shows who may take the lead over."""
    await get_visible(tx, action.lead_id, who, rules=ctx.rules)
    await set_focus(tx, who.id or "", lead_id=action.lead_id, now=ctx.now)
    return [Answer("ask", action.lead_id, {"what": "transfer"})]


async def on_transfer(tx: Tx, action: Transfer, who: Who, ctx: Context, reason: str = "") -> list[Fact | Answer]:
    """A colleague was chosen. Refuses as leads.transfer.transfer does."""
    before = await snapshot_deals(tx, action.lead_id)
    fact = await transfer(tx, action.lead_id, who, action.to, reason=reason, rules=ctx.rules, now=ctx.now)
    act_id = await remember(tx, who, "transfer", action.lead_id, before, now=ctx.now)
    done = f"L{action.lead_id} 已转给{await name_of(tx, fact.to_id)},跟进记录都在。"
    return [fact, Answer("done", action.lead_id, {"said": done, "act": act_id})]


async def on_transfer_word(tx: Tx, lead_id: int | None, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """转给 L1024 李娜 (因为…); without a name the colleagues are shown."""
    if lead_id is None and deal_and_rest(rest)[0] is not None:
        return await on_transfer_deal_word(tx, rest, who, ctx)
    if lead_id is None:
        raise Unusable("要转哪一条、转给谁?例如:转给 L1024 李娜")
    if not rest:
        return await on_ask_transfer(tx, AskTransfer(lead_id), who, ctx)
    name, reason = first_and_rest(rest.removeprefix("给").removeprefix("@").strip())
    found = await find_by_name(tx, name)
    if len(found) > 1:
        return [Answer("ask", lead_id, {"what": "transfer", "named": [m.id for m in found]})]
    taker = found[0] if found else await find_member(tx, name)
    if taker is None:
        await get_visible(tx, lead_id, who, rules=ctx.rules)
        return [Answer("ask", lead_id, {"what": "transfer", "unknown": name[:20]})]
    return await on_transfer(tx, Transfer(lead_id, 0, taker.id), who, ctx, reason=reason)
