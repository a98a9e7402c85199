"""A person shows interest: visits, downloads, opens, answers. It counts once, fades with time, and may make an MQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.rules import Rules
from leads.errors import Unusable
from leads.facts import BecameMql, BehaviourSeen, Fact, LeadCooling, LeadScored
from leads.fading import keep_look
from leads.heat import heat_of, is_machine, warmed
from leads.lifecycle import MOVES, is_ready
from leads.rate import rate, scored_fact
from leads.rights import Who, get_visible
from leads.wake import wake
from store import behaviours, leads
from store.tables import Lead
from store.tx import Tx

AHEAD = timedelta(minutes=10)  # clocks of other systems may be that much fast


@dataclass(frozen=True)
class Seen:
    """What was seen. `key`: the same one counts once. `weight`: how many usual ones it is worth, 0 to 10.

    `machine`: it is known to be a program's doing. `what` they did, as a card says it (打开了「报价」).
    """

    kind: str
    at: datetime
    url: str = ""
    weight: float = 1.0
    key: str = ""
    delivered_at: datetime | None = None
    user_agent: str = ""
    machine: bool = False
    what: str = ""


async def behave(tx: Tx, lead_id: int, seen: Seen, who: Who, *, rules: Rules, now: datetime) -> tuple[Fact, ...]:
    """Book a behaviour and rate the lead anew; () when its key was booked before.

    Raises NotFound, Unusable (a kind that the rules do not know, an instant that is still to come).
    """
    lead = await get_visible(tx, lead_id, who, rules=rules)
    if seen.kind not in rules.scoring.behaviours:
        known = "、".join(rules.scoring.behaviours)
        raise Unusable(f"kind:没有叫「{seen.kind[:20]}」的行为,规则里有:{known}。新的要先写进 scoring.behaviours。")
    if seen.at > now + AHEAD:
        raise Unusable("at:这个时间还没到,行为只能是已经发生的。请核对对方系统的时钟和时区。")
    machine = seen.machine or is_machine(
        seen.kind, at=seen.at, delivered_at=seen.delivered_at, user_agent=seen.user_agent
    )
    weight = 0.0 if machine else seen.weight
    if not await behaviours.add(tx, lead_id, kind=seen.kind, at=seen.at, weight=weight, key=seen.key):
        return ()
    label = rules.scoring.behaviours[seen.kind].label
    facts: list[Fact] = [
        BehaviourSeen(
            lead_id=lead_id, at=now, by=who.id, behaviour=seen.kind, label=label, seen_at=seen.at, url=seen.url,
            machine=machine,
        )
    ]  # fmt: skip
    if not weight:
        return tuple(facts)
    facts += await wake(tx, lead, what=seen.what or f"又有动静({label})", rules=rules, now=now)
    lead.heat = warmed(lead.heat or {}, seen.kind, weight, seen.at, rules=rules)
    return (*facts, *await _rate_anew(tx, lead, rules=rules, now=now))


async def belie(tx: Tx, lead_id: int, keys: Sequence[str], *, rules: Rules, now: datetime) -> tuple[Fact, ...]:
    """What was booked as a person's turns out to be a program's: it gives nothing from now on."""
    lead = await leads.find_lead(tx, lead_id)
    if lead is None or not await behaviours.belie(tx, keys):
        return ()
    lead.heat = heat_of(await behaviours.list_of_lead(tx, lead_id), rules=rules)
    return tuple(await _rate_anew(tx, lead, rules=rules, now=now))


async def look_again(
    tx: Tx, lead_id: int, *, rules: Rules, now: datetime
) -> tuple[tuple[Fact, ...], LeadScored | None]:
    """In a night in which points have faded: what happened, and the new score where only points have faded.

    That is no fact for the story, where it would stand every other night, but journeys may ask for it. Who works on a
    lead hears a day before it stops being hot.
    """
    lead = await leads.find_lead(tx, lead_id)
    if lead is None or not lead.heat or lead.stage not in leads.OPEN_STAGES:
        return (), None
    before = (lead.grade, lead.temperature)
    facts = list(await _rate_anew(tx, lead, warmed_up=False, rules=rules, now=now))
    faded = facts[0] if len(facts) == 1 and before == (lead.grade, lead.temperature) else None
    if not isinstance(faded, LeadScored):
        faded = None
    else:
        facts.clear()
    if lead.owner_id is None or lead.temperature != "hot":
        return tuple(facts), faded
    tomorrow = rate(lead, rules=rules, now=now + timedelta(days=1))
    if tomorrow.temperature != "hot":
        last = await behaviours.last_at(tx, lead_id)
        quiet = (now - last).days if last is not None else 0
        facts.append(LeadCooling(lead_id=lead_id, at=now, quiet_days=quiet, to=tomorrow.temperature))
    return tuple(facts), faded


async def _rate_anew(tx: Tx, lead: Lead, *, warmed_up: bool = True, rules: Rules, now: datetime) -> list[Fact]:
    """Write the score as it is now, and see to it that it is looked at again while anything can still fade."""
    before = (lead.score, lead.grade)
    rated = rate(lead, rules=rules, now=now)
    ready = rated.mql and is_ready(lead, rules=rules)
    lead.score, lead.grade, lead.temperature = rated.points, rated.grade, rated.temperature
    if ready:
        lead.stage = MOVES["ready"].after
    warmth = {"heat": lead.heat} if warmed_up else {}
    await leads.change(
        tx, lead.id or 0, score=rated.points, grade=rated.grade, temperature=rated.temperature,
        score_parts=[[part.points, part.why] for part in rated.parts], rules_version=rules.version, stage=lead.stage,
        **warmth,
    )  # fmt: skip
    await keep_look(tx, lead.id or 0, lead.heat, rated.temperature, rules=rules, now=now)
    facts: list[Fact] = []
    if (rated.points, rated.grade) != before:
        facts.append(scored_fact(lead.id or 0, rated, rules=rules, now=now))
    if ready:
        facts.append(BecameMql(lead_id=lead.id or 0, at=now, pool=lead.pool, rules_version=rules.version))
    return facts
