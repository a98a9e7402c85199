"""The page on which a programmer reads what the interface offers; made from the OpenAPI document."""

from html import escape
from typing import Any

from bot.web.api.problem import CODES

STYLE = """
:root { color-scheme: light dark; font: 16px/1.6 system-ui, "PingFang SC", "Microsoft YaHei", sans-serif; }
body { max-width: 60rem; margin: 0 auto; padding: 1rem; }
code, pre { font-family: ui-monospace, Consolas, monospace; font-size: .9em; }
details { border-top: 1px solid #8884; padding: .4rem 0; }
summary { cursor: pointer; }
.method { display: inline-block; min-width: 4.5rem; font-weight: 700; }
table { border-collapse: collapse; width: 100%; margin: .4rem 0; }
th, td { text-align: left; padding: .2rem .6rem .2rem 0; vertical-align: top; border-bottom: 1px solid #8883; }
""".strip()


def page(document: dict[str, Any]) -> str:
    """The whole page; it needs nothing from elsewhere and runs no script."""
    routes = "\n".join(
        _operation(method, path, operation, document)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    )
    codes = "\n".join(
        f'<tr id="{escape(code)}"><td>{status}</td><td><code>{escape(code)}</code></td><td>{escape(words)}</td></tr>'
        for code, (status, words) in CODES.items()
    )
    return f"""<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Leadbot 接口</title><link rel="stylesheet" href="/api/docs.css"></head>
<body>
<h1>Leadbot 接口 <small>{escape(document["info"]["version"])}</small></h1>
<p>每个请求都带上 <code>Authorization: Bearer &lt;密钥&gt;</code>。密钥用 <code>./run key create</code> 创建:
readonly 只能读,号码打码;integration 和 admin 可以读写。{escape(document["info"]["description"])}
机器可读的版本:<a href="/api/openapi.json">openapi.json</a>。</p>
<h2>地址</h2>
{routes}
<h2>出错时的 code</h2>
<table><tr><th>状态</th><th>code</th><th>意思</th></tr>
{codes}</table>
</body></html>
"""


def _operation(method: str, path: str, operation: dict[str, Any], document: dict[str, Any]) -> str:
    rows = [
        (f"{parameter['name']}", {"query": "网址", "path": "路径"}[parameter["in"]], _about(parameter))
        for parameter in operation["parameters"]
    ]
    content = operation.get("requestBody", {}).get("content", {})
    if content:
        schema = _resolved(next(iter(content.values()))["schema"], document)
        needed = schema.get("required", [])
        rows += [
            (name, "请求体,必填" if name in needed else "请求体", _about({"schema": about, **about}))
            for name, about in schema.get("properties", {}).items()
        ]
    lines = "".join(
        f"<tr><td><code>{escape(name)}</code></td><td>{escape(where)}</td><td>{escape(words)}</td></tr>"
        for name, where, words in rows
    )
    answers = "".join(
        f"<tr><td>{escape(status)}</td><td>{escape(answer['description'])}</td></tr>"
        for status, answer in operation["responses"].items()
    )
    fields = _fields(operation, document)
    return f"""<details><summary><span class="method">{escape(method.upper())}</span>
<code>{escape(path)}</code> {escape(operation["summary"])}</summary>
<p>可用的密钥:{escape("、".join(operation["x-keys"]))}</p>
<table>{lines}</table><table>{answers}</table>{fields}</details>"""


def _fields(operation: dict[str, Any], document: dict[str, Any]) -> str:
    first = next(iter(operation["responses"].values()))
    schema = _resolved(next(iter(first["content"].values()))["schema"], document)
    if "items" in schema.get("properties", {}):
        schema = _resolved(schema["properties"]["items"]["items"], document)
    names = "、".join(schema.get("properties", {}))
    return f"<p>答复的字段:<code>{escape(names)}</code></p>" if names else ""


def _resolved(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    if "allOf" in schema:  # the fields of a form and its file
        parts = [_resolved(part, document) for part in schema["allOf"]]
        return {
            "properties": {name: about for part in parts for name, about in part["properties"].items()},
            "required": [name for part in parts for name in part.get("required", [])],
        }
    name = schema.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = document["components"]["schemas"][name] if name else schema
    return found


def _about(parameter: dict[str, Any]) -> str:
    schema = parameter.get("schema", {})
    choices = " | ".join(str(choice) for choice in schema.get("enum", []) if choice)
    return " ".join(part for part in (str(parameter.get("description", "")), choices) if part)
