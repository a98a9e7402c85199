"""Sums and quantities are read exactly, or not at all."""

import pytest

from leads.price import plain_yuan, sum_of, yuan
from leads.product import named, nearest
from leads.quantity import quantity, thousandths_of
from store.quote import Price


@pytest.mark.parametrize(
    ("said", "fen"),
    [
        ("3000", 300_000), ("3,000.50元", 300_050), ("¥99.9", 9_990), ("5万", 5_000_000), ("五十万", 50_000_000),
        ("1.2万", 1_200_000), ("五十万左右", None), ("10-20万", None), ("3000.555", None), ("很多", None), ("-5", None),
        ("", None),
    ],
)  # fmt: skip
def test_a_sum_is_exact_or_none(said, fen):
    assert sum_of(said) == fen


def test_sums_and_quantities_are_written_as_people_write_them():
    assert [yuan(fen) for fen in (0, 5, 23_760_000, 128_050, -30_000)] == [
        "¥0", "¥0.05", "¥237,600", "¥1,280.50", "-¥300",
    ]  # fmt: skip
    assert (plain_yuan(300_000), plain_yuan(300_050)) == (3000, 3000.5)
    assert [quantity(n) for n in (30_000, 2_500, 125)] == ["30", "2.5", "0.125"]
    assert [thousandths_of(t) for t in ("30", "三十", "2.5", "0.1234", "x")] == [30_000, 30_000, 2_500, None, None]


def test_a_product_is_found_by_what_people_call_it_and_never_guessed():
    products = [
        Price(corp="a", version=1, sku=sku, name=name, aliases=aliases, unit="台", price=100)
        for sku, name, aliases in (
            ("CAM-500", "工业相机 500 万", ["相机"]), ("CAM-900", "工业相机 900 万", []), ("LENS-25", "25mm 镜头", []),
            ("CABLE", "网线", []),
        )
    ]  # fmt: skip
    for words, sku in (("cam-500", "CAM-500"), ("相机", "CAM-500"), ("镜头", "LENS-25"), ("工业相机900万", "CAM-900")):
        assert named(products, words).sku == sku
    assert named(products, "工业相机") is None, "two are called so"
    assert named(products, "") is None
    assert [one.sku for one in nearest(products, "工业像机")][:2] == ["CAM-500", "CAM-900"]
    assert len(nearest(products, "打印机")) == 3
