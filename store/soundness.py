"""Is the file of an embedded store whole, and is all in it that was? Looked at before anything is opened for work.

SQLite serves a damaged file until somebody asks for the damaged page, and a file whose -wal was lost without a word.
"""

import contextlib
import json
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import structlog

from config.telling import Tellable

log = structlog.get_logger()

LONGEST = 5.0  # seconds; a start must not wait longer for the file to be looked through
BRIEFLY = 1.0  # and a command that works while no server runs not so long
CLOSED = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_IOERR}  # no damage
WAL_HEAD = 32  # bytes (sqlite.org/fileformat2.html, "The Write-Ahead Log")
WAL_BEGINS = (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")
STEPS = 1_000  # of SQLite's machine between two looks at the watch


class Damaged(Tellable):
    """The store's file is broken, or rows are missing in it; nothing was changed."""


class Misplaced(Damaged):
    """There is no store where store.url says, and it looks like a slip of the pen; nothing was made."""


@dataclass(frozen=True)
class Reached:
    """How far the store had come: numbers that only grow (of callbacks, of leads)."""

    callbacks: int
    leads: int


def look_over(path: Path, *, longest: float = LONGEST) -> bool:
    """Look through an embedded store without changing it; False when the time was not enough for all of it.

    First the shape of every page, then the indexes against the rows. Raises Damaged (with the last backup), Misplaced,
    OSError.
    """
    before = read_mark(path)
    if not path.exists() or not path.stat().st_size:
        if before is not None:
            raise Damaged(_missing(path, "the file is gone or empty"))
        _look_around(path)
        return True
    if _spoilt_wal(path):
        raise Damaged(_missing(path, f"{path.name}-wal, which holds its end, is not readable"))
    ended = time.monotonic() + longest
    try:
        with _looking(path) as connection:
            connection.set_progress_handler(lambda: time.monotonic() > ended, STEPS)
            through = all(_check(connection, path, which) for which in ("quick_check", "integrity_check"))
            connection.set_progress_handler(None, 0)
            _read_names(connection)
            now = reached(connection) if before is not None else None
    except UnicodeDecodeError:  # SQLite's own words about a broken schema
        raise Damaged(_broken(path, "malformed database schema")) from None
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF in CLOSED:
            raise OSError(f"the store {path} cannot be used: {error}; check rights and disk, or restore it") from None
        raise Damaged(_broken(path, str(error))) from None
    if before is not None and (now is None or now.callbacks < before.callbacks or now.leads < before.leads):
        raise Damaged(_missing(path, f"it ends at {_plain(now)}, but had come to {_plain(before)}"))
    if not through:
        log.warning("the store was not looked through to its end; doctor does", seconds=longest)
    return through


def must_have_folder(path: Path) -> None:
    """The folder of a store is not made by whoever may have written its name wrong. Raises Misplaced."""
    if not path.parent.is_dir():
        raise Misplaced(f"store.url names {path}, but there is no folder {path.parent}; correct it or make the folder")


def _look_around(path: Path) -> None:
    """A new store is not begun beside one that was at work: its name is written wrong. Raises Misplaced."""
    for mark in sorted(path.parent.glob("*-mark")):
        other = mark.with_name(mark.name.removesuffix("-mark"))
        if other.is_file() and (come := read_mark(other)) is not None:
            raise Misplaced(
                f"store.url names {path}, which is not there, but {other.name} is, with {_plain(come)}; nothing was "
                f"changed. Write {other.name} in store.url, or move {other.name}* away to begin a new store"
            )


def _spoilt_wal(path: Path) -> bool:
    """Whether the -wal begins like none: SQLite would begin it anew, and what was committed last would be gone.

    One that ends before its head, or has noughts there, is what a loss of power leaves of one just begun.
    """
    try:
        with path.with_name(path.name + "-wal").open("rb") as file:
            head = file.read(WAL_HEAD)
    except FileNotFoundError:
        return False
    return len(head) == WAL_HEAD and any(head) and head[:4] not in WAL_BEGINS


@contextlib.contextmanager
def _looking(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that leaves the file and its -wal as they are."""
    shared = path.with_name(path.name + "-shm")
    had_shared = shared.exists()
    kept = path.with_name(path.name + "-wal")
    manner = "mode=ro" if kept.exists() else "immutable=1"  # without a -wal it would make an empty one
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?{manner}", uri=True, timeout=1)
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")  # damaged names are told too
    try:
        yield connection
    finally:
        connection.close()
        if not had_shared:
            shared.unlink(missing_ok=True)


def _check(connection: sqlite3.Connection, path: Path, which: str) -> bool:
    try:
        (found,) = connection.execute(f"PRAGMA {which}(1)").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise
        return False
    if found != "ok":
        raise Damaged(_broken(path, str(found)))
    return True


def _read_names(connection: sqlite3.Connection) -> None:
    """The names of tables and columns are text, which SQLite's own checks do not look at. Raises UnicodeDecodeError."""
    for (words,) in connection.execute("SELECT CAST(sql AS BLOB) FROM sqlite_master WHERE sql IS NOT NULL"):
        words.decode()


def reached(connection: sqlite3.Connection) -> Reached | None:
    """How far the store has come; None for one without tables."""
    try:
        (callbacks,) = connection.execute("SELECT coalesce(max(id), 0) FROM inbox").fetchone()
        given = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'lead'"
        (leads,) = connection.execute(given).fetchone()
    except sqlite3.OperationalError:
        return None
    return Reached(callbacks, leads)


def mark_of(path: Path) -> Path:
    """The file beside the store that remembers how far it had come."""
    return path.with_name(path.name + "-mark")


def read_mark(path: Path) -> Reached | None:
    """What was remembered last; None when nothing was, or it cannot be read."""
    try:
        said = json.loads(mark_of(path).read_text("ascii"))
        return Reached(int(said["callbacks"]), int(said["leads"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_mark(path: Path) -> None:
    """Remember how far the store has come; what is remembered is never ahead of what is durable."""
    reading = f"{path.absolute().as_uri()}?mode=ro"
    with contextlib.suppress(OSError, sqlite3.Error):  # a full disk or a lock: the next time will do
        with contextlib.closing(sqlite3.connect(reading, uri=True, timeout=1)) as connection:
            now = reached(connection)
        if now is not None and now != read_mark(path):
            part = path.with_name(path.name + "-mark.part")
            part.write_text(json.dumps(vars(now)), "ascii")
            part.replace(mark_of(path))


def forget_mark(path: Path) -> None:
    """The store begins anew, such as from a backup."""
    mark_of(path).unlink(missing_ok=True)


def note_backup(path: Path, file: Path, at: str) -> None:
    """Remember where the last backup of this store was put, for the day when the store cannot tell."""
    path.with_name(path.name + "-backup").write_text(json.dumps({"file": str(file), "at": at}), "utf-8")


def _cure(path: Path) -> str:
    """The way back, with the last backup's name."""
    try:
        said = json.loads(path.with_name(path.name + "-backup").read_text("utf-8"))
        file, at = Path(said["file"]), str(said["at"])[:16]
    except (OSError, ValueError, KeyError, TypeError):
        last, file = "your last backup; this store knows of none", Path("FILE")
    else:
        last = f"the last backup, of {at} UTC{'' if file.exists() else ', but it is not there any more'}"
    return f"copy .env into a new folder NEW and run: restore NEW {file} ({last})"


def _broken(path: Path, said: str) -> str:
    cure, cause = _cure(path), " ".join(said.split())[:200]  # one line, whatever stands in a broken schema
    return f"the store {path} is damaged ({cause}); nothing was changed. To go on, {cure}"


def _missing(path: Path, said: str) -> str:
    return (
        f"the store {path} has lost what it had: {said}; nothing was changed. If it was replaced by an old copy or its "
        f"-wal was moved, put them back; otherwise {_cure(path)}. To go on with what is there, delete {mark_of(path)}"
    )


def _plain(come: Reached | None) -> str:
    return f"callback {come.callbacks} and lead L{come.leads}" if come is not None else "nothing"
