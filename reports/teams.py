"""The teams that numbers can be asked for, and who is in them."""

from collections.abc import Sequence

from config.rules import Rules
from store.members import list_everyone
from store.numbers import Team
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


async def team_named(tx: Tx, name: str, *, rules: Rules) -> Team:
    """A team: its members, those who left too (what they did stays the team's), and its pools. Raises NoTeam."""
    teams = await team_of_each(tx)
    if name not in teams.values() or not name:
        raise NoTeam(name, sorted({team for team in teams.values() if team}))
    pools = tuple(key for key, pool in rules.pools.items() if pool.admits(role="rep", team=name))
    return Team(tuple(member_id for member_id, team in teams.items() if team == name), pools)
