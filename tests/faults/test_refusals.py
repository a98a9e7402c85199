"""R-P3 to R-P7 through the whole bot: what the platform refuses waits, is told, or is repeated; nothing is lost."""

from datetime import timedelta

import pytest
import structlog

from bot.wecom.pace import AT_ONCE
from tests.faults.conftest import BadDays, logged
from tests.town import words

DRAIN = timedelta(minutes=15)


@pytest.mark.failure("P3")
@pytest.mark.parametrize(
    ("kind", "code"), [("errcode", 45009), ("errcode", 45033), ("errcode", 45036), ("http_429", 429), ("errcode", -1)]
)
async def test_too_often_in_the_middle_of_a_burst(bad_days: BadDays, soak: bool, kind: str, code: int) -> None:
    await bad_days.ask(40)
    await bad_days.place.settle()
    before = bad_days.place.standin.api.calls["message/send"]
    bad_days.place.standin.faults.add("message/send", kind, errcode=code, times=2 if code == 45036 else AT_ONCE)
    await bad_days.ask(460 if soak else 60)
    await bad_days.place.settle()
    if code in (45009, 429):
        assert bad_days.place.standin.api.calls["message/send"] == before, "not one more call got through"
        await bad_days.passes(timedelta(seconds=59), step=timedelta(seconds=10))
        assert bad_days.place.standin.api.calls["message/send"] == before
    await bad_days.drained(within=DRAIN)
    bad_days.all_answered_once()
    bad_days.in_order()


@pytest.mark.failure("P4")
async def test_the_token_ends_in_the_middle_of_a_burst(bad_days: BadDays) -> None:
    await bad_days.ask(20)
    await bad_days.place.settle()
    asked = bad_days.place.standin.api.calls["gettoken"]
    bad_days.place.at += timedelta(minutes=5)
    bad_days.place.standin.api.invalidate_tokens()
    await bad_days.ask(200)
    await bad_days.place.settle()
    assert bad_days.place.standin.api.calls["gettoken"] == asked + 1
    bad_days.all_answered_once()


@pytest.mark.failure("P4")
async def test_tokens_that_are_never_liked_are_an_alarm_and_no_hot_loop(bad_days: BadDays) -> None:
    await bad_days.ask(5)
    await bad_days.place.settle()
    asked = bad_days.place.standin.api.calls["gettoken"]
    bad_days.place.standin.faults.add("message/send", "errcode", errcode=42001)
    bad_days.place.at += timedelta(minutes=5)
    with structlog.testing.capture_logs() as lines:
        await bad_days.ask(40)
        await bad_days.passes(timedelta(minutes=30), step=timedelta(seconds=10))
    assert bad_days.place.standin.api.calls["gettoken"] - asked <= 2 + 5, "after 1, 2, 4, 8 and 16 minutes"
    told = logged(lines, "the platform refuses us until an administrator acts")
    assert 1 <= len(told) <= 31 and "access_token" in told[0]["cause"]
    bad_days.place.standin.faults.clear()
    bad_days.place.at += timedelta(minutes=32)
    await bad_days.drained(within=DRAIN)
    bad_days.all_answered_once()


@pytest.mark.failure("P5")
@pytest.mark.parametrize(
    ("endpoint", "code", "cure"),
    [
        ("gettoken", 40001, "WECOM_SECRET"), ("gettoken", 40013, "wecom.corp_id"),
        ("message/send", 60020, "企业可信IP"), ("message/send", 50003, "重新启用"),
        ("message/send", 48002, "可调用接口的应用"),
    ],
)  # fmt: skip
async def test_what_an_administrator_must_mend(bad_days: BadDays, endpoint: str, code: int, cure: str) -> None:
    """One try a minute, one line a minute that says what to do, and everything arrives once it is mended."""
    place = bad_days.place
    place.standin.api.invalidate_tokens()
    place.at += timedelta(minutes=116)  # the first token is old
    place.standin.faults.add(endpoint, "errcode", errcode=code)
    with structlog.testing.capture_logs() as lines:
        await bad_days.ask(40)
        await bad_days.passes(timedelta(minutes=10), step=timedelta(seconds=10))
    tries = place.bot.metrics.count("leadbot_platform_calls_total", platform="wecom", api=endpoint, code=str(code))
    assert 1 <= tries <= (5 if endpoint == "gettoken" else 10 + AT_ONCE)
    told = logged(lines, "the platform refuses us until an administrator acts")
    assert 1 <= len(told) <= 11 and all(cure in line["cause"] for line in told)
    status, found = await place.api("GET", "/messages?state=queued")
    assert status == 200 and any(cure in (item["error"] or "") for item in found["items"])
    place.standin.faults.clear()
    place.at += timedelta(minutes=17)
    await bad_days.drained(within=DRAIN)
    bad_days.all_answered_once()


@pytest.mark.failure("P6")
@pytest.mark.parametrize("kind", ["html_200", "empty", "truncated", "http_502", "string_errcode"])
async def test_an_answer_that_is_none(bad_days: BadDays, kind: str) -> None:
    await bad_days.ask(5)
    await bad_days.place.settle()
    bad_days.place.standin.faults.add("message/send", kind, times=10)
    await bad_days.ask(20)
    await bad_days.place.settle()
    assert (await bad_days.states()).get("unknown", 0) == (0 if kind == "string_errcode" else 10)
    await bad_days.drained(within=DRAIN)
    bad_days.all_answered_once()


@pytest.mark.failure("P6")
async def test_a_number_that_nobody_knows_is_told_and_not_repeated(bad_days: BadDays) -> None:
    bad_days.place.standin.faults.add("message/send", "errcode", errcode=77777, times=1)
    await bad_days.ask(2)
    await bad_days.place.settle()
    _, found = await bad_days.place.api("GET", "/messages?state=failed")
    assert [item["attempts"] for item in found["items"]] == [1] and "77777" in found["items"][0]["error"]


@pytest.mark.failure("P7")
@pytest.mark.parametrize("how", ["hidden", "unlicensed"])
async def test_who_did_not_get_it_is_recorded_person_by_person(bad_days: BadDays, how: str) -> None:
    """One lead, twenty reps, two out of reach: their rows say so, a helper is told, the others have it."""
    place = bad_days.place
    getattr(place.standin.company, how).update({"rep03", "rep11"})
    no = await place.mql()
    _, found = await place.api("GET", "/messages?state=failed")
    assert sorted(item["to"] for item in found["items"]) == ["rep03", "rep11"]
    assert all("可见范围" in item["error"] for item in found["items"])
    reached = [rep for rep in bad_days.reps if no in words(place.standin.chat(rep))]
    assert reached == [rep for rep in bad_days.reps if rep not in ("rep03", "rep11")]
    told = words(place.standin.chat("admin"))
    assert "销售3没有收到" in told and "销售11没有收到" in told and f"关于 {no} 的" in told
