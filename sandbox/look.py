"""How the demo's page shows a chat tool: which stand-in it asks, and what a message looks like there."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sandbox.chat import Chats, Delivery
from sandbox.dingtalk.chat import LINK, PAGE, listed
from sandbox.dingtalk.chat import Message as DingTalkMessage
from sandbox.dingtalk.standin import DingTalkStandIn
from sandbox.fault import Faults
from sandbox.wecom.chat import Message as WeComMessage
from sandbox.wecom.standin import WeComStandIn

PNG = b"\x89PNG"


class Phones(Protocol):
    """What every stand-in lets a person do."""

    @property
    def chats(self) -> Chats[Any]:
        """Everybody's chats."""
        ...

    @property
    def faults(self) -> Faults:
        """The switches for bad days."""
        ...

    def chat(self, user: str) -> list[Any]:
        """What hangs in a member's chat."""
        ...

    async def text(self, user: str, words: str) -> Delivery:
        """A member writes."""
        ...

    async def click(
        self, user: str, message: Any, key: str, *, selected: Mapping[str, list[str]] | None = None
    ) -> Delivery:
        """A member presses a button."""
        ...


@dataclass(frozen=True)
class Look:
    """One chat tool on the page. `shown` makes a message what the page draws; `note` is a line about its state."""

    id: str
    name: str
    phones: Phones
    shown: Callable[[Any], dict[str, Any]]
    calls: Callable[[], Mapping[str, int]]
    menu: Callable[[], dict[str, Any]] = dict
    note: Callable[[], str] = str


def wecom_look(standin: WeComStandIn) -> Look:
    """企业微信."""
    return Look("wecom", "企业微信", standin, wecom_shown, lambda: standin.api.calls, lambda: standin.api.menu)


def dingtalk_look(standin: DingTalkStandIn) -> Look:
    """钉钉, with the month's quota in sight."""

    def note() -> str:
        quota = standin.quota
        return f"本月额度:接口 {quota.api}/{quota.api_limit} · 推送 {quota.pushes}/{quota.push_limit}"

    return Look("dingtalk", "钉钉", standin, dingtalk_shown, lambda: standin.api.calls, note=note)


def wecom_shown(message: WeComMessage) -> dict[str, Any]:
    """A message of WeCom as the page gets it: a card is the platform's own template card."""
    common: dict[str, Any] = {"id": message.id, "at": message.at, "from": "me" if message.mine else "bot"}
    if message.content.startswith(PNG):
        source = f"data:image/png;base64,{base64.b64encode(message.content).decode()}"
        return {**common, "kind": "picture", "text": message.text, "source": source}
    if message.kind != "card":
        return {**common, "kind": "text", "text": message.text}
    return {
        **common, "kind": "card", "card": message.card, "live": bool(message.buttons()),
        "replaced": message.replaced, "updated_at": message.updated_at,
    }  # fmt: skip


def dingtalk_shown(message: DingTalkMessage) -> dict[str, Any]:
    """A message of DingTalk as the page gets it: the sample's card template drawn with its parameters.

    An action card has no template: its first line is the title, the rest its text; links that speak are buttons.
    """
    common: dict[str, Any] = {"id": message.id, "at": message.at, "from": "me" if message.mine else "bot"}
    if message.kind != "card":
        return {**common, "kind": "text", "text": "\n".join(part for part in (message.title, message.text) if part)}
    view = message.card if message.instance is not None else _plain(message)
    buttons = [
        {"text": button["text"], "key": button["action"], "style": 4 if number else 1}
        for number, button in enumerate(listed(view))
    ]
    card = {
        "source": {"desc": view.get("source", "")},
        "main_title": {"title": view.get("title", ""), "desc": view.get("subtitle", "")},
        "quote_area": {"title": view.get("quote_title", ""), "quote_text": view.get("quote", "")},
        "sub_title_text": "\n".join(part for part in (view.get("text", ""), view.get("choice", "")) if part),
        "horizontal_content_list": [
            {"keyname": row["name"], "value": row["value"]} for row in json.loads(view.get("fields") or "[]")
        ],
        "button_list": buttons,
        "card_action": {"type": 1, "url": view["page"]} if view.get("page") else {},
    }
    return {
        **common, "kind": "card", "card": card, "live": bool(buttons), "replaced": message.replaced,
        "updated_at": message.updated_at,
    }  # fmt: skip


def _plain(message: DingTalkMessage) -> dict[str, str]:
    title, _, text = PAGE.sub("", LINK.sub("", message.text)).rstrip(" ·\n").partition("\n")
    buttons = [{"text": label, "action": key} for label, key in message.buttons().items()]
    return {"title": title.lstrip("# ").strip(), "text": text.replace("  \n", "\n"), "buttons": json.dumps(buttons),
            "page": page[2] if (page := PAGE.search(message.text)) else ""}  # fmt: skip
