"""Groups that the app itself opens in WeCom (pages 90245 to 90248): it may speak in them, and hears nothing there.

Their name is chosen by us and taken once: an opening whose end nobody knows is looked for before it is tried again.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bot.wecom.client import WeComClient
from bot.wecom.errors import WeComError

NAME = 50  # characters
MOST = 500  # people
NOT_ROOT = 60011  # what WeCom answers unless the app's visible range is the whole company


async def begin(client: WeComClient, *, chat: str, name: str, owner: str, people: Sequence[str]) -> None:
    """appchat/create: a group under our own id (up to 32 digits and letters)."""
    body = {"name": name[:NAME], "owner": owner, "userlist": list(people)[:MOST], "chatid": chat}
    await client.call("POST", "appchat/create", body=_json(body))


async def is_there(client: WeComClient, chat: str) -> bool:
    """appchat/get: whether the app has opened a group under this id."""
    try:
        found = await client.call("GET", "appchat/get", params={"chatid": chat})
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
