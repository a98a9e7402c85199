"""Points fade by themselves: a lead is looked at again in the night in which its score will say something else."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from config.rules import Rules
from leads.heat import Heat, first_change
from store import due
from store.tx import Tx

HOUR = 1  # of the night
FARTHEST = 7  # nights until it is looked at in any case, so that newly published rules reach every lead in a week


async def keep_look(tx: Tx, lead_id: int, heat: Heat | None, temperature: str, *, rules: Rules, now: datetime) -> None:
    """Keep the next night in which to look, while anything can still fade."""
    if heat and (night := next_look(heat, temperature, rules=rules, now=now)) is not None:
        await due.keep(tx, kind="score", key=f"score:{lead_id}:{night:%Y%m%d}", at=night, lead_id=lead_id)


def next_look(heat: Heat, temperature: str, *, rules: Rules, now: datetime) -> datetime | None:
    """The first night in which a part of the score differs from now; None when nothing is left that could fade.

    A hot lead is looked at every night: who works on it hears a day before it cools.
    """
    night = _next_night(now, rules.zone)
    nights = [night + timedelta(days=number) for number in range(FARTHEST)]
    place = first_change(heat, () if temperature == "hot" else nights[:-1], rules=rules, now=now)
    return nights[place] if place is not None else None


def _next_night(now: datetime, zone: ZoneInfo) -> datetime:
    local = now.astimezone(zone)
    night = local.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    return night if night > local else night + timedelta(days=1)
