"""WeCom's own app 审批 (pages 91853, 91982, 91983, 91816, 91815): templates, forms, who agrees, and what is told of it.

As strict as the public pages say: who may call, which controls there are and must be filled, how often, how far back.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.wecom.company import Company

OK: dict[str, Any] = {"errcode": 0, "errmsg": "ok"}
PER_MINUTE = 60  # applyevent; the page says so for it, and 600 for the others
PAGE = 100
LONGEST = 31 * 86400.0
CHINA = timedelta(hours=8)
VALUES = {"Text": "text", "Textarea": "text", "Money": "new_money", "Number": "new_number"}
FILTERS = ("template_id", "creator", "department", "sp_status", "record_type")
OPEN, AGREED, REFUSED, ENDED, WITHDRAWN = 1, 2, 3, 4, 6
Handler = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class Control:
    """A field of a template."""

    id: str
    title: str
    kind: str = "Text"
    required: bool = False

    def shown(self) -> dict[str, Any]:
        """As gettemplatedetail lists it."""
        return {
            "property": {
                "control": self.kind, "id": self.id, "title": [{"text": self.title, "lang": "zh_CN"}],
                "placeholder": [], "require": int(self.required), "un_print": 0,
            },
            "config": {},
        }  # fmt: skip


@dataclass
class Sheet:
    """One form that was handed in: who asked, what stands there, who has said what."""

    number: str
    template: str
    name: str
    creator: str
    at: float
    contents: list[dict[str, Any]]
    status: int = OPEN
    steps: list[tuple[str, int, str, float]] = field(default_factory=list)  # who, sp_status, speech, when

    def info(self) -> dict[str, Any]:
        """As getapprovaldetail tells it."""
        details = [
            {"approver": {"userid": who}, "speech": speech, "sp_status": status, "sptime": int(at), "media_id": []}
            for who, status, speech, at in self.steps
        ]
        return {
            "sp_no": self.number, "sp_name": self.name, "sp_status": self.status, "template_id": self.template,
            "apply_time": int(self.at), "applyer": {"userid": self.creator, "partyid": "2"},
            "sp_record": [{"sp_status": self.status, "approverattr": 1, "details": details}], "notifyer": [],
            "apply_data": {"contents": self.contents}, "comments": [],
        }  # fmt: skip

    def news(self, change: int) -> str:
        """The element ApprovalInfo of sys_approval_change."""
        details = "".join(
            f"<Details><Approver><UserId><![CDATA[{who}]]></UserId></Approver><Speech><![CDATA[{speech}]]></Speech>"
            f"<SpStatus>{status}</SpStatus><SpTime>{int(at)}</SpTime></Details>"
            for who, status, speech, at in self.steps
        )
        return (
            f"<ApprovalInfo><SpNo>{self.number}</SpNo><SpName><![CDATA[{self.name}]]></SpName>"
            f"<SpStatus>{self.status}</SpStatus><TemplateId><![CDATA[{self.template}]]></TemplateId>"
            f"<ApplyTime>{int(self.at)}</ApplyTime><Applyer><UserId><![CDATA[{self.creator}]]></UserId>"
            f"<Party><![CDATA[2]]></Party></Applyer><SpRecord><SpStatus>{self.status}</SpStatus>"
            f"<ApproverAttr>1</ApproverAttr>{details}</SpRecord>"
            f"<Notifyer><UserId><![CDATA[{self.creator}]]></UserId></Notifyer>"
            f"<Comments><CommentUserInfo><UserId><![CDATA[{self.creator}]]></UserId></CommentUserInfo>"
            f"<CommentTime>{int(self.at)}</CommentTime><CommentContent><![CDATA[看一下]]></CommentContent>"
            f"<CommentId><![CDATA[6750538708562308220]]></CommentId></Comments>"
            f"<ProcessList><NodeList><NodeType>1</NodeType><SpStatus>{self.status}</SpStatus><ApvRel>2</ApvRel>"
            f"<SubNodeList><UserInfo><UserId><![CDATA[{self.creator}]]></UserId></UserInfo><SpYj>1</SpYj>"
            f"<Sptime>0</Sptime><Speech></Speech></SubNodeList></NodeList></ProcessList>"
            f"<StatuChangeEvent>{change}</StatuChangeEvent></ApprovalInfo>"
        )


@dataclass
class ApprovalApp:
    """The app. `allowed`: ours is among those that may call it."""

    company: Company
    now: Callable[[], float]
    allowed: bool = True
    templates: dict[str, tuple[str, tuple[Control, ...]]] = field(default_factory=dict)
    sheets: dict[str, Sheet] = field(default_factory=dict)
    _recent: deque[float] = field(default_factory=deque)

    def handlers(self) -> dict[str, Handler]:
        """endpoint → what it answers to a body."""
        named = {
            "oa/gettemplatedetail": self._template,
            "oa/applyevent": self._apply,
            "oa/getapprovalinfo": self._list,
            "oa/getapprovaldetail": self._detail,
        }
        return {name: self._guarded(answer) for name, answer in named.items()}

    def publish(self, template: str, name: str, *controls: Control) -> None:
        """An administrator makes a template."""
        self.templates[template] = (name, controls)

    def decide(self, number: str, by: str, *, agreed: bool, speech: str = "") -> Sheet:
        """The approver agrees or refuses."""
        sheet = self.sheets[number]
        if sheet.status != OPEN:
            raise ValueError(f"the form {number} is not open")
        sheet.status = AGREED if agreed else REFUSED
        sheet.steps.append((by, sheet.status, speech, self.now()))
        return sheet

    def take_back(self, number: str) -> Sheet:
        """Whoever asked takes it back: 已撤销 while it is open, 通过后撤销 after it was agreed to."""
        sheet = self.sheets[number]
        if sheet.status not in (OPEN, AGREED):
            raise ValueError(f"the form {number} is over")
        sheet.status = ENDED if sheet.status == OPEN else WITHDRAWN
        return sheet

    def _guarded(self, answer: Handler) -> Handler:
        def guarded(body: dict[str, Any]) -> dict[str, Any]:
            if not self.allowed:
                return {"errcode": 301055, "errmsg": "no approval auth"}
            return answer(body)

        return guarded

    def _template(self, body: dict[str, Any]) -> dict[str, Any]:
        found = self.templates.get(str(body.get("template_id") or ""))
        if found is None:
            return _flaw("invalid template_id")
        names = [{"text": found[0], "lang": "zh_CN"}]
        controls = [control.shown() for control in found[1]]
        return {**OK, "template_names": names, "template_content": {"controls": controls}}

    def _apply(self, body: dict[str, Any]) -> dict[str, Any]:
        now = self.now()
        while self._recent and self._recent[0] <= now - 60:
            self._recent.popleft()
        if len(self._recent) >= PER_MINUTE:
            return {"errcode": 45009, "errmsg": "api freq out of limit"}
        self._recent.append(now)
        creator, template = str(body.get("creator_userid") or "").lower(), str(body.get("template_id") or "")
        if creator not in self.company.visible():
            return _flaw("creator_userid not in app visiable range")
        if template not in self.templates:
            return _flaw("invalid template_id")
        if body.get("use_template_approver") not in (0, 1) or isinstance(body.get("use_template_approver"), bool):
            return {"errcode": 40058, "errmsg": "use_template_approver should be uint32"}
        if body["use_template_approver"] == 0 and not (body.get("approver") or body.get("process")):
            return _flaw("no approver")
        if (flaw := _summary_flaw(body.get("summary_list"))) is not None:
            return _flaw(flaw)
        name, controls = self.templates[template]
        filled = self._contents(controls, (body.get("apply_data") or {}).get("contents"))
        if isinstance(filled, str):
            return _flaw(filled)
        day = (datetime.fromtimestamp(now, UTC) + CHINA).strftime("%Y%m%d")
        number = f"{day}{len(self.sheets) + 1:04}"
        self.sheets[number] = Sheet(number, template, name, creator, now, filled)
        return {**OK, "sp_no": number}

    def _contents(self, controls: tuple[Control, ...], contents: Any) -> list[dict[str, Any]] | str:
        if not isinstance(contents, list):
            return "no contents"
        known, filled = {control.id: control for control in controls}, {}
        for one in contents:
            control = known.get(str(one.get("id"))) if isinstance(one, dict) else None
            if control is None:
                return f"invalid control id {one.get('id') if isinstance(one, dict) else one}"
            if one.get("control") != control.kind:
                return f"control type not match {control.id}"
            text = (one.get("value") or {}).get(VALUES[control.kind])
            if not isinstance(text, str) or (control.kind in ("Money", "Number") and not _is_number(text)):
                return f"invalid control value {control.id}"
            title = [{"text": control.title, "lang": "zh_CN"}]
            filled[control.id] = {"control": control.kind, "id": control.id, "title": title, "value": one["value"]}
        for control in controls:
            if control.required and not (filled.get(control.id, {}).get("value") or {}).get(
                VALUES.get(control.kind, "")
            ):
                return "has no require control value"
        return list(filled.values())

    def _list(self, body: dict[str, Any]) -> dict[str, Any]:
        try:
            begin, end, size = float(body["starttime"]), float(body["endtime"]), int(body["size"])
            first = int(body.get("new_cursor") or 0)
        except (KeyError, TypeError, ValueError):
            return {"errcode": 40058, "errmsg": "invalid request parameter"}
        filters = body.get("filters") or []
        if not begin < end or end - begin > LONGEST or not 1 <= size <= PAGE:
            return _flaw("invalid time range or size")
        if any(one.get("key") not in FILTERS or not isinstance(one.get("value"), str) for one in filters):
            return _flaw("invalid filter")
        fits = [
            sheet.number for sheet in self.sheets.values() if begin <= sheet.at <= end and _passes(sheet, filters)
        ]  # fmt: skip
        answer = {**OK, "sp_no_list": fits[first : first + size]}
        return {**answer, "new_next_cursor": str(first + size)} if len(fits) > first + size else answer

    def _detail(self, body: dict[str, Any]) -> dict[str, Any]:
        sheet = self.sheets.get(str(body.get("sp_no") or ""))
        return {**OK, "info": sheet.info()} if sheet is not None else _flaw("invalid sp_no")


def _passes(sheet: Sheet, filters: list[dict[str, str]]) -> bool:
    has = {"template_id": sheet.template, "creator": sheet.creator, "sp_status": str(sheet.status)}
    return all(has.get(one["key"], one["value"]) == one["value"] for one in filters)


def _summary_flaw(lines: Any) -> str | None:
    if not isinstance(lines, list) or not 1 <= len(lines) <= 3:
        return "invalid summary_list"
    for line in lines:
        words = line.get("summary_info") if isinstance(line, dict) else None
        if not isinstance(words, list) or not words:
            return "invalid summary_info"
        if any(not isinstance(one.get("text"), str) or len(one["text"]) > 20 or not one.get("lang") for one in words):
            return "invalid summary text"
    return None


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _flaw(why: str) -> dict[str, Any]:
    return {"errcode": 301025, "errmsg": f"get approval param error:{why}"}
