"""The memory of the server: what it does not need is not loaded, and what its start has freed goes back."""

import contextlib
import ctypes
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def without(name: str) -> Iterator[None]:
    """Import as if a library were not installed.

    structlog takes rich, and that pygments, for coloured errors that our logs never show.
    """
    blocked = name not in sys.modules
    if blocked:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        if blocked:
            del sys.modules[name]


def give_back() -> None:
    """What was freed goes back to the machine at once, as a start leaves a twentieth of its memory empty (glibc)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # other systems' libraries have none
    if trim is not None:
        trim(0)
