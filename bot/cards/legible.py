"""Words as they may stand in a message: nothing invisible in them, no longer than their place."""

import re
import unicodedata

UNSEEN = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def clean(text: str) -> str:
    """Without control characters, direction tricks and halves of characters; line breaks stay."""
    if text.replace("\n", "").isprintable():  # which nothing of that is
        return text
    text = UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    return "".join(c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs", "Co", "Cn"))


def cut(text: str, most: int) -> str:
    """At most `most` characters on one line, the last one … where something was left out."""
    line = " ".join(clean(text).split())
    return line if len(line) <= most else line[: most - 1] + "…"


def cut_bytes(text: str, most: int) -> str:
    """At most `most` UTF-8 bytes, ending in … on a character's boundary where something was left out."""
    raw = text.encode()
    if len(raw) <= most:
        return text
    return raw[: most - 3].decode("utf-8", "ignore") + "…"
