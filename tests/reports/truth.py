"""What every surface has to tell of some days, by plain arithmetic: one table of (number, key) and value."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from statistics import median
from typing import Any

from tests.reports.oracle import LADDER, ZONE, Oracle, Team

MODELS = ("first", "last", "linear")
Truth = dict[tuple[str, str | None], float | int | None]


def truth(oracle: Oracle, first: date, last: date, *, team: Team, now: datetime) -> Truth:
    """(number, key) → value: key None is the whole, else a source or a member."""
    table: Truth = {}
    for by in (None, "source", "rep"):
        for key, row in oracle.numbers(first, last, by, team=team, now=now).items():
            table |= {(name, key): value for name, value in row.items() if by != "rep" or name not in ABOUT_LEADS}
    length = last - first + timedelta(days=1)
    whole_month = first.day == 1 and (last + timedelta(days=1)).day == 1 and length.days <= 31
    begin = (first - timedelta(days=1)).replace(day=1) if whole_month else first - length
    before = oracle.numbers(begin, first - timedelta(days=1), None, team=team, now=now)[None]
    table |= {(f"before.{name}", None): value for name, value in before.items()}
    table |= _behind(oracle, first, last, team, now)
    return table | _funnel(oracle, first, last, team) | _owed(oracle, first, last, team) | _invalid(oracle, first, last)


ABOUT_LEADS = ("leads", "mql", "sql", "cost", "cpl", "cost_per_mql", "cac", "roi", "automation_rate", "lead_to_mql",
               "mql_to_sql")  # fmt: skip


def _instants(first: date, last: date) -> tuple[datetime, datetime]:
    begin, end = datetime.combine(first, time(), ZONE), datetime.combine(last + timedelta(days=1), time(), ZONE)
    return begin.astimezone(UTC), end.astimezone(UTC)


def _behind(oracle: Oracle, first: date, last: date, team: Team, now: datetime) -> Truth:
    """How many leads stand behind deals, payments and broken promises."""
    begin, end = _instants(first, last)

    def mine(deal: Mapping[str, Any]) -> bool:
        return team is None or (deal["closer"] or deal["owner"]) in team

    deals = [deal for deal in oracle.deals.values() if deal["closed"] and begin <= deal["closed"] < end and mine(deal)]
    table = _promises(oracle, begin, end, team, now) | {
        (f"behind.{result}", None): len({deal["lead"] for deal in deals if deal["result"] == result})
        for result in ("won", "lost")
    }
    paid = {
        oracle.deals[ref]["lead"] for at, ref, _ in oracle.payments if begin <= at < end and mine(oracle.deals[ref])
    }
    table["behind.paid", None] = len(paid)
    return table


def _promises(oracle: Oracle, begin: datetime, end: datetime, team: Team, now: datetime) -> Truth:
    """Promises met or ended: by who met them, else who has the lead; the leads of those that were broken."""
    ended: list[tuple[dict[str, Any], bool]] = []
    for one in oracle.promises:
        kept = one["met"] is not None and one["met"] <= one["due"]
        at = one["met"] if kept else one["due"]
        whose = one["by"] or one["lead"]["owner"]
        if begin <= at < end and at <= now and (team is None or whose is None or whose in team):
            ended.append(({**one, "whose": whose}, kept))
    table: Truth = {}
    for place in ("claim", "first_contact", "any"):
        broken = [one for one, kept in ended if not kept and place in (one["name"], "any")]
        table[f"late.{place}", None] = len({id(one["lead"]) for one in broken})
    for key in {one["whose"] for one, _ in ended} | {one["lead"]["source"] for one, _ in ended}:
        mine = [kept for one, kept in ended if key in (one["whose"], one["lead"]["source"])]
        table["kept", key] = sum(mine) / len(mine)
    return table


def _funnel(oracle: Oracle, first: date, last: date, team: Team) -> Truth:
    """How far those who came in these days have come, and how long they stood at each step."""
    begin, end = _instants(first, last)
    cohort = [
        lead["at"]
        for lead in oracle.leads.values()
        if begin <= lead["at"][0] < end and (team is None or lead["owner"] is None or lead["owner"] in team)
    ]
    table: Truth = {}
    for step, name in enumerate(LADDER):
        there = [at for at in cohort if step in at]
        table["cohort." + name, None] = len(there)
        if step:
            before = sum(step - 1 in at for at in cohort)
            table["share." + name, None] = len(there) / before if before else None
        went = [(at[step + 1] - at[step]) / timedelta(days=1) for at in there if step + 1 in at]
        table["stay." + name, None] = median(went) if went else None
    return table


def _owed(oracle: Oracle, first: date, last: date, team: Team) -> Truth:
    """Deals won and money received, by the first, the last and all enquiries up to then."""
    begin, end = _instants(first, last)
    sums: dict[tuple[str, str], Fraction] = {}

    def give(what: str, ref: str, at: datetime, amount: Fraction) -> None:
        deal = oracle.deals[ref]
        if not begin <= at < end or not (team is None or (deal["closer"] or deal["owner"]) in team):
            return
        touches = sorted(oracle.leads[deal["lead"]]["touches"], key=lambda touch: touch[0])
        known = [source for moment, source in touches if moment <= at]
        for model, sources in zip(MODELS, (known[:1], known[-1:], known), strict=True):
            for source in sources:
                place = (f"{what}.{model}", source)
                sums[place] = sums.get(place, Fraction()) + amount / len(sources)

    for ref, deal in oracle.deals.items():
        if deal["result"] == "won":
            give("signed", ref, deal["closed"], deal["amount"])
    for at, ref, amount in oracle.payments:
        give("paid", ref, at, amount)
    return {place: float(amount) for place, amount in sums.items()}


def _invalid(oracle: Oracle, first: date, last: date) -> Truth:
    """Of all the leads that came in these days, whoever has them, those that are invalid now."""
    begin, end = _instants(first, last)
    came: dict[str, list[Mapping[str, Any]]] = {}
    for lead in oracle.leads.values():
        if begin <= lead["at"][0] < end:
            came.setdefault(lead["source"], []).append(lead)
    gone = {source: sum(lead["shut"] == "invalid" for lead in leads) for source, leads in came.items()}
    rates: Truth = {("invalid_rate", source): gone[source] / len(leads) for source, leads in came.items()}
    return rates | {("came", source): len(leads) for source, leads in came.items()}
