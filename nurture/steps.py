"""What a step of a journey does to a lead, and whom it tells."""

from dataclasses import dataclass, field
from datetime import datetime

from config.journey import Journey, Step
from config.rules import Rules
from leads.behaviour import Seen, behave
from leads.edit import edit
from leads.errors import Refused
from leads.facts import Fact
from leads.rights import Who
from leads.stage import call_ready, nurture, sleep
from nurture.facts import JourneyTold
from nurture.sending import Wanted, want
from store.journey import JourneyRun
from store.tables import Lead
from store.tx import Tx

GUIDE = Who(None, "旅程", "admin")  # in whose name journeys change a lead
FROM_SLEEP = "dormant"


@dataclass
class Done:
    """What happened, when a message is to go, and why not when something could not be done."""

    facts: list[Fact] = field(default_factory=list)
    sent_at: datetime | None = None
    note: str = ""


async def act(
    tx: Tx, run: JourneyRun, journey: Journey, name: str, visit: int, lead: Lead, *, rules: Rules, now: datetime
) -> Done:
    """Do what a step says; what the lead or its rules refuse is left out and noted, and the journey goes on."""
    step = journey.find(name)
    try:
        if step.kind == "send":
            return await _send(tx, run, step, visit, lead, rules=rules, now=now)
        if step.kind == "set":
            return Done(await _change(tx, run, step, visit, lead, rules=rules, now=now))
        if step.kind == "give":
            return await _give(tx, run, journey, step, lead, rules=rules, now=now)
    except Refused as refusal:
        return Done(note=refusal.sentence)
    if step.kind == "tell" and step.tell is not None:
        return Done([_told(run, journey, step.tell, step.text or "走到了这一步", now)])
    return Done()


async def _send(tx: Tx, run: JourneyRun, step: Step, visit: int, lead: Lead, *, rules: Rules, now: datetime) -> Done:
    """Ask for the message by the first channel that the customer has not refused."""
    refused: list[str] = []
    for channel in step.send:
        asked = await want(
            tx, lead.id or 0, channel=channel, content=step.content, topic=step.topic,
            key=f"journey:{run.id}:{visit}", by=lead.owner_id, rules=rules, now=now,
        )  # fmt: skip
        if isinstance(asked, Wanted):
            return Done(sent_at=asked.run_at, note=channel)
        refused.append(asked.why)
    return Done(note=refused[0])


async def _change(
    tx: Tx, run: JourneyRun, step: Step, visit: int, lead: Lead, *, rules: Rules, now: datetime
) -> list[Fact]:
    facts: list[Fact] = []
    lead_id, change = lead.id or 0, step.set
    if change is None:
        return facts
    if change.own:
        facts += await edit(tx, lead_id, GUIDE, {"own": dict(change.own)}, rules=rules, now=now)
    if change.behaviour is not None:
        seen = Seen(change.behaviour, now, key=f"journey:{run.id}:{visit}")
        facts += await behave(tx, lead_id, seen, GUIDE, rules=rules, now=now)
    if change.stage is not None and lead.owner_id is None and lead.stage != change.stage:
        move = sleep if change.stage == "dormant" else nurture
        facts.append(await move(tx, lead_id, GUIDE, run.journey, rules=rules, now=now))
    return facts


async def _give(
    tx: Tx, run: JourneyRun, journey: Journey, step: Step, lead: Lead, *, rules: Rules, now: datetime
) -> Done:
    """A free lead becomes ready for sales, and goes the way of all such leads; whoever has it already is told."""
    words = step.text or "可以联系了"
    if lead.owner_id is not None:
        return Done([_told(run, journey, "owner", words, now)])
    facts: list[Fact] = []
    try:
        if lead.stage == FROM_SLEEP:
            facts.append(await nurture(tx, lead.id or 0, GUIDE, journey.label, rules=rules, now=now))
        facts.append(await call_ready(tx, lead.id or 0, GUIDE, rules=rules, now=now))
    except Refused as refusal:
        told = _told(run, journey, "marketing", f"想交给销售,没有交成:{refusal.sentence}", now)
        return Done([*facts, told], note=refusal.sentence)
    return Done([*facts, _told(run, journey, "sales", words, now)])


def _told(run: JourneyRun, journey: Journey, to: str, words: str, now: datetime) -> Fact:
    return JourneyTold(lead_id=run.lead_id, at=now, journey=run.journey, label=journey.label, to=to, words=words)
