"""不再发 / 再发: what becomes of customers' messages that may have arrived."""

from bot.context import Answer, Context, say
from bot.customer_actions import DecideUnsure
from bot.handlers.office import LEADERS
from leads.errors import Unusable
from leads.facts import Fact
from leads.reach_facts import CHANNEL_LABELS
from leads.rights import Who, require_role
from store import roads
from store.timeline import audit
from store.tx import Tx


async def on_decide(tx: Tx, action: DecideUnsure, who: Who, ctx: Context) -> list[Fact | Answer]:
    """A leader decides for all of a road; each is asked about once more before it goes, as ever."""
    require_role(who, LEADERS, "给客户的消息要不要再发", verb="定")
    count = await roads.decide_unsure(tx, [action.road], again=action.again == 1, now=ctx.now)
    if not count:
        raise Unusable("这些消息已经有人决定过了。")
    await audit(tx, act="resend" if action.again else "let be", by=who.id, subject=f"{action.road} {count}", at=ctx.now)
    label = CHANNEL_LABELS.get(action.road, action.road)
    if action.again:
        return [say(f"好的,{count} 条{label}正在再发一次;已经退订的不会再发。")]
    return [say(f"好的,{count} 条{label}不再发了。")]
