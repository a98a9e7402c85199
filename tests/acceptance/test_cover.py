"""Somebody is away, works other hours or hands a lead on: its promises run by the hours of whoever is on duty."""

import pytest

from tests.town import shanghai, town, words

HOURS = """
  others:
    - name: 下午班
      members: [lina]
      hours: {mon: ["13:00-21:00"], tue: ["13:00-21:00"], wed: ["13:00-21:00"], thu: ["13:00-21:00"]}
    - {name: 东京, members: [zhaoqiang], zone: Asia/Tokyo, holidays: none}
"""


def afternoons(text):
    return text.replace("  holidays: china", HOURS.strip("\n") + "\n  holidays: china", 1)


async def contact(place, no):
    _, found = await place.api("GET", "/clocks")
    return next(c for c in found["items"] if c["lead"] == no and c["name"] == "first_contact")


def told(place, user, part):
    return [words([m]) for m in place.standin.chat(user) if part in words([m])]


@pytest.mark.feature("O3", "H4", "E3")
async def test_leave_moves_leads_to_the_backup_and_gives_them_back(tmp_path, platform):
    async with town(tmp_path, platform=platform) as acme:
        no = await acme.mql()
        await acme.text("wanglei", f"领取 {no}")
        said = words(await acme.text("wanglei", "请假 到周五 李娜顶班"))
        assert "请假到 03-20 周五,手上 1 条线索由李娜顶班,到时自动还给你" in said
        (handed,) = told(acme, "lina", "由你顶班")
        assert "王磊请假,1 条线索" in handed and no in handed
        lead = await acme.lead(no)
        assert lead["owner"] == "wanglei", "the owner stays the owner"
        assert no in words(await acme.text("lina", "我的"))
        card = words(await acme.text("lina", f"看 {no}"))
        assert "替王磊顶班" in card and "13800138000" in card and "[打通了]" in card
        await acme.until(shanghai("2026-03-19 09:00"))
        assert len(told(acme, "lina", f"{no} 首次联系时限已用 80%")) == 1
        assert told(acme, "wanglei", f"{no} 首次联系时限") == [], "whoever is away is left in peace"
        await acme.text("lina", f"跟进 {no} 电话聊了,下周一上午9点半再打")
        assert (await contact(acme, no))["state"] == "met"
        await acme.until(shanghai("2026-03-21 00:01"))
        assert "还没有" in words(await acme.text("lina", "我的")), "it is his again"
        await acme.until(shanghai("2026-03-23 08:59"))
        assert told(acme, "wanglei", "欢迎回来") + told(acme, "lina", "回来了") == [], (
            "on a Saturday at midnight nobody is rung"
        )
        await acme.until(shanghai("2026-03-23 09:01"))
        (back,) = told(acme, "wanglei", "欢迎回来")
        assert "李娜替你顶班的 1 条线索还给你了" in back and no in back
        assert len(told(acme, "lina", "王磊回来了")) == 1
        await acme.until(shanghai("2026-03-23 09:30"))
        assert len(told(acme, "wanglei", f"到点了:{no}")) == 1 and told(acme, "lina", "到点了") == []
        kinds = [item["kind"] for item in await acme.story(no)]
        assert kinds.count("cover_began") == 1 and kinds.count("cover_ended") == 1


@pytest.mark.feature("O3", "H7")
@pytest.mark.only("sqlite")
async def test_a_leave_that_begins_at_midnight_wakes_nobody_and_who_is_back_at_night_hears_it_at_once(
    tmp_path, platform
):
    async with town(tmp_path, platform=platform) as acme:
        no = await acme.mql()
        await acme.text("wanglei", f"领取 {no}")
        await acme.text("wanglei", "请假 明天到周五 李娜顶班")
        await acme.until(shanghai("2026-03-19 08:59"))
        assert told(acme, "lina", "由你顶班") == [] and no in words(await acme.text("lina", "我的"))
        await acme.until(shanghai("2026-03-19 09:01"))
        (handed,) = told(acme, "lina", "由你顶班")
        assert "王磊请假,1 条线索到 03-21 周六 00:00 由你顶班" in handed.replace("后天", "03-21 周六"), handed
        await acme.until(shanghai("2026-03-19 21:00"))
        assert "1 条线索还给你了" in words(await acme.text("wanglei", "销假")), "they have asked for it"
        assert told(acme, "lina", "王磊回来了") == []
        await acme.until(shanghai("2026-03-20 09:01"))
        assert len(told(acme, "lina", "王磊回来了")) == 1


@pytest.mark.feature("O3")
async def test_without_a_named_backup_the_team_lead_covers_and_back_early_means_at_once(tmp_path, platform):
    async with town(tmp_path, platform=platform) as acme:
        no = await acme.mql()
        await acme.text("wanglei", f"领取 {no}")
        assert "由陈静顶班" in words(await acme.text("wanglei", "请假 到周五"))
        late = await acme.mql(phone="13700137001", name="刘芳")
        await acme.text("chenjing", f"转给 {late} 王磊")
        assert len(told(acme, "chenjing", "由你顶班")) == 1
        assert [i["data"]["cover"] for i in await acme.story(late) if i["kind"] == "cover_began"] == ["chenjing"]
        await acme.later(minutes=30)
        await acme.text("wanglei", "销假")
        assert "2 条线索还给你了" in told(acme, "wanglei", "欢迎回来,陈静")[0]
        assert len(told(acme, "chenjing", "王磊回来了")) == 1


@pytest.mark.feature("O3")
@pytest.mark.parametrize(
    ("sentence", "answer"),
    [
        ("请假 到昨天", "已经过去了,没有记"),
        ("请假 3月25日到3月20日", "早于第一天,没有记"),
        ("请假 到周五 孙悟空顶班", "没有找到可以顶班的同事「孙悟空」,没有记"),
        ("请假 到周五 李娜顶班", "李娜自己也请假"),
    ],
)
async def test_a_leave_that_cannot_be_is_refused_with_the_reason(tmp_path, platform, sentence, answer):
    async with town(tmp_path, platform=platform) as acme:
        await acme.text("lina", "请假 到周五")
        assert answer in words(await acme.text("wanglei", sentence))
        no = await acme.mql()
        assert "已领取" in words(await acme.text("wanglei", f"领取 {no}"))
        assert "不用销假" in words(await acme.text("wanglei", "销假"))


@pytest.mark.feature("H4")
async def test_promises_run_by_the_hours_of_whoever_has_the_lead_and_the_card_shows_the_sum(tmp_path, platform):
    async with town(tmp_path, platform=platform, rules=afternoons) as acme:
        no = await acme.mql()  # Wednesday 10:20
        await acme.text("wanglei", f"领取 {no}")
        assert (await contact(acme, no))["due_at"] == "2026-03-19T10:20:00+08:00"
        await acme.later(minutes=40)
        await acme.text("wanglei", f"转给 {no} 李娜")
        clock = await contact(acme, no)  # 6 h 50 min of work are left, and she begins at 13:00
        assert clock["due_at"] == "2026-03-18T19:50:00+08:00"
        moved = [item for item in await acme.story(no) if item["kind"] == "clock_moved"]
        assert [item["data"]["because"] for item in moved] == ["transferred"], "visible in the story"
        assert "19:50 前要首次联系" in words(await acme.text("lina", f"看 {no}"))
        await acme.text("lina", "请假 到周五 赵强顶班")
        assert (await contact(acme, no))["due_at"] == "2026-03-19T10:20:00+08:00", (
            "11:00 is noon in Tokyo: 4 h 30 min in the afternoon, and from 8:00 the 2 h 20 min that are left"
        )


@pytest.mark.feature("H4")
async def test_a_foreign_member_is_warned_in_their_own_hours(tmp_path, platform):
    async with town(tmp_path, platform=platform, rules=afternoons) as acme:
        await acme.until(shanghai("2026-03-18 16:30"))  # 17:30 in Tokyo: half an hour left there
        no = await acme.mql(phone="13700137002")
        await acme.text("chenjing", f"转给 {no} 赵强")
        clock = await contact(acme, no)
        assert clock["due_at"] == "2026-03-19T16:30:00+08:00"
        await acme.until(shanghai("2026-03-19 15:00"))
        (warned,) = told(acme, "zhaoqiang", f"{no} 首次联系时限已用 80%")
        assert "还剩" in warned
