"""The two kinds of channel on WeCom: a printed code (联系我, page 92228) and a link (获客助手, page 97297)."""

from collections.abc import Sequence
from typing import Any, Protocol

from bot.wecom.client import WeComClient
from config.way import ContactWay

MULTI = 2  # the type of a code that several people answer
QR = 2  # the scene of a printed code


class Maker(Protocol):
    """Makes and changes one kind; ids are WeCom's, addresses what customers get."""

    async def add(self, name: str, way: ContactWay, users: Sequence[str]) -> tuple[str, str]:
        """A new one: its id and its address."""
        ...

    async def change(self, id_: str, name: str, way: ContactWay, users: Sequence[str]) -> None:
        """Other people or words; the address stays."""
        ...

    async def find(self, name: str, way: ContactWay, since: int) -> tuple[str, str]:
        """The one that was made since (Unix seconds) before we could note its id; ("", "") when there is none."""
        ...


class Codes:
    """Printed codes: the state names the channel, and comes back with each customer."""

    def __init__(self, client: WeComClient) -> None:
        self._client = client

    async def add(self, name: str, way: ContactWay, users: Sequence[str]) -> tuple[str, str]:
        """See Maker; the address is that of the picture."""
        body = {**self._body(name, way, users), "type": MULTI, "scene": QR, "is_exclusive": True}
        made = await self._client.contact_way_add(body)
        return str(made["config_id"]), str(made.get("qr_code") or "")

    async def change(self, id_: str, name: str, way: ContactWay, users: Sequence[str]) -> None:
        """See Maker."""
        await self._client.contact_way_update({**self._body(name, way, users), "config_id": id_})

    async def find(self, name: str, way: ContactWay, since: int) -> tuple[str, str]:
        """See Maker; WeCom lists ids only, so each is looked at."""
        for config_id in await self._client.contact_way_list(since):
            found = await self._client.contact_way_get(config_id)
            if found.get("state") == name:
                return config_id, str(found.get("qr_code") or "")
        return "", ""

    def _body(self, name: str, way: ContactWay, users: Sequence[str]) -> dict[str, Any]:
        return {"remark": way.label, "skip_verify": not way.confirm, "state": name, "user": list(users)}


class Links:
    """Links: the channel is put behind the address, and comes back as the state."""

    def __init__(self, client: WeComClient) -> None:
        self._client = client

    async def add(self, name: str, way: ContactWay, users: Sequence[str]) -> tuple[str, str]:
        """See Maker."""
        made = await self._client.link_create(self._body(way, users))
        return str(made["link_id"]), with_channel(str(made["url"]), name)

    async def change(self, id_: str, name: str, way: ContactWay, users: Sequence[str]) -> None:
        """See Maker."""
        await self._client.link_update({**self._body(way, users), "link_id": id_})

    async def find(self, name: str, way: ContactWay, since: int) -> tuple[str, str]:
        """See Maker; a link is known again by its name."""
        for link_id in await self._client.link_list():
            found = await self._client.link_get(link_id)
            if found.get("link_name") == way.label and int(found.get("create_time") or 0) >= since:
                return link_id, with_channel(str(found["url"]), name)
        return "", ""

    def _body(self, way: ContactWay, users: Sequence[str]) -> dict[str, Any]:
        return {"link_name": way.label, "range": {"user_list": list(users)}, "skip_verify": not way.confirm}


def with_channel(url: str, name: str) -> str:
    """A link's address with its channel (at most 64 bytes, page 97297)."""
    return f"{url}{'&' if '?' in url else '?'}customer_channel={name}"
