"""Whatever is thrown at the interface, it answers in its own words, keeps working and tells nothing."""

import gzip
import io
import json
from typing import Any

import pytest
import structlog
from sqlalchemy.exc import OperationalError

from store.tables import Lead
from store.writer import OutcomeInDoubt

JSON = {"Content-Type": "application/json"}
INJECTIONS = (
    "' OR '1'='1", "'; DROP TABLE lead; --", "1) OR (1=1", "%' OR '%'='", "\\' OR 1=1 --", "%", "_", "%%%", "\\",
    "x' UNION SELECT name, role FROM member --", "{{7*7}}", "%s%s%n", "<script>alert(1)</script>", "]]>", "\u202e",
    "😀👨\u200d👩",
    "a" * 200, "L1 OR 1=1", "0x31", "1e9", "-1", "None", "null", "[]", "\u0000", "\ud7ff",
)  # fmt: skip


@pytest.mark.parametrize("name", ["phone", "company", "owner", "pool", "source", "q"])
async def test_filters_are_plain_text(office: Any, name: str) -> None:
    no = await office.lead()
    for payload in INJECTIONS:
        answer = await office.ask("GET", "/api/v1/leads", params={name: payload})
        body = await answer.json()
        if payload in ("\u0000", "\u202e", "\ud7ff"):
            assert answer.status == 422 and body["errors"][0]["field"] == name
            continue
        assert answer.status == 200, (payload, body)
        assert body["items"] == [], (name, payload)
    assert (await office.get(f"/api/v1/leads/{no}"))["no"] == no


@pytest.mark.parametrize("name", ["name", "company", "title", "city", "need", "email", "wechat", "phone", "source"])
async def test_fields_come_back_as_they_were_or_are_refused(office: Any, name: str) -> None:
    for number, payload in enumerate(INJECTIONS):
        if name == "source" and len(payload) > 60:
            continue
        body = {"name": "某人", "phone": f"137{number:08}"} | {name: payload}
        answer = await office.ask("POST", "/api/v1/leads", json=body)
        assert answer.status in (200, 201), (payload, await answer.text())
        lead = await office.get(f"/api/v1/leads/{(await answer.json())['lead']}")
        assert "\x00" not in json.dumps(lead) and "\u202e" not in str(lead)


async def test_a_body_of_more_than_a_mebibyte_is_413(office: Any) -> None:
    for body in (b'{"need": "' + b"x" * 2**20 + b'"}', b"x" * (2**20 + 1)):
        for path in ("/api/v1/leads", "/capture/官网"):
            answer = await office.ask("POST", path, data=io.BytesIO(body), headers=JSON)
            assert answer.status == 413 and (await answer.json())["code"] == "too_large"


async def test_chunks_without_a_length_are_counted_too(office: Any) -> None:
    async def endless() -> Any:
        for _ in range(40):
            yield b"x" * 2**16

    answer = await office.ask("POST", "/api/v1/leads", data=endless(), headers=JSON)
    assert answer.status == 413


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "gzip, gzip"])
async def test_packed_bodies_are_refused_unread(office: Any, encoding: str) -> None:
    bomb = gzip.compress(b"0" * 10_000_000)
    answer = await office.ask(
        "POST", "/api/v1/leads", data=bomb, headers={"Content-Encoding": encoding, "Content-Type": "application/json"}
    )
    assert answer.status == 415 and (await answer.json())["code"] == "wrong_type"
    assert (await office.get("/api/v1/leads"))["items"] == []


async def test_unknown_addresses_and_methods_are_told_in_problem_json(office: Any) -> None:
    for key in (None, "admin"):
        answer = await office.ask("GET", "/api/v1/nothing", key=key)
        assert answer.status == 404 and answer.content_type == "application/problem+json"
        assert (await answer.json())["code"] == "no_route"
        for path in ("/nothing", "/api", "/app"):
            assert (await office.ask("POST", path, key=key)).status == 404, path
        answer = await office.ask("DELETE", "/api/v1/leads", key=key)
        body = await answer.json()
        assert answer.status == 405 and body["code"] == "wrong_method"
        assert answer.headers["Allow"] == "GET, POST" and body["allowed"] == ["GET", "POST"]


async def test_a_customer_s_address_that_was_cut_off_or_ran_on_is_told_on_a_page(office: Any) -> None:
    whole = "a" * 22
    for door in ("u", "t", "v", "q"):
        for token in (whole[:-3], whole + "。", whole + "%00", whole[:3] + "%27--"):
            answer = await office.ask("GET", f"/{door}/{token}", key=None)
            told = await answer.text()
            assert answer.status in (404, 410) and answer.content_type == "text/html", (door, token)
            assert "已经失效" in told or "链接过期了" in told


async def test_the_pages_are_found_without_the_last_stroke(office: Any) -> None:
    answer = await office.ask("GET", "/app", key=None, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/app/")


async def test_a_query_that_is_no_query_is_422(office: Any) -> None:
    for path in (
        "/api/v1/leads?stage=new&stage=mql",
        "/api/v1/leads?%00=1",
        "/api/v1/leads/1?x=1",
        "/api/v1/duplicates",
    ):
        answer = await office.ask("GET", path)
        assert answer.status == 422, path


async def test_an_error_of_ours_is_500_with_a_reference_and_a_clean_line(office: Any, monkeypatch: Any) -> None:
    def explode(lead: Lead) -> str:
        raise LookupError("SELECT * FROM lead WHERE phone = '13800138000' canary")

    no = await office.lead()
    monkeypatch.setattr(Lead, "no", property(explode))
    with structlog.testing.capture_logs() as lines:
        answer = await office.ask("GET", f"/api/v1/leads/{no}")
    body = await answer.json()
    assert answer.status == 500 and body["code"] == "broken" and body["reference"] in body["detail"]
    assert len(lines) == 1 and lines[0]["reference"] == body["reference"] and lines[0]["error"] == "LookupError"
    assert lines[0]["route"] == "/api/v1/leads/{no}" and ".py:" in lines[0]["where"]
    assert "canary" not in str(lines) + str(body) and "13800138000" not in str(lines) + str(body)


async def test_a_store_that_cannot_be_read_is_503(office: Any, monkeypatch: Any) -> None:
    def locked() -> Any:
        raise OperationalError("SELECT canary", {"phone": "13800138000"}, Exception("database is locked"))

    monkeypatch.setattr(office.store, "read", locked)
    with structlog.testing.capture_logs() as lines:
        answer = await office.ask("GET", "/api/v1/leads", key="crm")
    body = await answer.json()
    assert answer.status == 503 and body["code"] == "store_unavailable" and answer.headers["Retry-After"]
    assert "canary" not in str(lines) + str(body) and "13800138000" not in str(lines) + str(body)


async def test_a_commit_in_doubt_is_not_told_as_something_to_do_again(office: Any, monkeypatch: Any) -> None:
    no = await office.lead()

    async def lost(operation: Any, **more: Any) -> Any:
        raise OutcomeInDoubt("canary 13800138000")

    monkeypatch.setattr(office.store, "transaction", lost)
    with structlog.testing.capture_logs() as lines:
        answer = await office.ask(
            "POST", f"/api/v1/leads/{no}/followups", json={"by": "li", "kind": "call", "text": "聊了"}
        )
    body = await answer.json()
    assert answer.status == 503 and body["code"] == "in_doubt" and "先查一下" in body["detail"]
    assert "Retry-After" not in answer.headers, "a program that repeats it by itself would log it twice"
    assert "canary" not in str(lines) + str(body) and lines[0]["error"] == "OutcomeInDoubt"


async def test_no_secret_and_no_person_stands_in_the_log(office: Any, capfd: Any) -> None:
    with structlog.testing.capture_logs() as lines:
        no = await office.lead(name="机密姓名", phone="13800138000")
        for key in ("admin", "crm", "board", "old", None):
            for path in ("/api/v1/leads?phone=13800138000", f"/api/v1/leads/{no}", "/api/v1/leads?x=13800138000"):
                await office.ask("GET", path, key=key)
            await office.ask("POST", f"/api/v1/leads/{no}/claim", key=key, json={"by": "13800138000"})
            await office.ask("POST", "/capture/x", key=key, json={"phone": "13800138000", "name": ["机密姓名"]})
    scraped = await (await office.ask("GET", "/metrics", key=None)).text()
    out, err = capfd.readouterr()
    for told in (str(lines), scraped, out, err):
        for canary in ("13800138000", "机密姓名", *office.keys.values()):
            assert canary not in told
