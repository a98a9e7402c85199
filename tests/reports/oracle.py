"""The same numbers, computed by hand from the lines of a history; shares no code with what it judges."""

import csv
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
LADDER = ("leads", "mql", "sal", "sql", "opportunity", "won")
COUNTS = ("leads", "mql", "sal", "sql", "opportunities", "customers")  # as they are called when counted
REACHED_BY = {"mql": 1, "sql": 3}
HOURS = ((time(9), time(12)), (time(13, 30), time(18)))
FAR = datetime(2999, 1, 1, tzinfo=UTC)
Team = frozenset[str] | None
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


def after_working(start: datetime, minutes: int) -> datetime:
    """The earliest instant by which so many working minutes have passed."""
    left, day = timedelta(minutes=minutes), start.astimezone(ZONE).date()
    while True:
        if special_days().get(day, day.weekday() < 5):
            for opens, closes in HOURS:
                begin, end = max(datetime.combine(day, opens, ZONE), start), datetime.combine(day, closes, ZONE)
                if begin + left <= end:
                    return begin + left
                left -= max(end - begin, timedelta())
        day += timedelta(days=1)


class Oracle:
    """Everything that the lines say, as plain dictionaries; a line with "live" was lived through, with promises."""

    def __init__(self, deeds: Iterable[dict[str, Any]]) -> None:
        self.leads: dict[str, dict[str, Any]] = {}
        self.deals: dict[str, dict[str, Any]] = {}
        self.campaigns: dict[str, str] = {}
        self.costs: list[tuple[date, str, Fraction]] = []
        self.payments: list[tuple[datetime, str, Fraction]] = []
        self.phones: dict[str, str] = {}
        self.people: dict[str, str] = {}  # reference -> the lead that they are
        self.promises: list[dict[str, Any]] = []
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
        source = deed.get("source") or "导入"
        if known is None:
            self.phones[phone] = ref
            self.leads[ref] = {
                "source": source, "campaign": deed.get("campaign"), "at": {0: at}, "contact": None, "touches": [],
                "offered": False, "touched": False, "owner": None, "shut": "", "live": "live" in deed, "deals": [],
            }  # fmt: skip
        self.leads[known or ref]["touches"].append((at, source))

    def _reach(self, lead: dict[str, Any], stage: int, at: datetime) -> None:
        for step in range(1, stage + 1):
            lead["at"][step] = min(lead["at"].get(step, at), at)

    def _act(self, deed: dict[str, Any]) -> dict[str, Any]:
        lead = self.leads[self.people[deed["lead"]]]
        if deed.get("by") and deed["type"] != "claim" and 2 not in lead["at"]:
            lead["touched"] = True
        return lead

    def _enquiry(self, deed: dict[str, Any], at: datetime) -> None:
        lead = self._act(deed)
        lead["touches"].append((at, deed["source"]))
        if lead["shut"]:
            lead |= {"owner": None, "shut": ""}

    def _stage(self, deed: dict[str, Any], at: datetime) -> None:
        lead = self._act(deed)
        lead["offered"] |= deed["to"] == "mql"
        lead["shut"] = "invalid" if deed["to"] == "invalid" else ""
        if deed["to"] == "nurturing":
            lead["owner"] = None
        self._reach(lead, REACHED_BY.get(deed["to"], 0), at)
        if deed["to"] == "mql":
            self._promise("claim", lead, at, 120)

    def _claim(self, deed: dict[str, Any], at: datetime) -> None:
        lead = self._act(deed)
        lead["owner"] = deed["by"]
        self._reach(lead, 2, at)
        self._kept("claim", lead, at, deed["by"])
        self._promise("first_contact", lead, at, 450)  # one working day

    def _release(self, deed: dict[str, Any], at: datetime) -> None:
        self._act(deed).update(owner=None, shut="")

    def _promise(self, name: str, lead: dict[str, Any], at: datetime, minutes: int) -> None:
        if lead["live"]:
            due = after_working(at, minutes)
            self.promises.append({"name": name, "lead": lead, "due": due, "met": None, "by": None})

    def _kept(self, name: str, lead: dict[str, Any], at: datetime, by: str) -> None:
        for one in self.promises:
            if one["name"] == name and one["lead"] is lead and one["met"] is None:
                one |= {"met": at, "by": by}

    def _followup(self, deed: dict[str, Any], at: datetime) -> None:
        lead = self._act(deed)
        if deed["kind"] in CONTACTS and lead["contact"] is None:
            lead["contact"] = (at, deed["by"])
        self._kept("first_contact", lead, at, deed["by"])

    def _opportunity(self, deed: dict[str, Any], at: datetime) -> None:
        lead = self._act(deed)
        lead["shut"] = ""
        self._reach(lead, 4, at)
        self.deals[deed["ref"]] = {
            "lead": self.people[deed["lead"]], "at": at, "amount": Fraction(str(deed["amount"])), "owner": deed["by"],
            "result": "open", "closed": None, "closer": None,
        }  # fmt: skip
        lead["deals"].append(self.deals[deed["ref"]])

    def _transfer(self, deed: dict[str, Any], at: datetime) -> None:
        self.deals[deed["opportunity"]]["owner"] = deed["to"]

    def _reopen(self, deed: dict[str, Any], at: datetime) -> None:
        deal = self.deals[deed["opportunity"]]
        deal |= {"result": "open", "closed": None, "closer": None}
        lead = self.leads[deal["lead"]]
        won = [one["closed"] for one in lead["deals"] if one["result"] == "won"]
        lead["at"].pop(5, None)
        if won:
            lead["at"][5] = min(won)

    def _close(self, deed: dict[str, Any], at: datetime) -> None:
        deal = self.deals[deed["opportunity"]]
        if deal["result"] != "open":
            self._reopen(deed, at)
        deal |= {"result": deed["result"], "closed": at, "closer": deal["owner"]}
        lead = self.leads[deal["lead"]]
        lead["shut"] = "lost" if {one["result"] for one in lead["deals"]} == {"lost"} else ""
        if deed["result"] == "won":
            self._reach(lead, 5, at)

    def _payment(self, deed: dict[str, Any], at: datetime) -> None:
        self.payments.append((at, deed["opportunity"], Fraction(str(deed["amount"]))))

    def numbers(
        self, first: date, last: date, by: str | None, *, team: Team = None, now: datetime = FAR
    ) -> dict[str | None, dict[str, Any]]:  # fmt: skip
        """Row by key; None is the whole. `team`: only what these members (or nobody yet) have in hand, closed, met."""
        if by is None:
            return {None: self._row(first, last, None, None, team, now)}
        if by == "source":
            sources = {lead["source"] for lead in self.leads.values()}
            return {source: self._row(first, last, source, None, team, now) for source in sources}
        reps = {deal["closer"] or deal["owner"] for deal in self.deals.values()}
        reps |= {lead["contact"][1] for lead in self.leads.values() if lead["contact"]}
        return {rep: self._row(first, last, None, rep, team, now) for rep in reps}

    def rate(self, name: str, begin: datetime, end: datetime, mine: Callable[[Any], bool], now: datetime) -> list[bool]:
        """Of each promise that was met or ended: whether in time."""
        settled = [(one, one["met"] is not None and one["met"] <= one["due"]) for one in self.promises]
        ended = [(one, kept, one["met"] if kept else one["due"]) for one, kept in settled if one["name"] == name]
        return [kept for one, kept, at in ended if begin <= at < end and at <= now and mine(one)]

    def _row(
        self, first: date, last: date, source: str | None, rep: str | None, team: Team, now: datetime
    ) -> dict[str, Any]:  # fmt: skip
        def of_lead(lead: Any) -> bool:
            return (source is None or lead["source"] == source) and (
                team is None or lead["owner"] is None or lead["owner"] in team
            )

        def of_deal(deal: Any) -> bool:
            owner = deal["closer"] or deal["owner"]
            return (
                (source is None or self.leads[deal["lead"]]["source"] == source)
                and rep in (None, owner)
                and (team is None or owner in team)
            )

        def of_promise(one: Any) -> bool:
            if rep is not None:
                return bool(one["by"] == rep)
            mine = team is None or (one["by"] in team if one["by"] else of_lead(one["lead"]))
            return mine and source in (None, one["lead"]["source"])

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
            for lead in self.leads.values()
            if within(lead["at"][0])
            and source in (None, lead["source"])
            and lead["contact"]
            and rep in (None, lead["contact"][1])
            and (team is None or lead["contact"][1] in team)
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
            "response_minutes": float(median(times)) if times else None,
            "claim_rate": _kept(self.rate("claim", begin, end, of_promise, now)),
            "first_contact_rate": _kept(self.rate("first_contact", begin, end, of_promise, now)),
            "cycle_days": median(cycles) if cycles else None,
            "paid": float(paid), "signed": float(sum((deal["amount"] for deal in won), Fraction())),
            "pipeline": float(sum(
                (deal["amount"] for deal in deals if within(deal["at"]) and deal["result"] != "lost"
                 and self.leads[deal["lead"]]["campaign"]), Fraction(),
            )),
            "ltv": _each(to_date, customers),
        }  # fmt: skip
        names = ("leads", "mql", "sql")
        if rep is not None:
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
        booked = [amount for day, ref, amount in self.costs
                  if first <= day <= last and source in (None, self.campaigns[ref])]  # fmt: skip
        cost = None if team is not None else sum(booked, Fraction())
        row |= {name: len(cohort[step]) for step, name in enumerate(COUNTS)}
        for one, two in ((0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (1, 3), (0, 3), (0, 5)):
            start = "lead" if one == 0 else LADDER[one]
            there = [lead for lead in cohort[one] if two in lead["at"]]
            row[f"{start}_to_{LADDER[two]}"] = _share(len(there), len(cohort[one]))
        alone = [lead for lead in cohort[0] if lead["offered"] and not lead["touched"]]
        row |= {
            "automation_rate": _share(len(alone), len(cohort[0])), "cost": None if cost is None else float(cost),
            "cpl": _each(cost, len(cohort[0])),
            "cost_per_mql": _each(cost, len(cohort[1])), "cac": _each(cost, len(cohort[5])),
            "roi": float((paid - cost) / cost) if cost else None,
        }  # fmt: skip
        return row


def _share(part: int, of: int) -> float | None:
    return part / of if of else None


def _kept(promises: list[bool]) -> float | None:
    return _share(sum(promises), len(promises))


def _each(money: Fraction | None, of: int) -> float | None:
    return float(money / of) if money is not None and of else None
