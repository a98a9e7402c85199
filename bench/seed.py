"""A company with a past: many leads with numbers, enquiries, stories and running promises, made in a minute.

The rows are those that a capture leaves behind, written through the tables' own columns, so sealed ones are sealed.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, create_engine, insert, text

from bench.company import BenchCompany
from config.clock import ClockRule
from config.document import read_text
from config.rules import load_rules
from store.queues import Due
from store.sealed import Keys
from store.tables import Clock, Enquiry, Identity, Lead, Row, TimelineItem

SLICE = 5000  # leads a transaction
FAR = datetime(2099, 1, 1, tzinfo=UTC)
FIRST_NUMBER = 13_800_000_000
NEED = "急需三十台工业相机,下周要报价"


def seed(company: BenchCompany, count: int, *, owned: bool, say: Callable[[str], None]) -> None:
    """Put leads 1 to `count` into an empty store, owned by the reps in turn or free; every promise is due in 2099."""
    url = company.settings.store_url(company.folder)
    keys = Keys(company.settings.data_key())
    rules = load_rules(read_text(company.folder.rules), "rules.yaml")
    name = "first_contact" if owned else "claim"
    past = _Past(company, keys, owned=owned, clock=name, rule=rules.clocks[name], pool=rules.default_pool)
    engine = create_engine(url, hide_parameters=True)
    engine.dialect.leadbot_keys = keys  # type: ignore[attr-defined]
    try:
        for first in range(1, count + 1, SLICE):
            say(f"making {count:,} leads: {first - 1:,}")
            numbers = range(first, min(first + SLICE, count + 1))
            with engine.begin() as connection:
                if engine.dialect.name == "sqlite":
                    connection.execute(text("PRAGMA synchronous=OFF"))
                past.write(connection, numbers)
        with engine.begin() as connection:
            _go_on_counting(connection, engine.dialect.name)
    finally:
        engine.dispose()


def _go_on_counting(connection: Connection, dialect: str) -> None:
    """Statistics for the planner; a server's sequences go on behind the numbers that were given."""
    connection.execute(text("ANALYZE"))
    if dialect == "postgresql":
        for table in ("lead", "clock"):
            last = f"(SELECT max(id) FROM {table})"  # noqa: S608 - our own names
            connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {last})"))


class _Past:
    """Makes the rows; each table's rows are copies of one whole row, so that new columns need no change here."""

    def __init__(
        self, company: BenchCompany, keys: Keys, *, owned: bool, clock: str, rule: ClockRule, pool: str
    ) -> None:
        self._reps = company.reps
        self._keys = keys
        self._owned = owned
        self._now = datetime.now(UTC) - timedelta(days=1)
        corp, now = company.settings.corp, self._now
        source = "官网"
        self._lead = Lead(
            corp=corp, title="采购总监", city="杭州", need=NEED, pool=pool, source=source, enquiries=1, created_at=now,
            stage="sal" if owned else "mql", owned_at=now if owned else None, rules_version=1,
            score=75, grade="A", temperature="hot", score_parts=[[25, "职位能拍板"], [20, "需求着急"]],
        ).model_dump()  # fmt: skip
        self._identity = Identity(corp=corp, kind="phone", hash=b"", lead_id=0).model_dump()
        self._enquiry = Enquiry(corp=corp, lead_id=0, source=source, need=NEED, at=now).model_dump()
        self._story = [
            TimelineItem(corp=corp, lead_id=0, kind=kind, at=now, text=words, data={"source": source}).model_dump()
            for kind, words in (("captured", NEED), ("became_mql", ""))
        ]
        self._clock = Clock(
            corp=corp, lead_id=0, name=clock, state="running", started_at=now, due_at=FAR,
            rule=rule.model_dump(mode="json"), rules_version=1,
        ).model_dump()  # fmt: skip
        self._due = Due(corp=corp, kind="clock", key="", run_at=FAR).model_dump()

    def write(self, connection: Connection, numbers: range) -> None:
        """Everything about some leads."""
        self._put(connection, Lead, [self._one(n) for n in numbers])
        phones = ((n, self._keys.blind("phone", f"+86{FIRST_NUMBER + n}")) for n in numbers)
        self._put(connection, Identity, [{**self._identity, "hash": mark, "lead_id": n} for n, mark in phones])
        self._put(connection, Enquiry, [{**self._enquiry, "lead_id": n} for n in numbers])
        self._put(connection, TimelineItem, [{**item, "lead_id": n} for n in numbers for item in self._story])
        self._put(connection, Clock, [{**self._clock, "id": n, "lead_id": n} for n in numbers])
        steps = [(f"clock:{n}:0", n, {"clock": n, "step": 0}) for n in numbers]
        self._put(connection, Due, [{**self._due, "key": key, "lead_id": n, "payload": step} for key, n, step in steps])

    def _one(self, n: int) -> dict[str, Any]:
        owner = self._reps[(n - 1) % len(self._reps)] if self._owned else None
        company = f"杭州云栖智能科技{n:07}有限公司"
        phone = f"+86{FIRST_NUMBER + n}"
        return {**self._lead, "id": n, "name": f"王建国{n}", "company": company, "phone": phone, "owner_id": owner}

    @staticmethod
    def _put(connection: Connection, table: type[Row], rows: list[dict[str, Any]]) -> None:
        if rows[0].get("id", 0) is None:
            rows = [{name: value for name, value in row.items() if name != "id"} for row in rows]
        connection.execute(insert(table.__table__), rows)  # type: ignore[attr-defined]
