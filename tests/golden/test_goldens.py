"""Each card in each state as each platform gets it: a change of a card is seen here, and read before it is accepted.

A golden is read by a person and written by hand or with `python -m tests.golden.write NAME` for the names that one
means to change; the platforms' own rules are checked beside it, so that a golden can never hold what they refuse.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.dingtalk.render import changed_card, new_card, talk
from bot.drawing import DRAWINGS
from bot.platform import Place
from bot.wecom.render import message_body
from sandbox.dingtalk.card import Template, public_map
from sandbox.dingtalk.words import robot_message
from sandbox.wecom.card import flaw
from tests.golden.states import STATES
from tests.sides import PARAMS, TEMPLATE

HERE = Path(__file__).parent
TEMPLATES = Template(TEMPLATE, frozenset(PARAMS))


def drawn(name: str) -> dict[str, Any]:
    """platform → the request that carries this card."""
    message, kind = STATES[name], "group" if name.startswith("group") else "member"
    body = json.loads(message_body(message, Place("wecom", "lina", kind), ref="card-7-ab12", agent_id=1000002))
    body.pop("duplicate_check_interval", None)
    found = {"wecom": body, "dingtalk-words": talk(message, Place("dingtalk", "lina", kind))}
    if getattr(message, "buttons", ()):
        found["dingtalk"] = new_card(
            message, Place("dingtalk", "lina", kind), ref="card-7-ab12", space="lina", template=TEMPLATE,
            robot="dingrobot", http=True, route="",
        )  # fmt: skip
    if getattr(message, "done", ""):
        found["dingtalk"] = changed_card(message, code="card-7-ab12")
    return found


def test_no_card_is_without_a_golden() -> None:
    assert set(DRAWINGS) <= {name.partition("-")[0] for name in STATES}


@pytest.mark.feature("S1")
@pytest.mark.parametrize("name", STATES)
def test_the_card_is_as_it_was_read_and_accepted(name: str) -> None:
    expected = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    assert drawn(name) == expected, f"read the change, then: python -m tests.golden.write {name}"


@pytest.mark.parametrize("name", STATES)
def test_the_platforms_take_it(name: str) -> None:
    found = drawn(name)
    if "template_card" in found["wecom"]:
        assert flaw(found["wecom"]["template_card"]) is None
    words = found["dingtalk-words"]
    robot_message(words["msgKey"], json.dumps(words["msgParam"], ensure_ascii=False))
    if "dingtalk" in found:
        public_map(found["dingtalk"]["cardData"], TEMPLATES)


def test_a_name_never_becomes_a_link() -> None:
    text = drawn("lead-with-a-name-that-is-a-link")["dingtalk-words"]["msgParam"]["text"]
    assert "](http" not in text and "［点我］(http://x)＊＿｀＃" in text
