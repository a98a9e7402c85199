"""docs/first-day.md and its twin tell what the bot does today, not what it did once."""

import pytest

from tests.story.day import Day, document_of, first_day, pictures_of


@pytest.mark.feature("F1", "G1", "G2", "H1", "E9", "N1", "A8")
async def test_the_document_tells_what_happens(acme):
    day = Day(acme)
    await first_day(day)
    told = document_of(acme.lies_on).read_text(encoding="utf-8")
    assert day.document() == told, "the bot has changed: ./run pictures"
    for step in day.steps:
        assert not step.picture or (pictures_of(acme.lies_on) / f"{step.picture}.png").is_file()
