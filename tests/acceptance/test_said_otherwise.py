"""Words as people really type them mean what was meant: nothing lands on another customer, every refusal leads on."""

import re

import pytest

from tests.acceptance.test_pool import pools
from tests.town import town, words

pytestmark = pytest.mark.only("sqlite")
WEST = "  west: {label: 华东线索池, teams: [华东], claim: false}\n"


async def other(acme, number, name="李明", company="上海恒力机械有限公司"):
    """One more qualified lead that 王磊 has taken."""
    no = await acme.mql(name=name, phone=f"1380013810{number}", company=company)
    await acme.text("wanglei", f"领取 {no}")
    return no


async def facts(acme, no, kind):
    """The facts of a kind in a lead's story."""
    return [item for item in await acme.story(no) if item["kind"] == kind]


@pytest.fixture
async def mine(acme):
    """王磊 has taken a lead and talks about it."""
    no = await acme.mql()
    await acme.text("wanglei", f"领取 {no}")
    return acme, no


@pytest.mark.feature("G1")
async def test_undo_takes_back_the_last_act_or_says_what_to_do_instead_and_never_an_older_one(mine):
    acme, no = mine
    await acme.text("wanglei", f"合格 {no}")
    await acme.later(seconds=20)
    deal = re.search(r"O\d+", words(await acme.text("wanglei", f"转商机 {no} 相机 30万")))[0]
    second = await other(acme, 1)
    await acme.later(seconds=20)
    said = words(await acme.text("wanglei", f"回款 {deal} 5万，首付款"))
    assert "合计 ¥50,000" in said
    (cure,) = re.findall(rf"回款 {deal} -\d+", said)
    await acme.later(seconds=20)
    refused = words(await acme.text("wanglei", "撤销"))
    assert f"{no} 的「回款」,这一步不能撤销" in refused and cure in refused
    assert (await acme.lead(second))["owner"] == "wanglei", "what was done before stays"
    assert "合计 ¥0" in words(await acme.text("wanglei", cure))
    await acme.later(seconds=20)
    await acme.text("wanglei", f"跟进 {second} 电话聊了")
    assert "「跟进」已撤销" in words(await acme.text("wanglei", "撤销")), "the last act of all"
    await acme.text("wanglei", "请假 到周五")
    assert "不请了发「销假」" in words(await acme.text("wanglei", "撤销"))


@pytest.mark.feature("I4")
async def test_a_number_without_its_letter_is_never_taken_for_words_about_the_deal_in_focus(mine):
    acme, no = mine
    await acme.text("wanglei", f"合格 {no}")
    deal = re.search(r"O\d+", words(await acme.text("wanglei", f"转商机 {no} 相机 30 万")))[0]
    for line in ("输单 88 价格太高", "赢单 88 50万", "报价 88 相机×3"):
        assert "没有找到 O88" in words(await acme.text("wanglei", line)), line
    (row,) = (await acme.api("GET", "/opportunities"))[1]["items"]
    assert (row["result"], row["amount"]) == ("open", 300000)
    await acme.text("wanglei", f"字段 {no} 预算 40万 城市 上海")
    assert (await acme.lead(no))["city"] == "上海", "no label is swallowed by what stands before it"
    assert "已记为输单:价格太高" in words(await acme.text("wanglei", f"输单 {deal[1:]} 价格太高"))
    refused = words(await acme.text("wanglei", f"跟进 {no} 又打了电话"))
    assert "输单,原因:价格太高" in refused and f"发「重开 {no}」" in refused
    assert f"{deal} 重新打开" in words(await acme.text("wanglei", f"重开 {no}")), "the cure works as it is told"
    assert f"{deal} 赢单 3.5 万" in words(await acme.text("wanglei", "赢单 ¥35,000，客户很满意"))
    assert not re.search("[a-z]", words(await acme.text("wanglei", "反馈")).replace("dtmd", "")), "no names of ours"
    await acme.text("chenjing", "日报")
    await acme.press("chenjing", "点开数字")
    (line,) = re.findall(rf"1\. {no}[^\n]*", words(await acme.press("chenjing", "赢单 1")))
    assert "还没联系" not in line and "赢单" in line


@pytest.mark.feature("G1")
async def test_a_note_that_begins_with_another_customers_name_is_asked_about_first(mine):
    acme, no = mine
    second = await other(acme, 2)
    await acme.text("wanglei", f"看 {no}")
    asked = words(await acme.text("wanglei", "跟进 李总 电话聊了"))
    assert f"记到 {second} 李明" in asked and await facts(acme, no, "followup_logged") == []
    asked = words(await acme.text("wanglei", "恒力的李明要报价,后天给"))
    assert f"记到 {no} 王建国" in asked, "a name in the middle tells nothing"
    asked = words(await acme.text("wanglei", "李明要报价,后天给"))
    assert f"记到 {second} 李明" in asked
    await acme.text("wanglei", "王总说下周再定")
    await acme.press("wanglei", "保存")
    newest, key, _ = acme.side.button("wanglei", "保存", {})
    await acme.standin.click("wanglei", newest, key, selected={})
    await acme.settle()
    assert [item["text"] for item in await facts(acme, second, "followup_logged")] == ["李明要报价,后天给"], (
        "the older card can still be saved"
    )
    assert [item["text"] for item in await facts(acme, no, "followup_logged")] == ["王总说下周再定"]
    await acme.text("wanglei", "记一笔")
    assert "什么都没有变" in words(await acme.text("wanglei", "算了。"))
    assert len(await facts(acme, no, "followup_logged")) == 1
    for line in (f"{second}。", second[1:]):
        assert f"{second} 李明" in words(await acme.text("wanglei", line)), line
    assert "有事随时说" in words(await acme.text("wanglei", "好的,收到"))


@pytest.mark.feature("E9")
async def test_commands_turned_around_in_either_letters_do_what_they_say(mine):
    acme, no = mine
    free = await acme.mql(name="张伟", phone="13800138203")
    assert f"{free} 已领取" in words(await acme.text("wanglei", f"帮我領取{free.lower()}。"))
    assert "一次领一条" in words(await acme.text("wanglei", f"领取 {no} {free}"))
    told = words(await acme.text("wanglei", f"转给 {no} 林达"))
    assert "林达是市场,线索要转给销售或主管" in told
    assert f"{no} 已转给李娜" in words(await acme.text("wanglei", f"把{no}转给李娜,她更熟"))
    (moved,) = await facts(acme, no, "transferred")
    assert moved["data"]["to"] == "lina" and moved["text"] == "她更熟"
    assert "日报 03-17" in words(await acme.text("chenjing", "看看昨天的日报"))
    assert "由他们的主管看" in words(await acme.text("chenjing", "超时 华北"))


@pytest.mark.feature("D8")
async def test_who_may_claim_and_the_way_back_of_what_nobody_has(mine):
    acme, no = mine
    free = await acme.mql(name="张伟", phone="13800138204")
    for user in ("linda", "admin"):
        assert "线索由销售和主管来领" in words(await acme.text(user, f"领取 {free}"))
    assert (await acme.lead(free))["owner"] is None
    assert "请主管指派给销售" in words(await acme.text("linda", f"跟进 {free} 电话聊了"))
    await acme.text("wanglei", f"审批 拜访 {no} 出差两天")
    assert re.search("例如:同意 A[0-9]+。", words(await acme.text("chenjing", "同意")))
    (agree,) = re.findall(r"发「(同意 A\d+)」", words(await acme.text("chenjing", "审批")))
    assert "已同意" in words(await acme.text("chenjing", agree)), "the example is the one that waits"
    await acme.text("wanglei", f"无效 {no} 空号")
    twice = words(await acme.text("wanglei", f"无效 {no} 空号"))
    assert "已经是「无效」" in twice and "接着跟进" not in twice and "发「新线索 姓名 电话」" in twice
    await acme.text("wanglei", "新线索 王建国 13800138000")
    await acme.press("wanglei", "记为再次咨询")
    assert f"{no} 已领取" in words(await acme.text("wanglei", f"领取 {no}"))
    await acme.text("linda", f"沉睡 {free} 半年没回音")
    refused = words(await acme.text("wanglei", f"跟进 {free} 电话聊了"))
    assert "现在也不能领取" in refused and "请市场发「培育" in refused
    await acme.text("linda", f"培育 {free} 又有动静")
    assert f"{free} 已领取" in words(await acme.text("wanglei", f"领取 {free}"))


@pytest.mark.feature("O3")
async def test_a_leave_named_for_later_stays_and_another_backup_really_takes_over(mine):
    acme, no = mine
    await acme.text("wanglei", "请假 10月1日到10月7日")
    await acme.later(minutes=1)
    assert "由陈静顶班" in words(await acme.text("wanglei", "请假到周五"))
    await acme.later(minutes=1)
    assert no in words(await acme.text("chenjing", "我的"))
    assert "由李娜顶班" in words(await acme.text("wanglei", "请假 到周五 李娜顶班。"))
    await acme.later(minutes=1)
    assert no in words(await acme.text("lina", "我的")) and "还没有线索" in words(await acme.text("chenjing", "我的"))
    await acme.text("lina", f"看 {no}")
    assert f"记到 {no}" in words(await acme.text("lina", "刚打了,下周再联系")), (
        "the cover speaks of it as the owner does"
    )
    back = words(await acme.text("wanglei", "销假"))
    assert "欢迎回来" in back and "10-01 周四 00:00起的请假还留着" in back
    assert "都取消了" in words(await acme.text("wanglei", "销假")) and "不用销假" in words(
        await acme.text("wanglei", "销假")
    )
    for line, until in (
        ("请假 三天", "03-20 周五"),
        ("请假 20号到25号", "03-25 周三"),
        ("请假 4月20日到25日", "04-25 周六"),
    ):
        assert f"请假到 {until}" in words(await acme.text("wanglei", line)), line


@pytest.mark.feature("F3")
async def test_the_numbers_of_lists_open_what_stands_beside_them(tmp_path, platform):
    def rules(text):
        west = "\nassignment:\n  rules:\n    - {name: 西, by: claim, pool: west, when: {region: [苏州]}}\n"
        return pools(more=WEST)(text) + west

    async with town(tmp_path, platform=platform, rules=rules) as acme:
        kept = await acme.mql(city="苏州")
        free = await acme.mql(name="张伟", phone="13800138204")
        assert ((await acme.lead(kept))["pool"], (await acme.lead(free))["pool"]) == ("west", "public")
        shown = words(await acme.text("wanglei", "線索池"))
        assert f"1. {free} 张伟" in shown and kept not in shown
        assert f"{free} 张伟" in words(await acme.text("wanglei", "第一条"))
        assert f"{free} 已领取" in words(await acme.text("wanglei", "领取 1"))
        sleeping = await acme.mql(name="孙八", phone="13800138209")
        await acme.text("wanglei", f"领取 {sleeping}")
        await acme.text("wanglei", f"沉睡 {sleeping} 明年再说")
        today = words(await acme.text("wanglei", "待办"))
        assert "今天要跟进 1 条" in today and sleeping not in today
        for number in range(10):
            await acme.text("wanglei", f"新线索 张三 1380013830{number}")
            await acme.later(seconds=10)
        assert "今天要跟进 11 条,最急的 10 条" in words(await acme.text("wanglei", "待办"))


@pytest.mark.feature("H1")
async def test_what_is_taken_back_leaves_the_promises_as_they_were(mine):
    acme, no = mine
    await acme.later(minutes=1)
    await acme.text("wanglei", f"退回 {no} 没空")
    await acme.later(minutes=1)
    await acme.text("wanglei", "撤销")
    clocks = (await acme.api("GET", "/clocks"))[1]["items"]
    assert {(one["name"], one["state"]) for one in clocks if one["lead"] == no and one["state"] != "met"} == {
        ("claim", "cancelled"), ("first_contact", "running")
    }  # fmt: skip
    assert "「首次联系」" in words(await acme.text("wanglei", f"申请延期 {no}")), "not the one that was cancelled"
    late = await acme.mql(name="张伟", phone="13800138204")
    await acme.later(hours=7)
    assert late in words(await acme.text("chenjing", "超时"))
    await acme.text("chenjing", f"转给 {late} 李娜")
    assert "没有超时" in words(await acme.text("chenjing", "超时"))
    await acme.text("chenjing", "撤销")
    assert late in words(await acme.text("chenjing", "超时")), "nobody has caught up on it"


@pytest.mark.feature("G1")
async def test_a_slip_of_the_finger_is_one_record_and_is_answered(mine):
    acme, no = mine
    await acme.press("wanglei", "没人接")
    await acme.later(seconds=5)
    assert "没有再记" in words(await acme.press("wanglei", "没人接"))
    assert len(await facts(acme, no, "followup_logged")) == 1
    await acme.later(minutes=2)
    await acme.press("wanglei", "没人接")
    assert len(await facts(acme, no, "followup_logged")) == 2, "somebody who calls again"


@pytest.mark.feature("B5")
async def test_a_merge_undone_after_the_claim_does_not_ask_for_the_claim_again(acme):
    kept = await acme.mql(name="张伟", phone="13800138301")
    await acme.text("lina", f"领取 {kept}")
    gone = await acme.mql(name="张伟", phone="13800138302")
    await acme.later(minutes=20)
    await acme.text("lina", f"退回 {kept} 没空")  # its claim is due later than the other's, which runs on when merged
    await acme.text("chenjing", f"合并 {kept} {gone}")
    await acme.text("wanglei", f"领取 {kept}")
    await acme.later(minutes=5)
    assert "已撤销" in words(await acme.text("chenjing", f"撤销合并 {gone}"))
    await acme.later(hours=7)
    clocks = (await acme.api("GET", "/clocks"))[1]["items"]
    claims = [one["state"] for one in clocks if one["lead"] == kept and one["name"] == "claim"]
    assert set(claims) <= {"met", "cancelled"}, claims


@pytest.mark.feature("G1")
async def test_a_payment_for_a_deal_whose_amount_nobody_has_filled_in_reads_as_such(mine):
    acme, no = mine
    await acme.text("wanglei", f"合格 {no}")
    deal = re.search(r"O\d+", words(await acme.text("wanglei", f"转商机 {no} 相机")))[0]
    await acme.text("wanglei", f"回款 {deal} 1万")
    assert "金额 还没填,已回款 1 万" in words(await acme.text("wanglei", f"商机 {deal}"))
