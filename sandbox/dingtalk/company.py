"""Who is in the pretended organisation: members, groups, and the one internal app with its robot."""

import hashlib
from dataclasses import dataclass, field


@dataclass
class Group:
    """A group chat. `has_robot`: whether the app's robot was added; `hook_secret`: a custom robot's SEC… key."""

    id: str
    name: str
    members: set[str] = field(default_factory=set)
    has_robot: bool = True
    hook_token: str = ""
    hook_secret: str = ""
    disbanded: bool = False


@dataclass
class Company:
    """One organisation with one internal app.

    `hidden` members are outside the app's visible range, `flow_controlled` ones get too much at the moment.
    `outside` are people of other organisations (userid → name) who can only write in groups.
    """

    corp_id: str
    client_id: str
    client_secret: str
    agent_id: int
    robot_code: str
    name: str = "云上科技"
    members: dict[str, str] = field(default_factory=dict)
    mobiles: dict[str, str] = field(default_factory=dict)
    admins: set[str] = field(default_factory=set)
    hidden: set[str] = field(default_factory=set)
    flow_controlled: set[str] = field(default_factory=set)
    outside: dict[str, str] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    departments: dict[int, tuple[str, int]] = field(default_factory=dict)  # id → (name, id of the one above)
    department_of: dict[str, int] = field(default_factory=dict)
    published: bool = True  # 发布上线: before, pushes carry no staff id
    robot_stopped: bool = False
    paid: bool = False  # 专业版 or 专属版: DING is theirs alone

    def visible(self) -> set[str]:
        """The members whom the app can reach."""
        return set(self.members) - self.hidden

    def name_of(self, user: str) -> str:
        """The name that a chat shows."""
        return self.members.get(user) or self.outside.get(user) or user

    def union_id(self, user: str) -> str:
        """The id that to-dos and calendars use; unlike the userid on purpose."""
        return _digest("union", user)[:24] + "iE"

    def user_of_union(self, union_id: str) -> str | None:
        """The member with this union id."""
        return next((user for user in self.members if self.union_id(user) == union_id), None)

    def encrypted_id(self, user: str) -> str:
        """senderId: a name for a person that says nothing."""
        return f"$:LWCP_v1:${_digest('lwcp', user)[:16]}=="

    def conversation_with(self, user: str) -> str:
        """conversationId of a member's own chat with the robot."""
        return f"cid{_digest('cid', user)[:40]}="

    def open_group(self, name: str, *members: str, token: str = "", secret: str = "") -> Group:
        """A group with the robot in it; `token` and `secret` add a custom robot's webhook."""
        group = Group(f"cid{_digest('group', name)[:16]}==", name, set(members), True, token, secret)
        self.groups[group.id] = group
        return group


def _digest(kind: str, name: str) -> str:
    return hashlib.sha256(f"{kind} {name}".encode()).hexdigest()
