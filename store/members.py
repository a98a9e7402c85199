"""Looking members up: by their own id, by a platform's id, by team and role."""

from collections.abc import Sequence

from sqlalchemy import bindparam, func, or_, select, update
from sqlmodel import col

from store.tables import Member
from store.tx import Tx

_BY_ID = select(Member).where(col(Member.corp) == bindparam("corp"), col(Member.id) == bindparam("member_id"))


async def find_member(tx: Tx, member_id: str) -> Member | None:
    """The member with the company's own id, whether active or left."""
    return await tx.first(_BY_ID, member_id=member_id)


_BY_PLATFORM = {
    platform: select(Member).where(
        col(Member.corp) == bindparam("corp"),
        func.lower(column) == bindparam("user_id"),
        col(Member.state) == "active",
    )
    for platform, column in (("wecom", col(Member.wecom)), ("dingtalk", col(Member.dingtalk)))
}


async def find_by_platform(tx: Tx, platform: str, user_id: str) -> Member | None:
    """The active member behind a platform's user id (case does not matter)."""
    return await tx.first(_BY_PLATFORM[platform], user_id=user_id.lower())


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


async def list_members(tx: Tx, *, role: str | None = None, team: str | None = None) -> Sequence[Member]:
    """Active members, by team and id."""
    query = select(Member).where(col(Member.corp) == tx.corp, col(Member.state) == "active")
    if role is not None:
        query = query.where(col(Member.role) == role)
    if team is not None:
        query = query.where(col(Member.team) == team)
    return await tx.all(query.order_by(col(Member.team), col(Member.id)))


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
