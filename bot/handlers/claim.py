"""A rep takes a lead: by the card's button or by the word 领取."""

import re

from bot.cards.lead import taken
from bot.context import Answer, Context
from bot.lead_actions import Claim
from leads.claim import claim
from leads.errors import Unusable
from leads.facts import Fact
from leads.rights import Who
from leads.undo import remember, snapshot
from store.talk import set_focus
from store.tx import Tx


async def on_claim(tx: Tx, action: Claim, who: Who, ctx: Context) -> list[Fact | Answer]:
    """The button 领取. Refuses as leads.claim.claim does."""
    before = await snapshot(tx, action.lead_id)
    fact = await claim(tx, action.lead_id, who, rules=ctx.rules, now=ctx.now)
    await remember(tx, who, "claim", action.lead_id, before, now=ctx.now)
    await set_focus(tx, who.id or "", lead_id=action.lead_id, asked="", now=ctx.now)
    return [fact]


async def on_claim_word(tx: Tx, lead_id: int | None, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """领取 L1024."""
    if lead_id is None:
        raise Unusable("要领取哪一条?例如:领取 L1024。发「线索池」看看有哪些可以领。")
    if more := re.search(r"[Ll]\s*(\d{1,12})", rest):
        raise Unusable(f"一次领一条,还没有领:先发「领取 L{lead_id}」,再发「领取 L{more[1]}」。")
    outcome = await on_claim(tx, Claim(lead_id, 0), who, ctx)
    return [*outcome, Answer("lead", lead_id, {"said": taken(lead_id)})]
