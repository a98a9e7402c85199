"""The re-check as a command hands it over: begun once, then worked on a moment at a time, in the server or alone."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from bot.admin import CommandFailed
from bot.recheck import one_slice
from store.db import Store
from store.rechecks import begin, find

STEP = 2.0  # seconds of work between two looks at the progress bar


async def start(store: Store, arguments: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Begin a re-check, or take up the one that runs."""
    return asdict(await store.transaction(lambda tx: begin(tx, by=None, now=now)))


async def step(store: Store, arguments: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Work for a moment; what a member has started from chat is the server's to go on with."""
    end = time.monotonic() + STEP
    while time.monotonic() < end:
        async with store.read() as tx:
            recheck = await find(tx)
        if recheck is None:
            raise CommandFailed("no re-check runs; start one: dedupe DIR")
        if recheck.ended_at is not None:
            break
        if recheck.by is None:
            await one_slice(store, None)
        else:
            await asyncio.sleep(0.2)
    async with store.read() as tx:
        recheck = await find(tx)
    return asdict(recheck) if recheck is not None else {}


DEDUPE_OFFICE: dict[str, Callable[[Store, Mapping[str, Any], datetime], Awaitable[Any]]] = {
    "dedupe start": start,
    "dedupe step": step,
}
