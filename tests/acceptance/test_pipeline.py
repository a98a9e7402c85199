"""A deal moves on: exactly what is missing is asked for, the stage's usual steps stand on the card."""

import pytest

from tests.acceptance.test_conversion import deals, qualified
from tests.town import town, words

STAGES = """pipelines:
  project:
    label: 项目型
    default: true
    stages:
      - {name: 立项, probability: 20}
      - name: 方案报价
        probability: 50
        require: [amount, decider, area]
        node: proposal
        playbook: [{do: 发方案, text: 一页纸, content: case}, {do: 报价}, {do: 约讲解}]
      - {name: 签约, probability: 90, require: [expected_on]}
  renewal: {label: 续约, products: [续费], stages: [{name: 提醒续费, probability: 60}]}
"""


def with_stages(text):
    begin, end = text.index("pipelines:"), text.index("\ndeals:")
    return text[:begin] + STAGES + "fields:\n  area: {label: 面积, type: number}\n" + text[end:]


@pytest.mark.feature("I2", "G3", "I6")
async def test_a_stage_asks_only_for_what_is_missing_shows_its_steps_and_starts_its_promise(tmp_path, platform):
    async with town(tmp_path, platform=platform, rules=with_stages) as acme:
        no = await qualified(acme)
        await acme.text("wanglei", f"转商机 {no} CRM 50万")
        (deal,) = await deals(acme)
        assert (deal["pipeline"], deal["stage"], deal["probability"]) == ("project", "立项", 20)
        assert "「签约」是商机的阶段" in words(await acme.text("wanglei", f"阶段 {no} 签约"))
        assert "没有在等你回什么" in words(await acme.text("wanglei", "算了"))
        said = words(await acme.press("wanglei", "进方案报价"))
        assert "决策人:" in said and "还差 2 项" in said and "金额" not in said.split("还差")[0]
        said = words(await acme.press("wanglei", "就是联系人"))
        assert "面积:" in said and "还差 1 项" in said
        assert "要填数字" in words(await acme.text("wanglei", "很大"))
        said = words(await acme.text("wanglei", "300"))
        (deal,) = await deals(acme)
        assert deal["stage"] == "方案报价" and deal["contacts"] == [{"lead": no, "role": "decider"}]
        assert (await acme.lead(no))["fields"] == {"area": 300}
        for step in ("☐ 1. 发方案:一页纸(素材 case)", "☐ 2. 报价", "☐ 3. 约讲解"):
            assert step in said
        _, clocks = await acme.api("GET", "/clocks")
        (promise,) = (c for c in clocks["items"] if c["name"] == "proposal")
        assert promise["state"] == "running" and promise["due_at"].startswith("2026-03-23T10:20")
        await acme.press("wanglei", "做好 1")
        assert "☑ 2. 报价" in words(await acme.text("wanglei", f"打勾 {deal['no']} 2"))
        shown = words(await acme.text("wanglei", f"商机 {deal['no']}"))
        assert "☑ 1. 发方案" in shown and "☐ 3. 约讲解" in shown
        assert "没有要打勾的" not in shown and "第 1 到第 3 步" in words(
            await acme.text("wanglei", f"打勾 {deal['no']} 9")
        )
        said = words(await acme.text("wanglei", f"阶段 {deal['no']} 签约"))
        assert "预计成交日:" in said
        assert "先不填" in words(await acme.text("wanglei", "算了")) and (await deals(acme))[0]["stage"] == "方案报价"


@pytest.mark.feature("I2")
async def test_moves_corrections_and_wrong_words(acme):
    no = await qualified(acme)
    await acme.text("wanglei", f"转商机 {no} CRM")
    (deal,) = await deals(acme)
    number = deal["no"]
    said = words(await acme.text("wanglei", f"阶段 {number} 方案报价"))
    assert "金额:" in said
    assert "写准一个" in words(await acme.text("wanglei", "二三十万"))
    said = words(await acme.press("wanglei", "30 万"))
    assert "进入「方案报价」" in said and "金额 30 万" in said
    assert "没有叫「飞了」" in words(await acme.text("wanglei", f"阶段 {number} 飞了"))
    assert "进入「需求分析」" in words(await acme.text("wanglei", f"阶段 {number} 需求分析")), "back without a question"
    said = words(await acme.text("wanglei", f"商机 {number} 金额=60万 预计成交日=6月底 竞品=金蝶"))
    assert "金额 60 万" in said and "2026-06-30" in said and "金蝶" in said
    assert "已经过了" in words(await acme.text("wanglei", f"商机 {number} 预计成交日=2020-01-01"))
    assert "负数" in words(await acme.text("wanglei", f"商机 {number} 金额=-3"))
    (deal,) = await deals(acme)
    assert (deal["amount"], deal["expected_on"], deal["competitor"]) == (600000, "2026-06-30", "金蝶")
    status, refused = await acme.api("POST", f"/opportunities/{number}/stage", stage="飞了")
    assert (status, refused["code"]) == (422, "unusable")
    await acme.text("wanglei", "撤销")
    assert (await deals(acme))[0]["amount"] == 300000
    kinds = [i["kind"] for i in await acme.story(no) if i["kind"].startswith("opportunity")]
    assert kinds == [
        "opportunity_opened",
        "opportunity_changed",
        "opportunity_moved",
        "opportunity_moved",
        "opportunity_changed",
    ]


@pytest.mark.feature("I2")
@pytest.mark.only("sqlite")
async def test_a_program_is_told_what_is_missing(acme):
    no = await qualified(acme)
    status, deal = await acme.api("POST", "/opportunities", lead=no, by="wanglei", product="CRM")
    assert status == 201 and deal["no"] in words(acme.standin.chat("wanglei")) + deal["no"]
    path = f"/opportunities/{deal['no']}"
    status, refused = await acme.api("POST", f"{path}/stage", by="wanglei", stage="商务谈判")
    assert (status, refused["code"]) == (409, "fields_missing")
    assert [one["field"] for one in refused["missing"]] == ["amount", "expected_on"]
    for wrong in ({"amount": -5}, {"amount": "五十万左右"}, {"expected_on": "2020-01-01"}, {"amount": 1.234}):
        assert (await acme.api("PATCH", path, by="wanglei", **wrong))[0] == 422
    status, deal = await acme.api("PATCH", path, by="wanglei", amount=199.5, expected_on="2026-06-30")
    assert (status, deal["amount"], deal["expected_on"]) == (200, 199.5, "2026-06-30")
    status, deal = await acme.api("POST", f"{path}/stage", by="wanglei", stage="商务谈判")
    assert (status, deal["stage"], deal["probability"]) == (200, "商务谈判", 70)
    assert (await acme.api("POST", f"{path}/win", by="lina"))[0] == 404, "not hers to see"
    status, deal = await acme.api("POST", f"{path}/transfer", by="chenjing", to="lina", reason="换人")
    assert (status, deal["owner"], deal["stage"]) == (200, "lina", "商务谈判")
    assert (await acme.lead(no))["owner"] == "lina", "the customer goes along with the last deal"
    await acme.text("chenjing", "撤销")
    assert (await acme.api("GET", path))[1]["owner"] == "wanglei" and (await acme.lead(no))["owner"] == "wanglei"


@pytest.mark.feature("I2", "O1")
@pytest.mark.ask("AS23")
@pytest.mark.only("sqlite")
async def test_whoever_takes_over_finds_every_deal_as_it_was(acme):
    no = await qualified(acme)
    for product in ("CRM", "云盘"):
        await acme.text("wanglei", f"转商机 {no} {product} 50万 6月底")
    one, two = (d["no"] for d in await deals(acme))
    await acme.text("wanglei", f"赢单 {one}")
    await acme.text("wanglei", f"阶段 {two} 商务谈判")
    bought = await qualified(acme, phone="13800138002", name="赵敏", company="别的公司")
    await acme.text("wanglei", f"转商机 {bought} CRM 9万")
    await acme.text("wanglei", f"赢单 {(await acme.lead(bought))['opportunities'][0]}")
    before = [{**d, "owner": None} for d in await deals(acme)]
    await acme.standin.leave("wanglei")
    await acme.settle()
    assert "1 商机" in words([acme.card("chenjing")])
    await acme.text("chenjing", "交接 王磊 李娜")
    after = await deals(acme)
    assert [{**d, "owner": None} for d in after] == before and {d["owner"] for d in after} == {"lina"}
    assert {d["closed_owner"] for d in after if d["result"] == "won"} == {"wanglei"}, "whose win it was stays"
    assert (await acme.lead(bought))["owner"] == "lina", "who has bought is somebody's customer"
