"""Messages that the bot sends in WeCom: cards, words and files to members, their updates, taking them back."""

import json
import secrets
from typing import Any

from aiohttp import web

from sandbox.chat import Chats, Dropped
from sandbox.wecom import card as cards
from sandbox.wecom.chat import Memory, Message
from sandbox.wecom.company import Company

TEXT_BYTES = 2048
OK: dict[str, Any] = {"errcode": 0, "errmsg": "ok"}


class Sending:
    """The calls about messages of one app; `media` and `names` are the files that were uploaded, by media id."""

    def __init__(
        self, company: Company, chats: Chats[Message], memory: Memory, media: dict[str, bytes], names: dict[str, str]
    ) -> None:
        self.company = company
        self.chats = chats
        self.memory = memory
        self.media = media
        self.names = names

    def send(self, request: web.Request, raw: bytes) -> dict[str, Any]:
        """message/send: to members, within WeCom's limits."""
        body = read_json(raw)
        if body is None:
            return {"errcode": 40058, "errmsg": "invalid request parameter"}
        if body.get("agentid") != self.company.agent_id or isinstance(body.get("agentid"), bool):
            return {"errcode": 301002, "errmsg": "not allow operate another agent"}
        users = [name for name in str(body.get("touser") or "").split("|") if name]
        if not users:
            return {"errcode": 82001, "errmsg": "touser & toparty & totag all empty"}
        found = [name.lower() for name in users if name.lower() in self.company.visible()]
        missing = [name.lower() for name in users if name.lower() not in found]
        if not found:
            return {"errcode": 81013, "errmsg": "user & party & tag all invalid"}
        flaw = self._content_flaw(body)
        if flaw is not None:
            return {"errcode": flaw[0], "errmsg": flaw[1]}
        return self._deliver(body, raw, found, missing)

    def _content_flaw(self, body: dict[str, Any]) -> tuple[int, str] | None:
        kind = body.get("msgtype")
        if kind in ("text", "markdown"):
            content = (body.get(kind) or {}).get("content")
            return None if isinstance(content, str) and content else (44004, "text content empty")
        if kind in ("file", "image"):
            media = str((body.get(kind) or {}).get("media_id") or "")
            return None if media in self.media else (40007, "invalid media_id")
        if kind != "template_card":
            return (40008, "invalid message type")
        card = body.get("template_card")
        if (flaw := cards.flaw(card)) is not None or not isinstance(card, dict):
            return flaw
        task = str(card.get("task_id") or "")
        interval = self._interval(body)
        if task and task in self.memory.tasks and interval is None:
            return 42014, "task_id repeated"
        return None

    def _interval(self, body: dict[str, Any]) -> float | None:
        if body.get("enable_duplicate_check") != 1:
            return None
        return float(min(max(int(body.get("duplicate_check_interval", 1800)), 1), 14400))

    def _deliver(self, body: dict[str, Any], raw: bytes, found: list[str], missing: list[str]) -> dict[str, Any]:
        msgid = secrets.token_hex(8)
        answer = {**OK, "invaliduser": "|".join(missing), "msgid": msgid}
        if unlicensed := [user for user in found if user in self.company.unlicensed]:
            answer["unlicenseduser"] = "|".join(unlicensed)
            found = [user for user in found if user not in unlicensed]
        interval = self._interval(body)
        if interval is not None and self.memory.is_duplicate(raw, interval):
            self.chats.dropped += [Dropped(user, "duplicate", body) for user in found]
            return answer
        card = body.get("template_card")
        if card is not None:
            task = str(card.get("task_id") or "")
            if task and task in self.memory.tasks:
                return {"errcode": 42014, "errmsg": "task_id repeated"}
            self.memory.tasks.add(task)
        copies: list[Message] = []
        for user in found:
            if not self.memory.within_limits(user):
                self.chats.dropped.append(Dropped(user, "limit", body))
                continue
            if card is not None:
                copies.append(self.chats.put(user, kind="card", card=card, first=card, msgid=msgid))
            elif body["msgtype"] in ("file", "image"):
                media_id = body[body["msgtype"]]["media_id"]
                name = self.names[media_id]
                self.chats.put(user, kind="file", text=name, content=self.media[media_id], msgid=msgid)
            else:
                kind = body["msgtype"]
                text = body[kind]["content"].encode()[:TEXT_BYTES].decode("utf-8", "ignore")
                self.chats.put(user, kind="text", text=text, msgid=msgid)
        if card is not None and cards.updatable(card):
            answer["response_code"] = self.memory.code_for(copies)
        return answer

    def update(self, request: web.Request, raw: bytes) -> dict[str, Any]:
        """message/update_template_card: once for each code."""
        body = read_json(raw)
        if body is None:
            return {"errcode": 40058, "errmsg": "invalid request parameter"}
        if body.get("agentid") != self.company.agent_id:
            return {"errcode": 301002, "errmsg": "not allow operate another agent"}
        code = self.memory.codes.get(str(body.get("response_code") or ""))
        if code is None or code.used or code.until < self.chats.now():
            return {"errcode": 60140, "errmsg": "invalid response_code"}
        users = [str(user).lower() for user in body.get("userids") or []]
        if not users and body.get("atall") != 1:
            return {"errcode": 82101, "errmsg": "no update target"}
        targets = [m for m in code.messages if body.get("atall") == 1 or m.user in users]
        if not targets:
            return {"errcode": 82102, "errmsg": "target not in message"}
        new = body.get("template_card")
        if new is None and not (body.get("button") or {}).get("replace_name"):
            return {"errcode": 40058, "errmsg": "button or template_card needed"}
        if new is not None and (flaw := cards.flaw(new, update=True)) is not None:
            return {"errcode": flaw[0], "errmsg": flaw[1]}
        code.used = True
        for message in targets:
            if new is not None:
                message.card = {**new, "task_id": message.task_id}
                message.replaced = str(new.get("replace_text") or "")
            else:
                message.replaced = str(body["button"]["replace_name"])
            message.updated_at = self.chats.now()
            self.chats.changed(message.user)
        reached = {message.user for message in targets}
        return {**OK, "invaliduser": [user for user in users if user not in reached]}

    def recall(self, request: web.Request, raw: bytes) -> dict[str, Any]:
        """message/recall: within a day."""
        msgid = (read_json(raw) or {}).get("msgid")
        found = [m for chat in self.chats.messages.values() for m in chat if m.msgid == msgid and msgid]
        if not found:
            return {"errcode": 40058, "errmsg": "invalid msgid"}
        if found[0].at < self.chats.now() - 86400:
            return {"errcode": 42052, "errmsg": "recall out of time"}
        for message in found:
            message.recalled = True
            self.chats.changed(message.user)
        return dict(OK)


def read_json(raw: bytes) -> dict[str, Any] | None:
    """The JSON object that a body is; None for anything else."""
    try:
        body = json.loads(raw)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None
