"""What WeCom did not tell us is found again: customers who were added while nobody was listening."""

from datetime import timedelta
from typing import Any

import pytest

from sandbox.wecom.company import Contact
from tests.acceptance.test_contact_way import WAYS, leads, publish
from tests.town import Town, town, words

pytestmark = pytest.mark.platforms("wecom")  # DingTalk has no customers in its chats
LINK = """
contact_ways:
  douyin:
    label: 抖音-夏季
    kind: link
    source: 抖音
    staff: [{members: [wanglei, lina]}]
    tags: [抖音]
"""


@pytest.mark.failure("P9")
@pytest.mark.feature("A5")
async def test_fifty_customers_of_an_hour_without_the_bot_are_all_found(tmp_path: Any, database: Any) -> None:
    async with town(tmp_path, rules=lambda text: text + WAYS, database=database) as place:
        await place.standin.scan("expo", "wm-before", "早来的")
        await place.settle()
        await place.stop_bot()
        for number in range(50):
            contact = Contact(f"wm{number:05}", ("wanglei", "lina")[number % 2], f"客户{number}", state="expo")
            await place.standin.add_contact(contact, told=False)
            place.at += timedelta(minutes=1)
        await place.start_bot()
        found = await leads(place)
        assert len(found) == 51 and {lead["enquiries"] for lead in found} == {1}
        assert {lead["sources"][0] for lead in found} == {"上海工博会"}
        assert {lead["owner"] for lead in found} == {"wanglei", "lina"}
        await place.later(hours=3)
        assert len(await leads(place)) == 51


@pytest.mark.feature("A5")
async def test_one_missed_callback_is_found_within_the_hour_and_a_late_one_adds_nothing(tmp_path: Any) -> None:
    async with town(tmp_path, rules=lambda text: text + WAYS) as place:
        contact = Contact("wm1", "lina", "王建国", state="expo")
        await place.standin.add_contact(contact, told=False)
        await place.later(minutes=60)
        (lead,) = await leads(place)
        assert (lead["name"], lead["owner"], lead["sources"]) == ("王建国", "lina", ["上海工博会"])
        calls = place.standin.api.calls["externalcontact/get"]
        await place.standin.add_contact(contact)
        await place.settle()
        await place.later(hours=5)
        assert [one["enquiries"] for one in await leads(place)] == [1]
        assert place.standin.api.calls["externalcontact/get"] <= calls + 1, "whom we know costs no call"


async def test_customers_of_the_time_before_the_bot_are_no_new_leads(tmp_path: Any) -> None:
    place = Town(tmp_path, {"wanglei": ("王磊", "rep", "华东"), "chenjing": ("陈静", "manager", "")})
    for number in range(230):
        old = Contact(f"wm-old{number}", "wanglei", f"老客户{number}")
        place.standin.company.contacts[old.external_id] = old
    await place.open()
    try:
        await place.later(hours=4)
        assert await leads(place) == []
        await place.standin.add_contact(Contact("wm-new", "wanglei", "新客户"), told=False)
        await place.later(hours=1)
        assert [lead["name"] for lead in await leads(place)] == ["新客户"]
    finally:
        await place.close()


async def test_without_customers_the_lists_are_asked_for_once_a_day(tmp_path: Any) -> None:
    async with town(tmp_path) as place:
        calls = place.standin.api.calls["externalcontact/list"]
        await place.later(hours=23)
        assert place.standin.api.calls["externalcontact/list"] <= calls + len(place.members)


async def test_an_app_that_may_not_read_customers_goes_on_with_the_rest(tmp_path: Any) -> None:
    async with town(tmp_path) as place:
        place.standin.faults.add("externalcontact/list", "errcode", errcode=48002)
        await place.stop_bot()
        await place.start_bot()
        await place.later(minutes=30)
        assert "L1001" in words(await place.text("wanglei", "新线索 张三 13800138001"))


@pytest.mark.feature("A6")
async def test_a_link_brings_its_customers_with_their_channel_also_without_a_callback(tmp_path: Any) -> None:
    async with town(tmp_path) as place:
        place.folder.rules.write_text(place.folder.rules.read_text(encoding="utf-8") + LINK, encoding="utf-8")
        place.standin.faults.add("externalcontact/customer_acquisition/create_link", "cut_after", times=1)
        await publish(place)
        await place.later(minutes=1)
        (link,) = place.standin.api.links.links.values()
        address = f"{link.url}?customer_channel=douyin"
        assert f"获客链接「抖音-夏季」做好了:{address}" in words(place.standin.chat("linda"))
        assert link.users == ["wanglei", "lina"]
        await place.standin.follow(address, "wm1", "张三")
        await place.standin.follow(address, "wm2", "李四", told=False)
        await place.settle()
        await place.later(minutes=55)
        found = {lead["name"]: lead for lead in await leads(place)}
        assert set(found) == {"张三", "李四"} and {lead["sources"][0] for lead in found.values()} == {"抖音"}
        assert {lead["owner"] for lead in found.values()} == {"wanglei", "lina"}
        assert place.standin.api.ways.tags_of("lina", "wm2") == ["抖音"]
        no = found["张三"]["no"]
        for _ in range(2):
            await place.standin.start_chat("wm1")
        await place.settle()
        spoke = [item["text"] for item in await place.story(no) if item["kind"] == "behaved"]
        assert spoke == ["回复了我们 在企业微信里说了第一句话"]
