"""撞单: a rep says that a colleague's customer is theirs, a manager decides with one tap."""

from bot.context import Answer, Context, say
from bot.twin_actions import DecideDispute, OpenDispute
from leads.dispute import decide_dispute, open_dispute
from leads.errors import Unusable
from leads.facts import Fact
from leads.rights import Who
from store.members import name_of
from store.tx import Tx


async def on_dispute_word(tx: Tx, lead_id: int | None, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """撞单 L1024."""
    if lead_id is None:
        raise Unusable("哪一条撞单了?例如:撞单 L1024。不知道编号,先发「查重 电话或公司」。")
    return await on_open_dispute(tx, OpenDispute(lead_id), who, ctx)


async def on_open_dispute(tx: Tx, action: OpenDispute, who: Who, ctx: Context) -> list[Fact | Answer]:
    """The card goes to both reps and to the manager: bot/reactions.py."""
    return [await open_dispute(tx, action.lead_id, who, now=ctx.now)]


async def on_decide_dispute(tx: Tx, action: DecideDispute, who: Who, ctx: Context) -> list[Fact | Answer]:
    """归王磊 or 归李娜."""
    facts = await decide_dispute(tx, action.dispute_id, action.winner_id, who, rules=ctx.rules, now=ctx.now)
    told = f"L{facts[-1].lead_id} 的撞单已定:归{await name_of(tx, action.winner_id)},两位都会收到通知。"
    return [*facts, say(told)]
