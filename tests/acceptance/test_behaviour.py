"""What customers do shows: it counts once, makes an MQL once, fades, and its reasons add up."""

import re
from datetime import timedelta

import pytest

from tests.town import words

QUIET = {"name": "周敏", "phone": "13700137000", "company": "苏州微光生物", "title": "经理", "need": "了解一下"}


@pytest.mark.feature("D1", "D3")
async def test_a_deed_counts_once_and_why_tells_points_that_add_up(acme):
    no = await acme.capture(**QUIET)
    before = (await acme.lead(no))["score"]
    for _ in range(3):
        status, found = await acme.api("POST", f"/leads/{no}/behaviours", kind="download", key="white-paper-1")
        assert (status, found["score"]) == (200, before + 10)
    told = words(await acme.text("chenjing", f"为什么 {no}"))
    assert "+10 下载资料" in told and f"{before + 10} 分" in told
    shown = re.search(r"评分:.*\n · (.*)", told).group(1)
    assert sum(int(part.split()[0]) for part in shown.split("、")) == before + 10
    assert [item["kind"] for item in await acme.story(no)].count("behaved") == 1
    told = words(await acme.text("chenjing", f"看 {no}"))
    assert f"{(await acme.lead(no))['grade']} / {before + 10} 分" in told


@pytest.mark.feature("D1")
async def test_leads_are_found_by_grade_and_by_score(acme):
    director = await acme.mql()
    quiet = await acme.capture(**QUIET)
    grades = {no: (await acme.lead(no))["grade"] for no in (director, quiet)}
    assert (grades[director], grades[quiet]) == ("A", "B")

    async def found(query):
        status, listed = await acme.api("GET", f"/leads?{query}")
        assert status == 200, listed
        return {item["no"] for item in listed["items"]}

    assert await found("grade=A") == {director} and await found("grade=A,B") == {director, quiet}
    assert await found("min_score=90") == {director} and await found("min_score=0&grade=B") == {quiet}
    assert [(await acme.api("GET", f"/leads?{q}"))[0] for q in ("grade=E", "min_score=101")] == [422, 422]


@pytest.mark.feature("D7")
async def test_crossing_the_line_offers_the_lead_once_even_if_the_score_bounces(acme):
    no = await acme.capture(**QUIET)
    assert (await acme.lead(no))["stage"] == "new"
    for number in range(3):
        await acme.api("POST", f"/leads/{no}/behaviours", kind="reply", key=f"a{number}")
    assert (await acme.lead(no))["stage"] == "mql"
    await acme.later(days=60)
    for number in range(3):
        await acme.api("POST", f"/leads/{no}/behaviours", kind="reply", key=f"b{number}")
    assert [item["kind"] for item in await acme.story(no)].count("mql") == 1
    offers = [m for m in acme.standin.chat("lina") if no in words([m]) and "公共线索池" in words([m])]
    assert len(offers) == 1


@pytest.mark.feature("D5")
async def test_a_hot_lead_gets_cold_and_its_owner_hears_the_day_before(acme):
    no = await acme.capture(**QUIET)
    for kind, count in (("reply", 2), ("download", 2)):
        for number in range(count):
            await acme.api("POST", f"/leads/{no}/behaviours", kind=kind, key=f"{kind}{number}")
    await acme.text("lina", f"领取 {no}")
    assert (await acme.lead(no))["temperature"] == "hot"
    said = []
    for day in range(30):
        before = len(acme.standin.chat("lina"))
        await acme.later(days=1)
        told = words(acme.standin.chat("lina")[before:])
        warmth = (await acme.lead(no))["temperature"]
        said.append((day, "从「热」降到「温」" in told, warmth))
        if warmth != "hot":
            break
    assert [told for _, told, _ in said].count(True) == 1, said
    assert said[-1][2] == "warm" and any(told for _, told, warmth in said if warmth == "hot"), said


@pytest.mark.feature("D6")
async def test_a_click_of_a_security_gateway_is_shown_and_gives_nothing(acme):
    no = await acme.capture(**QUIET)
    before = (await acme.lead(no))["score"]
    delivered = acme.at - timedelta(seconds=1)
    await acme.api("POST", f"/leads/{no}/behaviours", kind="click", delivered_at=delivered.isoformat())
    assert (await acme.lead(no))["score"] == before
    (seen,) = [item for item in await acme.story(no) if item["kind"] == "behaved"]
    assert "疑似机器" in seen["text"] and seen["data"]["machine"] is True


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        ({"kind": "dance"}, "没有叫「dance」的行为"),
        ({"kind": "visit", "at": "2026-03-19T10:00:00+08:00"}, "这个时间还没到"),
        ({"kind": "visit", "at": "yesterday"}, "ISO 8601"),
        ({"kind": "visit", "weight": 1e9}, "weight"),
        ({"kind": "visit", "weight": 0}, "weight"),
    ],
)
async def test_what_cannot_be_is_refused_with_its_cause_and_changes_nothing(acme, body, cause):
    no = await acme.capture(**QUIET)
    before = await acme.lead(no)
    status, found = await acme.api("POST", f"/leads/{no}/behaviours", **body)
    assert status in (400, 422) and cause in str(found), (status, found)
    assert await acme.lead(no) == before


async def test_a_merge_adds_what_both_did_and_its_undoing_parts_them_again(acme):
    one = await acme.capture(**QUIET)
    two = await acme.capture(name="周敏", phone="13700137001", company="苏州微光生物")
    await acme.api("POST", f"/leads/{one}/behaviours", kind="download", key="d1")
    await acme.api("POST", f"/leads/{two}/behaviours", kind="download", key="d2")
    apart = {no: (await acme.lead(no))["score"] for no in (one, two)}
    await acme.api("POST", f"/leads/{one}/merge", **{"with": two, "by": "chenjing"})
    told = words(await acme.text("chenjing", f"为什么 {one}"))
    assert "+20 下载资料" in told
    await acme.api("POST", f"/leads/{two}/behaviours", kind="reply", key="r1")
    await acme.api("POST", f"/leads/{two}/unmerge", by="chenjing")
    assert (await acme.lead(one))["score"] == apart[one]
    assert (await acme.lead(two))["score"] == apart[two] + 15
