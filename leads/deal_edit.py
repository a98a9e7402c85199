"""More is known of a deal, it was noted wrong, or a colleague takes it over."""

from collections.abc import Mapping
from datetime import date, datetime

from config.rules import Rules
from leads.advance import DEAL_LABELS
from leads.convert import check_day
from leads.deal import get_workable_deal, require_open
from leads.deal_facts import OpportunityChanged, OpportunityTransferred
from leads.errors import Unusable
from leads.facts import Fact
from leads.rights import CLAIMERS, Who
from leads.transfer import transfer, why_not_to
from leads.understand.amount import read_amount
from leads.understand.when import find_whens
from store import deals, leads
from store.members import find_member
from store.tx import Tx

TEXTS = {"product": 60, "competitor": 60, "name": 60}
LABELS = {**DEAL_LABELS, "name": "名称", "renews_on": "续约日"}
EDITABLE = ("product", "amount", "expected_on", "competitor", "name", "renews_on")


async def edit_deal(
    tx: Tx, opportunity_id: int, who: Who, values: Mapping[str, object], *, rules: Rules, now: datetime
) -> tuple[OpportunityChanged, ...]:
    """Change what is known of a deal (`amount` in fen); nothing new is no fact.

    A closed deal keeps its figures: only the day on which it is to be renewed may be set.
    Raises NotFound, NotYours, WrongStage (closed), Unusable (amount, a day that has passed).
    """
    deal = await get_workable_deal(tx, opportunity_id, who, rules=rules)
    fresh = {name: value for name, value in values.items() if name in EDITABLE and getattr(deal, name) != value}
    if not fresh:
        return ()
    if set(fresh) - {"renews_on"}:
        require_open(deal)
    amount = fresh.get("amount")
    if amount is not None and (not isinstance(amount, int) or amount <= 0):
        raise Unusable("金额要大于 0,还不知道就先不写。")
    if fresh.get("expected_on"):
        check_day(str(fresh["expected_on"]), rules=rules, now=now)
    if fresh.get("renews_on"):
        check_day(str(fresh["renews_on"]), rules=rules, now=now)
    fresh |= {name: str(fresh[name]).strip()[:most] for name, most in TEXTS.items() if name in fresh}
    await deals.change_deal(tx, opportunity_id, **fresh, touched_at=now)
    await leads.change(tx, deal.lead_id, touched_at=now)
    changed = OpportunityChanged(
        lead_id=deal.lead_id, at=now, by=who.id, opportunity_id=opportunity_id, fields=tuple(fresh),
        amount=amount if isinstance(amount, int) else None,
    )  # fmt: skip
    return (changed,)


def read_field(key: str, words: str, *, rules: Rules, now: datetime) -> object:
    """What a person typed into one field of a deal. Raises Unusable, with what can be typed."""
    text = words.strip()
    if not text:
        raise Unusable(f"「{LABELS[key]}」后面要写上内容。")
    if key == "amount":
        return exact_amount(text)
    if key in ("expected_on", "renews_on"):
        return read_day(text, rules=rules, now=now)
    return text[: TEXTS[key]]


def exact_amount(text: str) -> int:
    """Fen of an amount that leaves no doubt. Raises Unusable: asked back with what it may mean."""
    read = read_amount(text)
    if read is None:
        raise Unusable(f"「{text[:20]}」看不出是多少钱。金额写成 50万、8000元 或 500000。")
    if read.flaw:
        raise Unusable(f"{read.flaw}。金额写成 50万、8000元 或 500000。")
    if read.fen is None:
        raise Unguessed(text, read.guesses)
    return read.fen


class Unguessed(Unusable):
    """An amount that may mean several sums: `guesses`, in fen, are offered."""

    def __init__(self, text: str, guesses: tuple[int, ...]) -> None:
        super().__init__(f"「{text[:20]}」是个大概的数,金额要写准一个,例如 50万。后面变了随时能改。")
        self.guesses = guesses


def read_day(text: str, *, rules: Rules, now: datetime) -> str:
    """The day that words name (2026-06-30, 6月底, 下周三), the last one of a span. Raises Unusable: none, or past."""
    day = day_in(text, rules=rules, now=now)
    if day is None:
        raise Unusable(f"「{text[:20]}」看不出是哪天。写成 2026-06-30、6月底 或 下周三。")
    check_day(day, rules=rules, now=now)
    return day


def day_in(text: str, *, rules: Rules, now: datetime) -> str | None:
    """The day that words name, passed or not; None when they name none."""
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError:
        pass
    whens = find_whens(text, now=now.astimezone(rules.zone))
    if not whens:
        return None
    when = whens[0]
    return (when.end if when.precision == "range" else when.start).date().isoformat()


async def transfer_deal(
    tx: Tx, opportunity_id: int, who: Who, to_id: str, *, reason: str = "", rules: Rules, now: datetime
) -> list[Fact]:
    """Give a deal another owner. With the last open deal that its owner has there, the customer goes along.

    Raises NotFound, NotYours, WrongStage (closed), Unusable (nobody of that id, or it is theirs already).
    """
    deal = await get_workable_deal(tx, opportunity_id, who, rules=rules)
    require_open(deal)
    taker = await find_member(tx, to_id)
    if taker is None or taker.state != "active" or taker.role not in CLAIMERS:
        raise Unusable(f"{why_not_to(taker, to_id)}写上姓名,例如:转给 {deal.no} 李娜")
    if deal.owner_id == taker.id:
        raise Unusable(f"{deal.no} 已经在{taker.name}手上了,不用再转。")
    lead = await leads.get_lead(tx, deal.lead_id)
    others = [one for one in await deals.list_of_lead(tx, deal.lead_id) if one.result == "open" and one.id != deal.id]
    if lead.owner_id == deal.owner_id and not [one for one in others if one.owner_id == deal.owner_id]:
        return [await transfer(tx, deal.lead_id, who, taker.id, reason=reason, rules=rules, now=now)]
    await deals.change_deal(tx, opportunity_id, owner_id=taker.id)
    await leads.change(tx, deal.lead_id, touched_at=now)
    moved = OpportunityTransferred(
        lead_id=deal.lead_id, at=now, by=who.id, opportunity_id=opportunity_id, from_id=deal.owner_id, to_id=taker.id,
        reason=reason.strip(),
    )  # fmt: skip
    return [moved]
