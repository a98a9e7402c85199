"""A refusal that a program can read: what is wrong, why, and what is allowed (RFC 9457, problem+json)."""

import re
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import BaseModel, ValidationError

from bot.web.api.wire import dumps, instants
from leads.errors import NoRight, NotFound, Refused, Unusable

CODES = {  # code: (status, title); the docs page lists them
    "bad_json": (400, "请求体不是有效的 JSON"),
    "bad_form": (400, "请求体不是有效的表单"),
    "unauthorized": (401, "需要有效的密钥"),
    "no_right": (403, "没有这个权限"),
    "not_found": (404, "没有找到"),
    "no_route": (404, "没有这个地址"),
    "wrong_method": (405, "这个地址不接受这种方法"),
    "too_slow": (408, "请求传得太慢"),
    "already_claimed": (409, "已被别人领取"),
    "already_yours": (409, "已经是自己的"),
    "not_yours": (409, "不是负责人"),
    "name_taken": (409, "名字已经用过了"),
    "claim_limit": (409, "超过领取上限"),
    "stage": (409, "当前阶段不能这样做"),
    "fields_missing": (409, "还差几项没填"),
    "opportunity_open": (409, "已有同样的商机"),
    "company_taken": (409, "这家公司由同事负责"),
    "maybe_twin": (409, "可能是同一个人"),
    "already_merged": (409, "早已合并"),
    "not_agreed": (409, "还没有批"),
    "decided": (409, "已经批过了"),
    "quote_changed": (409, "报价已经改了"),
    "already_ordered": (409, "已经下过单了"),
    "window_closed": (409, "过了能回复的时间"),
    "reason_missing": (422, "要写原因"),
    "nothing_to_undo": (409, "没有可撤销的操作"),
    "refused": (409, "不能这样做"),
    "too_large": (413, "请求体太大"),
    "wrong_type": (415, "不支持的内容类型"),
    "invalid": (422, "参数不对"),
    "unusable": (422, "内容无法使用"),
    "bad_file": (422, "文件不能导入"),
    "bad_picture": (422, "图片不能用"),
    "too_many_guesses": (429, "查询太多"),
    "broken": (500, "服务器出错"),
    "not_installed": (501, "没有安装"),
    "busy": (503, "太忙"),
    "store_unavailable": (503, "暂时无法读写"),
    "in_doubt": (503, "不知道有没有做成"),
}


A_DATE = "要是日期,例如 2026-03-01"


class Problem(Exception):
    """An answer other than success; `more` are members besides those that the RFC names."""

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(code)
        known = CODES.get(code, CODES["refused"])
        self.code = code
        self.detail = detail
        self.status = status or known[0]
        self.title = known[1]
        self.headers = dict(headers or {})
        self.more = dict(more or {})

    def response(self) -> web.Response:
        """The answer as it goes over the wire."""
        body = {
            "type": f"/api/docs#{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            **self.more,
        }
        return web.Response(
            body=dumps(body), status=self.status, headers=self.headers, content_type="application/problem+json"
        )


def of_refusal(refused: Refused, *, zone: ZoneInfo) -> Problem:
    """A verb's kind refusal: 404 for unknown and invisible alike, 403 for a missing right, 422 for unusable words."""
    status = 409
    for kind, its in ((NotFound, 404), (NoRight, 403), (Unusable, 422)):
        if isinstance(refused, kind):
            status = its
    sentence = "没有找到,或者不在这位成员能看的范围里。" if isinstance(refused, NotFound) else refused.sentence
    return Problem(refused.code, sentence, status=status, more=instants(refused.details(), zone=zone))


def of_validation(error: ValidationError, model: type[BaseModel], *, where: str) -> Problem:
    """Each wrong field by its name, with what is allowed instead; what was sent is never repeated."""
    known = {field.alias or name: field.description or "" for name, field in model.model_fields.items()}
    errors: dict[str, dict[str, Any]] = {}
    for item in error.errors(include_input=False, include_url=False):
        parts = [str(part) for part in item["loc"][: 2 if item["loc"][:1] == ("utm",) else 1]]
        name = ".".join(parts).encode("utf-8", "replace").decode()[:60]
        errors.setdefault(name, {"field": name, **_flaw(item["type"], item.get("ctx", {}), known, name)})
    sentences = [
        f"{e['field']}:{e['problem']}" if e["field"] else str(e["problem"]) for e in list(errors.values())[:10]
    ]
    return Problem("invalid", ";".join(sentences) + "。", more={"in": where, "errors": list(errors.values())[:50]})


def _flaw(kind: str, ctx: Mapping[str, Any], known: Mapping[str, str], name: str) -> dict[str, Any]:
    if kind == "extra_forbidden":
        return {"problem": f"没有这一项,可用的有 {'、'.join(known)}", "allowed": list(known)}
    if kind == "string_pattern_mismatch" and known.get(name):
        return {"problem": f"写法不对,要的是:{known[name]}"}
    if kind == "literal_error":
        allowed = [word for word in re.findall(r"'([^']*)'", str(ctx["expected"])) if word]
        return {"problem": f"只能是 {'、'.join(allowed)}", "allowed": allowed}
    sentences = {
        "missing": "必须填写",
        "string_type": "要是文字",
        "string_unicode": "含有无法识别的字符",
        "string_too_long": "最多 {max_length} 个字",
        "string_too_short": "不能为空",
        "too_long": "太长,最多 {max_length}",
        "too_short": "不能为空",
        "string_pattern_mismatch": "写法不对,见 /api/docs",
        "date_type": A_DATE,
        "date_parsing": A_DATE,
        "date_from_datetime_parsing": A_DATE,
        "date_from_datetime_inexact": A_DATE,
        "float_type": "要是数字",
        "float_parsing": "要是数字",
        "finite_number": "要是数字",
        "list_type": "要是一个 JSON 列表",
        "int_type": "要是整数",
        "int_parsing": "要是整数",
        "int_from_float": "要是整数",
        "bool_parsing": "要是 true 或 false",
        "greater_than_equal": "不能小于 {ge}",
        "less_than_equal": "不能大于 {le}",
        "greater_than": "要大于 {gt}",
        "dict_type": "要是一个 JSON 对象",
        "model_type": "要是一个 JSON 对象",
        "model_attributes_type": "要是一个 JSON 对象",
        "value_error": "{error}",
    }
    sentence = sentences.get(kind)
    return {"problem": sentence.format(**ctx) if sentence else "格式不对"}
