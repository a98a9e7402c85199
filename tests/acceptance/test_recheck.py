"""Every lead is looked at again in the background: with progress, and what it found is shown."""

import asyncio

import pytest
from sqlalchemy import delete
from sqlmodel import col

from store.tables import CompanyGram, Identity
from tests.town import words


@pytest.mark.feature("B9")
@pytest.mark.ask("AS15")
async def test_a_manager_starts_it_and_is_shown_the_pairs_to_merge(acme):
    first = await acme.capture(name="陈小明", phone="13800138001", company="杭州云栖智能科技有限公司")
    second = await acme.capture(name="陈小明", email="chen@yunqi.cn", company="杭州云栖智能科技有限公司采购部")
    other = await acme.capture(name="陈小明", phone="13800138003", company="上海海蓝物流有限公司")

    async def lose(tx):
        """As in a store from before the index: nothing is known of the second one but its row."""
        for table in (CompanyGram, Identity):
            ids = [int(second[1:])]
            await tx.run(delete(table).where(col(table.corp) == tx.corp, col(table.lead_id).in_(ids)))

    await acme.bot.store.transaction(lose)
    told = words(await acme.text("admin", "复查"))
    assert "开始复查 3 条线索" in told
    for _ in range(200):
        if "复查完成" in words(acme.standin.chat("admin")):
            break
        await asyncio.sleep(0.02)
        await acme.settle()
    told = words(acme.standin.chat("admin"))
    assert "同公司同名的 1 组" in told and "补上漏掉的联系方式 1 个" in told
    assert f"{first}/{second} 同公司同名" in told and other not in told
    assert f"{first} 和 {second} 是同一位客户吗" in words(await acme.press("admin", "对比 1"))
    assert await acme.capture(name="小明", email="chen@yunqi.cn") == second
    _, found = await acme.api("GET", "/duplicates?company=杭州云栖智能科技")
    assert {match["no"] for match in found["same"]} == {first, second}
    assert "给主管和市场用的" in words(await acme.text("wanglei", "复查"))
