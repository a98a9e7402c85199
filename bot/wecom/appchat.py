"""Groups that the app itself opens in WeCom (pages 90245 to 90248): it may speak in them, and hears nothing there.

Their name is chosen by us and taken once: an opening whose end nobody knows is looked for before it is tried again.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bot.calling import NotReached
from bot.platform import SendLater, SendRefused
from bot.wecom.client import WeComClient
from bot.wecom.errors import WeComError

NAME = 50  # characters
MOST = 500  # people
LATER = ("retry", "limit", "token")
NOT_ROOT = 60011  # what WeCom answers unless the app's visible range is the whole company


class AppChats:
    """Opens groups in the name of the app."""

    def __init__(self, client: WeComClient) -> None:
        self._client = client

    async def begin(self, *, chat: str, name: str, owner: str, people: Sequence[str]) -> str:
        """appchat/create: a group under our own id (up to 32 digits and letters)."""
        body = {"name": name[:NAME], "owner": owner, "userlist": list(people)[:MOST], "chatid": chat}
        try:
            await self._client.call("POST", "appchat/create", body=_json(body))
        except NotReached as error:
            raise SendLater(str(error)) from None
        except WeComError as error:
            if error.meaning.decision in LATER:
                raise SendLater(str(error), error.meaning.delay) from None
            if not await self.is_there(chat):
                raise SendRefused(cure_of(error)) from None
        return chat

    async def is_there(self, chat: str) -> bool:
        """appchat/get: whether the app has opened a group under this id."""
        try:
            found = await self._client.call("GET", "appchat/get", params={"chatid": chat})
        except WeComError as error:
            if error.meaning.decision == "final":
                return False
            raise
        return str((found.get("chat_info") or {}).get("chatid") or "") == chat


def words(chat: str, text: Mapping[str, Any]) -> bytes:
    """The body of appchat/send for a text message."""
    return _json({"chatid": chat, "msgtype": "text", "text": text, "safe": 0})


def cure_of(error: WeComError) -> str:
    """Why no group was opened and what helps, in Chinese."""
    if error.code == NOT_ROOT:
        return "企业微信只让可见范围是全公司的应用建群:请管理员到后台把应用的可见范围改成整个企业"
    return str(error)


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
