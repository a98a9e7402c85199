"""Which systems want to hear what happens to leads, and what each of them was told, or still waits for."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, and_, bindparam, delete, func, insert, select, update
from sqlmodel import Field, col

from store.columns import Utc, json_type, one_of, only_where
from store.row import Row
from store.sealed import Sealed
from store.tx import Tx

EVERYTHING = "*"
TEST = "test"  # the kind of a delivery that only tries the address


class Webhook(Row, table=True):
    """An address of another system, with its secret. States: active, paused (by somebody, or because it kept failing).

    `rest_until`: nothing is tried there before; after failures in a row it is left alone for growing spans.
    """

    id: int | None = Field(default=None, primary_key=True)
    corp: str
    name: str
    url: str = Field(repr=False, sa_column=Column("url", Sealed("webhook.url")))
    secret: str = Field(repr=False, sa_column=Column("secret", Sealed("webhook.secret")))
    old_secret: str = Field(default="", repr=False, sa_column=Column("old_secret", Sealed("webhook.old_secret")))
    old_until: datetime | None = Field(default=None, sa_type=Utc)  # until then the old secret signs beside the new one
    events: list[str] = Field(default_factory=list, sa_column=Column("events", json_type()))
    masked: bool = False
    key_name: str  # the key that made it
    state: str = "active"
    failures: int = 0  # in a row
    failing_since: datetime | None = Field(default=None, sa_type=Utc)
    rest_until: datetime | None = Field(default=None, sa_type=Utc)
    error: str = ""
    created_at: datetime = Field(sa_type=Utc)

    __table_args__ = (Index("ix_webhook_state", "corp", "state", "id"),)

    @property
    def no(self) -> str:
        """What people call it."""
        return f"W{self.id}"


class WebhookDelivery(Row, table=True):
    """One fact for one webhook, with all that its body is made of: a repeat has the same bytes, unless the person was

    erased meanwhile. States: new, done, parked (given up: visible, can be sent again).
    """

    __tablename__ = "webhook_delivery"

    id: int | None = Field(default=None, primary_key=True)
    corp: str
    webhook_id: int
    event_id: str  # by which the receiver knows a repeat
    kind: str
    lead_id: int | None = None
    lane: str  # what happens to one lead is told in order
    text: str = Field(default="", repr=False, sa_column=Column("text", Sealed("webhook_delivery.text")))
    told: dict[str, Any] = Field(default_factory=dict, sa_column=Column("told", json_type()))
    state: str = "new"
    attempts: int = 0
    run_at: datetime = Field(sa_type=Utc)
    lease_until: datetime | None = Field(default=None, sa_type=Utc)
    fence: int = 0
    status: int | None = None  # what was answered last
    error: str = ""
    created_at: datetime = Field(sa_type=Utc)
    queued_at: datetime = Field(sa_type=Utc)  # since when it is tried; a person may begin anew
    tried_at: datetime | None = Field(default=None, sa_type=Utc)

    __table_args__ = (
        Index("uq_webhook_delivery_event", "corp", "webhook_id", "event_id", unique=True),
        Index("ix_webhook_delivery_run", "corp", "run_at", **only_where("state = 'new'")),
        Index("ix_webhook_delivery_lane", "corp", "lane", "id", **only_where("state = 'new'")),
        Index("ix_webhook_delivery_state", "corp", "webhook_id", "state", "id"),
        Index("ix_webhook_delivery_log", "corp", "webhook_id", "id"),
        Index("ix_webhook_delivery_lead", "corp", "lead_id"),
        Index("ix_webhook_delivery_old", "corp", "created_at", **only_where("state = 'done'")),
    )


_OF_STATE = (
    select(Webhook)
    .where(col(Webhook.corp) == bindparam("corp"), col(Webhook.state) == bindparam("state"))
    .order_by(col(Webhook.id))
)
_ANY_OF_STATE = _OF_STATE.limit(1)
_INSERT = insert(WebhookDelivery)


async def list_wanting(tx: Tx, kind: str) -> Sequence[Webhook]:
    """The active webhooks that want to hear of a kind of fact."""
    if await tx.known(Webhook, _ANY_OF_STATE, state="active") is None:
        return ()
    return [one for one in await tx.all(_OF_STATE, state="active") if {EVERYTHING, kind} & set(one.events)]


async def list_webhooks(tx: Tx, *, key_name: str | None = None) -> Sequence[Webhook]:
    """All of them, or those that one key has made, oldest first."""
    query = select(Webhook).where(col(Webhook.corp) == tx.corp)
    if key_name is not None:
        query = query.where(col(Webhook.key_name) == key_name)
    return await tx.all(query.order_by(col(Webhook.id)))


async def find_webhook(tx: Tx, webhook_id: int) -> Webhook | None:
    """The webhook of that number."""
    return await tx.first(select(Webhook).where(col(Webhook.corp) == tx.corp, col(Webhook.id) == webhook_id))


async def change_webhook(tx: Tx, webhook_id: int, **values: Any) -> None:
    """Write these values."""
    changed = update(Webhook).where(col(Webhook.corp) == tx.corp, col(Webhook.id) == webhook_id)
    await tx.run(changed.values(**values))


async def delete_webhook(tx: Tx, webhook_id: int) -> None:
    """The webhook goes, with its log and all that waits for it."""
    its = and_(col(WebhookDelivery.corp) == tx.corp, col(WebhookDelivery.webhook_id) == webhook_id)
    await tx.run(delete(WebhookDelivery).where(its))
    await tx.run(delete(Webhook).where(col(Webhook.corp) == tx.corp, col(Webhook.id) == webhook_id))


def new_event_id() -> str:
    """By which receivers know a fact; never a row's number, which a database may give again."""
    return f"evt_{secrets.token_hex(16)}"


async def keep(
    tx: Tx,
    webhook: Webhook,
    *,
    event_id: str,
    kind: str,
    lead_id: int | None,
    text: str,
    told: Mapping[str, Any],
    now: datetime,
) -> None:
    """Have a webhook told something, after all that it was to be told of the same lead before."""
    due = max(now, webhook.rest_until or now)
    await tx.execute(
        _INSERT,
        {
            "corp": tx.corp, "webhook_id": webhook.id, "event_id": event_id, "kind": kind, "lead_id": lead_id,
            "lane": f"{webhook.id}:{lead_id or kind}", "text": text, "told": dict(told), "state": "new", "attempts": 0,
            "run_at": due, "fence": 0, "error": "", "created_at": now, "queued_at": now,
        },
    )  # fmt: skip
    tx.wake("webhooks")


async def find_delivery(tx: Tx, webhook_id: int, delivery_id: int) -> WebhookDelivery | None:
    """One line of a webhook's log."""
    return await tx.first(
        select(WebhookDelivery).where(
            col(WebhookDelivery.corp) == tx.corp, col(WebhookDelivery.webhook_id) == webhook_id,
            col(WebhookDelivery.id) == delivery_id,
        )
    )  # fmt: skip


async def list_deliveries(
    tx: Tx, webhook_id: int, *, state: str = "", before: int | None = None, limit: int
) -> Sequence[WebhookDelivery]:
    """A webhook's log, newest first."""
    query = select(WebhookDelivery).where(
        col(WebhookDelivery.corp) == tx.corp, col(WebhookDelivery.webhook_id) == webhook_id
    )
    if state:
        query = query.where(col(WebhookDelivery.state) == state)
    if before is not None:
        query = query.where(col(WebhookDelivery.id) < before)
    return await tx.all(query.order_by(col(WebhookDelivery.id).desc()).limit(limit))


async def count_open(tx: Tx) -> dict[int, dict[str, int]]:
    """{webhook: {state: how many}} of what waits (new) and what was given up (parked)."""
    rows = await tx.rows(
        select(col(WebhookDelivery.webhook_id), col(WebhookDelivery.state), func.count())
        .join(Webhook, and_(col(Webhook.corp) == tx.corp, col(Webhook.id) == col(WebhookDelivery.webhook_id)))
        .where(col(WebhookDelivery.corp) == tx.corp, one_of(WebhookDelivery.state, ("new", "parked")))
        .group_by(col(WebhookDelivery.webhook_id), col(WebhookDelivery.state))
    )
    found: dict[int, dict[str, int]] = {}
    for webhook_id, state, count in rows:
        found.setdefault(webhook_id, {})[state] = int(count)
    return found


async def oldest_waiting(tx: Tx) -> datetime | None:
    """Since when the first that still waits has waited."""
    first = select(func.min(col(WebhookDelivery.id))).where(
        col(WebhookDelivery.corp) == tx.corp, one_of(WebhookDelivery.state, ("new",))
    )
    rows = await tx.rows(
        select(col(WebhookDelivery.queued_at)).where(
            col(WebhookDelivery.corp) == tx.corp, col(WebhookDelivery.id) == first.scalar_subquery()
        )
    )
    return rows[0][0] if rows else None


async def replay(tx: Tx, webhook_id: int, *, now: datetime, delivery_id: int | None = None) -> int:
    """Send one delivery again (or, without a number, all that were given up), under the id that it had; how many."""
    open_to = ("new", "done", "parked") if delivery_id is not None else ("parked",)
    conditions = [
        col(WebhookDelivery.corp) == tx.corp, col(WebhookDelivery.webhook_id) == webhook_id,
        one_of(WebhookDelivery.state, open_to), col(WebhookDelivery.lease_until).is_(None),
    ]  # fmt: skip
    if delivery_id is not None:
        conditions.append(col(WebhookDelivery.id) == delivery_id)
    again = update(WebhookDelivery).where(*conditions)
    done = await tx.run(again.values(state="new", attempts=0, run_at=now, queued_at=now, error=""))
    tx.wake("webhooks")
    return done.rowcount


async def put_off(tx: Tx, webhook_id: int, *, until: datetime) -> None:
    """Nothing that waits for a webhook is tried before an instant."""
    await tx.run(_waiting(tx, webhook_id).where(col(WebhookDelivery.run_at) < until).values(run_at=until))


async def hurry(tx: Tx, webhook_id: int, *, now: datetime) -> None:
    """All that waits for a webhook is tried now."""
    await tx.run(_waiting(tx, webhook_id).where(col(WebhookDelivery.run_at) > now).values(run_at=now))
    tx.wake("webhooks")


async def park_all(tx: Tx, webhook_id: int, *, error: str) -> int:
    """What waits for a webhook is given up, and can be sent again; returns how many."""
    return (await tx.run(_waiting(tx, webhook_id).values(state="parked", error=error))).rowcount


def _waiting(tx: Tx, webhook_id: int) -> Any:
    return update(WebhookDelivery).where(
        col(WebhookDelivery.corp) == tx.corp, col(WebhookDelivery.webhook_id) == webhook_id,
        one_of(WebhookDelivery.state, ("new",)), col(WebhookDelivery.lease_until).is_(None),
    )  # fmt: skip


async def pause_of_key(tx: Tx, key_name: str, *, error: str) -> int:
    """A key is gone: what it had sent anywhere stops; returns how many webhooks."""
    stopped = 0
    for one in await list_webhooks(tx, key_name=key_name):
        if one.state == "active":
            await change_webhook(tx, one.id or 0, state="paused", error=error)
            await park_all(tx, one.id or 0, error=error)
            stopped += 1
    return stopped


async def forget_told(tx: Tx, *, before: datetime, limit: int) -> int:
    """The log of what arrived goes after a while; returns how many lines."""
    old = (
        select(col(WebhookDelivery.id))
        .where(
            col(WebhookDelivery.corp) == tx.corp, one_of(WebhookDelivery.state, ("done",)),
            col(WebhookDelivery.created_at) < before,
        )
        .limit(limit)
    )  # fmt: skip
    gone = delete(WebhookDelivery).where(col(WebhookDelivery.corp) == tx.corp, col(WebhookDelivery.id).in_(old))
    return (await tx.run(gone)).rowcount
