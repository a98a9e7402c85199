"""Journeys in rules.yaml: what can be written, and what is refused with its place."""

import pytest

from config.document import BadDocument, load, read_text, validate
from config.folder import TEMPLATES
from config.journey_flaws import unfit_journeys
from config.rules import Rules

BASE = read_text(TEMPLATES / "default" / "rules.yaml") + "\nfields:\n  ends: {label: 到期日, type: date}\n"
HEAD = "journeys:\n  paper:\n    label: 白皮书\n    start: {behaviour: [download]}\n    steps:\n"


def problems(steps, head=HEAD):
    """What is said of a journey with these steps, as (line below `steps:`, message)."""
    text = BASE + head + "".join(f"      - {step}\n" for step in steps)
    document = load(text, "rules.yaml")
    first = len((BASE + head).splitlines())
    try:
        found = unfit_journeys(validate(Rules, document), document)
    except BadDocument as error:
        found = error.problems
    return [(problem.mark.line - first, problem.message) for problem in found]


def test_a_journey_that_leads_to_an_end_is_fine():
    steps = [
        "{wait: 2d}", "{split: {a: 2, b: 1}}", "{name: a, send: mail, content: x, topic: news, next: seen}",
        "{name: b, send: [mass, mail], content: y, topic: 产品资讯}",
        "{name: seen, wait: 3d, until: [open], otherwise: call}", "stop: true", "{name: call, give: sales}",
    ]  # fmt: skip
    assert problems(steps) == []


@pytest.mark.parametrize(
    ("steps", "line", "said"),
    [
        (["{name: a, tell: marketing}", "{tell: owner, next: a}"], 1, "a loop without a wait: a -> s2 -> a"),
        (
            ["{name: a, wait: 1d}", "{when: {score_at_least: 5}, otherwise: b}", "{tell: owner, next: s2}",
             "{name: b, stop: true}"],
            2, "a loop without a wait: s2 -> s3 -> s2",
        ),
        (["{wait: 1d, next: end}", "{tell: owner}"], 2, "no way leads to this step"),
        (["{send: mail}"], 1, "says what is sent"),
        (["{send: mail, content: x}"], 1, "says what it is about"),
        (["{send: mail, content: x, topic: gossip}"], 1, "there is no topic 'gossip'; nurture.topics has: news, event"),
        (["{wait: 1d, next: nowhere}"], 1, "there is no step 'nowhere'; there are: s1, end"),
        (["{wait: 1d, until: [fly], otherwise: end}"], 1, "there is no behaviour 'fly'"),
        (["{wait: 1x}"], 1, "is no span"),
        (["{wait: 1d, give: sales}"], 1, "wait and give are two steps"),
        (["{when: {}, otherwise: end}"], 1, "when needs something to hold"),
        (["{when: {own: {colour: red}}, otherwise: end}"], 1, "there is no own field 'colour'"),
        (["{split: {end: 1}}"], 1, "split names at least two steps"),
        (["{day: -1}"], 1, "counts from the run's own day"),
        (["{wait: 1d, content: x}"], 1, "belongs to send"),
        (["{name: end, stop: true}"], 1, "end is where journeys end"),
    ],
)  # fmt: skip
def test_a_flaw_is_named_with_its_line(steps, line, said):
    found = problems(steps)
    assert [at for at, message in found if said in message] == [line], found


@pytest.mark.parametrize(
    ("start", "said"),
    [
        ("{}", "nothing is written"),
        ("{behaviour: [open], source: [官网]}", "source and behaviour are written"),
        ("{date: birthday}", "is no own field with a date; there are: ends"),
        ("{behaviour: [open], days: 3}", "days counts from a day"),
        ("{holiday: [泼水节]}", "春节"),
        ("{stage: [sal]}", "write owned: true"),
    ],
)
def test_a_start_that_nobody_could_make_is_refused(start, said):
    (found,) = problems(["{wait: 1d}"], HEAD.replace("{behaviour: [download]}", start))
    assert said in found[1] and found[0] == -1, "at the line of start"
