"""Which card of which lead hangs in whose chat, and the code for changing it once."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Insert, bindparam, select, update
from sqlmodel import col

from store.chat import CardPlace
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


_HANGING = update(CardPlace).where(
    col(CardPlace.corp) == bindparam("of_corp"),
    col(CardPlace.platform) == bindparam("of_platform"),
    col(CardPlace.place) == bindparam("of_place"),
    col(CardPlace.card) == bindparam("of_card"),
    col(CardPlace.lead_id) == bindparam("of_lead"),
    col(CardPlace.ref) == bindparam("of_ref"),
)
_HANGING_WITH_CODE = _HANGING.where(col(CardPlace.code) == bindparam("of_code"))


async def redrawn(tx: Tx, place: CardPlace, *, drawn: bytes, code: str) -> None:
    """The card was changed; `code` is for its next change, "" when the one that was used is spent.

    A newer code that a click has brought meanwhile stays.
    """
    await tx.execute(_HANGING, {**_same(tx, place), "drawn": drawn})
    if code != place.code:
        await spend(tx, place)


async def spend(tx: Tx, place: CardPlace) -> None:
    """The code that `place` held is used up."""
    await tx.execute(_HANGING_WITH_CODE, {**_same(tx, place), "of_code": place.code, "code": "", "code_at": None})


_POSTED_AS = update(CardPlace).where(
    col(CardPlace.corp) == bindparam("of_corp"),
    col(CardPlace.platform) == bindparam("of_platform"),
    col(CardPlace.place) == bindparam("of_place"),
    col(CardPlace.ref) == bindparam("of_ref"),
)


async def bring_code(tx: Tx, platform: str, place: str, ref: str, code: str, *, now: datetime) -> bool:
    """A click has brought a fresh code for the card that was posted as `ref`; False when that one is not living."""
    of = {"of_corp": tx.corp, "of_platform": platform, "of_place": place, "of_ref": ref}
    result = await tx.execute(_POSTED_AS, {**of, "code": code, "code_at": now, "drawn": b""})
    return result.rowcount > 0


def _same(tx: Tx, place: CardPlace) -> dict[str, Any]:
    return {
        "of_corp": tx.corp, "of_platform": place.platform, "of_place": place.place, "of_card": place.card,
        "of_lead": place.lead_id, "of_ref": place.ref,
    }  # fmt: skip
