"""The same numbers, computed by hand from the lines of a history; shares no code with what it judges."""

import csv
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
LADDER = ("leads", "mql", "sal", "sql", "opportunity", "won")
REACHED_BY = {"mql": 1, "sql": 3}
HOURS = ((time(9), time(12)), (time(13, 30), time(18)))
CONTACTS = ("call", "visit", "meeting", "chat", "email")


@cache
def special_days() -> dict[date, bool]:
    """Official holidays (False) and make-up workdays (True)."""
    path = Path(__file__).parents[2] / "config" / "holidays.csv"
    with path.open(encoding="utf-8") as file:
        rows = [row for row in csv.reader(file) if len(row) > 1 and row[0][:2] == "20"]
    return {date.fromisoformat(row[0]): "work" in row[1] for row in rows}


def working_minutes(start: datetime, end: datetime) -> Fraction:
    """Minutes of Mon-Fri 09:00-12:00 and 13:30-18:00, without holidays, with make-up days."""
    total = timedelta()
    day = start.astimezone(ZONE).date()
    while day <= end.astimezone(ZONE).date():
        if special_days().get(day, day.weekday() < 5):
            for opens, closes in HOURS:
                begin = max(datetime.combine(day, opens, ZONE), start)
                total += max(min(datetime.combine(day, closes, ZONE), end) - begin, timedelta())
        day += timedelta(days=1)
    return Fraction(total // timedelta(microseconds=1), 60_000_000)


class Oracle:
    """Everything that the lines say, as plain dictionaries."""

    def __init__(self, deeds: Iterable[dict[str, Any]]) -> None:
        self.leads: dict[str, dict[str, Any]] = {}
        self.deals: dict[str, dict[str, Any]] = {}
        self.campaigns: dict[str, str] = {}
        self.costs: list[tuple[date, str, Fraction]] = []
        self.payments: list[tuple[datetime, str, Fraction]] = []
        self.phones: dict[str, str] = {}
        self.people: dict[str, str] = {}  # reference -> the lead that they are
        for deed in deeds:
            getattr(self, f"_{deed['type']}")(deed, datetime.fromisoformat(deed["at"]).astimezone(UTC))

    def _source(self, deed: dict[str, Any], at: datetime) -> None:
        pass

    def _campaign(self, deed: dict[str, Any], at: datetime) -> None:
        self.campaigns[deed["ref"]] = deed["source"]

    def _cost(self, deed: dict[str, Any], at: datetime) -> None:
        amount = Fraction(str(deed["amount"]))
        self.costs.append((at.astimezone(ZONE).date(), deed["campaign"], amount))

    def _lead(self, deed: dict[str, Any], at: datetime) -> None:
        ref, phone = deed["ref"], deed["phone"]
        known = self.phones.get(phone)
        self.people[ref] = known or ref
        if known is None:
            self.phones[phone] = ref
            self.leads[ref] = {
                "source": deed.get("source") or "导入", "campaign": deed.get("campaign"), "at": {0: at},
                "contact": None,
                "offered": False, "touched": False,
            }  # fmt: skip

    def _reach(self, lead: dict[str, Any], stage: int, at: datetime) -> None:
        for step in range(1, stage + 1):
            lead["at"][step] = min(lead["at"].get(step, at), at)

    def _act(self, deed: dict[str, Any]) -> dict[str, Any]:
        lead = self.leads[self.people[deed["lead"]]]
        if deed.get("by") and deed["type"] != "claim" and 2 not in lead["at"]:
            lead["touched"] = True
        return lead

    def _enquiry(self, deed: dict[str, Any], at: datetime) -> None:
        self._act(deed)

    def _stage(self, deed: dict[str, Any], at: datetime) -> None:
        lead = self._act(deed)
        lead["offered"] |= deed["to"] == "mql"
        self._reach(lead, REACHED_BY.get(deed["to"], 0), at)

    def _claim(self, deed: dict[str, Any], at: datetime) -> None:
        self._reach(self._act(deed), 2, at)

    def _release(self, deed: dict[str, Any], at: datetime) -> None:
        self._act(deed)

    def _followup(self, deed: dict[str, Any], at: datetime) -> None:
        lead = self._act(deed)
        if deed["kind"] in CONTACTS and lead["contact"] is None:
            lead["contact"] = (at, deed["by"])

    def _opportunity(self, deed: dict[str, Any], at: datetime) -> None:
        self._reach(self._act(deed), 4, at)
        self.deals[deed["ref"]] = {
            "lead": self.people[deed["lead"]], "at": at, "amount": Fraction(str(deed["amount"])), "owner": deed["by"],
            "result": "open", "closed": None, "closer": None,
        }  # fmt: skip

    def _transfer(self, deed: dict[str, Any], at: datetime) -> None:
        self.deals[deed["opportunity"]]["owner"] = deed["to"]

    def _close(self, deed: dict[str, Any], at: datetime) -> None:
        deal = self.deals[deed["opportunity"]]
        deal |= {"result": deed["result"], "closed": at, "closer": deal["owner"]}
        if deed["result"] == "won":
            self._reach(self.leads[deal["lead"]], 5, at)

    def _payment(self, deed: dict[str, Any], at: datetime) -> None:
        self.payments.append((at, deed["opportunity"], Fraction(str(deed["amount"]))))

    def numbers(self, first: date, last: date, by: str | None) -> dict[str | None, dict[str, Any]]:
        """Row by key; None is the whole."""
        if by is None:
            return {None: self._row(first, last, lambda lead: True, lambda deal: True, lambda source: True, None)}
        if by == "source":
            sources = {lead["source"] for lead in self.leads.values()}
            return {
                source: self._row(
                    first, last, lambda lead, s=source: lead["source"] == s,
                    lambda deal, s=source: self.leads[deal["lead"]]["source"] == s, lambda name, s=source: name == s,
                    None,
                )
                for source in sources
            }  # fmt: skip
        reps = {deal["owner"] for deal in self.deals.values()}
        return {
            rep: self._row(
                first, last, lambda lead: True, lambda deal, r=rep: (deal["closer"] or deal["owner"]) == r, None, rep
            )
            for rep in reps
        }

    def _row(
        self, first: date, last: date, of_lead: Callable[[Any], bool], of_deal: Callable[[Any], bool],
        of_source: Callable[[str], bool] | None, rep: str | None,
    ) -> dict[str, Any]:  # fmt: skip
        begin = datetime.combine(first, time(), ZONE)
        end = datetime.combine(last + timedelta(days=1), time(), ZONE)

        def within(at: datetime | None) -> bool:
            return at is not None and begin <= at < end

        leads = [lead for lead in self.leads.values() if of_lead(lead)]
        cohort = {step: [lead for lead in leads if within(lead["at"].get(step))] for step in range(6)}
        deals = [deal for deal in self.deals.values() if of_deal(deal)]
        closed = [deal for deal in deals if within(deal["closed"])]
        won = [deal for deal in closed if deal["result"] == "won"]
        times = [
            working_minutes(lead["at"][0], lead["contact"][0])
            for lead in cohort[0]
            if lead["contact"] and rep in (None, lead["contact"][1])
        ]
        cycles = [
            (deal["closed"] - self.leads[deal["lead"]]["contact"][0]) / timedelta(days=1)
            for deal in won
            if self.leads[deal["lead"]]["contact"]
        ]
        paid = sum((amount for at, ref, amount in self.payments if within(at) and of_deal(self.deals[ref])), Fraction())
        to_date = sum((amount for _, ref, amount in self.payments if of_deal(self.deals[ref])), Fraction())
        customers = len({deal["lead"] for deal in deals if deal["result"] == "won"})
        row: dict[str, Any] = {
            "won": len(won), "lost": len(closed) - len(won), "win_rate": _share(len(won), len(closed)),
            "response_minutes": float(median(times)) if times else None, "claim_rate": None,
            "cycle_days": median(cycles) if cycles else None,
            "paid": float(paid), "signed": float(sum((deal["amount"] for deal in won), Fraction())),
            "pipeline": float(sum(
                (deal["amount"] for deal in deals if within(deal["at"]) and deal["result"] != "lost"
                 and self.leads[deal["lead"]]["campaign"]), Fraction(),
            )),
            "ltv": _each(to_date, customers),
        }  # fmt: skip
        names = ("leads", "mql", "sql")
        if of_source is None:
            empty = (
                *names,
                "lead_to_mql",
                "mql_to_sql",
                "automation_rate",
                "cost",
                "cpl",
                "cost_per_mql",
                "cac",
                "roi",
            )
            return row | dict.fromkeys(empty)
        cost = sum(
            (amount for day, ref, amount in self.costs if first <= day <= last and of_source(self.campaigns[ref])),
            Fraction(),
        )
        row |= {"leads": len(cohort[0]), "mql": len(cohort[1]), "sql": len(cohort[3])}
        for one, two in ((0, 1), (1, 3), (3, 4), (4, 5)):
            start = "lead" if one == 0 else LADDER[one]
            there = [lead for lead in cohort[one] if two in lead["at"]]
            row[f"{start}_to_{LADDER[two]}"] = _share(len(there), len(cohort[one]))
        alone = [lead for lead in cohort[0] if lead["offered"] and not lead["touched"]]
        row |= {
            "automation_rate": _share(len(alone), len(cohort[0])), "cost": float(cost),
            "cpl": _each(cost, len(cohort[0])),
            "cost_per_mql": _each(cost, len(cohort[1])), "cac": _each(cost, len(cohort[5])),
            "roi": float((paid - cost) / cost) if cost else None,
        }  # fmt: skip
        return row


def _share(part: int, of: int) -> float | None:
    return part / of if of else None


def _each(money: Fraction, of: int) -> float | None:
    return float(money / of) if of else None


def months(first: date, count: int) -> Iterator[tuple[date, date]]:
    """Whole months."""
    for _ in range(count):
        following = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
        yield first, following - timedelta(days=1)
        first = following


__all__ = ["Oracle", "months"]
