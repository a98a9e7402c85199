"""A message that will never arrive stands in 未送达 with its cause, and somebody who can help is told."""

import structlog

from bot.context import Context
from bot.outgoing import managers_or_admins, ring
from store import lease
from store.members import find_member
from store.queues import Outbox
from store.tx import Tx

log = structlog.get_logger()


async def give_up(tx: Tx, row: Outbox, cause: str, ctx: Context, *, attempts: int | None = None) -> None:
    """Note that a message failed for good and why, and tell the reader's managers; nothing when others have the row."""
    changes = {} if attempts is None else {"attempts": attempts}
    if not await lease.settle(tx, row, state="failed", error=cause, **changes):
        return
    member = await find_member(tx, row.member_id) if row.member_id else None
    if member is not None and row.card in ("welcome", "kf"):  # the member's words, for a customer
        text = f"欢迎语没有发出去({cause})。请你先跟新加的客户打个招呼。"
        if row.card == "kf":
            text = f"L{row.lead_id} 没有收到你的回复:{cause}。"
        await ring(tx, ctx, member, "note", key=f"undelivered:{row.id}:{member.id}", text=text)
        return
    if row.purpose == "reach":
        await tell_author(tx, row, cause, ctx)
    if member is None or row.purpose != "ring" or row.card == "note" or row.room:
        return
    about = f"关于 L{row.lead_id} 的" if row.lead_id else ""
    for helper in await managers_or_admins(tx, member):
        await ring(
            tx, ctx, helper, "note", key=f"undelivered:{row.id}:{helper.id}",
            text=f"{member.name}没有收到{about}消息:{cause}。发「未送达」可以重发。",
        )  # fmt: skip


async def tell_author(tx: Tx, row: Outbox, cause: str, ctx: Context) -> None:
    """The colleague in whose name a customer was written to hears that it did not arrive."""
    member = await find_member(tx, row.member_id) if row.member_id else None
    if member is not None:
        name = row.params.get("subject") or row.params.get("content") or "消息"
        text = f"L{row.lead_id} 没有收到「{name}」:{cause}。"
        await ring(tx, ctx, member, "note", key=f"undelivered:{row.id}:{member.id}", lead_id=row.lead_id, text=text)


async def not_drawn(tx: Tx, row: Outbox, error: Exception, ctx: Context) -> None:
    """A message broke while it was drawn: it waits its growing pauses, and is given up after the last.

    The transaction in which it was taken is undone, so the store has its fence and attempts from before that.
    """
    again = lease.retry_at(row.attempts, now=ctx.now)
    log.error(
        "a message could not be drawn", message=row.id, card=row.card, attempts=row.attempts, failed=again is None,
        exc_info=error,
    )  # fmt: skip
    cause = f"机器人做不出这条消息({type(error).__name__}),原因在日志里"
    before = row.model_copy(update={"fence": row.fence - 1})
    if again is None:
        await give_up(tx, before, cause, ctx, attempts=row.attempts)
    else:
        await lease.settle(tx, before, run_at=again, attempts=row.attempts, error=cause)
