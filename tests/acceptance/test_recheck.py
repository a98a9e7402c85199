"""Every lead is looked at again in the background: with progress, and what it found is shown."""

import asyncio
import json

import pytest
from sqlalchemy import delete
from sqlmodel import col

from store.tables import CompanyGram, Identity
from tests.lists import cli
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


@pytest.mark.feature("B9")
async def test_the_command_looks_through_all_leads_whether_the_server_runs_or_not(acme):
    one = await acme.capture(name="陈小明", phone="13800138001", company="杭州云栖智能科技有限公司")
    two = await acme.capture(name="陈小明", phone="13800138002", company="杭州云栖智能科技有限公司采购部")
    await acme.capture(name="陈小明", phone="13800138003", company="上海海蓝物流有限公司")
    before = [await acme.lead(no) for no in (one, two)]
    status, out, err = await cli("dedupe", acme.folder.root, "--json")
    assert status == 0, err
    found = json.loads(out)
    assert (found["checked"], found["twins"], found["alike"]) == (3, 0, 1)
    assert found["pairs"] == [[int(one[1:]), int(two[1:]), "name"]]
    assert [await acme.lead(no) for no in (one, two)] == before, "nothing is merged by itself"
    await acme.stop_bot()
    status, out, err = await cli("dedupe", acme.folder.root)
    await acme.start_bot()
    assert status == 0 and "3 leads" in out and f"{one} {two}" in out, err


@pytest.mark.feature("B4")
async def test_a_branch_that_is_written_otherwise_is_offered_as_maybe_and_stays_a_lead_of_its_own(acme):
    one = await acme.capture(name="王强", phone="13800138001", company="华为技术(重庆)")
    two = await acme.capture(name="李敏", phone="13800138002", company="华为技术有限公司重庆分公司")
    other = await acme.capture(name="赵云", phone="13800138003", company="重庆华美装饰有限公司")
    assert len({one, two, other}) == 3
    told = words(await acme.text("chenjing", "查重 华为技术(重庆)"))
    assert "【可能同一家】" in told and two in told.split("【可能同一家】")[1] and other not in told
    _, found = await acme.api("GET", "/duplicates?company=华为技术(重庆)")
    assert [match["no"] for match in found["maybe"]] == [two] and [match["no"] for match in found["same"]] == [one]
    assert [(await acme.lead(no))["enquiries"] for no in (one, two)] == [1, 1]
