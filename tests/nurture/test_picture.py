"""Journeys as pictures: what stands on them, also where something is wrong."""

import io
import re
import xml.etree.ElementTree as ET

import pytest
from PIL import Image

from bot.cards.journey_picture import png_of
from bot.cards.picture import find_font
from config.folder import TEMPLATES
from config.rules import load_rules
from nurture.picture import WIDTH, Count, svg, wrapped
from nurture.sketch import sketch
from tests.conftest import ROOT

DEFAULT = TEMPLATES / "default"
RULES = load_rules(
    (DEFAULT / "rules.yaml").read_text("utf-8") + (DEFAULT / "journeys.yaml").read_text("utf-8"), "rules"
)


@pytest.mark.feature("K1")
def test_the_picture_of_the_page_is_what_is_drawn() -> None:
    drawn = svg(RULES.journeys["warm_up"], rules=RULES)
    assert (ROOT / "docs" / "pictures" / "journey-warm-up.svg").read_text("utf-8") == drawn, (
        "draw it anew with nurture.picture.svg"
    )


@pytest.mark.parametrize("name", RULES.journeys)
def test_every_journey_is_drawn_whole_and_fits_on_a_phone(name: str) -> None:
    journey = RULES.journeys[name]
    counts = {step: Count(3, 12345) for step in journey.names}
    drawn = svg(journey, rules=RULES, counts=counts, marked=journey.names[0], note="<坏> & 红")
    tree = ET.fromstring(drawn)  # noqa: S314 - our own
    said = "".join(tree.itertext())
    assert "<坏> & 红" in said and "这里" in said and said.count("到过 12345 人,现在 3 人") == len(journey.steps)
    for text in tree.iter("{http://www.w3.org/2000/svg}text"):
        words = text.text or ""
        wide = sum(14 if ord(sign) > 0x2E80 else 8 for sign in words)
        assert text.get("text-anchor") == "middle" or float(text.get("x", 0)) + wide * 0.97 <= WIDTH, words
    assert len(sketch(journey, rules=RULES)) >= len(journey.steps) + 1


def test_a_sketch_marks_the_place() -> None:
    lines = sketch(RULES.journeys["warm_up"], rules=RULES, marked="s3")
    assert [line for line in lines if "◀ 这里" in line] == [lines[3]] and re.search("没有→结束", lines[3])


def test_long_words_are_cut_after_three_lines() -> None:
    assert wrapped("字" * 100, 280)[-1].endswith("…") and len(wrapped("字" * 100, 280)) == 3


@pytest.mark.skipif(find_font() is None, reason="this machine has no Chinese font: a chat gets the SVG")
def test_a_chat_gets_the_same_boxes_as_points() -> None:
    journey = RULES.journeys["warm_up"]
    drawn = svg(journey, rules=RULES, marked=journey.names[1])
    tree = ET.fromstring(drawn)  # noqa: S314 - our own
    picture = Image.open(io.BytesIO(png_of(drawn))).convert("RGB")
    assert picture.size == (2 * WIDTH, 2 * int(tree.get("height", 0)))
    boxes = [one for one in tree.iter("{http://www.w3.org/2000/svg}rect") if one.get("rx") == "8"]
    assert len(boxes) == len(journey.names)
    for box in boxes:
        left, top, high = (2 * int(box.get(name, 0)) for name in ("x", "y", "height"))
        assert "#{:02x}{:02x}{:02x}".format(*picture.getpixel((left + 12, top + high // 2))) == box.get("fill")
        inside = picture.crop((left + 20, top + 20, left + 400, top + high - 10)).convert("L")
        assert inside.getextrema()[0] < 90, "there are words in it"
        ringed = picture.getpixel((left, top + high // 2))
        assert (ringed == (0xC6, 0x28, 0x28)) == (box is boxes[1]), "the marked one is red"
