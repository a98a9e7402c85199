"""The chance of winning is learned from closed leads, adds up when asked why, and is not told from too little."""

import json
import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.bank import closed_leads
from bench.odds import small_samples
from leads.odds.model import Model, Numbers, Words, from_json
from leads.odds.training import FLOOR, NotEnough, area, calibration_error, fit, train


def world(count, seed=1):
    """Leads whose chance is known: 展会 and a large budget help, 百度 hurts, the weekday means nothing."""
    chance = random.Random(seed)
    leads, won, true = [], [], []
    for _ in range(count):
        source = chance.choice(["展会", "官网", "百度"])
        budget = chance.choice([None, float(int(10 ** chance.uniform(3, 6.5)))])
        logit = {"展会": 1.2, "官网": 0.0, "百度": -1.2}[source] - 1.0
        logit += 0.0 if budget is None else 1.5 * (math.log10(budget) - 4.7)
        share = 1 / (1 + math.exp(-logit))
        leads.append({"source": source, "budget": budget, "weekday": str(chance.randrange(5))})
        won.append(chance.random() < share)
        true.append(share)
    return leads, won, true


LEADS, WON, TRUE = world(1500)
MODEL = train(LEADS[:1000], WON[:1000])


def test_the_chance_is_near_the_true_one():
    told = [MODEL.odds(lead).chance for lead in LEADS[1000:]]
    assert sum(abs(one - other) for one, other in zip(told, TRUE[1000:], strict=True)) / 500 < 0.06


def test_the_reasons_are_what_made_the_leads_win():
    good = MODEL.odds({"source": "展会", "budget": 2_000_000.0, "weekday": "1"})
    bad = MODEL.odds({"source": "百度", "budget": 2_000.0, "weekday": "1"})
    assert good.chance > 0.8 > 0.2 > bad.chance
    assert {name for name, _ in good.ups[:2]} == {name for name, _ in bad.downs[:2]} == {"source", "budget"}
    assert all(abs(share) < 0.25 for name, share in (*good.ups, *good.downs, *bad.ups, *bad.downs) if name == "weekday")


@given(
    st.sampled_from(["展会", "官网", "百度", "没见过", None]),
    st.one_of(st.none(), st.floats(-1e9, 1e9)),
)
def test_the_shown_shares_add_up_to_the_shown_chance(source, budget):
    lead = {"source": source, "budget": budget}
    odds = MODEL.odds(lead)
    shares = dict((*odds.ups, *odds.downs))
    assert shares.keys() == {name for name, field in MODEL.fields.items() if field.adds(lead.get(name)) != field.mean}
    usual = MODEL.intercept + sum(field.mean for field in MODEL.fields.values())
    assert math.isclose(usual + sum(shares.values()), math.log(odds.chance / (1 - odds.chance)), abs_tol=1e-6)


def test_a_model_that_was_kept_tells_the_same():
    again = from_json(json.loads(json.dumps(MODEL.to_json())))
    assert again == MODEL
    assert [again.odds(lead) for lead in LEADS[:50]] == [MODEL.odds(lead) for lead in LEADS[:50]]


def test_the_same_leads_teach_the_same():
    assert train(LEADS[:1000], WON[:1000]) == MODEL


def test_too_few_leads_or_one_outcome_teach_nothing():
    with pytest.raises(NotEnough, match=f"{FLOOR - 1} closed leads"):
        train(LEADS[: FLOOR - 1], WON[: FLOOR - 1])
    with pytest.raises(NotEnough, match="400 won"):
        train(LEADS[:400], [True] * 400)


def test_recent_outcomes_set_the_level_again():
    """Half as many are won lately: the chances that are told go down, without forgetting what helps."""
    lately = [one and number % 2 == 0 for number, one in enumerate(WON[:1000])]
    turned = train(LEADS[:1000], [*WON[:600], *lately[600:]])
    assert sum(turned.odds(lead).chance for lead in LEADS) < 0.85 * sum(MODEL.odds(lead).chance for lead in LEADS)


def test_a_field_with_one_answer_or_none_does_no_harm():
    model = fit([{**lead, "same": "x", "empty": None} for lead in LEADS[:300]], WON[:300])
    assert {name for name, _ in model.odds(LEADS[0]).ups} <= {"source", "budget", "weekday"}


def test_the_measures_mean_what_their_names_say():
    guessed, outcome = np.array([0.1, 0.4, 0.4, 0.9]), np.array([0.0, 0.0, 1.0, 1.0])
    assert area(guessed, outcome) == 3.5 / 4, "of four pairs three are in order and one is a tie"
    assert area(guessed, np.zeros(4)) == 0.5
    level = np.full(1000, 0.3)
    assert calibration_error(level, np.array(([1.0] * 3 + [0.0] * 7) * 100)) < 0.001
    assert abs(calibration_error(level, np.ones(1000)) - 0.7) < 1e-9


def test_answers_are_read_on_the_scale_they_were_learned_on():
    field = Numbers((10.0, 20.0), (0.0, 1.0, 3.0), 0.0, 0.0, -1.0, 0.0)
    assert [field.adds(value) for value in (10.0, 11.0, 20.5, None)] == [0.0, 1.0, 3.0, -1.0]
    words = Words({"a": 2.0}, -0.5, -1.0, 0.0)
    assert [words.adds(value) for value in ("a", "b", None)] == [2.0, -0.5, -1.0]
    assert Model({}, 0.0, 0, 0.5, 0.5, 0.0).odds({"a": "b"}).chance == 0.5


def test_small_companies_get_better_odds_than_counting_gives():
    leads, won = closed_leads()
    for size, rounds in ((200, 5), (500, 4)):
        found = small_samples(leads, won, size, rounds)
        ours, bayes = [one for one, _ in found], [other for _, other in found]
        assert sum(one.auc for one in ours) > sum(one.auc for one in bayes), size
        assert sum(one.gap for one in ours) / rounds < 0.05 < sum(one.gap for one in bayes) / rounds
