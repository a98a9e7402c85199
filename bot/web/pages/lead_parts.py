"""What belongs to a customer besides the story: enquiries, deals, quotes, money, files, journeys, messages."""

from typing import Any

from bot.cards.asked import moment, promised_text, words_of
from bot.cards.quote import STATES as QUOTES
from bot.cards.quote import paid_told
from bot.context import Context
from config.words import STAGE_LABELS
from leads.attachment import LABELS, size_text
from leads.mask import said
from leads.price import yuan
from leads.reach_facts import CHANNEL_LABELS, what_of
from nurture.facts import CAUSES, ENDINGS
from nurture.running import plan_of
from nurture.wording import step_text
from store import attachments, belongings, clocks, deals, journeys, reach
from store import messages as outgoing
from store.handed import Handed
from store.leads import list_enquiries
from store.members import name_of
from store.queues import Outbox
from store.tables import Lead
from store.tx import Tx

MARKS = {"batch": "导入", "campaign": "活动"}

MOST_WORDS = 2000  # characters of one text
PROMISES, RUNS, PAYMENTS = 12, 8, 20
CLOCKS = {"running": "计时中", "paused": "暂停", "met": "做到了", "overdue": "超时", "cancelled": "取消"}
ORDERS = {"waiting": "正在交给对方系统", "accepted": "对方已收单", "manual": "待人工录入"}
CONTRACTS = {"asking": "等审批", "refused": "被驳回", "agreed": "等回签", "signed": "已回签"}
SENT = {
    "queued": "等着发",
    "sending": "正在发",
    "sent": "已发出",
    "failed": "没发出去",
    "unknown": "结果未知",
    "stopped": "没发,客户不想收",
}
HANDED = {
    "waiting": "等同事亲手发", "asked": "等同事在企业微信里点发送", "sent": "同事发了", "skipped": "同事跳过了",
    "refused": "没发出去",
}  # fmt: skip

Rows = list[dict[str, Any]]


async def parts_of(tx: Tx, lead: Lead, *, reveal: bool, ctx: Context) -> dict[str, Any]:
    """Everything, by the names that the page's template has for it; numbers in texts masked without `reveal`."""
    lead_id = lead.id or 0
    return {
        "promises": await promises(tx, lead_id, ctx=ctx),
        "enquiries": await enquiries(tx, lead_id, reveal=reveal, ctx=ctx),
        "deals": await opportunities(tx, lead_id, reveal=reveal),
        "quotes": await quotes(tx, lead_id, ctx=ctx),
        "orders": await orders(tx, lead_id, reveal=reveal, ctx=ctx),
        "files": await files(tx, lead_id, reveal=reveal, ctx=ctx),
        "journeys": await runs(tx, lead_id, ctx=ctx),
        "sent": await messages(tx, lead_id, ctx=ctx),
        "stops": await stops(tx, lead_id, ctx=ctx),
    }


async def promises(tx: Tx, lead_id: int, *, ctx: Context) -> Rows:
    """What was promised and how it ended, the latest first."""
    zone = ctx.rules.zone
    return [
        {
            "label": clock.rule.get("label", clock.name), "within": promised_text(clock.rule.get("within", "")),
            "state": CLOCKS.get(clock.state, clock.state), "bad": clock.state == "overdue",
            "from": moment(clock.started_at, now=ctx.now, zone=zone),
            "due": moment(clock.due_at, now=ctx.now, zone=zone), "version": clock.rules_version,
        }
        for clock in list(reversed(await clocks.list_of_lead(tx, lead_id)))[:PROMISES]
    ]  # fmt: skip


async def enquiries(tx: Tx, lead_id: int, *, reveal: bool, ctx: Context) -> Rows:
    """Each time they asked: when, through what, in which words."""
    return [
        {
            "at": moment(one.at, now=ctx.now, zone=ctx.rules.zone), "source": said(one.source, reveal=reveal),
            "need": words_of(one.need, reveal=reveal, most=MOST_WORDS),
            "marks": said(" · ".join(f"{MARKS.get(k, k)} {v}" for k, v in (one.utm or {}).items() if v), reveal=reveal),
        }
        for one in await list_enquiries(tx, lead_id)
    ]  # fmt: skip


async def opportunities(tx: Tx, lead_id: int, *, reveal: bool) -> Rows:
    """What they may buy, have bought, or did not."""
    found = await deals.list_of_lead(tx, lead_id)
    paid = await deals.paid_for(tx, [one.id or 0 for one in found]) if found else {}
    results = {"open": "进行中", "won": STAGE_LABELS["won"], "lost": STAGE_LABELS["lost"]}
    return [
        {
            "no": one.no, "name": said(one.name or one.product, reveal=reveal), "stage": one.stage,
            "result": results.get(one.result, one.result), "expected": one.expected_on,
            "amount": f"{one.amount / 100:,.2f} 元" if one.amount is not None else "金额未定",
            "paid": f"{paid[one.id or 0] / 100:,.2f} 元" if one.id in paid else "",
            "owner": await name_of(tx, one.owner_id) if one.owner_id else "", "reason": said(one.reason, reveal=reveal),
        }
        for one in found
    ]  # fmt: skip


async def quotes(tx: Tx, lead_id: int, *, ctx: Context) -> Rows:
    """Each quote by the version that counts."""
    return [
        {
            "no": f"Q{row.id}", "version": row.version, "deal": f"O{row.opportunity_id}", "total": yuan(row.total),
            "state": QUOTES.get(row.state, row.state), "until": row.valid_until,
            "late": row.state in ("ready", "sent") and "" < row.valid_until < ctx.today.isoformat(),
        }
        for row in await belongings.list_quotes(tx, lead_id)
    ]  # fmt: skip


async def orders(tx: Tx, lead_id: int, *, reveal: bool, ctx: Context) -> dict[str, Rows]:
    """Orders with what was paid for each, contracts, and each payment."""
    zone, sold = ctx.rules.zone, await deals.list_of_lead(tx, lead_id)
    money = await belongings.list_payments(tx, [one.id or 0 for one in sold])
    placed = []
    for order in await belongings.list_orders(tx, lead_id):
        paid = sum(one.amount for one in money if one.order_id == order.id)
        placed.append(
            {
                "no": order.no, "quote": f"Q{order.quote_id}", "state": ORDERS.get(order.state, order.state),
                "theirs": order.theirs, "amount": yuan(order.amount), "paid": paid_told(paid, order.amount),
                "delivery": said(order.delivery, reveal=reveal), "bad": order.state == "manual",
                "error": said(order.error, reveal=reveal),
            }
        )  # fmt: skip
    signed = [
        {
            "no": said(row.no, reveal=reveal), "amount": yuan(row.amount), "state": CONTRACTS.get(row.state, row.state),
            "at": moment(row.signed_at, now=ctx.now, zone=zone) if row.signed_at else "",
        }
        for row in await belongings.list_contracts(tx, lead_id)
    ]  # fmt: skip
    paid_in = [
        {
            "at": moment(one.at, now=ctx.now, zone=zone), "amount": yuan(one.amount), "deal": f"O{one.opportunity_id}",
            "by": await name_of(tx, one.by) if one.by else "", "note": said(one.note, reveal=reveal),
        }
        for one in money[:PAYMENTS]
    ]  # fmt: skip
    return {"placed": placed, "contracts": signed, "payments": paid_in}


async def files(tx: Tx, lead_id: int, *, reveal: bool, ctx: Context) -> Rows:
    """What colleagues have put on the lead."""
    return [
        {
            "id": row.id, "kind": LABELS.get(row.kind, "文件"), "name": said(row.name, reveal=reveal),
            "size": size_text(row.size), "by": await name_of(tx, row.member_id),
            "at": moment(row.at, now=ctx.now, zone=ctx.rules.zone),
        }
        for row in await attachments.list_kept(tx, lead_id)
    ]  # fmt: skip


async def runs(tx: Tx, lead_id: int, *, ctx: Context) -> Rows:
    """Their journeys, the latest first: where they are, why they rest, how they ended."""
    zone, told = ctx.rules.zone, []
    for run in list(reversed(await journeys.list_of_lead(tx, lead_id)))[:RUNS]:
        plan = await plan_of(tx, run)
        step = plan.find(run.step) if run.step in plan.names else None
        if run.state == "running":
            where = f"下一步 {moment(run.run_at, now=ctx.now, zone=zone)}"
        elif run.state == "paused":
            where = f"暂停:{CAUSES.get(run.cause, run.cause)}"
        else:
            where = ENDINGS.get(run.cause, "结束了")
        told.append(
            {
                "label": plan.label, "where": where, "begun": moment(run.begun_at, now=ctx.now, zone=zone),
                "step": step_text(step, rules=ctx.rules) if step is not None and run.ended_at is None else "",
                "ended": moment(run.ended_at, now=ctx.now, zone=zone) if run.ended_at else "",
            }
        )  # fmt: skip
    return told


async def messages(tx: Tx, lead_id: int, *, ctx: Context) -> Rows:
    """What they were sent by us or by a colleague's hand, and what came of it."""
    rows = await outgoing.list_reached(tx, lead_id)
    by_hand = {one.key: one for one in await belongings.list_handed(tx, lead_id)} if rows else {}
    seen = await belongings.seen_messages(tx, lead_id) if rows else {}
    return [_message(row, by_hand.get(row.key), seen.get(row.key, (0, 0)), ctx) for row in rows]


def _message(row: Outbox, handed: Handed | None, seen: tuple[int, int], ctx: Context) -> dict[str, Any]:
    at = row.sent_at or row.first_sent_at or row.run_at
    state = SENT.get(row.state, row.state)
    if handed is not None and row.state == "sent":
        at, state = handed.done_at or at, HANDED.get(handed.state, handed.state)
    opened, followed = seen
    heard = [f"打开 {opened} 次"] * (opened > 0) + [f"点开 {followed} 次"] * (followed > 0)
    what = str(row.params.get("subject") or row.params.get("content") or row.params.get("topic") or "")
    cause = handed.cause if handed is not None and handed.cause else row.error
    return {
        "at": moment(at, now=ctx.now, zone=ctx.rules.zone), "state": state, "heard": ",".join(heard),
        "by": CHANNEL_LABELS.get(row.platform, row.platform), "what": said(what, reveal=False),
        "error": said(cause, reveal=False), "bad": row.state in ("failed", "unknown"),
    }  # fmt: skip


async def stops(tx: Tx, lead_id: int, *, ctx: Context) -> list[str]:
    """What they do not want to hear any more, and since when."""
    topics = ctx.rules.nurture.topics
    return [
        f"{stop.at.astimezone(ctx.rules.zone):%Y-%m-%d} 起不再收"
        f"{what_of(topics[stop.topic].label if stop.topic in topics else '', stop.channel)}"
        for stop in await reach.list_stops(tx, lead_id)
    ]
