"""Answering into a conversation without a token: the session webhook of a message, and custom robots of groups."""

import base64
import hashlib
import hmac
import secrets
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any

from sandbox.chat import Chats
from sandbox.dingtalk.call import Call, Endpoint
from sandbox.dingtalk.chat import Message
from sandbox.dingtalk.company import Company
from sandbox.dingtalk.quota import Quota
from sandbox.dingtalk.refusal import Refused
from sandbox.dingtalk.words import webhook_message

LIVES = 5400.0  # seconds: in every real sample 90 minutes
PER_MINUTE, BLOCKED = 20, 600.0  # a custom robot that is faster is silent for ten minutes
SIGN_LIVES = 3600.0


class Sessions:
    """The session webhooks in force, and the custom robots."""

    def __init__(self, company: Company, chats: Chats[Message], quota: Quota, now: Callable[[], float]) -> None:
        self.company = company
        self.chats = chats
        self.quota = quota
        self.counted = True  # whether these posts count as webhook posts is not documented: the dearer reading
        self._now = now
        self._open: dict[str, tuple[str, float]] = {}
        self._recent: defaultdict[str, deque[float]] = defaultdict(deque)
        self._blocked: dict[str, float] = {}

    def endpoints(self) -> list[Endpoint]:
        """The addresses of oapi/robot."""
        return [
            Endpoint("POST", "/robot/sendBySession", self._by_session, free=True, open=True),
            Endpoint("POST", "/robot/send", self._by_hook, free=True, open=True),
        ]

    def open(self, conversation: str) -> tuple[str, int]:
        """A new session into a chat; its name and the millisecond at which it ends."""
        name, until = secrets.token_hex(16), self._now() + LIVES
        self._open[name] = (conversation, until)
        return name, int(until * 1000)

    def _by_session(self, call: Call) -> dict[str, Any]:
        found = self._open.get(call.query.get("session", ""))
        if found is None:
            raise Refused(300001, "session.notExisted")
        if call.now >= found[1]:
            raise Refused(300001, "session.expired")
        return self._say(found[0], call.body, "session")

    def _say(self, conversation: str, body: Any, via: str) -> dict[str, Any]:
        if self.counted:
            if not self.quota.pushes_left():
                raise Refused(90030, "您的组织本月Webhook调用次数已用完")
            self.quota.count_push()
        message = webhook_message(body)
        if message is not None:
            self.chats.put(conversation, via=via, **message)
        return {"errcode": 0, "errmsg": "ok"}

    def _by_hook(self, call: Call) -> dict[str, Any]:
        token = call.query.get("access_token", "")
        group = next((g for g in self.company.groups.values() if token and g.hook_token == token), None)
        if group is None:
            raise Refused(400101, "access_token不存在")
        if group.disbanded:
            raise Refused(400013, "群已被解散")
        if group.hook_secret and not self._signed(call, group.hook_secret):
            raise Refused(310000, "sign not match")
        times = self._recent[token]
        while times and times[0] <= call.now - 60:
            times.popleft()
        if call.now < self._blocked.get(token, 0) or len(times) >= PER_MINUTE:
            self._blocked[token] = max(self._blocked.get(token, 0), call.now + BLOCKED)
            raise Refused(410100, "发送速度太快而限流")
        times.append(call.now)
        return self._say(group.id, call.body, "hook")

    def _signed(self, call: Call, secret: str) -> bool:
        stamp = call.query.get("timestamp", "")
        if not stamp.isdigit() or abs(call.now - int(stamp) / 1000) > SIGN_LIVES:
            return False
        return hmac.compare_digest(signed(secret, stamp), call.query.get("sign", ""))


def signed(secret: str, stamp: str) -> str:
    """The sign of a robot: HMAC-SHA256 over the stamp, a line break and the secret itself, in base64."""
    digest = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()
