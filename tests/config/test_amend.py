"""One place of rules.yaml is changed, and everything else, comments too, stays as a person wrote it."""

import difflib

import pytest
import yaml

from config.amend import NotAmendable, with_item, with_value
from config.folder import TEMPLATES
from config.rules import load_rules

DEFAULT = (TEMPLATES / "default" / "rules.yaml").read_text("utf-8")
SMALL = """# ours
claims: {per_minute: 3}   # slow
pools:
  public: {label: 公海, default: true}
scoring:
  rules: [{field: email, present: true, add: 5, why: 邮箱}]
assignment:
  sticky: {same_company: true}
"""


def changed(before: str, after: str) -> list[str]:
    """The lines that differ."""
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    return [line for line in lines if line[0] in "+-"]


def test_a_value_is_exchanged_and_its_comment_stays():
    text = with_value(DEFAULT, ("clocks", "claim", "within"), "4h")
    assert changed(DEFAULT, text) == ["-     within: 2h", "+     within: 4h"]
    text = with_value(DEFAULT, ("scoring", "mql", "score"), 70)
    (gone, come) = changed(DEFAULT, text)
    assert gone.replace("60", "70").lstrip("- ") == come.lstrip("+ ") and "#" in come
    assert load_rules(text, "rules.yaml").scoring.mql.score == 70


def test_an_entry_comes_first_in_a_list_however_it_is_written():
    rule = {"field": "title", "contains": ["总监"], "add": 20, "why": "职位有总监"}
    text = with_item(DEFAULT, ("scoring", "rules"), rule)
    assert changed(DEFAULT, text) == ["+     - {field: title, contains: [总监], add: 20, why: 职位有总监}"]
    assert load_rules(text, "rules.yaml").scoring.rules[0].why == "职位有总监"
    assert yaml.safe_load(with_item(SMALL, ("scoring", "rules"), rule))["scoring"]["rules"][0] == rule


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("claims", "per_day"), 20), (("assignment", "rules"), [{"name": "甲"}]),
        (("lifecycle", "require"), {"sql": ["budget"]}),
        (("pools", "public", "views_per_day"), 20),
    ],
)  # fmt: skip
def test_what_is_not_there_yet_is_added_at_its_place(path, value):
    text = with_value(SMALL, path, value) if path[-1] != "rules" else with_item(SMALL, path, value[0])
    found = yaml.safe_load(text)
    for key in path:
        found = found[key]
    assert found == value and "# ours" in text and "# slow" in text
    before, after = yaml.safe_load(SMALL), yaml.safe_load(text)
    assert {key for key in after if after[key] != before.get(key)} == {path[0]}


def test_what_is_written_otherwise_is_left_alone():
    for path in (("claims", "per_minute", "x"), ("scoring", "rules", "x"), ("pools",)):
        with pytest.raises(NotAmendable):
            with_value(SMALL, path, 1)
    with pytest.raises(NotAmendable):
        with_item(SMALL, ("claims",), 1)
