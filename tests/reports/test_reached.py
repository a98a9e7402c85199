"""What a lead has come to, by its facts; what was taken back does not count."""

from datetime import UTC, datetime, timedelta

import pytest

from leads.reached import whole

START = datetime(2026, 3, 18, 2, 0, tzinfo=UTC)


def facts(*told):
    """(kind, by, data) an hour apart."""
    return [
        {"kind": kind, "at": START + timedelta(hours=n), "by": by, "data": data}
        for n, (kind, by, data) in enumerate(told)
    ]


def told(*items):
    return whole(facts(*items), 7, "acme", lambda start, end: end - start)


CAPTURED = ("captured", None, {})
MQL = ("mql", None, {})
CLAIM = ("claimed", "lina", {})
CALL = ("followup_logged", "lina", {"contact": True})
OPENED = ("opportunity_opened", "lina", {"opportunity": "O1", "stage": "won"})
WON = ("opportunity_won", "lina", {"opportunity": "O1"})
REOPENED = ("opportunity_reopened", "lina", {"opportunity": "O1"})


@pytest.mark.parametrize(
    ("items", "furthest", "automated"),
    [
        ((CAPTURED,), 0, 0),
        ((CAPTURED, MQL, CLAIM), 2, 1),
        ((CAPTURED, ("edited", "lina", {}), MQL, CLAIM), 2, 0),
        ((("captured", "lina", {}), MQL), 1, 0),
        ((CAPTURED, MQL, CLAIM, ("edited", "lina", {})), 2, 1),
        ((CAPTURED, CLAIM, ("undone", "lina", {"act": "claim"})), 0, 0),
        ((CAPTURED, CLAIM, OPENED), 4, 0),
        ((CAPTURED, OPENED, WON), 5, 0),
        ((CAPTURED, OPENED, WON, REOPENED), 4, 0),
        ((CAPTURED, OPENED, WON, REOPENED, ("undone", "lina", {"act": "resume"})), 5, 0),
        ((CAPTURED, OPENED, ("undone", "lina", {"act": "convert"})), 0, 0),
        ((("captured", None, {"stage": "sql"}),), 3, 0),
    ],
)
def test_stages(items, furthest, automated):
    row = told(*items)
    assert (row["furthest"], row["automated"]) == (furthest, automated)


def test_a_later_stage_implies_the_earlier_ones_at_its_instant():
    row = told(CAPTURED, OPENED, MQL)
    assert row["mql_at"] == row["sal_at"] == row["sql_at"] == START + timedelta(hours=1)


def test_the_first_real_contact_answers_and_a_note_does_not():
    row = told(CAPTURED, ("followup_logged", "wanglei", {"contact": False}), CALL, CALL)
    assert (row["contact_by"], row["response"]) == ("lina", 2 * 3600 * 10**6)
    row = told(CAPTURED, CALL, ("undone", "lina", {"act": "followup"}))
    assert (row["contact_at"], row["response"]) == (None, None)


def test_an_entry_that_was_withdrawn_is_no_lead():
    assert told(("captured", "lina", {}), ("undone", "lina", {"act": "capture"})) is None
