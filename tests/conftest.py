"""What every test may use: a real store on a real file, a moment in working time, and the switch for long runs."""

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from sqlalchemy import create_engine

from store.db import Store
from store.sealed import Keys
from store.tables import Row

if TYPE_CHECKING:
    from tests.town import Town

NOW = datetime(2026, 3, 18, 2, 20, tzinfo=UTC)  # a Wednesday, 10:20 in Shanghai
KEYS = Keys(b"k" * 32)
PLATFORMS = ("wecom", "dingtalk")
settings.register_profile("house", deadline=None)  # a busy machine is no failure
settings.load_profile("house")
LONG = ("story", "kill", "sandbox", "faults")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="run the long forms of the story and kill tests")
    parser.addoption("--kills", type=int, default=200, help="how often the long form kills the bot (200)")


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


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What people see is tried on both platforms from the same text; `platforms` marks what only one of them has."""
    if "platform" in metafunc.fixturenames:
        mark = metafunc.definition.get_closest_marker("platforms")
        seen_by_people = {"acceptance", "story"} & set(metafunc.definition.path.parts)
        metafunc.parametrize("platform", mark.args if mark else PLATFORMS if seen_by_people else PLATFORMS[:1])


@pytest.fixture
def soak(request: pytest.FixtureRequest) -> bool:
    """Whether the long forms were asked for (./run soak)."""
    return bool(request.config.getoption("--soak"))


def create_tables(path: Path) -> str:
    """An empty store at this path, straight from the tables; returns its URL."""
    url = f"sqlite:///{path}"
    engine = create_engine(url)
    Row.metadata.create_all(engine)
    engine.dispose()
    return url


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """An open store of the company "acme"; a second company's rows may be put beside it with the same file."""
    opened = Store(create_tables(tmp_path / "leadbot.db"), "acme", KEYS)
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
async def acme(tmp_path: Path, platform: str) -> AsyncIterator["Town"]:
    """The sample company at 10:20 on a Wednesday: the real bot over HTTP, and a platform's stand-in."""
    from tests.town import town  # the whole product: only for the tests that ask for it

    async with town(tmp_path, platform=platform) as place:
        yield place
