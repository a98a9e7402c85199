"""Consent in WeCom's own 审批: handed over once, looked for when cut off, and only what stands now is decided."""

from datetime import timedelta

import pytest

from sandbox.wecom.approval import Control
from tests.acceptance.test_approval import patrol
from tests.acceptance.test_products import sell
from tests.acceptance.test_quote import in_chat, opportunity
from tests.town import town, words

FIELDS = "{编号: no, 客户: customer, 金额: amount, 优惠: discount, 明细: lines, 理由: reason}"
RULES = f"""
approvals:
  discount: {{kind: discount, label: 折扣超过 10% 要主管同意, over: 10, template: 3TkaDiscount, fields: {FIELDS}}}
  contract: {{kind: contract, label: 合同要主管同意, template: 3TkaDiscount, fields: {FIELDS}}}
  visit: {{kind: visit, label: 出差拜访要主管同意, template: 3TkaVisit, fields: {{编号: no, 事由: reason}}}}
"""
pytestmark = [pytest.mark.only("sqlite"), pytest.mark.platforms("wecom")]


@pytest.fixture
async def acme(tmp_path, platform, database):
    async with town(tmp_path, platform=platform, database=database, rules=lambda text: text + RULES) as place:
        app = place.standin.api.approvals
        names = (("编号", "Text", True), ("客户", "Text", True), ("金额", "Money", True), ("优惠", "Text", False),
                 ("明细", "Textarea", False), ("理由", "Textarea", True), ("备注", "Selector", False))  # fmt: skip
        controls = [Control(f"{kind}-15{n:09}", title, kind, must) for n, (title, kind, must) in enumerate(names)]
        app.publish("3TkaDiscount", "特价和合同", *controls)
        app.publish("3TkaVisit", "拜访", Control("item-1", "编号"), Control("item-2", "事由", "Textarea", True))
        await sell(place)
        yield place


def sheets(acme):
    return list(acme.standin.api.approvals.sheets.values())


async def told(acme, number, *, agreed=True, speech="", by="chenjing"):
    """Somebody decides in WeCom, and WeCom tells."""
    acme.standin.api.approvals.decide(number, by, agreed=agreed, speech=speech)
    await acme.standin.approval_moved(number, 2 if agreed else 3)
    await acme.settle()


@pytest.mark.feature("J1", "J4", "R3")
async def test_the_form_is_handed_over_once_its_word_counts_once_and_can_be_taken_back(acme):
    no, deal = await opportunity(acme)
    shown = words(await acme.text("wanglei", f"报价 {deal} 相机×30 85折 原因 年底冲量"))
    assert "等陈静同意(OA)" in shown
    (sheet,) = sheets(acme)
    filled = {one["title"][0]["text"]: one["value"] for one in sheet.contents}
    assert sheet.creator == "wanglei" and filled["金额"] == {"new_money": "224400"}
    assert filled["编号"] == {"text": "A2 Q2 第 1 版"} and filled["理由"] == {"text": "年底冲量"}
    assert "在企业微信「审批」里批" in words(await acme.text("chenjing", "同意 A2"))
    await acme.standin.approval_moved(sheet.number, 5)  # 催办: nothing is decided
    await acme.settle()
    assert "[发给客户]" not in in_chat(acme, "wanglei")
    await told(acme, sheet.number, speech="可以,只此一次")
    await acme.standin.approval_moved(sheet.number, 2)  # told again
    await acme.settle()
    assert "审批 陈静已同意(OA)" in in_chat(acme, "wanglei") and "[发给客户]" in in_chat(acme, "wanglei")
    decided = [item for item in await acme.story(no) if item["kind"] == "approval_decided"]
    assert [(item["by"], item["data"]["way"], item["data"]["agreed"]) for item in decided] == [("chenjing", "oa", True)]

    acme.standin.api.approvals.take_back(sheet.number)
    for _ in range(2):
        await acme.standin.approval_moved(sheet.number, 8)
        await acme.settle()
    assert in_chat(acme, "wanglei").count("的同意在企业微信「审批」里撤销了") == 1
    assert "同意以后又撤销了" in words(await acme.text("wanglei", "下单 Q2")), "nothing goes on without it"
    story = [item["kind"] for item in await acme.story(no)]
    assert (story.count("approval_decided"), story.count("approval_withdrawn")) == (1, 1)

    await acme.text("wanglei", "报价 Q2 相机×30 86折")
    second = sheets(acme)[1]
    await told(acme, second.number, agreed=False, speech="先和客户再谈谈")
    assert "审批 陈静驳回(OA):先和客户再谈谈" in in_chat(acme, "wanglei")
    await acme.text("wanglei", "报价 Q2 相机×30 87折")
    third = sheets(acme)[2]
    acme.standin.api.approvals.decide(third.number, "chenjing", agreed=True)  # and no word of it comes
    await patrol(acme, hours=1, looks=4)
    await acme.text("wanglei", "下单 Q2")
    acme.standin.api.approvals.take_back(third.number)
    await acme.standin.approval_moved(third.number, 8)
    await acme.settle()
    for user in ("wanglei", "chenjing"):
        assert "可是它已经往下走了" in in_chat(acme, user), "what is ordered stays ordered, and people are told"


@pytest.mark.feature("J1", "J4", "R3")
async def test_what_has_changed_is_void_in_wecom_which_people_must_take_back_themselves(acme):
    no, deal = await opportunity(acme)
    await acme.text("wanglei", f"报价 {deal} 相机×30 85折")
    await acme.text("wanglei", "报价 Q2 相机×30 88折")
    first, second = sheets(acme)
    assert "请在企业微信「审批」里自己撤回" in in_chat(acme, "wanglei") and first.status == 1
    assert "A2(Q2 第 1 版)作废了,不用批" in in_chat(acme, "chenjing")
    await told(acme, first.number)
    assert "这个结果不算" in in_chat(acme, "wanglei")
    assert "还在等陈静审批" in words(await acme.text("wanglei", "报价 Q2 发送"))
    await told(acme, second.number)
    assert "[发给客户]" in in_chat(acme, "wanglei")

    assert "已提给企业微信「审批」" in words(await acme.text("wanglei", f"合同 {deal} HT-1 50万"))
    again = words(await acme.text("wanglei", f"合同 {deal} HT-1 60万"))
    assert "¥600,000" in again and "上次提的 A4 作废了" in again
    assert "A4(O" in in_chat(acme, "chenjing") and len(sheets(acme)) == 4
    await told(acme, sheets(acme)[2].number)
    assert "等审批" in words(await acme.text("wanglei", f"合同 {deal}")), "half a million is not what is signed"
    await told(acme, sheets(acme)[3].number)
    assert "可以签" in words(await acme.text("wanglei", f"合同 {deal}"))
    acme.standin.api.approvals.take_back(sheets(acme)[2].number)
    await acme.standin.approval_moved(sheets(acme)[2].number, 8)
    await acme.settle()
    assert "可以签" in words(await acme.text("wanglei", f"合同 {deal}")), "an old form takes nothing back"
    acme.standin.api.approvals.take_back(sheets(acme)[3].number)
    await acme.standin.approval_moved(sheets(acme)[3].number, 8)
    await acme.settle()
    assert "被驳回" in words(await acme.text("wanglei", f"合同 {deal}"))

    await acme.text("wanglei", f"审批 拜访 {no} 下周三去深圳")
    assert "上次提的 A6 作废了" in words(await acme.text("wanglei", f"审批 拜访 {no} 改成下周四去深圳"))
    assert len(sheets(acme)) == 6 and "A6(拜访" in in_chat(acme, "chenjing")
    await told(acme, sheets(acme)[5].number)
    assert f"拜访 {no}" in in_chat(acme, "wanglei")


@pytest.mark.feature("J4", "R3")
async def test_a_hand_over_that_was_cut_off_is_looked_for_and_what_does_not_fit_goes_on_by_card(acme):
    _, deal = await opportunity(acme)
    acme.standin.faults.add("oa/applyevent", "cut_after", times=1)
    await acme.text("wanglei", f"报价 {deal} 相机×30 85折")
    assert len(sheets(acme)) == 1 and "等陈静同意(OA)" in in_chat(acme, "wanglei")
    await acme.later(minutes=2)
    assert len(sheets(acme)) == 1 and acme.standin.api.calls["oa/applyevent"] == 1, "found, not handed over again"
    await told(acme, sheets(acme)[0].number)
    assert "[发给客户]" in in_chat(acme, "wanglei")

    acme.standin.faults.add("oa/applyevent", "cut_before", times=1)
    await acme.text("wanglei", "报价 Q2 相机×30 84折")
    assert len(sheets(acme)) == 1
    await acme.later(minutes=2)
    assert len(sheets(acme)) == 2, "it was not there, so it is handed over"

    acme.standin.api.approvals.templates["3TkaDiscount"] = (
        "特价",
        (Control("Text-1", "编号"), Control("Text-2", "客户")),
    )
    await acme.text("wanglei", "报价 Q2 相机×30 83折")
    heard = in_chat(acme, "wanglei")
    assert "审批模板里没有控件「金额」,有的是:编号、客户" in heard and "已改成请陈静在卡片上批" in heard
    assert "[同意]" in in_chat(acme, "chenjing") and len(sheets(acme)) == 2
    acme.standin.api.approvals.allowed = False
    await acme.text("wanglei", "报价 Q2 相机×30 82折")
    assert "可调用接口的应用" in in_chat(acme, "wanglei") and len(sheets(acme)) == 2
    asked = acme.at
    acme.standin.api.approvals.allowed = True
    await acme.text("wanglei", "审批")
    await acme.until(asked + timedelta(minutes=30))
    assert len(sheets(acme)) == 2, "what goes on by card is not handed over later"
