"""下单: a quote becomes an order with one tap; 订单: what became of it; 合同: number, consent, signed file; 回款."""

import re
import secrets
from datetime import timedelta

from bot.cards.deal_papers import CONTRACTS
from bot.context import Answer, Context, say
from bot.handlers.words import first_and_rest
from bot.quote_actions import PlaceOrder
from leads.approval import DESKS, Subject, ask
from leads.deal import get_workable_deal
from leads.errors import NotFound, Unusable, WrongStage
from leads.facts import Fact
from leads.mask import said
from leads.order_facts import ContractDrawn
from leads.ordering import accepted, place_order, receive
from leads.price import plain_yuan, sum_of, yuan
from leads.quoting import get_quote
from leads.rights import Who
from store import approval as approvals
from store import deals, quotes
from store import order as orders
from store.deal import Opportunity
from store.members import find_member, name_of
from store.order import Contract
from store.talk import set_focus
from store.tx import Tx

QUOTE = re.compile(r"\s*[Qq]\s*(\d{1,12})(?!\d)\s*$")
ORDER = re.compile(r"\s*[Dd]\s*(\d{1,12})(?!\d)[\s,:]*(?P<theirs>\S{0,60})\s*$")
DEAL = re.compile(r"\s*[Oo]\s*(\d{1,12})(?!\d)[\s,:]*")
CONTRACT = re.compile(r"(?P<no>[A-Za-z0-9][A-Za-z0-9._/-]{1,39})\s*(?P<rest>.*)$")
PAGE_DAYS = 7
PAGE = "/app/contract/"
UNSIGNED = ("asking", "refused", "agreed")


async def on_order_word(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """下单 Q12."""
    match = QUOTE.match(rest)
    if match is None:
        raise Unusable("要给哪张报价下单?例如:下单 Q12")
    quote, _ = await get_quote(tx, int(match[1]), who, rules=ctx.rules, work=True)
    return await on_place_order(tx, PlaceOrder(quote.lead_id, quote.id or 0, quote.version), who, ctx)


async def on_place_order(tx: Tx, action: PlaceOrder, who: Who, ctx: Context) -> list[Fact | Answer]:
    """The button 下单."""
    quote, deal = await get_quote(tx, action.quote_id, who, rules=ctx.rules, work=True)
    if deal.result == "lost":
        raise WrongStage(f"{deal.no} 已经输单了,不能下单。要接着谈,先发「重开 {deal.no}」。")
    order, facts = await place_order(
        tx, quote, action.version, deal, who, connectors=ctx.connectors, rules=ctx.rules, now=ctx.now
    )
    label = ctx.connectors[order.connector].label if order.connector else ""
    where = f"正在交给{label},单号马上回来" if label else "没有对接 ERP,请人工录入,录好发「订单 " + order.no + " 单号」"
    return [*facts, Answer(f"quote:{quote.id}", quote.lead_id, {"headline": f"{order.no} 已下单,{where}"})]


async def on_order_look_word(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """订单 D12: its card; 订单 D12 XSD-001: the number that a person got from the other system."""
    match = ORDER.match(rest)
    order = await orders.find_order(tx, int(match[1])) if match is not None else None
    if match is None:
        raise Unusable("哪张订单?例如:订单 D12;人工录好的发:订单 D12 对方单号")
    if order is None:
        raise NotFound(f"D{match[1]}", "订单号在报价卡片上,发「报价 Q12」看。")
    quote, _ = await get_quote(tx, order.quote_id, who, rules=ctx.rules, work=bool(match["theirs"]))
    if not match["theirs"]:
        return [Answer(f"quote:{quote.id}", quote.lead_id)]
    facts = await accepted(tx, order, match["theirs"], by=who.id, now=ctx.now)
    if not facts:
        raise Unusable(f"{order.no} 已经有对方单号 {order.theirs},没有改。")
    await orders.drop_call(tx, order.id or 0)
    return [*facts, say(f"{order.no} 记下了对方单号 {match['theirs']}。")]


async def on_contract_word(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """合同 O88 HT-2026-001 50万: the number, and consent where a rule wants it; 合同 O88: what is there."""
    match = DEAL.match(rest)
    if match is None:
        raise Unusable("哪个商机的合同?例如:合同 O88 HT-2026-001 50万")
    deal = await get_workable_deal(tx, int(match[1]), who, rules=ctx.rules)
    await set_focus(tx, who.id or "", lead_id=deal.lead_id, now=ctx.now)
    rest = rest[match.end() :].strip()
    if not rest:
        return await _contracts(tx, deal, ctx)
    told = CONTRACT.match(rest)
    if told is None:
        raise Unusable(f"合同号用字母和数字,例如:合同 {deal.no} HT-2026-001 50万")
    amount_text, _, reason = told["rest"].partition(" ")
    found = await quotes.list_quotes(tx, opportunity_id=deal.id, limit=1)
    quoted = (await quotes.get_version(tx, found[0])).total if found else deal.amount
    amount = sum_of(amount_text) if amount_text else quoted
    if amount is None:
        raise Unusable(f"合同多少钱?写成:合同 {deal.no} {told['no']} 50万。什么都没有存。")
    return await _draw(tx, deal, told["no"], amount, reason, who, ctx)


async def _draw(
    tx: Tx, deal: Opportunity, no: str, amount: int, reason: str, who: Who, ctx: Context
) -> list[Fact | Answer]:
    known = await orders.find_contract(tx, no)
    if known is not None and (known.opportunity_id != deal.id or known.state not in UNSIGNED):
        raise Unusable(f"合同号 {no} 已经用过了(O{known.opportunity_id})。换一个号。什么都没有存。")
    if known is not None and known.state in ("asking", "agreed") and known.amount == amount:
        return await _contracts(tx, deal, ctx)
    rules = [(name, rule) for name, rule in ctx.rules.approvals.items() if rule.kind == "contract"]
    wanted = [one for one in sorted(rules, key=lambda one: one[1].over) if amount > one[1].over * 100]
    state = "asking" if wanted else "agreed"
    if known is not None:
        await orders.change_contract(tx, known.id or 0, states=UNSIGNED, state=state, amount=amount)
        row = known
    else:
        row = Contract(
            corp=tx.corp, opportunity_id=deal.id or 0, lead_id=deal.lead_id, no=no, amount=amount, state=state,
            created_at=ctx.now, created_by=who.id,
        )  # fmt: skip
        await tx.add(row)
    facts: list[Fact | Answer] = [
        ContractDrawn(
            lead_id=deal.lead_id, at=ctx.now, by=who.id, opportunity_id=deal.id or 0, contract=no, amount=amount
        )
    ]
    version = await approvals.next_version(tx, "contract", row.id or 0)
    before = await approvals.list_open(tx, "contract", row.id or 0)
    if not wanted:
        await approvals.void_older(tx, "contract", row.id or 0, version=version)
        return [*facts, say(f"{deal.no} 的合同 {no}({yuan(amount)})记下了。{await _page(tx, row, ctx)}")]
    name, rule = wanted[-1]
    subject = Subject("contract", row.id or 0, version, f"{deal.no} 合同 {no}", deal.lead_id, deal.id)
    desks = ctx.platforms_of(await find_member(tx, who.id or ""))
    asked, fact = await ask(tx, subject, name, rule, who, reason=reason, desks=desks, rules=ctx.rules, now=ctx.now)
    where = DESKS.get(asked.desk) or await name_of(tx, asked.approver_id)
    void = f"上次提的 {'、'.join(one.no for one in before)} 作废了。" if before else ""
    told = f"合同 {no}({yuan(amount)})已提给{where}({rule.label},{asked.no}),同意后就能签。{void}"
    return [*facts, fact, say(told)]


async def _contracts(tx: Tx, deal: Opportunity, ctx: Context) -> list[Fact | Answer]:
    found = await orders.list_contracts(tx, deal.id or 0)
    if not found:
        return [say(f"{deal.no} 还没有合同。发「合同 {deal.no} 合同号 金额」。")]
    lines = [f"{deal.no} 的合同:"]
    for one in found:
        file = f",文件 {one.file}" if one.file else ""
        lines.append(f"· {one.no} {yuan(one.amount)},{CONTRACTS[one.state]}{file}")
        if one.state in ("agreed", "signed"):
            lines.append(f"  {await _page(tx, one, ctx)}")
    return [say("\n".join(lines))]


async def _page(tx: Tx, row: Contract, ctx: Context) -> str:
    """Where the signed file is handed in and looked at, for a week."""
    token = secrets.token_urlsafe(24)
    until = ctx.now + timedelta(days=PAGE_DAYS)
    await orders.change_contract(tx, row.id or 0, states=("agreed", "signed"), token=token, token_until=until)
    verb = "看签好的文件或换一份" if row.state == "signed" else "签好后在这里传文件"
    return f"{verb}({until:%m-%d} 前有效):{ctx.public_url.rstrip('/')}{PAGE}{token}"


async def on_payment_word(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """回款 O88 5万 首付款; a minus is a refund: 回款 O88 -5000."""
    match = DEAL.match(rest)
    if match is None:
        raise Unusable("哪个商机的回款?例如:回款 O88 5万 首付款")
    deal = await get_workable_deal(tx, int(match[1]), who, rules=ctx.rules)
    amount_text, note = first_and_rest(rest[match.end() :])
    back = amount_text.startswith("-")
    amount = sum_of(amount_text.removeprefix("-"))
    if not amount:
        raise Unusable(f"收到多少?写成:回款 {deal.no} 5万 首付款。什么都没有存。")
    found = await orders.list_orders(tx, opportunity_id=deal.id, limit=1)
    facts = await receive(
        tx, deal, -amount if back else amount, order=found[0] if found else None, key=None,
        note=said(note, reveal=False), at=ctx.now, by=who.id, now=ctx.now,
    )  # fmt: skip
    total = (await deals.paid_for(tx, [deal.id or 0])).get(deal.id or 0, 0)
    undo = f"记错了发「回款 {deal.no} {'' if back else '-'}{plain_yuan(amount)}」冲掉。"
    return [*facts, say(f"{deal.no} {'退款' if back else '回款'} {yuan(amount)},记下了,合计 {yuan(total)}。{undo}")]
