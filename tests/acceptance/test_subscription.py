"""订阅: a report at its time, to a person or a group, listed and stopped."""

import pytest

from tests.town import shanghai, town, words


@pytest.mark.feature("M7")
@pytest.mark.only("sqlite")
async def test_a_channel_report_goes_to_the_group_every_monday(tmp_path, platform, database):
    async with town(tmp_path, platform=platform, database=database, group="销售群") as acme:
        await acme.mql()
        said = words(await acme.text("linda", "订阅 渠道周报 周一9点 到 销售群"))
        assert "每周一 09:00" in said and "发到 销售群" in said and "订阅 取消 " in said
        number = said.split("订阅 取消 ")[1].split("」")[0]
        assert "已经订阅过了" in words(await acme.text("linda", "订阅 渠道周报 周一9点 到 销售群"))
        assert "可以发到的群:销售群" in words(await acme.text("linda", "订阅 日报 到 火星群"))
        assert "例如:订阅" in words(await acme.text("linda", "订阅 天气"))
        assert "给主管和市场用" in words(await acme.text("wanglei", "订阅 日报"))
        await acme.text("chenjing", "订阅 日报 每天 8点半")
        await acme.until(shanghai("2026-03-19 08:31"))
        assert "日报 03-18 · 华东" in words(acme.standin.chat("chenjing"))
        await acme.until(shanghai("2026-03-23 09:20"))  # Monday
        told = [text for text in acme.side.told("销售群") if "渠道 03-16 到 03-22" in str(text)]
        assert len(told) == 1 and "138" not in str(told), "once, and nobody's number"
        assert f"{number}. 渠道周报" in words(await acme.text("linda", "订阅"))
        assert "停掉了" in words(await acme.text("linda", f"订阅 取消 {number}"))
        assert "还没有订阅" in words(await acme.text("linda", "订阅"))
