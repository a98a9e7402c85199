"""A key that only looks finds no full number anywhere, and cannot find one out by asking."""

import re
from typing import Any

import pytest

from leads.mask import said

NUMBERS = ("13800138000", "13911112222", "65566778", "13700137111", "13600136222", "4008208820")
SECRETS = ("zhangsan_88", "zs@example.com")


@pytest.mark.feature("P2")
async def test_a_readonly_key_finds_no_full_number_on_any_surface(office: Any) -> None:
    no = await office.lead(
        name="张三 13700137111", wechat="zhangsan_88", email="zs@example.com", title="总监 电话 136 0013 6222",
        need="急需报价,打我 138-0013-8000 或 一三八零零一三八零零零,邮箱 zs@example.com", city="杭州 0512-65566778",
    )  # fmt: skip
    other = {"phone": "0512-65566778", "need": "总机 400-820-8820", "source": "官网 13800138000"}
    await office.post("/api/v1/leads", other, status=201)
    await office.post("/api/v1/leads", {"phone": "1380013 8000 x", "name": "坏号码"}, status=201)
    await office.post(f"/api/v1/leads/{no}/claim", {"by": "li"})
    body = {
        "by": "li",
        "kind": "call",
        "text": "打了 138 0013 8000 没接,改打 0512-6556 6778",
        "next_step_at": "2026-03-20T15:00:00+08:00",
    }
    await office.post(f"/api/v1/leads/{no}/followups", body)
    await office.post(f"/api/v1/leads/{no}/release", {"by": "li", "reason": "13800138000 是空号"})
    await office.post(f"/api/v1/leads/{no}/disqualify", {"reason": "13800138000 打不通"})
    surfaces = [
        "/api/v1/leads", f"/api/v1/leads/{no}", f"/api/v1/leads/{no}/timeline", "/api/v1/members", "/api/v1/members/li",
        "/api/v1/messages", "/api/v1/clocks", "/api/v1/leads?phone=13800138000", "/api/v1/leads?q=13800138000",
        "/api/v1/leads?q=张三", "/api/v1/duplicates?phone=13800138000", "/api/v1/duplicates?wechat=zhangsan_88",
        "/api/v1/duplicates?company=杭州云栖智能科技有限公司", "/api/v1/leads?limit=x13800138000",
        "/api/v1/leads/13800138000", "/api/v1/members/13800138000", "/metrics", "/readyz",
    ]  # fmt: skip
    for surface in surfaces:
        text = await (await office.ask("GET", surface, key="board")).text()
        _assert_nothing_in(text, surface)
    for method, path in (
        ("POST", "/api/v1/leads"),
        ("POST", f"/api/v1/leads/{no}/claim"),
        ("PATCH", f"/api/v1/leads/{no}"),
    ):
        text = await (await office.ask(method, path, key="board", json={"phone": "13800138000"})).text()
        _assert_nothing_in(text, path)
    shown = await office.get(f"/api/v1/leads/{no}", key="board")
    assert shown["phone"] == "138****8000" and shown["email"] == "z***@example.com"
    revealed = await office.get(f"/api/v1/leads/{no}", key="crm")
    assert revealed["phone"] == "13800138000" and revealed["email"] == "zs@example.com"


def _assert_nothing_in(text: str, surface: str) -> None:
    figures = re.sub(r"[\s\-]", "", text)
    for number in NUMBERS:
        assert number not in figures, (surface, number)
    assert "一三八零零一三八" not in text, surface
    for secret in SECRETS:
        assert secret not in text, (surface, secret)


async def test_a_readonly_key_cannot_search_its_way_to_a_number(office: Any) -> None:
    await office.lead(name="张三 13700137111")
    for part in ("1370013", "0013711", "7111", "3700"):
        found = (await office.get("/api/v1/leads", params={"q": part}, key="board"))["items"]
        assert all(part in lead["name"] for lead in found)
    statuses = []
    for tail in range(100):
        answer = await office.ask("GET", "/api/v1/leads", key="board", params={"phone": f"138001390{tail:02}"})
        statuses.append(answer.status)
    assert statuses[0] == 200 and statuses[-1] == 429
    refused = await office.get("/api/v1/duplicates", params={"phone": "13800138000"}, key="board", status=429)
    assert refused["code"] == "too_many_guesses"
    await office.get("/api/v1/leads", key="board")
    await office.get("/api/v1/leads", params={"phone": "13800138000"}, key="crm")


async def test_what_is_shown_in_full_is_in_the_audit_log(office: Any) -> None:
    from sqlmodel import select

    from store.office import AuditItem

    no = await office.lead()
    await office.get(f"/api/v1/leads/{no}", key="crm")
    await office.get(f"/api/v1/leads/{no}", key="board")
    async with office.store.read() as tx:
        items = await tx.all(select(AuditItem).where(AuditItem.subject == no))
    assert [(item.act, item.data["key"]) for item in items] == [("view", "crm")]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("打 13800138000", "打 138****8000"), ("２０２６年", "２０２６年"), ("2026-10-09 回访", "2026-10-09 回访"),
        ("2026-03-20 15:00 上门", "2026-03-20 15:00 上门"), ("预算 500000", "预算 500000"), ("", ""),
        ("１３８００１３８０００", "１３８****８０００"), ("写信 a.b@c.com 吧", "写信 a*** 吧"),
        ("+86 (138) 0013-8000 转 5", "138****8000 转 5"),
        ("O444 3.3333 万", "O444 3.3333 万"), ("L1024 13800138000", "L1024 138****8000"),
        ("L13800138000", "L138****8000"), ("微信 QQ1380013 8000", "微信 QQ138****8000"),
    ],
)  # fmt: skip
def test_words_lose_their_numbers_and_keep_their_days(text: str, shown: str) -> None:
    got = said(text, reveal=False)
    assert "0013" not in got and "００１３" not in got
    if "+86" not in text:
        assert got == shown
