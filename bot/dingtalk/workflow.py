"""Approvals of DingTalk's OA: one is begun from a published form, and looked at (developer pages on 审批实例)."""

from collections.abc import Mapping
from typing import Any

from bot.calling import OutcomeUnknown
from bot.dingtalk.client import DingTalkClient

INSTANCES = "workflow/processInstances"
ROOT = -1  # deptId of somebody in no department below the organisation itself


async def begin(client: DingTalkClient, *, process: str, originator: str, values: Mapping[str, str]) -> str:
    """Begin an approval in the name of a member; returns its id. Raises DingTalkError, OutcomeUnknown, NotReached.

    DingTalk knows no name of ours for it: whoever does not know the outcome must not ask again.
    """
    body = {
        "originatorUserId": originator, "processCode": process, "deptId": ROOT,
        "formComponentValues": [{"name": name, "value": value} for name, value in values.items()],
    }  # fmt: skip
    instance = str((await client.new("POST", INSTANCES, body)).get("instanceId") or "")
    if not instance:
        raise OutcomeUnknown("钉钉没有给出审批实例的编号")
    return instance


async def look(client: DingTalkClient, instance: str) -> dict[str, Any]:
    """status (RUNNING, TERMINATED, COMPLETED), result (agree, refuse), formComponentValues … Raises as `begin`."""
    answer = await client.new("GET", INSTANCES, None, params={"processInstanceId": instance})
    return dict(answer.get("result") or {})


async def end(client: DingTalkClient, instance: str, *, why: str) -> None:
    """End a running approval in the name of the app. Raises as `begin`."""
    body = {"processInstanceId": instance, "isSystem": True, "remark": why}
    await client.new("POST", f"{INSTANCES}/terminate", body)
