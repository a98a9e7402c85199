"""Every route against every kind of key: a new route fails here until somebody has said who may use it."""

import asyncio
import io
from typing import Any

import pytest
from aiohttp import FormData

from store.access import revoke_key

DEAL = "/api/v1/opportunities/{opportunity}"
OPEN = {
    ("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/metrics"), ("GET", "/api/openapi.json"), ("GET", "/api/docs"),
    ("GET", "/api/docs.css"), ("GET", "/{file}"), ("*", "/{file}"), ("GET", "/app/{file}"),
    ("GET", "/app/asset/{name}"), ("GET", "/app"), ("GET", "/app/login"), ("GET", "/app/login/{way}"),
    ("GET", "/app/login/{way}/done"),
    ("GET", "/f/{form}.css"), ("GET", "/f/{form}.js"), ("GET", "/f/frame-page.js"),
    ("GET", "/v/viewer.js"),
}  # fmt: skip
FORMS = {  # for strangers
    ("GET", "/f/{form}"), ("POST", "/f/{form}"), ("GET", "/f/{form}.png"),
    ("GET", "/u/{token}"), ("POST", "/u/{token}"), ("GET", "/t/{token}"), ("GET", "/o/{token}.gif"),
    ("GET", "/v/{token}"), ("GET", "/v/{token}/file"), ("GET", "/v/{token}/page/{number}"), ("POST", "/v/{token}/seen"),
}  # fmt: skip
SECRET = {
    ("GET", "/app/contract/{token}"), ("POST", "/app/contract/{token}"), ("GET", "/app/contract/{token}/file"),
    ("GET", "/q/{token}"), ("GET", "/app/import/{token}"), ("POST", "/app/import/{token}"),
}  # fmt: skip
PAGES = {  # members in a browser, with a session: no key opens them
    ("GET", "/app/{rest}"),
    ("GET", "/app/journeys/{name}"), ("GET", "/app/journeys/{name}/picture.svg"),
    ("GET", "/app/"), ("POST", "/app/logout"), ("GET", "/app/leads"), ("GET", "/app/leads/{no}"), ("GET", "/app/find"),
    ("POST", "/app/leads/{no}/reveal"), ("POST", "/app/leads/{no}/files/{file}"),
    ("POST", "/app/views"), ("GET", "/app/views/{view}"),
    ("POST", "/app/views/{view}/drop"), ("GET", "/app/company"), ("GET", "/app/deals"),
    ("GET", "/app/content"),
    ("GET", "/app/exports"), ("POST", "/app/exports"), ("POST", "/app/exports/{id}/file"),
    ("POST", "/app/exports/{id}/{word}"),
    ("POST", "/app/numbers"), ("GET", "/app/boards/new"), ("POST", "/app/boards/new"), ("GET", "/app/boards/{board}"),
    ("POST", "/app/boards/{board}/drop"),
    ("GET", "/app/messages"), ("POST", "/app/messages/{id}/resend"), ("GET", "/app/rules"), ("POST", "/app/rules/try"),
    ("GET", "/app/rules/{version}"), ("GET", "/app/imports"), ("GET", "/app/imports/{batch}"), ("GET", "/app/setup"),
    ("POST", "/app/imports/{batch}/bad"), ("POST", "/app/imports/{batch}/undo"), ("GET", "/app/channels"),
    ("GET", "/app/webhooks"), ("GET", "/app/webhooks/{hook}"), ("POST", "/app/webhooks/{hook}/{deed}"),
    ("POST", "/app/webhooks/{hook}/deliveries/{delivery}/replay"),
}  # fmt: skip
LOOKING = {  # any valid key
    ("GET", "/api/v1/journeys"), ("GET", "/api/v1/journeys/{journey}"), ("GET", "/api/v1/journeys/{journey}.svg"),
    ("GET", "/api/v1/journeys/{journey}/rehearsal"),
    ("GET", "/api/v1/campaigns"), ("GET", "/api/v1/campaigns/{campaign}"), ("GET", "/api/v1/campaigns/{campaign}/qr"),
    ("GET", "/api/v1/channels"), ("GET", "/api/v1/content"),
    ("GET", "/api/v1/leads"), ("GET", "/api/v1/leads/{no}"), ("GET", "/api/v1/leads/{no}/timeline"),
    ("GET", "/api/v1/leads/{no}/attachments"), ("GET", "/api/v1/leads/{no}/consents"),
    ("GET", "/api/v1/duplicates"), ("GET", "/api/v1/members"), ("GET", "/api/v1/members/{id}"),
    ("GET", "/api/v1/messages"), ("GET", "/api/v1/clocks"), ("GET", "/api/v1/reports/quality"),
    ("GET", "/api/v1/quotes"), ("GET", "/api/v1/approvals"), ("GET", "/api/v1/orders"), ("GET", "/api/v1/connectors"),
    ("GET", "/api/v1/products"), ("GET", "/api/v1/imports"), ("GET", "/api/v1/imports/{batch}"),
    ("GET", "/api/v1/reports/numbers"), ("GET", "/api/v1/reports/funnel"), ("GET", "/api/v1/reports/attribution"),
    ("GET", "/api/v1/opportunities"), ("GET", DEAL), ("GET", "/api/v1/forecast"), ("GET", "/api/v1/targets"),
}  # fmt: skip
ACTING = {  # admin and integration keys
    ("GET", "/api/v1/audit"), ("POST", "/api/v1/leads/{no}/consents"),
    ("POST", "/api/v1/quotes"),
    ("POST", "/api/v1/content"), ("POST", "/api/v1/content/{name}/file"),
    ("POST", "/api/v1/campaigns"), ("POST", "/api/v1/campaigns/{campaign}/costs"), ("POST", "/api/v1/calls"),
    ("POST", "/api/v1/chats"),
    ("POST", "/api/v1/campaigns/{campaign}/attendance"),
    ("POST", "/api/v1/opportunities"), ("PATCH", DEAL), ("PUT", "/api/v1/targets"),
    *(("POST", f"{DEAL}/{act}") for act in ("stage", "win", "lose", "reopen", "transfer")),
    ("POST", "/api/v1/leads"), ("PATCH", "/api/v1/leads/{no}"), ("POST", "/api/v1/understand"),
    ("POST", "/capture/{source}"), ("POST", "/api/v1/leads/{no}/followups"), ("POST", "/api/v1/leads/{no}/claim"),
    ("POST", "/api/v1/leads/{no}/release"), ("POST", "/api/v1/leads/{no}/transfer"),
    ("POST", "/api/v1/leads/{no}/qualify"), ("POST", "/api/v1/leads/{no}/disqualify"),
    ("POST", "/api/v1/leads/{no}/merge"), ("POST", "/api/v1/leads/{no}/unmerge"),
    ("POST", "/api/v1/leads/{no}/behaviours"), ("POST", "/api/v1/imports"), ("GET", "/api/v1/imports/{batch}/bad"),
    ("POST", "/api/v1/imports/{batch}/confirm"), ("POST", "/api/v1/imports/{batch}/drop"),
    ("POST", "/api/v1/imports/{batch}/undo"), ("POST", "/api/v1/cards/read"),
}  # fmt: skip
HOOK = "/api/v1/webhooks/{webhook}"
ACTING |= {("GET", "/api/v1/webhooks"), ("POST", "/api/v1/webhooks")}
TAKING = ("GET", "/api/v1/attachments/{attachment}")  # a file that may show anything: not for a key that only reads
NOBODY_S = {  # of what is not there in this test: who may ask at all hears so
    ("GET", "/api/v1/quotes/{quote}"), ("POST", "/api/v1/quotes/{quote}/order"),
    ("POST", "/api/v1/approvals/{approval}/decide"), ("POST", "/api/v1/connectors/{system}/retry"),
    ("GET", HOOK), ("PATCH", HOOK), ("DELETE", HOOK), ("POST", HOOK + "/test"), ("GET", HOOK + "/deliveries"),
    ("POST", HOOK + "/deliveries/{delivery}/replay"),
}  # fmt: skip
LOOKING |= {route for route in NOBODY_S if route[0] == "GET" and HOOK not in route[1]}
NOBODY_S |= {TAKING}
ACTING |= {TAKING}
ACTING |= NOBODY_S - LOOKING
SENDING = ("POST", "/api/v1/imports")
PICTURING = ("POST", "/api/v1/cards/read")
FILING = ("POST", "/api/v1/content/{name}/file")
QUERY = {"/api/v1/targets": {"month": "2026-03"}, "/api/v1/duplicates": {"phone": "13800138000"}}


def _routes(office: Any) -> set[tuple[str, str]]:
    return {(route.method, route.resource.canonical) for route in office.app.router.routes() if route.method != "HEAD"}


async def test_every_route_is_classified(office: Any) -> None:
    assert _routes(office) == OPEN | SECRET | FORMS | PAGES | LOOKING | ACTING


@pytest.mark.parametrize("key", [None, "board", "crm", "boss", "admin", "old", "stranger"])
async def test_every_route_answers_each_key_as_the_table_says(
    office: Any, monkeypatch: pytest.MonkeyPatch, key: str | None
) -> None:
    monkeypatch.setattr("bot.web.api.imports.WAIT", 0.0)  # nobody works on lists here
    no, batch = await office.lead(), await _batch(office)
    campaign = (await office.post("/api/v1/campaigns", {"name": "抖音-夏季"}, status=201))["campaign"]
    await office.post(f"/api/v1/leads/{no}/claim", {"by": "li"})
    await office.post(f"/api/v1/leads/{no}/qualify", {"by": "li"})
    deal = (await office.post("/api/v1/opportunities", {"lead": no, "product": "CRM"}, status=201))["no"]
    for method, path in sorted(LOOKING | ACTING):
        named = {
            "attachment": "7",
            "quote": "Q1",
            "approval": "A1",
            "system": "erp",
            "webhook": "W1",
            "delivery": 1,
            "source": "官网",
            "batch": batch,
            "campaign": campaign,
            "opportunity": deal,
            "name": "quote",
            "journey": "welcome",
        }
        address = path.format(no=no, id="li", **named)
        body = {"json": {} if method != "GET" else None}
        body = {SENDING: {"data": _list()}, FILING: {"data": _list()}, PICTURING: {"data": _picture()}}.get(
            (method, path), body
        )
        answer = await office.ask(method, address, key=key, params=QUERY.get(path, {}), **body)
        body = await answer.json(content_type=None) if answer.content_type.endswith("json") else {}
        if key in (None, "old", "stranger"):
            assert answer.status == 401, (path, body)
            assert answer.headers["WWW-Authenticate"].startswith("Bearer") and body["code"] == "unauthorized"
        elif (method, path) in LOOKING:
            assert answer.status == (404 if (method, path) in NOBODY_S else 200), (path, body)
        elif key == "board":
            assert answer.status == 403 and body["code"] == "no_right", (path, body)
        else:
            nothing_to_mend = path.endswith("/bad") and answer.status == 404
            not_installed = (method, path) == PICTURING and answer.status == 501
            nobody_s = (method, path) in NOBODY_S and answer.status == 404
            assert nobody_s or nothing_to_mend or not_installed or answer.status in (200, 201, 409, 422), (path, body)
    names = {"form": "contact", "name": "page.css"}
    for method, path in sorted(route for route in OPEN if "{file}" not in route[1] and "{way}" not in route[1]):
        assert (await office.ask(method, path.format(**names), key=key)).status == 200
    for method, path in sorted(PAGES):
        here = {"hook": "W1", "deed": "pause", "delivery": 1, "word": "agree", "file": 1, "name": "welcome"}
        address = path.format(no=no, view=1, batch="I1", id=1, version=1, board=1, rest="no", **here)
        answer = await office.ask(method, address, key=key, allow_redirects=False)
        told = answer.headers.get("Location", "").startswith("/app/login?to=%2Fapp") if method == "GET" else True
        assert answer.status == (303 if method == "GET" else 401) and told, (method, path)
    assert (await office.ask("GET", "/f/contact", key=key)).status == 200
    assert (await office.ask("POST", "/f/contact", key=key, data={"name": "王"})).status == 422
    for method, path in SECRET:
        assert (await office.ask(method, path.format(token="guessed"), key=key)).status in (404, 410)


async def _batch(office: Any) -> str:
    """The number of a list that was sent and waits to be confirmed; one of its lines cannot be used."""
    return str((await (await office.ask(*SENDING, data=_list())).json())["batch"])


def _picture() -> FormData:
    """No picture at all: whoever may ask is told so."""
    return FormData({"image": io.BytesIO(b"a cat")})


def _list() -> FormData:
    return FormData({"file": io.BytesIO("姓名,手机\n李雷,13800138009\n韩梅,1380\n".encode())})


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic YTpi",
        "Bearer wrong",
        "Bearer \u00e9\u00e9",
        "bearer lb_x",
        "Bearer " + "x" * 5000,
    ],
)
async def test_anything_but_one_valid_key_is_401(office: Any, header: str) -> None:
    answer = await office.ask("GET", "/api/v1/leads", key=None, headers={"Authorization": header})
    assert answer.status == 401 and answer.content_type == "application/problem+json"


async def test_an_empty_admin_key_opens_nothing(office: Any) -> None:
    from aiohttp.test_utils import make_mocked_request

    from bot.web.api.auth import Keyring
    from bot.web.api.problem import Problem

    with pytest.raises(Problem):
        await Keyring(office.desk, "").caller(make_mocked_request("GET", "/", headers={"Authorization": "Bearer "}))


async def test_a_key_that_is_revoked_opens_nothing_soon_after(office: Any) -> None:
    await office.get("/api/v1/leads", key="crm")
    await office.store.transaction(lambda tx: revoke_key(tx, "crm", now=office.time.now()))
    for _ in range(100):
        if (await office.ask("GET", "/api/v1/leads", key="crm")).status == 401:
            return
        await asyncio.sleep(0.05)
    pytest.fail("a revoked key still works")


async def test_a_key_with_a_source_captures_only_for_it(office: Any) -> None:
    person = {"name": "王总", "phone": "13900139000"}
    refused = await office.post("/capture/百度", person, key="web", status=403)
    assert refused["code"] == "no_right"
    for key, source in (("web", "官网"), ("crm", "百度"), ("admin", "抖音"), ("boss", "抖音")):
        await office.post(f"/capture/{source}", person, key=key)
    lead = (await office.get("/api/v1/leads"))["items"][0]
    assert lead["sources"] == ["官网", "百度", "抖音"] and lead["enquiries"] == 4


async def test_a_key_s_source_is_booked_when_the_body_names_none(office: Any) -> None:
    await office.post("/api/v1/leads", {"phone": "13900139000"}, key="web", status=201)
    await office.post("/api/v1/leads", {"phone": "13900139000"}, key="crm")
    assert (await office.get("/api/v1/leads"))["items"][0]["sources"] == ["官网", "api"]


async def test_another_company_in_the_same_file_never_shows(office: Any) -> None:
    for path, params in (
        ("/api/v1/leads", {}),
        ("/api/v1/leads", {"phone": "13800138000"}),
        ("/api/v1/leads", {"company": "杭州云栖智能科技有限公司"}),
        ("/api/v1/leads", {"q": "陌生人"}),
        ("/api/v1/leads", {"source": "官网"}),
        ("/api/v1/messages", {}),
        ("/api/v1/clocks", {}),
    ):
        assert (await office.get(path, params=params))["items"] == [], path
    query = {"phone": "13800138000", "company": "杭州云栖智能科技有限公司"}
    assert await office.get("/api/v1/duplicates", params=query) == {"same": [], "maybe": []}
    assert "stranger" not in [m["id"] for m in (await office.get("/api/v1/members"))["items"]]
    await office.get("/api/v1/members/stranger", status=404)
    for number in (1, 2, 3):
        await office.get(f"/api/v1/leads/{number}", status=404)
        await office.get(f"/api/v1/leads/{number}/timeline", status=404)
        for act in ("claim", "qualify"):
            await office.post(f"/api/v1/leads/{number}/{act}", {"by": "li"}, status=404)
    await office.post("/api/v1/leads/1/qualify", {"by": "stranger"}, status=422)
    scraped = await (await office.ask("GET", "/metrics", key=None)).text()
    assert 'leadbot_outbox{state="queued"} 0.0' in scraped and 'leadbot_clocks{state="running"} 0.0' in scraped


async def test_members_are_listed_and_found(office: Any) -> None:
    everyone = await office.get("/api/v1/members")
    assert [m["id"] for m in everyone["items"]] == sorted(("chen", "gone", "li", "ma", "wang", "zhou"))
    selling = await office.get("/api/v1/members", params={"role": "rep", "state": "active"})
    assert [m["id"] for m in selling["items"]] == ["li", "wang"]
    first = await office.get("/api/v1/members", params={"limit": "4"})
    rest = await office.get("/api/v1/members", params={"limit": "4", "cursor": first["next_cursor"]})
    assert [m["id"] for m in first["items"] + rest["items"]] == [m["id"] for m in everyone["items"]]
    li = await office.get("/api/v1/members/li")
    assert li["name"] == "李娜" and li["role"] == "rep" and li["mobile"] == "13911112222" and li["state"] == "active"
    await office.get("/api/v1/members/nobody", status=404)
