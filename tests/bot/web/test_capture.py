"""Other systems deliver leads as JSON or as a form; nothing that they send is lost or booked twice."""

from typing import Any

import aiohttp
import pytest

from store.tables import Enquiry

FORM = {
    "name": "王总",
    "phone": "13900139000",
    "company": "云栖",
    "need": "要报价",
    "utm_source": "baidu",
    "budget": "50万",
}


async def test_json_form_and_multipart_are_the_same(office: Any) -> None:
    answers = [
        await office.ask("POST", "/capture/官网", key="web", json=FORM),
        await office.ask("POST", "/capture/官网", key="web", data=FORM),
        await office.ask("POST", "/capture/官网", key="web", data=aiohttp.FormData(FORM, default_to_multipart=True)),
    ]
    assert [answer.status for answer in answers] == [200, 200, 200]
    bodies = [await answer.json() for answer in answers]
    assert bodies == [{"lead": bodies[0]["lead"], "new": n == 0} for n in range(3)]
    lead = (await office.get("/api/v1/leads"))["items"][0]
    assert lead["enquiries"] == 3 and lead["name"] == "王总" and lead["budget_min"] == 500_000


@pytest.mark.parametrize("charset", ["utf-8", "gbk"])
async def test_a_form_is_read_as_curl_sends_it_with_chinese_as_it_stands(office: Any, charset: str) -> None:
    written = "name=王建国&phone=13800138000&need=想要报价+100%25".encode(charset)
    kind = {"Content-Type": f"application/x-www-form-urlencoded; charset={charset}"}
    answer = await office.ask("POST", "/capture/小程序", key="crm", data=written, headers=kind)
    assert answer.status == 200, await answer.text()
    (lead,) = (await office.get("/api/v1/leads"))["items"]
    assert (lead["name"], lead["need"], lead["source"]) == ("王建国", "想要报价 100%", "小程序")


async def test_utm_marks_are_kept_with_the_enquiry(office: Any) -> None:
    await office.post("/capture/官网", FORM | {"utm_campaign": "春季", "utm": {"term": "机器人"}}, key="web")
    async with office.store.read() as tx:
        from sqlmodel import select

        booked = await tx.first(select(Enquiry).where(Enquiry.corp == "acme"))
    assert booked.utm == {"source": "baidu", "campaign": "春季", "term": "机器人"} and booked.source == "官网"


async def test_fields_that_are_not_ours_are_named_and_the_lead_is_kept(office: Any) -> None:
    body = FORM | {"csrf": "x", "role": "admin", "owner": "li", "corp": "globex", "stage": "won", "score": 100}
    answer = await office.post("/capture/官网", body, key="web")
    assert answer["new"] is True and set(answer["ignored"]) == {"csrf", "role", "owner", "corp", "stage", "score"}
    lead = await office.get(f"/api/v1/leads/{answer['lead']}")
    assert lead["owner"] is None and lead["stage"] != "won" and lead["score"] < 100


async def test_a_repeated_submission_is_booked_once_per_source(office: Any) -> None:
    body = FORM | {"submission_id": "s-1"}
    first = await office.post("/capture/官网", body, key="crm")
    for _ in range(3):
        assert (await office.post("/capture/官网", body, key="crm")) == {"lead": first["lead"], "new": False}
    await office.post("/capture/抖音", body, key="crm")
    assert (await office.get(f"/api/v1/leads/{first['lead']}"))["enquiries"] == 2


async def test_a_form_in_gbk_is_read(office: Any) -> None:
    answer = await office.ask(
        "POST", "/capture/官网", key="web", data="name=%CD%F5%D7%DC&phone=13900139000",
        headers={"Content-Type": "application/x-www-form-urlencoded; charset=gbk"},
    )  # fmt: skip
    assert answer.status == 200
    assert (await office.get("/api/v1/leads"))["items"][0]["name"] == "王总"


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", "application/json", 422), (b"{}", "application/json", 422), (b"[]", "application/json", 422),
        (b"null", "application/json", 422), (b'"x"', "application/json", 422), (b"{", "application/json", 400),
        (b"\xff\xfe", "application/json", 400), (b'{"name": NaN}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400), (b'{"name": ' + b"9" * 5000 + b"}", "application/json", 400),
        (b'{"name": "\\ud800"}', "application/json", 422), (b'{"phone": {"a": 1}}', "application/json", 422),
        (b'{"phone": true}', "application/json", 422), (b'{"budget": 1e999, "name": "a"}', "application/json", 200),
        (b'{"budget": ' + b"9" * 400 + b', "name": "a"}', "application/json", 200),
        (b'{"\\ud800": 1, "name": "a"}', "application/json", 200), (b'{"phone": 13900139000}', "application/json", 200),
        (b"a=b&" * 1000, "application/x-www-form-urlencoded", 400),
        (b"name=%ff%fe", "application/x-www-form-urlencoded", 400),
        (b"name=%00", "application/x-www-form-urlencoded", 422),
        (b"x", "multipart/form-data", 400), (b"--b\r\n\r\nx", "multipart/form-data; boundary=b", 400),
        (b"--b\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n" * 5000, "multipart/form-data; boundary=b", 400),
        (b"<a/>", "text/xml", 415), (b"{}", "application/json; charset=utf-16", 415),
    ],
)  # fmt: skip
async def test_rubbish_gets_a_readable_answer_and_never_a_crash(
    office: Any, body: bytes, kind: str, status: int
) -> None:
    answer = await office.ask("POST", "/capture/官网", key="web", data=body, headers={"Content-Type": kind})
    assert answer.status == status, await answer.text()
    if status != 200:
        assert answer.content_type == "application/problem+json"
        assert (await office.get("/api/v1/leads"))["items"] == []
