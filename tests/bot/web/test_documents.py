"""The description of the interface is whole: every route, every field, and a page that needs nothing from elsewhere."""

import importlib
import pkgutil
import re
from typing import Any

import leads
from bot.web.api.problem import CODES
from bot.web.routes import ROUTES
from leads.errors import Refused


async def test_the_document_names_every_route_and_no_other(office: Any) -> None:
    document = await office.get("/api/openapi.json", key=None)
    assert document["openapi"] == "3.1.0"
    described = {(m.upper(), path) for path, methods in document["paths"].items() for m in methods}
    assert described == {(route.method, route.path) for route in ROUTES}
    served = {(r.method, r.resource.canonical) for r in office.app.router.routes()}
    assert described <= served
    assert {pair for pair in served if pair[1].startswith(("/api/v1", "/capture")) and pair[0] != "HEAD"} == described


async def test_every_reference_leads_somewhere_and_every_operation_is_complete(office: Any) -> None:
    document = await office.get("/api/openapi.json", key=None)
    schemas = document["components"]["schemas"]
    for name in re.findall(r'"#/components/schemas/([^"]+)"', str(document).replace("'", '"')):
        assert name in schemas
    names = [op["operationId"] for methods in document["paths"].values() for op in methods.values()]
    assert len(names) == len(set(names))
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"] and "401" in operation["responses"] and "422" in operation["responses"]
            assert ("requestBody" in operation) == (method in ("post", "patch", "put"))
            in_path = {p["name"] for p in operation["parameters"] if p["in"] == "path"}
            assert in_path == set(re.findall(r"{(\w+)}", path))
            ok = next(iter(operation["responses"].values()))
            kind, content = next(iter(ok["content"].items()))
            assert "$ref" in content["schema"] or kind == "application/octet-stream"


async def test_what_is_answered_is_what_is_described(office: Any) -> None:
    no = await office.lead()
    await office.post(f"/api/v1/leads/{no}/claim", {"by": "li"})
    schemas = (await office.get("/api/openapi.json", key=None))["components"]["schemas"]
    for path, name in (
        (f"/api/v1/leads/{no}", "LeadShown"), ("/api/v1/members/li", "MemberShown"),
        ("/api/v1/messages", "MessageShown"), ("/api/v1/clocks", "ClockShown"),
        (f"/api/v1/leads/{no}/timeline", "FactShown"), ("/api/v1/audit", "AuditShown"),
    ):  # fmt: skip
        body = await office.get(path)
        item = body["items"][0] if "items" in body else body
        assert set(item) == set(schemas[name]["properties"]), name


async def test_the_page_is_ours_alone(office: Any) -> None:
    answer = await office.ask("GET", "/api/docs", key=None)
    page = await answer.text()
    assert answer.status == 200 and answer.content_type == "text/html"
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "http://" not in page and "https://" not in page and "<script" not in page and "style=" not in page
    for route in ROUTES:
        assert route.path in page and route.summary in page
    assert (await office.ask("GET", "/api/docs.css", key=None)).content_type == "text/css"


async def test_answers_have_the_names_that_the_description_promises(office: Any) -> None:
    """An answer whose fields are called otherwise in the description would be found by no generated client."""
    await office.lead()
    document = await office.get("/api/openapi.json", key=None)
    schemas = document["components"]["schemas"]
    queries = {"/api/v1/targets": {"month": "2026-03"}, "/api/v1/duplicates": {"phone": "13800138000"}}
    looked = 0
    for path, methods in document["paths"].items():
        if "get" not in methods or "{" in path or not path.startswith("/api/v1/"):
            continue
        answer = await office.get(path, params=queries.get(path, {}))
        content = methods["get"]["responses"]["200"]["content"]
        named = schemas[content["application/json"]["schema"]["$ref"].rpartition("/")[2]]["properties"]
        assert set(answer) == set(named), path
        for name, inner in named.items():
            of = inner.get("items", {}).get("$ref", "").rpartition("/")[2]
            for row in answer[name][:1] if of else ():
                assert set(row) == set(schemas[of]["properties"]), (path, name)
        looked += 1
    assert looked > 20


def test_every_refusal_that_a_program_may_hear_is_told_of() -> None:
    for module in pkgutil.walk_packages(leads.__path__, "leads."):
        importlib.import_module(module.name)
    waiting, unknown = [Refused], set()
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.code not in CODES:
            unknown.add(f"{kind.__name__}: {kind.code}")
    assert not unknown, "what such a code means stands in CODES of bot/web/api/problem.py"
