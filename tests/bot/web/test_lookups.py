"""Programs ask who is here already, and what a sentence means."""

from typing import Any

import pytest


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
