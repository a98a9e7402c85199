"""A lead's page holds all that belongs to the customer: quotes, orders, each payment, files; by rights."""

import pytest

from tests.acceptance.erp import company, tell
from tests.acceptance.test_quote import opportunity
from tests.browser import Browser
from tests.town import words

JPG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 4


@pytest.mark.only("sqlite")
@pytest.mark.platforms("wecom")
@pytest.mark.feature("N1")
async def test_quotes_orders_money_and_files_stand_on_the_page_for_whoever_may_see_them(tmp_path, platform, database):
    async with company(tmp_path, platform, database) as acme:
        no, deal = await opportunity(acme)
        await acme.text("wanglei", f"报价 {deal} 相机×30 9折")
        await acme.press("wanglei", "下单")
        await tell(acme, type="shipment", id="s1", bill_no="XSD00001", state="已发货 20 台", time="1773800000")
        await tell(acme, type="receipt", id="p1", bill_no="XSD00001", amount=100000, time="1773800000")
        await acme.text("wanglei", f"看 {no}")
        await acme.standin.picture("wanglei", JPG)
        await acme.settle()
        assert "放进" in words(acme.standin.chat("wanglei"))
        page_of = f"/app/leads/{no}"
        async with Browser(acme) as mine, Browser(acme) as theirs, Browser(acme) as market:
            told = await mine.login("wanglei", page_of)
            for part in (
                "Q2 第 1 版 · ¥237,600 已下单", "按 Q2,对方单号 XSD00001,发货 已发货 20 台", "回款 ¥100,000 / ¥237,600",
                f"¥100,000 {deal}", "图片", "下载",
            ):  # fmt: skip
                assert part in told, part
            assert "报价" in await mine.get(f"{page_of}?kind=deal") and "下单" in mine.text
            file = mine.html.partition(f'action="{page_of}/files/')[2].partition('"')[0]
            await mine.get(page_of)
            answer = await mine.ask("POST", f"{page_of}/files/{file}", data={"csrf": mine.csrf})
            assert answer.status == 200 and await answer.read() == JPG
            assert answer.headers["Content-Disposition"].startswith("attachment")
            acts = acme.database.rows("select by from audit where corp = 'acme' and act = 'attachment'")
            assert [row[0] for row in acts] == ["wanglei"]

            seen = await market.login("linda", page_of)
            assert "¥237,600" in seen and "下载" not in seen and "内容只给负责人" in seen
            await market.post(f"{page_of}/files/{file}", page_of)
            assert market.status == 403 and "附件只给负责人" in market.text
            await theirs.login("lina")
            await theirs.post(f"{page_of}/files/{file}")
            assert theirs.status == 404, "who does not see the lead learns nothing of its files"
            await mine.post(f"{page_of}/files/999999", page_of)
            assert mine.status == 404
