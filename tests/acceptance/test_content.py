"""K7: the library gives three current pieces at a word, each checked before, counted after, and none when expired."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.admin import CommandFailed, ask_server
from config.folder import TEMPLATES
from nurture.sending import Wanted, want
from tests.customers import Recorder, customer
from tests.town import Town, words

pytestmark = [pytest.mark.feature("K7"), pytest.mark.only("sqlite")]
PIECE = """---
title: {title}
subject: "{{公司|贵司}}要的报价"
topic: {topic}
tags: [{tag}]
expires: {expires}
---
{{姓名|您}}好,这是{title}:https://www.example.com/{name}
"""

SHIPPED = len(list((TEMPLATES / "default" / "content").glob("*.md")))  # that a new folder comes with


def write(
    place: Town, name: str, title: str, *, expires: str = "2026-12-31", topic: str = "服务通知", tag: str = "报价"
) -> Path:
    file = place.folder.content / f"{name}.md"
    file.write_text(PIECE.format(title=title, expires=expires, name=name, topic=topic, tag=tag), "utf-8")
    return file


async def office(place: Town, command: str, **more: Any) -> Any:
    """A command of the terminal, handed to the running server."""
    arguments = {"folder": str(place.folder.content), "by": "linda", **more}
    return await asyncio.to_thread(ask_server, place.folder.sock, command, arguments)


async def test_a_word_gives_three_current_pieces_and_a_tap_fills_one_in_for_the_customer(acme: Town) -> None:
    for number, expires in enumerate(("2026-12-31", "2026-06-30", "", "2026-03-17"), 1):
        write(acme, f"quote{number}", f"报价单{number}", expires=expires or "~")
    write(acme, "case", "案例集", tag="案例")
    assert (await office(acme, "content check"))["pieces"] == 5 + SHIPPED
    done = await office(acme, "content publish")
    assert sorted(done["new"]) == ["case", "quote1", "quote2", "quote3", "quote4"]
    assert (await office(acme, "content publish"))["new"] == [], "what says the same is no new version"
    no = await acme.mql()
    await acme.text("lina", f"领取 {no}")
    shown = words(await acme.text("lina", "/素材 报价"))
    assert [f"报价单{number}" in shown for number in (1, 2, 3, 4)] == [True, True, True, False], "4 ended yesterday"
    assert "案例集" not in shown and f"「发给客户」就是发给 {no}" in shown
    got = await acme.press("lina", "发给客户 1")
    assert "王建国好,这是报价单1:" in words(got) and "长按下面这条复制" in words(got)
    (shared,) = [item for item in await acme.story(no) if item["kind"] == "content_shared"]
    assert (shared["by"], shared["text"]) == ("lina", "「报价单1」")
    told = words(await acme.text("lina", "素材 报价单1"))
    assert "发过 1 次,打开 0,点开 0,回复 0,成交 0" in told
    await acme.later(days=2)
    await acme.api("POST", f"/leads/{no}/behaviours", kind="reply")
    for word in ("跟进 {} 电话聊了要报价", "合格 {}", "转商机 {} 工业相机 20万"):
        await acme.text("lina", word.format(no))
    _, deals = await acme.api("GET", "/opportunities")
    assert "赢" in words(await acme.text("lina", f"赢单 {deals['items'][0]['no']} 20万"))
    assert "发过 1 次,打开 0,点开 0,回复 1,成交 1" in words(await acme.text("lina", "素材 报价单1"))
    assert "现在没有和「合同」有关的素材" in words(await acme.text("lina", "素材 合同"))
    _, library = await acme.api("GET", "/content")
    used = {one["name"]: one for one in library["items"]}
    assert (used["quote1"]["sent"], used["quote1"]["used_by"]) == (1, {"lina": 1})
    assert (used["quote1"]["replied"], used["quote1"]["deals"], used["quote2"]["deals"]) == (1, 1, 0)
    assert (used["quote4"]["state"], used["quote2"]["state"]) == ("expired", "current")


@pytest.mark.platforms("wecom")
async def test_an_expired_piece_goes_to_nobody_also_where_it_waits_already(acme: Town) -> None:
    write(acme, "offer", "三月优惠", expires="2026-03-18", topic="产品资讯")
    await office(acme, "content publish")
    recorder = acme.bot.roads.channels["mail"] = Recorder()
    rules = (await acme.bot.context()).rules

    async def wish(tx: Any, number: int, later: timedelta) -> Any:
        lead_id = await customer(tx, number, rules=rules, now=acme.at)
        return await want(
            tx, lead_id, channel="mail", content="offer", topic="news", key=f"o{number}", rules=rules, now=acme.at,
            not_before=acme.at + later,
        )  # fmt: skip

    for number, later in enumerate((timedelta(0), timedelta(hours=3), timedelta(days=1))):
        done = await acme.bot.store.transaction(lambda tx, n=number, at=later: wish(tx, n, at))
        assert isinstance(done, Wanted)
    await acme.later(hours=4)
    await acme.later(days=2)
    rows = acme.database.rows(
        "select key, state, error from outbox where corp = 'acme' and purpose = 'reach' order by id"
    )
    assert [row[:2] for row in rows] == [("o0", "sent"), ("o1", "sent"), ("o2", "stopped")]
    assert "「三月优惠」2026-03-18 就过期了" in rows[2][2]
    assert [letter.subject for letter in recorder.letters] == ["恒力机械要的报价"] * 2
    no = await acme.mql()
    await acme.text("lina", f"领取 {no}")
    assert "现在没有" in words(await acme.text("lina", "素材 优惠"))


@pytest.mark.platforms("wecom")
async def test_what_some_leads_lack_is_refused_with_file_and_line_and_nothing_is_published(acme: Town) -> None:
    await acme.capture(name="", phone="13900139000", need="要报价")
    write(acme, "quote", "报价单")
    bad = acme.folder.content / "bad.md"
    bad.write_text("---\ntitle: 新品\ntopic: 彩票\n---\n{姓名}您好\n{电话号}\n看 http://10.0.0.8/x\n", "utf-8")
    with pytest.raises(CommandFailed, match=r"bad\.md:7:1: the link .* private network"):
        await office(acme, "content publish")
    bad.write_text(bad.read_text("utf-8").replace("http://10.0.0.8/x", "这里"), "utf-8")
    with pytest.raises(CommandFailed) as refused:
        await office(acme, "content publish")
    assert "bad.md:6:1: {电话号} is not known" in str(refused.value)
    assert "bad.md:3:1: topic: the rules have no topic '彩票'; there are: 产品资讯" in str(refused.value)
    bad.write_text("---\ntitle: 新品\n---\n{姓名}您好\n", "utf-8")
    with pytest.raises(CommandFailed, match=r"bad\.md:4:1: \{姓名\} is unknown of 1 leads"):
        await office(acme, "content publish")
    assert acme.database.rows("select count(*) from content where corp = 'acme'") == [(SHIPPED,)]
    bad.unlink()
    assert (await office(acme, "content publish"))["new"] == ["quote"]
    with pytest.raises(CommandFailed, match="no piece nothing"):
        await office(acme, "content retire", name="nothing")
    await office(acme, "content retire", name="quote")
    assert "现在没有" in words(await acme.text("lina", "素材 报价"))


@pytest.mark.platforms("wecom")
async def test_who_does_not_want_it_does_not_get_it_by_hand_either_and_a_file_comes_through_the_api(acme: Town) -> None:
    status, made = await acme.api(
        "POST", "/content", name="leaflet", title="新品单页", text="{姓名|您}好", topic="产品资讯", tags=["新品"]
    )
    assert (status, made["version"]) == (200, 1), made
    form = aiohttp.FormData()
    form.add_field("file", b"%PDF-1.4 leaflet", filename="单页.pdf", content_type="application/pdf")
    async with acme.http.post("/api/v1/content/leaflet/file", data=form) as answer:
        filed = await answer.json()
        assert (answer.status, filed["version"], filed["file"]) == (200, 2, "单页.pdf"), filed
    status, refused = await acme.api("POST", "/content", name="x", title="x", text="看 http://localhost/")
    assert status == 422 and "private network" in refused["detail"]
    no = await acme.mql()
    await acme.text("lina", f"领取 {no}")
    await acme.text("lina", "素材 新品")
    assert f"「新品单页」不能发给 {no}:客户还没有同意接收「产品资讯」" in words(await acme.press("lina", "发给客户 1"))
    await acme.text("lina", f"同意 {no} 产品资讯 展会上当面说的")
    await acme.text("lina", "素材 新品")
    got = await acme.press("lina", "发给客户 1")
    assert "王建国好" in words(got) and "新品单页.pdf" in words(got)
    await acme.text("lina", f"退订 {no} 全部")
    await acme.text("lina", "素材 新品")
    assert "要求不再联系" in words(await acme.press("lina", "发给客户 1"))
