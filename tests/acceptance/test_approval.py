"""Consent in DingTalk's OA, for a visit, and by whoever covers: once, for what stands now, by the right person."""

import asyncio
from datetime import timedelta

import pytest

from bot.consent import turn_of
from tests.acceptance.test_products import sell
from tests.acceptance.test_quote import in_chat, opportunity
from tests.conftest import NOW
from tests.town import town, words

RULES = """
approvals:
  discount: {kind: discount, label: 折扣超过 10% 要主管同意, over: 10, by: team_lead, process: PROC-DISCOUNT,
    fields: {编号: no, 客户: customer, 金额: amount, 优惠: discount, 明细: lines, 理由: reason}}
  contract: {kind: contract, label: 合同要主管同意, by: team_lead}
  visit: {kind: visit, label: 出差拜访要主管同意, by: team_lead}
"""


@pytest.fixture
async def acme(tmp_path, platform, database):
    async with town(tmp_path, platform=platform, database=database, rules=lambda text: text + RULES) as place:
        await sell(place)
        yield place


async def told(acme, instance, *, result="agree", remark="", by="chenjing"):
    """The OA decides, and tells it as it does: the step of a person, then the end."""
    acme.standin.office.decide(instance, result)
    common = {"processInstanceId": instance, "processCode": "PROC-DISCOUNT", "title": "王磊提交的折扣申请"}
    await acme.standin.event("bpms_task_change", type="finish", result=result, staffId=by, remark=remark, **common)
    await acme.standin.event("bpms_instance_change", type="finish", result=result, staffId="wanglei", **common)
    await acme.settle()


@pytest.mark.only("sqlite")
@pytest.mark.platforms("dingtalk")
@pytest.mark.feature("J1", "J4", "R3")
async def test_the_oa_gets_the_form_once_and_its_word_moves_the_quote_once(acme):
    no, deal = await opportunity(acme)
    shown = words(await acme.text("wanglei", f"报价 {deal} 相机×30 85折 原因 年底冲量"))
    assert "等陈静同意(OA)" in shown
    office = acme.standin.office.approvals
    (instance, form) = next(iter(office.items()))
    assert len(office) == 1 and (form["processCode"], form["originatorUserId"]) == ("PROC-DISCOUNT", "wanglei")
    filled = {one["name"]: one["value"] for one in form["formComponentValues"]}
    assert filled["编号"] == "A2 Q2 第 1 版" and filled["金额"] == "¥224,400" and filled["理由"] == "年底冲量"
    assert "在钉钉「OA 审批」里批" in words(await acme.text("chenjing", "同意 A2"))
    await told(acme, instance)
    await told(acme, instance)  # DingTalk tells again what was not acknowledged in time
    assert "审批 陈静已同意(OA)" in in_chat(acme, "wanglei") and "[发给客户]" in in_chat(acme, "wanglei")
    decided = [item for item in await acme.story(no) if item["kind"] == "approval_decided"]
    assert [(item["by"], item["data"]["way"], item["data"]["agreed"]) for item in decided] == [("chenjing", "oa", True)]

    await acme.text("wanglei", "报价 Q2 相机×30 8折")  # asked for, and changed before the word comes
    second = list(office)[1]
    await acme.text("wanglei", "报价 Q2 相机×30 88折")
    assert office[second]["status"] == "TERMINATED", "nobody decides about what does not stand any more"
    ended = {"processInstanceId": second, "processCode": "PROC-DISCOUNT", "title": "王磊提交的折扣申请"}
    await acme.standin.event("bpms_instance_change", type="terminate", staffId="wanglei", **ended)
    await acme.settle()
    assert "这个结果不算" not in in_chat(acme, "wanglei") and "自己撤回" not in in_chat(acme, "wanglei")

    third = list(office)[2]
    acme.standin.faults.add("workflow/processInstances/terminate", "code", code="Forbidden.AccessDenied", times=1)
    await acme.text("wanglei", "报价 Q2 相机×30 89折")
    assert office[third]["status"] == "RUNNING" and "请在钉钉「审批」里自己撤回" in in_chat(acme, "wanglei")
    await told(acme, third)
    assert "这个结果不算" in in_chat(acme, "wanglei")
    assert "还在等陈静审批" in words(await acme.text("wanglei", "报价 Q2 发送"))
    await told(acme, list(office)[3], result="refuse", remark="先和客户再谈谈")
    assert "审批 陈静驳回(OA):先和客户再谈谈" in in_chat(acme, "wanglei")
    assert len(office) == 4


async def patrol(acme, *, hours, looks):
    """Hours pass and the house is kept, until there have been so many looks at forms in all."""
    acme.at += timedelta(hours=hours)
    acme.bot.schedule.hint("keeping")
    made = "select count(*) from job where corp = 'acme' and kind = 'approval_look'"
    async with asyncio.timeout(30):
        while acme.database.rows(made)[0][0] < looks:  # noqa: ASYNC110 - the rows tell, no flag in memory
            await asyncio.sleep(0.003)
    await acme.settle()


@pytest.mark.only("sqlite")
@pytest.mark.platforms("dingtalk")
@pytest.mark.feature("J1", "J4", "R3")
async def test_a_decision_whose_callback_was_lost_is_found_and_counts_once(acme):
    no, deal = await opportunity(acme)
    await acme.text("wanglei", f"报价 {deal} 相机×30 85折")
    (instance,) = acme.standin.office.approvals
    await patrol(acme, hours=1, looks=1)
    assert "[发给客户]" not in in_chat(acme, "wanglei"), "nobody has decided"
    acme.standin.office.decide(instance, "agree")  # and no word of it comes
    await patrol(acme, hours=1, looks=2)
    assert "[发给客户]" in in_chat(acme, "wanglei")
    await told(acme, instance)  # late, but it comes
    decided = [item for item in await acme.story(no) if item["kind"] == "approval_decided"]
    assert [(item["data"]["way"], item["data"]["agreed"]) for item in decided] == [("oa", True)]


@pytest.mark.only("sqlite")
@pytest.mark.platforms("dingtalk")
@pytest.mark.feature("J1", "J4")
async def test_what_nobody_answers_for_a_working_day_is_asked_of_the_next_too_once(acme):
    no, deal = await opportunity(acme)
    await acme.text("wanglei", f"审批 拜访 {no} 下周三去深圳两天")
    await acme.text("wanglei", f"报价 {deal} 相机×30 85折")
    asked = acme.at
    await acme.until(asked + timedelta(days=1, minutes=-1))
    assert "王磊申请拜访" not in in_chat(acme, "admin") and "还没有结果" not in in_chat(acme, "wanglei")
    await acme.until(asked + timedelta(days=1, minutes=1))
    shown, heard = in_chat(acme, "admin"), in_chat(acme, "wanglei")
    assert "王磊申请拜访 A2" in shown and "陈静还没有回,也请你看看" in shown and "A3" not in shown
    assert "A2(出差拜访要主管同意)等了 1 个工作日还没有结果,已经也请管理员来批" in heard
    assert "A3(折扣超过 10% 要主管同意)等了 1 个工作日还没有结果。它在钉钉「OA 审批」里" in heard
    assert "等陈静、管理员" in words(await acme.text("wanglei", "审批"))
    assert "等你批的 1 件" in words(await acme.text("admin", "审批"))
    await acme.until(asked + timedelta(days=3))
    assert in_chat(acme, "admin").count("陈静还没有回") == 1 and in_chat(acme, "wanglei").count("已经也请") == 1
    assert "已同意" in words(await acme.text("chenjing", "同意 A2"))
    assert "不用再批" in words(await acme.text("admin", "同意 A2"))


@pytest.mark.parametrize(
    ("minutes", "looks"), [(59, 0), (60, 1), (299, 4), (300, 4), (360, 5), (720, 6), (1439, 6), (1440, 7), (4320, 9)]
)
def test_a_form_is_looked_at_by_the_hour_then_by_the_day(minutes, looks):
    assert turn_of(NOW, NOW + timedelta(minutes=minutes)) == looks


@pytest.mark.only("sqlite")
@pytest.mark.platforms("dingtalk")
@pytest.mark.feature("R3")
async def test_an_answer_that_was_lost_is_never_asked_for_again_and_its_word_still_counts(acme):
    _, deal = await opportunity(acme)
    acme.standin.faults.add("workflow/processInstances", "cut_after", times=1)
    await acme.text("wanglei", f"报价 {deal} 相机×30 85折")
    office = acme.standin.office.approvals
    assert len(office) == 1, "DingTalk has it, and we do not know its number"
    assert "已改成请陈静在卡片上批" in in_chat(acme, "wanglei") and "[同意]" in in_chat(acme, "chenjing")
    await told(acme, next(iter(office)))  # the OA was quicker than the card
    assert "[发给客户]" in in_chat(acme, "wanglei")
    assert "不用再批" in words(await acme.text("chenjing", "同意 A2"))


@pytest.mark.only("sqlite")
@pytest.mark.feature("J4", "R3")
async def test_a_visit_is_asked_for_in_one_line_and_whoever_covers_answers(acme):
    no, _ = await opportunity(acme)
    assert "写上客户和事由" in words(await acme.text("wanglei", "审批 拜访"))
    await acme.text("chenjing", "请假 到周五 赵强")
    assert "已提给赵强:拜访" in words(await acme.text("wanglei", f"审批 拜访 {no} 下周三去深圳两天,机票约 2000 元"))
    assert "王磊申请拜访 A2" in in_chat(acme, "zhaoqiang") and "机票约 2000 元" in in_chat(acme, "zhaoqiang")
    assert "等你批的 1 件" in words(await acme.text("zhaoqiang", "审批"))
    assert "驳回要写一句原因" not in words(await acme.text("zhaoqiang", "驳回 A2 先电话沟通"))
    told_ = in_chat(acme, "wanglei")
    assert f"拜访 {no[:1]}{no[1:]}" in told_ and "赵强驳回了:先电话沟通(出差拜访要主管同意" in told_
    assert "已经驳回:先电话沟通" in words(await acme.text("wanglei", "审批"))


@pytest.mark.only("sqlite")
@pytest.mark.feature("J4", "I4")
async def test_whoever_agrees_to_a_contract_sees_its_number_and_amount_and_the_win_asks_which_amount_is_true(acme):
    _, deal = await opportunity(acme)
    await acme.text("wanglei", f"商机 {deal} 金额=50万")
    await acme.text("wanglei", f"合同 {deal} HT-2026-001 24万 付款条件谈好了")
    card = in_chat(acme, "chenjing")
    assert "HT-2026-001" in card and "¥240,000" in card and "付款条件谈好了" in card
    assert "单据 HT-2026-001 等审批" in words(await acme.text("wanglei", f"商机 {deal}"))
    await acme.press("chenjing", "同意")
    assert "单据 HT-2026-001 可以签" in in_chat(acme, "wanglei"), "the deal's card follows"
    asked = words(await acme.text("wanglei", f"赢单 {deal}"))
    assert "[24 万]" in asked and "[50 万]" in asked, "what was hoped for is not what was signed"
    assert "赢单 24 万" in words(await acme.press("wanglei", "24 万"))
