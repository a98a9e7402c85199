"""Marketing drops a file into the chat: two taps later it is content that colleagues send, journeys too."""

from typing import Any

import pytest

from nurture.sending import Wanted, want
from tests.customers import Recorder, customer
from tests.town import Town, words

pytestmark = [pytest.mark.feature("K7"), pytest.mark.only("sqlite")]
JPG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 4
PDF = b"%PDF-1.4 spring" + bytes(200)


async def drop(place: Town, user: str, name: str, body: bytes) -> str:
    """A file where the platform knows files, else a picture."""
    chat = place.standin.chat(user)
    before = len(chat)
    if place.platform == "dingtalk":
        await place.standin.file(user, name, body)
    else:
        await place.standin.picture(user, body)
    await place.settle()
    return words(place.standin.chat(user)[before:])


async def test_a_dropped_file_becomes_content_that_may_be_sent_until_its_day(acme: Town) -> None:
    body = PDF if acme.platform == "dingtalk" else JPG
    assert "由市场和管理员来放" in words(await acme.text("lina", "素材 新增 春季报价"))
    assert "《春季报价》的图片或文件" in words(await acme.text("linda", "素材 新增 春季报价"))
    asked = await drop(acme, "linda", "报价.pdf", body)
    assert "把《春季报价》放进素材库" in asked and "只发给同意过的客户" in asked
    assert "能发到什么时候" in words(await acme.press("linda", "服务通知"))
    told = words(await acme.press("linda", "30 天"))
    assert "《春季报价》放进素材库了:第 1 版,主题「服务通知」,2026-04-17 前能发" in told
    assert "已经放进素材库了" in words(await acme.press("linda", "90 天")), "once"
    no = await acme.mql()
    await acme.text("lina", f"领取 {no}")
    assert "春季报价(第 1 版,04-17 到期)" in words(await acme.text("lina", "素材 春季"))
    got = await acme.press("lina", "发给客户 1")
    assert "王建国好,这是《春季报价》" in words(got) and "/v/" in words(got)
    assert any(message.kind == "file" for message in got), "the file itself is in the rep's hands"
    mail = acme.bot.roads.channels["mail"] = Recorder()
    _, library = await acme.api("GET", "/content")
    (piece,) = [one for one in library["items"] if one["title"] == "春季报价"]
    rules = (await acme.bot.context()).rules

    async def wish(tx: Any) -> Any:
        lead_id = await customer(tx, 1, rules=rules, now=acme.at)
        return await want(
            tx, lead_id, channel="mail", content=piece["name"], topic="service", key="spring", rules=rules, now=acme.at
        )

    assert isinstance(await acme.bot.store.transaction(wish), Wanted)
    await acme.later(minutes=5)
    assert "这是《春季报价》" in mail.letters[0].text and "/v/" in mail.letters[0].text
    await acme.later(days=31)
    assert "现在没有" in words(await acme.text("lina", "素材 春季"))


@pytest.mark.platforms("wecom")
async def test_a_program_is_refused_a_change_of_mind_leaves_nothing_and_a_picture_after_half_an_hour_is_none_of_it(
    acme: Town,
) -> None:
    await acme.text("linda", "素材 新增 坏的")
    await drop(acme, "linda", "", b"MZ" + bytes(300))
    await acme.press("linda", "服务通知")
    assert "《坏的》没放进素材库:这个文件其实是程序" in words(await acme.press("linda", "长期"))
    await acme.text("linda", "素材 新增 算了")
    await drop(acme, "linda", "", JPG)
    assert "没有放进素材库" in words(await acme.press("linda", "不放了"))
    await acme.text("linda", "素材 新增 太晚")
    await acme.later(minutes=31)
    assert "太晚" not in await drop(acme, "linda", "", JPG)
    _, library = await acme.api("GET", "/content")
    assert not {"坏的", "算了", "太晚"} & {one["title"] for one in library["items"]}
