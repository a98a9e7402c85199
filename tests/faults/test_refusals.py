"""R-P3 to R-P7 through the whole bot: what the platform refuses waits, is told, or is repeated; nothing is lost."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog

from bot.pace import AT_ONCE
from tests.faults.conftest import BadDays, logged
from tests.town import Town, town, words

DRAIN = timedelta(minutes=15)
NEVER_LIKED: dict[str, tuple[str, str, dict[str, Any], str]] = {  # where, what and how DingTalk or WeCom says it
    "wecom": ("message/send", "errcode", {"errcode": 42001}, "access_token"),
    "dingtalk": ("card/instances/createAndDeliver", "code", {"code": "InvalidAuthentication"}, "DINGTALK_SECRET"),
}
CARDS = "card/instances/createAndDeliver"
MENDED = {
    "wecom": [
        ("gettoken", 40001, "WECOM_SECRET"), ("gettoken", 40013, "wecom.corp_id"),
        ("message/send", 60020, "企业可信IP"), ("message/send", 50003, "重新启用"),
        ("message/send", 48002, "可调用接口的应用"),
    ],
    "dingtalk": [
        ("oauth2/accessToken", "invalidClientIdOrSecret", "DINGTALK_SECRET"),
        (CARDS, "Forbidden.AccessDenied.IpNotInWhiteList", "白名单"),
        (CARDS, "Forbidden.AccessDenied.AccessTokenPermissionDenied", "权限管理"),
        (CARDS, "robot.oto.notExist", "robot_code"),
    ],
}  # fmt: skip


@pytest.mark.failure("P3")
@pytest.mark.platforms("wecom")
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
    bad_days.assert_all_answered_once()
    bad_days.assert_in_order()


@pytest.mark.failure("P3")
@pytest.mark.platforms("dingtalk")
@pytest.mark.parametrize(
    ("kind", "code", "waits"),
    [("errcode", 90018, 1), ("errcode", 90006, 60), ("http_429", 429, 60), ("punish", 1111, 300), ("errcode", -1, 0)],
)
async def test_dingtalk_says_too_often_in_the_middle_of_a_burst(
    bad_days: BadDays, soak: bool, kind: str, code: int, waits: int
) -> None:
    sending = bad_days.place.side.sending
    await bad_days.ask(40)
    await bad_days.place.settle()
    before = bad_days.place.standin.api.calls[sending]
    bad_days.place.standin.faults.add(sending, kind, errcode=code, times=2 if code == 1111 else AT_ONCE)
    await bad_days.ask(460 if soak else 60)
    await bad_days.place.settle()
    if waits >= 60:
        await bad_days.passes(timedelta(seconds=waits - 1), step=timedelta(seconds=10))
        assert bad_days.place.standin.api.calls[sending] == before, "not one more call got through"
    await bad_days.drained(within=DRAIN)
    bad_days.assert_all_answered_once()
    bad_days.assert_in_order()


@pytest.mark.failure("P3")
@pytest.mark.platforms("dingtalk")
@pytest.mark.parametrize(("kind", "code"), [("qpm", ""), ("qps", ""), ("code", "send.too.fast"), ("http_429", "")])
async def test_cards_that_are_too_many_wait_and_hang_once(bad_days: BadDays, kind: str, code: str) -> None:
    place, api = bad_days.place, "card/instances/createAndDeliver"
    place.standin.faults.add(api, kind, code=code, times=AT_ONCE)
    await bad_days.leads(3)
    await place.settle()
    if kind != "qps":
        await bad_days.passes(timedelta(seconds=55), step=timedelta(seconds=5))
        assert place.standin.api.calls[api] == 0, "not one more call got through"
    await bad_days.drained(within=DRAIN)
    assert [len(bad_days.offers(rep)) for rep in bad_days.reps] == [3] * len(bad_days.reps)


@pytest.mark.failure("P4")
async def test_the_token_ends_in_the_middle_of_a_burst(bad_days: BadDays) -> None:
    """Two hundred offers in a moment: twenty reps, ten leads."""
    place = bad_days.place
    await place.mql()
    asked = place.standin.api.calls[place.side.asking]
    place.at += timedelta(minutes=5)
    place.standin.api.invalidate_tokens()
    await bad_days.leads(10)
    await place.settle()
    assert place.standin.api.calls[place.side.asking] == asked + 1
    await bad_days.drained(within=DRAIN)
    assert [len(bad_days.offers(rep)) for rep in bad_days.reps] == [11] * len(bad_days.reps)


@pytest.mark.failure("P4")
async def test_tokens_that_are_never_liked_are_an_alarm_and_no_hot_loop(bad_days: BadDays) -> None:
    await bad_days.ask(5)
    await bad_days.place.settle()
    asking = bad_days.place.side.asking
    asked = bad_days.place.standin.api.calls[asking]
    endpoint, kind, code, cure = NEVER_LIKED[bad_days.place.lies_on]
    bad_days.place.standin.faults.add(endpoint, kind, **code)
    bad_days.place.at += timedelta(minutes=5)
    with structlog.testing.capture_logs() as lines:
        await bad_days.leads(2)
        await bad_days.passes(timedelta(minutes=30), step=timedelta(seconds=10))
    assert bad_days.place.standin.api.calls[asking] - asked <= 2 + 5, "after 1, 2, 4, 8 and 16 minutes"
    told = logged(lines, "the platform refuses us until an administrator acts")
    assert 1 <= len(told) <= 31 and cure in told[0]["cause"]
    bad_days.place.standin.faults.clear()
    bad_days.place.at += timedelta(minutes=32)
    await bad_days.drained(within=DRAIN)
    for rep in bad_days.reps:  # the offers, and the reminders that came due meanwhile
        assert len(bad_days.offers(rep)) == len(set(bad_days.offers(rep))) >= 2, rep


@pytest.mark.failure("P5")
@pytest.mark.parametrize("number", range(5))
async def test_what_an_administrator_must_mend(bad_days: BadDays, number: int) -> None:
    """One try a minute, one line a minute that says what to do, and everything arrives once it is mended."""
    place = bad_days.place
    endpoint, code, cure = MENDED[place.lies_on][number % len(MENDED[place.lies_on])]
    place.standin.api.invalidate_tokens()
    place.at += timedelta(days=1)  # the first token is old
    kind = "errcode" if place.lies_on == "wecom" else "code"
    place.standin.faults.add(endpoint, kind, **{kind: code})
    with structlog.testing.capture_logs() as lines:
        await bad_days.leads(2)
        await bad_days.passes(timedelta(minutes=10), step=timedelta(seconds=10))
    tries = place.bot.metrics.count(
        "leadbot_platform_calls_total", platform=place.lies_on, api=endpoint, code=str(code)
    )
    assert 1 <= tries <= (5 if endpoint == place.side.asking else 10 + AT_ONCE)
    told = logged(lines, "the platform refuses us until an administrator acts")
    assert 1 <= len(told) <= 11 and all(cure in line["cause"] for line in told)
    status, found = await place.api("GET", "/messages?state=queued")
    assert status == 200 and any(cure in (item["error"] or "") for item in found["items"])
    place.standin.faults.clear()
    place.at += timedelta(minutes=17)
    await bad_days.drained(within=DRAIN)
    assert [len(bad_days.offers(rep)) for rep in bad_days.reps] == [2] * len(bad_days.reps)


@pytest.mark.failure("P6")
@pytest.mark.parametrize("kind", ["html_200", "empty", "truncated", "http_502", "string_errcode"])
async def test_an_answer_that_is_none(bad_days: BadDays, kind: str) -> None:
    await bad_days.ask(5)
    await bad_days.place.settle()
    bad_days.place.standin.faults.add(bad_days.place.side.sending, kind, times=10)
    await bad_days.ask(20)
    await bad_days.place.settle()
    assert (await bad_days.states()).get("unknown", 0) == (0 if kind == "string_errcode" else 10)
    await bad_days.drained(within=DRAIN)
    await bad_days.assert_answered_once_or_told()


@pytest.mark.failure("P6")
async def test_a_number_that_nobody_knows_is_told_and_not_repeated(bad_days: BadDays) -> None:
    bad_days.place.standin.faults.add(bad_days.place.side.sending, "errcode", errcode=77777, times=1)
    await bad_days.ask(2)
    await bad_days.place.settle()
    _, found = await bad_days.place.api("GET", "/messages?state=failed")
    assert [item["attempts"] for item in found["items"]] == [1] and "77777" in found["items"][0]["error"]


@pytest.mark.failure("P7")
@pytest.mark.parametrize("how", ["hidden", "gone"])
async def test_who_did_not_get_it_is_recorded_person_by_person(bad_days: BadDays, how: str) -> None:
    """One lead, twenty reps, two out of reach: their rows say so, a helper is told, the others have it."""
    place = bad_days.place
    _out_of_reach(place, how, "rep03", "rep11")
    no = await place.mql()
    _, found = await place.api("GET", "/messages?state=failed")
    assert sorted(item["to"] for item in found["items"]) == ["rep03", "rep11"]
    assert all("可见范围" in item["error"] for item in found["items"])
    reached = [rep for rep in bad_days.reps if no in words(place.standin.chat(rep))]
    assert reached == [rep for rep in bad_days.reps if rep not in ("rep03", "rep11")]
    told = words(place.standin.chat("admin"))
    assert "销售3没有收到" in told and "销售11没有收到" in told and f"关于 {no} 的" in told


def _out_of_reach(place: Town, how: str, *reps: str) -> None:
    """The platform knows these people no more, or does not let the app reach them."""
    company = place.standin.company
    if how == "hidden":
        company.hidden.update(reps)
    elif place.lies_on == "wecom":
        company.unlicensed.update(reps)
    else:
        for rep in reps:
            del company.members[rep]


@pytest.mark.failure("P7")
@pytest.mark.platforms("dingtalk")
async def test_of_equal_words_to_many_each_outcome_is_the_readers_own(tmp_path: Path) -> None:
    """One call for twenty: one is unknown there, one gets too much just now, and eighteen have it at once."""
    members = {f"rep{number:02}": (f"销售{number}", "rep", "华东") for number in range(20)}
    members["admin"] = ("管理员", "admin", "")
    async with town(tmp_path, members=members, platform="dingtalk", template="") as place:
        place.standin.company.hidden.add("rep03")
        place.standin.company.flow_controlled.add("rep11")
        no = await place.mql()
        at_once = {rep for rep in members if rep != "admin" and no in words(place.standin.chat(rep))}
        assert at_once == set(members) - {"admin", "rep03", "rep11"}
        _, found = await place.api("GET", "/messages?state=failed")
        assert [item["to"] for item in found["items"]] == ["rep03"] and "可见范围" in found["items"][0]["error"]
        assert "销售3没有收到" in words(place.standin.chat("admin"))
        place.standin.company.flow_controlled.clear()
        await place.later(minutes=2)
        place.at += timedelta(seconds=61)
        await place.settle()
        assert words(place.standin.chat("rep11")).count(no) == words(place.standin.chat("rep00")).count(no)
