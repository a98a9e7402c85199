"""The list of what a colleague sends by hand: all texts at once, all sent, all skipped, or one of them opened."""

from typing import Any

from bot.context import Answer, Context, say
from bot.hand_actions import SopAll, SopOne
from bot.handlers.hand import sent_by_hand
from bot.sop import of_journey
from leads.errors import Unusable
from leads.facts import Fact
from leads.rights import Who
from nurture.permit import permit
from store import handed
from store.tx import Tx

LONGEST = 600  # bytes of a message that WeCom takes are 2048


async def on_sop_all(tx: Tx, action: SopAll, who: Who, ctx: Context) -> list[Fact | Answer]:
    """要全部文字, 都发了, 都跳过; who has stopped meanwhile is left out and named. Raises Unusable."""
    found: list[Fact | Answer] = []
    stopped: list[str] = []
    done = 0
    for row in await handed.list_waiting(tx, who.id or ""):
        if not of_journey(row) or (row.id or 0) > action.until:
            continue
        if action.how != "skipped":
            asked = await permit(tx, row.lead_id, channel="hand", topic=row.topic, rules=ctx.rules, now=ctx.now)
            if not asked.allowed and asked.until is None:
                await handed.settle(tx, row.id or 0, of=("waiting",), state="refused", done_at=ctx.now, cause=asked.why)
                stopped.append(f"L{row.lead_id} 别发了:{asked.why}")
                continue
        done += 1
        if action.how == "text":
            found.append(say(f"L{row.lead_id}:\n{row.text[:LONGEST]}"))
            continue
        state = "sent" if action.how == "sent" else "skipped"
        if await handed.settle(tx, row.id or 0, of=("waiting",), state=state, done_at=ctx.now) and state == "sent":
            found.append(sent_by_hand(row, ctx))
    if not done and not stopped:
        raise Unusable("这几条都处理过了。")
    told = {"text": "发好以后回到上面的卡片点「都发了」。", "sent": f"记下了,{done} 位都发过了。"}
    return [*found, say("\n".join([*stopped, told.get(action.how, f"好的,这 {done} 位都不发了。")]))]


async def on_sop_one(tx: Tx, action: SopOne, who: Who, ctx: Context) -> list[Fact | Answer]:
    """一条条看: the next one's own card, with 发了, 改了再发, 跳过. Raises Unusable."""
    waiting = [one for one in await handed.list_waiting(tx, who.id or "") if of_journey(one)]
    row = next((one for one in waiting if (one.id or 0) <= action.until), None)
    if row is None:
        raise Unusable("这几条都处理过了。")
    return [Answer("hand", row.lead_id, {"handed": row.id})]


HANDLERS: dict[Any, Any] = {SopAll: on_sop_all, SopOne: on_sop_one}
