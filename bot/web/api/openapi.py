"""The description of the programs' interface, made from the same routes and models that serve it (OpenAPI 3.1)."""

import re
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from bot.web.api.problem import CODES
from bot.web.api.route import Route
from bot.web.api.shape import Shape

REF = "#/components/schemas/{model}"
PATH_WORDS = {
    "attachment": "附件的编号", "name": "素材的名字", "journey": "旅程的名字,例如 welcome",
    "no": "线索编号,例如 L1024", "id": "成员编号", "source": "来源的名字", "batch": "导入的批次,例如 I3",
    "webhook": "Webhook 编号,例如 W1", "delivery": "投递记录里的 id",
    "quote": "报价编号,例如 Q12", "approval": "审批编号,例如 A3", "system": "leadbot.yaml 里 connectors 下的名字",
    "campaign": "活动的编号或名字,例如 C3", "opportunity": "商机编号,例如 O88",
}  # fmt: skip


class ProblemShown(Shape):
    """Why not (RFC 9457); `code` is for programs, `detail` for people."""

    type: str
    title: str
    status: int
    detail: str
    code: str


def document(routes: Iterable[Route], *, version: str) -> dict[str, Any]:
    """The whole document as JSON data."""
    routes = tuple(routes)
    models: list[tuple[type[BaseModel], Any]] = [(ProblemShown, "serialization")]
    for route in routes:
        if route.answer is not None:
            models.append((route.answer, "serialization"))
        if route.body is not None:
            models.append((route.body, "validation"))
    mapping, definitions = models_json_schema(list(dict.fromkeys(models)), ref_template=REF)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, mapping)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Leadbot",
            "version": version,
            "description": "时间都是带时区的 ISO 8601;列表用 limit 和 cursor 翻页;出错时答 problem+json。",
        },
        "servers": [{"url": "/"}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": definitions.get("$defs", {}),
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "用 ./run key create 创建;readonly 只能读,号码打码",
                }
            },
        },
    }


def _operation(route: Route, mapping: Any) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": f"{route.method.lower()}_{re.sub(r'[^a-z0-9]+', '_', route.path.lower()).strip('_')}",
        "tags": [route.path.split("/")[3] if route.path.startswith("/api/") else "capture"],
        "summary": route.summary,
        "parameters": [*_path_parameters(route), *_query_parameters(route)],
        "responses": {
            **{str(status): _answer(words, mapping[route.answer, "serialization"] if route.answer else None)
               for status, words in route.statuses.items()},
            **{str(status): _refusal(status, mapping) for status in _refusals(route)},
        },
        "x-keys": ["admin", "integration", "readonly"] if route.access == "any" else ["admin", "integration"],
    }  # fmt: skip
    if route.body is not None:
        schema = mapping[route.body, "validation"]
        kinds = ["multipart/form-data"] if route.takes_file else ["application/json"]
        kinds += ["application/x-www-form-urlencoded", "multipart/form-data"] if route.form else []
        if route.takes_file:
            name = route.takes_file.name
            file = {"type": "object", "required": [name], "properties": {name: {"type": "string", "format": "binary"}}}
            schema = {"allOf": [schema, file]}
        needed = any(field.is_required() for field in route.body.model_fields.values())
        operation["requestBody"] = {"required": needed, "content": {kind: {"schema": schema} for kind in kinds}}
    return operation


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "description": PATH_WORDS[name], "schema": {"type": "string"}}
        for name in re.findall(r"\{(\w+)\}", route.path)
    ]


def _query_parameters(route: Route) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    schema = route.query.model_json_schema()
    required = schema.get("required", [])
    return [
        {
            "name": name,
            "in": "query",
            "required": name in required,
            "description": about.get("description", ""),
            "schema": {key: value for key, value in about.items() if key not in ("description", "title")},
        }
        for name, about in schema["properties"].items()
    ]


def _refusals(route: Route) -> list[int]:
    found = {401, 422, 500, 503, *route.refusals}
    if route.access == "acting":
        found |= {403, 415}
    if route.body is not None:
        found |= {400, 413}
    return sorted(found)


def _answer(words: str, schema: Any) -> dict[str, Any]:
    if schema is None:
        schema = {"type": "string", "format": "binary"}
        return {"description": words, "content": {"application/octet-stream": {"schema": schema}}}
    return {"description": words, "content": {"application/json": {"schema": schema}}}


def _refusal(status: int, mapping: Any) -> dict[str, Any]:
    codes = [code for code, (its, _) in CODES.items() if its == status]
    schema = mapping[ProblemShown, "serialization"]
    words = "、".join(f"{code}({CODES[code][1]})" for code in codes)
    return {"description": words or "不能这样做", "content": {"application/problem+json": {"schema": schema}}}
