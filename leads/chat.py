"""A talk in WeChat, as the company's chat archive tells it: how many messages, how soon answered; never their words."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from config.rules import Rules
from leads.errors import Unusable
from leads.facts import Fact
from leads.followup import log_followup
from leads.origin_facts import ChatLogged
from leads.rights import Who, can_act
from leads.understand.contact import normal_wechat
from leads.understand.phone import normal_phone
from store import behaviours, leads
from store.tx import Tx

SLACK = timedelta(minutes=10)  # by which the archive's clock may be fast


@dataclass(frozen=True)
class Talked:
    """One stretch of talk. `said` are the instants of its messages in order, each with whether the customer wrote it;

    the customer is known by one of `phone`, `wechat` and `external` (WeCom's id); `agreed`: to being archived.
    """

    id: str
    said: Sequence[tuple[datetime, bool]]
    phone: str = field(default="", repr=False)
    wechat: str = field(default="", repr=False)
    external: str = field(default="", repr=False)
    agreed: bool = False


@dataclass(frozen=True)
class Logged:
    """The lead that the customer is (None: nobody we know), and what happened."""

    lead_id: int | None
    facts: tuple[Fact, ...]


async def log_chat(tx: Tx, talk: Talked, agent: Who | None, *, rules: Rules, now: datetime) -> Logged:
    """Book a talk once; with the words of who works on the lead in it, it is a contact.

    Raises Unusable for a customer who did not agree, for nobody named, and for messages that are still to come.
    """
    if not talk.agreed:
        raise Unusable("agreed:客户没有同意存档的聊天不能送来。")
    at = sorted(talk.said)
    if at[-1][0] > now + SLACK:
        raise Unusable("messages:有消息的时间还没到。请核对对方系统的时钟和时区。")
    lead_id = await _whose(tx, talk)
    if lead_id is None or not await behaviours.add(
        tx, lead_id, kind="chat", at=at[-1][0], weight=0.0, key=f"chat:{talk.id}"
    ):
        return Logged(lead_id, ())
    theirs = sum(by_customer for _, by_customer in at)
    fact = ChatLogged(
        lead_id=lead_id, at=now, by=agent.id if agent is not None else None, began_at=at[0][0], messages=len(at),
        theirs=theirs, answered_after=answered_after(at),
    )  # fmt: skip
    facts: list[Fact] = [fact]
    lead = await leads.get_lead(tx, lead_id)
    works = agent is not None and lead.stage in leads.OPEN_STAGES and await can_act(tx, lead, agent)
    if agent is not None and works and theirs < len(at):
        facts.append(await log_followup(tx, lead_id, agent, fact.text(), channel="chat", rules=rules, now=now))
    return Logged(lead_id, tuple(facts))


def answered_after(said: Sequence[tuple[datetime, bool]]) -> timedelta | None:
    """How long the customer's first message waited for our next one; None while it waits, or where we wrote first."""
    asked = next((at for at, by_customer in said if by_customer), None)
    answer = next((at for at, by_customer in said if not by_customer and asked is not None and at >= asked), None)
    return answer - asked if asked is not None and answer is not None else None


async def _whose(tx: Tx, talk: Talked) -> int | None:
    if talk.external:
        return await leads.find_by_identity(tx, "external", talk.external)
    if talk.phone:
        phone = normal_phone(talk.phone)
        return await leads.find_by_identity(tx, "phone", phone.key) if phone is not None else None
    wechat = normal_wechat(talk.wechat)
    if wechat is None:
        raise Unusable("客户是谁:phone、wechat、external_userid 写一个。")
    return await leads.find_by_identity(tx, "wechat", wechat)
