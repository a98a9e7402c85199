"""Figures on a card are short and never in powers of ten."""

import pytest

from bot.cards.counted import money, three


@pytest.mark.parametrize(
    ("value", "told"),
    [(0, "0"), (0.00005, "0"), (0.0499, "0.0499"), (1.2345, "1.23"), (99.94, "99.9"), (99.96, "100"), (999.7, "1,000"),
     (3107.6, "3,108"), (-1234.5, "-1,234"), (8.0, "8")],
)  # fmt: skip
def test_three_figures(value, told):
    assert three(value) == told


@pytest.mark.parametrize(
    ("value", "told"), [(None, "—"), (86, "86"), (9999.4, "9,999"), (12_345, "1.23万"), (31_076_418, "3,108万")]
)
def test_money(value, told):
    assert money(value) == told
