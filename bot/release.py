"""Which release of Leadbot this is."""

import functools
from importlib.metadata import PackageNotFoundError, version


@functools.cache
def release() -> str:
    """0.1.0; that of the source where it runs without being installed."""
    try:
        return version("leadbot")
    except PackageNotFoundError:
        return "0.1.0"
