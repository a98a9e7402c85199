"""Who wants to hear no more from us, and what somebody has been sent lately."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Column, Index, LargeBinary, bindparam, select, update
from sqlmodel import Field, col

from store.columns import Utc, one_of
from store.origin import ConsentGiven
from store.queues import Outbox
from store.row import Row
from store.sealed import Sealed
from store.tables import Identity
from store.tx import Tx


class ContactStop(Row, table=True):
    """Somebody wants no more messages: about a topic ("" all), by a channel ("" every one).

    It belongs to a lead, or (where that is erased, or never was one) to a way to reach the person, as a keyed hash.
    `way`: page, mail, sms, kf, chat, api, bounce, erase; `words` are what was said.
    """

    __tablename__ = "contact_stop"

    id: int | None = Field(default=None, primary_key=True)
    corp: str
    lead_id: int | None = None
    kind: str = ""  # phone, email, wechat, external
    hash: bytes | None = Field(default=None, sa_column=Column("hash", LargeBinary))
    channel: str = ""
    topic: str = ""
    at: datetime = Field(sa_type=Utc)
    by: str | None = None
    way: str = ""
    words: str = Field(default="", sa_column=Column("words", Sealed("contact_stop.words")))
    lifted_at: datetime | None = Field(default=None, sa_type=Utc)
    lifted_by: str | None = None

    __table_args__ = (
        Index("ix_contact_stop_lead", "corp", "lead_id"),
        Index("ix_contact_stop_hash", "corp", "kind", "hash"),
    )


_STOPS = select(ContactStop).where(
    col(ContactStop.corp) == bindparam("corp"),
    col(ContactStop.lead_id) == bindparam("lead_id"),
    col(ContactStop.lifted_at).is_(None),
)
_STOPS_BY_CONTACT = (
    select(ContactStop)
    .join(
        Identity,
        (col(Identity.corp) == col(ContactStop.corp))
        & (col(Identity.kind) == col(ContactStop.kind))
        & (col(Identity.hash) == col(ContactStop.hash)),
    )
    .where(
        col(ContactStop.corp) == bindparam("corp"),
        col(Identity.corp) == bindparam("of_corp"),
        col(Identity.lead_id) == bindparam("lead_id"),
        col(ContactStop.lifted_at).is_(None),
    )
)


async def list_stops(tx: Tx, lead_id: int) -> list[ContactStop]:
    """What a person does not want, said under this lead or under one of its ways to reach them; oldest first."""
    own = await tx.all(_STOPS, lead_id=lead_id)
    by_contact = await tx.all(_STOPS_BY_CONTACT, lead_id=lead_id, of_corp=tx.corp)
    return sorted([*own, *by_contact], key=lambda stop: stop.at)


async def lift_stops(tx: Tx, stop_ids: Sequence[int], *, by: str | None, now: datetime) -> None:
    """These stops hold no longer."""
    await tx.run(
        update(ContactStop)
        .where(col(ContactStop.corp) == tx.corp, col(ContactStop.id).in_(stop_ids))
        .values(lifted_at=now, lifted_by=by)
    )


_CONSENTS = (
    select(ConsentGiven)
    .where(
        col(ConsentGiven.corp) == bindparam("corp"),
        col(ConsentGiven.lead_id) == bindparam("lead_id"),
        col(ConsentGiven.withdrawn_at).is_(None),
    )
    .order_by(col(ConsentGiven.id))
)


async def list_consents(tx: Tx, lead_id: int) -> Sequence[ConsentGiven]:
    """What a person has agreed to and not withdrawn, the oldest first."""
    return await tx.all(_CONSENTS, lead_id=lead_id)


async def list_all_consents(tx: Tx, lead_id: int) -> Sequence[ConsentGiven]:
    """The same with those that were withdrawn."""
    return await tx.all(
        select(ConsentGiven)
        .where(col(ConsentGiven.corp) == tx.corp, col(ConsentGiven.lead_id) == lead_id)
        .order_by(col(ConsentGiven.id))
    )


async def withdraw(tx: Tx, lead_id: int, *, topic: str, channel: str, now: datetime) -> int:
    """Consents to a topic ("" all topics) by a channel ("" all) end; returns how many. Those to nothing but a form's

    purpose are left alone by the end of one topic.
    """
    conditions = []
    if topic:
        conditions.append(col(ConsentGiven.topic) == topic)
    if channel:
        conditions.append(col(ConsentGiven.channel) == channel)
    result = await tx.run(
        update(ConsentGiven)
        .where(
            col(ConsentGiven.corp) == tx.corp, col(ConsentGiven.lead_id) == lead_id,
            col(ConsentGiven.withdrawn_at).is_(None), *conditions,
        )
        .values(withdrawn_at=now)
    )  # fmt: skip
    return result.rowcount


_REACHED = (
    select(col(Outbox.platform), col(Outbox.first_sent_at))
    .where(
        col(Outbox.corp) == bindparam("corp"),
        col(Outbox.lead_id) == bindparam("lead_id"),
        one_of(Outbox.purpose, ("reach",)),
        col(Outbox.first_sent_at) >= bindparam("since", type_=Utc),
        one_of(Outbox.state, ("sending", "sent", "unknown")),
    )
    .order_by(col(Outbox.first_sent_at))
)


async def list_reached(tx: Tx, lead_id: int, *, since: datetime) -> list[tuple[str, datetime]]:
    """(channel, instant) of what went to a customer since then; what may have arrived counts."""
    return [(channel, at) for channel, at in await tx.rows(_REACHED, lead_id=lead_id, since=since)]


_KNOWN_BY = select(col(Identity.kind)).where(
    col(Identity.corp) == bindparam("corp"), col(Identity.lead_id) == bindparam("lead_id")
)


async def ways_to(tx: Tx, lead_id: int) -> set[str]:
    """By which kinds of contact a lead is known: phone, email, wechat, external."""
    return {row[0] for row in await tx.rows(_KNOWN_BY, lead_id=lead_id)}
