"""What every test may use: a real store on both databases, a moment in working time, and the switch for long runs."""

import atexit
import os
import random
import shutil
import zlib
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import structlog
from hypothesis import HealthCheck, settings
from sqlalchemy import create_engine

from store.db import Store
from store.migrate import migrate
from store.schema import METADATA
from store.sealed import Keys
from tests import compiled, postgres, record
from tests.database import Database, migrated

if TYPE_CHECKING:
    from tests.town import Town

NOW = datetime(2026, 3, 18, 2, 20, tzinfo=UTC)  # a Wednesday, 10:20 in Shanghai
KEYS = Keys(b"k" * 32)
PLATFORMS = ("wecom", "dingtalk")
BUSY = (HealthCheck.too_slow,)  # a busy machine is no failure
settings.register_profile("house", deadline=None, suppress_health_check=BUSY, derandomize=True)  # the same every time
settings.register_profile("soak", deadline=None, suppress_health_check=BUSY, max_examples=5000)
settings.load_profile("house")
LONG = ("story", "kill", "sandbox", "faults")
DATABASES = ("sqlite", "postgresql")
ABOUT_THE_PRODUCT = ("tests/acceptance", "tests/story", "tests/bot/web")
BOTH = ("tests/store", "tests/acceptance", "tests/story", "tests/kill", "tests/life", "tests/bot/web")
ROOT = Path(__file__).parents[1]
REPORTER = pytest.StashKey[pytest.TerminalReporter]()
BEGAN = pytest.StashKey[datetime]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="run the long forms of the tests that have one")
    parser.addoption("--kills", type=int, default=200, help="how often the long form kills the bot (200)")
    parser.addoption("--turns", type=int, default=20, help="how often it dies at each named point (20)")
    parser.addoption(
        "--database", choices=("sqlite", "postgresql"), help="only this database, of those that a test is about"
    )
    parser.addoption(
        "--whole",
        action="store_true",
        help="the product on every platform and database; without it two tests in three are tried on the first "
        "platform and one on the other, all on the embedded store and one in four on PostgreSQL as well",
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: tests that kill, browse or wait for a second leave theirs idle."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long ones first, so that none is left running alone at the end."""
    items.sort(key=lambda item: not any(item.path.match(f"tests/{name}/*.py") for name in LONG))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what the long tests have been through: figures that they recorded with record_property."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            terminalreporter.write_line(f"{name}: {value}")
    for line in record.longest(record.all_reports(terminalreporter)):
        terminalreporter.write_line(line)
    terminalreporter.config.stash[REPORTER] = terminalreporter


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--soak"):
        settings.load_profile("soak")
    if not hasattr(config, "workerinput"):
        config.stash[BEGAN] = datetime.now(UTC)
        postgres.begin_run()
        compiled.keep_python_files(postgres.run_home())
    compiled.share_statements()
    plain = structlog.dev.plain_traceback  # the usual one draws every local value, which takes seconds
    show = structlog.dev.ConsoleRenderer(exception_formatter=plain)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], show])


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Pauses that are drawn by lot are the same whenever a test runs; in the long forms they are not."""
    if not item.config.getoption("--soak"):
        random.seed(item.nodeid)


def pytest_unconfigure(config: pytest.Config) -> None:
    """The last lines of all, after pytest's own: a record often keeps no more than these."""
    if hasattr(config, "workerinput"):
        return
    postgres.end_run()
    if (reporter := config.stash.get(REPORTER, None)) is not None:
        reports = reporter.stats.get("failed", []) + reporter.stats.get("error", [])
        for line in reversed(list(record.failed(reports, began=config.stash[BEGAN]))):
            atexit.register(reporter.write_line, line)  # the last that is registered comes first


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What people see is tried on both platforms from the same text; `platforms` marks what only one of them has.

    What touches the store is tried on both databases; `only` marks what is about one of them. PostgreSQL is tried with
    the first platform, and both with a part of the tests only (see `--whole`), so that the run stays short.
    """
    names = metafunc.fixturenames
    if "platform" in names and "database" in names:
        platforms, databases = _platforms(metafunc), _databases(metafunc)
        pairs = [(platform, "sqlite") for platform in platforms if "sqlite" in databases]
        first = platforms[0] if metafunc.definition.get_closest_marker("platforms") else PLATFORMS[0]
        pairs += [(first, "postgresql")] if "postgresql" in databases else []
        metafunc.parametrize(("platform", "database"), pairs, indirect=["database"])
    elif "platform" in names:
        metafunc.parametrize("platform", _platforms(metafunc))
    elif "database" in names:
        metafunc.parametrize("database", _databases(metafunc), indirect=True)


def _platforms(metafunc: pytest.Metafunc) -> tuple[str, ...]:
    mark = metafunc.definition.get_closest_marker("platforms")
    if mark:
        return mark.args
    parts = set(metafunc.definition.path.parts)
    if not {"acceptance", "story", "faults"} & parts:
        return PLATFORMS[:1]
    if "acceptance" not in parts or metafunc.config.getoption("--whole"):
        return PLATFORMS
    return PLATFORMS[1:] if _drawn(metafunc, one_in=3) else PLATFORMS[:1]


def _databases(metafunc: pytest.Metafunc) -> tuple[str, ...]:
    mark = metafunc.definition.get_closest_marker("only")
    where = metafunc.definition.path.relative_to(ROOT).as_posix()
    possible = mark.args if mark else DATABASES if where.startswith(BOTH) else DATABASES[:1]
    if not mark and where.startswith(ABOUT_THE_PRODUCT) and not _drawn(metafunc, one_in=4):
        possible = possible[:1]
    wanted = metafunc.config.getoption("--database")
    return tuple(name for name in possible if wanted in (name, None)) if len(possible) > 1 else possible


def _drawn(metafunc: pytest.Metafunc, *, one_in: int) -> bool:
    """Whether a short run draws this test for what not all are tried on: always the same ones."""
    if metafunc.config.getoption("--whole") or metafunc.config.getoption("--database") == "postgresql":
        return True
    return zlib.crc32(metafunc.function.__name__.encode()) % one_in == 0


@pytest.fixture
def soak(request: pytest.FixtureRequest) -> bool:
    """Whether the long forms were asked for (./run soak)."""
    return bool(request.config.getoption("--soak"))


def create_tables(path: Path) -> str:
    """An empty store at this path, straight from the tables; returns its URL."""
    url = f"sqlite:///{path}"
    engine = create_engine(url)
    METADATA.create_all(engine)
    engine.dispose()
    return url


@pytest.fixture(scope="session")
def template() -> Path:
    """A migrated, empty SQLite file to copy: the history is walked once a run."""
    return migrated()


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path, template: Path) -> Iterator[Database]:
    """A fresh database with this version's tables: a file in the test's folder, or one on the run's PostgreSQL."""
    empty = "acme" in request.fixturenames  # a town begins with a copy of its own
    if request.param == "sqlite":
        if not empty:
            shutil.copy(template, tmp_path / "leadbot.db")
        embedded = Database(f"sqlite:///{tmp_path / 'leadbot.db'}")
        yield embedded
        embedded.close()
        return
    server = postgres.shared_server(migrate)
    name = postgres.new_name() if empty else postgres.new_database(server)
    found = Database(server.socket_url(name))
    yield found
    found.close()
    postgres.drop_database(server, name)


@pytest.fixture
async def store(database: Database) -> AsyncIterator[Store]:
    """An open store of the company "acme"; a second company's rows may be put beside it with the same URL."""
    opened = Store(database.url, "acme", KEYS)
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
async def acme(database: Database, tmp_path: Path, platform: str) -> AsyncIterator["Town"]:
    """The sample company at 10:20 on a Wednesday: the real bot over HTTP, and a platform's stand-in."""
    from tests.town import town  # the whole product: only for the tests that ask for it

    async with town(tmp_path, platform=platform, database=database) as place:
        yield place
