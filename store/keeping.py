"""Keeping the store small: what was handled is forgotten after a while."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select, update
from sqlmodel import col

from store import batches, inherit, photos, session, webhook
from store.chat import Act, Draft
from store.inbox import purge
from store.merges import forget_old
from store.office import Property
from store.queues import ConnectorCall, Due, Outbox
from store.shared import SIGNS
from store.tx import Tx

RAW = timedelta(days=30)  # bodies of callbacks and messages: long enough to look into a complaint
SIGNED = timedelta(days=1)  # a doubt about a commit is settled within seconds
SLICE = 2000  # rows a transaction, so that nobody waits for the broom


async def sweep_out(tx: Tx, *, now: datetime) -> int:
    """Forget handled callbacks, the bodies of old messages and done due rows; returns how many rows were touched."""
    before = now - RAW
    count = await purge(tx, before=before, limit=SLICE)
    old = (
        select(col(Outbox.id))
        .where(
            col(Outbox.corp) == tx.corp,
            col(Outbox.state) == "sent",
            col(Outbox.created_at) < before,
            col(Outbox.body).is_not(None),
        )
        .limit(SLICE)
    )
    count += (await tx.run(update(Outbox).where(col(Outbox.id).in_(old)).values(body=None, params={}))).rowcount
    done = (
        select(col(Due.id))
        .where(col(Due.corp) == tx.corp, col(Due.state).in_(("done", "cancelled")), col(Due.run_at) < before)
        .limit(SLICE)
    )
    count += (await tx.run(delete(Due).where(col(Due.id).in_(done)))).rowcount
    carried = (
        select(col(ConnectorCall.id))
        .where(
            col(ConnectorCall.corp) == tx.corp, col(ConnectorCall.state) == "done",
            col(ConnectorCall.created_at) < before,
        )
        .limit(SLICE)
    )  # fmt: skip
    count += (await tx.run(delete(ConnectorCall).where(col(ConnectorCall.id).in_(carried)))).rowcount
    count += await webhook.forget_told(tx, before=before, limit=SLICE)
    count += await inherit.forget_ids(tx, before=before, limit=SLICE)
    for table in (Act, Draft):  # nobody takes back or taps what is a month old, and a merge looks through them all
        stale = select(col(table.id)).where(col(table.corp) == tx.corp, col(table.at) < before - SIGNED).limit(SLICE)
        count += (await tx.run(delete(table).where(col(table.corp) == tx.corp, col(table.id).in_(stale)))).rowcount
    count += await batches.forget_old(tx, before=before, limit=SLICE)
    count += await photos.forget_old(tx, before=before, limit=SLICE)
    count += await session.forget_old(tx, now=now, limit=SLICE)
    signs = delete(Property).where(
        col(Property.corp) == tx.corp,
        col(Property.name).startswith(SIGNS, autoescape=True),
        col(Property.value) < (now - SIGNED).astimezone(UTC).isoformat(),
    )  # of servers that were killed
    count += (await tx.run(signs)).rowcount
    count += await forget_old(tx, before=now - RAW - timedelta(days=1), limit=SLICE)
    return count
