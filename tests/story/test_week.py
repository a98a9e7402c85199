"""A week of eight people and two hundred leads, with a holiday, a leave and a leaver: every message each person got.

The transcripts beside this file are read by a person; `python -m tests.story.week` writes them anew.
"""

from pathlib import Path

import pytest

from tests.story.week import transcript_of


@pytest.mark.feature("H1", "H6", "H7", "O1", "O3", "O4", "G2")
async def test_a_week_reads_as_it_was_read_and_accepted(tmp_path, platform, record_property):
    lines = await transcript_of(tmp_path, platform)
    record_property("week", f"200 leads, {len(lines)} messages on {platform}")
    accepted = (Path(__file__).parent / f"week-{platform}.txt").read_text(encoding="utf-8").splitlines()
    wrong = [(was, now) for was, now in zip(accepted, lines, strict=False) if was != now]
    assert wrong[:3] == [] and len(lines) == len(accepted), "read the change, then: python -m tests.story.week"
