"""What people type is made even, what is wrong is told, and who is known is known everywhere."""

import pytest

from tests.lists import counts, csv_text, import_file
from tests.town import MQL, words


@pytest.mark.feature("B1")
async def test_three_spellings_of_a_number_are_one_person_on_the_card(acme):
    numbers = {
        await acme.capture(name="张三", phone=phone)
        for phone in ("１３８ ００００-０００１", "+86 138 0000 0001", "13800000001")
    }
    assert len(numbers) == 1
    lead = await acme.lead(numbers.pop())
    assert lead["enquiries"] == 3
    await acme.text("chenjing", f"看 {lead['no']}")
    assert "138****0001" in words(acme.standin.chat("chenjing"))


@pytest.mark.feature("B1")
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("0512-65566778转8006", "(0512) 6556 6778-8006"),
        ("400-820-8820", "４００ ８２０ ８８２０"),
        ("+852 9123 4567", "00852-91234567"),
    ],
)
async def test_landlines_with_extensions_and_400_numbers_are_found_again(acme, one, other):
    assert await acme.capture(name="李四", phone=one) == await acme.capture(name="李四", phone=other)


@pytest.mark.feature("B10")
@pytest.mark.parametrize(
    ("left", "why"),
    [
        ({"phone": "1380013800"}, "位数不对"),
        ({"phone": "12345678901"}, "号段不存在"),
        ({"phone": "13333333333"}, "测试号码"),
        ({"phone": "", "email": "x1@mailinator.com"}, "一次性邮箱"),
        ({"name": "测试", "company": "测试", "need": "测试"}, "测试数据"),
    ],
)
async def test_an_invalid_lead_is_greyed_with_its_reason_and_starts_no_promise(acme, left, why):
    no = await acme.mql(**left)
    lead = await acme.lead(no)
    assert lead["flaw"] == why and lead["stage"] == "new"
    _, clocks = await acme.api("GET", f"/clocks?lead={no}")
    assert clocks["items"] == []
    assert not [m for m in acme.standin.chat("wanglei") if m.kind == "card"]
    await acme.text("admin", f"看 {no}")
    assert f"无效:{why} · 不计时限,不计成本" in words(acme.standin.chat("admin"))


@pytest.mark.feature("B10")
async def test_a_bad_number_beside_a_good_address_is_only_marked_and_a_correction_heals(acme):
    no = await acme.capture(name="王五", phone="1380013", email="wangwu@corp.cn")
    assert ((await acme.lead(no))["flaw"], (await acme.lead(no))["phone_flaw"]) == ("", "位数不对")
    no = await acme.mql(phone="1380013")
    assert (await acme.lead(no))["flaw"] == "位数不对"
    await acme.api("PATCH", f"/leads/{no}", phone="13800138055")
    assert (await acme.lead(no))["flaw"] == "" and (await acme.lead(no))["stage"] == "mql"


@pytest.mark.feature("C2")
async def test_a_number_tells_the_city_until_somebody_says_another(acme):
    mobile = await acme.capture(name="赵六", phone="13594000001")
    landline = await acme.capture(name="钱七", phone="023-67891234")
    assert (await acme.lead(mobile))["city"] == (await acme.lead(landline))["city"] == "重庆"
    await acme.capture(name="赵六", phone="13594000001", city="成都")
    assert (await acme.lead(mobile))["city"] == "成都"
    typed = await acme.capture(name="孙八", phone="13594000002", city="杭州")
    await acme.capture(name="孙八", phone="13594000002", city="宁波")
    assert (await acme.lead(typed))["city"] == "杭州", "what somebody typed first is not overwritten"


@pytest.mark.feature("B1")
async def test_industry_and_product_are_known_by_the_rules(tmp_path):
    from tests.town import town

    def words_of(text: str) -> str:
        return text.replace("claims:", "cleaning:\n  products: {工业相机: [相机, 镜头]}\nclaims:", 1)

    async with town(tmp_path, rules=words_of) as place:
        lead = await place.lead(await place.mql(company="苏州微光生物医药有限公司"))
        assert (lead["industry"], lead["product"]) == ("生物医药", "工业相机")


@pytest.mark.feature("B2", "B3")
@pytest.mark.ask("AS10", "AS11", "AS12")
@pytest.mark.parametrize("place", ["pool", "owned", "qualified", "invalid", "merged"])
async def test_wherever_a_person_is_the_next_enquiry_finds_them(acme, place):
    no = await acme.mql()
    if place != "pool":
        await acme.text("wanglei", f"领取 {no}")
    if place == "qualified":
        await acme.text("wanglei", f"合格 {no}")
    if place == "invalid":
        await acme.text("wanglei", f"无效 {no} 同行")
    if place == "merged":
        second = await acme.capture(name="王工", phone="13700137000")
        await acme.text("admin", f"合并 {no} {second}")
        assert await acme.capture("百度", phone="13700137000", need="第二个产品") == no
    assert await acme.capture("百度", phone=MQL["phone"], need="另一个产品,想要报价") == no
    told = words(await acme.text("lina", f"查重 {MQL['phone']}"))
    assert no in told and ("王磊" in told or place in ("pool", "invalid"))
    assert "另一个产品,想要报价" in [item["text"] for item in await acme.story(no)]


@pytest.mark.feature("B3")
@pytest.mark.only("sqlite")
async def test_the_check_tells_owner_stage_and_last_touch_and_the_number_to_whom_it_belongs(acme):
    no = await acme.mql()
    await acme.text("wanglei", f"领取 {no}")
    await acme.text("wanglei", f"跟进 {no} 电话聊了报价")

    async def told(user):
        return words(await acme.text(user, f"查重 {MQL['phone']}")).replace(f"「{MQL['phone']}」", "")

    assert f"王磊:{no}(详情不在你的范围) · 销售已接 · 最近 今天 10:20" in await told("lina")
    assert "王建国" not in await told("lina") and "8000" not in await told("lina")
    assert f"{no} 王建国" in await told("linda") and "138****8000" in await told("linda")
    assert "13800138000 · 销售已接" in await told("wanglei")
    await acme.text("wanglei", f"转商机 {no} CRM 5万")
    assert "商机 · 最近 今天 10:20" in await told("lina"), "who was converted blocks no look"
    other = await acme.mql(phone="13900139000", name="李敏")
    await acme.text("wanglei", f"领取 {other}")
    await acme.text("wanglei", f"无效 {other} 空号")
    said = words(await acme.text("wanglei", "查重 13900139000"))
    assert f"{other} 李敏" in said and "无效" in said and "再来咨询会自动重新打开" in said


@pytest.mark.feature("N2", "B3")
@pytest.mark.ask("AS16")
async def test_five_namesakes_stay_five_people(acme):
    listed = [("张伟", f"1380013810{number}") for number in range(3)]
    report = await import_file(acme, "old.csv", csv_text(("姓名", "手机"), *listed))
    assert counts(report) == (3, 3, 0, 0)
    numbers = ["L1001", "L1002", "L1003"]
    for number in range(2):
        await acme.text("wanglei", f"新线索 张伟 1390013910{number} 想要报价")
    numbers += ["L1004", "L1005"]
    await acme.text("wanglei", "跟进 L1004 只和这一位聊过")
    for no in numbers:
        told = "只和这一位聊过" in [item["text"] for item in await acme.story(no)]
        assert (await acme.lead(no))["name"] == "张伟" and told == (no == "L1004")


@pytest.mark.feature("B5")
async def test_a_second_number_and_address_are_kept_and_lead_to_the_person(acme):
    no = await acme.capture(name="周九", phone="13800138077", email="zhou@corp.cn")
    await acme.capture("百度", phone="13900139077", email="zhou@corp.cn")
    assert await acme.capture("抖音", phone="13900139077") == no
    lead = await acme.lead(no)
    assert lead["phone"].endswith("8077") and lead["enquiries"] == 3
