"""Do the rules fit the company? Pools that nobody may use and teams that do not exist are found before publishing."""

import difflib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from config.clock import Audience
from config.document import BadDocument, Document, Problem, load, validate
from config.folder import Folder
from config.hours import idle_calendars
from config.journey_flaws import unfit_journeys
from config.pool import Pool
from config.rules import Rules


@dataclass(frozen=True)
class Crew:
    """The company as rules see it: each active member's role and team, their ids, and the groups that can be told."""

    members: Collection[tuple[str, str]]
    groups: Collection[str] = ()
    ids: Collection[str] = ()

    @property
    def teams(self) -> set[str]:
        """The teams that somebody is in."""
        return {team for _, team in self.members if team}


def fitting_rules(text: str, file: str, crew: Crew, folder: Folder, *, today: date) -> Rules:
    """Read rules.yaml and hold it against the company; raises BadDocument with every problem at its place."""
    document = load(text, file)
    rules = validate(Rules, document)
    problems = unfit(rules, document, crew) + idle_calendars(rules, document, folder, today=today)
    if problems:
        raise BadDocument(problems)
    return rules


def unfit(rules: Rules, document: Document, crew: Crew) -> list[Problem]:
    """What the rules name that the company has not, and leads that nobody could take."""
    problems = []
    for name, pool in rules.pools.items():
        problems += [
            document.problem(("pools", name, "teams", number), _no_team(team, crew.teams))
            for number, team in enumerate(pool.teams)
            if crew.members and team not in crew.teams
        ]
        if crew.members and not _has_claimers(pool, crew):
            problems.append(document.problem(("pools", name), _unowned(pool)))
        if pool.group and pool.group not in crew.groups:
            known = ", ".join(crew.groups) or "none so far"
            message = f"leadbot.yaml has no group {pool.group!r} under wecom.groups (it has: {known}); add it there"
            problems.append(document.problem(("pools", name, "group"), message))
    return (
        problems
        + _assignment(rules, document, crew)
        + _only(rules, document, crew)
        + _watched(rules, document, crew)
        + _hours(rules, document, crew)
        + _ladders(rules, document, crew)
        + _ways(rules, document, crew)
        + unfit_journeys(rules, document)
        + _deals(rules, document)
    )


def _watched(rules: Rules, document: Document, crew: Crew) -> list[Problem]:
    return [
        document.problem(("watch_only", number, "team"), _no_team(one.team, crew.teams))
        for number, one in enumerate(rules.watch_only)
        if crew.members and one.team not in crew.teams
    ]


def _hours(rules: Rules, document: Document, crew: Crew) -> list[Problem]:
    """Hours of teams and members that are not there."""
    problems = []
    for number, other in enumerate(rules.calendar.others):
        place = ("calendar", "others", number)
        problems += [
            document.problem((*place, "teams", index), _no_team(team, crew.teams))
            for index, team in enumerate(other.teams)
            if crew.members and team not in crew.teams
        ]
        problems += [
            document.problem((*place, "members", index), f"no active member has the id {member!r}")
            for index, member in enumerate(other.members)
            if crew.ids and member not in crew.ids
        ]
    return problems


def _ladders(rules: Rules, document: Document, crew: Crew) -> list[Problem]:
    """Steps of a promise that nobody would hear of."""
    problems = []
    for name, clock in rules.clocks.items():
        for number, step in enumerate(clock.steps):
            if crew.members and step.tell and not any(_is_somebody(word, crew) for word in step.tell):
                message = (
                    f"nobody would hear of it: no active member is meant by {', '.join(step.tell)}; "
                    "name somebody else, or add a manager or administrator"
                )
                problems.append(document.problem(("clocks", name, "steps", number, "tell"), message))
    return problems


def _ways(rules: Rules, document: Document, crew: Crew) -> list[Problem]:
    """Members whom a channel code names and who are not there."""
    problems = []
    for name, way in rules.contact_ways.items():
        named: list[tuple[tuple[str | int, ...], str]] = [
            (("contact_ways", name, "staff", number, "members", index), member)
            for number, slot in enumerate(way.staff)
            for index, member in enumerate(slot.members)
        ]
        named += [(("contact_ways", name, "backup", index), member) for index, member in enumerate(way.backup)]
        problems += [
            document.problem(place, f"no active member has the id {member!r}")
            for place, member in named
            if crew.ids and member not in crew.ids
        ]
    return problems


def _is_somebody(word: Audience, crew: Crew) -> bool:
    roles = {role for role, _ in crew.members}
    meant = {"owner": {"rep", "manager"}, "pool": {"rep"}, "admin": {"admin"}}.get(word, {"manager", "admin"})
    return bool(roles & meant)


def _assignment(rules: Rules, document: Document, crew: Crew) -> list[Problem]:
    """Rules that name a pool, team or member that is not there: their leads would wait for nobody."""
    problems = []
    for number, rule in enumerate(rules.assignment.rules):
        place = ("assignment", "rules", number)
        if rule.pool is not None and rule.pool not in rules.pools:
            message = f"there is no pool {rule.pool!r}; the pools are: {', '.join(rules.pools)}"
            problems.append(document.problem((*place, "pool"), message))
        if rule.team and crew.members and rule.team not in crew.teams:
            problems.append(document.problem((*place, "team"), _no_team(rule.team, crew.teams)))
        elif rule.team and not rule.members and crew.members and ("rep", rule.team) not in crew.members:
            message = f"the team {rule.team!r} has no active rep who could get a lead; name members, or add a rep to it"
            problems.append(document.problem((*place, "team"), message))
        problems += [
            document.problem((*place, "members", index), f"no active member has the id {member!r}")
            for index, member in enumerate(rule.members)
            if crew.ids and member not in crew.ids
        ]
    return problems


def _only(rules: Rules, document: Document, crew: Crew) -> list[Problem]:
    """Promises for pools and teams that are not there would never begin."""
    problems = []
    for name, clock in rules.clocks.items():
        place = ("clocks", name, "only")
        problems += [
            document.problem((*place, "pool", n), f"there is no pool {pool!r}; the pools are: {', '.join(rules.pools)}")
            for n, pool in enumerate(clock.only.pool)
            if pool not in rules.pools
        ]
        problems += [
            document.problem((*place, "node", n), f"there is no node {node!r}; {_nodes(rules)}")
            for n, node in enumerate(clock.only.node)
            if node not in rules.nodes
        ]
        problems += [
            document.problem((*place, "team", number), _no_team(team, crew.teams))
            for number, team in enumerate(clock.only.team)
            if crew.members and team not in crew.teams
        ]
    return problems


def _deals(rules: Rules, document: Document) -> list[Problem]:
    """Stages of deals that reach a node which is not there."""
    return [
        document.problem(
            ("pipelines", name, "stages", number, "node"), f"there is no node {stage.node!r}; {_nodes(rules)}"
        )
        for name, pipeline in rules.pipelines.items()
        for number, stage in enumerate(pipeline.stages)
        if stage.node and stage.node not in rules.nodes
    ]


def _nodes(rules: Rules) -> str:
    return f"the nodes are: {', '.join(rules.nodes)}" if rules.nodes else "name it under nodes, with its words"


def _unowned(pool: Pool) -> str:
    """Why nobody would ever own the leads of a pool."""
    where = f" in {', '.join(pool.teams)}" if pool.teams else ""
    if not pool.claim:
        return (
            f"nobody could give its leads to anybody: claim is false and no active manager looks into it{where}, "
            "so they would stay unowned; let reps claim, or widen teams or roles"
        )
    return (
        f"nobody could claim from it: no active member has one of the roles {', '.join(pool.roles)}{where}, "
        "so its leads would stay unowned; widen teams or roles, or add members"
    )


def _has_claimers(pool: Pool, crew: Crew) -> bool:
    """Whether somebody takes leads from the pool, or (where they are only given) gives them."""
    claiming = {"rep", "manager"} if pool.claim else {"manager"}
    return any(pool.admits(role=role, team=team) for role, team in crew.members if role in claiming)


def _no_team(team: str, teams: Collection[str]) -> str:
    near = difflib.get_close_matches(team, teams, n=1, cutoff=0.4)
    hint = f"did you mean {near[0]}?" if near else f"the teams of the members are: {', '.join(sorted(teams)) or 'none'}"
    return f"no active member is in the team {team!r}; {hint}"
