"""One server that only sends mails, until it is killed. It is given the store, its key, a port."""

import asyncio
import contextlib
import time
import traceback
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.context import Context
from bot.courier import Courier
from bot.mail.road import MailRoad
from config.folder import Folder
from config.hours import calendar_of
from config.road import Mail
from store import lease, outbox
from store.db import Store
from store.sealed import Keys
from tests.customers import rules_with

TAKEOVER = timedelta(seconds=3)  # longer than a mail takes here
RULES = rules_with("{quiet: '00:00-00:00', all_channels: {per_day: 99, per_week: 99}, caps: {}}")


def now() -> datetime:
    """The real time."""
    return datetime.now(UTC)


async def main(url: str, key: str, port: str) -> None:
    """Send for ever; what a dead one had in hand may have arrived."""
    calendar = calendar_of(RULES, Folder(Path()), today=now().date())
    store = Store(url, "acme", Keys(bytes.fromhex(key)), takeover=TAKEOVER)
    await store.open()
    if not store.shared:
        await store.transaction(lease.release_dead)
        await store.transaction(lambda tx: outbox.orphan(tx, now=now(), all_rows=True))

    async def context() -> Context:
        return Context(RULES, calendar, now(), public_url="https://crm.example.com")

    settings = Mail.model_validate(
        {"url": f"smtp://127.0.0.1:{port}", "from": "市场部 <news@example.com>", "per_minute": 100_000}
    )
    courier = Courier(store, {"mail": MailRoad(settings, monotonic=time.monotonic)}, context, now)
    while True:
        if not await courier.run_once():
            await store.transaction(lambda tx: outbox.orphan(tx, now=now(), all_rows=False))
            await asyncio.sleep(0.05)


def run(url: str, key: str, port: str, log: str) -> None:
    """The same as a process of its own; what goes wrong stands in the log."""
    with Path(log).open("a", encoding="utf-8") as file, contextlib.redirect_stderr(file):
        try:
            asyncio.run(main(url, key, port))
        except Exception:
            traceback.print_exc()
            raise
