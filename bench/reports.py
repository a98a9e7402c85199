"""Every report of a company with a million leads and three years of history, on an embedded store and on a server."""

import asyncio
import gc
import random
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import create_engine, text

from bench.company import make_company
from bench.figure import Figure
from bench.replicas import postgres
from bench.run import Run
from reports.attribution import attribution
from reports.numbers import numbers
from reports.period import Period
from reports.quality import source_quality
from reports.ranking import ranking
from reports.words import month_of, quarter_of
from sla.record import delivered, record_of
from store import behind
from store.db import Store
from store.deals import open_by_stage
from store.engine import driver_url
from store.numbers import Team
from store.sealed import Keys
from store.tx import Tx
from store.whose import whose
from tests.postgres import new_database

YEARS = 3
SOURCES = ("抖音", "官网", "百度", "展会", "老客户介绍", "公众号")
ZONE = ZoneInfo("Asia/Shanghai")
SLICE = 20_000
TIMES = 12  # each report is asked so often


def reports(run: Run) -> list[Figure]:
    """p95 of each report over a month and over a quarter."""
    leads = run.size(1_000_000, 2_000)
    figures = []
    figures.append(_measured(run, leads, "SQLite", None))
    with postgres(run) as server:
        figures.append(_measured(run, leads, "PostgreSQL", server.socket_url(new_database(server))))
    return figures


def _measured(run: Run, leads: int, kind: str, url: str | None) -> Figure:
    company = make_company(run.place() / "acme", reps=40, store_url=url)
    store_url, corp = company.settings.store_url(company.folder), company.settings.corp
    run.say(f"making {leads:,} leads with their deals on {kind}")
    _fill(store_url, corp, leads, company.reps)
    run.say(f"asking {kind}")
    worst, told = asyncio.run(_ask(store_url, corp, Keys(company.settings.data_key()), company.reps))
    slowest = sorted(told.items(), key=lambda item: -item[1])[:4]
    return Figure(
        f"B9 {kind}", f"every report at {leads:,} leads: p95 of the slowest", worst, "ms", 300, 100, True,
        beside=", ".join(f"{name} {took:.0f}" for name, took in slowest),
    )  # fmt: skip


def _fill(url: str, corp: str, leads: int, reps: tuple[str, ...]) -> None:
    """Rows as they are after three years: what each lead has come to, promises, deals, payments, costs."""
    dice, now = random.Random(9), datetime.now(UTC).replace(microsecond=0)
    begin = now - timedelta(days=365 * YEARS)
    engine = create_engine(driver_url(url, asynchronous=False))

    def at(n: int) -> datetime:
        return begin + (now - begin) * (n / leads)

    def some(first: int) -> dict[str, list[dict[str, Any]]]:
        rows: dict[str, list[dict[str, Any]]] = {name: [] for name in _INSERTS}
        for n in range(first, min(first + SLICE, leads)):
            came, source, rep = at(n), dice.choice(SOURCES), dice.choice(reps)
            stage = dice.choices(range(6), (30, 20, 20, 15, 9, 6))[0]
            reached = [came + timedelta(hours=3 * k) if k <= stage else None for k in range(1, 6)]
            contact = came + timedelta(minutes=dice.randrange(2000)) if stage > 1 else None
            owner = rep if stage > 1 else None
            row = {"corp": corp, "id": n + 1, "source": source, "at": _db(came), "rep": owner}
            row |= {"campaign": n % 50 + 1 if n % 3 else None}
            rows["lead"].append(row)
            rows["enquiry"].append(row)
            rows["reached"].append(row | {
                "furthest": stage, "contact": _db(contact),
                "response": dice.randrange(10**11) if contact else None,
                **{f"r{k}": _db(instant) for k, instant in enumerate(reached)}, "automated": n % 2,
                "paid": 4_000_000 if stage == 5 else 0, "whose": whose(owner, "default"),
            })  # fmt: skip
            if stage > 0:
                held = int(dice.random() < 0.9)
                rows["clock"].append(row | {"settled": _db(reached[0]), "held": held, "by": rep})
            if stage > 3:
                result = "won" if stage == 5 else dice.choice(("open", "lost"))
                closed = _db(came + timedelta(days=20)) if result != "open" else None
                expected = f"{came + timedelta(days=45):%Y-%m-%d}"
                rows["opportunity"].append(
                    row | {"owner": rep, "result": result, "closed": closed, "expected": expected}
                )
                if result == "won":
                    rows["payment"].append(row | {"paid": closed})
        return rows

    with engine.connect() as connection:
        if not url.startswith("sqlite"):
            connection.execute(text("SET TIME ZONE 'UTC'"))
            connection.commit()
        for first in range(0, leads, SLICE):
            for name, made in some(first).items():
                if made:
                    connection.execute(text(_INSERTS[name]), made)
            connection.commit()
        costs = [
            {"corp": corp, "campaign": n % 50 + 1, "day": f"{now - timedelta(days=n // 5):%Y-%m-%d}", "at": _db(now)}
            for n in range(365 * YEARS * 5)
        ]  # fmt: skip
        for number in range(50):
            named = {
                "corp": corp,
                "id": number + 1,
                "name": f"活动{number}",
                "source": SOURCES[number % 6],
                "at": _db(now),
            }
            connection.execute(text(_CAMPAIGN), named)
        connection.execute(text(_COST), costs)
        connection.commit()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if url.startswith("sqlite") else "VACUUM ANALYZE"))
    engine.dispose()


def _db(at: datetime | None) -> str | None:
    """As SQLite keeps instants; a server in UTC reads it too."""
    return None if at is None else at.isoformat(" ", "microseconds")[:26]


_INSERTS = {
    "lead": """
        INSERT INTO lead (id, corp, name, company, title, city, district, phone_flaw, flaw, industry, product, own,
            heat, stage, score, grade, temperature, score_parts, pool, owner_id, source, enquiries, created_at,
            closed_reason, rules_version, version)
        VALUES (:id, :corp, '王', '云栖', '', '', '', '', '', '', '', '{}', '{}',
            'sal', 0, 'A', 'hot', '[]', 'default', :rep, :source, 1, :at, '', 1, 1)""",
    "enquiry": "INSERT INTO enquiry (corp, lead_id, source, utm, at) VALUES (:corp, :id, :source, '{}', :at)",
    "reached": """
        INSERT INTO reached (corp, lead_id, source, campaign_id, captured_at, mql_at, sal_at, sql_at, opportunity_at,
            won_at, furthest, contact_at, contact_by, response, offered, touched, automated, paid, whose, stale)
        VALUES (:corp, :id, :source, :campaign, :at, :r0, :r1, :r2, :r3,
            :r4, :furthest, :contact, :rep, :response, true, false, :automated, :paid, :whose, false)""",
    "clock": """
        INSERT INTO clock (corp, lead_id, name, state, started_at, due_at, length, spent, turn, settled_at, held,
            met_by, source, campaign_id, steps, rule, rules_version)
        VALUES (:corp, :id, 'claim', 'met', :at, :at, 0, 0, 0, :settled, :held, :by, :source, :campaign, '[]', '{}',
            1)""",
    "opportunity": """
        INSERT INTO opportunity (id, corp, lead_id, pipeline, stage, name, product, amount, expected_on, owner_id,
            competitor, result, reason, origin, renews_on, created_at, stage_at, touched_at, closed_at,
            closed_owner_id, version)
        VALUES (:id, :corp, :id, '', '', '', '', 8000000, :expected, :owner,
            '', :result, '', '', '', :at, :at, :at, :closed, :owner, 1)""",
    "payment": "INSERT INTO payment (corp, opportunity_id, amount, at) VALUES (:corp, :id, 4000000, :paid)",
}
_CAMPAIGN = """
    INSERT INTO campaign (id, corp, name, kind, source, form, code, door, starts_on, ends_on, created_at)
    VALUES (:id, :corp, :name, 'campaign', :source, '', :name, '', '', '', :at)"""
_COST = """
    INSERT INTO campaign_cost (corp, campaign_id, day, amount, note, at)
    VALUES (:corp, :campaign, :day, 30000, '', :at)"""


async def _ask(url: str, corp: str, keys: Keys, reps: tuple[str, ...]) -> tuple[float, dict[str, float]]:
    """The p95 of each report in milliseconds, and the worst."""
    store = Store(url, corp, keys)
    await store.open()
    gc.collect()
    gc.freeze()  # as bot/commands/serve.py does before it answers anybody
    today = datetime.now(ZONE).date()
    month = month_of(month_of(today).first - timedelta(days=1))
    quarter = quarter_of(quarter_of(today).first - timedelta(days=1))
    took: dict[str, float] = {}

    def counted(by: str | None) -> Callable[[Tx, Period], Awaitable[Any]]:
        return lambda tx, period: numbers(tx, period, by=by, zone=ZONE)

    async def funnel(tx: Tx, period: Period) -> Any:
        begin, end = period.instants(ZONE)
        return await behind.stretches(tx, begin, end, team=None, limit=20_000)

    team = Team(reps[: len(reps) // 4], ("default",))

    async def promises(tx: Tx, period: Period, team: Team | None = None) -> Any:
        begin, end = period.instants(ZONE)
        return await record_of(tx, since=begin, until=end, team=team, labels={})

    async def team_promises(tx: Tx, period: Period) -> Any:
        return await promises(tx, period, team)

    async def late(tx: Tx, period: Period) -> Any:
        begin, end = period.instants(ZONE)
        return await behind.broken(tx, "claim", begin, end, source=None, team=None, limit=30)

    async def quality(tx: Tx, period: Period) -> Any:
        return await source_quality(tx, period.first, period.last, zone=ZONE)

    async def delivered_mql(tx: Tx, period: Period) -> Any:
        begin, end = period.instants(ZONE)
        return await delivered(tx, since=begin, until=end)

    async def forecast(tx: Tx, period: Period) -> Any:
        return await behind.expected(tx, period.last.isoformat(), (), team=None), await open_by_stage(tx)

    async def drill(tx: Tx, period: Period) -> Any:
        begin, end = period.instants(ZONE)
        return await behind.at_stage(tx, "leads", begin, end, source=SOURCES[0], team=None, limit=200)

    asked: dict[str, Callable[[Tx, Period], Awaitable[Any]]] = {
        "whole": counted(None), "by source": counted("source"), "by rep": counted("rep"),
        "by campaign": counted("campaign"), "funnel": funnel, "leads behind": drill,
        "attribution": lambda tx, period: attribution(tx, period, zone=ZONE),
        "ranking": lambda tx, period: ranking(tx, period, team=None, zone=ZONE),
        "one team": lambda tx, period: numbers(tx, period, team=team, zone=ZONE),
        "one team by source": lambda tx, period: numbers(tx, period, by="source", team=team, zone=ZONE),
        "promises": promises, "promises of a team": team_promises, "late leads": late, "quality": quality,
        "MQL delivered": delivered_mql, "forecast": forecast,
    }  # fmt: skip
    for name, report in asked.items():
        for label, period in (("month", month), ("quarter", quarter)):
            spent = []
            for _ in range(TIMES):
                began = time.perf_counter()
                async with store.read() as tx:
                    await report(tx, period)
                spent.append(1000 * (time.perf_counter() - began))
            took[f"{name}, {label}"] = sorted(spent)[int(0.95 * (TIMES - 1))]
    await store.close()
    return max(took.values()), took
