"""Approvals of WeCom's own app 审批 (developer pages 91853, 91982, 91983, 91816): handed over, looked for, looked at.

The form is made by an administrator; who agrees in which order stands there too (use_template_approver). WeCom has no
call that takes a form back.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from bot.approval_desk import Form, Found
from bot.calling import NotReached, OutcomeUnknown
from bot.platform import SendLater, SendRefused
from bot.wecom.client import WeComClient
from bot.wecom.errors import WeComError

State = Literal["open", "agreed", "refused", "ended", "withdrawn"]
STATES: dict[int, State] = {  # sp_status (page 91983)
    1: "open", 2: "agreed", 3: "refused", 4: "ended", 6: "withdrawn", 7: "ended", 10: "agreed",
}  # fmt: skip
SAID = (2, 3, 13)  # sp_status (sp_yj) of a person's step: agreed, refused, agreed and asked one more
TEXTS = ("Text", "Textarea")
NUMBERS = {"Money": "new_money", "Number": "new_number"}
DIGITS = re.compile(r"-?\d[\d,]*(?:\.\d+)?")
LATER = ("retry", "token", "limit")
SUMMARY = 20  # characters of a line of the list
LINES = 3
PAGE = 100
PAGES = 20
SPAN = timedelta(days=31)  # the longest that may be looked through
SKEW = timedelta(minutes=10)  # by which clocks may differ


@dataclass(frozen=True)
class Control:
    """A field of a form: what it is called, its kind (Text, Money …), whether it must be filled."""

    id: str
    title: str
    kind: str
    required: bool


class Approvals:
    """WeCom's OA, called in the name of the app."""

    name = "企业微信"
    finds = True

    def __init__(self, client: WeComClient) -> None:
        self._client = client

    async def begin(self, form: Form) -> str:
        """Hand a form over in the name of a member."""
        controls = await self.controls(form.template)
        contents = contents_of(controls, form.values)
        body = {
            "creator_userid": form.originator, "template_id": form.template, "use_template_approver": 1,
            "apply_data": {"contents": contents},
            "summary_list": [{"summary_info": [_words(line[:SUMMARY])]} for line in form.lines[:LINES]],
        }  # fmt: skip
        number = str((await self._call("oa/applyevent", body)).get("sp_no") or "")
        if not number:
            raise OutcomeUnknown("企业微信没有给出审批单号")
        return number

    async def controls(self, template: str) -> list[Control]:
        """The fields of a template."""
        found = await self._call("oa/gettemplatedetail", {"template_id": template})
        return controls_of(found.get("template_content") or {})

    async def find(self, form: Form, *, since: datetime, until: datetime) -> str | None:
        """One of this member by this template in which our number stands."""
        cursor = ""
        begin, end = since - SKEW, min(until + SKEW, since - SKEW + SPAN)
        filters = [{"key": "template_id", "value": form.template}, {"key": "creator", "value": form.originator}]
        for _ in range(PAGES):
            page = await self._call(
                "oa/getapprovalinfo",
                {
                    "starttime": str(int(begin.timestamp())), "endtime": str(int(end.timestamp())),
                    "new_cursor": cursor, "size": PAGE, "filters": filters,
                },
            )  # fmt: skip
            for number in page.get("sp_no_list") or []:
                if (await self.look(str(number))).values.get(form.number_in) == form.number:
                    return str(number)
            cursor = str(page.get("new_next_cursor") or "")
            if not cursor:
                break
        return None

    async def look(self, instance: str) -> Found:
        """How far a form has come, and who said the last word."""
        return found_in((await self._call("oa/getapprovaldetail", {"sp_no": instance})).get("info") or {})

    async def end(self, instance: str, *, why: str) -> bool:
        """Whether it is over already: WeCom lets only people take one back."""
        return (await self.look(instance)).state != "open"

    async def _call(self, endpoint: str, body: Mapping[str, Any]) -> dict[str, Any]:
        raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        try:
            return await self._client.call("POST", endpoint, body=raw)
        except NotReached as error:
            raise SendLater(str(error)) from None
        except WeComError as error:
            if error.meaning.decision in LATER:
                raise SendLater(str(error), error.meaning.delay) from None
            raise SendRefused(str(error)) from None


def controls_of(content: Mapping[str, Any]) -> list[Control]:
    """The fields in template_content (page 91982)."""
    found = []
    for one in content.get("controls") or []:
        shown = one.get("property") or {}
        title = _title(shown.get("title") or [])
        found.append(Control(str(shown.get("id")), title, str(shown.get("control")), shown.get("require") == 1))
    return found


def contents_of(controls: Sequence[Control], values: Mapping[str, str]) -> list[dict[str, Any]]:
    """apply_data.contents for what stands in which field, by name or id. Raises SendRefused, naming the field."""
    known = {one.title: one for one in controls} | {one.id: one for one in controls}
    if missing := [name for name in values if name not in known]:
        there = "、".join(one.title for one in controls if one.title)
        raise SendRefused(f"审批模板里没有控件「{missing[0]}」,有的是:{there}。请管理员改 rules.yaml 的 fields")
    filled: dict[str, dict[str, Any]] = {}
    for name, text in values.items():
        control = known[name]
        if (value := _value(control, text)) is not None:
            filled[control.id] = {"control": control.kind, "id": control.id, "value": value}
    for control in controls:
        if control.required and control.id not in filled:
            raise SendRefused(f"审批模板的必填控件「{control.title}」没有内容可填:请管理员改成选填,或写进 fields")
    return list(filled.values())


def _value(control: Control, text: str) -> dict[str, str] | None:
    if control.kind in TEXTS:
        return {"text": text}
    if control.kind in NUMBERS:
        number = DIGITS.search(text)
        return {NUMBERS[control.kind]: number[0].replace(",", "")} if number is not None else None
    raise SendRefused(f"控件「{control.title}」是 {control.kind},只会填文本、多行文本、数字和金额。请管理员换一种控件")


def found_in(info: Mapping[str, Any]) -> Found:
    """What getapprovaldetail tells (page 91983)."""
    values: dict[str, str] = {}
    for one in (info.get("apply_data") or {}).get("contents") or []:
        value = one.get("value") or {}
        text = str(value.get("text") or value.get("new_money") or value.get("new_number") or "")
        values |= {_title(one.get("title") or []): text, str(one.get("id")): text}
    _, by, note = max(_steps(info), default=(0, "", ""))
    return Found(STATES.get(int(info.get("sp_status") or 0), "open"), values, by=by, note=note)


def _steps(info: Mapping[str, Any]) -> list[tuple[int, str, str]]:
    """When, who, what they wrote, of each step that was decided; newer forms tell it as process_list."""
    old = [
        (step, step.get("sp_status"), step.get("approver"))
        for node in info.get("sp_record") or []
        for step in node.get("details") or []
    ]
    new = [
        (step, step.get("sp_yj"), step)
        for node in (info.get("process_list") or {}).get("node_list") or []
        for step in node.get("sub_node_list") or []
    ]
    return [
        (int(step.get("sptime") or 0), str((who or {}).get("userid") or "").lower(), str(step.get("speech") or ""))
        for step, status, who in old or new
        if status in SAID
    ]


def _title(titles: Sequence[Mapping[str, Any]]) -> str:
    chinese = [str(one.get("text") or "") for one in titles if one.get("lang") == "zh_CN"]
    return (chinese or [str(one.get("text") or "") for one in titles] or [""])[0]


def _words(text: str) -> dict[str, str]:
    return {"text": text, "lang": "zh_CN"}
