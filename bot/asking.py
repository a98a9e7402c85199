"""A customer's own words show that they are about to buy: that counts, and may make them hot, or an MQL."""

from collections.abc import Sequence

from bot.context import Context
from leads.asking import BEHAVIOUR, wants_of
from leads.behaviour import Seen, behave
from leads.facts import Fact, LeadWrote
from leads.rights import Who
from store.tx import Tx

CUSTOMER = Who(None, "客户", "admin")


async def warm_by_words(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """What they ask for counts once a day each, where the rules have the behaviour."""
    if not isinstance(fact, LeadWrote) or BEHAVIOUR not in ctx.rules.scoring.behaviours:
        return ()
    day = fact.at.astimezone(ctx.rules.zone).date()
    facts: list[Fact] = []
    for want in wants_of(fact.words):
        key = f"{BEHAVIOUR}:{fact.lead_id}:{want}:{day}"
        seen = Seen(BEHAVIOUR, fact.at, key=key, what=f"客户{want}")
        facts += await behave(tx, fact.lead_id, seen, CUSTOMER, rules=ctx.rules, now=ctx.now)
    return facts
