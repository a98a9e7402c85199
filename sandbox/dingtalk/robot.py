"""The robot's own sending: one-to-one, into groups, taking back, who has read, files that people sent."""

import secrets
from typing import Any

from sandbox.chat import Chats
from sandbox.dingtalk.call import Call, Endpoint
from sandbox.dingtalk.chat import Message
from sandbox.dingtalk.company import Company, Group
from sandbox.dingtalk.refusal import Refused
from sandbox.dingtalk.words import robot_message

MOST_USERS, MOST_KEYS = 20, 20
DAY = 86400.0


class Robot:
    """The robot of the app. `files` are what people sent, by download code."""

    def __init__(self, company: Company, chats: Chats[Message]) -> None:
        self.company = company
        self.chats = chats
        self.files: dict[str, bytes] = {}

    def endpoints(self) -> list[Endpoint]:
        """The addresses of /v1.0/robot."""
        robot = "/v1.0/robot"
        return [
            Endpoint("POST", f"{robot}/oToMessages/batchSend", self._batch_send),
            Endpoint("POST", f"{robot}/groupMessages/send", self._group_send),
            Endpoint("POST", f"{robot}/otoMessages/batchRecall", self._recall),
            Endpoint("POST", f"{robot}/groupMessages/recall", self._group_recall),
            Endpoint("GET", f"{robot}/oToMessages/readStatus", self._read_status),
            Endpoint("POST", f"{robot}/groupMessages/query", self._group_read_status),
            Endpoint("POST", f"{robot}/messageFiles/download", self._download),
            Endpoint("POST", f"{robot}/ding/send", self._ding),
        ]

    def check_code(self, code: Any) -> None:
        """Raise Refused when this is not our robot, or it was stopped."""
        if not code:
            raise Refused("miss.param.robotCode", "robotCode is missing")
        if code != self.company.robot_code:
            raise Refused("invalidParameter.robotCode.notExsit", f"robot {code} does not exist")
        if self.company.robot_stopped:
            raise Refused("robot.oto.notExist", "the robot was stopped")

    def group(self, conversation: Any) -> Group:
        """The group with this id that the robot is in; raises Refused."""
        if not conversation:
            raise Refused("miss.param.openConversationId", "openConversationId is missing")
        found = self.company.groups.get(str(conversation))
        if found is None or not found.has_robot:
            raise Refused("invalid.openConversationId", f"the robot is in no conversation {conversation}")
        if found.disbanded:
            raise Refused("group.disbanded", "the group was dissolved")
        return found

    def _batch_send(self, call: Call) -> dict[str, Any]:
        body = call.body
        self.check_code(body.get("robotCode"))
        users = _names(body.get("userIds"), "userIds", MOST_USERS)
        message = robot_message(body.get("msgKey"), body.get("msgParam"))
        key = secrets.token_urlsafe(18)
        invalid = [user for user in users if user not in self.company.visible()]
        slowed = [user for user in users if user in self.company.flow_controlled and user not in invalid]
        for user in dict.fromkeys(users):
            if user not in invalid and user not in slowed:
                self.chats.put(user, msgid=key, via="robot", **message)
        return {"processQueryKey": key, "invalidStaffIdList": invalid, "flowControlledStaffIdList": slowed}

    def _group_send(self, call: Call) -> dict[str, Any]:
        self.check_code(call.body.get("robotCode"))
        group = self.group(call.body.get("openConversationId"))
        message = robot_message(call.body.get("msgKey"), call.body.get("msgParam"))
        key = secrets.token_urlsafe(18)
        self.chats.put(group.id, msgid=key, via="robot", **message)
        return {"processQueryKey": key}

    def _recall(self, call: Call) -> dict[str, Any]:
        return self._take_back(call, None)

    def _group_recall(self, call: Call) -> dict[str, Any]:
        return self._take_back(call, self.group(call.body.get("openConversationId")).id)

    def _take_back(self, call: Call, conversation: str | None) -> dict[str, Any]:
        self.check_code(call.body.get("robotCode"))
        keys = _names(call.body.get("processQueryKeys"), "processQueryKeys", MOST_KEYS)
        done, failed = [], {}
        for key in keys:
            found = [m for m in self._sent(key) if conversation in (None, m.user)]
            if not found:
                failed[key] = "processQueryKey.notExist"
            elif found[0].at < call.now - DAY:
                failed[key] = "message.recall.timeout"
            else:
                done.append(key)
                for message in found:
                    message.recalled = True
                    self.chats.changed(message.user)
        return {"successResult": done, "failedResult": failed}

    def _read_status(self, call: Call) -> dict[str, Any]:
        self.check_code(call.query.get("robotCode"))
        return self._readers(call.query.get("processQueryKey", ""), call.now)

    def _group_read_status(self, call: Call) -> dict[str, Any]:
        self.check_code(call.body.get("robotCode"))
        group = self.group(call.body.get("openConversationId"))
        found = [m for m in self._sent(str(call.body.get("processQueryKey") or "")) if m.user == group.id]
        readers = sorted(found[0].read_by) if found else []
        return {"sendStatus": "RECALLED" if found and found[0].recalled else "SUCCESS", "readUserIds": readers,
                "hasMore": False}  # fmt: skip

    def _readers(self, key: str, now: float) -> dict[str, Any]:
        found = self._sent(key)
        if not found or found[0].at < now - DAY:
            raise Refused("invalidParameter.processQueryKey", "no such message in the last 24 hours")
        readers = [
            {"userId": m.user, "name": self.company.name_of(m.user), "readStatus": "READ" if m.read_by else "UNREAD"}
            for m in found
        ]
        return {"sendStatus": "RECALLED" if found[0].recalled else "SUCCESS", "messageReadInfoList": readers}

    def _sent(self, key: str) -> list[Message]:
        return [m for chat in self.chats.messages.values() for m in chat if key and m.msgid == key]

    def _download(self, call: Call) -> dict[str, Any]:
        self.check_code(call.body.get("robotCode"))
        code = str(call.body.get("downloadCode") or "")
        if code not in self.files:
            raise Refused("invalidParameter.downloadCode", "downloadCode does not exist or has expired")
        return {"downloadUrl": f"http://{call.request.host}/oss/{code}.file?Expires={int(call.now) + 3600}"}

    def _ding(self, call: Call) -> dict[str, Any]:
        """DING: 1 in the app, 2 as a text message, 3 as a telephone call."""
        body = call.body
        self.check_code(body.get("robotCode"))
        if body.get("remindType") not in (1, 2, 3):
            raise Refused("invalidParameter.remindType", "remindType must be 1, 2 or 3")
        users = _names(body.get("receiverUserIdList"), "receiverUserIdList", 200 if body["remindType"] == 1 else 20)
        content = body.get("content")
        if not isinstance(content, str) or not content:
            raise Refused("miss.param.content", "content is missing")
        if not self.company.paid:
            raise Refused("ding.serverquota.insufficient", "DING额度不足,请升级专业版")
        failed = {user: "staffId.notExisted" for user in users if user not in self.company.visible()}
        for user in users:
            if user not in failed:
                self.chats.put(user, kind="text", text=content, via="ding")
        return {"openDingId": secrets.token_urlsafe(12), "failedList": failed}


def _names(value: Any, name: str, most: int) -> list[str]:
    if not isinstance(value, list) or not value or not all(isinstance(one, str) and one for one in value):
        raise Refused(f"miss.param.{name}", f"{name} must be a list of texts")
    if len(value) > most:
        raise Refused(f"invalidParameter.{name}.tooMany", f"{name} has {len(value)} entries, {most} are allowed")
    return value
