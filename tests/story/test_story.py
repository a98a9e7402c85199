"""Two hundred real companies ask; they are captured, claimed and worked by chat, and every promise is kept."""

import random
from collections import Counter
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.story.people import NOTES, SOURCES, companies, customer
from tests.town import town, words

SHANGHAI = ZoneInfo("Asia/Shanghai")
ENDS = ("worked", "worked", "worked", "qualified", "invalid", "released", "transferred")


def generous(text):
    """One person may take as many as the story gives them in a day."""
    return text.replace("per_day: 50", "per_day: 1000").replace("holding: 200", "holding: 2000")


@pytest.mark.feature("A8", "F1", "G1", "G2", "H1", "N1", "N2")
async def test_a_story_of_real_companies(tmp_path, platform, soak, record_property):
    count = 2000 if soak else 200 if platform == "wecom" else 60  # the same story; one of them is told at length
    reps = {f"rep{number:03}": (f"销售{number:03}", "rep", "华东") for number in range(10)}
    managers = {"chenjing": ("陈静", "manager", "华东"), "admin": ("管理员", "admin", "")}
    chance = random.Random(200)
    ends: dict[str, tuple[str, str]] = {}  # lead → (what became of it, who has it)
    promised: dict[str, datetime] = {}  # lead → when the next step rings
    async with town(tmp_path, members={**reps, **managers}, rules=generous, platform=platform) as acme:
        names = list(reps)
        for number, company in enumerate(companies(count)):
            rep = names[number % len(names)]
            no = await acme.capture(SOURCES[number % 5], **customer(number, company))
            if number % 2:
                claimed = words(await acme.text(rep, f"领取 {no}"))
                assert f"{no} 已领取" in claimed, claimed
            else:
                await acme.press(rep, "领取")
                assert (await acme.lead(no))["owner"] == rep, words(acme.standin.chat(rep)[-4:])
            note, ahead, channel = NOTES[number % len(NOTES)]
            await log_by_chat(acme, rep, no, note, as_draft=number % 3 == 0)
            told = [item for item in await acme.story(no) if item["kind"] == "followup_logged"]
            assert [(item["text"], item["data"]["kind"], item["by"]) for item in told] == [(note, channel, rep)]
            if ahead is not None:
                promised[no] = instant(acme.at, ahead)
                assert datetime.fromisoformat((await acme.lead(no))["next_step_at"]) == promised[no], (note, acme.at)
            end = chance.choice(ENDS)
            owner = await finish(acme, rep, no, end, names)
            if end in ("invalid", "released"):
                promised.pop(no, None)
            ends[no] = (end, owner)
            await acme.later(seconds=chance.choice((20, 40, 70)))
            await in_working_time(acme)
        await everything_is_true(acme, ends, promised, names)
        record_property("story", f"{count} leads, {sum(map(len, acme.standin.chats.messages.values()))} messages")


async def log_by_chat(acme, rep, no, note, *, as_draft):
    """The rep writes what happened: as a command, or in free words that are confirmed with one tap."""
    if not as_draft:
        assert f"已记到 {no}" in words(await acme.text(rep, f"跟进 {no} {note}"))
        return
    asked = words(await acme.text(rep, note))
    assert f"记到 {no} " in asked and note in asked, asked
    assert f"已记到 {no}" in words(await acme.press(rep, "保存"))


async def finish(acme, rep, no, end, names):
    """What becomes of the lead today; returns who has it then ("" for nobody)."""
    if end == "qualified":
        assert "已转为合格线索" in words(await acme.text(rep, f"合格 {no}"))
    elif end == "invalid":
        assert "已标为无效:同行" in words(await acme.text(rep, f"无效 {no} 同行"))
    elif end == "released":
        assert "退回" in words(await acme.text(rep, f"退回 {no} 不在我的区域"))
        return ""
    elif end == "transferred":
        other = names[(names.index(rep) + 1) % len(names)]
        assert "转给" in words(await acme.text(rep, f"转给 {no} 销售{other[3:]}"))
        return other
    return rep


def instant(now, ahead):
    """The instant that (days ahead, hour, minute) is, seen from now."""
    days, hour, minute = ahead
    return datetime.combine(now.astimezone(SHANGHAI).date() + timedelta(days=days), time(hour, minute), SHANGHAI)


async def in_working_time(acme):
    """The story goes on in working hours, when leads are offered at once."""
    local = acme.at.astimezone(SHANGHAI)
    if local.hour == 12 or (local.hour == 13 and local.minute < 30):
        await acme.until(local.replace(hour=13, minute=30))
    elif local.hour >= 17:
        days = 3 if local.weekday() == 4 else 1
        await acme.until(datetime.combine(local.date() + timedelta(days=days), time(9, 5), SHANGHAI))


async def everything_is_true(acme, ends, promised, names):
    """The store, the chats and the promises agree with what was done."""
    wanted = {"worked": "sal", "qualified": "sql", "invalid": "invalid", "released": "mql", "transferred": "sal"}
    for no, (end, owner) in ends.items():
        lead = await acme.lead(no)
        assert (lead["stage"], lead["owner"] or "") == (wanted[end], owner), (no, end)
        facts = Counter(item["kind"] for item in await acme.story(no))
        assert (facts["captured"], facts["claimed"], facts["followup_logged"]) == (1, 1, 1), (no, facts)
    last = max(promised.values())
    await acme.until(last + timedelta(minutes=1))
    for no, at in promised.items():
        (rang,) = [item for item in await acme.story(no) if item["kind"] == "reminded"]
        assert datetime.fromisoformat(rang["at"]) == at, "at its minute, once"
    await acme.later(minutes=5)
    _, found = await acme.api("GET", "/messages?state=failed")
    assert found["items"] == []
    assert [drop.why for drop in acme.standin.chats.dropped] == []
    for rep in names[:3]:
        told = words(await acme.text(rep, "我的"))
        assert f"共 {sum(owner == rep and end != 'invalid' for end, owner in ends.values())} 条" in told, told
