"""A telephone call, as the call centre tells it: a missed one is an enquiry, a talk is a contact of who had it."""

from dataclasses import dataclass, field
from datetime import datetime

from config.rules import Rules
from leads.capture import Person, capture
from leads.errors import Unusable
from leads.facts import Fact
from leads.followup import log_followup
from leads.origin_facts import CallLogged
from leads.rights import Who, can_act
from leads.understand.phone import normal_phone
from store import behaviours, leads
from store.tx import Tx

LINK = ("https://", "http://")


@dataclass(frozen=True)
class Telephoned:
    """One call. `number` is the customer's; `agent` the member who spoke or was rung; `id` the call centre's own."""

    id: str
    number: str = field(repr=False)
    at: datetime
    inbound: bool = True
    answered: bool = False
    seconds: int = 0
    recording: str = ""
    source: str = "呼叫中心"


@dataclass(frozen=True)
class Logged:
    """The lead that the number belongs to (None: an outbound call to somebody unknown), and what happened."""

    lead_id: int | None
    new: bool
    facts: tuple[Fact, ...]


async def log_call(tx: Tx, call: Telephoned, agent: Who | None, *, rules: Rules, now: datetime) -> Logged:
    """Book a call once. A missed or inbound one of somebody unknown makes a lead; a talk with its owner is a contact.

    Raises Unusable for what is no number, for a recording that is no link, and for a call that is still to come.
    """
    phone = normal_phone(call.number)
    if phone is None:
        raise Unusable("number:要是电话号码,隐藏的号码请不要送来。")
    if call.recording and not call.recording.startswith(LINK):
        raise Unusable("recording:要是 https:// 开头的链接。")
    if call.at > now.replace(microsecond=0) and (call.at - now).total_seconds() > 600:
        raise Unusable("at:这个时间还没到。请核对对方系统的时钟和时区。")
    lead_id = await leads.find_by_identity(tx, "phone", phone.key)
    missed = call.inbound and not call.answered
    facts: list[Fact] = []
    new = False
    if lead_id is None and not call.inbound:
        return Logged(None, False, ())
    if lead_id is None or missed:
        need = "未接来电,请回电" if missed else "来电咨询"
        person = Person(source=call.source, phone=call.number, need=need, submission_id=f"call:{call.id}")
        captured = await capture(tx, person, rules=rules, now=now)
        lead_id, new = captured.lead_id, captured.new
        facts += captured.facts
    if not await behaviours.add(tx, lead_id, kind="phone", at=call.at, weight=0.0, key=f"call:{call.id}"):
        return Logged(lead_id, False, ())
    facts.append(
        CallLogged(
            lead_id=lead_id, at=now, by=agent.id if agent is not None else None, called_at=call.at,
            inbound=call.inbound, answered=call.answered, seconds=call.seconds, recording=call.recording,
        )
    )  # fmt: skip
    lead = await leads.get_lead(tx, lead_id)
    works = agent is not None and lead.stage in leads.OPEN_STAGES and await can_act(tx, lead, agent)
    if call.answered and agent is not None and works:
        words = f"通话 {call.seconds // 60} 分 {call.seconds % 60} 秒" + (
            f",录音 {call.recording}" if call.recording else ""
        )
        facts.append(await log_followup(tx, lead_id, agent, words, channel="call", rules=rules, now=now))
    return Logged(lead_id, new, tuple(facts))
