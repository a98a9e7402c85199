"""A stored body as an event: pure, and never an error; what we do not know is Ignored.

A stored body is `{"kind": robot, event or card, "data": what DingTalk said}`: both roads, HTTP and Stream, end in it.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from bot.events import (
    ApprovalChanged,
    ButtonPressed,
    Event,
    Ignored,
    MemberJoined,
    MemberLeft,
    MessageLost,
    MessageReceived,
    PlatformAlarm,
    SenderUnknown,
)  # fmt: skip
from bot.packing import BadAction, unpack

PLATFORM = "dingtalk"
KINDS = {"picture": "image", "audio": "voice", "video": "video", "file": "file"}
EARLIEST, LATEST = 946684800000, 4102444800000  # ms; 2000 and 2100: an instant outside is rubbish, not a time
TAPPED = re.compile(r".{0,40}#(\S{1,900})", re.DOTALL)  # what a dtmd link makes its presser say, see render.py
OVER_QUOTA = "20001"
GROUP = "2"  # conversationType of a group chat
OUTSIDER = "你好,我是线索助手,只回答本企业的同事。"
UNPUBLISHED = "钉钉没有告诉我你是谁,所以还不能帮你。请管理员到开发者后台「版本管理与发布」发布应用,再发一次。"
UNPUBLISHED_ALARM = (
    "有人在钉钉里给线索助手发消息,钉钉却没有告诉我是谁:机器人还没有发布,或者发的人不在本企业。"
    "请到开发者后台「版本管理与发布」发布应用。"
)
OTHER_COMPANY = (
    "钉钉发来的消息属于企业 {told},设置里写的是 {ours}。"
    "如果企业换过,请核对 leadbot.yaml 的 dingtalk.corp_id;在改好之前这些消息都不处理。"
)


def stored(kind: str, data: Mapping[str, Any]) -> bytes:
    """The body that is kept of what came in."""
    return json.dumps({"kind": kind, "data": data}, ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "replace"
    )


def parse(body: bytes, *, received_at: datetime, corp_id: str) -> Event:
    """The event of a stored body; `received_at` stands in for a time that makes no sense."""
    try:
        content = json.loads(body)
        data: dict[str, Any] = content["data"]
        return {"robot": _message, "event": _event, "card": _click}[content["kind"]](data, received_at, corp_id)
    except Exception as error:
        return Ignored(PLATFORM, "", received_at, f"unreadable: {type(error).__name__}")


def lane_of(kind: str, data: Mapping[str, Any]) -> str:
    """Whose events keep their order: those of one person."""
    fields = {name.lower(): value for name, value in data.items()}
    person = fields.get("senderstaffid") if kind == "robot" else fields.get("userid")
    if isinstance(person, list):
        person = person[0] if person else ""
    return f"{PLATFORM}:{str(person or fields.get('staffid') or fields.get('conversationid') or 'sys').lower()[:64]}"


def _instant(value: object, received_at: datetime) -> datetime:
    text = str(value or "")
    if text.isdecimal() and len(text) <= 15 and EARLIEST <= int(text) <= LATEST:
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    return received_at


def _message(data: Mapping[str, Any], received_at: datetime, corp_id: str) -> Event:
    at = _instant(data.get("createAt"), received_at)
    sender = str(data.get("senderStaffId") or "").strip()
    conversation = str(data.get("conversationId") or "")
    told = str(data.get("chatbotCorpId") or "")
    if told and told != corp_id:
        return PlatformAlarm(PLATFORM, "", at, OTHER_COMPANY.format(told=told[:40], ours=corp_id))
    if str(data.get("senderCorpId") or corp_id) != corp_id:
        return SenderUnknown(PLATFORM, "", at, conversation, OUTSIDER)
    if not sender:
        return SenderUnknown(PLATFORM, "", at, conversation, UNPUBLISHED, UNPUBLISHED_ALARM)
    if OVER_QUOTA in (str(data.get("errorCode") or ""), str(data.get("errCode") or "")):
        return MessageLost(PLATFORM, sender, at)
    kind, text, media_id = _said(data)
    if kind == "text" and (pressed := _tapped(text)) is not None:
        action, choices = pressed
        return ButtonPressed(PLATFORM, sender, at, action=action, choices=choices)
    content = data.get("content")
    name = str(content.get("fileName") or "") if kind == "file" and isinstance(content, dict) else ""
    group = conversation if str(data.get("conversationType") or "") == GROUP else ""
    return MessageReceived(
        PLATFORM, sender, at, text=text, kind=kind, media_id=media_id, file_name=name, conversation=group
    )


def _said(data: Mapping[str, Any]) -> tuple[str, str, str]:
    """Kind, text and download code of a message; the text of a voice message is DingTalk's own transcript."""
    msgtype = str(data.get("msgtype") or "")
    content = data.get("content")
    if msgtype == "text":
        inner = data.get("text")
        text = inner.get("content") if isinstance(inner, dict) else content  # a sample of DingTalk has it one level up
        return "text", str(text or "").strip(), ""
    fields: Mapping[str, Any] = content if isinstance(content, dict) else {}
    if msgtype == "richText":
        parts = [part for part in fields.get("richText") or [] if isinstance(part, dict)]
        text = "".join(str(part.get("text") or "") for part in parts).strip()
        codes = [str(part["downloadCode"]) for part in parts if part.get("downloadCode")]
        return ("text" if text else "image"), text, codes[0] if codes else ""
    text = str(fields.get("recognition") or "").strip() if msgtype == "audio" else ""
    return KINDS.get(msgtype, msgtype[:20] or "unknown"), text, str(fields.get("downloadCode") or "")


def _tapped(text: str) -> tuple[str, dict[str, tuple[str, ...]]] | None:
    """The action and choice that a tapped dtmd link has put into its presser's mouth; None for any other line."""
    match = TAPPED.fullmatch(text)
    return split_key(match[1]) if match is not None else None


def split_key(key: str) -> tuple[str, dict[str, tuple[str, ...]]] | None:
    """A button's key (`release/7/3/?reason=…`) as the action and what was chosen with it; None for no key of ours."""
    action, _, chosen = key.partition("?")
    try:
        unpack(action)
    except BadAction:
        return None
    name, _, value = chosen.partition("=")
    return action, ({name: (unquote(value),)} if name else {})


def _click(data: Mapping[str, Any], received_at: datetime, corp_id: str) -> Event:
    sender, card = str(data.get("userId") or "").strip(), str(data.get("outTrackId") or "")
    if str(data.get("corpId") or corp_id) != corp_id:
        return Ignored(PLATFORM, sender, received_at, "click in another company")
    content = data.get("content")
    inner = json.loads(content) if isinstance(content, str) and content else (content or {})
    private = inner.get("cardPrivateData") or {}
    params = private.get("params") or {}
    ids = private.get("actionIds") or [""]
    key = str(params.get("action") or ids[0] or "")
    found = split_key(key)
    choices = {
        str(name): tuple(str(v) for v in value) if isinstance(value, list) else (str(value),)
        for name, value in params.items()
        if name in ("reason", "to") and value
    }
    action, chosen = found if found is not None else (key, {})
    return ButtonPressed(
        PLATFORM, sender, received_at, action=action, choices={**chosen, **choices}, code=card, ref=card
    )


def _event(data: Mapping[str, Any], received_at: datetime, corp_id: str) -> Event:
    fields = {name.lower(): value for name, value in data.items()}
    name = str(fields.get("eventtype") or "")
    at = _instant(fields.get("eventtime") or fields.get("timestamp"), received_at)
    if str(fields.get("corpid") or corp_id) != corp_id:
        return Ignored(PLATFORM, "", at, "event of another company")
    people = fields.get("userid")
    person = str((people[0] if people else "") if isinstance(people, list) else people or "")
    if name == "user_leave_org" and person:
        return MemberLeft(PLATFORM, person, at)
    if name in ("user_add_org", "user_active_org") and person:
        return MemberJoined(PLATFORM, person, at)
    if name in ("bpms_instance_change", "bpms_task_change"):
        return ApprovalChanged(
            PLATFORM, str(fields.get("staffid") or ""), at, instance_id=str(fields.get("processinstanceid") or ""),
            process_code=str(fields.get("processcode") or ""), state=str(fields.get("type") or ""),
            result=str(fields.get("result") or ""), title=str(fields.get("title") or ""),
            task=name == "bpms_task_change", remark=str(fields.get("remark") or ""),
        )  # fmt: skip
    return Ignored(PLATFORM, person, at, f"event {name[:40]}")
