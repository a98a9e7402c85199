"""Reading a chat line as a command: 领取 L1024, /查重 138…, 1; anything else is natural language."""

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LEAD = re.compile(r"\s*[Ll]\s*(\d{1,12})(?!\d)")
BARE_LEAD = re.compile(r"\s*[Ll]?\s*(\d{1,12})(?![\d.:点号月年])")
EDGES = re.compile(r"^[\s,:、\uff0c\uff1a]+|[\s,:、\uff0c\uff1a]+$")
BOUNDARY = re.compile(r"[\s,。:;!?、.\uff0c\uff1a\uff1b\uff01\uff1f]|[Ll]?\d|$")


@dataclass(frozen=True)
class Line:
    """A command's first word (the one of the contract, whatever alias was typed) and what follows it."""

    word: str
    rest: str


def tidy(text: str) -> str:
    """One line of chat with full-width digits and letters made plain, without a leading slash of either width."""
    plain = "".join(unicodedata.normalize("NFKC", c) if "\uff01" <= c <= "\uff5e" and c.isalnum() else c for c in text)
    return plain.strip().removeprefix("/").removeprefix("\uff0f").strip()


def read_line(text: str, aliases: Mapping[str, str]) -> Line | None:
    """The command that a line begins with, the longest alias first; None when it begins with none."""
    for alias in sorted(aliases, key=len, reverse=True):
        head, rest = text[: len(alias)], text[len(alias) :]
        if head.lower() == alias and BOUNDARY.match(rest):
            return Line(aliases[alias], re.sub(EDGES, "", rest))
    return None


def lead_and_rest(rest: str, *, bare: bool) -> tuple[int | None, str]:
    """The lead number at the beginning (L1024, or 1024 where `bare` numbers are meant as leads) and what follows."""
    match = (BARE_LEAD if bare else LEAD).match(rest)
    if match is None:
        return None, rest.strip()
    return int(match[1]), re.sub(EDGES, "", rest[match.end() :])


def picked(text: str) -> int | None:
    """A bare number of one or two digits: an entry of the list shown last."""
    return int(text) if re.fullmatch(r"[0-9]{1,2}", text) else None


def closest(text: str, words: Sequence[str]) -> list[str]:
    """The three words that a mistyped one most resembles, the best first; always three."""
    head = re.split(r"[\s,。:\uff0c\uff1a]", text, maxsplit=1)[0][:12]

    def likeness(word: str) -> float:
        shared = len(set(word) & set(head)) / max(len(set(word)), 1)
        return difflib.SequenceMatcher(None, word, head).ratio() + shared + 0.3 * (word[:1] == head[:1])

    return sorted(words, key=likeness, reverse=True)[:3]
