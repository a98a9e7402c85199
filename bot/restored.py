"""The first start after a restore: what had come in is done, what would be said because of it waits for a person.

The server that was lost may have said it already, after the backup was taken; nobody can know.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import structlog

from bot import webhooks
from bot.erasing import erase_again
from bot.pipeline import Pipeline
from bot.sweep import Sweep
from store import outbox, webhook
from store.access import forget_property, get_property
from store.db import Store
from store.restore import NEVER, PARKED
from store.tx import Tx

log = structlog.get_logger()

REST = "从备份恢复的,先停着。确认这台是真的在用的服务器,再启用"


async def catch_up(
    store: Store, pipeline: Pipeline, sweep: Sweep, now: Callable[[], datetime], *, journal: Path
) -> None:
    """Before anything is sent: whoever was erased since is erased again, what is due is handled, and what asks to be

    sent is parked. Does nothing after a plain start.
    """
    async with store.read() as tx:
        if await get_property(tx, "restored") is None:
            return
    if erased := await erase_again(store, journal, now=now()):
        log.info("erased again what a backup had brought back", people=erased)
    while await pipeline.run_once() + await sweep.run_once():
        pass

    async def park(tx: Tx) -> int:
        await forget_property(tx, "restored")
        for one in await webhook.list_webhooks(tx):
            if one.state == "active":  # a copy that is only tried out must not speak to the company's other systems
                await webhooks.pause(tx, one, REST, now=now())
        return await outbox.park(tx, why=PARKED, until=now() + NEVER)

    parked = await store.transaction(park)
    log.info("started from a backup; what waited to be sent waits for a person", parked=parked)
