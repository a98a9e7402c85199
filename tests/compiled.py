"""What one test has made ready the next ones use: SQL in a database's words, and Python's compiled files."""

import os
import sys
from pathlib import Path
from typing import Any

from aiohttp import web_app
from sqlalchemy import Connection, Engine, event
from sqlalchemy.util import LRUCache

MOST = 2000  # statements; the program has fewer
READY: dict[tuple[str, str], tuple[Any, Any]] = {}  # for each kind of database and each data key


def share_statements() -> None:
    """Stores of one data key use what an earlier one has compiled: compiling is a quarter of what a town costs."""
    event.listen(Engine, "engine_connect", _take_over)


def _take_over(connection: Connection) -> None:
    engine = connection.engine
    keys = getattr(engine.dialect, "leadbot_keys", None)
    if keys is None:
        return
    dialect, statements = READY.setdefault((engine.dialect.name, keys.fingerprint()), (engine.dialect, LRUCache(MOST)))
    engine.dialect = connection.dialect = dialect
    connection.execution_options(compiled_cache=statements)


def keep_python_files(home: Path) -> None:
    """The run's processes find compiled what an earlier one has read, where Python may not write beside the sources."""
    if sys.dont_write_bytecode:
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = str(home / "python")


def forget_handlers() -> None:
    """Let go of the servers of earlier tests: aiohttp keeps the last thousand handlers, each with its whole company."""
    web_app._cached_build_middleware.cache_clear()
