"""One message in a chat, as the person in front of the phone sees it now."""

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sandbox.dingtalk.card import Instance

DTMD = "dtmd://dingtalkclient/sendMessage"
LINK = re.compile(rf"\[([^\[\]]+)\]\(({DTMD}[^)\s]*)\)")  # in Markdown, as DingTalk shows it
PAGE = re.compile(r"\[([^\[\]]+)\]\((https?://[^)\s]+)\)")


@dataclass
class Message:
    """One bubble or card. `user` is whose chat it hangs in (a group's id for groups); `mine`: a person wrote it.

    `kind` is card for action cards and interactive cards, otherwise text, markdown, image, link, file or audio.
    `only` are the sole people of a group who see it (empty: all).
    `via` is the road it came by: robot, session, answer, card, notice, hook; `msgid` is its processQueryKey.
    """

    id: str
    user: str
    at: float
    kind: str
    text: str = ""
    title: str = ""
    content: dict[str, Any] = field(default_factory=dict)
    instance: Instance | None = None
    first: dict[str, Any] = field(default_factory=dict)
    mine: bool = False
    sender: str = ""
    via: str = ""
    msgid: str = ""
    updated_at: float | None = None
    recalled: bool = False
    only: frozenset[str] = frozenset()
    read_by: set[str] = field(default_factory=set)

    @property
    def card(self) -> dict[str, Any]:
        """The present state of a card, as its chat's owner sees it."""
        return self.card_for(self.user)

    def card_for(self, user: str) -> dict[str, Any]:
        """The present state of a card as one person sees it."""
        return self.instance.view(user) if self.instance is not None else self.content

    def buttons(self, user: str | None = None) -> dict[str, str]:
        """text → what a press sends: an action, or an address (an action card's button, a link in its text)."""
        if self.kind != "card" or self.recalled:
            return {}
        if self.instance is None:
            own = {button["title"]: button["url"] for button in self.content["buttons"]}
            return own | {match[1]: match[2] for match in LINK.finditer(self.text)}
        return {button["text"]: button["action"] for button in listed(self.card_for(user or self.user))}

    @property
    def replaced(self) -> str:
        """What stands where buttons were: the card's words about its end; empty while something can be pressed."""
        return "" if self.instance is None or self.buttons() else str(self.card.get("done") or "")

    def seen(self, user: str | None = None) -> str:
        """Everything a person reads in it, each button in brackets."""
        if self.kind != "card":
            return "\n".join(part for part in (self.title, self.text) if part)
        labels = [f"[{label}]" for label in self.buttons(user)]
        if self.instance is None:
            return "\n".join([LINK.sub("", self.text).rstrip(" ·\n"), *labels])
        shown = [_flat(value) for key, value in self.card_for(user or self.user).items() if key != "buttons"]
        return "\n".join([*(value for value in shown if value), *labels])


def listed(view: dict[str, Any]) -> list[dict[str, str]]:
    """The buttons of an interactive card: its parameter `buttons` is a JSON list of {"text", "action"}."""
    try:
        found = json.loads(view.get("buttons") or "[]")
    except ValueError:
        return []
    if not isinstance(found, list):
        return []
    return [one for one in found if isinstance(one, dict) and _text(one.get("text")) and _text(one.get("action"))]


def spoken(address: str) -> str | None:
    """The words that a tap on a dtmd address makes its reader send; None for an address that opens a page."""
    if not address.startswith(DTMD):
        return None
    found = parse_qs(urlsplit(address).query, keep_blank_values=True).get("content")
    return found[0] if found else None


def _flat(value: str) -> str:
    """A value as the template draws it: a JSON list of rows as one line each."""
    try:
        rows = json.loads(value) if value.startswith("[") else None
    except ValueError:
        rows = None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return value
    return "\n".join(" ".join(str(part) for part in row.values()) for row in rows)


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)
