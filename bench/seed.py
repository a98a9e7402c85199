"""A company with a past: many leads with numbers, enquiries, stories and running promises, made in a minute.

The rows are those that a capture leaves behind, written through the tables' own columns, so sealed ones are sealed.
Indexes are built when the rows are there, and rows that a key scatters come in the order of that key: a million leads
written one after the other into every index would be read back from the disk again and again.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Connection, create_engine, insert

from bench.company import BenchCompany
from config.clock import ClockRule
from config.document import read_text
from config.rules import load_rules
from store.bulk import table_of
from store.queues import Due
from store.row import Row
from store.sealed import Keys
from store.tables import Clock, Enquiry, Identity, Lead, TimelineItem

SLICE = 20_000  # rows handed to the driver at once
FAR = datetime(2099, 1, 1, tzinfo=UTC)
FIRST_NUMBER = 13_800_000_000
NEED = "急需三十台工业相机,下周要报价"
TABLES: tuple[type[Row], ...] = (Lead, Identity, Enquiry, TimelineItem, Clock, Due)
# Made anew in any case: nobody must be able to use the file after a crash.
HASTE = ("journal_mode=OFF", "synchronous=OFF", "cache_size=-262144", "temp_store=MEMORY")


def seed(company: BenchCompany, count: int, *, owned: bool, say: Callable[[str], None]) -> None:
    """Put leads 1 to `count` into an empty store, owned by the reps in turn or free; every promise is due in 2099."""
    url = company.settings.store_url(company.folder)
    keys = Keys(company.settings.data_key())
    rules = load_rules(read_text(company.folder.rules), "rules.yaml")
    name = "first_contact" if owned else "claim"
    past = _Past(company, keys, count, owned=owned, clock=name, rule=rules.clocks[name], pool=rules.default_pool)
    engine = create_engine(url, hide_parameters=True)
    engine.dialect.leadbot_keys = keys  # type: ignore[attr-defined]
    try:
        with engine.connect() as connection, _in_haste(connection):
            for number, table in enumerate(TABLES):
                say(f"making {count:,} leads: {number} of {len(TABLES)} tables")
                past.write(connection, table)
            connection.commit()
            say(f"making {count:,} leads: indexes")
        with engine.connect() as connection:
            connection.exec_driver_sql("ANALYZE")
            connection.commit()
    finally:
        engine.dispose()


@contextmanager
def _in_haste(connection: Connection) -> Iterator[None]:
    """An embedded store without journal and indexes meanwhile; a server's sequences go on behind the numbers given."""
    if connection.dialect.name == "postgresql":
        yield
        for table in ("lead", "clock"):
            last = f"(SELECT max(id) FROM {table})"  # noqa: S608 - our own names
            connection.exec_driver_sql(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {last})")
        connection.commit()
        return
    for word in HASTE:
        connection.exec_driver_sql(f"PRAGMA {word}")
    names = ", ".join(f"'{table_of(table).name}'" for table in TABLES)
    indexes = connection.exec_driver_sql(
        f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ({names})"  # noqa: S608
    ).all()
    for name, _ in indexes:
        connection.exec_driver_sql(f"DROP INDEX {name}")
    yield
    for _, words in indexes:
        connection.exec_driver_sql(words)
    connection.commit()
    connection.exec_driver_sql("PRAGMA journal_mode=WAL")


class _Past:
    """Makes the rows; each table's rows are copies of one whole row, so that new columns need no change here."""

    def __init__(
        self, company: BenchCompany, keys: Keys, count: int, *, owned: bool, clock: str, rule: ClockRule, pool: str
    ) -> None:
        self._reps = company.reps
        self._keys = keys
        self._owned = owned
        self._numbers = range(1, count + 1)
        corp, now = company.settings.corp, datetime.now(UTC) - timedelta(days=1)
        source = "官网"
        lead = Lead(
            corp=corp, title="采购总监", city="杭州", need=NEED, pool=pool, source=source, enquiries=1, created_at=now,
            stage="sal" if owned else "mql", owned_at=now if owned else None, rules_version=1,
            score=75, grade="A", temperature="hot", score_parts=[[25, "职位能拍板"], [20, "需求着急"]],
        )  # fmt: skip
        running = Clock(
            corp=corp, lead_id=0, name=clock, state="running", started_at=now, due_at=FAR,
            rule=rule.model_dump(mode="json"), rules_version=1,
        )  # fmt: skip
        told = TimelineItem(corp=corp, lead_id=0, kind="captured", at=now, text=NEED, data={"source": source})
        known = Identity(corp=corp, kind="phone", hash=b"", lead_id=0)
        asked = Enquiry(corp=corp, lead_id=0, source=source, need=NEED, at=now)
        step = Due(corp=corp, kind="clock", key="", run_at=FAR)
        self._makers: dict[type[Row], tuple[Row, Callable[[], Iterable[dict[str, Any]]]]] = {
            Lead: (lead, self._leads),
            Identity: (known, self._identities),
            Enquiry: (asked, lambda: ({"lead_id": n} for n in self._numbers)),
            TimelineItem: (told, self._story),
            Clock: (running, lambda: ({"id": n, "lead_id": n} for n in self._numbers)),
            Due: (step, self._steps),
        }

    def _leads(self) -> Iterator[dict[str, Any]]:
        for n in self._numbers:
            yield {
                "id": n,
                "name": f"王建国{n}",
                "company": f"杭州云栖智能科技{n:07}有限公司",
                "phone": f"+86{FIRST_NUMBER + n}",
                "owner_id": self._reps[(n - 1) % len(self._reps)] if self._owned else None,
            }

    def _identities(self) -> Iterator[dict[str, Any]]:
        """In the order of their keyed hashes, which is the order of the table."""
        marks = ((self._keys.blind("phone", f"+86{FIRST_NUMBER + n}"), n) for n in self._numbers)
        return ({"hash": mark, "lead_id": n} for mark, n in sorted(marks))

    def _story(self) -> Iterator[dict[str, Any]]:
        for n in self._numbers:
            yield {"lead_id": n, "kind": "captured", "text": NEED}
            yield {"lead_id": n, "kind": "became_mql", "text": ""}

    def _steps(self) -> Iterator[dict[str, Any]]:
        return ({"key": f"clock:{n}:0", "lead_id": n, "payload": {"clock": n, "step": 0}} for n in self._numbers)

    def write(self, connection: Connection, table: type[Row]) -> None:
        """All rows of one table: what is the same in each of them is turned into the driver's values once."""
        sample, rows = self._makers[table]
        columns = table_of(table).c
        varied = tuple(next(iter(rows())))
        whole = {name: value for name, value in sample.model_dump().items() if name != "id" or name in varied}
        dialect = connection.dialect
        turns = {name: columns[name].type.dialect_impl(dialect).bind_processor(dialect) for name in whole}
        fixed = {name: turn(whole[name]) if (turn := turns[name]) is not None else whole[name] for name in whole}
        changing = [(name, turns[name]) for name in varied]
        compiled = insert(table_of(table)).compile(dialect=dialect, column_keys=list(fixed))
        order = getattr(compiled, "positiontup", None)

        def made() -> Iterator[Any]:
            for row in rows():
                turned = {name: row[name] if turn is None else turn(row[name]) for name, turn in changing}
                whole = {**fixed, **turned}
                yield tuple([whole[name] for name in order]) if order else whole

        waiting = made()
        while some := list(islice(waiting, SLICE)):
            connection.exec_driver_sql(str(compiled), some)
