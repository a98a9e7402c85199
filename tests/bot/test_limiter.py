"""Nobody gets more than the platform would deliver."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.limiter import Limiter

NOW = datetime(2026, 3, 18, 2, 20, tzinfo=UTC)
LIMITS = {timedelta(minutes=1): 30, timedelta(hours=1): 1000}


@given(st.lists(st.floats(0, 20), min_size=1, max_size=400))
def test_no_window_ever_holds_more_than_the_limit(pauses):
    limiter = Limiter({timedelta(minutes=1): 5})
    sent, now = [], NOW
    for pause in pauses:
        now += timedelta(seconds=pause)
        now += limiter.wait("a", now)
        limiter.spend("a", now).ended(now)
        sent.append(now)
    for at in sent:
        assert sum(at - timedelta(minutes=1) < other <= at for other in sent) <= 5


def test_the_hour_counts_too():
    limiter = Limiter({timedelta(minutes=1): 30, timedelta(hours=1): 40})
    for second in range(39):
        limiter.spend("a", NOW).ended(NOW + timedelta(seconds=second * 10))
    now = NOW + timedelta(minutes=8)
    assert limiter.wait("a", now) == timedelta(hours=1) - timedelta(minutes=8)


def test_a_message_counts_from_when_it_arrived_and_while_it_is_under_way_from_now():
    limiter = Limiter({timedelta(minutes=1): 2})
    slow = limiter.spend("a", NOW)
    assert limiter.wait("a", NOW + timedelta(seconds=90)) == timedelta(minutes=1), "it may arrive only now"
    slow.ended(NOW + timedelta(seconds=40))
    assert limiter.wait("a", NOW + timedelta(seconds=90)) == timedelta(seconds=10)
    assert limiter.wait("a", NOW + timedelta(seconds=100)) == timedelta(0)


def test_places_do_not_wait_for_each_other():
    limiter = Limiter(LIMITS)
    for _ in range(29):
        limiter.spend("a", NOW)
    assert limiter.wait("a", NOW) > timedelta(0)
    assert limiter.wait("b", NOW) == timedelta(0)


def test_a_restart_remembers_what_was_sent():
    limiter = Limiter(LIMITS)
    limiter.remember([("a", NOW - timedelta(seconds=30))] * 29)
    assert limiter.wait("a", NOW) == timedelta(seconds=30)


def test_a_clock_that_is_set_back_makes_nobody_wait_for_a_year():
    limiter = Limiter(LIMITS)
    for _ in range(29):
        limiter.spend("a", NOW).ended(NOW + timedelta(days=365))
    assert limiter.wait("a", NOW) == timedelta(minutes=1)
    assert limiter.wait("a", NOW + timedelta(seconds=61)) == timedelta(0)
