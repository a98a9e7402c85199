"""docs/first-day.md tells what the bot does today, not what it did once."""

import pytest

from tests.story.day import DOCUMENT, Day, first_day


@pytest.mark.feature("F1", "G1", "G2", "H1", "E9", "N1", "A8")
async def test_the_document_tells_what_happens(acme):
    day = Day(acme)
    await first_day(day)
    if acme.lies_on != "wecom":
        return  # the day has gone by; the document shows WeCom's cards
    assert day.document() == DOCUMENT.read_text(encoding="utf-8"), "the bot has changed: ./run pictures"
    for step in day.steps:
        assert not step.picture or (DOCUMENT.parent / "pictures" / f"{step.picture}.png").is_file()
