"""转商机: one sentence makes one deal with all its history, or nothing at all."""

import asyncio

import pytest

from tests.town import town, words


async def qualified(acme, user="wanglei", **fields):
    """Somebody has a qualified lead."""
    no = await acme.mql(**fields)
    await acme.text(user, f"领取 {no}")
    await acme.text(user, f"合格 {no}")
    return no


async def deals(acme, query=""):
    status, found = await acme.api("GET", f"/opportunities{query}")
    assert status == 200, found
    return found["items"]


@pytest.mark.feature("I1")
async def test_a_sentence_makes_one_deal_with_all_its_history(acme):
    no = await qualified(acme)
    before = await acme.story(no)
    said = words(await acme.text("wanglei", f"转商机 {no} CRM 50万 6月底"))
    (deal,) = await deals(acme)
    assert f"{no} 已转商机 {deal['no']}" in said and "金额 50 万" in said and "初步接触" in said
    told = {name: deal[name] for name in ("lead", "product", "amount", "expected_on", "stage", "owner", "result")}
    assert told == {
        "lead": no, "product": "CRM", "amount": 500000, "expected_on": "2026-06-30", "stage": "初步接触",
        "owner": "wanglei", "result": "open",
    }  # fmt: skip
    lead = await acme.lead(no)
    assert (lead["stage"], lead["opportunities"]) == ("opportunity", [deal["no"]])
    story = await acme.story(no)
    assert story[: len(before)] == before and [i["kind"] for i in story[len(before) :]] == [
        "opportunity_opened",
        "clock_started",
    ]
    assert deal["contacts"] == [{"lead": no, "role": ""}]
    again = words(await acme.text("wanglei", f"转商机 {no} CRM 50万"))
    assert f"已有进行中的商机 {deal['no']}" in again and len(await deals(acme)) == 1
    await acme.text("wanglei", "撤销")
    assert await deals(acme) == [] and (await acme.lead(no))["stage"] == "sql"


@pytest.mark.feature("I1")
@pytest.mark.ask("AS11")
async def test_one_person_buys_several_things(acme):
    no = await qualified(acme)
    for words_of, product in (("CRM 50万", "CRM"), ("云盘 8万", "云盘")):
        assert product in words(await acme.text("wanglei", f"转商机 {no} {words_of}"))
    assert sorted(d["product"] for d in await deals(acme, f"?lead={no}")) == ["CRM", "云盘"]
    assert words(await acme.text("wanglei", "商机")).count("杭州云栖") == 2
    assert await acme.mql(product="别的") == no, "the same phone is the same lead"
    assert "2 个进行中的商机" in words(await acme.text("wanglei", f"赢单 {no}")), "which of them?"


@pytest.mark.feature("I1")
@pytest.mark.only("sqlite")
async def test_a_doubtful_amount_is_asked_back_with_a_tap_and_taps_make_one_deal(acme):
    no = await qualified(acme)
    assert "金额要写准" in words(await acme.text("wanglei", f"转商机 {no} CRM 五十万左右"))
    assert await deals(acme) == [], "nothing is stored that nobody said"
    await asyncio.gather(acme.press("wanglei", "50 万"), acme.press("wanglei", "50 万"))
    (deal,) = await deals(acme)
    assert deal["amount"] == 500000 and deal["product"] == "CRM"
    for sentence, answer in (
        ("云盘 -5万", "不能是负数"), ("云盘 0", "不能是 0"), ("云盘 5万 2020-01-01", "已经过了"),
    ):  # fmt: skip
        assert answer in words(await acme.text("wanglei", f"转商机 {no} {sentence}"))
    assert len(await deals(acme)) == 1


@pytest.mark.feature("I1")
@pytest.mark.ask("AS13")
async def test_a_twin_is_resolved_first_and_nothing_is_half_made(acme):
    older = await acme.capture(name="王建国", email="wang@yunqi.cn", company="杭州云栖智能科技有限公司")
    no = await qualified(acme)
    said = words(await acme.text("wanglei", f"转商机 {no} CRM 50万"))
    assert f"{no} 和 {older} 是同一个人吗" in said and "什么都还没建" in said
    assert await deals(acme) == [] and (await acme.lead(no))["stage"] == "sql"
    assert acme.database.rows("select count(*) from deal_contact where corp = 'acme'")[0][0] == 0, "no orphan"
    await acme.press("wanglei", "不是同一人")
    (deal,) = await deals(acme)
    assert deal["lead"] == no and deal["contacts"] == [{"lead": no, "role": ""}]
    await acme.text("chenjing", f"合并 {older} {no}")
    assert (await deals(acme))[0]["lead"] == older and (await acme.lead(older))["opportunities"] == [deal["no"]]
    await acme.text("chenjing", f"撤销合并 {no}")
    assert (await deals(acme))[0]["lead"] == no and (await acme.lead(no))["stage"] == "opportunity"
    assert (await acme.lead(older))["stage"] != "opportunity"


@pytest.mark.feature("I1")
@pytest.mark.ask("AS12", "AS13")
async def test_a_company_that_a_colleague_sells_to_is_named_and_stays_his(acme):
    first = await qualified(acme)
    await acme.text("wanglei", f"转商机 {first} CRM 50万")
    other = await qualified(acme, "lina", phone="13800138001", name="刘芳")
    said = words(await acme.text("lina", f"转商机 {other} 云盘 8万"))
    assert f"已经由王磊负责({first},商机)" in said and f"撞单 {first}" in said and f"转给 {other} 王磊" in said
    assert len(await deals(acme)) == 1 and (await acme.lead(other))["stage"] == "sql"
    status, refused = await acme.api("POST", "/opportunities", lead=other, by="lina", product="云盘")
    assert (status, refused["code"], refused["lead"], refused["owner"]) == (409, "company_taken", first, "wanglei")
    assert "已转商机" in words(await acme.text("chenjing", f"转商机 {other} 云盘 8万")), "the manager decides"


@pytest.mark.feature("I1")
@pytest.mark.ask("AS12")
@pytest.mark.only("sqlite")
async def test_refusals_name_what_stands_in_the_way_and_the_way_on(acme):
    no = await acme.mql()
    assert "还没有人领取" in words(await acme.text("wanglei", f"转商机 {no} CRM"))
    await acme.text("wanglei", f"领取 {no}")
    assert "没有找到" in words(await acme.text("lina", f"转商机 {no} CRM"))
    await acme.text("wanglei", f"转商机 {no} CRM 50万")
    kinds = [item["kind"] for item in await acme.story(no)]
    assert kinds.index("qualified") < kinds.index("opportunity_opened"), "what is sold was qualified on the way"
    (deal,) = await deals(acme)
    await acme.text("wanglei", f"输单 {deal['no']} 价格太高")
    assert (await acme.lead(no))["stage"] == "lost"
    assert "已转商机" in words(await acme.text("wanglei", f"转商机 {no} CRM 二期 30万")), (
        "it goes on with the same person"
    )
    gone = await acme.mql(phone="13800138009", name="赵敏", company="")
    await acme.text("wanglei", f"领取 {gone}")
    await acme.text("wanglei", f"无效 {gone} 空号")
    assert "空号" in words(await acme.text("wanglei", f"转商机 {gone} CRM")) and "重新打开" in words(
        acme.standin.chat("wanglei")[-1:]
    )
    assert "输单" in words(await acme.text("wanglei", f"无效 {no} 空号")), "open deals are closed one by one"


def careful(text):
    return text.replace("claims:", "lifecycle:\n  require: {opportunity: [need, budget]}\n\nclaims:", 1)


@pytest.mark.feature("I1")
@pytest.mark.ask("AS13")
async def test_what_the_rules_want_first_is_asked_for_and_then_the_deal_is_made(tmp_path, platform):
    async with town(tmp_path, platform=platform, rules=careful) as acme:
        no = await qualified(acme, budget="")
        await acme.press("wanglei", "转商机")
        said = words(await acme.text("wanglei", "CRM 50万 6月底"))
        assert "预算:" in said and "补上就转商机" in said and await deals(acme) == []
        said = words(await acme.text("wanglei", "60万"))
        (deal,) = await deals(acme)
        assert f"已转商机 {deal['no']}" in said and (deal["amount"], deal["product"]) == (500000, "CRM")
        assert (await acme.lead(no))["budget_max"] == 600000
        assert "CRM" in words(await acme.text("wanglei", f"看 {deal['no']}"))
        assert f"已记到 {no}" in words(await acme.text("wanglei", f"{deal['no']} 电话聊了,在走流程"))
