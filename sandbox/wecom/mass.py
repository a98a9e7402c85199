"""企业群发 as WeCom keeps it: a task is made, a colleague confirms it, only then customers get it (page 92135)."""

import secrets
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.wecom.company import Company

OK: dict[str, Any] = {"errcode": 0, "errmsg": "ok"}
TEXT_BYTES = 4000
MONTH = 31 * 86400
DISPATCHING = 3.0  # seconds during which a fresh task tells nothing
Handler = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass
class Task:
    """One task: its words, whom it is for, and what became of each."""

    msgid: str
    sender: str
    text: str
    customers: list[str]
    made_at: float
    confirmed_at: float | None = None
    ends: dict[str, int] = field(default_factory=dict)  # customer → 1 sent, 2 no friend, 3 had enough


@dataclass
class MassDesk:
    """The tasks. `per_month`: how many 群发 a customer may get within 31 days (the days of a month, by default)."""

    company: Company
    now: Callable[[], float]
    per_month: int = 31
    tasks: dict[str, Task] = field(default_factory=dict)
    got: defaultdict[str, list[tuple[float, str]]] = field(default_factory=lambda: defaultdict(list))

    def handlers(self) -> dict[str, Handler]:
        """endpoint → what it answers to a body."""
        return {
            "externalcontact/add_msg_template": self._add,
            "externalcontact/get_groupmsg_list_v2": self._list,
            "externalcontact/get_groupmsg_task": self._task,
            "externalcontact/get_groupmsg_send_result": self._results,
        }

    def confirm(self, user: str) -> int:
        """A colleague opens 群发助手 and sends what waits there; returns how many tasks that were."""
        count = 0
        for task in self.tasks.values():
            if task.sender != user.lower() or task.confirmed_at is not None:
                continue
            count += 1
            task.confirmed_at = self.now()
            for customer in task.customers:
                task.ends[customer] = self._deliver(task, customer)
        return count

    def _deliver(self, task: Task, customer: str) -> int:
        contact = self.company.contacts.get(customer)
        if contact is None or contact.member.lower() != task.sender:
            return 2
        recent = [at for at, _ in self.got[customer] if at > self.now() - MONTH]
        if len(recent) >= self.per_month:
            return 3
        self.got[customer].append((self.now(), task.text))
        return 1

    def _add(self, body: dict[str, Any]) -> dict[str, Any]:
        text = str((body.get("text") or {}).get("content") or "")
        customers = body.get("external_userid")
        sender = str(body.get("sender") or "").lower()
        if body.get("chat_type") != "single" or not isinstance(customers, list) or not 1 <= len(customers) <= 10_000:
            return {"errcode": 40058, "errmsg": "1 to 10000 customers, please"}
        if len(set(customers)) != len(customers) or not text or len(text.encode()) > TEXT_BYTES:
            return {"errcode": 40058, "errmsg": "a customer twice, or no text of 1 to 4000 bytes"}
        if sender not in self.company.visible():
            return {"errcode": 60011, "errmsg": "no privilege to access this member"}
        contacts = self.company.contacts
        reachable = [one for one in customers if one in contacts and contacts[one].member.lower() == sender]
        if not reachable:
            return {"errcode": 41048, "errmsg": "no customer to send"}
        task = Task("MSG" + secrets.token_hex(12), sender, text, reachable, self.now())
        self.tasks[task.msgid] = task
        return {**OK, "msgid": task.msgid, "fail_list": [one for one in customers if one not in reachable]}

    def _list(self, body: dict[str, Any]) -> dict[str, Any]:
        begin, end, limit = body.get("start_time"), body.get("end_time"), body.get("limit", 50)
        if body.get("chat_type") not in ("single", "group") or not isinstance(begin, int) or not isinstance(end, int):
            return {"errcode": 40058, "errmsg": "invalid time"}
        if not 0 <= end - begin <= MONTH or not isinstance(limit, int) or not 1 <= limit <= 100:
            return {"errcode": 40058, "errmsg": "at most a month, at most 100"}
        found = [task for task in self.tasks.values() if begin <= task.made_at <= end]
        first = int(str(body.get("cursor") or "0"))
        page = [
            {
                "msgid": task.msgid, "creator": "", "create_time": str(int(task.made_at)), "create_type": 0,
                "text": {"content": task.text},
            }
            for task in found[first : first + limit]
        ]  # fmt: skip
        more = {"next_cursor": str(first + limit)} if first + limit < len(found) else {}
        return {**OK, "group_msg_list": page, **more}

    def _task(self, body: dict[str, Any]) -> dict[str, Any]:
        task, flaw = self._find(body)
        if task is None:
            return flaw
        done = task.confirmed_at
        told = {"userid": task.sender, "status": 2 if done is not None else 0}
        return {**OK, "task_list": [{**told, **({"send_time": int(done)} if done is not None else {})}]}

    def _results(self, body: dict[str, Any]) -> dict[str, Any]:
        task, flaw = self._find(body)
        if task is None:
            return flaw
        if str(body.get("userid") or "").lower() != task.sender:
            return {"errcode": 40003, "errmsg": "invalid userid"}
        listed = [
            {"external_userid": one, "userid": task.sender, "status": task.ends.get(one, 0)} for one in task.customers
        ]
        return {**OK, "send_list": listed}

    def _find(self, body: dict[str, Any]) -> tuple[Task | None, dict[str, Any]]:
        task = self.tasks.get(str(body.get("msgid") or ""))
        if task is None:
            return None, {"errcode": 40058, "errmsg": "invalid msgid"}
        if self.now() < task.made_at + DISPATCHING:
            return None, {"errcode": 41063, "errmsg": "the task is being dispatched"}
        return task, {}
