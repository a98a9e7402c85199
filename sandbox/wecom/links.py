"""Links of 获客助手 as WeCom keeps them (pages 97297, 97298): made, changed, and who came through them."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sandbox.wecom.company import Company

OK: dict[str, Any] = {"errcode": 0, "errmsg": "ok"}
PATH = "externalcontact/customer_acquisition"
NAME, MOST_USERS, CHANNEL = 30, 500, 64  # characters; people; bytes of customer_channel, cut beyond
Handler = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass
class Link:
    """One link; `came`: (member, customer, channel), the first first."""

    link_id: str
    made_at: int
    body: dict[str, Any]
    came: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The address that is given to customers."""
        return f"https://work.weixin.qq.com/ca/{self.link_id}"

    @property
    def users(self) -> list[str]:
        """Who answers it now, in lower case."""
        return [str(user).lower() for user in (self.body.get("range") or {}).get("user_list") or []]

    def told(self) -> dict[str, Any]:
        """As WeCom tells of it."""
        return {
            "link_id": self.link_id, "link_name": self.body["link_name"], "url": self.url, "create_time": self.made_at,
        }  # fmt: skip


@dataclass
class Links:
    """The company's links; each new customer costs one of the quota."""

    company: Company
    now: Callable[[], float]
    links: dict[str, Link] = field(default_factory=dict)
    page: int = 1000

    def handlers(self) -> dict[str, Handler]:
        """endpoint → what it answers to a body."""
        return {
            f"{PATH}/create_link": self._create,
            f"{PATH}/update_link": self._update,
            f"{PATH}/get": self._get,
            f"{PATH}/list_link": self._list,
            f"{PATH}/delete_link": self._delete,
            f"{PATH}/customer": self._customers,
        }

    def of_address(self, address: str) -> tuple[Link, str]:
        """The link behind an address, and the channel behind the question mark, cut as WeCom cuts it."""
        parts = urlsplit(address)
        link = self.links[parts.path.rpartition("/")[2]]
        channel = parse_qs(parts.query).get("customer_channel", [""])[0]
        return link, channel.encode()[:CHANNEL].decode("utf-8", "ignore")

    def _create(self, body: dict[str, Any]) -> dict[str, Any]:
        if (flaw := self._flaw(body)) is not None:
            return flaw
        link = Link("caw" + secrets.token_hex(9), int(self.now()), dict(body))
        self.links[link.link_id] = link
        return {**OK, "link": link.told()}

    def _update(self, body: dict[str, Any]) -> dict[str, Any]:
        link = self.links.get(str(body.get("link_id") or ""))
        if link is None:
            return {"errcode": 40058, "errmsg": "invalid link_id"}
        merged = {**link.body, **{name: value for name, value in body.items() if name != "link_id"}}
        if (flaw := self._flaw(merged)) is not None:
            return flaw
        link.body = merged
        return dict(OK)

    def _flaw(self, body: dict[str, Any]) -> dict[str, Any] | None:
        if not 1 <= len(str(body.get("link_name") or "")) <= NAME:
            return {"errcode": 40058, "errmsg": "link_name has 1 to 30 characters"}
        users = (body.get("range") or {}).get("user_list") or []
        if not users and not (body.get("range") or {}).get("department_list"):
            return {"errcode": 40058, "errmsg": "range is empty"}
        if len(users) > MOST_USERS:
            return {"errcode": 40058, "errmsg": "range too large"}
        if [user for user in users if str(user).lower() not in self.company.visible()]:
            return {"errcode": 40003, "errmsg": "invalid userid"}
        return None

    def _get(self, body: dict[str, Any]) -> dict[str, Any]:
        link = self.links.get(str(body.get("link_id") or ""))
        if link is None:
            return {"errcode": 40058, "errmsg": "invalid link_id"}
        return {**OK, "link": link.told(), "range": link.body["range"]}

    def _list(self, body: dict[str, Any]) -> dict[str, Any]:
        most = min(int(body.get("limit") or 100), 100)
        return {**OK, "link_id_list": list(reversed(self.links))[:most], "next_cursor": ""}

    def _delete(self, body: dict[str, Any]) -> dict[str, Any]:
        if self.links.pop(str(body.get("link_id") or ""), None) is None:
            return {"errcode": 40058, "errmsg": "invalid link_id"}
        return dict(OK)

    def _customers(self, body: dict[str, Any]) -> dict[str, Any]:
        link = self.links.get(str(body.get("link_id") or ""))
        if link is None:
            return {"errcode": 40058, "errmsg": "invalid link_id"}
        begin, most = int(body.get("cursor") or 0), min(int(body.get("limit") or 500), self.page)
        came = link.came[begin : begin + most]
        following = str(begin + most) if begin + most < len(link.came) else ""
        told = [
            {"external_userid": customer, "userid": member, "chat_status": 0, "state": channel}
            for member, customer, channel in came
        ]
        return {**OK, "customer_list": told, "next_cursor": following}
