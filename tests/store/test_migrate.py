"""An upgrade brings every store to this version's tables, all or nothing, and a store that is not ours is refused."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from store.db import Store, WrongKey
from store.migrate import SCRIPTS, TooNew, migrate
from store.migrate import head as newest
from store.schema import METADATA
from store.sealed import Keys
from store.soundness import Damaged
from tests.conftest import KEYS, create_tables


def head() -> str:
    """This version's newest revision."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    return str(ScriptDirectory.from_config(config).get_current_head())


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    """What the file answers."""
    connection = sqlite3.connect(path)
    try:
        found = connection.execute(query).fetchall()
        connection.commit()
    finally:
        connection.close()
    return found


def shape(path: Path) -> dict[str, Any]:
    """Columns of every table, and every index with its columns, directions and condition."""
    found: dict[str, Any] = {}
    for (table,) in rows(path, "select name from sqlite_master where type = 'table' and name != 'alembic_version'"):
        columns = rows(path, f"select name, type, \"notnull\", pk from pragma_table_xinfo('{table}') order by name")  # noqa: S608
        keys = rows(path, f'select "table", "from", "to" from pragma_foreign_key_list(\'{table}\') order by 2')  # noqa: S608
        found[table] = (columns, keys)
        for name, unique, origin, partial in rows(
            path,
            f"select name, \"unique\", origin, partial from pragma_index_list('{table}')",  # noqa: S608
        ):
            parts = tuple(rows(path, f"select name, \"desc\", coll, key from pragma_index_xinfo('{name}')"))  # noqa: S608
            where = rows(path, f"select sql from sqlite_master where name = '{name}'")  # noqa: S608
            condition = where[0][0].partition(" WHERE ")[2] if where and where[0][0] else ""
            known_as = name if origin == "c" else ""  # SQLite numbers those of constraints itself
            found[f"{table} {known_as} {parts}"] = (unique, origin, partial, condition)
    return found


def test_the_newest_revision_is_known_without_alembic() -> None:
    assert newest() == head()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a store may be; its folder is not there yet."""
    return tmp_path / "data" / "leadbot.db"


@pytest.mark.filterwarnings("ignore:.*expression-based index")  # those are compared word by word below
def test_the_history_ends_at_the_tables_of_the_program(path: Path) -> None:
    migrate(f"sqlite:///{path}")
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True, "render_as_batch": True}
        )
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_an_upgraded_store_has_the_indexes_of_a_new_one_to_the_condition(path: Path, tmp_path: Path) -> None:
    migrate(f"sqlite:///{path}")
    create_tables(tmp_path / "new.db")
    upgraded, new = shape(path), shape(tmp_path / "new.db")
    assert upgraded == new
    assert any(condition for *_, condition in (v for k, v in new.items() if " ix_" in k)), "conditions are compared"


def test_numbers_begin_at_1001_and_none_comes_again(path: Path) -> None:
    """A migration that makes a table anew would forget both: add columns with op.add_column instead."""
    migrate(f"sqlite:///{path}")
    (made,) = rows(path, "select sql from sqlite_master where name = 'lead'")[0]
    assert "AUTOINCREMENT" in made
    assert rows(path, "select seq from sqlite_sequence where name = 'lead'") == [(1000,)]


def test_the_history_is_one_line_from_nothing(path: Path) -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    scripts = ScriptDirectory.from_config(config)
    assert len(scripts.get_heads()) == 1 and len(scripts.get_bases()) == 1


def test_the_first_time_makes_the_store_private_and_the_second_changes_nothing(path: Path) -> None:
    assert migrate(f"sqlite:///{path}") == (None, head())
    assert path.stat().st_mode & 0o777 == 0o600
    before = path.read_bytes()
    assert migrate(f"sqlite:///{path}") == (head(), head())
    assert path.read_bytes() == before
    assert rows(path, "select version_num from alembic_version") == [(head(),)]


async def test_rows_live_through_a_second_migration(path: Path) -> None:
    url = f"sqlite:///{path}"
    for _ in range(2):
        await asyncio.to_thread(migrate, url)
        store = Store(url, "acme", KEYS)
        await store.open()
        await store.close()
    assert len(rows(path, "select * from property where name = 'data_key'")) == 1


def test_a_newer_store_is_refused_and_left_alone(path: Path) -> None:
    migrate(f"sqlite:///{path}")
    rows(path, "update alembic_version set version_num = '9999'")
    before = path.read_bytes()
    with pytest.raises(TooNew, match=r"^the store is at revision 9999, which this version does not know; run a newer"):
        migrate(f"sqlite:///{path}")
    assert path.read_bytes() == before


def test_a_migration_that_fails_leaves_nothing_behind(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = command.upgrade

    def power_cut(*arguments: Any) -> None:
        real(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "upgrade", power_cut)
    with pytest.raises(KeyboardInterrupt):
        migrate(f"sqlite:///{path}")
    assert rows(path, "select name from sqlite_master") == []
    monkeypatch.undo()
    assert migrate(f"sqlite:///{path}") == (None, head())


def test_a_file_that_is_no_store_is_told_with_a_next_step(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"id,name\n" * 1000)
    with pytest.raises(
        Damaged, match=r"leadbot\.db is damaged \(file is not a database\); nothing was changed.* restore NEW"
    ):
        migrate(f"sqlite:///{path}")
    assert path.read_bytes() == b"id,name\n" * 1000


async def test_the_wrong_data_key_is_refused_and_the_right_one_still_opens(path: Path) -> None:
    url = f"sqlite:///{path}"
    await asyncio.to_thread(migrate, url)
    first = Store(url, "acme", KEYS)
    await first.open()
    await first.close()
    with pytest.raises(WrongKey, match=r"another data key; put the old LEADBOT_DATA_KEY back into \.env"):
        await Store(url, "acme", Keys(b"x" * 32)).open()
    again = Store(url, "acme", KEYS)
    await again.open()
    await again.close()
