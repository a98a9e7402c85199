"""The Stream: nothing is lost and nothing doubled when the gateway says farewell, the line is cut, silent, or fails."""

import asyncio
from collections.abc import AsyncIterator, Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bot.dingtalk import stream
from tests.town import Town, town, words

REPS = {"wanglei": ("王磊", "rep", "华东"), "lina": ("李娜", "rep", "华东"), "admin": ("管理员", "admin", "")}


async def until(true: Callable[[], Any], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - the stand-in has no event for it
            await asyncio.sleep(0.01)


@pytest.fixture
async def acme(tmp_path: Path) -> AsyncIterator[Town]:
    async with town(tmp_path, members=REPS, platform="dingtalk", mode="stream") as place:
        place.standin.gateway.linger = 0.5
        await until(lambda: place.standin.gateway.lines)
        yield place


class Watched(list[Any]):
    """The lines, and how many stood at once."""

    most = 0

    def append(self, line: Any) -> None:
        super().append(line)
        self.most = max(self.most, len(self))


def answers(place: Town, user: str) -> list[str]:
    return [message.text for message in place.standin.chat(user) if not message.mine and message.kind == "text"]


async def test_messages_taps_and_events_come_over_the_line(acme: Town) -> None:
    no = await acme.mql()
    await acme.press("wanglei", "领取")
    assert (await acme.lead(no))["owner"] == "wanglei" and "13800138000" in words([acme.card("wanglei", "打通了")])
    assert no in words(await acme.text("wanglei", f"看 {no}"))
    delivery = await acme.standin.leave("lina")
    assert delivery.status == 200 and "SUCCESS" in delivery.body
    await acme.settle()
    assert "李娜已离开" in words(acme.standin.chat("admin"))
    assert acme.standin.gateway.rubbish == [] and await acme.standin.gateway.ping() == 1


async def test_a_tap_is_acknowledged_with_its_new_card(acme: Town) -> None:
    await acme.mql()
    card = acme.card("wanglei", "领取")
    delivery = await acme.standin.click("wanglei", card, card.buttons()["领取"])
    assert "打通了" in delivery.body and '"response"' in delivery.body
    await acme.settle()
    assert "13800138000" in words([card])


async def test_at_a_farewell_the_new_line_stands_before_the_old_one_goes(acme: Town) -> None:
    gateway = acme.standin.gateway
    gateway.lines = Watched(gateway.lines)
    await gateway.farewell()
    await until(lambda: gateway.opened == 2, 5)
    assert gateway.lines.most == 2, "both stand for a moment"
    for number in range(3):
        delivery = await acme.standin.text("wanglei", "帮助")
        assert delivery.status == 200, (number, delivery)
    await until(lambda: len(gateway.lines) == 1)
    await acme.settle()
    assert len(answers(acme, "wanglei")) == 3


async def test_after_a_cut_a_new_line_stands_within_ten_seconds(acme: Town) -> None:
    for opened in (2, 3):
        acme.standin.gateway.cut()
        await until(lambda wanted=opened: acme.standin.gateway.opened == wanted and acme.standin.gateway.lines, 10)
    assert len(await acme.text("wanglei", "帮助")) == 1


async def test_a_silent_line_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "SILENCE", 0.3)
    async with town(tmp_path, members=REPS, platform="dingtalk", mode="stream") as place:
        place.standin.gateway.ping_every = 0.1
        await until(lambda: place.standin.gateway.lines)
        place.standin.gateway.silence()
        lines = place.standin.gateway.lines
        await until(lambda: lines and not any(line.silent for line in lines))
        assert len(await place.text("wanglei", "帮助")) == 1


async def test_a_failing_gateway_is_tried_with_growing_pauses(acme: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "FIRST_PAUSE", 0.05)
    acme.standin.faults.add("gateway/connections/open", "http_502", times=3)
    before = acme.standin.gateway.opened
    acme.standin.gateway.cut()
    await until(lambda: acme.standin.gateway.opened == before + 1)
    assert len(await acme.text("wanglei", "帮助")) == 1
    pauses = [stream.pause_after(failures) for failures in range(1, 40)]
    assert max(pauses) <= 60 and all(late > early for early, late in pairwise(pauses[:7]))


async def test_pushes_that_come_twice_or_out_of_order_are_one_each(acme: Town) -> None:
    no = await acme.mql()
    await acme.press("wanglei", "领取")
    acme.standin.faults.add("push/robot", "twice", times=2)
    acme.standin.faults.add("push/robot", "hold", times=1)
    for words_of_rep in ("第一句备注", "第二句备注", "第三句备注"):
        await acme.standin.text("wanglei", f"跟进 {no} {words_of_rep}")
    await acme.standin.text("wanglei", "帮助")
    await acme.settle()
    notes = [item["text"] for item in await acme.story(no) if item["kind"] == "followup_logged"]
    assert sorted(notes) == ["第一句备注", "第三句备注", "第二句备注"]


async def test_what_cannot_be_stored_is_not_acknowledged(acme: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    acme.standin.pushes.again, acme.standin.pushes.event_again = (0.2,), (0.2,)

    async def broken(*args: Any, **rest: Any) -> bool:
        raise OSError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("bot.dingtalk.intake.receive", broken)
        assert (await acme.standin.text("wanglei", "帮助")).status == 500
        assert "LATER" in (await acme.standin.leave("lina")).body
    await until(lambda: answers(acme, "wanglei") and "李娜已离开" in words(acme.standin.chat("admin")))


async def test_rubbish_on_the_line_does_not_end_it(acme: Town) -> None:
    (line,) = acme.standin.gateway.lines
    for frame in ("{", "[]", "7", '{"type":"CALLBACK"}', '{"type":"SYSTEM","headers":{"topic":"KEEPALIVE"}}'):
        await line.socket.send_str(frame)
    assert len(await acme.text("wanglei", "帮助")) == 1 and acme.standin.gateway.opened == 1


async def test_an_unknown_topic_is_said_to_be_unknown(acme: Town) -> None:
    (line,) = acme.standin.gateway.lines
    line.subscribed = line.subscribed | {("CALLBACK", "/v1.0/other")}
    delivery = await acme.standin.gateway.push("CALLBACK", "/v1.0/other", {})
    assert delivery.status == 404


async def test_stopping_takes_the_line_down_at_once(acme: Town) -> None:
    async with asyncio.timeout(5):
        await acme.stop_bot()
    await until(lambda: not acme.standin.gateway.lines)
    await acme.start_bot()
    await until(lambda: acme.standin.gateway.lines)
    assert len(await acme.text("wanglei", "帮助")) == 1, "a new line stands, and what comes by it is answered"
