"""Scene groups: opened by a published template, once for each uuid (developer page create-a-scene-group)."""

import secrets
from typing import Any

from sandbox.dingtalk.call import Call, Endpoint
from sandbox.dingtalk.company import Company, Group
from sandbox.dingtalk.refusal import Refused

NAME, MOST = 30, 1000


class Scenes:
    """The templates that are published (id → whether it brings the robot along), and the groups made of them."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.templates: dict[str, bool] = {}
        self._by_uuid: dict[str, Group] = {}

    def endpoints(self) -> list[Endpoint]:
        """The address."""
        return [Endpoint("POST", "/v1.0/im/sceneGroup/create", self._create)]

    def _create(self, call: Call) -> dict[str, Any]:
        title, template, owner = (call.body.get(name) for name in ("title", "template_id", "owner_user_id"))
        people, uuid = call.body.get("user_ids") or [], call.body.get("uuid")
        if not isinstance(title, str) or not 1 <= len(title) <= NAME or not isinstance(people, list):
            raise Refused("parameter.invalid", "输入参数错误")
        if template not in self.templates:
            raise Refused("groupTemplate.notFound", "群模板不存在或者已下线")
        if owner not in self.company.members or any(one not in self.company.members for one in people):
            raise Refused("member.notFound", "不存在的员工")
        if owner in self.company.hidden:
            raise Refused("permession.checkFailed", "群主不在应用可见性内")
        if len(people) > MOST:
            raise Refused("member.exceed", "群成员数量超出限制")
        group = self._by_uuid.get(str(uuid)) if uuid else None
        if group is None:
            group = self.company.open_group(f"{title} {secrets.token_hex(4)}", owner, *people)
            group.name, group.has_robot = title, self.templates[template]
            if uuid:
                self._by_uuid[str(uuid)] = group
        return {"open_conversation_id": group.id, "chat_id": f"chat{group.id[3:11]}"}
