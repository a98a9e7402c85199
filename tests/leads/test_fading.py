"""A lead is looked at in the nights in which its score changes, and in no others."""

from datetime import timedelta

import pytest

from config.folder import TEMPLATES
from config.rules import load_rules
from leads.fading import next_look
from leads.heat import parts_of
from tests.conftest import NOW

RULES = load_rules((TEMPLATES / "default" / "rules.yaml").read_text("utf-8"), "rules.yaml")
DAY = timedelta(days=1)


def looks_of(heat):
    """The nights in which a lead is looked at until nothing fades any more."""
    found, now = [], NOW
    while (night := next_look(heat, "cold", rules=RULES, now=now)) is not None:
        assert now < night <= now + 7 * DAY and night.astimezone(RULES.zone).hour == 1
        found.append(night)
        now = night
    return found


@pytest.mark.parametrize("kind", ["download", "reply"])
def test_every_night_that_changes_the_points_is_looked_at_and_few_others(kind):
    heat = {kind: [1.0, NOW.isoformat()]}
    looks, night = looks_of(heat), next_look(heat, "hot", rules=RULES, now=NOW)
    before, changes = parts_of(heat, rules=RULES, now=NOW), 0
    while before:
        if (after := parts_of(heat, rules=RULES, now=night)) != before:
            assert night in looks, "what is shown is what the rules say"
            before, changes = after, changes + 1
        night += DAY
    assert changes > 2 and len(looks) <= changes + (night - NOW) / DAY / 7


def test_a_hot_lead_is_looked_at_every_night():
    heat = {"download": [2.0, NOW.isoformat()]}
    first = next_look(heat, "hot", rules=RULES, now=NOW)
    assert first - NOW <= DAY and next_look(heat, "hot", rules=RULES, now=first) == first + DAY


def test_what_has_faded_is_not_looked_at_again():
    heat = {"download": [1.0, (NOW - 1000 * DAY).isoformat()]}
    assert next_look(heat, "cold", rules=RULES, now=NOW) is None and next_look({}, "hot", rules=RULES, now=NOW) is None
