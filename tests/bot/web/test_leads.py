"""Programs book, find, read and correct leads; the same person is one lead however often and however spelled."""

import asyncio
from typing import Any

import pytest

SPELLINGS = (
    "13800138000", "+86 138 0013 8000", "138-0013-8000", "１３８００１３８０００", "008613800138000", "(86)13800138000",
)  # fmt: skip
FIELDS = {
    "no", "stage", "score", "grade", "temperature", "owner", "pool", "name", "company", "phone", "city", "sources",
    "enquiries", "next_step_at", "created_at", "rules_version",
}  # fmt: skip


async def test_a_new_person_is_201_and_a_known_one_200(office: Any) -> None:
    assert (await office.post("/api/v1/leads", {"name": "王总", "phone": "13900139000"}, status=201))["new"] is True
    again = await office.post("/api/v1/leads", {"name": "王总", "phone": "139 0013 9000", "source": "百度"})
    assert again == {"lead": again["lead"], "new": False}
    lead = await office.get(f"/api/v1/leads/{again['lead']}")
    assert lead["enquiries"] == 2 and lead["sources"] == ["api", "百度"]


async def test_a_lead_has_the_fields_of_the_contract(office: Any) -> None:
    no = await office.lead(city="杭州")
    lead = await office.get(f"/api/v1/leads/{no}")
    assert set(lead) >= FIELDS
    assert lead["no"] == no and lead["stage"] == "mql" and lead["owner"] is None and lead["pool"] == "public"
    assert lead["phone"] == "13800138000" and lead["city"] == "杭州" and lead["enquiries"] == 1
    assert lead["budget_min"] == lead["budget_max"] == 500_000
    assert lead["created_at"] == "2026-03-18T10:20:00+08:00" and lead["rules_version"] == 1


@pytest.mark.parametrize("spelling", ["{}", "l{}", "L{}"])
async def test_the_number_may_be_written_in_three_ways(office: Any, spelling: str) -> None:
    no = await office.lead()
    assert (await office.get(f"/api/v1/leads/{spelling.format(no[1:])}"))["no"] == no


@pytest.mark.parametrize("no", ["L999999", "abc", "L", "1e3", "L-1", "9" * 30, "L1%00", "L1;--"])
async def test_an_unknown_number_is_one_and_the_same_404(office: Any, no: str) -> None:
    body = await office.get(f"/api/v1/leads/{no}", status=404)
    assert body["code"] == "not_found" and body["status"] == 404


@pytest.mark.ask("AS9")
@pytest.mark.feature("B2")
async def test_two_hundred_at_once_in_six_spellings_are_one_lead(office: Any) -> None:
    async def one(number: int) -> Any:
        body = {"name": "张三", "phone": SPELLINGS[number % 6], "source": f"渠道{number % 2}"}
        answer = await office.ask("POST", "/api/v1/leads", json=body)
        return answer.status, await answer.json()

    answers = await asyncio.gather(*(one(number) for number in range(200)))
    assert {body["lead"] for _, body in answers} == {answers[0][1]["lead"]}
    assert [status for status, _ in answers].count(201) == 1
    listed = await office.get("/api/v1/leads", params={"limit": "200"})
    assert [lead["enquiries"] for lead in listed["items"]] == [200]
    assert sorted(listed["items"][0]["sources"]) == ["渠道0", "渠道1"]
    story = await _whole_story(office, answers[0][1]["lead"])
    assert [item["kind"] for item in story].count("captured") == 1
    assert [item["kind"] for item in story].count("enquired") == 199


async def _whole_story(office: Any, no: str) -> list[Any]:
    items: list[Any] = []
    params = {"limit": "70"}
    while True:
        page = await office.get(f"/api/v1/leads/{no}/timeline", params=params)
        items += page["items"]
        if page["next_cursor"] is None:
            return items
        params["cursor"] = page["next_cursor"]


@pytest.mark.feature("N2")
@pytest.mark.ask("AS16")
async def test_five_namesakes_stay_five_with_their_own_stories(office: Any) -> None:
    numbers = [await office.lead(name="张伟", phone=f"1380013810{n}", need=f"要第 {n} 种") for n in range(5)]
    assert len(set(numbers)) == 5
    for n, no in enumerate(numbers):
        await office.post(f"/api/v1/leads/{no}/followups", {"kind": "call", "text": f"给第 {n} 位张伟打了电话"})
    for n, no in enumerate(numbers):
        story = await _whole_story(office, no)
        said = [item["text"] for item in story if item["kind"] == "followup_logged"]
        assert said == [f"给第 {n} 位张伟打了电话"]
    assert len((await office.get("/api/v1/leads", params={"q": "张伟"}))["items"]) == 5


async def test_the_same_submission_is_booked_once(office: Any) -> None:
    body = {"name": "李四", "phone": "13700137000", "source": "官网", "submission_id": "form-77"}
    first = await office.post("/api/v1/leads", body, status=201)
    for _ in range(3):
        assert (await office.post("/api/v1/leads", body))["lead"] == first["lead"]
    assert (await office.get(f"/api/v1/leads/{first['lead']}"))["enquiries"] == 1


async def test_an_idempotency_key_does_the_same(office: Any) -> None:
    body = {"name": "李四", "phone": "13700137000"}
    headers = {"Idempotency-Key": "abc-1"}
    answers = await asyncio.gather(*(office.ask("POST", "/api/v1/leads", json=body, headers=headers) for _ in range(5)))
    assert sorted(answer.status for answer in answers) == [200, 200, 200, 200, 201]
    assert (await office.get("/api/v1/leads"))["items"][0]["enquiries"] == 1


async def test_a_phone_that_is_none_is_kept_and_marked(office: Any) -> None:
    no = await office.lead(phone="请加微信联系")
    lead = await office.get(f"/api/v1/leads/{no}")
    assert lead["phone"] == "请加微信联系" and lead["phone_flaw"]
    assert lead["stage"] == "new"


@pytest.mark.parametrize("body", [{}, {"need": "只有需求"}, {"name": "  ", "phone": None}, {"name": "\u200b\x00"}])
async def test_nothing_to_know_a_person_by_is_422(office: Any, body: dict[str, Any]) -> None:
    answer = await office.post("/api/v1/leads", body, status=422)
    assert answer["code"] == "unusable" and "姓名" in answer["detail"]
    assert (await office.get("/api/v1/leads"))["items"] == []


@pytest.mark.parametrize(
    ("budget", "low", "high"),
    [
        (300_000, 300_000, 300_000), ("300000", 300_000, 300_000), ("300,000元", 300_000, 300_000),
        ("10-20万", 100_000, 200_000), ("不低于200万", 2_000_000, None), ("看情况", None, None), (None, None, None),
        ("", None, None),
    ],
)  # fmt: skip
async def test_budgets_are_read_in_yuan(office: Any, budget: Any, low: int | None, high: int | None) -> None:
    lead = await office.get(f"/api/v1/leads/{await office.lead(budget=budget)}")
    assert (lead["budget_min"], lead["budget_max"]) == (low, high)
    assert ("看情况" in lead["need"]) == (budget == "看情况")


async def test_leads_are_found_by_every_filter(office: Any) -> None:
    first = await office.lead(source="百度")
    second = await office.lead(name="陈六", phone="0512-65566778转8006", company="苏州(园区)精工有限公司", budget=None)
    await office.post(f"/api/v1/leads/{first}/claim", {"by": "li"})
    expected = {
        "phone=138-0013-8000": [first], "phone=0512 65566778-8006": [second], "phone=13800138009": [],
        "phone=xyz": [], "company=苏州（园区）精工有限公司": [second], "company=苏州": [], "owner=none": [second],
        "owner=li": [first], "owner=wang": [], "stage=sal": [first], "stage=sal,new,mql": [second, first],
        "stage=won": [], "pool=public": [second, first], "pool=other": [], "source=百度": [first],
        "source=官网": [second], "q=云栖": [first], "q=陈六": [second], "q=13800138000": [first],
        f"q={second.lower()}": [second], "q=%": [], "q=_": [], "limit=1": [second], "owner=li&stage=sql": [],
    }  # fmt: skip
    for query, numbers in expected.items():
        params = dict(pair.split("=") for pair in query.split("&"))
        found = await office.get("/api/v1/leads", params=params)
        assert [lead["no"] for lead in found["items"]] == numbers, query
    shown = (await office.get(f"/api/v1/leads/{second}"))["phone"]
    assert shown == "051265566778-8006"


async def test_pages_follow_each_other_without_gap_or_repeat(office: Any) -> None:
    made = [await office.lead(name=f"客户{n}", phone=f"1380013820{n}") for n in range(7)]
    params, found = {"limit": "3", "source": "官网"}, []
    while True:
        page = await office.get("/api/v1/leads", params=params)
        found += [lead["no"] for lead in page["items"]]
        if page["next_cursor"] is None:
            break
        params["cursor"] = page["next_cursor"]
    assert found == made[::-1]


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"limit": "0"}, "limit"), ({"limit": "201"}, "limit"), ({"limit": "abc"}, "limit"),
        ({"limit": "1.5"}, "limit"),
        ({"cursor": "abc"}, "cursor"), ({"cursor": "é"}, "cursor"), ({"cursor": "WzEsMl0"}, "cursor"),
        ({"stage": "hot"}, "stage"), ({"colour": "red"}, "colour"), ({"order_by": "id"}, "order_by"),
        ({"q": "x" * 201}, "q"),
    ],
)  # fmt: skip
async def test_a_wrong_query_is_told_what_is_allowed(office: Any, query: dict[str, str], named: str) -> None:
    body = await office.get("/api/v1/leads", params=query, status=422)
    assert body["code"] == "invalid" and body["errors"][0]["field"] == named
    assert named in body["detail"]


async def test_a_cursor_fits_only_its_own_list(office: Any) -> None:
    for n in range(3):
        await office.lead(name=f"客户{n}", phone=f"1380013820{n}")
    cursor = (await office.get("/api/v1/leads", params={"limit": "1"}))["next_cursor"]
    await office.get("/api/v1/leads", params={"cursor": cursor, "owner": "none"}, status=422)
    await office.get("/api/v1/clocks", params={"cursor": cursor}, status=422)
    assert len((await office.get("/api/v1/leads", params={"cursor": cursor, "limit": "5"}))["items"]) == 2


async def test_an_unknown_field_names_the_known_ones(office: Any) -> None:
    body = await office.post("/api/v1/leads", {"name": "a", "phnoe": "1"}, status=422)
    assert body["errors"][0]["field"] == "phnoe" and "phone" in body["errors"][0]["allowed"]


async def test_the_story_tells_each_enquiry_with_its_need(office: Any) -> None:
    no = await office.lead(need="要 20 台机器人")
    await office.post("/api/v1/leads", {"phone": "13800138000", "need": "还要 5 台", "source": "百度"})
    story = await _whole_story(office, no)
    assert all(set(item) >= {"kind", "at", "by", "text", "data"} for item in story)
    assert [item["text"] for item in story if item["kind"] in ("captured", "enquired")] == [
        "要 20 台机器人",
        "还要 5 台",
    ]
    assert {item["at"] for item in story} == {"2026-03-18T10:20:00+08:00"}
    started = next(item for item in story if item["kind"] == "clock_started")
    assert started["data"]["due_at"] == "2026-03-18T13:50:00+08:00"


async def test_a_correction_changes_what_is_named_and_nothing_else(office: Any) -> None:
    no = await office.lead()
    before = await office.get(f"/api/v1/leads/{no}")
    answer = await office.ask(
        "PATCH", f"/api/v1/leads/{no}",
        json={"by": "chen", "company": "新公司", "budget": "10-20万", "next_step_at": "2026-03-19T15:00:00+08:00"},
    )  # fmt: skip
    after = await answer.json()
    assert answer.status == 200, after
    changed = {name for name in after if after[name] != before[name]}
    assert changed >= {"company", "budget_min", "budget_max", "next_step_at"}
    assert changed <= {"company", "budget_min", "budget_max", "next_step_at", "score", "temperature", "grade"}
    assert after["next_step_at"] == "2026-03-19T15:00:00+08:00"


@pytest.mark.parametrize(
    "body",
    [
        {"owner": "li"}, {"stage": "won"}, {"score": 99}, {"corp": "globex"}, {"created_at": "2020-01-01T00:00:00Z"},
        {"owner_id": "li"}, {"role": "admin"}, {"id": 7}, {"version": 1}, {"pool": "x"}, {"name": "x" * 61},
        {"budget": "看情况"}, {"next_step_at": "2026-03-18T02:00:00Z"}, {"next_step_at": "2026-03-19T15:00:00"},
        {"next_step_at": 1789000000}, {"next_step_at": "9999-12-31T23:59:59-12:00"}, {"by": "gone"}, {"by": "nobody"},
        {"name": ["x"]}, {"budget_min": -1}, {"budget_min": 10**15},
    ],
)  # fmt: skip
async def test_what_cannot_be_corrected_is_422_and_changes_nothing(office: Any, body: dict[str, Any]) -> None:
    no = await office.lead()
    before = await office.get(f"/api/v1/leads/{no}")
    answer = await office.ask(
        "PATCH", f"/api/v1/leads/{no}", json=body | ({"city": "上海"} if "by" not in body else {})
    )
    assert answer.status == 422, await answer.text()
    assert await office.get(f"/api/v1/leads/{no}") == before
