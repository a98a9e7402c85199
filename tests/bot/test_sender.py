"""One message that is broken, or a fault of ours while it is handed over, holds up nobody else and is seen."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import update
from sqlmodel import col

from bot.platform import SendUnknown
from store import outbox
from store.queues import Outbox
from store.tx import Tx
from tests.faults.conftest import logged
from tests.town import Town, town, words

LANE = "wecom:member:wanglei"
LOST = (
    update(Outbox)
    .where(col(Outbox.corp) == "acme", col(Outbox.place) == "wanglei")
    .values(state="unknown", body=b'{"touser":"w')
)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Town]:
    async with town(tmp_path) as place:
        yield place


async def ask(office: Town, key: str, **changed: Any) -> None:
    """Something asks for a message to 王磊."""
    row: dict[str, Any] = {"platform": "wecom", "place": "wanglei", "lane": LANE, "card": "help", **changed}

    async def write(tx: Tx) -> None:
        await outbox.ask(tx, key=key, now=office.now(), member_id="wanglei", params={"text": f"你好 {key}"}, **row)

    await office.bot.store.transaction(write)


async def messages(office: Town, state: str) -> list[dict[str, Any]]:
    return list((await office.api("GET", f"/messages?state={state}"))[1]["items"])


@pytest.mark.failure("17")
@pytest.mark.parametrize(
    "changed",
    [{"card": "of-a-later-version"}, {"platform": "dingtalk", "lane": "dingtalk:member:wanglei"}, {"card": "answered"}],
    ids=["unknown card", "platform that is gone", "without its code"],
)
async def test_a_message_that_cannot_be_drawn_holds_up_nobody_else(office: Town, changed: dict[str, str]) -> None:
    with structlog.testing.capture_logs() as lines:
        await ask(office, "broken", **changed)
        assert "最常用" in words(await office.text("lina", "帮助")), "others are answered at once"
        for _ in range(8):
            await office.later(minutes=1)
    assert [item["to"] for item in await messages(office, "failed")] == ["wanglei"]
    assert "王磊没有收到" in words(office.standin.chat("chenjing"))
    assert "最常用" in words(await office.text("wanglei", "帮助")), "and so is its own reader, once it was given up"
    tries = logged(lines, "a message could not be drawn")
    assert 8 == len(tries) == tries[-1]["attempts"] and tries[-1]["failed"]


@pytest.mark.failure("17")
async def test_what_is_uncertain_on_a_platform_that_is_gone_waits_for_a_person(office: Town) -> None:
    for key, platform in (("gone", "dingtalk"), ("here", "wecom")):
        await ask(office, key, platform=platform)
    await office.bot.store.transaction(lambda tx: tx.run(LOST))
    await office.bot.sender.repeat_unknown()
    assert len(await messages(office, "unknown")) == 2, "bytes that no platform understands are not sent"
    await office.text("lina", "帮助")
    assert "结果未知" in words(await office.text("chenjing", "未送达"))


class Bug(Exception):
    """Something that nobody thought of."""


@pytest.mark.failure("17")
async def test_an_error_of_ours_during_the_call_is_uncertain_at_once(office: Town, monkeypatch: Any) -> None:
    wecom = office.bot.platforms["wecom"]
    taken = wecom.send

    async def send(body: bytes) -> Any:
        receipt = await taken(body)
        if b"wanglei" in body:
            raise Bug("secret=hush")
        return receipt

    with monkeypatch.context() as broken, structlog.testing.capture_logs() as lines:
        broken.setattr(wecom, "send", send)
        for user in ("wanglei", "lina"):
            await office.standin.text(user, "帮助")
        await office.settle()
    assert "最常用" in words(office.standin.chat("lina"))
    found = await messages(office, "unknown")
    assert [item["to"] for item in found] == ["wanglei"] and "Bug" in found[0]["error"]
    assert len(logged(lines, "an error of ours while a message was handed over")) == 1
    office.at += timedelta(minutes=1)
    await office.bot.sender.repeat_unknown()
    told = [m for m in office.standin.chat("wanglei") if "最常用" in words([m])]
    assert len(told) == 1, "the same bytes again: the platform recognises them"
    assert await messages(office, "unknown") == []


@pytest.mark.failure("2")
async def test_messages_that_are_sent_again_count_when_they_arrive(office: Town, monkeypatch: Any) -> None:
    """Twenty that were cut off go out again 50 seconds later; ten seconds after that there is no room for 30 more."""

    async def cut(body: bytes) -> Any:
        raise SendUnknown("the line was cut")

    with monkeypatch.context() as broken:
        broken.setattr(office.bot.platforms["wecom"], "send", cut)
        for number in range(20):
            await ask(office, f"cut-{number}", card="note")
            await office.settle()
    assert len(await messages(office, "unknown")) == 20
    office.at += timedelta(seconds=50)
    await office.bot.sender.repeat_unknown()
    office.at += timedelta(seconds=12)
    for number in range(20):
        await ask(office, f"new-{number}", card="note")
    await office.settle()
    for _ in range(3):
        await office.later(minutes=1)
        await office.bot.sender.repeat_unknown()
    told = [message for message in office.standin.chat("wanglei") if not message.mine]
    assert [drop.why for drop in office.standin.chats.dropped if drop.why != "duplicate"] == []
    assert len(told) == 40, "nothing was swallowed for being over 30 a minute"
