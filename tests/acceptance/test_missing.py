"""After a call the bot asks for the one thing that is worth most, with three buttons, once."""

import pytest

from tests.town import town, words


@pytest.mark.feature("C4")
async def test_after_a_call_one_missing_thing_is_asked_and_a_tap_fills_it(tmp_path):
    def asking(text: str) -> str:
        return text.replace("follow_up:", "follow_up:\n  ask_after_call: true", 1)

    async with town(tmp_path, rules=asking) as acme:
        await acme.text("wanglei", "新线索 张三 13800138001 杭州云栖 想要报价")
        await acme.text("wanglei", "跟进 L1001 打电话没人接")
        assert "客户的预算" not in words(acme.standin.chat("wanglei")) and "什么角色" not in words(
            acme.standin.chat("wanglei")
        )
        before = (await acme.lead("L1001"))["score"]
        await acme.text("wanglei", "跟进 L1001 打电话聊了产线改造")
        asked = words(acme.standin.chat("wanglei")[-2:])
        assert "对方是什么角色?" in asked and "[能拍板]" in asked and "[经手采购]" in asked and "[只是了解]" in asked
        await acme.press("wanglei", "能拍板")
        lead = await acme.lead("L1001")
        assert lead["title"] == "总经理" and lead["score"] > before
        await acme.text("wanglei", "跟进 L1001 又打电话聊了")
        assert "客户的预算大概多少?" in words(acme.standin.chat("wanglei")[-2:])
        await acme.api("PATCH", "/leads/L1001", budget="30万", by="wanglei")
        assert "已经有了,没有改" in words(await acme.press("wanglei", "5 万以内"))
        assert (await acme.lead("L1001"))["budget_max"] == 300_000
