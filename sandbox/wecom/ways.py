"""Channel codes and customer tags as WeCom keeps them: 联系我 (page 92228) and 企业客户标签 (page 92117)."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.wecom.company import Company

MOST_USERS = 100
REMARK, STATE = 30, 30  # characters of the remark; bytes of the state
OK: dict[str, Any] = {"errcode": 0, "errmsg": "ok"}
Handler = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass
class Way:
    """One code and what it was made with."""

    config_id: str
    made_at: float
    body: dict[str, Any]

    @property
    def users(self) -> list[str]:
        """Who answers it now, in lower case."""
        return [str(user).lower() for user in self.body.get("user") or []]

    @property
    def qr_code(self) -> str:
        """The picture's address."""
        return f"https://wework.qpic.cn/wwpic/{self.config_id}/0"


@dataclass
class Ways:
    """The company's codes and tags. `marked`: (member, customer) → tag ids."""

    company: Company
    now: Callable[[], float]
    ways: dict[str, Way] = field(default_factory=dict)
    tags: dict[str, tuple[str, str]] = field(default_factory=dict)  # id → group, name
    marked: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def handlers(self) -> dict[str, Handler]:
        """endpoint → what it answers to a body."""
        return {
            "externalcontact/add_contact_way": self._add,
            "externalcontact/update_contact_way": self._update,
            "externalcontact/get_contact_way": self._get,
            "externalcontact/list_contact_way": self._list,
            "externalcontact/del_contact_way": self._delete,
            "externalcontact/get_corp_tag_list": self._tag_list,
            "externalcontact/add_corp_tag": self._tag_add,
            "externalcontact/mark_tag": self._mark,
        }

    def of_state(self, state: str) -> Way:
        """The code with that state; raises LookupError unless there is exactly one."""
        found = [way for way in self.ways.values() if way.body.get("state") == state]
        if len(found) != 1:
            raise LookupError(f"{len(found)} codes have the state {state}")
        return found[0]

    def tags_of(self, member: str, external_id: str) -> list[str]:
        """The names of the tags that a member's customer has."""
        return [self.tags[tag][1] for tag in self.marked.get((member.lower(), external_id), [])]

    def _add(self, body: dict[str, Any]) -> dict[str, Any]:
        if body.get("type") not in (1, 2) or body.get("scene") not in (1, 2):
            return {"errcode": 40058, "errmsg": "type and scene are 1 or 2"}
        if body["type"] == 1 and len(body.get("user") or []) != 1:
            return {"errcode": 40058, "errmsg": "a single code has exactly one user"}
        if (flaw := self._flaw(body)) is not None:
            return flaw
        way = Way("CW" + secrets.token_hex(12), self.now(), dict(body))
        self.ways[way.config_id] = way
        return {**OK, "config_id": way.config_id, "qr_code": way.qr_code}

    def _update(self, body: dict[str, Any]) -> dict[str, Any]:
        way = self.ways.get(str(body.get("config_id") or ""))
        if way is None:
            return {"errcode": 40058, "errmsg": "invalid config_id"}
        merged = {**way.body, **{name: value for name, value in body.items() if name != "config_id"}}
        if (flaw := self._flaw(merged)) is not None:
            return flaw
        way.body = merged
        return dict(OK)

    def _flaw(self, body: dict[str, Any]) -> dict[str, Any] | None:
        users = body.get("user") or []
        if not users and not body.get("party"):
            return {"errcode": 40058, "errmsg": "user and party are both empty"}
        if len(users) > MOST_USERS:
            return {"errcode": 40058, "errmsg": "too many users"}
        if [user for user in users if str(user).lower() not in self.company.visible()]:
            return {"errcode": 40003, "errmsg": "invalid userid"}
        if len(str(body.get("remark") or "")) > REMARK:
            return {"errcode": 40058, "errmsg": "remark too long"}
        if len(str(body.get("state") or "").encode()) > STATE:
            return {"errcode": 40058, "errmsg": "state too long"}
        return None

    def _get(self, body: dict[str, Any]) -> dict[str, Any]:
        way = self.ways.get(str(body.get("config_id") or ""))
        if way is None:
            return {"errcode": 40058, "errmsg": "invalid config_id"}
        return {**OK, "contact_way": {**way.body, "config_id": way.config_id, "qr_code": way.qr_code}}

    def _list(self, body: dict[str, Any]) -> dict[str, Any]:
        since, most = body.get("start_time", 0), min(int(body.get("limit") or 100), 1000)
        found = [{"config_id": way.config_id} for way in self.ways.values() if way.made_at >= since]
        return {**OK, "contact_way": found[:most]}

    def _delete(self, body: dict[str, Any]) -> dict[str, Any]:
        if self.ways.pop(str(body.get("config_id") or ""), None) is None:
            return {"errcode": 40058, "errmsg": "invalid config_id"}
        return dict(OK)

    def _tag_list(self, body: dict[str, Any]) -> dict[str, Any]:
        groups: dict[str, list[dict[str, str]]] = {}
        for tag_id, (group, name) in self.tags.items():
            groups.setdefault(group, []).append({"id": tag_id, "name": name})
        found = [{"group_id": f"G{name}", "group_name": name, "tag": tags} for name, tags in groups.items()]
        return {**OK, "tag_group": found}

    def _tag_add(self, body: dict[str, Any]) -> dict[str, Any]:
        group, names = str(body.get("group_name") or ""), [str(tag.get("name") or "") for tag in body.get("tag") or []]
        if not group or not names or [name for name in (group, *names) if not 1 <= len(name) <= 30]:
            return {"errcode": 40058, "errmsg": "a group and names of 1 to 30 characters are needed"}
        if [name for name in names if (group, name) in self.tags.values()]:
            return {"errcode": 40071, "errmsg": "UserTag Name Already Exist"}
        made = {"et" + secrets.token_hex(10): (group, name) for name in names}
        self.tags |= made
        tags = [{"id": tag_id, "name": name} for tag_id, (_, name) in made.items()]
        return {**OK, "tag_group": {"group_id": f"G{group}", "group_name": group, "tag": tags}}

    def _mark(self, body: dict[str, Any]) -> dict[str, Any]:
        user, customer = str(body.get("userid") or "").lower(), str(body.get("external_userid") or "")
        contact = self.company.contacts.get(customer)
        if user not in self.company.members:
            return {"errcode": 40003, "errmsg": "invalid userid"}
        if contact is None or contact.member.lower() != user:
            return {"errcode": 84061, "errmsg": "not external contact"}
        add = [str(tag) for tag in body.get("add_tag") or []]
        if not add and not body.get("remove_tag"):
            return {"errcode": 40058, "errmsg": "add_tag and remove_tag are both empty"}
        if [tag for tag in add if tag not in self.tags]:
            return {"errcode": 40068, "errmsg": "invalid tagid"}
        held = self.marked.setdefault((user, customer), [])
        held += [tag for tag in add if tag not in held]
        return dict(OK)
