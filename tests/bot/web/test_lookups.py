"""Programs ask who is here already, and what a sentence means."""

from typing import Any

import pytest

from store.erasure import erase


async def test_the_same_contact_or_company_is_named_with_its_reason(office: Any) -> None:
    first = await office.lead(wechat="zhangsan_88", email="ZS@Example.com")
    second = await office.lead(name="李四", phone="13900139000", company="杭州云栖智能科技有限公司 ")
    asked = {
        "phone": ("+86 138 0013 8000", [(first, "phone")]),
        "email": ("zs@example.com", [(first, "email")]),
        "wechat": ("ZhangSan_88", [(first, "wechat")]),
        "company": ("杭州云栖智能科技有限公司", [(second, "company"), (first, "company")]),
    }
    for name, (value, expected) in asked.items():
        found = await office.get("/api/v1/duplicates", params={name: value})
        assert [(match["no"], match["why"]) for match in found["same"]] == expected
        assert found["maybe"] == [] and found["same"][0]["company"].strip() == "杭州云栖智能科技有限公司"
    both = await office.get("/api/v1/duplicates", params={"phone": "13800138000", "company": asked["company"][0]})
    assert [(match["no"], match["why"]) for match in both["same"]] == [(first, "phone"), (second, "company")]
    assert (await office.get("/api/v1/duplicates", params={"phone": "13800138001", "email": "x"}))["same"] == []


async def test_branches_are_the_same_house_and_like_names_may_be(office: Any) -> None:
    head = await office.lead(name="甲", phone="13800138001", company="华为技术有限公司")
    branch = await office.lead(name="乙", phone="13800138002", company="华为技术有限公司重庆分公司")
    here = await office.lead(name="丙", phone="13800138003", company="华为技术(重庆)")
    await office.lead(name="丁", phone="13800138004", company="北京云栖科技有限公司")
    found = await office.get("/api/v1/duplicates", params={"company": "華為技術有限公司"})
    assert [(match["no"], match["why"]) for match in found["same"]] == [(head, "company"), (branch, "branch")]
    assert [match["no"] for match in found["maybe"]] == [here]
    found = await office.get("/api/v1/duplicates", params={"company": "华为技术有限公司北京分公司"})
    assert {match["no"] for match in found["same"]} == {head, branch}
    found = await office.get("/api/v1/duplicates", params={"company": "上海云栖科技有限公司"})
    assert found == {"same": [], "maybe": []}


async def test_a_corrected_company_is_found_by_its_new_name_only(office: Any) -> None:
    no = await office.lead(company="苏州微光生物医药有限公司")
    answer = await office.ask("PATCH", f"/api/v1/leads/{no}", json={"company": "无锡明镜医疗器械有限公司"})
    assert answer.status == 200
    assert (await office.get("/api/v1/duplicates", params={"company": "苏州微光生物医药"}))["same"] == []
    found = await office.get("/api/v1/duplicates", params={"company": "无锡明镜医疗器械"})
    assert [match["no"] for match in found["same"]] == [no]


async def test_a_sentence_is_understood_at_its_moment(office: Any) -> None:
    body = {"text": "杭州云栖智能的王总 13800138000 微信同号,预算50万,明天下午3点回访", "now": "2026-03-18T02:20:00Z"}
    reading = await office.post("/api/v1/understand", body)
    assert set(reading) == {"intent", "fields", "when", "doubtful"}
    assert reading["fields"]["mobile"] == "13800138000" and reading["fields"]["wechat"] == "13800138000"
    assert reading["fields"]["budget_max"] == 500_000 and reading["fields"]["city"] == "杭州"
    assert reading["when"] == {
        "start": "2026-03-19T15:00:00+08:00", "end": "2026-03-19T15:00:00+08:00", "precision": "minute",
    }  # fmt: skip
    assert (await office.get("/api/v1/leads"))["items"] == []
    silent = await office.post("/api/v1/understand", {"text": "你好"})
    assert silent["when"] is None


@pytest.mark.parametrize(
    "body",
    [
        {}, {"text": ""}, {"text": 5, "x": 1}, {"text": "a", "now": "yesterday"},
        {"text": "a", "now": "2026-03-18T02:20:00"},
        {"text": "x" * 20_001}, {"text": "\ud800"},
    ],
)  # fmt: skip
async def test_a_sentence_that_is_none_is_422(office: Any, body: dict[str, Any]) -> None:
    assert (await office.post("/api/v1/understand", body, status=422))["errors"]


async def test_who_is_erased_on_request_is_no_invalid_lead_of_their_channel(office: Any) -> None:
    asked, called = await office.lead(), await office.lead(phone="13800138002")
    await office.lead(phone="13800138003")
    await office.post(f"/api/v1/leads/{called}/claim", {"by": "li"})
    await office.post(f"/api/v1/leads/{called}/disqualify", {"by": "li", "reason": "空号,打了三次"})
    before = (await office.get("/api/v1/reports/quality"))["rows"]
    assert [(row["leads"], row["invalid"], row["reasons"]) for row in before] == [(3, 1, {"空号": 1})]
    numbers = [int(no.removeprefix("L")) for no in (asked, called)]
    await office.store.transaction(lambda tx: erase(tx, numbers, needles=(), now=office.time.at))
    assert (await office.get("/api/v1/reports/quality"))["rows"] == before
    assert "打了三次" not in str(await office.get(f"/api/v1/leads/{called}"))
