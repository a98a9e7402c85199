"""A decrypted body as an event: pure, and never an error; what we do not know is Ignored."""

import contextlib
from datetime import datetime
from typing import Any

from bot.events import (
    ApprovalChanged,
    ButtonPressed,
    ContactAdded,
    ContactSpoke,
    ContactStayed,
    Event,
    Ignored,
    KfRang,
    MemberJoined,
    MemberLeft,
    MenuPressed,
    MessageReceived,
    PlatformAlarm,
)  # fmt: skip
from bot.wecom.flat import Refused, flat_xml
from bot.wecom.instant import instant
from bot.wecom.kf import HEAD, parse_kf
from bot.wecom.kinds import (
    ALARMS,
    QUOTA,
    AcquisitionChanged,
    ApprovalMoved,
    CardPressed,
    ContactChanged,
    DirectoryChanged,
    register,
)  # fmt: skip
from bot.wecom.parser import enterprise_events as known
from bot.wecom.parser import parse_enterprise

PLATFORM = "wecom"
COMPARED = "COMPARED"  # of events that bot/wecom/contacts.py makes
MEDIA = ("image", "voice", "video", "location", "link")
MOVES = {
    "1": "start", "2": "finish", "3": "finish", "4": "terminate", "6": "withdraw", "7": "terminate", "10": "finish",
}  # fmt: skip


def parse(body: bytes, *, received_at: datetime, agent_id: int | None = None) -> Event:
    """The event of a decrypted body; `received_at` stands in for a time that makes no sense."""
    try:
        if body.startswith(HEAD):
            return parse_kf(body, received_at=received_at)
        message, data = _read(body)
        if any(isinstance(value, list) for value in data.values()):
            return Ignored(PLATFORM, "", received_at, "an element stands twice")
        at = instant(data.get("CreateTime"), received_at)
        sender = str(data.get("FromUserName") or "").strip().lower()
        if isinstance(message, ApprovalMoved):  # its AgentID may be that of WeCom's own app 审批
            return _approval(message, at)
        agent = str(data.get("AgentID") or "")
        if agent_id is not None and agent.isdecimal() and int(agent) not in (0, agent_id):
            return Ignored(PLATFORM, sender, at, f"agent {agent[:20]}")
        return _event(message, data, sender, at)
    except Exception as error:
        return Ignored(PLATFORM, "", received_at, f"unreadable: {type(error).__name__}")


def _read(body: bytes) -> tuple[Any, dict[str, Any]]:
    """An event as the library knows it, and the fields; of a message the fields are all that we need."""
    with contextlib.suppress(Refused):
        data = {name: text.strip() for name, text in flat_xml(body).items()}
        if data.get("MsgType", "").lower() in ("text", *MEDIA):
            return None, data
    register()
    message = parse_enterprise(body)
    return message, message._data


def _event(message: Any, data: dict[str, Any], sender: str, at: datetime) -> Event:
    kind = str(data.get("MsgType") or "").lower()
    if kind == "text":
        return MessageReceived(PLATFORM, sender, at, text=str(data.get("Content") or "").strip())
    if kind in MEDIA:
        return MessageReceived(PLATFORM, sender, at, text="", kind=kind, media_id=str(data.get("MediaId") or ""))
    if kind == "event":
        return _of_event(message, data, sender, at)
    if kind and sender and sender != data.get("ToUserName"):  # whatever a member sends gets an answer
        return MessageReceived(PLATFORM, sender, at, text="", kind=kind[:20])
    return Ignored(PLATFORM, sender, at, f"message of kind {kind[:40]}")


def _of_event(message: Any, data: dict[str, Any], sender: str, at: datetime) -> Event:
    name = str(data.get("Event") or "").lower()
    if isinstance(message, CardPressed):
        return ButtonPressed(
            PLATFORM, sender, at, action=message.key or "", choices=message.selected(),
            code=message.response_code or "", ref=message.task_id or "",
        )  # fmt: skip
    if isinstance(message, ContactChanged):
        return _contact(message, at)
    if isinstance(message, DirectoryChanged):
        user_id = (message.user_id or "").lower()
        if message.change == "delete_user":
            return MemberLeft(PLATFORM, user_id, at)
        if message.change == "create_user":
            return MemberJoined(PLATFORM, user_id, at)
        return Ignored(PLATFORM, user_id, at, f"change_contact {message.change[:40]}")
    if isinstance(message, AcquisitionChanged):
        if message.change in QUOTA:
            return PlatformAlarm(PLATFORM, "", at, QUOTA[message.change])
        if message.change == "customer_start_chat" and message.external_id:
            return ContactSpoke(PLATFORM, (message.user_id or "").lower(), at, external_id=message.external_id)
        return Ignored(PLATFORM, "", at, f"customer_acquisition {message.change[:40]}")
    if name == "kf_msg_or_event":
        account = str(data.get("OpenKfId") or "")
        return KfRang(PLATFORM, "", at, account=account, token=str(data.get("Token") or ""))
    if name in ALARMS:
        return PlatformAlarm(PLATFORM, "", at, ALARMS[name])
    if isinstance(message, known.ClickEvent):
        return MenuPressed(PLATFORM, sender, at, key=str(data.get("EventKey") or ""))
    if name == "unsubscribe":
        return MemberLeft(PLATFORM, sender, at)
    if name == "subscribe":
        return MemberJoined(PLATFORM, sender, at)
    return Ignored(PLATFORM, sender, at, f"event {name[:40]}")


def _approval(message: ApprovalMoved, at: datetime) -> Event:
    """That a form has moved: what it came to is looked at, because a word that is late must not undo a newer one."""
    number, status = message.told("SpNoStr") or message.told("SpNo"), message.told("SpStatus")
    if not number or status not in MOVES:
        return Ignored(PLATFORM, "", at, f"sys_approval_change {status[:10]}")
    return ApprovalChanged(
        PLATFORM, "sys", at, instance_id=number[:64], process_code=message.told("TemplateId"), state=MOVES[status],
        title=message.told("SpName"), rings=True,
    )  # fmt: skip


def _contact(message: ContactChanged, at: datetime) -> Event:
    user_id = (message.user_id or "").lower()
    if message.change == "transfer_fail" and message.external_id:
        refused = message.fail_reason == "customer_refused"
        return ContactStayed(PLATFORM, user_id, at, external_id=message.external_id, refused=refused)
    if message.change not in ("add_external_contact", "add_half_external_contact") or not message.external_id:
        return Ignored(PLATFORM, user_id, at, f"change_external_contact {message.change[:40]}")
    return ContactAdded(
        PLATFORM, user_id, at, external_id=message.external_id, state=message.state or "",
        welcome_code=message.welcome_code or "", found=message.source == COMPARED,
    )  # fmt: skip
