"""What the month will bring and where open deals stand, by plain arithmetic over what was done with each deal."""

from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

from tests.reports.oracle import ZONE, Oracle, Team
from tests.reports.truth import Truth

# Per cent; docs/rules.md
STAGES = {"初步接触": 10, "需求分析": 25, "方案报价": 50, "商务谈判": 70, "签约": 90}


class Forward(Oracle):
    """The oracle, which also hears of stages, days, commitments and targets."""

    def __init__(self, deeds: list[dict[str, Any]]) -> None:
        self.targets: dict[str, Fraction] = {}
        super().__init__(deeds)

    def _advance(self, deed: dict[str, Any], at: datetime) -> None:
        self.deals[deed["opportunity"]]["stage"] = deed["to"]

    def _expect(self, deed: dict[str, Any], at: datetime) -> None:
        self.deals[deed["opportunity"]]["day"] = date.fromisoformat(deed["day"])

    def _commit(self, deed: dict[str, Any], at: datetime) -> None:
        self.deals[deed["opportunity"]]["said"] = Fraction(deed["amount"])

    def _target(self, deed: dict[str, Any], at: datetime) -> None:
        self.targets[deed["whose"]] = Fraction(deed["amount"])


def forward(oracle: Forward, *, team: Team, now: datetime) -> Truth:
    """(number, key) → value for the month of `now`: key is a stage of open.…, a member or None of forecast.…"""
    table: Truth = {}
    still = [
        deal for deal in oracle.deals.values() if deal["result"] == "open" and (team is None or deal["owner"] in team)
    ]
    for stage, chance in STAGES.items():
        there = [deal["amount"] for deal in still if deal.get("stage", "初步接触") == stage]
        table["open.chance", stage] = chance / 100
        table["open.count", stage] = len(there)
        table["open.amount", stage] = float(sum(there, Fraction()))
        table["open.likely", stage] = float(sum(there, Fraction()) * chance / 100)
    people = {deal["closer"] or deal["owner"] for deal in oracle.deals.values()} | set(oracle.targets)
    for member in people if team is None else people & team:
        table |= _month(oracle, frozenset({member}), member, now)
    table |= _month(oracle, team, None, now)
    return table


def _month(oracle: Forward, whose: Team, key: str | None, now: datetime) -> Truth:
    first = now.astimezone(ZONE).date().replace(day=1)
    after = (first + timedelta(days=32)).replace(day=1)
    begin, end = (datetime.combine(day, time(), ZONE) for day in (first, after))

    def mine(member: str) -> bool:
        return whose is None or member in whose

    signed = sum(
        (deal["amount"] for deal in oracle.deals.values()
         if deal["result"] == "won" and begin <= deal["closed"] < end and mine(deal["closer"])), Fraction(),
    )  # fmt: skip
    commit = best = likely = Fraction()
    unknown = 0
    for deal in oracle.deals.values():
        if deal["result"] != "open" or not mine(deal["owner"]):
            continue
        said, day = deal.get("said", Fraction()), deal.get("day")
        unknown += day is None
        commit += said
        if day is None or day >= after:
            best += said
            continue
        best += max(deal["amount"], said)
        likely += deal["amount"] * STAGES[deal.get("stage", "初步接触")] / 100
    targets = [amount for member, amount in oracle.targets.items() if mine(member)]
    sums = {"signed": signed, "commit": signed + commit, "best": signed + best, "by_stage": signed + likely}
    table: Truth = {(f"forecast.{name}", key): float(amount) for name, amount in sums.items()}
    table["forecast.by_odds", key] = table["forecast.by_stage", key]  # nothing was learned
    table["forecast.unknown", key] = unknown
    target = sum(targets, Fraction())
    table["forecast.target", key] = float(target) if targets else None
    table["forecast.done", key] = float(signed / target) if target else None
    table["forecast.gap", key] = float(max(target - signed, Fraction())) if targets else None
    return table
