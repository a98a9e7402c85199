"""R-T5: nobody is disturbed at night, whatever the day, the window and the server's own zone."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from config.document import BadDocument
from config.folder import TEMPLATES
from config.rules import Rules, load_rules
from nurture.quiet import is_never_open, next_hour

DEFAULT = (TEMPLATES / "default" / "rules.yaml").read_text("utf-8")


def rules_of(nurture: str) -> Rules:
    return load_rules(f"{DEFAULT}\nnurture: {nurture}\n", "rules.yaml")


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-{text}:00+08:00")  # the 18th is a Wednesday


@pytest.mark.feature("K5")
@pytest.mark.parametrize(
    ("nurture", "now", "goes"),
    [
        ("{}", "18T10:20", "18T10:20"),
        ("{}", "18T20:59", "18T20:59"),
        ("{}", "18T21:00", "19T09:00"),
        ("{}", "18T23:59", "19T09:00"),
        ("{}", "19T00:00", "19T09:00"),
        ("{}", "19T08:59", "19T09:00"),
        ('{quiet: "12:00-14:00"}', "18T12:30", "18T14:00"),
        ('{quiet: "12:00-14:00"}', "18T03:00", "18T03:00"),
        ('{quiet: "00:00-08:00"}', "18T23:30", "18T23:30"),
        ('{quiet: "22:00-00:00"}', "18T22:30", "19T00:00"),
        ('{quiet: "00:00-00:00"}', "18T02:30", "18T02:30"),
        ("{windows: {mail: {days: [tue, thu]}}}", "18T10:20", "19T09:00"),
        ("{windows: {mail: {days: [tue, thu]}}}", "19T20:59", "19T20:59"),
        ("{windows: {mail: {days: [tue, thu]}}}", "19T21:00", "24T09:00"),
        ('{windows: {mail: {hours: ["10:00-11:30", "14:00-17:00"]}}}', "18T11:30", "18T14:00"),
        ('{windows: {mail: {hours: ["14:00-17:00", "10:00-11:30"]}}}', "18T09:00", "18T10:00"),
        ('{windows: {mail: {hours: ["19:00-23:00"]}}}', "18T22:00", "19T19:00"),
        ('{windows: {sms: {hours: ["14:00-15:00"]}}}', "18T10:20", "18T10:20"),
    ],
)
def test_a_message_goes_at_the_first_hour_that_disturbs_nobody(nurture: str, now: str, goes: str) -> None:
    for zone in ("UTC", "America/New_York", "Asia/Shanghai"):
        asked = at(now).astimezone(ZoneInfo(zone))
        assert next_hour("mail", rules=rules_of(nurture), now=asked) == at(goes)


def test_a_window_that_lies_in_the_quiet_hours_is_known_to_be_never_open() -> None:
    assert is_never_open("mail", rules_of('{windows: {mail: {hours: ["21:30-23:00"]}}}').nurture)
    assert not is_never_open("mail", rules_of("{}").nurture)


@pytest.mark.parametrize(
    ("nurture", "told"),
    [
        ('{windows: {mail: {hours: ["22:00-08:00"]}}}', "ends before it begins"),
        ('{quiet: "25:00-08:00"}', "quiet"),
        ("{topics: {a: {label: 资讯}, b: {label: 资讯}}}", "has this label already"),
        ("{caps: {fax: {per_day: 1}}}", "fax"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_its_place(nurture: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(BadDocument, match=told) as refused:
        rules_of(nurture)
    assert "rules.yaml:" in str(refused.value)
