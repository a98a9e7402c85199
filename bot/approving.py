"""What follows from a word of consent: the quote moves on, whoever asked hears it; or the OA is asked for it."""

from collections.abc import Sequence

from bot.context import Context
from bot.outgoing import ring
from leads.facts import Fact
from leads.quote_facts import ApprovalAsked, ApprovalDecided, Quoted
from leads.quoting import settle_quote
from store.approval import Approval, find_approval, list_void_in_oa
from store.due import do_once
from store.members import find_member, name_of
from store.order import change_contract
from store.tx import Tx


async def ask_for_consent(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """Whoever must agree gets the card, or the OA gets the form."""
    row = await find_approval(tx, fact.approval_id) if isinstance(fact, ApprovalAsked) else None
    if row is None or row.state != "open":
        return ()
    if row.way == "oa":
        await do_once(tx, kind="approval_oa", key=f"approval_oa:{row.id}", now=ctx.now, payload={"approval": row.id})
        return ()
    approver = await find_member(tx, row.approver_id)
    if approver is not None:
        await ring(tx, ctx, approver, f"approval:{row.id}", key=f"approval:{row.id}:card", lead_id=row.lead_id)
    return ()


async def withdraw_forms(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """A quote that has changed is not to be decided about in the OA any more."""
    if isinstance(fact, Quoted):
        for row in await list_void_in_oa(tx, "quote", fact.quote_id):
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
