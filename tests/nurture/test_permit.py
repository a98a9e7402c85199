"""What a customer does not want comes before everything; then whether they agreed; then the right moment."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from config.folder import TEMPLATES
from config.rules import Rules, load_rules
from nurture.permit import Person, may_hear
from store.origin import ConsentGiven
from store.reach import ContactStop
from store.tables import Lead
from tests.conftest import NOW

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def rules() -> Rules:
    return load_rules((TEMPLATES / "default" / "rules.yaml").read_text("utf-8"), "rules.yaml")


def lead(**more: Any) -> Lead:
    given: dict[str, Any] = {"phone": "+8613800138000", "email": "wang@hengli.cn"}
    return Lead(id=1001, corp="acme", created_at=NOW, **{**given, **more})


def agreed(topic: str, channel: str = "", *, ago: timedelta = 9 * DAY) -> ConsentGiven:
    at = NOW - ago
    return ConsentGiven(
        corp="acme", lead_id=1001, purpose="p", version="1", words="", form="f", address="", at=at, topic=topic,
        channel=channel,
    )  # fmt: skip


def stopped(topic: str = "", channel: str = "", *, ago: timedelta = DAY, way: str = "page") -> ContactStop:
    return ContactStop(corp="acme", lead_id=1001, topic=topic, channel=channel, at=NOW - ago, way=way)


NEWS = agreed("news")


@pytest.mark.feature("K4")
@pytest.mark.parametrize(
    ("person", "channel", "topic", "code"),
    [
        (Person(lead(), consents=[NEWS]), "mail", "news", ""),
        (Person(lead()), "mail", "news", "no_consent"),
        (Person(lead(), consents=[agreed("")]), "mail", "news", "no_consent"),  # only what the form's words say
        (Person(lead(), consents=[agreed("event")]), "mail", "news", "no_consent"),
        (Person(lead(), consents=[agreed("news", "sms")]), "mail", "news", "no_consent"),
        (Person(lead(), consents=[agreed("news", "mail")]), "mail", "news", ""),
        (Person(lead()), "mail", "service", ""),  # an answer to their own question
        (Person(lead(), consents=[NEWS], stops=[stopped("news")]), "mail", "news", "stopped"),
        (Person(lead(), consents=[NEWS], stops=[stopped("news")]), "sms", "news", "stopped"),
        (Person(lead(), consents=[NEWS], stops=[stopped("event")]), "mail", "news", ""),
        (Person(lead(), consents=[NEWS], stops=[stopped(channel="sms")]), "sms", "news", "stopped"),
        (Person(lead(), consents=[NEWS], stops=[stopped(channel="sms")]), "mail", "news", ""),
        (Person(lead(), consents=[NEWS], stops=[stopped()]), "mail", "news", "stopped"),
        (Person(lead(), stops=[stopped()]), "mail", "service", "stopped"),
        (Person(lead(), consents=[NEWS], stops=[stopped(ago=10 * DAY)]), "mail", "news", ""),  # agreed again since
        (Person(lead(), consents=[NEWS], stops=[stopped(ago=10 * DAY)]), "mail", "service", "stopped"),
        (Person(lead(), consents=[NEWS], stops=[stopped(channel="mail", ago=10 * DAY, way="bounce")]), "mail", "news",
         "stopped"),
        (Person(lead(email=""), consents=[NEWS]), "mail", "news", "no_address"),
        (Person(lead(email="wang@mailinator.com"), consents=[NEWS]), "mail", "news", "no_address"),
        (Person(lead(phone="+86051265566778"), consents=[NEWS]), "sms", "news", "no_address"),
        (Person(lead(phone_flaw="空号"), consents=[NEWS]), "sms", "news", "no_address"),
        (Person(lead(), consents=[NEWS]), "mass", "news", "no_address"),
        (Person(lead(), ways=frozenset({"external"}), consents=[NEWS]), "mass", "news", ""),
        (Person(lead(), consents=[NEWS]), "hand", "news", ""),
        (Person(lead(stage="invalid"), consents=[NEWS]), "mail", "news", "invalid"),
        (Person(None), "mail", "news", "gone"),
        (Person(lead(), consents=[NEWS]), "mail", "nwes", "unknown_topic"),
    ],
)  # fmt: skip
def test_who_may_hear_what(person: Person, channel: str, topic: str, code: str, rules: Rules) -> None:
    found = may_hear(person, channel=channel, topic=topic, rules=rules, now=NOW)
    assert (found.code, found.allowed) == (code, not code)
    assert found.allowed or found.why.endswith("。")


@pytest.mark.feature("K4")
@pytest.mark.parametrize(
    ("sent", "until"),
    [
        ([], None),
        ([("mail", timedelta(hours=23))], timedelta(hours=1)),
        ([("mail", timedelta(hours=25))], None),
        ([("mail", 3 * DAY), ("mail", timedelta(hours=25))], 4 * DAY),  # two a week
        ([("sms", timedelta(hours=1))], None),
        ([("sms", timedelta(hours=2)), ("hand", timedelta(hours=1))], timedelta(hours=22)),  # two a day by any channel
        ([("sms", 6 * DAY), ("hand", 5 * DAY), ("kf", 3 * DAY), ("mass", 2 * DAY)], 1 * DAY),  # four a week
    ],
)
def test_nobody_is_written_to_too_often(
    sent: list[tuple[str, timedelta]], until: timedelta | None, rules: Rules
) -> None:
    person = Person(lead(), consents=[NEWS], sent=[(channel, NOW - ago) for channel, ago in sent])
    found = may_hear(person, channel="mail", topic="news", rules=rules, now=NOW)
    assert found.until == (None if until is None else NOW + until)
    assert found.allowed is (until is None)


@pytest.mark.feature("K5")
def test_at_night_it_waits_and_says_until_when_in_local_time(rules: Rules) -> None:
    night = datetime.fromisoformat("2026-03-18T22:10+08:00")
    found = may_hear(Person(lead(), consents=[NEWS]), channel="mail", topic="news", rules=rules, now=night)
    assert (found.code, found.until) == ("quiet", datetime.fromisoformat("2026-03-19T09:00+08:00"))
    assert "03-19 09:00" in found.why


@pytest.mark.parametrize(
    ("stop", "said"),
    [
        (stopped("news"), "客户 2026-03-17 退订了「产品资讯」,不能再发。"),
        (stopped("news", "sms"), "客户 2026-03-17 退订了「产品资讯」的短信,不能再发。"),
        (stopped(channel="sms"), "客户 2026-03-17 退订了所有短信,不能再发。"),
        (stopped(), "客户 2026-03-17 要求不再联系,不能再发任何消息。"),
    ],
)
def test_whoever_tries_anyway_reads_why_not(stop: ContactStop, said: str, rules: Rules) -> None:
    channel = stop.channel or "mail"
    person = Person(lead(), consents=[NEWS], stops=[stop])
    assert may_hear(person, channel=channel, topic="news", rules=rules, now=NOW).why == said
