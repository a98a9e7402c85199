"""Groups that the app opens itself (pages 90245 to 90248): their id is taken once, they hold words and no cards."""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.wecom.company import Company

NAME, LEAST, MOST, A_DAY, TEXT_BYTES = 50, 2, 500, 1000, 2048
ID = re.compile(r"[0-9a-zA-Z]{1,32}")
KINDS = ("text", "image", "voice", "video", "file", "textcard", "news", "mpnews", "markdown")
OK: dict[str, Any] = {"errcode": 0, "errmsg": "ok"}
Handler = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass
class AppChat:
    """One group: who is in it, and what the app has said there."""

    id: str
    name: str
    owner: str
    members: list[str]
    made_at: float
    messages: list[str] = field(default_factory=list)


@dataclass
class AppChats:
    """The groups of one app."""

    company: Company
    now: Callable[[], float]
    chats: dict[str, AppChat] = field(default_factory=dict)

    def handlers(self) -> dict[str, Handler]:
        """endpoint → what it answers to a body."""
        return {"appchat/create": self._create, "appchat/send": self._send}

    def get(self, chat: str) -> dict[str, Any]:
        """appchat/get."""
        found = self.chats.get(chat)
        if found is None:
            return {"errcode": 86001, "errmsg": "invalid chatid"}
        info = {"chatid": found.id, "name": found.name, "owner": found.owner, "userlist": found.members}
        return {**OK, "chat_info": info}

    def _create(self, body: dict[str, Any]) -> dict[str, Any]:
        if self.company.hidden:  # the app's visible range must be the root department
            return {"errcode": 60011, "errmsg": "no privilege to access/modify contact/party/agent"}
        people = body.get("userlist")
        if not isinstance(people, list) or not LEAST <= len({str(one).lower() for one in people}) <= MOST:
            return {"errcode": 86006, "errmsg": "invalid userlist size"}
        members = list(dict.fromkeys(str(one).lower() for one in people))
        if any(one not in self.company.visible() for one in members):
            return {"errcode": 86216, "errmsg": "invalid userid in userlist"}
        owner = str(body.get("owner") or members[0]).lower()
        if owner not in members:
            return {"errcode": 86207, "errmsg": "owner not in userlist"}
        chat = str(body.get("chatid") or secrets.token_hex(16))
        if not ID.fullmatch(chat):
            return {"errcode": 86001, "errmsg": "invalid chatid"}
        if chat in self.chats:
            return {"errcode": 86215, "errmsg": "chatid existed"}
        if sum(one.made_at > self.now() - 86400 for one in self.chats.values()) >= A_DAY:
            return {"errcode": 45009, "errmsg": "api freq out of limit"}
        self.chats[chat] = AppChat(chat, str(body.get("name") or "")[:NAME], owner, members, self.now())
        return {**OK, "chatid": chat}

    def _send(self, body: dict[str, Any]) -> dict[str, Any]:
        found = self.chats.get(str(body.get("chatid") or ""))
        if found is None:
            return {"errcode": 86001, "errmsg": "invalid chatid"}
        kind = body.get("msgtype")
        if kind not in KINDS:  # no template_card: there is no callback in these groups
            return {"errcode": 40008, "errmsg": "invalid message type"}
        content = (body.get(kind) or {}).get("content") if kind in ("text", "markdown") else str(body.get(kind))
        if not isinstance(content, str) or not content:
            return {"errcode": 44004, "errmsg": "text content empty"}
        found.messages.append(content.encode()[:TEXT_BYTES].decode("utf-8", "ignore"))
        return dict(OK)
