"""A quote becomes an order once, whatever the ERP does; its number, its reason, deliveries and money come back."""

import asyncio

import pytest

from tests.acceptance.erp import company, minutes, tell
from tests.acceptance.test_quote import in_chat, opportunity
from tests.town import words


@pytest.fixture
async def acme(tmp_path, platform, database):
    async with company(tmp_path, platform, database) as place:
        yield place


async def ordered(acme, text="相机×30 9折", contract=""):
    """A lead whose quote was ordered; returns its number and its opportunity's."""
    no, deal = await opportunity(acme)
    await acme.text("wanglei", f"报价 {deal} {text}")
    await acme.press("wanglei", "下单")
    return no, deal


async def kinds(acme, no):
    return [item["kind"] for item in await acme.story(no)]


@pytest.mark.feature("J2", "J3", "S4")
async def test_one_tap_brings_the_erp_s_number_and_deliveries_and_money_flow_back_once_each(acme):
    no, _deal = await ordered(acme)
    assert "订单 D2,ERP单号 XSD00001" in in_chat(acme, "wanglei")
    (order,) = acme.erp.orders.values()
    assert order["body"]["amount"] == 237600 and order["body"]["lines"] == [
        {"sku": "CAM-500", "quantity": 30, "price": 7920}
    ]
    assert "已经下过单了:D2,对方单号 XSD00001" in words(await acme.text("wanglei", "下单 Q2"))
    assert acme.erp.calls["POST /api/orders"] == 1 and acme.erp.refused == []
    for _ in range(2):
        assert (
            await tell(acme, type="shipment", id="s1", bill_no="XSD00001", state="已发货 20 台", time="1773800000")
            == 200
        )
    first = acme.erp.paid("XSD00001", 100000.0)
    for _ in range(2):  # pushed twice
        assert await acme.erp.tell(first) == 200
    await acme.settle()
    shown = in_chat(acme, "wanglei")
    assert "发货 已发货 20 台" in shown and "回款 ¥100,000 / ¥237,600" in shown
    assert await tell(acme, type="receipt", id="p2", bill_no="D2", amount=138000.5, time="1773800000") == 200
    assert "回款 ¥238,000.50,多收 ¥400.50" in in_chat(acme, "wanglei")
    assert await tell(acme, type="refund", id="r1", bill_no="XSD00001", amount=400.5, time="1773800000") == 200
    assert "回款 ¥237,600,收齐了" in in_chat(acme, "wanglei")
    assert (await kinds(acme, no)).count("payment_received") == 3
    assert (await kinds(acme, no)).count("order_delivered") == 1
    assert await acme.erp.tell({"type": "receipt", "id": "p3"}, secret="guessed-by-somebody") == 403


@pytest.mark.only("sqlite")
@pytest.mark.feature("J2", "S4")
async def test_an_erp_that_is_down_for_an_hour_blocks_nobody_and_gets_the_order_once(acme):
    acme.erp.manner.down = True
    no, _deal = await ordered(acme)
    assert "D2 正在交给ERP" in in_chat(acme, "wanglei") and "会再试 连不上对方" in in_chat(acme, "wanglei")
    assert "跟进" in words(await acme.text("wanglei", f"跟进 {no} 客户催发货")), "nobody waits for it"
    await minutes(acme, 70, step=5)
    assert "一个小时没接住订单了" in in_chat(acme, "admin")
    listed = words(await acme.text("chenjing", "连接"))
    assert "ERP:最近送到 还没有" in listed and "积压 1" in listed and "连不上对方" in listed
    acme.erp.manner.down = False
    await acme.press("chenjing", "重试 ERP")
    assert "订单 D2,ERP单号 XSD00001" in in_chat(acme, "wanglei") and len(acme.erp.orders) == 1
    assert "ERP恢复了" in in_chat(acme, "admin")
    assert "积压 0" in words(await acme.text("chenjing", "连接"))


@pytest.mark.only("sqlite")
@pytest.mark.platforms("dingtalk")
@pytest.mark.feature("J2")
async def test_a_200_with_an_error_is_red_with_the_reason_and_goes_after_it_was_mended(acme):
    no, _deal = await ordered(acme, "相机×1;光源×2")  # the ERP does not know the light
    shown = in_chat(acme, "wanglei")
    assert "🔴 D2 待人工" in shown and "原因 物料 LIGHT-A 不存在" in shown and "🔴 D2 待人工" in in_chat(acme, "admin")
    assert acme.erp.orders == {} and (await kinds(acme, no)).count("order_stuck") == 1
    assert "🔴 待人工 1" in words(await acme.text("chenjing", "连接"))
    acme.erp.goods["LIGHT-A"] = "光源"
    await acme.press("wanglei", "重试")
    assert "订单 D2,ERP单号 XSD00001" in in_chat(acme, "wanglei")


@pytest.mark.only("sqlite")
@pytest.mark.platforms("wecom")
@pytest.mark.feature("J2", "S4")
async def test_an_answer_that_was_lost_never_makes_a_second_order_even_where_the_key_is_forgotten(acme):
    acme.erp.manner.loses, acme.erp.manner.forgets = 1, True
    await ordered(acme)
    await minutes(acme, 5)
    assert "订单 D2,ERP单号 XSD00001" in in_chat(acme, "wanglei") and len(acme.erp.orders) == 1


@pytest.mark.only("sqlite")
@pytest.mark.platforms("wecom")
@pytest.mark.feature("J2", "S4")
async def test_busy_slow_and_nonsense_are_tried_again_and_a_person_may_type_the_number(acme):
    acme.erp.manner.busy = True
    await ordered(acme)
    assert "系统繁忙" in in_chat(acme, "wanglei")
    acme.erp.manner.busy, acme.erp.manner.html = False, True
    await minutes(acme, 3)
    assert "不是 JSON" in in_chat(acme, "wanglei") and acme.erp.orders == {}
    assert "记下了对方单号 SO-7" in words(await acme.text("wanglei", "订单 D2 SO-7"))
    acme.erp.manner.html = False
    await minutes(acme, 10)
    assert acme.erp.orders == {}, "what a person has done is not done again"
    assert "ERP单号 SO-7" in in_chat(acme, "wanglei")


@pytest.mark.only("sqlite")
@pytest.mark.platforms("wecom")
@pytest.mark.feature("J2", "S4")
async def test_an_erp_that_answers_too_late_is_asked_again_under_the_same_key_and_writes_one_order(
    tmp_path, platform, database
):
    async with company(tmp_path, platform, database, finds=False, timeout_s=1) as acme:
        acme.erp.manner.slow = 1.3  # it writes the order, and its answer finds nobody any more
        no, _deal = await ordered(acme)
        shown = in_chat(acme, "wanglei")
        assert "D2 正在交给ERP" in shown and "ERP单号" not in shown
        assert "会再试 对方 1 秒没有回答,不知道收到没有" in shown
        assert "跟进" in words(await acme.text("wanglei", f"跟进 {no} 客户催发货")), "nobody waits for it"
        async with asyncio.timeout(60):
            while not acme.erp.orders:  # noqa: ASYNC110 - the ERP is still at it
                await asyncio.sleep(0.02)
        acme.erp.manner.slow = 0.0
        await minutes(acme, 5)
        assert "订单 D2,ERP单号 XSD00001" in in_chat(acme, "wanglei")
        assert len(acme.erp.orders) == 1 and len(acme.erp.keys) == 2 and len(set(acme.erp.keys)) == 1
        assert (await kinds(acme, no)).count("order_placed") == 1
        assert "积压 0" in words(await acme.text("chenjing", "连接"))


@pytest.mark.only("sqlite")
@pytest.mark.platforms("wecom")
@pytest.mark.feature("J3", "S4")
async def test_payments_are_fetched_too_stock_and_credit_are_shown_and_the_unreadable_is_put_aside(acme):
    _no, deal = await ordered(acme)
    acme.erp.paid("XSD00001", 50000.0)
    acme.erp.paid("XSD99999", 1.0)
    await acme.bot.poller.run_once()
    await acme.settle()
    await minutes(acme, 10)
    assert "回款 ¥50,000 / ¥237,600" in in_chat(acme, "wanglei")
    await tell(acme, type="stock", id="k1", sku="CAM-500", qty=12)
    await tell(acme, type="credit", id="c1", customer="杭州云栖智能科技有限公司", limit=200000, used=150000)
    await tell(acme, type="gossip", id="g1")
    await tell(acme, type="receipt", id="p9", bill_no="XSD00001", amount="很多")
    assert "库存:12 台(ERP,今天 10:30)" in words(await acme.text("wanglei", "产品 相机"))
    shown = words(await acme.text("wanglei", f"报价 {deal} 另做 相机×30"))
    assert "超出客户授信 ¥214,000" in shown and "(ERP,03-18 10:30)" in shown and "只有 12 台(ERP" in shown
    assert "放着没读懂 3" in words(await acme.text("chenjing", "连接"))
    assert "还没有对接" not in words(await acme.text("wanglei", "连接"))


@pytest.mark.only("sqlite")
@pytest.mark.platforms("dingtalk")
@pytest.mark.feature("J2")
async def test_two_taps_at_once_make_one_order(acme):
    no, deal = await opportunity(acme)
    await acme.text("wanglei", f"报价 {deal} 相机×30 9折")
    assert "赢单了,点「下单」就行" in words(await acme.text("wanglei", f"赢单 {deal} 价格合适"))
    message, key, _ = acme.side.button("wanglei", "下单", {})
    await asyncio.gather(*(acme.standin.click("wanglei", message, key, selected={}) for _ in range(3)))
    await acme.settle()
    assert len(acme.erp.orders) == 1 and (await kinds(acme, no)).count("order_placed") == 1
