"""Where a journey leads: from a step and what is known of the lead to the next step, or to the moment until which it
rests. No store, no clock: the same question has the same answer."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from config.journey import END, Journey, Met, Those, lasting
from leads.own import values_of
from store.tables import Lead

MORNING = "10:00"
NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Way:
    """What a run brings along: its own chance (for groups), its own day, when its last message is to go."""

    seed: str
    day: str = ""
    sent_at: datetime | None = None


def mark_of(journey: Journey) -> str:
    """Sixteen letters by which two plans that say the same are one; whether it is active does not count."""
    return hashlib.sha256(journey.model_dump_json(exclude={"active"}).encode()).hexdigest()[:16]


def holds(those: Those, lead: Lead, *, did: Collection[str] = NOTHING) -> bool:
    """Whether all that is written is true of the lead now."""
    if those.owned is not None and those.owned != (lead.owner_id is not None):
        return False
    if those.score_at_least is not None and lead.score < those.score_at_least:
        return False
    if those.score_below is not None and lead.score >= those.score_below:
        return False
    if isinstance(those, Met) and those.did and not set(those.did) & set(did):
        return False
    words = ((those.stage, lead.stage), (those.grade, lead.grade), (those.source, lead.source))
    if any(wanted and value not in wanted for wanted, value in words):
        return False
    return has_own(those.own, lead) if those.own else True


def has_own(own: dict[str, tuple[str, ...]], lead: Lead) -> bool:
    """Whether each of these own fields holds one of its words."""
    held = values_of(lead)
    return all(set(words) & set(_plain(held.get(key))) for key, words in own.items())


def _plain(value: object) -> list[str]:
    return [] if value is None else [str(one) for one in value] if isinstance(value, list) else [str(value)]


def entered(
    journey: Journey, name: str, lead: Lead, way: Way, *, did: Collection[str] = NOTHING, zone: ZoneInfo, now: datetime
) -> str | datetime:
    """Where a step that was just entered leads at once, or until when the run rests there."""
    step = journey.find(name)
    if step.kind == "wait":
        until = max(now, way.sent_at or now) + lasting(step.wait or "1m")
        return _at(until, step.at, zone) if step.at else until
    if step.kind == "day":
        until = datetime.combine(
            date.fromisoformat(way.day) + timedelta(days=step.day or 0), _clock(step.at or MORNING), zone
        )
        return until if until > now else step.otherwise or journey.after(name)
    if step.kind == "when" and step.when is not None:
        return journey.after(name) if holds(step.when, lead, did=did) else step.otherwise or END
    if step.kind == "split":
        return _drawn(step.split, f"{way.seed}:{name}")
    return journey.after(name)


def over(journey: Journey, name: str) -> str:
    """Where a step leads when its time is over and nothing was seen that it waits for."""
    step = journey.find(name)
    return step.otherwise if step.kind == "wait" and step.until and step.otherwise else journey.after(name)


def waits_for(journey: Journey, name: str, behaviours: Collection[str]) -> bool:
    """Whether a run that rests at this step goes on because one of these was seen."""
    return bool(set(journey.find(name).until) & set(behaviours))


def resumed(
    journey: Journey, name: str, *, run_at: datetime, rest: timedelta, zone: ZoneInfo, now: datetime
) -> datetime:
    """Until when a run that goes on rests: a wait has its `rest` left, to the day where it ends at a time of the day;
    a day is still that day (`run_at`).
    """
    step = journey.find(name)
    if step.kind == "day":
        return max(run_at, now)
    if not step.at or not rest:
        return now + rest
    that_day = datetime.combine((now + rest).astimezone(zone).date(), _clock(step.at), zone)
    return that_day if that_day >= now else that_day + timedelta(days=1)


def ending(journey: Journey, lead: Lead | None, *, did: Collection[str] = NOTHING) -> str:
    """By what a run is over, whatever step it has come to: a word of ENDINGS, "" when it goes on."""
    if lead is None:
        return "gone"
    if lead.stage == "invalid":
        return "invalid"
    if journey.goal is not None and holds(journey.goal, lead, did=did):
        return "goal"
    return "exit" if journey.exit is not None and holds(journey.exit, lead, did=did) else ""


def hindrance(journey: Journey, lead: Lead, holding: str) -> str:
    """Why a run rests: a word of CAUSES; "" when nothing keeps it. `holding`: what stays until a person lets go."""
    if holding:
        return holding
    if lead.owner_id is not None and not journey.owned:
        return "claimed"
    return "" if holds(journey.only, lead) else "left"


def asks_deeds(journey: Journey) -> bool:
    """Whether anything depends on what was done since the run began."""
    asked = [journey.goal, journey.exit, *(step.when for step in journey.steps)]
    return any(one is not None and one.did for one in asked)


def _drawn(weights: dict[str, int], seed: str) -> str:
    """One of the names by weight; the same seed always draws the same."""
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8]) % sum(weights.values())
    for name, weight in weights.items():
        if number < weight:
            return name
        number -= weight
    raise AssertionError("the number is smaller than the sum")  # pragma: no cover


def _at(instant: datetime, clock: str, zone: ZoneInfo) -> datetime:
    """The first moment from an instant on at which the clock shows this time."""
    local = instant.astimezone(zone)
    found = datetime.combine(local.date(), _clock(clock), zone)
    return found if found >= local else datetime.combine(local.date() + timedelta(days=1), _clock(clock), zone)


def _clock(text: str) -> time:
    return time.fromisoformat(text)
