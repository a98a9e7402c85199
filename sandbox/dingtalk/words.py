"""What a robot may say: msgKey with msgParam (server API) and msgtype (webhooks), each checked to the letter."""

import json
import re
from typing import Any

from sandbox.dingtalk.refusal import Refused

ADDRESS = re.compile(r"(https?|dtmd|dingtalk)://\S+$")
PARAM_BYTES = 15000
SHAPES: dict[str, tuple[str, ...]] = {
    "sampleText": ("content",),
    "sampleMarkdown": ("title", "text"),
    "sampleImageMsg": ("photoURL",),
    "sampleLink": ("text", "title", "picUrl", "messageUrl"),
    "sampleActionCard": ("title", "text", "singleTitle", "singleURL"),
    "sampleActionCard6": ("title", "text", "buttonTitle1", "buttonUrl1", "buttonTitle2", "buttonUrl2"),
    "sampleAudio": ("mediaId", "duration"),
    "sampleFile": ("mediaId", "fileName", "fileType"),
    "sampleVideo": ("duration", "videoMediaId", "videoType", "picMediaId"),
} | {
    f"sampleActionCard{count}": (
        "title", "text", *(f"action{part}{n}" for n in range(1, count + 1) for part in ("Title", "URL")),
    )
    for count in (2, 3, 4, 5)
}  # fmt: skip
"""msgKey → the keys of msgParam, all of them needed (DingTalk page 企业机器人发送消息的消息类型)."""


def robot_message(key: Any, param: Any) -> dict[str, Any]:
    """msgKey and msgParam as the fields of a chat message; raises Refused."""
    if not isinstance(key, str) or key not in SHAPES:
        raise Refused("invalidParameter.msgKey.notExist", f"msgKey {key!r} does not exist")
    if not isinstance(param, str):
        raise Refused("invalidParameter.msgParam.invalid", "msgParam must be a JSON string, not an object")
    if len(param.encode()) > PARAM_BYTES:
        raise Refused("invalidParameter.msgParam.tooLong", f"msgParam has more than {PARAM_BYTES} bytes")
    try:
        found = json.loads(param)
    except ValueError:
        raise Refused("invalidParameter.msgParam.invalid", "msgParam is not JSON") from None
    if not isinstance(found, dict):
        raise Refused("invalidParameter.msgParam.invalid", "msgParam is not a JSON object")
    for name in SHAPES[key]:
        if not isinstance(found.get(name), str) or not found[name]:
            raise Refused("invalidParameter.msgParam.invalid", f"msgParam.{name} is missing or no string")
    unknown = set(found) - set(SHAPES[key])
    if unknown:
        raise Refused("invalidParameter.msgParam.invalid", f"msgParam has unknown keys {sorted(unknown)}")
    for name, value in found.items():
        if re.search(r"(URL|Url)\d?$", name) and name != "photoURL" and not ADDRESS.match(value):
            raise Refused("invalidParameter.msgParam.invalid", f"msgParam.{name} is no address")
    return _shown(key, found)


def _shown(key: str, found: dict[str, str]) -> dict[str, Any]:
    if key == "sampleText":
        return {"kind": "text", "text": found["content"]}
    if key == "sampleMarkdown":
        return {"kind": "markdown", "title": found["title"], "text": found["text"]}
    if key.startswith("sampleActionCard"):
        pairs = [
            (name, name.replace("Title", "URL")) for name in found if re.fullmatch(r"(singleTitle|actionTitle\d)", name)
        ] or [("buttonTitle1", "buttonUrl1"), ("buttonTitle2", "buttonUrl2")]
        buttons = [{"title": found[title], "url": found[url]} for title, url in pairs]
        return action_card(found["title"], found["text"], buttons)
    kinds = {"sampleImageMsg": "image", "sampleLink": "link", "sampleAudio": "audio"}
    return {"kind": kinds.get(key, "file"), "text": found.get("text", ""), "content": dict(found)}


def action_card(title: str, text: str, buttons: list[dict[str, str]]) -> dict[str, Any]:
    """The fields of a chat message for an action card."""
    content = {"title": title, "text": text, "buttons": buttons}
    return {"kind": "card", "title": title, "text": text, "content": content, "first": content}


def webhook_message(body: Any) -> dict[str, Any] | None:
    """A webhook's message as the fields of a chat message; None for "say nothing"; raises Refused."""
    if not isinstance(body, dict):
        raise Refused(40035, "不合法的参数: the body is not a JSON object")
    kind = body.get("msgtype")
    if kind == "empty":
        return None
    part = body.get(kind) if isinstance(kind, str) else None
    if kind not in ("text", "markdown", "actionCard", "link", "feedCard") or not isinstance(part, dict):
        raise Refused(40035, f"不合法的参数: msgtype {kind!r}")
    if kind == "text":
        return {"kind": "text", "text": _needed(part, "content")}
    if kind == "markdown":
        return {"kind": "markdown", "title": _needed(part, "title"), "text": _needed(part, "text")}
    if kind == "actionCard":
        return action_card(_needed(part, "title"), _needed(part, "text"), _buttons(part))
    if kind == "link":
        for name in ("title", "text", "messageUrl"):
            _needed(part, name)
        return {"kind": "link", "title": part["title"], "text": part["text"], "content": part}
    return {"kind": "link", "content": part}


def _buttons(part: dict[str, Any]) -> list[dict[str, str]]:
    if part.get("singleTitle"):
        found = [{"title": _needed(part, "singleTitle"), "actionURL": _needed(part, "singleURL")}]
    else:
        found = part.get("btns") or []
    if not found:
        raise Refused(40035, "不合法的参数: an actionCard without a button")
    for button in found:
        if not ADDRESS.match(_needed(button, "actionURL")):
            raise Refused(40035, "不合法的参数: actionURL")
    return [{"title": _needed(button, "title"), "url": button["actionURL"]} for button in found]


def _needed(part: Any, name: str) -> str:
    value = part.get(name) if isinstance(part, dict) else None
    if not isinstance(value, str) or not value.strip():
        raise Refused(40035, f"不合法的参数: {name} is missing or empty")
    return value
