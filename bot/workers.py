"""Who looks for work, and how often: each asks the store what is due for it, at its hint or after so many seconds."""

import asyncio
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bot.connecting import Connecting
from bot.counting import Counting
from bot.recheck import Rechecker
from bot.schedule import Worker
from bot.webhooks import Webhooks
from store.engine import sqlite_path
from store.soundness import write_mark

if TYPE_CHECKING:
    from bot.app import Leadbot


def workers_of(bot: "Leadbot", *, patrols: bool) -> dict[Worker, float]:
    """Every worker of a bot → seconds after which it looks without being hinted at.

    `patrols`: channels are fetched and looked at by the minute, except where a test does that by hand.
    """
    workers = {Worker("quota", bot.dingtalk.quota.keep): 5.0} if bot.dingtalk is not None else {}
    if (embedded := sqlite_path(bot.store.url)) is not None:
        workers[Worker("mark", partial(_remember, embedded))] = 5.0
    if patrols:
        workers |= bot.roads.patrols | {
            Worker("channels", bot.poller.run_once): 15.0,
            Worker("watch", bot.watch.run_once): 60.0,
            Worker("probe", bot.prober.run_once): 300.0,
        }
    connecting = Connecting(bot.store, bot.settings.connectors, bot.context, bot.now)
    webhooks = Webhooks(bot.store, bot.settings.webhooks.allow, bot.context, bot.now)
    return {
        **workers,
        Worker("inbox", bot.pipeline.run_once): 1.0,
        Worker("outbox", bot.sender.run_once): 1.0,
        Worker("welcome", bot.greeter.run_once): 1.0,
        Worker("reach", bot.courier.run_once): 2.0,
        Worker("reach again", bot.courier.repeat_unknown): 2.0,
        Worker("due", bot.sweep.run_once): 1.0,
        Worker("unknown", bot.sender.repeat_unknown): 2.0,
        Worker("job", bot.jobs.run_once): 5.0,
        Worker("connectors", connecting.run_once): 2.0,
        Worker("webhooks", webhooks.run_once): 1.0,
        Worker("recheck", Rechecker(bot.store, bot.context).run_once): 30.0,
        Worker("imports", bot.importer.run_once): 2.0,
        Worker("photos", bot.photos.run_once): 5.0,
        Worker("rules", bot.follow_rules): 3.0,
        Worker("counting", Counting(bot.store, bot.context).run_once): 30.0,
        Worker("odds", bot.learner.run_once): 60.0,
        Worker("keeping", bot.keep_house): 3600.0,
    }


async def _remember(embedded: Path) -> int:
    """How far the store has come, so that a file that lost its end is known at the next start."""
    await asyncio.to_thread(write_mark, embedded)
    return 0
