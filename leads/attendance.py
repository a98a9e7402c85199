"""Somebody registers for an event, and comes: who came is warmer, and their rep hears it the same evening."""

from datetime import datetime, time, timedelta

from config.rules import Rules
from leads.behaviour import Seen, behave
from leads.facts import Fact
from leads.rights import Who
from store import attendances, due
from store.origin import Campaign
from store.tx import Tx

CAME = "event"  # the behaviour as which it counts
EVENING = time(18, 0)
HOST = Who(None, "活动", "admin")


async def register(tx: Tx, event: Campaign, lead_id: int, *, now: datetime) -> None:
    """Somebody has said that they will come."""
    await attendances.note(tx, event.id or 0, lead_id, registered_at=now)


async def came(tx: Tx, event: Campaign, lead_id: int, *, way: str, rules: Rules, now: datetime) -> tuple[Fact, ...]:
    """Somebody is there (`way`: door or list): booked once, told to their rep at six, or soon when it is later."""
    if not await attendances.note(tx, event.id or 0, lead_id, came_at=now, way=way):
        return ()
    local = now.astimezone(rules.zone)
    evening = datetime.combine(local.date(), EVENING, rules.zone)
    at = evening if evening > now else now + timedelta(minutes=10)
    key = f"attended:{event.id}:{local:%Y%m%d}" + ("" if evening > now else f":{int(now.timestamp()) // 600}")
    await due.keep(tx, kind="attended", key=key, at=at, payload={"campaign": event.id, "since": _since(key, at)})
    if CAME not in rules.scoring.behaviours:
        return ()
    seen = Seen(CAME, now, url=event.name, key=f"event:{event.id}:{lead_id}")
    return await behave(tx, lead_id, seen, HOST, rules=rules, now=now)


def _since(key: str, at: datetime) -> str:
    """From when on those who came are listed: the whole day at six, the last minutes afterwards."""
    return (at - (timedelta(hours=18) if key.count(":") == 2 else timedelta(minutes=20))).isoformat()
