"""Who is in the pretended company: members, which of them see the app, and customers they have added."""

import secrets
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Contact:
    """A customer in WeChat whom a member has added."""

    external_id: str
    member: str
    name: str
    corp_name: str = ""
    position: str = ""
    mobiles: tuple[str, ...] = ()
    state: str = ""
    added_at: int = 0

    def profile(self) -> dict[str, Any]:
        """external_contact of externalcontact/get (developer page 92114)."""
        return {
            "external_userid": self.external_id, "name": self.name, "type": 1, "gender": 0,
            "corp_name": self.corp_name, "corp_full_name": self.corp_name, "position": self.position,
        }  # fmt: skip

    def followers(self) -> list[dict[str, Any]]:
        """follow_user of externalcontact/get."""
        return [
            {
                "userid": self.member,
                "remark_mobiles": list(self.mobiles),
                "state": self.state,
                "add_way": 1,
                "createtime": self.added_at,
            }
        ]


@dataclass
class Company:
    """One corp with one self-built app.

    `hidden` members are outside the app's visible range; `gone` are those who have left the corp, and when.
    `unlicensed` ones are in it, but have no interface licence: the API names them and delivers nothing (page 90236).
    """

    corp_id: str
    agent_id: int
    secret: str
    name: str = "云上科技"
    members: dict[str, str] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    gone: dict[str, float] = field(default_factory=dict)
    unlicensed: set[str] = field(default_factory=set)
    contacts: dict[str, Contact] = field(default_factory=dict)
    welcome_codes: dict[str, float] = field(default_factory=dict)

    def visible(self) -> set[str]:
        """The members whom the app can reach."""
        return set(self.members) - self.hidden

    def new_welcome_code(self, now: float) -> str:
        """A code that allows one welcome message within 20 seconds."""
        code = "W" + secrets.token_hex(10)
        self.welcome_codes[code] = now
        return code
