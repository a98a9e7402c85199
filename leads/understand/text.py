"""Pasted text made even: full-width letters, odd blanks and broken characters no longer matter."""

import re
import unicodedata
from functools import cache

READ = 2000  # characters; what comes after is kept in the note but not read for fields


@cache
def _rubbish() -> re.Pattern[str]:
    return re.compile("[\x00-\x08\x0b-\x1f\x7f\u00a0\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


@cache
def _pictures() -> re.Pattern[str]:
    """Emoji, arrows, dingbats and the signs that colour them: they part words as blanks do."""
    return re.compile("[\u2190-\u21ff\u2300-\u23ff\u25a0-\u27bf\u2b00-\u2bff\ufe00-\ufe0f\U0001f000-\U0001faff]")


def clean(text: str) -> str:
    """The first 2000 characters in one spelling: NFKC, no control characters, no emoji; line ends stay."""
    even = unicodedata.normalize("NFKC", text[:READ].replace("\r\n", "\n").replace("\r", "\n"))
    return (
        _rubbish()
        .sub(" ", _pictures().sub(" ", even))[: 2 * READ]
        .replace("\t", " | ")
        .replace("—", "-")
        .replace("–", "-")
    )


def blank(text: str, spans: list[tuple[int, int]]) -> str:
    """The same text, of the same length, with a stop where something was already read."""
    for start, end in spans:
        text = text[:start] + "\x00" * (end - start) + text[end:]
    return text
