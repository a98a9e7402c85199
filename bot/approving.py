"""What follows from a word of consent: the quote moves on, whoever asked hears it; or the OA is asked for it."""

from collections.abc import Sequence

from bot.cards.asked import promised_text
from bot.context import Context
from bot.outgoing import ring
from config.worktime import parse_span
from leads.approval import DESKS, next_above
from leads.facts import Fact
from leads.order_facts import ContractDrawn
from leads.quote_facts import ApprovalAsked, ApprovalDecided, ApprovalWithdrawn, Quoted
from leads.quoting import settle_quote, unsettle_quote
from store.approval import Approval, find_approval, list_void_in_oa, next_version, settle
from store.due import do_once, keep
from store.members import find_member, name_of
from store.order import change_contract, find_contract
from store.queues import Due
from store.tx import Tx


async def ask_for_consent(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """Whoever must agree gets the card, or the OA gets the form."""
    row = await find_approval(tx, fact.approval_id) if isinstance(fact, ApprovalAsked) else None
    if row is None or row.state != "open":
        return ()
    for older in await list_void_in_oa(tx, row.subject, row.subject_id):
        await withdraw(tx, older, ctx)
    approver = await find_member(tx, row.approver_id)
    if (rule := ctx.rules.approvals.get(row.rule)) is not None:
        at = ctx.hours_of(approver).due(ctx.now, parse_span(rule.within))
        await keep(tx, kind="unanswered", key=f"unanswered:{row.id}", at=at, payload={"approval": row.id})
    if row.way == "oa":
        await do_once(tx, kind="approval_oa", key=f"approval_oa:{row.id}", now=ctx.now, payload={"approval": row.id})
        return ()
    if approver is not None:
        await ring(tx, ctx, approver, f"approval:{row.id}", key=f"approval:{row.id}:card", lead_id=row.lead_id)
    return ()


async def on_unanswered(tx: Tx, due: Due, ctx: Context) -> Sequence[Fact]:
    """Nobody has answered in time: the next step up is asked too, once, and whoever asked hears it."""
    row = await find_approval(tx, int(due.payload["approval"]))
    rule = ctx.rules.approvals.get(row.rule) if row is not None else None
    if row is None or rule is None or row.state != "open":
        return ()
    passed = f"{row.no}({row.label})等了 {promised_text(rule.within)}还没有结果"
    also = await next_above(tx, row, rule, now=ctx.now) if row.way == "card" else None
    if row.way == "oa":
        text = f"{passed}。它在{DESKS[row.desk]}里,请到那里催一下。"
    elif also is None:
        text = f"{passed},上面没有别人可以请了。请当面或打电话问一下{await name_of(tx, row.approver_id)}。"
    else:
        await settle(tx, row.id or 0, also_id=also.id)
        await ring(tx, ctx, also, f"approval:{row.id}", key=f"approval:{row.id}:also", lead_id=row.lead_id)
        text = f"{passed},已经也请{also.name}来批:{await name_of(tx, row.approver_id)}和{also.name}谁先批都算。"
    asker = await find_member(tx, row.asked_by) if row.asked_by else None
    if asker is not None:
        await ring(tx, ctx, asker, "note", key=f"approval:{row.id}:unanswered", lead_id=row.lead_id, text=text)
    return ()


async def withdraw_forms(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """A quote or contract that has changed is not to be decided about in the OA any more."""
    if isinstance(fact, Quoted):
        for row in await list_void_in_oa(tx, "quote", fact.quote_id):
            await withdraw(tx, row, ctx)
    contract = await find_contract(tx, fact.contract) if isinstance(fact, ContractDrawn) else None
    for row in await list_void_in_oa(tx, "contract", contract.id or 0) if contract is not None else ():
        await withdraw(tx, row, ctx)
    return ()


async def withdraw(tx: Tx, row: Approval, ctx: Context) -> None:
    """Have a form ended in the OA, once."""
    key, payload = f"approval_end:{row.instance}", {"instance": row.instance}
    await do_once(tx, kind="approval_end", key=key, now=ctx.now, payload=payload, lane=key)


async def settle_consent(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """The word moves what it was about; whoever asked is told at once."""
    row = await find_approval(tx, fact.approval_id) if isinstance(fact, ApprovalDecided) else None
    if row is None or not isinstance(fact, ApprovalDecided):
        return ()
    if row.subject == "quote":
        await settle_quote(tx, row, agreed=fact.agreed)
    if row.subject == "contract":
        state = "agreed" if fact.agreed else "refused"
        await change_contract(tx, row.subject_id, states=("asking",), state=state)
    asker = await find_member(tx, row.asked_by) if row.asked_by else None
    if asker is None:
        return ()
    who = await name_of(tx, fact.by) if fact.by else "OA"
    word = "同意了" if fact.agreed else f"驳回了:{row.note or '没有写原因'}"
    if row.subject == "quote":
        key = f"decided:{row.id}"
        await ring(
            tx, ctx, asker, f"quote:{row.subject_id}", key=key, lead_id=row.lead_id, headline=f"{who}{word}"[:40]
        )
    else:
        text = f"{fact.about}:{who}{word}({row.label},{row.no})"
        await ring(tx, ctx, asker, "note", key=f"decided:{row.id}", lead_id=row.lead_id, text=text)
    return ()


async def settle_withdrawal(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """An agreement was taken back: what has not gone out yet stops; of what has, both sides hear."""
    row = await find_approval(tx, fact.approval_id) if isinstance(fact, ApprovalWithdrawn) else None
    if row is None or not isinstance(fact, ApprovalWithdrawn):
        return ()
    if row.subject != "quote" and row.subject_version + 1 < await next_version(tx, row.subject, row.subject_id):
        return ()  # it was asked again since
    stopped = True
    if row.subject == "quote":
        stopped = await unsettle_quote(tx, row)
    if row.subject == "contract":
        stopped = await change_contract(tx, row.subject_id, states=("agreed",), state="refused")
    told = f"{fact.about} 的同意在{DESKS.get(row.desk, 'OA')}里撤销了({row.no},{row.label})。"
    told += "先停下,改好再提一次。" if stopped else "可是它已经往下走了(下了单、签了字或改过),请两个人商量怎么办。"
    for member_id, side in ((row.asked_by, "asker"), (None if stopped else row.approver_id, "approver")):
        member = await find_member(tx, member_id) if member_id else None
        if member is not None:
            key = f"withdrawn:{row.id}:{side}"
            await ring(tx, ctx, member, "note", key=key, lead_id=row.lead_id, text=told)
    return ()
