"""Which card of which lead hangs in whose chat, and the code for changing it once."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import ColumnElement, Insert, bindparam, select, update
from sqlmodel import col

from store.tables import CardPlace
from store.tx import Tx, insert_for

_AT = select(CardPlace).where(
    col(CardPlace.corp) == bindparam("corp"),
    col(CardPlace.platform) == bindparam("platform"),
    col(CardPlace.place) == bindparam("place"),
    col(CardPlace.card) == bindparam("card"),
    col(CardPlace.lead_id) == bindparam("lead_id"),
)
_OF_LEAD = select(CardPlace).where(
    col(CardPlace.corp) == bindparam("corp"), col(CardPlace.lead_id) == bindparam("lead_id")
)


async def find_place(tx: Tx, platform: str, place: str, card: str, lead_id: int) -> CardPlace | None:
    """The living card of a lead in one place."""
    return await tx.first(_AT, platform=platform, place=place, card=card, lead_id=lead_id)


async def list_places(tx: Tx, lead_id: int) -> Sequence[CardPlace]:
    """All living cards of a lead."""
    return await tx.all(_OF_LEAD, lead_id=lead_id)


async def posted(
    tx: Tx, *, platform: str, place: str, card: str, lead_id: int, ref: str, code: str, drawn: bytes, now: datetime
) -> None:
    """A new card was posted: it is the living one from now on."""
    where = {"corp": tx.corp, "platform": platform, "place": place, "card": card, "lead_id": lead_id}
    what = {"ref": ref, "code": code, "code_at": now if code else None, "drawn": drawn}
    await tx.execute(_posting(tx.dialect), {**where, **what})


@cache
def _posting(dialect: str) -> Insert:
    statement = insert_for(dialect, CardPlace)
    return statement.on_conflict_do_update(
        index_elements=["corp", "platform", "place", "card", "lead_id"],
        set_={name: statement.excluded[name] for name in ("ref", "code", "code_at", "drawn")},
    )


async def redrawn(tx: Tx, place: CardPlace, *, drawn: bytes, code: str) -> None:
    """The card was changed; `code` is for its next change, "" when the one that was used is spent.

    A newer code that a click has brought meanwhile stays.
    """
    await tx.run(update(CardPlace).where(*_same(tx, place)).values(drawn=drawn))
    if code != place.code:
        await spend(tx, place)


async def spend(tx: Tx, place: CardPlace) -> None:
    """The code that `place` held is used up."""
    await tx.run(
        update(CardPlace).where(*_same(tx, place), col(CardPlace.code) == place.code).values(code="", code_at=None)
    )


async def bring_code(tx: Tx, platform: str, place: str, ref: str, code: str, *, now: datetime) -> bool:
    """A click has brought a fresh code for the card that was posted as `ref`; False when that one is not living."""
    result = await tx.run(
        update(CardPlace)
        .where(
            col(CardPlace.corp) == tx.corp,
            col(CardPlace.platform) == platform,
            col(CardPlace.place) == place,
            col(CardPlace.ref) == ref,
        )
        .values(code=code, code_at=now, drawn=b"")
    )
    return result.rowcount > 0


def _same(tx: Tx, place: CardPlace) -> tuple[ColumnElement[bool], ...]:
    return (
        col(CardPlace.corp) == tx.corp,
        col(CardPlace.platform) == place.platform,
        col(CardPlace.place) == place.place,
        col(CardPlace.card) == place.card,
        col(CardPlace.lead_id) == place.lead_id,
        col(CardPlace.ref) == place.ref,
    )
