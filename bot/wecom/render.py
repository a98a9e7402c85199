"""A neutral card as WeCom's bytes, within its limits in bytes or characters (developer pages 90236 and 94888).

A whole request body is made here, so that sending it again sends the very same bytes.
"""

import base64
import hashlib
import json
from typing import Any

from bot.cards.card import Button, Card, Choice, Field, File, Message, Text
from bot.cards.legible import clean, cut, cut_bytes
from bot.packing import pack
from bot.platform import Place

TEXT_BYTES = 2048
FIELDS, BUTTONS, OPTIONS = 6, 6, 10
KEY_NAME, VALUE, BUTTON, OPTION = 5, 30, 10, 16  # characters
TITLE, SUBTITLE, SUB_TEXT, QUOTE = 36, 44, 200, 300  # characters: what still reads well on a phone
EMPTY = "·"  # where nothing readable is left: WeCom refuses a card with an empty label (42027, 42038, 42041)
STYLES = {"primary": 1, "danger": 2, "plain": 4}
DUPLICATE_CHECK = 14400  # seconds: the longest that WeCom offers
SPREAD = 600  # seconds by which the check's length may vary, see docs/decisions/0004-equal-texts.md


def message_body(message: Message, to: Place, *, ref: str, agent_id: int) -> bytes:
    """The body of message/send; `ref` becomes the card's task id and makes the bytes unlike any other message's.

    A file is uploaded when it is sent: the body holds it beside the message. A group gets plain text through its own
    webhook: the body names the group and holds the webhook's message.
    """
    if to.kind == "group":
        return _bytes({"group": to.id, "message": {"msgtype": "text", "text": {"content": plain(message)}}})
    body: dict[str, Any] = {"touser": to.id, "agentid": agent_id}
    if isinstance(message, File):
        content = base64.b64encode(message.content).decode()
        kind = "image" if message.name.endswith(".png") else "file"
        return _bytes({"file": {"name": message.name, "content": content}, "message": {**body, "msgtype": kind}})
    if isinstance(message, Card) and (message.buttons or message.choice):
        body |= {"msgtype": "template_card", "template_card": template_card(message, ref=ref)}
    else:
        body |= {"msgtype": "text", "text": {"content": plain(message)}}
    digest = hashlib.sha256(ref.encode()).digest()
    spread = int.from_bytes(digest[:4], "big") % SPREAD
    body |= {
        "enable_id_trans": 0,
        "enable_duplicate_check": 1,
        "duplicate_check_interval": DUPLICATE_CHECK - spread,
    }
    return _bytes(dict(sorted(body.items(), key=lambda item: hashlib.sha256(digest + item[0].encode()).digest())))


def update_body(message: Message, to: Place, *, code: str, agent_id: int) -> bytes:
    """The body of message/update_template_card for one member's card."""
    card = message if isinstance(message, Card) else Card(title=message.text, done="已更新")
    return _bytes(
        {
            "userids": [to.id],
            "agentid": agent_id,
            "response_code": code,
            "enable_id_trans": 0,
            "template_card": template_card(card),
        }
    )


def template_card(card: Card, *, ref: str | None = None) -> dict[str, Any]:
    """A button_interaction card. Raises ValueError for more fields, buttons or options than WeCom shows."""
    if len(card.fields) > FIELDS or len(card.buttons) > BUTTONS:
        raise ValueError(
            f"{len(card.fields)} fields and {len(card.buttons)} buttons; WeCom shows {FIELDS} and {BUTTONS}"
        )
    body: dict[str, Any] = {
        "card_type": "button_interaction",
        "source": {"desc": cut(card.source, 20), "desc_color": 0},
        "main_title": {"title": cut(card.title, TITLE) or "线索助手", "desc": cut(card.subtitle, SUBTITLE)},
    }
    if card.quote:
        body["quote_area"] = {"type": 0, "title": cut(card.quote_title, 30), "quote_text": cut(card.quote, QUOTE)}
    if card.text:
        body["sub_title_text"] = cut_bytes(clean(card.text), SUB_TEXT * 3)
    if card.fields:
        body["horizontal_content_list"] = [_field(field) for field in card.fields]
    if ref is not None:
        body["task_id"] = ref
    if card.link is not None:
        body["card_action"] = {"type": 1, "url": card.link.url}
    if card.choice is not None and not card.done:
        body["button_selection"] = _choice(card.choice)
    if card.done:
        done = cut(card.done, VALUE) or EMPTY
        body["button_list"] = [{"text": cut(done, BUTTON), "style": 4, "key": "done"}]
        body["replace_text"] = done
    else:
        body["button_list"] = [_button(button) for button in card.buttons] or [
            {"text": "知道了", "style": 4, "key": "mine"}
        ]
    return body


def plain(message: Message) -> str:
    """A message as text, and the way to its page; `<` and `>` are made harmless: nobody's name becomes a link."""
    if isinstance(message, Text | File):
        text = message.text
    else:
        rows = [f"{field.name}:{field.value}" for field in message.fields]
        quote = f"「{message.quote}」" if message.quote else ""
        lines = (message.title, message.subtitle, quote, message.text, *rows, message.done, message.instead)
        text = "\n".join(line for line in lines if line)
    harmless = clean(text).replace("<", "〈").replace(">", "〉")
    link = None if isinstance(message, File) else message.link
    way = f'\n<a href="{link.url}">{link.text}</a>' if link is not None else ""
    return (cut_bytes(harmless, TEXT_BYTES - len(way.encode())) or "(空)") + way


def _field(field: Field) -> dict[str, str]:
    return {"keyname": cut(field.name, KEY_NAME) or EMPTY, "value": cut(field.value, VALUE)}


def _button(button: Button) -> dict[str, Any]:
    key = pack(button.action, practice=button.practice)
    return {"text": cut(button.text, BUTTON) or EMPTY, "style": STYLES[button.style], "key": key}


def _choice(choice: Choice) -> dict[str, Any]:
    if not 1 <= len(choice.options) <= OPTIONS:
        raise ValueError(f"{len(choice.options)} options; WeCom shows 1 to {OPTIONS}")
    options = [{"id": cut_bytes(o.id, 128), "text": cut(o.text, OPTION) or EMPTY} for o in choice.options]
    body: dict[str, Any] = {"question_key": choice.key, "title": cut(choice.title, 20), "option_list": options}
    if choice.selected:
        body["selected_id"] = cut_bytes(choice.selected, 128)
    return body


def _bytes(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
