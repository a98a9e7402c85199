"""products.csv is read as Excel writes it, and every slip is told with its line and cure."""

import pytest

from config.document import BadDocument
from config.products import products_of, read_products

HEAD = "编号,名称,别名,单位,单价,最低价,最大折扣\n"


def test_a_file_as_people_keep_it(tmp_path):
    file = tmp_path / "products.csv"
    text = HEAD + '# 注释\nCAM-500,工业相机 500 万,工业相机；相机,台,"8,800",7000.50,10\nLENS-25,25mm 镜头,,,1280.5,,\n'
    for encoding in ("utf-8-sig", "gbk"):
        file.write_bytes(text.encode(encoding))
        camera, lens = read_products(file)
        assert (camera.sku, camera.price, camera.floor, camera.max_off) == ("CAM-500", 880_000, 700_050, 1000)
        assert camera.aliases == ("工业相机", "相机") and camera.unit == "台"
        assert (lens.price, lens.floor, lens.max_off, lens.unit) == (128_050, None, None, "件")
    assert read_products(tmp_path / "none.csv") == []


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("A,甲,,台,8800.555,,", "p.csv:2:1: price: is '8800.555'"),
        ("A,甲,,台,-5,,", "price: is '-5'"),
        ("A,甲,,台,0,,", "price: is '0'"),
        ("A,甲,,台,八千,,", "price: is '八千'"),
        ("A,甲,,台,100,120,", "min_price: is above the price"),
        ("A,甲,,台,100,,200", "max_discount: is '200'"),
        ("A 1,甲,,台,100,,", "sku: is 'A 1'"),
        ("A,,,台,100,,", "name: must have"),
        ("A,甲,,台,100,,\nA,乙,,台,100,,", "p.csv:3:1: sku: 'A' stands in line 2 already"),
        ("A,甲,相机,台,100,,\nB,乙,相机,台,100,,", "'相机' means the product of line 2 already"),
        ("A,甲,,台,100,,,多", "has 8 values for 7 columns"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(lines, told):
    with pytest.raises(BadDocument) as refused:
        products_of(HEAD + lines, "p.csv")
    assert told in str(refused.value)


def test_the_heading_is_looked_at_first():
    for head, told in (("sku,name,prise\n", "prise: unknown column"), ("sku,name\n", "price: this column is missing")):
        with pytest.raises(BadDocument) as refused:
            products_of(head + "A,甲,3\n", "p.csv")
        assert told in str(refused.value)
