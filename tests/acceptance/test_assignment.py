"""The right lead to the right rep: by rules in order, fairly, never to who is away or full, and everybody hears why."""

import asyncio
import json
import re
from collections import Counter

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from tests.town import MQL, shanghai, town, words

MEMBERS = {
    "wanglei": ("王磊", "rep", "渝西"),
    "lina": ("李娜", "rep", "渝西"),
    "zhaoqiang": ("赵强", "rep", "主城"),
    "chenjing": ("陈静", "manager", ""),
    "admin": ("管理员", "admin", ""),
}
POOLS = "    default: true\n  west: {label: 渝西线索池, teams: [渝西]}\n"
WEST = "{name: 渝西片区, when: {region: [渝西片区]}, by: weighted, team: 渝西, pool: west}"
CITY = "{name: 主城, when: {region: [重庆]}, by: least_loaded, members: [zhaoqiang]}"
REGIONS = "regions:\n  渝西片区: [永川区, 江津区]\n"


def by_rules(*lines, sticky="{}", more=""):
    """A change of rules.yaml that adds these assignment rules."""
    block = "".join(f"    - {line}\n" for line in lines)
    listed = f"  rules:\n{block}" if lines else ""

    def change(text):
        text = text.replace("    default: true\n", POOLS, 1)
        return text + f"\n{REGIONS}assignment:\n  sticky: {sticky}\n{more}{listed}"

    return change


async def members(place, **columns):
    """Give members further columns, as an administrator does: members import."""
    names = sorted({name for values in columns.values() for name in values})
    rows = [
        ",".join([user, name, role, team, user, *(str(columns.get(user, {}).get(column, "")) for column in names)])
        for user, (name, role, team) in place.members.items()
    ]
    file = place.root / "more.csv"
    file.write_text("\n".join([",".join([f"id,name,role,team,{place.side.column}", *names]), *rows]), "utf-8")
    arguments = ["members", "import", str(place.folder.root), str(file)]
    told = await asyncio.to_thread(CliRunner().invoke, app, arguments, env={}, catch_exceptions=False)
    assert told.exit_code == 0, told.output


async def lead_from(place, number, **fields):
    return await place.mql(**{"phone": f"1390000{number:04}", "name": f"客户{number}", **fields})


@pytest.mark.feature("E1", "E6")
async def test_the_first_rule_that_fits_decides_and_the_card_says_which(tmp_path, platform):
    async with town(tmp_path, platform=platform, members=MEMBERS, rules=by_rules(WEST, CITY)) as acme:
        west = await lead_from(acme, 1, city="重庆市永川区")
        city = await lead_from(acme, 2, city="重庆市渝中区")
        assert (await acme.lead(city))["owner"] == "zhaoqiang"
        assert (await acme.lead(west))["owner"] in ("wanglei", "lina")
        card = words([acme.card("zhaoqiang")])
        assert f"{city} " in card and "分给你:因规则 2「主城」" in card and "13900000002" in card
        (told,) = await acme.text("chenjing", "分配规则")
        assert re.search(
            r"1\. 渝西片区:地区是渝西片区 → 渝西组,按比例;没人能接就放进渝西线索池\n   已分:..? 1", told.text
        )
        assert "2. 主城:地区是重庆 → zhaoqiang,给手上最少的;没人能接就放进公共线索池\n   已分:赵强 1" in told.text
        assert "给主管和市场用" in words(await acme.text("lina", "分配规则"))


@pytest.mark.feature("C2", "E1")
@pytest.mark.only("sqlite")
@pytest.mark.parametrize("phone", ["023-67891234", "13594000001"])
async def test_a_number_of_chongqing_goes_to_its_region_though_the_form_asked_for_none(tmp_path, platform, phone):
    west = by_rules("{name: 渝西片区, when: {region: [渝西片区]}, by: round_robin, members: [lina], pool: west}")
    rules = lambda text: west(text).replace("渝西片区: [永川区, 江津区]", "渝西片区: [重庆]")  # noqa: E731
    async with town(tmp_path, platform=platform, members=MEMBERS, rules=rules) as acme:
        no = await acme.mql(phone=phone, city="")
        other = await acme.mql(phone="13800138001", city="", name="北京人")
        assert ((await acme.lead(no))["owner"], (await acme.lead(other))["owner"]) == ("lina", None)
        assert "分给你:因规则 1「渝西片区」" in words(acme.standin.chat("lina"))
        assert "号码归属地" in str(await acme.story(no)) or (await acme.lead(no))["city"] == "重庆"


@pytest.mark.feature("E2")
async def test_a_weight_of_two_to_one_gives_67_and_33_of_a_hundred_and_the_ledger_shows_it(
    tmp_path, platform, database
):
    async with town(tmp_path, platform=platform, database=database, members=MEMBERS, rules=by_rules(WEST)) as acme:
        await members(acme, wanglei={"weight": 2}, lina={"weight": 1})
        sent = (
            acme.http.post("/capture/官网", json={**MQL, "city": "永川区", "phone": f"1390001{n:04}"})
            for n in range(100)
        )
        assert all(answer.status == 200 for answer in await asyncio.gather(*sent))
        await acme.settle()
        _, found = await acme.api("GET", "/leads?limit=200")
        shares = Counter(lead["owner"] for lead in found["items"])
        assert shares["wanglei"] + shares["lina"] == 100 and 64 <= shares["wanglei"] <= 70, shares
        (told,) = await acme.text("chenjing", "分配规则")
        assert f"已分:王磊 {shares['wanglei']}、李娜 {shares['lina']}" in told.text


@pytest.mark.feature("E3", "E8")
async def test_who_is_away_gets_none_catches_up_none_and_is_named_when_asked_why(tmp_path, platform):
    async with town(tmp_path, platform=platform, members=MEMBERS, rules=by_rules(WEST)) as acme:
        assert "请假到 03-20 周五" in words(await acme.text("lina", "请假 到周五"))
        away = [await lead_from(acme, number, city="永川") for number in range(6)]
        assert {(await acme.lead(no))["owner"] for no in away} == {"wanglei"}
        why = words(await acme.text("wanglei", f"为什么 {away[0]}"))
        assert "负责人:王磊,因规则 1「渝西片区」(规则第 1 版)" in why
        assert "李娜:请假到03-21 00:00" in why and "王磊:轮到" in why
        assert "欢迎回来" in words(await acme.text("lina", "销假"))
        back = [await lead_from(acme, 10 + number, city="永川") for number in range(4)]
        shares = Counter([(await acme.lead(no))["owner"] for no in back])
        assert shares == {"wanglei": 2, "lina": 2}, "by turns from now on, no flood after a leave"


@pytest.mark.feature("E3", "E8")
async def test_who_is_off_shift_gets_none_until_the_shift_begins(tmp_path, platform):
    early = '{name: 早班, members: [lina], hours: {mon: ["07:00-10:00"], wed: ["07:00-10:00"], thu: ["07:00-15:00"]}}'

    def rules(text):
        return by_rules(WEST)(text).replace("calendar:\n", f"calendar:\n  others: [{early}]\n", 1)

    async with town(tmp_path, platform=platform, members=MEMBERS, rules=rules) as acme:
        evening = [await lead_from(acme, number, city="永川") for number in range(4)]
        assert {(await acme.lead(no))["owner"] for no in evening} == {"wanglei"}, "李娜's shift ended at 10:00"
        assert "李娜:现在不当班" in words(await acme.text("wanglei", f"为什么 {evening[0]}"))
        await acme.until(shanghai("2026-03-19 09:30"))
        morning = [await lead_from(acme, 10 + number, city="永川") for number in range(4)]
        assert Counter([(await acme.lead(no))["owner"] for no in morning]) == {"wanglei": 2, "lina": 2}


async def test_a_leave_that_makes_no_sense_is_asked_back(acme):
    assert "已经过去了,没有记" in words(await acme.text("lina", "请假 到昨天"))
    assert "没看懂请假到哪天" in words(await acme.text("lina", "请假 到第40天"))
    assert "没有在请假" in words(await acme.text("lina", "销假"))
    assert "03-23 周一 00:00起,请假到 03-25 周三,王磊顶班" in words(await acme.text("lina", "请假 下周一到下周三 王磊"))


@pytest.mark.feature("E4")
async def test_a_rep_with_three_overdue_leads_is_skipped_told_so_and_back_after_one(tmp_path, platform):
    rules = by_rules("{name: 一人, by: round_robin, members: [wanglei]}")
    async with town(tmp_path, platform=platform, members=MEMBERS, rules=rules) as acme:
        late = [await lead_from(acme, number) for number in range(3)]
        await acme.until(shanghai("2026-03-19 11:00"))
        skipped = await lead_from(acme, 10)
        assert (await acme.lead(skipped))["owner"] is None
        assert "你有 3 条超时还没跟上,先分给别人了" in words(acme.standin.chat("wanglei"))
        assert "规则「一人」里现在没人能接,已放进公共线索池" in words(acme.standin.chat("chenjing"))
        await acme.text("wanglei", f"跟进 {late[0]} 电话聊了,很有兴趣")
        again = await lead_from(acme, 11)
        assert (await acme.lead(again))["owner"] == "wanglei"


@pytest.mark.feature("E5")
async def test_a_second_contact_of_a_company_goes_to_who_has_the_company_with_a_note(tmp_path, platform):
    async with town(
        tmp_path, platform=platform, members=MEMBERS, rules=by_rules(sticky="{same_company: true}")
    ) as acme:
        first = await lead_from(acme, 1)
        await acme.text("zhaoqiang", f"领取 {first}")
        second = await lead_from(acme, 2, name="孙经理")
        assert (await acme.lead(second))["owner"] == "zhaoqiang"
        assert "分给你:因为同一家公司" in words([acme.card("zhaoqiang")])
        short = await lead_from(acme, 4, name="周工", company="杭州云栖智能科技")
        assert (await acme.lead(short))["owner"] == "zhaoqiang", "the same company, written shorter"
        other = await lead_from(acme, 3, company="成都蓉光仪器有限公司")
        assert (await acme.lead(other))["owner"] is None


@pytest.mark.feature("E7")
async def test_a_lead_that_no_rule_fits_is_in_the_public_pool_and_before_the_manager(tmp_path, platform):
    async with town(tmp_path, platform=platform, members=MEMBERS, rules=by_rules(WEST)) as acme:
        no = await lead_from(acme, 1, city="哈尔滨")
        lead = await acme.lead(no)
        assert lead["owner"] is None and lead["pool"] == "public"
        card = acme.card("chenjing")
        assert f"{no} " in words([card]) and "没有规则适用,已放进公共线索池" in words([card])
        await acme.press("chenjing", "指派")
        await acme.later(days=8)
        assert f"{no} " in words(await acme.text("chenjing", "线索池")), "visible until somebody owns it"


@pytest.mark.feature("E7")
@pytest.mark.ask("AS21")
async def test_when_everybody_is_away_the_lead_waits_in_its_pool_and_the_manager_is_told(tmp_path, platform):
    async with town(tmp_path, platform=platform, members=MEMBERS, rules=by_rules(WEST)) as acme:
        for rep in ("wanglei", "lina"):
            await acme.text(rep, "请假 到周五")
        no = await lead_from(acme, 1, city="永川")
        lead = await acme.lead(no)
        assert (lead["owner"], lead["pool"], lead["stage"]) == (None, "west", "mql")
        assert "规则「渝西片区」里现在没人能接,已放进渝西线索池" in words(acme.standin.chat("chenjing"))
        _, clocks = await acme.api("GET", "/clocks")
        assert [clock["state"] for clock in clocks["items"] if clock["lead"] == no] == ["running"]


@pytest.mark.feature("E2", "E4")
@pytest.mark.ask("AS21", "AS2")
async def test_a_hundred_leads_at_once_never_pass_a_cap_and_each_owner_is_told_once(tmp_path, platform, database):
    async with town(tmp_path, platform=platform, database=database, members=MEMBERS, rules=by_rules(WEST)) as acme:
        await members(acme, wanglei={"capacity": 7}, lina={"capacity": 5})
        sent = (
            acme.http.post("/capture/官网", json={**MQL, "city": "永川区", "phone": f"1390002{n:04}"})
            for n in range(100)
        )
        leads = [(await answer.json())["lead"] for answer in await asyncio.gather(*sent)]
        await acme.settle()
        _, found = await acme.api("GET", "/leads?limit=200")
        owners = {lead["no"]: lead["owner"] for lead in found["items"]}
        assert Counter(owners.values()) == {"wanglei": 7, "lina": 5, None: 88}
        await acme.later(minutes=10)
        for no in leads:
            cards = [
                m for m in acme.standin.chat(owners[no] or "admin") if f"{no} " in words([m]) and "分给你" in words([m])
            ]
            assert len(cards) == (1 if owners[no] else 0), no


@pytest.mark.feature("E1")
async def test_at_night_a_lead_waits_and_is_given_when_work_begins(tmp_path, platform):
    async with town(tmp_path, platform=platform, members=MEMBERS, rules=by_rules(CITY)) as acme:
        await acme.until(shanghai("2026-03-18 22:00"))
        no = await lead_from(acme, 1, city="重庆")
        assert (await acme.lead(no))["owner"] is None
        await acme.until(shanghai("2026-03-19 09:01"))
        assert (await acme.lead(no))["owner"] == "zhaoqiang"


@pytest.mark.feature("E8")
async def test_why_answers_pool_score_and_time_in_the_words_of_the_rules(tmp_path, platform):
    async with town(tmp_path, platform=platform, members=MEMBERS, rules=by_rules(WEST)) as acme:
        no = await lead_from(acme, 1, city="哈尔滨")
        why = words(await acme.text("chenjing", f"为什么 {no}"))
        assert "负责人:还没有" in why and "线索池:公共线索池" in why
        assert "+15 留了可用的电话" in why and "时限:领取 2 个工作小时" in why
        lead = await acme.lead(no)
        (scored,) = [item for item in await acme.story(no) if item["kind"] == "scored"]
        assert f"评分:{lead['grade']} / {lead['score']} 分" in why
        assert json.dumps(scored["data"]["parts"], ensure_ascii=False).count("留了可用的电话") == 1
        assert "没有找到" in words(await acme.text("wanglei", "为什么 L999999"))
