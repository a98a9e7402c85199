"""A store that must not be served ends the start with its cause and cure, and is left exactly as it was."""

import hashlib
import re
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from config.folder import Folder
from store.migrate import migrate
from tests import postgres
from tests.bot.served import new_folder, served
from tests.database import Database
from tests.kill.living import said

pytestmark = pytest.mark.failure("C9")


def tree(folder: Folder) -> dict[str, str]:
    """Every file by its content; not the lock (it names the process), nor the -shm (SQLite's notes about the -wal)."""
    return {
        str(path.relative_to(folder.root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.root.rglob("*"))
        if path.is_file() and path != folder.lock and path.suffix != ".db-shm"
    }


def refused(folder: Folder, *words: str | Path) -> str:
    """What a command in a process of its own says when it refuses; the folder is as before."""
    before = tree(folder)
    code, told = said(folder.root.parent / "said", *words)
    assert code == 1 and "Traceback" not in told, told
    assert tree(folder) == before
    return told


def assert_told(pattern: str, told: str) -> None:
    """The pattern stands in what was said."""
    assert re.search(pattern, told), told


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """A company that was served, backed up and killed, so that its last words stand in the -wal."""
    folder = new_folder(tmp_path_factory.mktemp("killed") / "acme")
    with served(folder):
        file = folder.root.parent / "acme.backup"
        done = CliRunner().invoke(app, ["backup", str(folder.root), str(file)])
        assert done.exit_code == 0, done.output
        key = ["key", "create", str(folder.root), "--role", "admin", "--name", "last words"]
        assert CliRunner().invoke(app, key).exit_code == 0
    return folder


@pytest.fixture
def folder(killed: Folder, tmp_path: Path) -> Folder:
    """A copy of it to be damaged."""
    shutil.copytree(killed.root, tmp_path / "acme", ignore=shutil.ignore_patterns("*.sock"))
    return Folder(tmp_path / "acme")


def overwrite(path: Path) -> None:
    """A bad disk: in the middle of the file stands something else."""
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(b"\xff" * 20000)


def cut(path: Path) -> None:
    """A copy that was broken off."""
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 3)


def lose_the_end(path: Path) -> None:
    """The -wal was forgotten when the files were moved."""
    mark = path.with_name(path.name + "-mark")
    mark.write_text('{"callbacks": 1, "leads": 1000}', "ascii")  # what the server writes down every five seconds
    path.with_name(path.name + "-wal").unlink()


def spoil_the_end(path: Path) -> None:
    """A bad disk: where the -wal begins stands something else."""
    with path.with_name(path.name + "-wal").open("r+b") as file:
        file.write(b"\xff" * 32)


def written_by_another_program(path: Path) -> None:
    """store.url names somebody's address book."""
    for one in path.parent.glob("leadbot.db*"):
        one.unlink()
    change(path, "create table contacts (name)")


def called_otherwise(path: Path) -> None:
    """The store is there, under a name that store.url does not say."""
    path.with_name(path.name + "-mark").write_text('{"callbacks": 3, "leads": 1044}', "ascii")
    for one in path.parent.glob("leadbot.db*"):
        one.rename(one.with_name(one.name.replace("leadbot", "leads")))


def written_by_a_newer_one(path: Path) -> None:
    """The version before was newer."""
    change(path, "update alembic_version set version_num = '9999'")


def lacking_a_table(path: Path) -> None:
    """An upgrade was done by half."""
    change(path, "drop table clock")


def lacking_its_revision(path: Path) -> None:
    """Another tool has made the tables."""
    change(path, "delete from alembic_version")


def change(path: Path, statement: str) -> None:
    """Another tool's hand in the file; it leaves the -wal as it is."""
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()


WAY_BACK = r"copy \.env into a new folder NEW and run: restore NEW .*/acme\.backup \(the last backup, of 20\d\d-"


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (overwrite, r"leadbot\.db is damaged \(.*nothing was changed\. To go on, " + WAY_BACK),
        (cut, r"leadbot\.db is damaged \(.*" + WAY_BACK),
        (lose_the_end, r"has lost what it had: it ends at callback 0 .*-wal was moved, put them back; .*" + WAY_BACK),
        (spoil_the_end, r"leadbot\.db-wal, which holds its end, is not readable; nothing was changed.*" + WAY_BACK),
        (written_by_another_program, r"database of another program: it holds contacts .*Correct store\.url"),
        (called_otherwise, r"leadbot\.db, which is not there, but leads\.db is, with .*L1044; .*Write leads\.db in"),
        (written_by_a_newer_one, r"revision 9999, which this version does not know; run a newer Leadbot"),
        (lacking_a_table, r"half-made: clock missing .*restore the last backup into an empty one"),
        (lacking_its_revision, r"tables but no revision: .*restore the last backup into an empty one"),
    ],
)
def test_serve_refuses_an_embedded_store(folder: Folder, harm: Callable[[Path], None], told: str) -> None:
    harm(folder.root / "data" / "leadbot.db")
    assert_told(told, refused(folder, "serve", folder.root))


def test_other_commands_and_doctor_refuse_a_damaged_store_too(folder: Folder) -> None:
    overwrite(folder.root / "data" / "leadbot.db")
    before = tree(folder)
    for words in (["migrate"], ["backup", str(folder.root), str(folder.root.parent / "b")], ["members", "list"]):
        done = CliRunner().invoke(app, words if "backup" in words else [*words, str(folder.root)])
        assert done.exit_code == 1 and "is damaged" in done.stderr and "Traceback" not in done.output, done.output
    done = CliRunner().invoke(app, ["doctor", str(folder.root)])
    assert done.exit_code == 1 and "is damaged" in done.stdout
    assert tree(folder) == before


def test_the_way_back_that_is_named_works(folder: Folder, killed: Folder, tmp_path: Path) -> None:
    overwrite(folder.root / "data" / "leadbot.db")
    new = tmp_path / "NEW"
    new.mkdir()
    shutil.copy(folder.env, new / ".env")
    done = CliRunner().invoke(app, ["restore", str(new), str(killed.root.parent / "acme.backup")])
    assert done.exit_code == 0, done.output
    with served(Folder(new)) as again:
        assert again.process.poll() is None


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("mysql://bot:hush@127.0.0.1/leads", r"store\.url.*(sqlite|postgresql)"),
        ("postgresql://bot:hush@127.0.0.1:9/leads", r"cannot be reached .*check that it runs, and host and port"),
        ("postgresql://bot:hush@[::1/leads", r"no database URL; write postgresql://"),
        ("sqlite:////proc/nowhere/leadbot.db", r"/proc/nowhere"),
        ("sqlite:///content", r"content"),
        ("sqlite:///dta/leadbot.db", r"there is no folder .*/dta; correct it or make"),
    ],
)
def test_serve_refuses_a_wrong_url_without_the_password(folder: Folder, url: str, told: str) -> None:
    text = folder.settings.read_text("utf-8").replace("sqlite:///data/leadbot.db", url)
    assert url in text
    folder.settings.write_text(text, "utf-8")
    answer = refused(folder, "serve", folder.root)
    assert_told(told, answer)
    assert "hush" not in answer


@pytest.mark.parametrize(
    ("made", "told"),
    [
        ("ENCODING 'LATIN1' TEMPLATE template0", r"kept in LATIN1, where Chinese has no place; .*createdb -E UTF8"),
        ("ENCODING 'SQL_ASCII' TEMPLATE template0", r"kept in SQL_ASCII, where Chinese has no place"),
        ("", r"the server only reads .*name the server that writes"),
    ],
)
def test_serve_refuses_a_database_in_which_no_lead_has_a_place(folder: Folder, made: str, told: str) -> None:
    server, name = postgres.shared_server(migrate), postgres.new_name()
    server.run_sql(f"CREATE DATABASE {name} {made}")
    if not made:
        server.run_sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    try:
        text = folder.settings.read_text("utf-8").replace("sqlite:///data/leadbot.db", server.socket_url(name))
        folder.settings.write_text(text, "utf-8")
        assert_told(told, refused(folder, "serve", folder.root))
        with psycopg.connect(server.socket_url(name), client_encoding="utf8") as connection:
            assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)
    finally:
        postgres.drop_database(server, name)


@pytest.mark.only("postgresql")
def test_serve_refuses_a_server_whose_tables_are_not_ours(folder: Folder, database: Database) -> None:
    server = postgres.shared_server(migrate)
    name = database.url.partition("@/")[2].partition("?")[0]
    text = folder.settings.read_text("utf-8").replace("sqlite:///data/leadbot.db", database.url)
    folder.settings.write_text(text, "utf-8")
    with psycopg.connect(server.socket_url(name), autocommit=True) as connection:
        for harm, told in (
            ("ALTER TABLE lead DROP COLUMN score", r"half-made: lead\.score missing .*restore the last backup"),
            ("UPDATE alembic_version SET version_num = '9999'", r"revision 9999, .*run a newer Leadbot"),
            ("DELETE FROM alembic_version", r"tables but no revision: .*restore the last backup"),
        ):
            connection.execute(harm)
            assert_told(told, refused(folder, "serve", folder.root))
            assert connection.execute("SELECT count(*) FROM property").fetchone() == (0,)
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public CREATE TABLE orders (number int)")
        assert_told(r"another program: it holds orders and nothing of Leadbot", refused(folder, "serve", folder.root))
        assert connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall() == [
            ("orders",)
        ]
