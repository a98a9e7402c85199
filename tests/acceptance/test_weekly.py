"""The week's card: how promises were kept, by the rule they began with, and what marketing promised sales."""

import asyncio
import re

import pytest

from bot.commands.publish import publish
from tests.town import MQL, shanghai, town, words


def promising(text):
    return text + "\nmarketing: {mql_per_week: 5}\n"


async def a_week(place):
    """Four leads: one claimed late, three in time; one of them given back."""
    numbers = [await place.mql(phone=f"1350013500{n}", name=f"客户{n}") for n in range(3)]
    for no in numbers:
        await place.text("wanglei", f"领取 {no}")
        await place.text("wanglei", f"跟进 {no} 电话聊了客户{no}")
    await place.text("wanglei", f"退回 {numbers[0]} 暂时没有需求")
    await place.text("lina", f"领取 {numbers[0]}")
    late = await place.capture("展会", **{**MQL, "phone": "13500135009", "name": "晚客"})
    await place.until(shanghai("2026-03-19 14:30"))
    await place.text("lina", f"领取 {late}")
    return numbers, late


@pytest.mark.feature("H9", "H10")
async def test_the_week_shows_how_promises_were_kept_and_a_tap_the_misses(tmp_path, platform):
    async with town(tmp_path, platform=platform, rules=promising) as acme:
        assert "还没有到期的时限" in words(await acme.text("chenjing", "周报"))
        numbers, late = await a_week(acme)
        card = words(await acme.text("chenjing", "周报"))
        assert "领取 按时 80%,1 次没做到" in card, "five promises of a claim, one of them broken"
        assert "MQL 承诺 5,交付 4,退回率 25%" in card
        assert "展会 0%" in card and "王磊 100%" in card
        listed = words(await acme.press("chenjing", "没做到的 1 条"))
        assert late in listed and not any(no in listed for no in numbers[1:])
        assert "主管和市场用的" in words(await acme.text("wanglei", "周报"))


@pytest.mark.feature("H8", "H9")
async def test_a_changed_rule_does_not_rewrite_what_was_broken(tmp_path, platform):
    async with town(tmp_path, platform=platform) as acme:
        _, late = await a_week(acme)
        before = words(await acme.text("chenjing", "周报"))
        text = re.sub("within: 2h", "within: 9d", acme.folder.rules.read_text("utf-8"), count=1)
        acme.folder.rules.write_text(text, encoding="utf-8")
        arguments = {"text": text, "file": str(acme.folder.rules)}
        assert (await publish(acme.bot.store, arguments, acme.at))["version"] == 2
        (broken,) = [item for item in await acme.story(late) if item["kind"] == "clock_overdue"]
        assert broken["data"]["rules_version"] == 1 and broken["data"]["clock"] == "claim"
        rates = [line for line in before.split("\n") if "按时" in line]
        assert [line for line in words(await acme.text("chenjing", "周报")).split("\n") if "按时" in line] == rates


@pytest.mark.feature("H9", "O4")
async def test_the_card_comes_by_itself_when_work_begins_on_monday(tmp_path, platform):
    async with town(tmp_path, platform=platform) as acme:
        await a_week(acme)
        acme.bot.schedule.hint("keeping")
        async with asyncio.timeout(60):
            while not acme.database.rows("select 1 from due where corp = 'acme' and kind = 'weekly'"):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        await acme.until(shanghai("2026-03-23 09:04"))
        cards = [words([m]) for m in acme.standin.chat("chenjing") if "周报 03-16 到 03-22" in words([m])]
        assert len(cards) == 1 and "领取 按时 80%" in cards[0]
        drills = [words([m]) for m in acme.standin.chat("chenjing") if "如果某人今天离职" in words([m])]
        assert len(drills) == 1 and "王磊:2 线索" in drills[0]
        assert "周报" in words(acme.standin.chat("linda")) and "周报" not in words(acme.standin.chat("wanglei"))
