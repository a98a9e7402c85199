"""A partner's message, forwarded or pasted into chat, becomes a lead with one tap, on both platforms alike."""

import pytest

from tests.town import Town, words

PARTNER = (
    "合作伙伴老周 3/17 18:02\n"
    "客户王建国,杭州云栖智能科技的采购总监,电话13800138000,想要三十台工业相机,预算50万左右,麻烦跟一下"
)
RECORD = (
    "张三和李四的聊天记录\n张三: 你好,贵司做ERP吗\n李四: 做的,您怎么称呼\n"
    "张三: 我是上海启明制造的陈立,手机 137 1234 5678,想了解下报价"
)
FORM = "【转】姓名:黄伟 电话:13612345678 公司:深圳市海纳电子有限公司 需求:想试用你们的系统"


@pytest.mark.feature("A4")
@pytest.mark.parametrize(
    ("text", "name", "phone", "company", "need"),
    [
        (PARTNER, "王建国", "13800138000", "杭州云栖智能科技", "三十台工业相机"),
        (RECORD, "陈立", "13712345678", "上海启明制造", "想了解下报价"),
        (FORM, "黄伟", "13612345678", "深圳市海纳电子有限公司", "想试用你们的系统"),
    ],
)
async def test_a_forwarded_message_is_read_shown_and_kept_with_one_tap(
    acme: Town, text: str, name: str, phone: str, company: str, need: str
) -> None:
    asked = words(await acme.text("wanglei", text))
    assert all(part in asked for part in (name, phone, company, need)), asked
    assert all(f"[{button}]" in asked for button in ("保存", "改", "丢弃")), asked
    assert (await acme.api("GET", "/leads"))[1]["items"] == [], "nothing is kept before the tap"
    await acme.press("wanglei", "保存")
    lead = await acme.lead("L1001")
    assert (lead["name"], lead["phone"], lead["company"], lead["owner"]) == (name, phone, company, "wanglei")
    assert need in lead["need"]
    assert len((await acme.api("GET", "/leads"))[1]["items"]) == 1


@pytest.mark.feature("A4")
async def test_a_forwarded_message_is_corrected_or_thrown_away(acme: Town) -> None:
    await acme.text("wanglei", FORM)
    told = words(await acme.press("wanglei", "改"))
    assert "改好再发一遍" in told and "黄伟" in told
    await acme.text("wanglei", FORM.replace("黄伟", "黄薇"))
    await acme.press("wanglei", "丢弃")
    assert (await acme.api("GET", "/leads"))[1]["items"] == []


@pytest.mark.feature("A4")
async def test_whose_customer_it_is_already_is_said_before_anything_is_kept(acme: Town) -> None:
    await acme.text("lina", "新线索 王建国 13800138000")
    asked = words(await acme.text("wanglei", PARTNER))
    assert "这个号码已经有了:L1001,李娜在跟" in asked and "[记为再次咨询]" in asked
    await acme.press("wanglei", "记为再次咨询")
    lead = await acme.lead("L1001")
    assert (lead["owner"], lead["enquiries"]) == ("lina", 2)
