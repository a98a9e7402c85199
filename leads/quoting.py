"""A quote is made, changed (the old versions stay) and sent, never before whoever must agree has agreed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from config.rules import Rules
from leads.approval import Subject, ask
from leads.deal import get_visible_deal, get_workable_deal, require_open
from leads.deal_facts import OpportunityChanged
from leads.errors import NotFound, Refused, Unusable
from leads.facts import Fact
from leads.quote import Priced, demand_of, off_of, price
from leads.quote_facts import Quoted, QuoteSent
from leads.quote_words import read_wishes
from leads.rights import Who
from store import quotes
from store.approval import Approval, latest_of, void_older
from store.deal import Opportunity
from store.deals import change_deal
from store.members import name_of
from store.prices import list_products, prices_on
from store.quote import Quote, QuoteVersion
from store.tx import Tx

OPEN = ("asking", "refused", "ready", "sent")


class NotAgreed(Refused):
    """Somebody must agree before the quote may go on."""

    code = "not_agreed"


class QuoteChanged(Refused):
    """The button was about an older version."""

    code = "quote_changed"


@dataclass(frozen=True)
class Made:
    """The quote with its new version, and the question that it raised, if any."""

    quote: Quote
    version: QuoteVersion
    priced: Priced
    approval: Approval | None
    facts: tuple[Fact, ...]


async def get_quote(tx: Tx, quote_id: int, who: Who, *, rules: Rules, work: bool = False) -> tuple[Quote, Opportunity]:
    """The quote with its opportunity, if this person may see (`work`: change) that. Raises NotFound, NotYours."""
    quote = await quotes.find_quote(tx, quote_id)
    if quote is None:
        raise NotFound(f"Q{quote_id}", "发「报价 O88」看一个商机的报价。")
    try:
        deal = await get_visible_deal(tx, quote.opportunity_id, who, rules=rules)
    except NotFound:
        raise NotFound(f"Q{quote_id}", "发「报价 O88」看一个商机的报价。") from None
    if work:
        deal = await get_workable_deal(tx, quote.opportunity_id, who, rules=rules)
    return quote, deal


async def make_quote(
    tx: Tx, deal: Opportunity, text: str, who: Who, *, quote: Quote | None, reason: str, desks: Sequence[str],
    rules: Rules, today: date, now: datetime,
) -> Made:  # fmt: skip
    """Work a quote out: a new one, or (with `quote`) its next version.

    Over the discount line somebody's consent is asked for at once. Raises Unusable (asked back, nothing is stored),
    WrongStage (a closed opportunity), QuoteChanged (ordered already).
    """
    require_open(deal)
    listed = await prices_on(tx, today.isoformat())
    if listed is None:
        raise Unusable("还没有产品价格,不能报价。请管理员填好 products.csv,运行 ./run products publish 公司文件夹。")
    wishes = read_wishes(text, await list_products(tx, listed.version), rules.promotions)
    priced = price(wishes, rules.promotions, today=today)
    demand = demand_of(priced.lines, rules.approvals)
    state = "asking" if demand is not None else "ready"
    quote = await _next(tx, deal, quote, state, who, now=now)
    version = QuoteVersion(
        corp=tx.corp, quote_id=quote.id or 0, version=quote.version, price_list=listed.version,
        lines=[line.plain() for line in priced.lines], total=priced.total, full=priced.full, notes=list(priced.notes),
        rule=demand.name if demand else "", label=demand.rule.label if demand else "", why=demand.why if demand else "",
        rules_version=rules.version, valid_until=(today + timedelta(days=rules.quotes.valid_days)).isoformat(),
        made_at=now, made_by=who.id,
    )  # fmt: skip
    await tx.add(version)
    lead_id, deal_id = deal.lead_id, deal.id or 0
    off = off_of(priced.total, priced.full)
    facts: list[Fact] = [
        Quoted(
            lead_id=lead_id, at=now, by=who.id, opportunity_id=deal_id, quote_id=quote.id or 0,
            quote_version=quote.version, total=priced.total, off=off, price_list=listed.version,
        )
    ]  # fmt: skip
    if deal.amount is None and await change_deal(tx, deal_id, amount=priced.total):
        fields, total = ("amount",), priced.total
        facts.append(
            OpportunityChanged(lead_id=lead_id, at=now, by=who.id, opportunity_id=deal_id, fields=fields, amount=total)
        )
    approval = None
    if demand is not None:
        subject = Subject("quote", quote.id or 0, quote.version, quote.no, deal.lead_id, deal.id)
        approval, asked = await ask(
            tx, subject, demand.name, demand.rule, who, reason=reason, desks=desks, rules=rules, now=now
        )
        facts.append(asked)
    else:
        await void_older(tx, "quote", quote.id or 0, version=quote.version)
    return Made(quote, version, priced, approval, tuple(facts))


async def _next(tx: Tx, deal: Opportunity, quote: Quote | None, state: str, who: Who, *, now: datetime) -> Quote:
    if quote is None:
        quote = Quote(
            corp=tx.corp, opportunity_id=deal.id or 0, lead_id=deal.lead_id, version=1, state=state, created_at=now,
            created_by=who.id,
        )  # fmt: skip
        await tx.add(quote)
        return quote
    following = quote.version + 1
    if not await quotes.move_quote(tx, quote.id or 0, quote.version, OPEN, version=following, state=state):
        raise QuoteChanged(f"{quote.no} 已经下单,不能再改。要加东西就另做一张:报价 {deal.no} 另做 产品 数量")
    quote.version, quote.state = following, state
    return quote


async def send_quote(tx: Tx, quote: Quote, version: int, who: Who, *, now: datetime) -> QuoteSent:
    """The present version goes to the customer. Raises NotAgreed, QuoteChanged."""
    await require_present(tx, quote, version)
    await require_agreed(tx, quote)
    if not await quotes.move_quote(tx, quote.id or 0, version, ("ready", "sent", "ordered"), state=_sent(quote)):
        raise QuoteChanged(f"{quote.no} 刚刚变了,请看最新的卡片。")
    found = await quotes.get_version(tx, quote)
    await quotes.note_version(tx, quote.id or 0, version, sent_at=now, sent_by=who.id)
    return QuoteSent(
        lead_id=quote.lead_id, at=now, by=who.id, opportunity_id=quote.opportunity_id, quote_id=quote.id or 0,
        quote_version=version, total=found.total,
    )  # fmt: skip


def _sent(quote: Quote) -> str:
    return "ordered" if quote.state == "ordered" else "sent"


async def require_present(tx: Tx, quote: Quote, version: int) -> None:
    """Raise QuoteChanged for a button of an older version."""
    if quote.version != version:
        told = f"{quote.no} 已经改成第 {quote.version} 版,这张卡片是第 {version} 版的,什么都没有做。"
        raise QuoteChanged(f"{told}发「报价 {quote.no}」看新的。")


async def require_agreed(tx: Tx, quote: Quote) -> None:
    """Raise NotAgreed while the consent that a quote needs is not there."""
    if quote.state not in ("asking", "refused"):
        return
    asked = await latest_of(tx, "quote", quote.id or 0, quote.version)
    who = await name_of(tx, asked.decided_by or asked.approver_id) if asked is not None else "主管"
    label = asked.label if asked is not None else ""
    if quote.state == "asking":
        raise NotAgreed(f"{quote.no} 还在等{who}审批({label}),同意以后才能发给客户、下单。")
    why = f":{asked.note}" if asked is not None and asked.note else ""
    raise NotAgreed(f"{quote.no} 被{who}驳回了{why}。改一改再报:报价 {quote.no} 产品 数量 折扣")


async def settle_quote(tx: Tx, asked: Approval, *, agreed: bool) -> bool:
    """The word about a version of a quote moves it on; False when the quote has changed since."""
    state = "ready" if agreed else "refused"
    return await quotes.move_quote(tx, asked.subject_id, asked.subject_version, ("asking",), state=state)


async def unsettle_quote(tx: Tx, asked: Approval) -> bool:
    """The agreement to a version was taken back: it goes no further; False when it is ordered, or has changed."""
    found = ("ready", "sent")
    return await quotes.move_quote(tx, asked.subject_id, asked.subject_version, found, state="refused")
