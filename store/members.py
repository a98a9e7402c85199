"""Looking members up: by their own id, by a platform's id, by team and role."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, bindparam, func, or_, select, update
from sqlmodel import col

from store.tables import Member
from store.tx import Tx

_BY_ID = select(Member).where(col(Member.corp) == bindparam("corp"), col(Member.id) == bindparam("member_id"))


async def find_member(tx: Tx, member_id: str) -> Member | None:
    """The member with the company's own id, whether active or left."""
    return await tx.known(Member, _BY_ID, member_id=member_id)


def _active(account: Any) -> Select[Member]:
    return select(Member).where(
        col(Member.corp) == bindparam("corp"), account == bindparam("user_id"), col(Member.state) == "active"
    )


_ACCOUNTS = {"wecom": col(Member.wecom), "dingtalk": col(Member.dingtalk)}
_BY_PLATFORM = {name: _active(account) for name, account in _ACCOUNTS.items()}
_IN_ANY_CASE = {name: _active(func.lower(account)) for name, account in _ACCOUNTS.items()}


async def find_by_platform(tx: Tx, platform: str, user_id: str) -> Member | None:
    """The active member behind a platform's user id (case does not matter)."""
    found = await tx.first(_BY_PLATFORM[platform], user_id=user_id)  # through an index, as most accounts are written
    return found or await tx.first(_IN_ANY_CASE[platform], user_id=user_id.lower())


_AT = select(Member).where(
    col(Member.corp) == bindparam("corp"),
    or_(
        col(Member.wecom).in_(bindparam("places", expanding=True)),
        col(Member.dingtalk).in_(bindparam("places", expanding=True)),
    ),
    col(Member.state) == "active",
)


async def list_at(tx: Tx, places: Sequence[str]) -> Sequence[Member]:
    """The active members behind some user ids of any platform."""
    return await tx.all(_AT, places=tuple(places))


async def find_by_name(tx: Tx, name: str) -> Sequence[Member]:
    """Active members of that name or id: namesakes are all returned."""
    return await tx.all(
        select(Member).where(
            col(Member.corp) == tx.corp,
            col(Member.state) == "active",
            (col(Member.name) == name) | (func.lower(col(Member.id)) == name.lower()),
        )
    )


_ACTIVE = (
    select(Member)
    .where(col(Member.corp) == bindparam("corp"), col(Member.state) == "active")
    .order_by(col(Member.team), col(Member.id))
)
_OF_ROLE = _ACTIVE.where(col(Member.role) == bindparam("role"))
_OF_TEAM = _ACTIVE.where(col(Member.team) == bindparam("team"))
_OF_ROLE_AND_TEAM = _OF_ROLE.where(col(Member.team) == bindparam("team"))


async def list_members(tx: Tx, *, role: str | None = None, team: str | None = None) -> Sequence[Member]:
    """Active members, by team and id."""
    if role is None:
        return await (tx.all(_ACTIVE, corp=tx.corp) if team is None else tx.all(_OF_TEAM, team=team))
    return await (tx.all(_OF_ROLE, role=role) if team is None else tx.all(_OF_ROLE_AND_TEAM, role=role, team=team))


async def list_everyone(tx: Tx) -> Sequence[Member]:
    """All members, those who left too."""
    return await tx.all(select(Member).where(col(Member.corp) == tx.corp).order_by(col(Member.id)))


async def name_of(tx: Tx, member_id: str | None) -> str:
    """The name to show for a member id; the id itself when nobody has it."""
    if member_id is None:
        return ""
    member = await find_member(tx, member_id)
    return member.name if member else member_id


async def save_member(tx: Tx, member: Member) -> bool:
    """Insert or replace a member; True when new. Who has left stays so: that is `set_state`'s to change."""
    known = await find_member(tx, member.id)
    if known is None:
        await tx.add(member)
        return True
    values = member.model_dump(exclude={"corp", "id", "state"})
    await tx.run(update(Member).where(col(Member.corp) == tx.corp, col(Member.id) == member.id).values(**values))
    return False


async def set_state(tx: Tx, member_id: str, state: str) -> bool:
    """Mark a member as active or left; False when they were so already, or are unknown."""
    result = await tx.run(
        update(Member)
        .where(col(Member.corp) == tx.corp, col(Member.id) == member_id, col(Member.state) != state)
        .values(state=state)
    )
    return result.rowcount == 1
