"""One replica that only sweeps: takes due promises until it is killed. Arguments: the store's URL, the key in hex."""

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.context import Context
from bot.sweep import Sweep
from config.folder import Folder
from config.hours import calendar_of
from config.rules import load_rules
from store import lease
from store.db import Store
from store.sealed import Keys
from tests.conftest import ROOT

TAKEOVER = timedelta(seconds=15)


def now() -> datetime:
    """The real time."""
    return datetime.now(UTC)


async def main(url: str, key: str) -> None:
    """Sweep for ever; what a dead one held on an embedded store is free again at the start."""
    folder = ROOT / "config" / "templates" / "default"
    rules = load_rules((folder / "rules.yaml").read_text("utf-8"), "rules.yaml")
    calendar = calendar_of(rules, Folder(Path(folder)), today=now().date())
    store = Store(url, "acme", Keys(bytes.fromhex(key)), takeover=TAKEOVER)
    await store.open()
    if not store.shared:
        await store.transaction(lease.release_dead)

    async def context() -> Context:
        return Context(rules, calendar, now())

    sweep = Sweep(store, context, now)
    while True:
        if not await sweep.run_once():
            await asyncio.sleep(0.2)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
