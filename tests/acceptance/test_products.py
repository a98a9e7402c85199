"""What things cost: one price list after the other, each kept as it was published."""

import pytest

from bot.commands.pricing import publish
from tests.town import town, words

PRODUCTS = """编号,名称,别名,单位,单价,最低价,最大折扣
CAM-500,工业相机 500 万,工业相机;相机,台,8800,7000,10
LENS-25,25mm 镜头,镜头,个,1280,,
CABLE-5,千兆网线 5 米,网线,根,35.5,,
LIGHT-A,环形光源,光源,个,460,,
"""


async def sell(acme):
    """Publish them as the first price list, without a start."""
    arguments = {"text": PRODUCTS, "file": "products.csv", "from_on": "2026-03-18"}
    await publish(acme.bot.store, arguments, acme.now())


@pytest.mark.only("sqlite")
@pytest.mark.platforms("wecom")
@pytest.mark.feature("J1")
async def test_a_price_list_is_a_version_that_never_changes(tmp_path, database):
    async with town(tmp_path, database=database) as acme:
        assert "还没有产品价格" in words(await acme.text("wanglei", "产品"))
        (acme.folder.products).write_text(PRODUCTS, "utf-8")
        await acme.stop_bot()
        await acme.start_bot()  # the first start with products publishes version 1
        told = words(await acme.text("wanglei", "产品 相机"))
        assert "¥8,800 / 台" in told and "库存:未知" in told and "价格表第 1 版,2026-03-18 起" in told
        assert "10% 以内自己定" in told and "最低价:¥7,000" in told
        near = words(await acme.text("wanglei", "产品 像机"))
        assert "没有叫「像机」的产品" in near and near.count("·") == 3 and "工业相机 500 万" in near
        arguments = {"text": PRODUCTS.replace("8800", "9000"), "file": "products.csv", "from_on": "2026-03-20"}
        done = await publish(acme.bot.store, arguments, acme.now())
        assert done["version"] == 2 and done["lines"] == ["~ CAM-500 工业相机 500 万: ¥8,800 -> ¥9,000"]
        assert "¥8,800" in words(await acme.text("wanglei", "产品 相机")), "it holds from Friday on"
        await acme.later(days=2)
        assert "¥9,000 / 台" in words(await acme.text("wanglei", "产品 相机"))
        status, found = await acme.api("GET", "/products?on=2026-03-18&q=cam-500")
        (camera,) = found["items"]
        assert status == 200 and (found["price_list"], camera["price"], camera["stock"]) == (1, 8800, None)
