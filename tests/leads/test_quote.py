"""Quotes are read as reps type them, come to the fen that paper says, and ask for consent exactly over the line."""

from datetime import date

import pytest

from config.selling import SHIPPED, ApprovalRule, Promotion
from leads.errors import Unusable
from leads.quote import demand_of, line_of, off_of, price
from leads.quote_words import Off, Wish, read_wishes
from store.quote import Price

TODAY = date(2026, 6, 15)
SUMMER = Promotion(label="夏季促销", percent=10, begins=date(2026, 6, 1), ends=date(2026, 6, 30), products=("CAM-500",))
SPRING = Promotion(label="春季促销", percent=20, begins=date(2026, 3, 1), ends=date(2026, 3, 31))
AUTUMN = Promotion(label="秋季促销", percent=5, begins=date(2026, 9, 1), ends=date(2026, 9, 30))
PROMOTIONS = {"summer": SUMMER, "spring": SPRING, "autumn": AUTUMN}


def product(sku, name, price, *aliases, **more):
    return Price(corp="acme", version=1, sku=sku, name=name, aliases=list(aliases), unit="台", price=price, **more)


CAMERA = product("CAM-500", "工业相机 500 万", 880_000, "工业相机", "相机", floor=700_000, max_off=1000)
LENS = product("LENS-25", "25mm 镜头", 128_000, "镜头")
CABLE = product("CABLE-5", "千兆网线 5 米", 3_550, "网线")
PRODUCTS = [CAMERA, LENS, CABLE]


def wishes(text):
    return read_wishes(text, PRODUCTS, PROMOTIONS)


@pytest.mark.parametrize(
    ("typed", "sku", "count", "off"),
    [
        ("相机×30 9折", "CAM-500", 30_000, Off(rate=1000)),
        ("相机 30台 打九折", "CAM-500", 30_000, Off(rate=1000)),
        ("相机x30 95折", "CAM-500", 30_000, Off(rate=500)),
        ("工业相机 30台 9.5折", "CAM-500", 30_000, Off(rate=500)),
        ("相机 30 九五折", "CAM-500", 30_000, Off(rate=500)),
        ("相机 三十台 八折", "CAM-500", 30_000, Off(rate=2000)),
        ("相机 30 -5%", "CAM-500", 30_000, Off(rate=500)),
        ("相机 30 优惠12.5%", "CAM-500", 30_000, Off(rate=1250)),
        ("相机×30 立减500", "CAM-500", 30_000, Off(cut=50_000)),
        ("相机×30 立减1.5万", "CAM-500", 30_000, Off(cut=1_500_000)),
        ("相机×30 特价8000", "CAM-500", 30_000, Off(fixed=800_000)),
        ("工业相机 500 万 30", "CAM-500", 30_000, Off()),
        ("工业相机500万×2", "CAM-500", 2_000, Off()),
        ("cam-500 2", "CAM-500", 2_000, Off()),
        ("25mm 镜头 10 个", "LENS-25", 10_000, Off()),
        ("镜头 2.5", "LENS-25", 2_500, Off()),
        ("千兆网线 1,200", "CABLE-5", 1_200_000, Off()),
        ("相机×30 85折", "CAM-500", 30_000, Off(rate=1500)),
    ],
)
def test_a_line_is_read_as_reps_type_it(typed, sku, count, off):
    (wish,) = wishes(typed)
    assert (wish.product.sku, wish.count, wish.off) == (sku, count, off)


def test_several_lines_and_a_discount_for_all():
    for typed in (
        "相机×30 9折; 镜头 10个; 网线 5;整单 95折",
        "相机×30 9折\n镜头 10个\n网线 5\n整单 95折",
        "相机×30 9折,镜头 10个,网线 5,整单95折",
    ):
        found = wishes(typed)
        assert [(one.product.sku, one.count, one.off.rate) for one in found] == [
            ("CAM-500", 30_000, 1000), ("LENS-25", 10_000, 500), ("CABLE-5", 5_000, 500),
        ], typed  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "要报什么"),
        ("打印机×3", "没有叫「打印机」的产品"),
        ("相机×0", "数量是 0"),
        ("相机 0台", "数量是 0"),
        ("相机×-5", "数量是负的"),
        ("相机 -5台", "数量是负的"),
        ("相机", "要多少台"),
        ("相机×30 200%", "还是按 200% 收"),
        ("相机×30 -200%", "减不了这么多"),
        ("相机×30 -100%", "减不了这么多"),
        ("相机×30 0折", "0折 没看懂"),
        ("相机×30 200折", "没看懂"),
        ("相机×30 10折", "没看懂"),
        ("相机×30 89.9折", "没看懂"),
        ("相机×30 95%", "还是按 95% 收"),
        ("相机×99999999999", "不超过一千万"),
        ("镜头 0.1234", "没看懂"),
        ("整单 立减500", "整单只能"),
        ("整单 95折 冬季促销", "整单只能"),
        ("9折", "是哪个产品的"),
        ("相机×30 冬季促销", "「冬季促销」没看懂"),
        ("相机×30台 88折 送支架", "「送支架」没看懂"),
        ("相机 30 送支架", "「送支架」没看懂"),
        ("相机×30 便宜点", "「便宜点」没看懂"),
        ("相机×30 整单 95折", "整单的折扣另写一段"),
    ],
)
def test_what_cannot_be_is_asked_back(typed, told):
    with pytest.raises(Unusable) as refused:
        price(wishes(typed), PROMOTIONS, today=TODAY)
    assert told in refused.value.sentence


def test_an_unknown_product_is_answered_with_the_three_nearest():
    with pytest.raises(Unusable) as refused:
        wishes("工业像机×3")
    assert refused.value.sentence.count("「") == 4 and "「工业相机 500 万」" in refused.value.sentence


def test_a_line_may_not_come_to_nothing():
    for typed in ("网线 1 立减35.5", "网线 1 立减100"):
        with pytest.raises(Unusable, match="不能报"):
            price(wishes(typed), {}, today=TODAY)


@pytest.mark.parametrize(
    ("cost", "count", "rate", "net", "amount"),
    [
        (880_000, 30_000, 1000, 792_000, 23_760_000),
        (9_999, 3_000, 1000, 8_999, 26_997),  # 89.991 → 89.99 each; 269.97, never 269.973
        (5, 1_000, 1000, 5, 5),  # 4.5 fen → 5, half up
        (3_335, 1_000, 1000, 3_002, 3_002),  # 3001.5 → 3002
        (3_550, 2_500, 0, 3_550, 8_875),
        (333, 1_500, 0, 333, 500),  # 499.5 → 500
    ],
)
def test_rounding_is_half_up_to_the_fen_first_the_piece_then_the_line(cost, count, rate, net, amount):
    (line,) = price([Wish(product("X", "甲", cost), count, Off(rate=rate))], {}, today=TODAY).lines
    assert (line.net, line.amount) == (net, amount)
    assert line_of(line.plain()) == line


def test_the_whole_and_what_it_would_be_without_discounts():
    priced = price(wishes("相机×30 9折;镜头 10"), {}, today=TODAY)
    assert (priced.total, priced.full) == (23_760_000 + 1_280_000, 26_400_000 + 1_280_000)
    assert off_of(priced.total, priced.full) == 954


def test_promotions_hold_on_their_days_and_for_their_products():
    (line,) = price(wishes("相机×10 夏季促销"), PROMOTIONS, today=TODAY).lines
    assert (line.net, line.off, line.promotion) == (792_000, 0, "summer")
    (both,) = price(wishes("相机×10 夏季促销 95折"), PROMOTIONS, today=TODAY).lines
    assert (both.net, both.off) == (752_400, 500)
    for typed, told in (
        ("相机×10 春季促销", "「春季促销」3月31日已经结束"), ("相机×10 秋季促销", "9月1日才开始"),
        ("镜头 10 夏季促销", "不包括这个产品"),
    ):  # fmt: skip
        priced = price(wishes(typed), PROMOTIONS, today=TODAY)
        assert told in priced.notes[0] and priced.lines[0].net == priced.lines[0].price
    assert "正在「夏季促销」减 10%" in price(wishes("相机×10"), PROMOTIONS, today=TODAY).notes[0]


@pytest.mark.parametrize(
    ("typed", "rule"),
    [
        ("相机×30 9折", None),  # exactly on the line
        ("相机×30 89折", "discount"),
        ("相机×30 8折", "discount"),  # 20 % is not over 20, and 7,040 not below 7,000
        ("相机×30 立减26400", None),
        ("相机×30 立减26500", "discount"),
        ("相机×30 特价6999", "deep_discount"),
        ("镜头 10 9折", None),
        ("镜头 10 8.9折", "discount"),
        ("镜头 10 79折", "deep_discount"),
        ("网线 3 9折", None),  # 35.50 → 31.95: rounding is nobody's discount
        ("镜头 10 9折;相机×1 7折", "deep_discount"),
        ("相机×10 夏季促销 9折", None),
    ],
)
def test_consent_is_asked_exactly_over_the_line(typed, rule):
    found = demand_of(price(wishes(typed), PROMOTIONS, today=TODAY).lines, SHIPPED)
    assert (found.name if found is not None else None) == rule


def test_without_a_rule_nothing_needs_consent_and_a_lowest_price_asks_the_strictest():
    lines = price(wishes("相机×30 特价100"), {}, today=TODAY).lines
    assert demand_of(lines, {"c": ApprovalRule(kind="contract", label="合同", over=0)}) is None
    assert demand_of(lines, SHIPPED).why == "工业相机 500 万低于最低价"
