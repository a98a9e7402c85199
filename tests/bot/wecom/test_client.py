"""Calling WeCom: one token for all and never asked for in a loop; each error number has one clear meaning."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.calling import NotReached
from bot.pace import AT_ONCE
from bot.platform import CodeGone, SendLater, SendRefused
from bot.wecom.errors import WeComError
from tests.bot.wecom.line import Line, message
from tests.town import town


async def test_fifty_calls_at_once_ask_for_one_token(line: Line) -> None:
    await asyncio.gather(*(line.client.user_get("lisi") for _ in range(50)))
    assert line.calls == {"gettoken": 1, "user/get": 50}


async def test_fifty_calls_that_find_the_token_ended_ask_for_one_more(line: Line) -> None:
    await line.client.user_get("lisi")
    line.at += 600
    line.standin.api.invalidate_tokens()
    await asyncio.gather(*(line.client.user_get("lisi") for _ in range(50)))
    assert line.calls["gettoken"] == 2
    assert line.answers[0] == 1 + 1 + 50 + 1


@pytest.mark.parametrize("kind", ["http_502", "cut_before", "empty", "errcode"])
async def test_fifty_calls_share_a_failure_too(line: Line, kind: str) -> None:
    line.standin.faults.add("gettoken", kind)
    ends = await asyncio.gather(*(line.client.user_get("lisi") for _ in range(50)), return_exceptions=True)
    assert all(isinstance(end, NotReached | WeComError) for end in ends)
    assert line.calls["gettoken"] <= 1 and line.calls["user/get"] == 0
    line.standin.faults.clear()
    assert (await line.client.user_get("lisi"))["name"] == "李四"


async def test_a_token_is_kept_for_its_two_hours_and_renewed_before_they_end(line: Line) -> None:
    for minutes, asked in ((0, 1), (110, 1), (8, 2), (100, 2)):
        line.at += minutes * 60
        await line.client.user_get("lisi")
        assert line.calls["gettoken"] == asked
    assert not line.answers[42001], "no call was ever made with an old token"


@pytest.mark.parametrize("code", [40014, 42001, 40001])
async def test_a_token_called_invalid_is_fetched_anew_once_and_the_call_repeated(line: Line, code: int) -> None:
    await line.client.user_get("lisi")
    line.at += 60
    line.standin.faults.add("message/send", "errcode", errcode=code, times=1)
    await line.client.send(message())
    assert line.calls["gettoken"] == 2 and line.arrived() == 1


async def test_media_renew_the_token_as_well(line: Line) -> None:
    media = await line.client.media_upload("file", "a.txt", b"0123456789")
    for _ in range(2):
        line.at += 60
        line.standin.api.invalidate_tokens()
        assert (await line.client.media_get(media))[1] == b"0123456789"
        line.at += 60
        line.standin.api.invalidate_tokens()
        assert await line.client.media_upload("file", "b.txt", b"0123456789")
    assert line.calls["gettoken"] == 5
    with pytest.raises(WeComError, match="40007"):
        await line.client.media_get("unknown")


async def test_a_platform_that_never_likes_its_tokens_is_asked_twice_and_then_an_alarm(line: Line) -> None:
    line.standin.faults.add("message/send", "errcode", errcode=42001)
    for _ in range(20):
        with pytest.raises(SendLater):
            await line.platform().send(message())
    assert line.calls["gettoken"] == 1 and line.calls["message/send"] == 0, "the stand-in counts what it acts on"
    line.at += 6
    ends = await asyncio.gather(*(line.platform().send(message()) for _ in range(20)), return_exceptions=True)
    assert any(isinstance(end, SendRefused) and end.alarm and "access_token" in str(end) for end in ends)
    assert all(isinstance(end, SendLater | SendRefused) for end in ends)
    assert line.calls["gettoken"] == 2
    before = line.answers[42001]
    for _ in range(360):
        line.at += 10
        with pytest.raises(SendRefused):
            await line.platform().send(message())
    assert line.calls["gettoken"] <= 2 + 6, "in the hour after it: after 1, 2, 4, 8, 16 and 32 minutes"
    assert line.answers[42001] - before <= 6 * 2
    line.standin.faults.clear()
    line.at += 3600
    await line.platform().send(message())
    assert line.arrived() == 1


@pytest.mark.failure("P4")
async def test_two_hundred_calls_that_find_the_token_ended_share_the_next_one(line: Line) -> None:
    await line.client.user_get("lisi")
    line.at += 600
    line.standin.api.invalidate_tokens()
    bodies = [message(f"第 {number} 条") for number in range(200)]
    ends = await asyncio.gather(*(line.platform().send(body) for body in bodies), return_exceptions=True)
    assert line.calls["gettoken"] == 2
    assert not any(isinstance(end, BaseException) for end in ends)
    assert line.answers[40014] <= AT_ONCE, "whoever waited for a slot used the new one"


async def test_a_wrong_secret_is_an_alarm_and_never_a_ban(line: Line) -> None:
    """WeCom bans the address after some wrong secrets (page 90313); the stand-in does after five."""
    client = line.new_client(secret="canary-wrong")
    for _ in range(12):
        for end in await asyncio.gather(
            *(line.platform(client).send(message()) for _ in range(5)), return_exceptions=True
        ):
            assert isinstance(end, SendRefused) and end.alarm
            assert "Secret" in str(end) and ".env" in str(end)
        line.at += 10
    assert line.calls["gettoken"] == 2, "after the first minute once more, and then with a growing pause"
    await client.close()
    await line.client.user_get("lisi")


async def test_a_mended_secret_works_at_the_next_pause(line: Line) -> None:
    right, line.standin.company.secret = line.standin.company.secret, "not yet"
    with pytest.raises(WeComError):
        await line.client.user_get("lisi")
    line.standin.company.secret = right
    line.at += 61
    await line.client.user_get("lisi")


@pytest.mark.parametrize(
    ("code", "least", "most"),
    [(-1, None, None), (6000, None, None), (45035, None, None), (45009, 60, 120), (45033, 1, 60)],
)  # fmt: skip
async def test_busy_means_later(line: Line, code: int, least: int | None, most: int | None) -> None:
    line.standin.faults.add("message/send", "errcode", errcode=code, times=1)
    with pytest.raises(SendLater) as caught:
        await line.platform().send(message())
    delay = caught.value.delay
    if least is None or most is None:
        assert delay is None, "the usual growing pauses"
    else:
        assert delay is not None and timedelta(seconds=least) <= delay <= timedelta(seconds=most)
    assert str(code) in str(caught.value) and line.arrived() == 0
    line.at += 120
    await line.platform().send(message())
    assert line.arrived() == 1


@pytest.mark.failure("P3")
@pytest.mark.parametrize(("fault", "code"), [("errcode", 45009), ("http_429", 429)])
async def test_too_often_in_a_burst_stops_it_after_the_calls_in_flight(line: Line, fault: str, code: int) -> None:
    await line.client.user_get("lisi")
    line.standin.faults.add("message/send", fault, errcode=code)
    for _ in range(10):  # a burst of 500, and then a try each six seconds
        ends = await asyncio.gather(*(line.platform().send(message(str(n))) for n in range(50)), return_exceptions=True)
        assert all(isinstance(end, SendLater) and end.delay and end.delay.total_seconds() >= 60 for end in ends)
        line.at += 6
    assert line.answers[code] <= AT_ONCE
    line.standin.faults.clear()
    line.at += 2
    await line.platform().send(message())


async def test_too_many_at_once_halves_what_is_tried_at_once(line: Line) -> None:
    await line.client.user_get("lisi")
    for most in (AT_ONCE, AT_ONCE // 2, AT_ONCE // 4):
        line.standin.faults.add("message/send", "slow", seconds=0.05)
        await asyncio.gather(*(line.platform().send(message(str(n))) for n in range(16)))
        assert line.standin.faults.most_at_once == most
        line.standin.faults.clear()
        line.standin.faults.add("message/send", "errcode", errcode=45033, times=1)
        with pytest.raises(SendLater):
            await line.platform().send(message())
        line.at += 6
    for number in range(200):
        await line.platform().send(message(f"gut {number}"))
    line.standin.faults.clear()
    line.standin.faults.add("message/send", "slow", seconds=0.05)
    await asyncio.gather(*(line.platform().send(message(str(n))) for n in range(16)))
    assert line.standin.faults.most_at_once == AT_ONCE, "with good answers it grows again"


@pytest.mark.failure("P5")
@pytest.mark.parametrize("code", [60020, 50003, 301002, 48002])
async def test_what_an_administrator_must_mend_is_tried_once_a_minute(line: Line, code: int) -> None:
    await line.client.user_get("lisi")
    line.standin.faults.add("message/send", "errcode", errcode=code)
    for _ in range(60):  # ten minutes
        ends = await asyncio.gather(*(line.platform().send(message(str(n))) for n in range(9)), return_exceptions=True)
        assert all(isinstance(end, SendRefused) and end.alarm and str(code) in str(end) for end in ends)
        line.at += 10
    assert line.answers[code] <= AT_ONCE + 10
    await line.client.user_get("lisi")


async def test_too_often_closes_that_endpoint_and_no_other(line: Line) -> None:
    line.standin.faults.add("message/send", "errcode", errcode=45009, times=1)
    for _ in range(10):
        with pytest.raises(SendLater):
            await line.platform().send(message())
    assert line.answers[45009] == 1, "the other nine were not even tried"
    await line.client.user_get("lisi")
    line.at += 62
    await line.platform().send(message())


@pytest.mark.parametrize(
    ("code", "kind", "alarm"),
    [
        (40003, SendRefused, False), (81013, SendRefused, False), (60111, SendRefused, False),
        (60020, SendRefused, True), (301002, SendRefused, True), (43012, SendRefused, True),
        (99999, SendRefused, False), (60140, CodeGone, False),
    ],
)  # fmt: skip
async def test_what_will_never_be_taken_says_why(line: Line, code: int, kind: type[Exception], alarm: bool) -> None:
    line.standin.faults.add("*", "errcode", errcode=code)
    line.standin.faults.add("gettoken", "slow", seconds=0)
    line.standin.faults._active.reverse()
    with pytest.raises(kind) as caught:
        await line.platform().send(message())
    assert getattr(caught.value, "alarm", False) is alarm
    assert str(code) in str(caught.value)


async def test_the_administrator_hears_of_a_wrong_secret_in_the_log(tmp_path: Any, caplog: Any, capsys: Any) -> None:
    def wrong(text: str) -> str:
        return text.replace("secret: env:WECOM_SECRET", "secret: canary-wrong-secret")

    async with town(tmp_path, settings=wrong) as acme:
        no = await acme.mql()
        await acme.later(minutes=3)
        _, found = await acme.api("GET", "/messages?state=queued")
        waiting = [item for item in found["items"] if "Secret" in (item["error"] or "")]
        assert waiting, (no, found)
        assert acme.standin.api.calls["gettoken"] <= 3
    told = capsys.readouterr()
    assert "Secret 不对" in told.out + told.err + caplog.text
    assert "canary-wrong-secret" not in told.out + told.err + caplog.text
