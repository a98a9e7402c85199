"""A rep's whole day, from the first card to the boss's digest next morning, without a browser and without a report."""

import re

import pytest

from tests.acceptance.test_products import sell
from tests.town import shanghai, town, words


@pytest.mark.ask("AS25")
@pytest.mark.only("sqlite")
async def test_a_rep_does_a_full_day_without_opening_a_browser(tmp_path, platform, database):
    rules = lambda text: text + '\ndigest: {at: "08:50"}\n'  # noqa: E731
    async with town(tmp_path, platform=platform, database=database, rules=rules) as acme:
        await sell(acme)
        before = {user: len(acme.standin.chat(user)) for user in acme.members}
        no = await acme.mql()
        await acme.press("wanglei", "领取")
        assert "现在是你的了" in words([acme.card("wanglei")])
        draft = words(await acme.text("wanglei", "电话聊了,要三十台,今天下午3点给他报价"))
        assert no in draft and "今天 15:00" in draft, "a sentence is enough, it is about the lead just taken"
        assert f"已记到 {no}" in words(await acme.text("wanglei", "保存")), "the button's word will do as well"
        await acme.text("wanglei", f"合格 {no}")
        assert "[发给客户 1]" in words(await acme.text("wanglei", "素材 案例"))
        assert "还没有同意" in words(await acme.press("wanglei", "发给客户 1"))
        await acme.text("wanglei", f"同意 {no} 产品资讯 刚才电话里说的")
        sent = words(await acme.press("wanglei", "发给客户 1"))
        assert f"给 {no} 的" in sent and "复制" in sent, "the text is filled in and comes into the chat"

        mine = words(await acme.text("wanglei", "新线索 刘芳 13800138009 苏州微光 想看样机"))
        other = re.findall(r"L\d+", mine)[0]
        await acme.text("wanglei", f"转给 {other} 李娜 她在苏州")
        assert f"{other} 刘芳" in words(acme.standin.chat("lina")[-1:]), "the colleague has it, with its card"

        deal = re.search(r"O\d+", words(await acme.text("wanglei", f"转商机 {no} 工业相机 20万 下月底")))[0]
        assert f"{deal} 进入「需求分析」" in words(await acme.text("wanglei", "阶段 需求分析"))
        quote = words(await acme.text("wanglei", f"报价 {deal} 相机×30 95折"))
        assert "¥250,800" in quote and "[发给客户]" in quote
        before_three = len(acme.standin.chat("wanglei"))
        await acme.until(shanghai("2026-03-18 15:00"))
        rang = words(acme.standin.chat("wanglei")[before_three:])
        assert f"到点了:{no}" in rang and "[打通了]" in rang, "the next step rings by its minute"
        assert "报价单-Q" in words(await acme.press("wanglei", "发给客户")), "the quote comes as a file to forward"
        await acme.text("wanglei", f"跟进 {no} 报价发了,周五上午10点听回复")
        assert no in words(await acme.text("wanglei", "我的")) and deal in words(await acme.text("wanglei", "商机"))
        assert "王磊" in words(await acme.text("wanglei", "排行")), "their own numbers"
        assert "今天没有要跟进的" in words(await acme.text("wanglei", "待办"))

        await acme.until(shanghai("2026-03-19 08:58"))
        digest = words(acme.standin.chat("chenjing")[before["chenjing"] :])
        assert "日报 03-18 · 华东" in digest and "2 条,上期 0" in digest, "the boss has a report that nobody wrote"
        told = [item["kind"] for item in await acme.story(no)]
        assert told.count("claimed") == 1 and told.count("followup_logged") == 2
        assert {"qualified", "content_shared", "opportunity_opened", "quoted", "quote_sent"} <= set(told)
        assert (await acme.lead(no))["next_step_at"].startswith("2026-03-20T10:00")
        shown = words(acme.standin.chat("wanglei")[before["wanglei"] :])
        assert "浏览器" not in shown and "到网页" not in shown and "./run" not in shown, "nobody is sent elsewhere"
