"""The event loop: libuv's where it exists."""

import sys
from collections.abc import Coroutine
from typing import Any


def run_to_the_end(main: Coroutine[Any, Any, None]) -> None:
    """Run until `main` ends."""
    if sys.platform == "win32":
        import asyncio

        asyncio.run(main)
        return
    import uvloop

    uvloop.run(main)
