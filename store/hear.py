"""Hints from other replicas: "there is work", "there are new rules". Rows are the truth; a lost hint costs a second."""

import asyncio
from collections.abc import Callable

import structlog

from store.engine import SERVER
from store.shared import CHANNEL

log = structlog.get_logger()

PAUSE = 5.0  # seconds until the next try to listen


async def hear(url: str, corp: str, replica: str, on_hint: Callable[[str], None]) -> None:
    """Listen until cancelled; calls `on_hint(worker)` for what other replicas of the company have committed."""
    import psycopg  # an embedded store needs none of it

    while True:
        try:
            connecting = psycopg.AsyncConnection.connect(url, autocommit=True, **SERVER)  # type: ignore[arg-type]
            async with await connecting as connection:
                await connection.execute(f"LISTEN {CHANNEL}")
                async for notice in connection.notifies():
                    told = notice.payload.rsplit(" ", 2)
                    if len(told) == 3 and told[0] == corp and told[1] != replica:
                        on_hint(told[2])
        except psycopg.Error as error:
            log.warning("hints of other servers are not heard for a while", cause=type(error).__name__)
        await asyncio.sleep(PAUSE)
