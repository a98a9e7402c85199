"""What became of a message given to its platform: it hangs there, waits for a pause, or its code was used up."""

import random
from datetime import datetime, timedelta

from bot.drawing import drawing_of
from bot.platform import Place, Receipt, SendLater
from store import cards, crash, lease, outbox
from store.queues import Outbox
from store.tx import Tx

GIVE_UP = timedelta(hours=24)  # a message that could not be handed over for a day is old news


async def arrived(tx: Tx, row: Outbox, receipt: Receipt, *, now: datetime) -> None:
    """The platform has taken it: a card that lives on hangs where it was sent, with the code that changes it."""
    crash.point("sender_before_receipt")
    if not await lease.settle(tx, row, state="sent", sent_at=now, platform_id=receipt.message_id, error=""):
        return
    if row.card == "answered" or row.lead_id is None or Place.of_lane(row.lane).kind == "customer":
        return
    if not drawing_of(row.card).living:
        return
    drawn = bytes.fromhex(row.params.get("drawn", ""))
    tx = tx.beside(row.room) if row.room else tx
    if row.updating:
        hanging = await cards.find_place(tx, row.platform, row.place, row.card, row.lead_id)
        if hanging is not None:
            await cards.redrawn(tx, hanging, drawn=drawn, code=receipt.code)
        return
    await cards.posted(
        tx, platform=row.platform, place=row.place, card=row.card, lead_id=row.lead_id, ref=row.ref,
        code=receipt.code, drawn=drawn, now=now,
    )  # fmt: skip


async def put_off(tx: Tx, row: Outbox, later: SendLater, *, now: datetime) -> None:
    """The platform asks for patience: the message is drawn anew after a pause, for a day."""
    if now - row.created_at > GIVE_UP:
        await lease.settle(tx, row, state="failed", error=str(later))
        return
    pause = later.delay or timedelta(seconds=min(2 ** min(row.attempts - 1, 10), 60) * random.uniform(0.8, 1.2))
    if row.purpose == "refresh" and await outbox.refresh_waits(tx, row):
        await lease.settle(tx, row, state="sent", error="a newer refresh takes its place", sent_at=now)
        return
    await lease.settle(tx, row, state="queued", error=str(later), run_at=now + pause, body=None)


async def code_gone(tx: Tx, row: Outbox, *, now: datetime) -> None:
    """The code was used up: on a repeated call that means the card was changed; otherwise draw a new card."""
    await lease.settle(tx, row, state="sent", error="the card's code was gone", sent_at=now)
    tx = tx.beside(row.room) if row.room else tx
    hanging = await cards.find_place(tx, row.platform, row.place, row.card, row.lead_id or 0)
    if hanging is None:
        return
    await cards.spend(tx, hanging)
    if row.attempts > 1:
        return
    await outbox.ask(
        tx, platform=row.platform, place=row.place, lane=row.lane, card=row.card, key=f"{row.key}:again",
        now=now, member_id=row.member_id, lead_id=row.lead_id, purpose="refresh",
    )  # fmt: skip
