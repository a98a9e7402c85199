"""A quote in one line of chat: by which price list, whose consent it needs, what must be said before it goes."""

import re

import pytest

from tests.acceptance.test_products import sell
from tests.town import town, words

PROMOTIONS = """
promotions:
  summer: {label: 春季促销, percent: 10, begins: 2026-03-01, ends: 2026-03-19, products: [CAM-500]}
quotes: {seller: 杭州明眸光学有限公司, valid_days: 14, note: 款到发货}
"""


@pytest.fixture
async def acme(tmp_path, platform, database):
    def rules(text):
        return text + PROMOTIONS

    async with town(tmp_path, platform=platform, database=database, rules=rules) as place:
        await sell(place)
        yield place


async def opportunity(acme, owner="wanglei", product="工业相机"):
    """A lead of this rep with one open opportunity; returns both numbers."""
    no = await acme.mql()
    await acme.text(owner, f"领取 {no}")
    await acme.text(owner, f"合格 {no}")

    told = words(await acme.text(owner, f"转商机 {no} {product}"))
    return no, re.search(r"O\d+", told)[0]


def in_chat(acme, user):
    return words(acme.standin.chat(user))


@pytest.mark.feature("J1", "R3")
async def test_over_the_line_the_leader_is_asked_with_the_rule_and_the_price_list_and_before_that_nothing_goes(acme):
    no, deal = await opportunity(acme)
    shown = words(await acme.text("wanglei", f"报价 {deal} 相机×30 8折;镜头 10个 原因 老客户,年底冲量"))
    assert "Q2 第 1 版" in shown and no in shown and "工业相机 500 万 30 台 × ¥7,040(8折) = ¥211,200" in shown
    assert "价格表 第 1 版" in shown and "等陈静同意" in shown and "发给客户" not in shown.replace("可以发给客户", "")
    card = in_chat(acme, "chenjing")
    assert "王磊申请特价 A2" in card and "折扣超过 10% 要主管同意" in card and "价格表 第 1 版" in card
    assert "老客户,年底冲量" in card and "[同意]" in card and "[驳回]" in card
    assert "还在等陈静审批(折扣超过 10% 要主管同意)" in words(await acme.text("wanglei", "报价 Q2 发送"))
    assert "没有找到 审批" in words(await acme.text("lina", "同意 A2")), "nobody else may"
    assert "是你自己提的" in words(await acme.text("wanglei", "同意 A2"))
    await acme.press("chenjing", "驳回")
    await acme.press("chenjing", "确定驳回", reason="毛利不够")
    assert "审批 陈静驳回:毛利不够" in in_chat(acme, "wanglei")
    assert "被陈静驳回了:毛利不够" in words(await acme.text("wanglei", "报价 Q2 发送"))

    await acme.text("wanglei", "报价 Q2 相机×30 85折;镜头 10个")  # the next version asks anew
    assert "A3" in in_chat(acme, "chenjing")
    await acme.text("wanglei", "报价 Q2 相机×30 88折;镜头 10个")  # changed before anybody has said a word
    assert "内容改过了" in words(await acme.text("chenjing", "同意 A3"))
    await acme.press("chenjing", "同意")
    told = in_chat(acme, "wanglei")
    assert "审批 陈静已同意" in told and "Q2 第 3 版" in told and "[发给客户]" in told
    assert "已经同意了,不用再批" in words(await acme.text("chenjing", "同意 A4")), "twice changes nothing"
    old = words(await acme.text("wanglei", "报价 Q2 第1版"))
    assert "¥7,040(8折)" in old and "旧版,现在是第 3 版" in old
    kinds = [item["kind"] for item in await acme.story(no)]
    assert kinds.count("quoted") == 3 and kinds.count("approval_asked") == 3 and kinds.count("approval_decided") == 2


@pytest.mark.only("sqlite")
@pytest.mark.feature("J5")
async def test_credit_and_a_promotion_that_has_ended_are_said_before_it_goes(acme):
    no, deal = await opportunity(acme)
    assert "授信由主管或管理员登记" in words(await acme.text("wanglei", f"授信 {no} 20万"))
    assert "额度记成 ¥200,000,已用 ¥50,000" in words(await acme.text("chenjing", f"授信 {no} 20万 已用 5万"))
    shown = words(await acme.text("wanglei", f"报价 {deal} 相机×30 春季促销"))
    assert "春季促销) = ¥237,600" in shown and "⚠ 超出客户授信 ¥87,600:额度 ¥200,000,已用 ¥50,000" in shown
    asked = words(await acme.press("wanglei", "发给客户"))
    assert "先看一下:超出客户授信" in asked and "仍然发给客户" in asked
    assert "quote_sent" not in [item["kind"] for item in await acme.story(no)]
    await acme.later(days=2)
    asked = words(await acme.text("wanglei", "报价 Q2 发送"))
    assert "「春季促销」3月19日已经结束,这张报价还按它算的" in asked
    new = words(await acme.text("wanglei", f"报价 {deal} 相机×2 春季促销"))
    assert "Q2 第 2 版" in new and "已经结束,没有算进去" in new and "= ¥17,600" in new and "⚠" not in new
    await acme.text("wanglei", f"输单 {deal} 太贵")
    refused = words(await acme.text("wanglei", "报价 Q2 发送"))
    assert "报价没有发" in refused and f"发「重开 {deal}」" in refused, "nothing goes to a customer who has said no"


@pytest.mark.only("sqlite")
@pytest.mark.feature("J1")
async def test_the_customer_s_paper_is_a_pdf_with_a_link_that_ends(acme):
    no, deal = await opportunity(acme)
    await acme.text("wanglei", f"报价 {deal} 相机×30 9折;网线 5")
    await acme.press("wanglei", "发给客户")
    files = [m for m in acme.standin.chat("wanglei") if "报价单-Q2-第1版.pdf" in words([m])]
    assert len(files) == 1
    if acme.lies_on == "wecom":
        assert files[0].content.startswith(b"%PDF")
    link = in_chat(acme, "wanglei").partition("/q/")[2].split()[0]
    async with acme.http.get(f"/q/{link}", headers={"Authorization": ""}) as answer:
        pdf = await answer.read()
        assert answer.status == 200 and answer.content_type == "application/pdf"
    read = text_of(pdf)
    assert "杭州明眸光学有限公司" in read and "¥237,600" in read and "Q2 第 1 版" in read and "款到发货" in read
    assert "最低价" not in read and "价格表" not in read, "what is ours stays ours"
    assert [item["kind"] for item in await acme.story(no)].count("quote_sent") == 1
    await acme.text("wanglei", "报价 Q2 相机×20")
    async with acme.http.get(f"/q/{link}", headers={"Authorization": ""}) as answer:
        assert answer.status == 410 and "报价已经更新" in await answer.text()
    async with acme.http.get(f"/q/{'x' * 32}", headers={"Authorization": ""}) as answer:
        assert answer.status == 410


def text_of(pdf):
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    page = document[0]
    words_ = page.get_textpage()
    found = words_.get_text_range()
    words_.close()
    page.close()
    document.close()
    return found


@pytest.mark.only("sqlite")
@pytest.mark.platforms("wecom")
@pytest.mark.feature("J1")
async def test_what_is_not_clear_is_asked_back_and_stores_nothing(acme):
    no, deal = await opportunity(acme)
    for typed, told in (
        ("打印机×3", "是不是"), ("相机×-5", "负的"), ("相机×30 -200%", "减不了这么多"), ("相机×0", "要大于 0"),
        ("相机×30 95%", "还是按 95% 收"),
    ):  # fmt: skip
        answer = words(await acme.text("wanglei", f"报价 {deal} {typed}"))
        assert told in answer and "什么都没有存" in answer
    assert "没有找到 O99" in words(await acme.text("wanglei", "报价 O99 相机×1"))
    assert "没有找到" in words(await acme.text("zhaoqiang", f"报价 {deal} 相机×1")), "somebody else's"
    assert "quoted" not in [item["kind"] for item in await acme.story(no)]
    shown = words(await acme.text("wanglei", "报价 相机×1"))  # the lead that they talk about has one opportunity
    assert "Q2 第 1 版" in shown
