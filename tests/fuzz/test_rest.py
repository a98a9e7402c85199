"""Whatever programs send: an answer that the OpenAPI document names, and never an error of ours."""

import json
from typing import Any
from urllib.parse import quote

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.web.api import openapi
from bot.web.routes import ROUTES

DOCUMENT = openapi.document(ROUTES, version="0")
OPERATIONS = [
    (method.upper(), path, operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
    if "application/json" in operation.get("requestBody", {"content": "application/json"})["content"]
]  # files that programs send: tests/hostile/test_lists.py
SAME_OFFICE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
ODD = st.sampled_from(
    ["", " ", "L1", "l2", "L0", "L-1", "L" + "9" * 30, "1", "１", "li", "zhou", "gone", "nobody", "官网", "13800138000",
     "%", "_",     "2026-03-18T10:20:00+08:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-03-18",
     "call", "note",
     "WyIiLCAxXQ", "W10", "true", "null", "\u0000", "\u202e", "😀", "x" * 300, "50万", "10-5万", "1e999", "' OR 1=1 --"]
)  # fmt: skip
WORDS = ODD | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | FLOATS | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)


def fitting(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that a schema of the document allows, more or less, and now and then something else."""
    if "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    if "anyOf" in schema:
        return st.one_of(*map(fitting, schema["anyOf"]))
    if "enum" in schema or "const" in schema:
        return st.sampled_from(schema.get("enum") or [schema["const"]]) | WORDS
    kind = schema.get("type")
    if kind == "object":
        names = schema.get("properties", {})
        return st.fixed_dictionaries({}, optional={name: fitting(inner) | ANY for name, inner in names.items()}) | (
            st.dictionaries(st.sampled_from(sorted(names) or ["x"]) | WORDS, WORDS, max_size=4)
        )
    if kind == "array":
        return st.lists(fitting(schema.get("items", {})), max_size=3)
    return {
        "integer": st.integers(-(10**20), 10**20), "number": FLOATS,
        "boolean": st.booleans(), "null": st.none(), "string": WORDS,
    }.get(str(kind), ANY)  # fmt: skip


def raw_of(value: Any) -> bytes:
    return json.dumps(value).encode()


@SAME_OFFICE
@given(st.data())
async def test_every_operation_answers_as_documented(office: Any, data: st.DataObject) -> None:
    if not (await office.get("/api/v1/leads"))["items"]:
        await office.lead()
    method, path, operation = data.draw(st.sampled_from(OPERATIONS), label="operation")
    query = {}
    for parameter in operation["parameters"]:
        name = parameter["name"]
        if parameter["in"] == "path":
            word = data.draw(ODD | WORDS, label=name)
            path = path.replace(f"{{{name}}}", _quoted(word))
        elif data.draw(st.booleans()):
            query[name] = data.draw(WORDS, label=name)
    sent: dict[str, Any] = {"params": query}
    if "requestBody" in operation:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        body = raw_of(data.draw(fitting(schema) | ANY, label="body"))
        sent |= {"data": body, "headers": {"Content-Type": "application/json"}}
    answer = await office.ask(method, path, key=data.draw(st.sampled_from(["admin", "crm", "board"])), **sent)
    told = await answer.text(errors="replace")
    assert answer.status < 500, (method, path, told)
    routed = answer.status != 404 or json.loads(told)["code"] != "no_route"
    assert not routed or str(answer.status) in operation["responses"], (method, path, answer.status, told)
    if not path.endswith("/bad") or answer.status >= 300:  # that one is a file
        assert answer.content_type == ("application/json" if answer.status < 300 else "application/problem+json")
    assert "Traceback" not in told


def _quoted(word: str) -> str:
    return quote(word, safe="").replace(".", "%2E") or "%20"


KINDS = st.sampled_from(
    ["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "multipart/form-data",
     "text/plain", "application/json; charset=gbk", "application/json; charset=utf-7",
     "application/x-www-form-urlencoded; charset=gbk",
     "multipart/form-data; boundary=b; charset=gb2312", "application/xml", "application/octet-stream", ""]
)  # fmt: skip
FIELDS = "name phone company email wechat title city need budget utm_source utm_x submission_id source 手机 x"
NAMES = st.sampled_from(FIELDS.split())
FORM = st.lists(st.tuples(NAMES, WORDS), max_size=6)


def _parts(fields: list[tuple[str, str]]) -> bytes:
    return (
        "".join(
            f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields
        ).encode()
        + b"--b--\r\n"
    )


BODIES = st.one_of(
    st.binary(max_size=80), st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.dictionaries(NAMES, ANY, max_size=6).map(raw_of), FORM.map(_parts),
    FORM.map(lambda fields: "&".join(f"{name}={value}" for name, value in fields).encode()),
    FORM.map(lambda fields: "&".join(f"{name}={value}" for name, value in fields).encode("gbk", "replace")),
    st.sampled_from([b"%", b"a=%zz&name=%ff%fe", b"--b\r\n"]),
    st.just(b"--b\r\nContent-Disposition: form-data; name=\xff\r\n\r\n1\r\n--b--"),
)  # fmt: skip


@SAME_OFFICE
@given(KINDS, BODIES)
async def test_a_channel_s_submission_is_taken_or_refused(office: Any, kind: str, body: bytes) -> None:
    headers = {"Content-Type": kind} if kind else {}
    answer = await office.ask("POST", "/capture/官网", key="web", data=body, headers=headers)
    told = await answer.json(content_type=None)
    assert answer.status in (200, 400, 413, 415, 422), told
    assert (answer.status == 200) == ("lead" in told)
