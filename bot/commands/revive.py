"""Work that was given up, as the commands see it: events are E12, reminders and other instants D5."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from bot.admin import CommandFailed
from store import parked
from store.db import Store
from store.queues import Due, Inbox
from store.tx import Tx


async def list_parked(store: Store, arguments: Mapping[str, Any], now: datetime) -> list[dict[str, str]]:
    """Everything that was given up, events first, the newest first."""
    async with store.read() as tx:
        events, instants = await parked.list_parked(tx, Inbox), await parked.list_parked(tx, Due)
    return [
        *(_shown(f"E{row.id}", f"{row.platform} event", row.received_at, row.error) for row in events),
        *(_shown(f"D{row.id}", row.kind, row.run_at, row.error) for row in instants),
    ]


def _shown(name: str, what: str, at: datetime, cause: str) -> dict[str, str]:
    return {"id": name, "what": what, "at": at.isoformat(timespec="seconds"), "cause": cause}


async def retry(store: Store, arguments: Mapping[str, Any], now: datetime) -> dict[str, int]:
    """Put rows back to work, all of them or none. Raises CommandFailed for an id that is not parked."""

    async def work(tx: Tx) -> int:
        for name in arguments["ids"]:
            if not await _put_back(tx, name, now=now):
                raise CommandFailed(f"nothing with the id {name} is parked; see: parked list DIR. Nothing was changed")
        return len(arguments["ids"])

    return {"retried": await store.transaction(work)}


async def _put_back(tx: Tx, name: str, *, now: datetime) -> bool:
    letter, number = name[:1].upper(), name[1:]
    if letter not in ("E", "D") or not number.isdecimal():
        return False
    if letter == "E":
        return await parked.rerun(tx, Inbox, int(number), now=now)
    return await parked.rerun(tx, Due, int(number), now=now)


PARKED_OFFICE: dict[str, Callable[[Store, Mapping[str, Any], datetime], Awaitable[Any]]] = {
    "parked list": list_parked,
    "parked retry": retry,
}
