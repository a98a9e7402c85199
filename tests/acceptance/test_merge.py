"""One person twice: found, merged with a look at both, undone, and never mixed up with a namesake."""

import asyncio

import pytest

from tests.town import words

TWO = (
    {"name": "王总", "phone": "13800138000", "company": "云栖", "need": "要报价", "source": "官网"},
    {
        "name": "王建国",
        "phone": "13900139000",
        "company": "杭州云栖智能科技有限公司",
        "title": "采购总监",
        "source": "展会",
    },
)


async def pair(acme) -> tuple[str, str]:
    """王总 is 王磊's, 王建国 is 李娜's: the same person."""
    numbers = []
    for owner, values in zip(("wanglei", "lina"), TWO, strict=True):
        status, found = await acme.api("POST", "/leads", **values)
        assert status == 201
        await acme.api("POST", f"/leads/{found['lead']}/claim", by=owner)
        numbers.append(found["lead"])
    return numbers[0], numbers[1]


@pytest.mark.feature("B5")
async def test_a_manager_sees_two_columns_taps_what_is_kept_and_everything_is_on_the_older_lead(acme):
    one, two = await pair(acme)
    await acme.text("wanglei", f"跟进 {one} 打电话聊了价格")
    await acme.text("lina", f"跟进 {two} 展会上聊过,明天下午3点再打")
    card = words(await acme.text("chenjing", f"对比 {one} {two}"))
    assert f"{one} 和 {two} 是同一位客户吗" in card
    assert "姓名 王总 | ✓王建国" in card and "负责人 ✓王磊 | 李娜" in card and "[换负责人]" in card
    turned = words(await acme.press("chenjing", "换负责人"))
    assert "负责人 王磊 | ✓李娜" in turned
    told = words(await acme.press("chenjing", "合并"))
    assert f"{two} 已合并到 {one}" in told and "[撤销合并]" in told
    lead = await acme.lead(one)
    assert (lead["name"], lead["owner"], lead["title"]) == ("王建国", "lina", "采购总监")
    assert lead["enquiries"] == 2 and set(lead["sources"]) == {"官网", "展会"} and lead["next_step_at"]
    story = [(item["kind"], item["text"]) for item in await acme.story(one)]
    assert ("followup_logged", "打电话聊了价格") in story and ("merged", "") in story
    assert any(text.startswith("展会上聊过") for _, text in story)
    assert "由李娜跟进" in words(acme.standin.chat("wanglei"))


@pytest.mark.feature("B5")
@pytest.mark.ask("AS14")
async def test_the_old_number_leads_to_the_survivor_everywhere(acme):
    one, two = await pair(acme)
    await acme.text("lina", f"看 {two}")
    status, merged = await acme.api("POST", f"/leads/{two}/merge", by="chenjing", **{"with": one})
    assert status == 200 and merged["no"] == one
    assert (await acme.lead(two))["no"] == one
    assert await acme.story(two) == await acme.story(one)
    assert f"{one} 王建国" in words(await acme.text("wanglei", f"看 {two}"))
    await acme.text("wanglei", f"跟进 {two} 打电话聊了")
    assert "打电话聊了" in [item["text"] for item in await acme.story(one)]
    assert "现在由王磊跟进" in words(acme.standin.chat("lina"))
    for query in ("phone=13900139000", "phone=13800138000"):
        _, found = await acme.api("GET", f"/duplicates?{query}")
        assert [match["no"] for match in found["same"]] == [one]
    status, again = await acme.api("POST", f"/leads/{one}/merge", by="chenjing", **{"with": two})
    assert status == 409 and "早已合并" in again["detail"] and again["code"] == "already_merged"


@pytest.mark.feature("B6")
async def test_undoing_a_merge_brings_both_back_with_owners_and_what_came_since(acme):
    one, two = await pair(acme)
    await acme.text("chenjing", f"合并 {one} {two}")
    await acme.later(days=20)
    await acme.text("chenjing", f"跟进 {two} 按旧编号记的一笔")
    await acme.text("wanglei", f"跟进 {one} 按新编号记的一笔")
    await acme.capture("百度", phone="139 0013 9000", need="旧号码又来问")
    told = words(await acme.text("chenjing", f"撤销合并 {two}"))
    assert f"{one}(王磊)" in told and f"{two}(李娜)" in told
    first, second = await acme.lead(one), await acme.lead(two)
    assert (first["name"], first["owner"], first["enquiries"]) == ("王总", "wanglei", 1)
    assert (second["name"], second["owner"], second["enquiries"]) == ("王建国", "lina", 2)
    mine = [item["text"] for item in await acme.story(one)]
    theirs = [item["text"] for item in await acme.story(two)]
    assert "按新编号记的一笔" in mine and "按旧编号记的一笔" in theirs and "旧号码又来问" in theirs
    assert "按旧编号记的一笔" not in mine and "旧号码又来问" not in mine
    assert "合并已撤销" in words(acme.standin.chat("lina"))


@pytest.mark.feature("B6")
async def test_after_thirty_days_a_merge_stays_and_says_so(acme):
    one, two = await pair(acme)
    await acme.text("chenjing", f"合并 {one} {two}")
    await acme.later(days=30, minutes=1)
    assert "超过 30 天" in words(await acme.text("chenjing", f"撤销合并 {two}"))
    acme.bot.schedule.hint("keeping")
    await acme.later(days=2)
    assert (await acme.lead(two))["no"] == one


@pytest.mark.feature("B5")
async def test_the_plain_undo_takes_a_merge_back_too(acme):
    one, two = await pair(acme)
    await acme.text("chenjing", f"合并 {one} {two}")
    assert "「合并」已撤销" in words(await acme.text("chenjing", "撤销"))
    assert (await acme.lead(two))["owner"] == "lina"
    kinds = [item["kind"] for item in await acme.story(two)]
    assert kinds[-1] == "merge_undone"


@pytest.mark.feature("B5")
async def test_a_rep_cannot_swallow_a_colleague_s_lead_and_slips_are_explained(acme):
    one, two = await pair(acme)
    assert "没有找到" in words(await acme.text("wanglei", f"合并 {one} {two}"))
    assert "写上两条线索的编号" in words(await acme.text("chenjing", "合并 王总"))
    assert "写上被并掉的编号" in words(await acme.text("chenjing", "撤销合并"))
    assert "没有合并过" in words(await acme.text("chenjing", f"撤销合并 {two}"))
    status, problem = await acme.api("POST", f"/leads/{one}/merge", by="wanglei", **{"with": two})
    assert status == 404 and problem["code"] == "not_found"
    status, _ = await acme.api("POST", f"/leads/{one}/merge", by="chenjing", **{"with": "x"})
    assert status == 422
    assert (await acme.lead(two))["owner"] == "lina"


@pytest.mark.feature("B2", "N2")
@pytest.mark.ask("AS9")
async def test_two_hundred_at_once_in_six_spellings_are_one_lead_with_every_enquiry(acme):
    spellings = (
        "13800138000", "+86 138 0013 8000", "138-0013-8000", "１３８ ００１３ ８０００",
        "0086-13800138000", "(+86)13800138000",
    )  # fmt: skip

    async def post(number: int) -> str:
        body = {"name": "张三", "phone": spellings[number % 6], "submission_id": f"s{number}", "need": f"第{number}次"}
        async with acme.http.post(f"/capture/渠道{number % 7}", json=body) as answer:
            return str((await answer.json())["lead"])

    numbers = await asyncio.gather(*(post(number) for number in range(200)))
    await acme.settle()
    assert len(set(numbers)) == 1
    lead = await acme.lead(numbers[0])
    assert lead["enquiries"] == 200 and len(lead["sources"]) == 7
    asked = [item for item in await acme.story(numbers[0]) if item["kind"] in ("captured", "enquired")]
    assert {item["text"] for item in asked} == {f"第{number}次" for number in range(200)}
