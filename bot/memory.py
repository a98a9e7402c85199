"""The memory of the server: what it does not need is not loaded, and what its start has freed goes back."""

import contextlib
import ctypes
import importlib
import sys
from collections.abc import Iterator
from types import ModuleType


def without(name: str) -> contextlib.AbstractContextManager[None]:
    """Import as if a library were not installed.

    structlog takes rich, and that pygments, for coloured errors that our logs never show.
    """
    return _standing_in(name, None)


def hollow(name: str) -> contextlib.AbstractContextManager[None]:
    """Import as if a library were there and empty, for others that import it and need it only for what we never do."""
    return _standing_in(name, ModuleType(name))


@contextlib.contextmanager
def _standing_in(name: str, module: ModuleType | None) -> Iterator[None]:
    absent = name not in sys.modules
    if absent:
        sys.modules[name] = module  # type: ignore[assignment]
    try:
        yield
    finally:
        if absent:
            del sys.modules[name]


def load(name: str) -> None:
    """A library that is large and waits for its first use, in a thread: the loop goes on meanwhile."""
    importlib.import_module(name)
    give_back()


def give_back() -> None:
    """What was freed goes back to the machine at once, as a start leaves a twentieth of its memory empty (glibc)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # other systems' libraries have none
    if trim is not None:
        trim(0)
