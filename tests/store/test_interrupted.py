"""An upgrade, a backup or a restore that is killed in the middle has done nothing; the next try does it whole."""

import contextlib
import hashlib
import random
import secrets
import shutil
import time
import warnings
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import JSON, Connection, DateTime, Float, Integer, LargeBinary, MetaData, create_engine, select
from sqlalchemy.exc import SAWarning
from typer.testing import CliRunner

from bot.__main__ import app
from config.folder import Folder, create_folder
from store.engine import driver_url, sqlite_path
from store.migrate import head, migrate, opened, revision_of, upgrade
from tests import postgres
from tests.conftest import NOW
from tests.database import Database
from tests.kill.living import begun

FIRST = "0001"
FIRST_LEAD = 10_001


@contextlib.contextmanager
def looking(url: str) -> Any:
    """A connection of a stranger."""
    engine = create_engine(driver_url(url, asynchronous=False))
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def reflected(connection: Connection, *names: str) -> MetaData:
    """The tables (of these names) with their columns; indexes of expressions are passed over."""
    tables = MetaData()
    with warnings.catch_warnings(action="ignore", category=SAWarning):
        tables.reflect(connection, only=names or None)
    return tables


def fill(connection: Connection, count: int) -> None:
    """Leads and what happened to them, in whatever columns the tables have at this revision."""
    tables = reflected(connection, "lead", "timeline")
    for name in ("lead", "timeline"):
        table = tables.tables[name]

        def value(column: Any, number: int) -> Any:
            if column.name in ("id", "lead_id"):
                return number + FIRST_LEAD
            kinds: tuple[tuple[Any, Any], ...] = (
                (DateTime, NOW if getattr(column.type, "timezone", False) else NOW.replace(tzinfo=None)),
                (Integer, number % 100), (Float, number / 100), (LargeBinary, b"sealed %d" % number * 5),
                (JSON, ["a", number]),
            )  # fmt: skip
            known = [made for kind, made in kinds if isinstance(column.type, kind)]
            return known[0] if known else {"corp": "acme", "stage": "new"}.get(column.name, f"{column.name}{number}")

        for at in range(0, count, 1000):
            slice_of = range(at, min(at + 1000, count))
            connection.execute(table.insert(), [{c.name: value(c, n) for c in table.columns} for n in slice_of])


def sums(url: str, like: dict[str, Any] | None = None) -> dict[str, Any]:
    """For each table its columns, how many rows it has and a checksum of them; of the columns that `like` has."""
    found: dict[str, Any] = {}
    with looking(url) as connection:
        tables = reflected(connection)
        for table in tables.sorted_tables:
            if table.name in ("alembic_version", "property") or (like is not None and table.name not in like):
                continue
            names = like[table.name][0] if like is not None else sorted(column.name for column in table.columns)
            total, count = hashlib.sha256(), 0
            for row in connection.execute(select(*(table.c[name] for name in names)).order_by(*table.primary_key)):
                total.update(repr([_plain(value) for value in row]).encode())
                count += 1
            found[table.name] = (names, count, total.hexdigest())
    return found


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def empty(database: Database, tmp_path: Path) -> str:
    """The URL of a store that is not there yet, of the same kind."""
    if database.name == "sqlite":
        (tmp_path / "old").mkdir(parents=True, exist_ok=True)
        return f"sqlite:///{tmp_path / 'old' / 'leadbot.db'}"
    server = postgres.shared_server(migrate)
    return server.socket_url(postgres.new_database(server, template="template_empty"))


def killed_in(log: Path, seconds: float, chance: random.Random, *words: str | Path) -> bool:
    """Run a command and kill it somewhere in the time that it takes; False when it was quicker."""
    process = begun(log, *words)
    process.join(chance.uniform(0.02, 1.0) * seconds)
    alive = process.exitcode is None
    process.kill()
    process.join()
    return alive


def took(*words: str | Path) -> float:
    """Run a command to its end; returns the seconds."""
    at = time.monotonic()
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    return time.monotonic() - at


def folder_of(root: Path, url: str) -> Folder:
    """A new company whose store is there."""
    folder = create_folder(root).folder
    text = folder.settings.read_text("utf-8").replace("sqlite:///data/leadbot.db", url)
    folder.settings.write_text(text, "utf-8")
    return folder


@pytest.mark.failure("C16")
def test_an_upgrade_that_is_killed_again_and_again_ends_whole(
    database: Database, tmp_path: Path, soak: bool, record_property: Any
) -> None:
    rows, kills = (100_000, 30) if soak else (2_000, 3)
    chance, old = random.Random(20260323), empty(database, tmp_path)
    with opened(old) as connection:
        upgrade(connection, FIRST)
        fill(connection, rows)
        connection.commit()
    before = sums(old)
    seconds = took("migrate", folder_of(tmp_path / "quiet", twin(old)).root)
    died = tries = 0
    while died < kills:
        url, tries = twin(old), tries + 1
        folder = folder_of(tmp_path / f"acme{tries}", url)
        while killed_in(tmp_path / "said", seconds, chance, "migrate", folder.root):
            died += 1
            with opened(url) as connection:
                if revision_of(connection) != FIRST:
                    break  # it had just committed
            if died >= kills:
                break
        took("migrate", folder.root)
        with opened(url) as connection:
            assert revision_of(connection) == head()
        assert sums(url, like=before) == before
    told = f"{rows} leads, {died} kills: rows and sums equal; the upgrade takes {seconds:.1f} s"
    record_property(f"R-C16 upgrade {database.name}", told)


def twin(url: str) -> str:
    """A copy of a store."""
    path = sqlite_path(url)
    if path is not None:
        other = path.parent / secrets.token_hex(4) / path.name
        other.parent.mkdir()
        shutil.copy(path, other)
        return f"sqlite:///{other}"
    server = postgres.shared_server(migrate)
    name = url.partition("@/")[2].partition("?")[0]
    return server.socket_url(postgres.new_database(server, template=name))


@pytest.mark.failure("C16", "C15")
def test_backups_and_restores_that_are_killed_do_nothing_by_half(
    database: Database, tmp_path: Path, soak: bool, record_property: Any
) -> None:
    rows, kills = (100_000, 15) if soak else (1_500, 2)
    chance, log = random.Random(20260324), tmp_path / "said"
    first = folder_of(tmp_path / "first", database.url)
    took("key", "create", first.root, "--role", "admin", "--name", "x")
    with opened(database.url) as connection:
        fill(connection, rows)
        connection.commit()
    whole = tmp_path / "whole.backup"
    seconds = took("backup", first.root, whole)
    died = 0
    for number in range(kills):
        file = tmp_path / f"{number}.backup"
        died += killed_in(log, seconds, chance, "backup", first.root, file)
        if file.exists():
            took("restore", copy_of(first, tmp_path / f"from{number}", empty(database, tmp_path / str(number))), file)
    took("backup", first.root, tmp_path / "again.backup")
    url = empty(database, tmp_path)
    second = copy_of(first, tmp_path / "second", url)
    restored = took("restore", copy_of(first, tmp_path / "third", empty(database, tmp_path / "third")), whole)
    done = False
    for _ in range(kills):
        if not killed_in(log, restored, chance, "restore", second, whole):
            done = True
            break
        died += 1
        with opened(url) as connection:
            assert revision_of(connection) is None, "all or nothing"
    if not done:
        took("restore", second, whole)
    assert sums(url) == sums(database.url)
    told = f"{rows} leads, {died} kills: nothing by half; backup {seconds:.1f} s, restore {restored:.1f} s"
    record_property(f"R-C16 backup {database.name}", told)


def copy_of(first: Folder, root: Path, url: str) -> Path:
    """A new folder with the first one's key and an empty store."""
    root.mkdir(parents=True, exist_ok=True)
    (root / ".env").write_bytes(first.env.read_bytes())
    text = first.settings.read_text("utf-8")
    old = next(line for line in text.splitlines() if "url:" in line and ("sqlite" in line or "postgresql" in line))
    (root / "leadbot.yaml").write_text(text.replace(old, f'  url: "{url}"'), "utf-8")
    return root
