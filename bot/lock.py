"""One process writes an embedded store: whoever holds data/lock."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from config.telling import Tellable
from store.engine import sqlite_path
from store.soundness import must_have_folder


class Locked(Tellable):
    """Another process writes this store."""


@contextlib.contextmanager
def hold_store(path: Path, url: str) -> Iterator[None]:
    """Hold the lock of an embedded store; replicas agree on their server instead. Raises Locked, Misplaced.

    A file outside of `data/` has one beside it too: another company's folder may name the same file.
    """
    file = sqlite_path(url)
    with contextlib.ExitStack() as held:
        if file is not None:
            held.enter_context(hold_lock(path))
            beside = file.with_name(f"{file.name}-lock")
            must_have_folder(file)
            if not file.is_dir() and not file.parent.samefile(path.parent):
                held.enter_context(hold_lock(beside))
        yield


@contextlib.contextmanager
def hold_lock(path: Path) -> Iterator[None]:
    """Hold the lock while the block runs; it is freed by the system even after kill -9. Raises Locked."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.read(descriptor, 20).decode("ascii", "replace").strip() or "?"
            raise Locked(
                f"process {owner} is using this store ({path}); stop it first, or let it do the work through admin.sock"
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)
