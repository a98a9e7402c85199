"""A winner is named only with enough evidence; each figure is worked out beside it."""

import random

import pytest

from nurture.verdict import Group, p_value, told, verdict


@pytest.mark.feature("K6")
@pytest.mark.parametrize(
    ("one", "other", "p"),
    [
        ((60, 500), (84, 510), 0.0422),  # z = (0.16471 - 0.12) / sqrt(0.14257 * 0.85743 * (1/500 + 1/510)) = 2.0317
        ((50, 100), (50, 100), 1.0),
        ((3, 4), (1, 4), 0.4857),  # the lady tasting tea: 34/70
        ((0, 120), (7, 120), 0.0144),  # 2 * C(233, 113) / C(240, 120) = 2 * 0.00720
        ((0, 100), (0, 100), 1.0),
    ],
)
def test_how_likely_chance_alone_is(one, other, p):
    assert p_value(Group(one[1], one[0]), Group(other[1], other[0])) == pytest.approx(p, abs=0.0002)


@pytest.mark.feature("K6")
@pytest.mark.parametrize(
    ("groups", "said"),
    [
        ({"a": (50, 500), "b": (95, 500)}, "a 10.0%(50/500),b 19.0%(95/500):b 更好(p=0.0001)"),
        ({"a": (50, 500), "b": (60, 500)}, "a 10.0%(50/500),b 12.0%(60/500):差异不显著(p=0.31)"),
        ({"a": (0, 99), "b": (60, 500)}, "a 0.0%(0/99),b 12.0%(60/500):样本还不够,每组至少 100 人再看"),
        ({"a": (50, 500), "b": (95, 500), "c": (93, 500)}, "差异不显著(p=1.00)"),
    ],
)
def test_what_is_said_of_it(groups, said):
    assert told({name: Group(entered, reached) for name, (reached, entered) in groups.items()}).endswith(said)


def test_equal_groups_have_a_winner_once_in_a_hundred_at_most():
    chance = random.Random(7)
    won = 0
    for _ in range(600):
        groups = {name: Group(200, sum(chance.random() < 0.2 for _ in range(200))) for name in "abc"}
        won += bool(verdict(groups).winner)
    assert won <= 12  # 6 expected at most; twelve or more would come about once in fifty runs of such a test
