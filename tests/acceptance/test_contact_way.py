"""渠道活码: a scan makes the lead, the colleague on duty has its card at once, and the customer is greeted in time."""

import asyncio
import json
from typing import Any

import pytest

from sandbox.wecom.company import Contact
from store import rulebook
from tests.sides import title
from tests.town import Town, shanghai, town, words

pytestmark = pytest.mark.platforms("wecom")  # DingTalk has no customers in its chats
WAYS = """
contact_ways:
  expo:
    label: 上海工博会
    campaign: 2026-工博会
    staff:
      - {members: [wanglei], days: [mon, tue, wed, thu, fri], hours: ["09:00-18:00"]}
      - {members: [lina], days: [sat, sun]}
    backup: [zhaoqiang]
    welcome: 你好,我是{staff},工博会的资料马上发你。
    tags: [展会/工博会, 意向客户]
"""


@pytest.fixture
async def fair(tmp_path: Any, database: Any) -> Any:
    async with town(tmp_path, rules=lambda text: text + WAYS, database=database) as place:
        yield place


def users(place: Town) -> list[str]:
    """Who answers the code now, on the platform."""
    return list(place.standin.api.ways.of_state("expo").users)


async def publish(place: Town) -> None:
    """rules.yaml as it stands now holds from now on."""
    text = place.folder.rules.read_text(encoding="utf-8")
    await place.bot.store.transaction(lambda tx: rulebook.publish_rules(tx, text, after=1, by="admin", now=place.now()))
    await place.bot.follow_rules()
    await place.bot._plan_ways()  # the town's own look at the rules may have come first and be at it still
    await place.settle()


async def leads(place: Town) -> list[dict[str, Any]]:
    return list((await place.api("GET", "/leads?limit=200"))[1]["items"])


@pytest.mark.feature("A5")
async def test_a_scan_makes_the_lead_the_card_the_welcome_and_the_tags(fair: Town) -> None:
    assert users(fair) == ["wanglei"]
    told = words(fair.standin.chat("linda"))
    assert "活码「上海工博会」做好了:https://wework.qpic.cn/" in told
    await fair.standin.scan("expo", "wmAAAA1", "王建国", corp_name="云栖科技")
    await fair.settle()
    (lead,) = await leads(fair)
    assert (lead["owner"], lead["sources"], lead["company"]) == ("wanglei", ["上海工博会"], "云栖科技")
    card = fair.card("wanglei")
    assert title(card).startswith("L1001 王建国") and "通过活码「上海工博会」加了你" in words([card])
    (welcome,) = fair.standin.api.welcomed
    assert welcome["text"]["content"] == "你好,我是王磊,工博会的资料马上发你。"
    assert fair.standin.api.ways.tags_of("wanglei", "wmAAAA1") == ["工博会", "意向客户"]
    _, sent = await fair.api("GET", "/messages?state=sent")
    assert {"welcome", "tag"} <= {message["card"] for message in sent["items"]}
    assert "wmAAAA1" not in json.dumps(sent)


@pytest.mark.feature("A5")
async def test_a_code_s_lead_counts_for_its_campaign(fair: Town) -> None:
    await fair.text("linda", "渠道 新建 2026-工博会")
    await fair.standin.scan("expo", "wmAAAA1", "王建国")
    await fair.settle()
    assert "活动 2026-工博会" in words([fair.card("wanglei")])


@pytest.mark.feature("A5", "S2")
@pytest.mark.ask("AS6")
async def test_fifty_scans_in_one_second_delivered_thrice_are_fifty_leads_and_fifty_welcomes(fair: Town) -> None:
    fair.standin.posts["contact"].manner.copies, fair.standin.posts["contact"].manner.retries = 3, 2
    scans = [fair.standin.scan("expo", f"wm{n:05}", f"客户{n}") for n in range(50)]
    answers = await asyncio.gather(*scans)
    assert {answer.attempts for answer in answers} == {3}
    await fair.settle()
    found = await leads(fair)
    assert len(found) == 50 and {lead["enquiries"] for lead in found} == {1}
    assert len(fair.standin.api.welcomed) == 50
    assert fair.standin.api.calls["externalcontact/send_welcome_msg"] == 50


@pytest.mark.feature("A5")
async def test_the_rota_turns_on_the_platform_by_itself(fair: Town) -> None:
    config_id = fair.standin.api.ways.of_state("expo").config_id
    await fair.until(shanghai("2026-03-18 18:01"))
    assert users(fair) == ["zhaoqiang"], "after hours nobody of the slots is there: the backup"
    await fair.until(shanghai("2026-03-19 09:01"))
    assert users(fair) == ["wanglei"]
    await fair.until(shanghai("2026-03-21 08:00"))
    assert users(fair) == ["lina"], "a Saturday"
    assert fair.standin.api.ways.of_state("expo").config_id == config_id, "the printed code stays the same"
    assert fair.standin.api.calls["externalcontact/add_contact_way"] == 1
    calls = fair.standin.api.calls["externalcontact/update_contact_way"]
    await fair.until(shanghai("2026-03-22 23:00"))
    assert fair.standin.api.calls["externalcontact/update_contact_way"] == calls, "nothing changed, nothing was called"


@pytest.mark.feature("A5")
async def test_marketing_asks_where_the_codes_are_and_who_answers(fair: Town) -> None:
    told = words(await fair.text("linda", "活码"))
    assert "活码「上海工博会」:现在由王磊接待" in told and "https://wework.qpic.cn/" in told
    await fair.until(shanghai("2026-03-18 18:01"))
    assert "现在由赵强接待" in words(await fair.text("linda", "活码"))
    assert "主管和市场" in words(await fair.text("wanglei", "活码"))


@pytest.mark.feature("A5")
async def test_a_colleague_on_leave_gets_no_scans(fair: Town) -> None:
    await fair.text("wanglei", "请假 到周五")
    await fair.until(shanghai("2026-03-18 11:01"))
    assert users(fair) == ["zhaoqiang"]


@pytest.mark.feature("A5")
async def test_when_all_of_the_rota_have_left_the_backup_answers_and_marketing_hears_it_once(fair: Town) -> None:
    await fair.standin.leave("lina")
    await fair.standin.leave("wanglei")
    await fair.settle()
    assert users(fair) == ["zhaoqiang"]
    await fair.later(hours=30)
    told = [m.text for m in fair.standin.chat("linda") if "都离职了" in m.text]
    assert len(told) == 1 and "现在由后备赵强接待" in told[0] and "contact_ways.expo" in told[0]


@pytest.mark.feature("A5")
async def test_the_same_customer_stays_with_the_same_colleague(fair: Town) -> None:
    await fair.standin.scan("expo", "wmAAAA1", "王建国")
    await fair.settle()
    await fair.until(shanghai("2026-03-21 10:00"))
    await fair.standin.add_contact(Contact("wmAAAA1", "lina", "王建国", state="expo"))
    await fair.settle()
    (lead,) = await leads(fair)
    assert (lead["owner"], lead["enquiries"]) == ("wanglei", 2)
    assert "是 L1001,一直由王磊跟进" in words(fair.standin.chat("lina")) and "撞单 L1001" in words(
        fair.standin.chat("lina")
    )


async def test_a_half_added_contact_and_the_whole_one_are_one_enquiry(fair: Town) -> None:
    contact = Contact("wmAAAA1", "wanglei", "王建国", state="expo")
    await fair.standin.add_contact(contact, half=True)
    await fair.settle()
    await fair.later(seconds=40)
    await fair.standin.add_contact(contact, welcome=False)
    await fair.settle()
    (lead,) = await leads(fair)
    assert lead["enquiries"] == 1 and len(fair.standin.api.welcomed) == 1


async def test_a_welcome_that_failed_is_tried_again_within_its_seconds_only(fair: Town) -> None:
    fair.standin.faults.add("externalcontact/send_welcome_msg", "errcode", errcode=-1)
    await fair.standin.scan("expo", "wmAAAA1", "王建国")
    for _ in range(40):
        await fair.later(seconds=1)
    assert "欢迎语没有发出去" in words(fair.standin.chat("wanglei"))
    fair.standin.faults.clear()
    await fair.later(minutes=10)
    assert fair.standin.api.welcomed == [], "too late is too late"
    assert fair.standin.api.calls["externalcontact/send_welcome_msg"] == 0, "it was not even tried again"


async def test_a_welcome_that_fails_twice_still_goes_out_in_time(fair: Town) -> None:
    fair.standin.faults.add("externalcontact/send_welcome_msg", "errcode", errcode=41096, times=2)
    await fair.standin.scan("expo", "wmAAAA1", "王建国")
    for _ in range(12):
        await fair.later(seconds=1)
    assert len(fair.standin.api.welcomed) == 1


async def test_a_welcome_goes_out_though_the_profile_cannot_be_had(fair: Town) -> None:
    fair.standin.faults.add("externalcontact/get", "errcode", errcode=-1)
    await fair.standin.scan("expo", "wmAAAA1", "王建国")
    await fair.settle()
    assert len(fair.standin.api.welcomed) == 1
    fair.standin.faults.clear()
    await fair.later(seconds=10)
    assert [lead["name"] for lead in await leads(fair)] == ["王建国"]


async def test_a_welcome_of_which_nobody_knows_is_never_sent_twice(fair: Town) -> None:
    fair.standin.faults.add("externalcontact/send_welcome_msg", "cut_after", times=1)
    await fair.standin.scan("expo", "wmAAAA1", "王建国")
    await fair.settle()
    await fair.later(minutes=5)
    assert fair.standin.api.calls["externalcontact/send_welcome_msg"] == 1
    _, unknown = await fair.api("GET", "/messages?state=unknown")
    assert [message["card"] for message in unknown["items"]] == ["welcome"]


async def test_a_code_whose_making_was_cut_off_is_found_again_instead_of_made_twice(tmp_path: Any) -> None:
    async with town(tmp_path) as place:
        place.standin.faults.add("externalcontact/add_contact_way", "cut_after", times=1)
        place.folder.rules.write_text(place.folder.rules.read_text(encoding="utf-8") + WAYS, encoding="utf-8")
        await publish(place)
        await place.later(minutes=1)
        assert len(place.standin.api.ways.ways) == 1
        assert "活码「上海工博会」做好了" in words(place.standin.chat("linda"))
        await place.standin.scan("expo", "wmAAAA1", "王建国")
        await place.settle()
        assert (await leads(place))[0]["sources"] == ["上海工博会"]


async def test_a_member_whom_wecom_does_not_know_is_told_to_marketing_with_the_cure(tmp_path: Any) -> None:
    text = WAYS.replace("members: [wanglei]", "members: [chenjing]")
    async with town(tmp_path, rules=lambda rules: rules + text) as place:
        place.standin.company.hidden.add("zhaoqiang")
        await place.until(shanghai("2026-03-18 19:00"))
        told = [m.text for m in place.standin.chat("linda") if "没能更新" in m.text]
        assert len(told) == 1 and "members.csv" in told[0]
        assert users(place) == ["chenjing"], "what worked stays"
        place.standin.company.hidden.clear()
        await place.later(minutes=6)
        assert users(place) == ["zhaoqiang"]
