"""Pasted text made even: full-width letters, odd blanks and broken characters no longer matter."""

import re
import unicodedata
from functools import cache

READ = 2000  # characters; what comes after is kept in the note but not read for fields


@cache
def _rubbish() -> re.Pattern[str]:
    return re.compile("[\x00-\x08\x0b-\x1f\x7f\u00a0\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


def clean(text: str) -> str:
    """The first 2000 characters in one spelling: NFKC, no control characters, no half emoji; line ends stay."""
    even = unicodedata.normalize("NFKC", text[:READ].replace("\r\n", "\n").replace("\r", "\n"))
    return _rubbish().sub(" ", even)[: 2 * READ].replace("\t", " | ").replace("—", "-").replace("–", "-")


def blank(text: str, spans: list[tuple[int, int]]) -> str:
    """The same text, of the same length, with a stop where something was already read."""
    for start, end in spans:
        text = text[:start] + "\x00" * (end - start) + text[end:]
    return text
