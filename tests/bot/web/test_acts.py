"""Programs act in a member's name, with that member's rights, or in their own; each refusal says why."""

import asyncio
import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest


async def test_a_claim_makes_an_owner_and_one_fact(office: Any) -> None:
    no = await office.lead()
    lead = await office.post(f"/api/v1/leads/{no}/claim", {"by": "li"})
    assert lead["no"] == no and lead["owner"] == "li" and lead["stage"] == "sal"
    story = await office.get(f"/api/v1/leads/{no}/timeline")
    claims = [item for item in story["items"] if item["kind"] == "claimed"]
    assert [item["by"] for item in claims] == ["li"]


async def test_of_many_claimers_one_wins_and_the_others_hear_who(office: Any) -> None:
    no = await office.lead()
    answers = await asyncio.gather(
        *(office.ask("POST", f"/api/v1/leads/{no}/claim", json={"by": by}) for by in ("li", "wang", "zhou"))
    )
    assert sorted(answer.status for answer in answers) == [200, 409, 409]
    losers = [await answer.json() for answer in answers if answer.status == 409]
    owner = (await office.get(f"/api/v1/leads/{no}"))["owner"]
    for loser in losers:
        assert loser["code"] == "already_claimed" and loser["winner"] == owner
        assert loser["ago_s"] >= 0 and loser["detail"].startswith(no)


async def test_a_claim_names_its_member_and_needs_a_selling_role(office: Any) -> None:
    no = await office.lead()
    assert "by" in (await office.post(f"/api/v1/leads/{no}/claim", {}, status=422))["detail"]
    assert (await office.post(f"/api/v1/leads/{no}/claim", {"by": "ma"}, status=403))["code"] == "no_right"
    assert (await office.post(f"/api/v1/leads/{no}/claim", {"by": "gone"}, status=422))["code"] == "unusable"
    assert (await office.get(f"/api/v1/leads/{no}"))["owner"] is None


async def test_the_claim_limit_says_when_it_lifts(office: Any) -> None:
    numbers = [
        await office.lead(name=f"客户{n}", phone=f"1380013820{n}" if n < 10 else f"138001383{n}") for n in range(11)
    ]
    for no in numbers[:10]:
        await office.post(f"/api/v1/leads/{no}/claim", {"by": "li"})
    refused = await office.post(f"/api/v1/leads/{numbers[10]}/claim", {"by": "li"}, status=409)
    assert refused["code"] == "claim_limit" and refused["lifts_at"] == "2026-03-18T10:21:00+08:00"
    office.time.pass_by(timedelta(seconds=61))
    await office.post(f"/api/v1/leads/{numbers[10]}/claim", {"by": "li"})


async def test_a_follow_up_is_logged_once_with_its_next_step(office: Any) -> None:
    no = await office.lead()
    await office.post(f"/api/v1/leads/{no}/claim", {"by": "li"})
    body = {"by": "li", "kind": "visit", "text": "去看了厂房", "next_step_at": "2026-03-20T07:00:00Z"}
    lead = await office.post(f"/api/v1/leads/{no}/followups", body)
    assert lead["next_step_at"] == "2026-03-20T15:00:00+08:00"
    story = (await office.get(f"/api/v1/leads/{no}/timeline"))["items"]
    logged = [item for item in story if item["kind"] == "followup_logged"]
    assert len(logged) == 1 and logged[0]["text"] == "去看了厂房" and logged[0]["by"] == "li"
    assert logged[0]["data"]["kind"] == "visit"
    assert logged[0]["data"]["next_step_at"] == "2026-03-20T15:00:00+08:00"
    clocks = (await office.get("/api/v1/clocks", params={"lead": no}))["items"]
    assert {clock["name"]: clock["state"] for clock in clocks} == {"claim": "met", "first_contact": "met"}


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "fax", "text": "x"}, {"text": "x"}, {"kind": "call"}, {"kind": "call", "text": "  "},
        {"kind": "call", "text": "x", "at": "now"}, {"kind": "call", "text": "x", "next_step_at": "tomorrow"},
        {"kind": "call", "text": "x", "next_step_at": "2026-03-01T10:00:00+08:00"},
        {"kind": "call", "text": "x" * 4001},
    ],
)  # fmt: skip
async def test_a_follow_up_that_cannot_be_is_422(office: Any, body: dict[str, Any]) -> None:
    no = await office.lead()
    answer = await office.post(f"/api/v1/leads/{no}/followups", body, status=422)
    assert answer["code"] in ("invalid", "unusable") and answer["detail"]


async def test_only_the_owner_and_their_manager_may_act(office: Any) -> None:
    no = await office.lead()
    await office.post(f"/api/v1/leads/{no}/claim", {"by": "li"})
    note = {"kind": "note", "text": "x"}
    unseen = await office.post(f"/api/v1/leads/{no}/followups", {**note, "by": "wang"}, status=404)
    unknown = await office.post("/api/v1/leads/L4040/followups", {**note, "by": "wang"}, status=404)
    assert unseen["detail"].replace(no, "") == unknown["detail"].replace("L4040", "")
    assert (await office.post(f"/api/v1/leads/{no}/followups", {**note, "by": "ma"}, status=409))["code"] == "not_yours"
    await office.post(f"/api/v1/leads/{no}/followups", {**note, "by": "zhou"})


async def test_a_release_goes_back_to_the_pool_with_a_reason(office: Any) -> None:
    no = await office.lead()
    await office.post(f"/api/v1/leads/{no}/claim", {"by": "li"})
    await office.post(f"/api/v1/leads/{no}/release", {"by": "li"}, status=422)
    await office.post(f"/api/v1/leads/{no}/release", {"by": "li", "reason": "不是我的区", "pool": "moon"}, status=422)
    lead = await office.post(f"/api/v1/leads/{no}/release", {"by": "li", "reason": "不是我的区"})
    assert lead["owner"] is None and lead["pool"] == "public"
    again = await office.post(f"/api/v1/leads/{no}/release", {"by": "zhou", "reason": "x"}, status=409)
    assert again["code"] == "not_yours"


@pytest.mark.ask("AS23")
async def test_a_transfer_changes_the_owner_and_nothing_else(office: Any) -> None:
    no = await office.lead(wechat="zhangsan_88", email="zs@example.com", city="杭州")
    await office.post(f"/api/v1/leads/{no}/claim", {"by": "li"})
    body = {"by": "li", "kind": "call", "text": "聊得不错", "next_step_at": "2026-03-20T15:00:00+08:00"}
    await office.post(f"/api/v1/leads/{no}/followups", body)
    before = await office.get(f"/api/v1/leads/{no}")
    story = (await office.get(f"/api/v1/leads/{no}/timeline"))["items"]
    office.time.pass_by(timedelta(minutes=30))
    await office.post(f"/api/v1/leads/{no}/transfer", {"by": "li", "to": "wang", "reason": "客户在他那边"})
    after = await office.get(f"/api/v1/leads/{no}")
    assert (before["owner"], after["owner"]) == ("li", "wang")
    assert _hash_without_owner(after) == _hash_without_owner(before)
    assert (await office.get(f"/api/v1/leads/{no}/timeline"))["items"][: len(story)] == story


def _hash_without_owner(lead: dict[str, Any]) -> str:
    rest = {name: value for name, value in lead.items() if name != "owner"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


async def test_a_transfer_to_nobody_is_refused(office: Any) -> None:
    no = await office.lead()
    await office.post(f"/api/v1/leads/{no}/claim", {"by": "li"})
    for to in ("gone", "nobody", "ma", "li", ""):
        assert (await office.post(f"/api/v1/leads/{no}/transfer", {"by": "li", "to": to}, status=422))["detail"]


async def test_qualified_and_disqualified_once(office: Any) -> None:
    no = await office.lead()
    await office.post(f"/api/v1/leads/{no}/claim", {"by": "li"})
    assert (await office.post(f"/api/v1/leads/{no}/qualify", {"by": "li"}))["stage"] == "sql"
    assert (await office.post(f"/api/v1/leads/{no}/qualify", {"by": "li"}, status=409))["code"] == "stage"
    await office.post(f"/api/v1/leads/{no}/disqualify", {"by": "li"}, status=422)
    closed = await office.post(f"/api/v1/leads/{no}/disqualify", {"by": "li", "reason": "空号"})
    assert closed["stage"] == "invalid" and closed["closed_reason"] == "空号"
    again = await office.post(f"/api/v1/leads/{no}/disqualify", {"by": "li", "reason": "空号"}, status=409)
    assert again["code"] == "stage" and "接着跟进" not in again["detail"]
    assert "已经是「无效」了,原因:空号,不用再转。" in again["detail"]
    assert again["detail"].endswith("客户再来咨询会自动重新打开。")


async def test_a_program_acts_in_its_own_name(office: Any) -> None:
    no = await office.lead()
    await office.post(f"/api/v1/leads/{no}/transfer", {"to": "li"}, key="crm")
    await office.post(f"/api/v1/leads/{no}/followups", {"kind": "note", "text": "系统同步"}, key="crm")
    story = (await office.get(f"/api/v1/leads/{no}/timeline"))["items"]
    assert [item["by"] for item in story if item["kind"] in ("transferred", "followup_logged")] == [None, None]


async def test_a_new_owner_gets_one_message_and_it_is_listed(office: Any) -> None:
    no = await office.lead()
    await office.post(f"/api/v1/leads/{no}/transfer", {"by": "chen", "to": "li"})
    queued = (await office.get("/api/v1/messages", params={"state": "queued"}))["items"]
    mine = [m for m in queued if m["to"] == "li" and m["subject"] == no]
    assert mine and all(set(m) >= {"state", "to", "card", "subject", "attempts", "error"} for m in mine)
    assert (await office.get("/api/v1/messages", params={"state": "sent"}))["items"] == []
    assert (await office.get("/api/v1/messages", params={"state": "lost"}, status=422))["errors"][0]["allowed"]
    clocks = (await office.get("/api/v1/clocks"))["items"]
    assert clocks and set(clocks[0]) >= {"name", "lead", "started_at", "due_at", "state", "steps", "rules_version"}


async def test_what_is_written_wrong_is_answered_with_how_it_is_written(office: Any) -> None:
    no = await office.lead()
    for path, field, cure in (
        ("/api/v1/leads?grade=Z", "grade", "写法不对,要的是:等级,可用逗号隔开多个:A,B"),
        ("/api/v1/reports/numbers?from=x", "from", "要是日期,例如 2026-03-01"),
        ("/api/v1/opportunities?lead=x", "lead", "写法不对,要的是:线索编号"),
    ):
        told = await office.get(path, status=422)
        assert told["errors"] == [{"field": field, "problem": cure}], path
    weight = await office.post(f"/api/v1/leads/{no}/behaviours", {"kind": "visit", "weight": "a"}, status=422)
    assert weight["detail"] == "weight:要是数字。"
    weight = await office.post(f"/api/v1/leads/{no}/behaviours", {"kind": "visit", "weight": 0}, status=422)
    assert weight["detail"] == "weight:要大于 0.0。"
    extra = await office.post(f"/api/v1/leads/{no}/merge", {"by": "zhou", "into": "L1"}, status=422)
    assert extra["errors"][-1]["allowed"] == ["by", "with"]


async def test_sums_are_yuan_with_two_decimals_and_never_endless(office: Any) -> None:
    no = await office.lead()
    await office.post("/api/v1/campaigns", {"name": "抖音-夏季"}, status=201)
    await office.post(f"/api/v1/leads/{no}/claim", {"by": "li"})
    await office.post(f"/api/v1/leads/{no}/qualify", {"by": "li"})
    deal = f'"lead": "{no}", "product": "CRM"'
    for path, body in (
        ("/api/v1/campaigns/C1/costs", '{"amount": %s}'),
        ("/api/v1/opportunities", "{" + deal + ', "amount": %s}'),
    ):
        for amount in ("10.005", "1e400", "-1e400", "1e308", "1e30"):
            told = await office.ask("POST", path, data=body % amount, headers={"Content-Type": "application/json"})
            assert told.status == 422, (path, amount)
    cost = await office.post("/api/v1/campaigns/C1/costs", {"amount": 99.99})
    assert cost["cost"] == 99.99


async def test_half_a_character_in_an_event_s_name_is_refused_like_any_other_name(office: Any) -> None:
    body = r'{"url": "https://example.com/", "events": ["\ud800"]}'
    told = await office.ask("POST", "/api/v1/webhooks", data=body, headers={"Content-Type": "application/json"})
    assert told.status == 422 and (await told.json())["errors"][0]["field"] == "events"


async def test_a_readonly_key_is_told_what_it_cannot_do(office: Any) -> None:
    asked = await office.get("/api/v1/webhooks", key="board", status=403)
    assert asked["detail"].startswith("只读密钥看不到这里的内容")
    acted = await office.post("/api/v1/leads", {"phone": "13900139000"}, key="board", status=403)
    assert acted["detail"].startswith("只读密钥不能修改任何内容")


async def test_a_word_that_is_not_allowed_is_answered_with_those_that_are(office: Any) -> None:
    no = await office.lead()
    told = await office.post(f"/api/v1/leads/{no}/followups", {"by": "li", "kind": "fax", "text": "x"}, status=422)
    assert told["errors"][0]["allowed"] == ["call", "visit", "meeting", "chat", "email", "note"]
    assert told["detail"] == "kind:只能是 call、visit、meeting、chat、email、note。"
    states = ["queued", "sending", "sent", "failed", "unknown", "stopped"]
    assert (await office.get("/api/v1/messages?state=lost", status=422))["errors"][0]["allowed"] == states
