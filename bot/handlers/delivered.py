"""A declared channel has brought a lead: one delivery is one enquiry, whether it was pushed, fetched, or both."""

from typing import Any

from bot.context import Answer, Context
from bot.events import ChannelDelivered
from leads.capture import Person, capture
from leads.facts import Fact
from leads.own import fitting
from leads.understand.money import read_budget
from store.tx import Tx

WORDS = ("name", "phone", "company", "email", "wechat", "title", "city")
OWN, UTM = "fields.", "utm_"


async def on_channel_delivered(tx: Tx, event: ChannelDelivered, ctx: Context) -> list[Fact | Answer]:
    """Book the person; a budget or an own field that cannot be read stays in the words of the need."""
    told = event.fields
    budget, need = told.get("budget", ""), told.get("need", "")
    low, high = read_budget(budget) or (None, None) if budget else (None, None)
    given = {name.removeprefix(OWN): value for name, value in told.items() if name.startswith(OWN)}
    own, unfit = fitting(given, rules=ctx.rules, now=ctx.now)
    more = [f"预算:{budget[:100]}"] if budget and (low, high) == (None, None) else []
    more += [f"{name}:{given[name][:200]}" for name in unfit]
    words: dict[str, Any] = {name: told.get(name, "") for name in WORDS}
    person = Person(
        source=event.source, **words, need="\n".join([need, *more]).strip(),
        budget_min=low, budget_max=high, submission_id=event.key, own=own,
        utm={name.removeprefix(UTM): value for name, value in told.items() if name.startswith(UTM)},
    )  # fmt: skip
    return list((await capture(tx, person, rules=ctx.rules, now=ctx.now)).facts)
