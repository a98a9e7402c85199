"""Work notifications (工作通知): taken with a task number, and over its limits dropped without a word.

Source: DingTalk page 发送工作通知: the same content to one person once a day, 500 a day per person of an internal app,
5000 recipients a minute, bodies up to 2048 bytes.
"""

import itertools
import json
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any

from sandbox.chat import Chats, Dropped
from sandbox.dingtalk.call import Call, Endpoint
from sandbox.dingtalk.chat import Message
from sandbox.dingtalk.company import Company
from sandbox.dingtalk.quota import Quota
from sandbox.dingtalk.refusal import Refused
from sandbox.dingtalk.words import action_card

MOST_USERS, MOST_DEPARTMENTS, BYTES = 100, 20, 2048
PER_DAY, PER_MINUTE, TO_ALL = 500, 5000, 3
SAME, TOO_MANY = 143106, 143105
KEPT = 86400.0
NEEDED = {
    "text": ("content",), "markdown": ("title", "text"), "link": ("messageUrl", "picUrl", "title", "text"),
    "image": ("media_id",), "file": ("media_id",), "voice": ("media_id", "duration"),
    "action_card": ("title", "markdown"), "oa": ("message_url", "head", "body"),
}  # fmt: skip


@dataclass
class Task:
    """One call: who was named wrongly, whom a limit kept back, and the messages that arrived."""

    at: float
    invalid: list[str] = field(default_factory=list)
    forbidden: list[tuple[int, str]] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)


class Notices:
    """The app's work notifications."""

    def __init__(self, company: Company, chats: Chats[Message], quota: Quota) -> None:
        self.company = company
        self.chats = chats
        self.quota = quota
        self.tasks: dict[int, Task] = {}
        self._ids = itertools.count(25603000000)
        self._seen: set[tuple[str, str, str]] = set()
        self._today: defaultdict[tuple[str, str], int] = defaultdict(int)
        self._minute: deque[float] = deque()

    def endpoints(self) -> list[Endpoint]:
        """The addresses of topapi/message/corpconversation."""
        root = "/topapi/message/corpconversation"
        return [
            Endpoint("POST", f"{root}/asyncsend_v2", self._send),
            Endpoint("POST", f"{root}/getsendresult", self._result),
            Endpoint("POST", f"{root}/getsendprogress", self._progress),
            Endpoint("POST", f"{root}/recall", self._recall),
        ]

    def _send(self, call: Call) -> dict[str, Any]:
        body = call.body
        self._agent(body)
        users = self._receivers(body)
        message, raw = self._message(body.get("msg"))
        while self._minute and self._minute[0] <= call.now - 60:
            self._minute.popleft()
        if len(self._minute) + len(users) > PER_MINUTE:
            raise Refused(90018, "发送人数超过每分钟5000人的限制")
        self._minute.extend([call.now] * len(users))
        task = Task(call.now)
        day = self.quota.day()
        for user in users:
            if user not in self.company.visible():
                task.invalid.append(user)
            elif (user, day, raw) in self._seen:
                self._keep_back(task, user, SAME, body)
            elif self._today[user, day] >= PER_DAY:
                self._keep_back(task, user, TOO_MANY, body)
            else:
                self._seen.add((user, day, raw))
                self._today[user, day] += 1
                task.messages.append(self.chats.put(user, via="notice", **message))
        number = next(self._ids)
        self.tasks[number] = task
        return {"errcode": 0, "errmsg": "ok", "task_id": number, "request_id": f"r{number}"}

    def _keep_back(self, task: Task, user: str, code: int, body: dict[str, Any]) -> None:
        task.forbidden.append((code, user))
        why = "the same content today" if code == SAME else f"{PER_DAY} today"
        self.chats.dropped.append(Dropped(user, f"work notification: {why}", body))

    def _receivers(self, body: dict[str, Any]) -> list[str]:
        if str(body.get("to_all_user")).lower() == "true":
            day = self.quota.day()
            if self._today["*", day] >= TO_ALL:
                raise Refused(143104, "全员消息每天最多3次")
            self._today["*", day] += 1
            return sorted(self.company.members)
        users = [one for one in str(body.get("userid_list") or "").split(",") if one]
        departments = [one for one in str(body.get("dept_id_list") or "").split(",") if one]
        if not users and not departments:
            raise Refused(33001, "userid_list, dept_id_list和to_all_user不能同时为空")
        if len(users) > MOST_USERS or len(departments) > MOST_DEPARTMENTS:
            raise Refused(400010, "接收人超过限制")
        for one in departments:
            users += [user for user, place in self.company.department_of.items() if str(place) == one]
        return list(dict.fromkeys(users))

    def _message(self, given: Any) -> tuple[dict[str, Any], str]:
        try:
            found = json.loads(given) if isinstance(given, str) else given
        except ValueError:
            found = None
        kind = found.get("msgtype") if isinstance(found, dict) else None
        part = found.get(kind) if kind in NEEDED else None
        if not isinstance(part, dict):
            raise Refused(40035, f"不合法的参数: msgtype {kind!r}")
        raw = json.dumps(found, ensure_ascii=False, sort_keys=True)
        if len(raw.encode()) > BYTES:
            raise Refused(40035, f"不合法的参数: msg has more than {BYTES} bytes")
        for name in NEEDED[str(kind)]:
            if not part.get(name):
                raise Refused(40035, f"不合法的参数: {kind}.{name}")
        if kind == "action_card":
            return self._action_card(part), raw
        text = part.get("content") or part.get("text") or (part.get("body") or {}).get("content") or ""
        shown = {
            "text": "text",
            "markdown": "markdown",
            "link": "link",
            "oa": "link",
            "image": "image",
            "voice": "audio",
        }
        return {
            "kind": shown.get(str(kind), "file"),
            "title": part.get("title", ""),
            "text": text,
            "content": part,
        }, raw

    def _action_card(self, part: dict[str, Any]) -> dict[str, Any]:
        if part.get("single_title"):
            buttons = [{"title": part["single_title"], "url": part.get("single_url")}]
        else:
            buttons = [{"title": b.get("title"), "url": b.get("action_url")} for b in part.get("btn_json_list") or []]
        if not buttons or not all(button["title"] and button["url"] for button in buttons):
            raise Refused(40035, "不合法的参数: an action_card needs buttons with title and address")
        return action_card(part["title"], part["markdown"], buttons)

    def _task(self, call: Call, name: str) -> Task:
        self._agent(call.body)
        task = self.tasks.get(int(call.body.get(name) or 0))
        if task is None or task.at < call.now - KEPT:
            raise Refused(400024, "task_id不存在或已过期")
        return task

    def _result(self, call: Call) -> dict[str, Any]:
        task = self._task(call, "task_id")
        counts: defaultdict[int, list[str]] = defaultdict(list)
        for code, user in task.forbidden:
            counts[code].append(user)
        return {
            "errcode": 0, "errmsg": "ok",
            "send_result": {
                "invalid_user_id_list": task.invalid,
                "forbidden_user_id_list": [user for _, user in task.forbidden],
                "forbidden_list": [
                    {"code": str(code), "count": len(users), "userid": user}
                    for code, users in counts.items()
                    for user in users
                ],
                "failed_user_id_list": [],
                "read_user_id_list": [m.user for m in task.messages if m.read_by],
                "unread_user_id_list": [m.user for m in task.messages if not m.read_by],
                "invalid_dept_id_list": [],
            },
        }  # fmt: skip

    def _progress(self, call: Call) -> dict[str, Any]:
        self._task(call, "task_id")
        return {"errcode": 0, "errmsg": "ok", "progress": {"progress_in_percent": 100, "status": 2}}

    def _recall(self, call: Call) -> dict[str, Any]:
        for message in self._task(call, "msg_task_id").messages:
            message.recalled = True
            self.chats.changed(message.user)
        return {"errcode": 0, "errmsg": "ok"}

    def _agent(self, body: dict[str, Any]) -> None:
        if str(body.get("agent_id")) != str(self.company.agent_id):
            raise Refused(400002, "无效的参数: agent_id")
