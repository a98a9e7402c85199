"""The teams that numbers can be asked for, and who is in them."""

from collections.abc import Sequence

from store.members import list_everyone
from store.tx import Tx


class NoTeam(ValueError):
    """There is no team of that name; says which there are."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        there = "、".join(known) if known else "还没有分团队"
        super().__init__(f"没有叫「{name[:20]}」的团队,有:{there}。")


async def team_of_each(tx: Tx) -> dict[str, str]:
    """The team of every member, also of those who left."""
    return {member.id: member.team for member in await list_everyone(tx)}


async def known_teams(tx: Tx) -> list[str]:
    """The names of all teams, in order."""
    return sorted({team for team in (await team_of_each(tx)).values() if team})


async def members_of(tx: Tx, name: str) -> list[str]:
    """The members of a team, those who left too: what they did stays the team's. Raises NoTeam."""
    teams = await team_of_each(tx)
    if name not in teams.values() or not name:
        raise NoTeam(name, sorted({team for team in teams.values() if team}))
    return [member_id for member_id, team in teams.items() if team == name]
