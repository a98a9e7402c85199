"""What the OA tells of an approval that we began there: who did their step, and how it ended."""

from datetime import datetime, timedelta

from bot.context import Answer, Context, say
from bot.events import ApprovalChanged
from bot.handlers.approval import about_of
from leads.approval import Decided, decide, take_back
from leads.facts import Fact
from leads.mask import said
from leads.rights import Who
from store import approval as approvals
from store.approval import Approval
from store.due import do_once
from store.tx import Tx

RESULTS = {"agree": "agreed", "refuse": "refused"}
OVER = ("finish", "terminate", "withdraw")
FIRST_LOOKS = (1, 2, 3, 4, 6, 12)  # hours


async def on_word_of_oa(tx: Tx, event: ApprovalChanged, who: Who | None, ctx: Context) -> list[Fact | Answer]:
    """A step names who decides and why; the end decides. Of what only rings, or has no number of ours, we look."""
    row = await approvals.find_by_instance(tx, event.instance_id) if event.instance_id else None
    if row is None or event.rings:
        ours = {rule.form(event.platform) for rule in ctx.rules.approvals.values()} - {""}
        if event.process_code in ours and not event.task and event.state in OVER:
            key = f"approval_look:{event.instance_id}" + (f":{event.state}" if event.rings else "")
            payload = {"instance": event.instance_id, "desk": event.platform}
            await do_once(tx, kind="approval_look", key=key, now=ctx.now, payload=payload)
        return []
    if event.task:
        if event.state == "finish" and who is not None:
            await approvals.settle(tx, row.id or 0, decided_by=who.id, note=said(event.remark, reveal=False)[:200])
        return []
    if event.state == "finish" and event.result in RESULTS:
        return await word(tx, row, RESULTS[event.result], ctx)
    if event.state in ("terminate", "delete") and row.state != "void":  # a void one was ended on purpose
        return await word(tx, row, "ended", ctx)
    return []


def turn_of(asked_at: datetime, now: datetime) -> int:
    """How many of the looks at a form are due: an hour, two, three, four, six and twelve after it, then every day."""
    hours = (now - asked_at) // timedelta(hours=1)
    return sum(hours >= mark for mark in FIRST_LOOKS) + hours // 24


async def look_after_forms(tx: Tx, ctx: Context) -> None:
    """Hourly: what the OA has not told about is looked at, ever more rarely; a callback may have been lost."""
    for row in await approvals.list_in_oa(tx):
        if turn := turn_of(row.asked_at, ctx.now):
            key, payload = f"approval_look:{row.instance}:{turn}", {"instance": row.instance, "desk": row.desk}
            lane = f"approval_look:{row.instance}"
            await do_once(tx, kind="approval_look", key=key, now=ctx.now, payload=payload, lane=lane)


async def word(tx: Tx, row: Approval, outcome: str, ctx: Context, *, instance: str = "") -> list[Fact | Answer]:
    """The OA's word (agreed, refused, ended, withdrawn) as a fact; nothing when it comes twice.

    About what has changed since it does not count; what was agreed to may be taken back in the form that said so.
    """
    if row.state == "void" and row.asked_by and outcome in ("agreed", "refused"):
        text = f"{row.no} 在 OA 里有了结果,但{about_of(row)}之后改过,这个结果不算。发「审批」看现在的。"
        return [say(text, to=row.asked_by)]
    about = about_of(row)
    if row.state == "agreed" and outcome == "withdrawn" and row.instance == instance:
        fact = await take_back(tx, row, about=about, now=ctx.now)
        return [fact] if fact is not None else []
    if row.state != "open":
        return []
    ended = {"refused": "在 OA 里没有通过", "ended": "在 OA 里撤销了", "withdrawn": "在 OA 里同意以后又撤销了"}
    agreed, note = outcome == "agreed", row.note
    if not note or outcome in ("ended", "withdrawn"):
        note = ended.get(outcome, "")
    by = None if outcome in ("ended", "withdrawn") else row.decided_by
    try:
        return [await decide(tx, row, agreed=agreed, note=note, by=by, way="oa", about=about, now=ctx.now)]
    except Decided:
        return []
