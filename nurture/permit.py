"""May this customer hear of this, by this channel, now? Asked when a message is wanted, and again as it goes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from config.nurture import Cap
from config.rules import Rules
from leads.bounce import is_about
from leads.reach_facts import CHANNEL_LABELS, what_of
from leads.understand.phone import normal_phone
from leads.validity import email_flaw
from leads.window import MOST, OPEN_FOR
from nurture.quiet import next_hour
from store import reach
from store.follower import find_open
from store.leads import find_lead
from store.origin import ConsentGiven
from store.reach import ContactStop
from store.tables import Lead
from store.tx import Tx

LONGEST = timedelta(days=30)  # that caps look back


@dataclass(frozen=True)
class Permit:
    """Whether it may go, or why not (for people), by a word for programs. `until`: not yet, but from then on."""

    allowed: bool
    code: str = ""
    why: str = ""
    until: datetime | None = None


@dataclass(frozen=True)
class Person:
    """What is known of a customer that matters here. `sent`: (channel, instant) of the last thirty days, in order."""

    lead: Lead | None = field(repr=False)
    ways: frozenset[str] = frozenset()
    stops: Sequence[ContactStop] = ()
    consents: Sequence[ConsentGiven] = ()
    sent: Sequence[tuple[str, datetime]] = ()


async def permit(tx: Tx, lead_id: int, *, channel: str, topic: str, rules: Rules, now: datetime) -> Permit:
    """Whether a lead may get a message about a topic by a channel at this moment, as the store is in this transaction.

    Whoever asks as a message goes must ask in an ordered transaction: then no withdrawal can come in between.
    """
    lead = await find_lead(tx, lead_id)
    if lead is None or lead.id is None:
        return may_hear(Person(None), channel=channel, topic=topic, rules=rules, now=now)
    ways = set(await reach.ways_to(tx, lead.id))
    if channel == "mp" and await find_open(tx, lead.id, since=now - OPEN_FOR, most=MOST) is not None:
        ways.add("mp")
    person = Person(
        lead=lead,
        ways=frozenset(ways),
        stops=[one for one in await reach.list_stops(tx, lead.id) if is_about(one, lead, tx.keys)],
        consents=await reach.list_consents(tx, lead.id),
        sent=await reach.list_reached(tx, lead.id, since=now - LONGEST),
    )
    return may_hear(person, channel=channel, topic=topic, rules=rules, now=now)


def may_hear(person: Person, *, channel: str, topic: str, rules: Rules, now: datetime) -> Permit:
    """The rule itself: what a person does not want comes first, then whether they agreed, then the right moment."""
    about = rules.nurture.topics.get(topic)
    if person.lead is None:
        return Permit(False, "gone", "这条线索已经不在了。")
    if about is None:
        known = "、".join(one.label for one in rules.nurture.topics.values())
        return Permit(False, "unknown_topic", f"规则里没有「{topic[:20]}」这个主题,有:{known}。")
    if person.lead.stage == "invalid":
        return Permit(False, "invalid", f"{person.lead.no} 已标为无效,不再主动联系。")
    agreed = [one for one in person.consents if one.topic == topic and one.channel in ("", channel)]
    stop = next((one for one in person.stops if _stops(one, agreed, channel=channel, topic=topic)), None)
    if stop is not None:
        return Permit(False, "stopped", why_stopped(stop, rules=rules))
    if about.consent and not agreed:
        return Permit(False, "no_consent", f"客户还没有同意接收「{about.label}」。请先征得同意,再发「同意」记下来。")
    if flaw := _unreachable(person, channel):
        return Permit(False, "no_address", flaw)
    if (full := _full(person, channel, rules=rules, now=now)) is not None:
        return full
    opens = next_hour(channel, rules=rules, now=now)
    if opens > now:
        return Permit(False, "quiet", f"现在不打扰客户,{opens.astimezone(rules.zone):%m-%d %H:%M} 再发。", opens)
    return Permit(True)


def wants(topic: str, stops: Sequence[ContactStop], consents: Sequence[ConsentGiven], *, rules: Rules) -> bool:
    """Whether a person hears of a topic by any channel, as far as it is theirs to say."""
    agreed = [one for one in consents if one.topic == topic]
    if rules.nurture.topics[topic].consent and not agreed:
        return False
    return not any(not one.channel and _stops(one, agreed, channel="", topic=topic) for one in stops)


def why_stopped(stop: ContactStop, *, rules: Rules) -> str:
    """Whoever tries anyway reads since when the person does not want it, and what exactly."""
    day = f"{stop.at.astimezone(rules.zone):%Y-%m-%d}"
    if stop.way == "bounce":
        return f"{CHANNEL_LABELS.get(stop.channel, stop.channel)}从 {day} 起送不到这位客户,请先核对地址。"
    if not stop.topic and not stop.channel:
        return f"客户 {day} 要求不再联系,不能再发任何消息。"
    topic = rules.nurture.topics.get(stop.topic)
    label = topic.label if topic is not None else stop.topic
    return f"客户 {day} 退订了{what_of(label, stop.channel)},不能再发。"


def _stops(stop: ContactStop, agreed: Sequence[ConsentGiven], *, channel: str, topic: str) -> bool:
    """Whether a stop holds for this: unless the person has agreed to just this since."""
    if stop.topic not in ("", topic) or stop.channel not in ("", channel):
        return False
    return stop.way == "bounce" or not any(one.at > stop.at for one in agreed)


def _unreachable(person: Person, channel: str) -> str:
    """Why a channel has no way to this person; "" when it has."""
    assert person.lead is not None  # noqa: S101 - asked before
    if channel == "mail":
        return "" if person.lead.email and not email_flaw(person.lead.email) else "客户没有留能用的邮箱。"
    if channel == "sms":
        phone = normal_phone(person.lead.phone) if person.lead.phone and not person.lead.phone_flaw else None
        return (
            ""
            if phone is not None and phone.valid and phone.kind in ("mobile", "foreign")
            else "客户没有留手机号,收不到短信。"
        )
    if channel == "mp":
        return "" if "mp" in person.ways else "客户最近 48 小时没有给公众号发过消息(或者已经回满 5 条),微信不让发。"
    if channel in ("mass", "kf"):
        return "" if "external" in person.ways else "还没有加这位客户的微信。"
    return ""


def _full(person: Person, channel: str, *, rules: Rules, now: datetime) -> Permit | None:
    """Whether they have had enough for now, and from when on they have not."""
    until: datetime | None = None
    own = [at for by, at in person.sent if by == channel]
    both: tuple[tuple[Cap, list[datetime]], ...] = (
        (rules.nurture.caps.get(channel, Cap()), own),  # type: ignore[call-overload]
        (rules.nurture.all_channels, [at for _, at in person.sent]),
    )
    for cap, sent in both:
        for days, most in cap.spans():
            inside = [at for at in sent if at > now - timedelta(days=days)]
            if len(inside) >= most:
                frees = inside[-most] + timedelta(days=days)
                until = frees if until is None else max(until, frees)
    if until is None:
        return None
    return Permit(False, "capped", f"最近发得够多了,{until.astimezone(rules.zone):%m-%d %H:%M} 以后再发。", until)
