"""A neutral card as DingTalk's requests: an interactive card where there is a template, otherwise words with links.

Without a template a button is a dtmd link: a tap makes its presser say a line that parse.py reads as the button
(page 互动卡片普通版, 消息链接说明). The whole request is made here, so that sending it again sends the very same.
"""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from bot.cards.card import Button, Card, Choice, Field, File, Link, Message, Text
from bot.cards.legible import clean, cut, cut_bytes
from bot.packing import pack
from bot.platform import Place

WORDS = 4000  # bytes of a text: what still reads well; msgParam may have 15000 (page 机器人发送群聊消息)
VALUE = 1024  # bytes of one value of cardParamMap (page 创建并投放卡片)
ROW, LINE, QUOTE, BUTTON, OPTION = 30, 60, 300, 10, 16  # characters
ACTION_BUTTONS = 5  # sampleActionCard5 has the most; further ones become links in the text
EMPTY = "·"
TAP = "dtmd://dingtalkclient/sendMessage?content="
# Markdown has no way to quote a sign that all of DingTalk's clients know, so signs that make links, pictures or bold
# print stand as their full-width twins: nobody's name becomes a link.
HARMLESS = str.maketrans("[]*_`<>#~|\\", "［］＊＿｀〈〉＃～｜＼")
RESERVED = re.compile(r"[%?&=#\s/]")


def talk(message: Message, to: Place) -> dict[str, Any]:
    """A message of words: {"to", "kind", "msgKey", "msgParam"}; its buttons are links that speak for the presser."""
    if to.kind == "group" and isinstance(message, Card):  # a tap would speak in the group, where the robot is not asked
        message = Text("\n".join(line for line in (_plain(message), message.instead) if line))
    return {"to": to.id, "kind": to.kind, **_words(message)}


def _words(message: Message) -> dict[str, Any]:
    if isinstance(message, Text | File):
        page = message.link if isinstance(message, Text) else None
        return {"msgKey": "sampleText", "msgParam": {"content": _ending(clean(message.text) or "(空)", page)}}
    title = cut(message.title, LINE) or "线索助手"
    pressed = [(_label(button), TAP + quote(f"{_label(button)} #{key}", safe="")) for button, key in keys_of(message)]
    shown, further = pressed[:ACTION_BUTTONS], pressed[ACTION_BUTTONS:]
    lines = [line.translate(HARMLESS) for line in _lines(message)]
    if message.link is not None:
        further.append((message.link.text, message.link.url))
    if further:
        lines.append(" · ".join(f"[{text.translate(HARMLESS)}]({link})" for text, link in further))
    text = "  \n".join([f"#### {title.translate(HARMLESS)}", *lines])
    if not shown:
        return {"msgKey": "sampleText", "msgParam": {"content": _ending(_plain(message), message.link)}}
    param: dict[str, str] = {"title": title, "text": text}
    if len(shown) == 1:
        return {
            "msgKey": "sampleActionCard",
            "msgParam": param | {"singleTitle": shown[0][0], "singleURL": shown[0][1]},
        }
    for number, (label, link) in enumerate(shown, 1):
        param |= {f"actionTitle{number}": label, f"actionURL{number}": link}
    return {"msgKey": f"sampleActionCard{len(shown)}", "msgParam": param}


def _ending(text: str, link: Link | None) -> str:
    """As much of the text as is read, and the way to its page: the app makes an address something to tap."""
    way = f"\n{link.text} {link.url}" if link is not None else ""
    return cut_bytes(text, WORDS - len(way.encode())) + way


def session_body(msg_key: str, param: Mapping[str, str]) -> dict[str, Any]:
    """The same message as a sessionWebhook takes it."""
    if msg_key == "sampleText":
        return {"msgtype": "text", "text": {"content": param["content"]}}
    card: dict[str, Any] = {"title": param["title"], "text": param["text"], "btnOrientation": "0"}
    if "singleTitle" in param:
        return {"msgtype": "actionCard", "actionCard": card | {key: param[key] for key in ("singleTitle", "singleURL")}}
    count = sum(name.startswith("actionTitle") for name in param)
    card["btns"] = [
        {"title": param[f"actionTitle{number}"], "actionURL": param[f"actionURL{number}"]}
        for number in range(1, count + 1)
    ]
    return {"msgtype": "actionCard", "actionCard": card}


def params_of(message: Message) -> dict[str, str]:
    """cardParamMap: every key each time and every value a text, so that an update leaves nothing old behind."""
    card = message if isinstance(message, Card) else Card(title="线索助手", text=message.text, done="已更新")
    rows = [{"name": cut(f.name, 5) or EMPTY, "value": cut(f.value, ROW)} for f in card.fields]
    buttons = [{"text": _label(button), "action": key} for button, key in keys_of(card)]
    told, text = len(buttons), clean(card.text)
    fitting = _fitting(buttons)
    if len(fitting) < told:
        text = f"{text}\n后面还有 {told - len(fitting)} 个,请直接发消息".strip()
    return {
        "title": cut(card.title, LINE) or "线索助手",
        "subtitle": cut(card.subtitle, LINE),
        "source": cut(card.source, 20),
        "quote_title": cut(card.quote_title, ROW),
        "quote": cut_bytes(cut(card.quote, QUOTE), VALUE),
        "text": cut_bytes(text, VALUE),
        "fields": _json(_fitting(rows)),
        "choice": cut(card.choice.title, 20) if card.choice is not None and not card.done else "",
        "buttons": _json(fitting),
        "done": cut(card.done, ROW),
        "page": card.link.url if card.link is not None else "",
    }


def new_card(
    message: Message, to: Place, *, ref: str, space: str, template: str, robot: str, http: bool, route: str
) -> dict[str, Any]:
    """createAndDeliver for one person's chat or a group; taps are told over HTTP (by `route`, if any) or the Stream."""
    title = message.title if isinstance(message, Card) else message.text
    group = to.kind == "group"
    model = {
        "supportForward": False,
        "lastMessageI18n": {"ZH_CN": cut(title, LINE)},
        "notification": {"alertContent": cut(title, LINE), "notificationOff": False},
    }
    request: dict[str, Any] = {
        "cardTemplateId": template,
        "outTrackId": ref,
        "callbackType": "HTTP" if http else "STREAM",
        "userIdType": 1,
        "cardData": {"cardParamMap": params_of(message)},
        "openSpaceId": f"dtv1.card//{'IM_GROUP' if group else 'IM_ROBOT'}.{space}",
    }
    if route:
        request["callbackRouteKey"] = route
    if group:
        return request | {"imGroupOpenSpaceModel": model, "imGroupOpenDeliverModel": {"robotCode": robot}}
    return request | {
        "imRobotOpenSpaceModel": model,
        "imRobotOpenDeliverModel": {"spaceType": "IM_ROBOT", "robotCode": robot},
    }


def changed_card(message: Message, *, code: str) -> dict[str, Any]:
    """The update of a card that hangs somewhere: PUT card/instances, or the answer to a click."""
    return {
        "outTrackId": code,
        "cardData": {"cardParamMap": params_of(message)},
        "cardUpdateOptions": {"updateCardDataByKey": True, "updatePrivateDataByKey": True},
    }


def keys_of(card: Card) -> list[tuple[Button, str]]:
    """The card's buttons with their keys; a list to choose from becomes a button for each entry (and each button)."""
    if card.done:
        return []
    if card.choice is None or not card.buttons:
        return [(button, key_of(button)) for button in card.buttons]
    several = len(card.buttons) > 1
    return [
        (
            Button(f"{option.text}·{button.text}" if several else option.text, button.action),
            f"{key_of(button)}?{card.choice.key}={_value(option.id)}",
        )
        for button in card.buttons
        for option in card.choice.options
    ]


def key_of(button: Button) -> str:
    """What a tap on it brings back."""
    return pack(button.action, practice=button.practice)


def _value(text: str) -> str:
    """What was chosen, as it stands in a key: readable, with only the signs escaped that part a key."""
    return RESERVED.sub(lambda match: quote(match[0], safe=""), cut_bytes(clean(text), 128))


def _label(button: Button) -> str:
    return cut(button.text, OPTION) or EMPTY


def _lines(card: Card) -> list[str]:
    lines = [cut(card.subtitle, LINE)]
    if card.quote:
        head = f"{card.quote_title}:" if card.quote_title else ""
        lines.append(f"{head}「{cut(card.quote, QUOTE)}」")
    lines += cut_bytes(clean(card.text), WORDS).split("\n")
    lines += [_row(row) for row in card.fields]
    lines.append(_asked(card.choice) if card.choice is not None and not card.done else "")
    lines.append(cut(card.done, LINE))
    return [line for line in lines if line.strip()]


def _plain(card: Card) -> str:
    return "\n".join([cut(card.title, LINE) or "线索助手", *_lines(card)])


def _row(row: Field) -> str:
    return f"{cut(row.name, 5)} {cut(row.value, LINE)}"


def _asked(choice: Choice) -> str:
    return f"{cut(choice.title, 20)},点一个就办:"


def _fitting(items: list[dict[str, str]]) -> list[dict[str, str]]:
    """As many from the front as one value of cardParamMap may hold."""
    while items and len(_json(items).encode()) > VALUE:
        items = items[:-1]
    return items


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
