"""Ticks go on after any change of the clock, and none is owed for time that never was."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.schedule import Tick

NOW = datetime(2026, 3, 18, 2, 20, tzinfo=UTC)


@pytest.mark.failure("T1")
def test_a_clock_set_a_year_ahead_owes_one_tick_not_thirty_million() -> None:
    tick, later = Tick(1.0), NOW + timedelta(days=365)
    assert tick.get_next_fire_time(NOW, later) == later + timedelta(seconds=1)


def test_ticks_keep_their_distance_while_the_clock_goes_on() -> None:
    tick = Tick(2.0)
    assert tick.get_next_fire_time(None, NOW) == NOW + timedelta(seconds=2)
    assert tick.get_next_fire_time(NOW, NOW + timedelta(seconds=1)) == NOW + timedelta(seconds=2)
