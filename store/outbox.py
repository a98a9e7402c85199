"""Messages to send: asked for in the transaction that made them necessary, sent once per key."""

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Insert,
    and_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlmodel import col

from store.chat import CardPlace
from store.columns import Utc, one_of
from store.queues import Outbox
from store.tx import Tx, insert_for

OLDEST = timedelta(hours=25)  # a message that could not be handed over for a day is given up


async def ask(
    tx: Tx,
    *,
    platform: str,
    place: str,
    lane: str,
    card: str,
    key: str,
    now: datetime,
    member_id: str | None = None,
    lead_id: int | None = None,
    purpose: str = "ring",
    params: dict[str, Any] | None = None,
    run_at: datetime | None = None,
) -> bool:
    """Ask for a card by name. False when this key was asked for before, or the same refresh is already waiting.

    It goes at once unless `run_at` says when. What is asked in a room (Tx.beside) goes to the members who are in it,
    by the company's own chats; what would go anywhere else stays there unsent.
    """
    room = tx.corp if tx.corp != tx.home and member_id is not None and purpose != "reach" else ""
    if room and card != "answered":
        key = f"{room}:{key}"
    row = {
        "corp": tx.home if room else tx.corp, "room": room,
        "platform": platform, "place": place, "lane": lane, "card": card, "key": key,
        "member_id": member_id, "lead_id": lead_id, "purpose": purpose, "params": params or {}, "state": "queued",
        "attempts": 0, "fence": 0, "error": "", "run_at": run_at or now, "created_at": now, "ref": "",
        "updating": False, "platform_id": "",
    }  # fmt: skip
    tx.wake("reach" if purpose == "reach" else "outbox")
    return (await tx.execute(_asking(tx.dialect), row)).rowcount == 1


@cache
def _asking(dialect: str) -> Insert:
    return insert_for(dialect, Outbox).on_conflict_do_nothing()


async def note_failed(
    tx: Tx, *, platform: str, place: str, lane: str, member_id: str, cause: str, key: str, now: datetime, text: str
) -> None:
    """Put something that went wrong among what did not arrive, once per key; sent again, it is a note with `text`."""
    await tx.run(
        tx.insert(Outbox)
        .values(
            corp=tx.corp, platform=platform, place=place, lane=lane, card="note", key=key, member_id=member_id,
            purpose="ring", params={"text": text}, state="failed", attempts=0, fence=0, error=cause, run_at=now,
            created_at=now, ref="", updating=False, platform_id="",
        )
        .on_conflict_do_nothing()
    )  # fmt: skip


async def change_waits(tx: Tx, *, platform: str, ref: str) -> bool:
    """Whether a change of the card that was posted as `ref` is on its way to the platform."""
    place = await tx.first(
        select(CardPlace).where(
            col(CardPlace.corp) == tx.corp, col(CardPlace.platform) == platform, col(CardPlace.ref) == ref
        )
    )
    same = [col(Outbox.key) == f"answered:{ref}:{ref[:64]}"]
    if place is not None:
        same.append(
            and_(
                col(Outbox.platform) == platform,
                col(Outbox.place) == place.place,
                col(Outbox.card) == place.card,
                col(Outbox.lead_id) == place.lead_id,
                col(Outbox.purpose) == "refresh",
            )
        )
    found = await tx.first(
        select(col(Outbox.id)).where(
            col(Outbox.corp) == tx.corp, or_(*same), col(Outbox.state).in_(("queued", "sending"))
        )
    )
    return found is not None


_BY_KEY = select(Outbox).where(col(Outbox.corp) == bindparam("corp"), col(Outbox.key) == bindparam("key"))


async def find_by_key(tx: Tx, key: str) -> Outbox | None:
    """The message that was asked for by this key, or None."""
    return await tx.first(_BY_KEY, key=key)


async def resend(tx: Tx, message_id: int, *, now: datetime) -> bool:
    """Queue a failed or unknown message again; a person has decided so. The card is drawn anew."""
    result = await tx.run(
        update(Outbox)
        .where(col(Outbox.corp) == tx.corp, col(Outbox.id) == message_id, col(Outbox.state).in_(("failed", "unknown")))
        .values(state="queued", attempts=0, run_at=now, lease_until=None, body=None, ref="", error="")
    )
    tx.wake("outbox")
    tx.wake("reach")
    return result.rowcount == 1


_SENDING = update(Outbox).where(col(Outbox.corp) == bindparam("of_corp"), one_of(Outbox.state, ("sending",)))
_LEFT_SENDING = _SENDING.where(col(Outbox.lease_until) < bindparam("of_now", type_=Utc))


async def orphan(tx: Tx, *, now: datetime, all_rows: bool) -> int:
    """Rows whose sender died become `unknown`, never `queued`: nobody knows whether the platform took them.

    With `all_rows` (the start of an embedded store) all `sending` rows are such; otherwise those whose lease ended.
    """
    changes = {"state": "unknown", "lease_until": None, "run_at": now, "error": "机器人在发送途中停了"}
    of = {"of_corp": tx.corp} if all_rows else {"of_corp": tx.corp, "of_now": now}
    return (await tx.execute(_SENDING if all_rows else _LEFT_SENDING, {**of, **changes})).rowcount


def arrived(now: datetime) -> ColumnElement[datetime]:
    """When a message can have reached its place at the latest: a repeated one arrives long after its first call."""
    under_way = one_of(Outbox.state, ("sending", "unknown"))
    return case((under_way, literal(now, Utc)), else_=func.coalesce(Outbox.sent_at, Outbox.first_sent_at))


async def park(tx: Tx, *, why: str, until: datetime) -> int:
    """Nothing that waits is sent by itself any more: it stands in 未送达 until a person decides."""
    result = await tx.run(
        update(Outbox)
        .where(col(Outbox.corp) == tx.corp, col(Outbox.state) == "queued")
        .values(state="unknown", body=None, lease_until=None, run_at=until, error=why)
    )
    return result.rowcount


_NEWER_RING = (
    select(col(Outbox.id))
    .where(
        col(Outbox.corp) == bindparam("corp"),
        col(Outbox.lane) == bindparam("lane"),
        col(Outbox.card) == bindparam("card"),
        col(Outbox.lead_id) == bindparam("lead_id"),
        col(Outbox.purpose) == "ring",
        one_of(Outbox.state, ("queued",)),
    )
    .limit(1)
)


async def newer_ring(tx: Tx, row: Outbox) -> bool:
    """Whether a newer new message of the same card is on its way to the same place."""
    found = await tx.first(_NEWER_RING, lane=row.lane, card=row.card, lead_id=row.lead_id)
    return found is not None


async def refresh_waits(tx: Tx, row: Outbox) -> bool:
    """Whether another refresh of the same card waits already."""
    found = await tx.first(
        select(col(Outbox.id)).where(
            col(Outbox.corp) == tx.corp,
            col(Outbox.lane) == row.lane,
            col(Outbox.card) == row.card,
            col(Outbox.lead_id) == row.lead_id,
            col(Outbox.purpose) == "refresh",
            col(Outbox.state) == "queued",
        )
    )
    return found is not None
