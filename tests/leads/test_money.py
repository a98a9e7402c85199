"""Sums as a line has room for them: a number is never cut in its middle."""

import pytest

from leads.money import about


@pytest.mark.parametrize(
    ("yuan", "told"),
    [
        (0, "0 元"), (8_000, "8000 元"), (500_000, "50 万"), (516_691, "51.67 万"), (96_299_787.6, "9630 万"),
        (999_996, "100 万"), (123_456_789, "1.23 亿"), (-516_691, "-51.67 万"),
    ],
)  # fmt: skip
def test_a_sum_for_a_line_with_little_room(yuan, told):
    assert about(round(yuan * 100)) == told
