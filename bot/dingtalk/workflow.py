"""Approvals of DingTalk's OA: one is begun from a published form, and looked at (developer pages on 审批实例)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.approval_desk import Form, Found
from bot.calling import NotReached, OutcomeUnknown
from bot.dingtalk.client import DingTalkClient
from bot.dingtalk.errors import DingTalkError
from bot.platform import SendLater, SendRefused

INSTANCES = "workflow/processInstances"
ROOT = -1  # deptId of somebody in no department below the organisation itself
LATER = ("retry", "token")


class Workflow:
    """DingTalk's OA. It knows no name of ours for a form, and none can be looked for."""

    name = "钉钉"
    finds = False

    def __init__(self, client: DingTalkClient) -> None:
        self._client = client

    async def begin(self, form: Form) -> str:
        """Begin an approval in the name of a member."""
        body = {
            "originatorUserId": form.originator, "processCode": form.template, "deptId": ROOT,
            "formComponentValues": [{"name": name, "value": value} for name, value in form.values.items()],
        }  # fmt: skip
        instance = str((await self._call("POST", INSTANCES, body)).get("instanceId") or "")
        if not instance:
            raise OutcomeUnknown("钉钉没有给出审批实例的编号")
        return instance

    async def find(self, form: Form, *, since: datetime, until: datetime) -> str | None:
        """Never: see `finds`."""
        return None

    async def look(self, instance: str) -> Found:
        """status is RUNNING, TERMINATED or COMPLETED, result agree or refuse."""
        answer = await self._call("GET", INSTANCES, None, params={"processInstanceId": instance})
        told: dict[str, Any] = answer.get("result") or {}
        values = {str(one.get("name")): str(one.get("value")) for one in told.get("formComponentValues") or []}
        if told.get("status") == "TERMINATED":
            return Found("ended", values)
        if told.get("status") != "COMPLETED":
            return Found("open", values)
        return Found("agreed" if str(told.get("result")).lower() == "agree" else "refused", values)

    async def end(self, instance: str, *, why: str) -> bool:
        """End a running approval in the name of the app."""
        if (await self.look(instance)).state == "open":
            body = {"processInstanceId": instance, "isSystem": True, "remark": why}
            await self._call("POST", f"{INSTANCES}/terminate", body)
        return True

    async def _call(
        self, method: str, path: str, body: Mapping[str, Any] | None, *, params: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        try:
            return await self._client.new(method, path, body, params=params)
        except NotReached as error:
            raise SendLater(str(error)) from None
        except DingTalkError as error:
            if error.meaning.decision in LATER:
                raise SendLater(str(error), error.meaning.delay) from None
            raise SendRefused(str(error)) from None
