"""An action as the key of a button, and a button's key as an action."""

import re
from dataclasses import MISSING, fields
from urllib.parse import quote, unquote

from bot.actions import WORDS, Action

PRACTICE = "practice/"  # begins the key of a button that belongs to a room (see bot/practice.py)
LONGEST = 1024  # bytes of a button's key on WeCom (developer page 90236); DingTalk allows more
ODD = re.compile("[\ud800-\udfff]")  # halves of a character, which JSON can name and no store can keep
NAMES = {kind: word for word, kind in WORDS.items()}


class BadAction(ValueError):
    """A button key that none of our cards can have carried."""


def pack(action: Action, *, practice: bool = False) -> str:
    """The button's key, such as `claim/1024/3`. Raises ValueError when it would not fit a platform's limit."""
    parts = [NAMES[type(action)], *(quote(str(getattr(action, f.name)), safe="") for f in fields(action))]
    key = (PRACTICE if practice else "") + "/".join(parts)
    if len(key.encode()) > LONGEST:
        raise ValueError(f"a button key of {len(key.encode())} bytes; {LONGEST} is the limit")
    return key


def unpack(key: str) -> Action:
    """The action of a button's key; raises BadAction for a key that no card of ours carried."""
    word, *values = key.removeprefix(PRACTICE).split("/")
    kind = WORDS.get(word)
    if kind is None or len(key) > LONGEST or ODD.search(key):
        raise BadAction(word[:40])
    expected = fields(kind)
    needed = sum(f.default is MISSING for f in expected)  # a card from before an upgrade may lack the newest parts
    if not needed <= len(values) <= len(expected):
        raise BadAction(word)
    arguments: dict[str, int | str] = {}
    for f, value in zip(expected, values, strict=False):
        if f.type is int:
            if not value.isascii() or not value.isdigit() or len(value) > 18:
                raise BadAction(word)
            arguments[f.name] = int(value)
        else:
            arguments[f.name] = unquote(value)
    return kind(**arguments)  # type: ignore[arg-type]
