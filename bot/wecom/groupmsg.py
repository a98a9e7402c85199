"""WeCom's calls about 企业群发: a task is made, found again, and asked about (pages 92135, 93338, 93439)."""

import json
from collections.abc import Mapping
from typing import Any

from bot.wecom.client import WeComClient

PAGES = 50


async def add(client: WeComClient, content: Mapping[str, Any]) -> dict[str, Any]:
    """externalcontact/add_msg_template: answers msgid and fail_list; the colleague has yet to confirm."""
    return await client.call("POST", "externalcontact/add_msg_template", body=_json(content))


async def listed(client: WeComClient, begin: int, end: int) -> list[dict[str, Any]]:
    """get_groupmsg_list_v2: the tasks that were made between two instants (Unix seconds, at most a month apart)."""
    asked = {"chat_type": "single", "start_time": begin, "end_time": end, "limit": 100}
    return await _pages(client, "externalcontact/get_groupmsg_list_v2", asked, "group_msg_list")


async def tasks(client: WeComClient, msgid: str) -> list[dict[str, Any]]:
    """get_groupmsg_task: who is to confirm it, and whether they have."""
    return await _pages(client, "externalcontact/get_groupmsg_task", {"msgid": msgid, "limit": 1000}, "task_list")


async def results(client: WeComClient, msgid: str, userid: str) -> list[dict[str, Any]]:
    """get_groupmsg_send_result: what became of each customer's message."""
    asked = {"msgid": msgid, "userid": userid, "limit": 1000}
    return await _pages(client, "externalcontact/get_groupmsg_send_result", asked, "send_list")


async def _pages(client: WeComClient, endpoint: str, asked: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = ""
    for _ in range(PAGES):
        body = {**asked, **({"cursor": cursor} if cursor else {})}
        answer = await client.call("POST", endpoint, body=_json(body))
        found += [one for one in answer.get(name) or [] if isinstance(one, dict)]
        cursor = str(answer.get("next_cursor") or "")
        if not cursor:
            break
    return found


def _json(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
