"""After the clock was set back, work that was put off under the wrong time is done now instead of in a year."""

from datetime import datetime, timedelta

from sqlalchemy import and_, or_, update
from sqlmodel import col

from store.lease import LEASE
from store.queues import Due, Inbox, Job, Outbox, Photo
from store.tx import Tx
from store.webhook import WebhookDelivery

LONGEST_PAUSE = timedelta(hours=24)  # that a callback, a message or a failed try is ever put off by


async def bring_forward(tx: Tx, *, now: datetime) -> int:
    """Make due what waits longer than anything is ever put off by, and end leases that nobody can hold; how many rows.

    Instants that were promised (due rows that were never tried) stay where they are.
    """
    count = 0
    for table, created, state in (
        (Inbox, Inbox.received_at, "new"),
        (Photo, Photo.received_at, "new"),
        (Outbox, Outbox.created_at, "queued"),
        (Outbox, Outbox.created_at, "unknown"),
        (WebhookDelivery, WebhookDelivery.queued_at, "new"),
    ):
        late = or_(col(created) > now, col(table.run_at) > now + LONGEST_PAUSE)
        if table is Outbox:  # a customer's day was chosen on purpose
            late = and_(late, col(Outbox.purpose) != "reach")
        result = await tx.run(
            update(table)
            .where(col(table.corp) == tx.corp, col(table.state) == state, col(table.run_at) > now, late)
            .values(run_at=now)
        )
        count += result.rowcount
    for tried in (Due, Job):
        result = await tx.run(
            update(tried)
            .where(
                col(tried.corp) == tx.corp,
                col(tried.state) == "new",
                col(tried.attempts) > 0,
                col(tried.run_at) > now + LONGEST_PAUSE,
            )
            .values(run_at=now)
        )
        count += result.rowcount
    for held in (Inbox, Outbox, Due, Job, Photo, WebhookDelivery):
        result = await tx.run(
            update(held)
            .where(col(held.corp) == tx.corp, col(held.lease_until) > now + LEASE)
            .values(lease_until=now + LEASE)
        )
        count += result.rowcount
    for worker in ("inbox", "outbox", "due", "job", "photos", "webhooks"):
        tx.wake(worker)
    return count
