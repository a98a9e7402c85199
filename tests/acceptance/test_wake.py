"""L2: a sleeping customer who stirs is their old owner's first, and the pool's after two working hours."""

from typing import Any

import pytest

from tests.acceptance.test_radar import go, links, sent
from tests.town import Town, words

pytestmark = [pytest.mark.platforms("wecom"), pytest.mark.only("sqlite"), pytest.mark.feature("L2")]


async def asleep(acme: Town, *, days: int) -> Any:
    """A customer of lina's who was put to sleep so many days ago, and has got a message now."""
    letter = await sent(acme)
    await acme.later(days=5)
    await acme.text("lina", f"沉睡 {letter.lead.no} 半年没回音")
    await acme.later(days=days)
    return letter


async def test_a_click_after_143_days_is_a_card_to_the_old_owner_first_and_to_the_pool_after_two_hours(
    acme: Town,
) -> None:
    letter = await asleep(acme, days=143)
    no = letter.lead.no
    before = {user: len(acme.standin.chat(user)) for user in ("lina", "wanglei")}
    await go(acme, links(letter)[0])
    card = words(acme.standin.chat("lina")[before["lina"] :])
    assert "沉睡 143 天后打开了「价格页」,2 小时内没跟进就放回线索池" in card
    assert words(acme.standin.chat("wanglei")[before["wanglei"] :]) == "", "nobody else hears yet"
    lead = await acme.lead(no)
    assert (lead["stage"], lead["owner"]) == ("sal", "lina")
    (woke,) = [item for item in await acme.story(no) if item["kind"] == "woke"]
    assert woke["text"] == "沉睡 143 天后打开了「价格页」" and woke["data"]["days"] == 143
    await acme.later(hours=1, minutes=55)
    assert (await acme.lead(no))["owner"] == "lina"
    await acme.later(hours=3)
    lead = await acme.lead(no)
    assert (lead["stage"], lead["owner"]) == ("mql", None)
    assert no in words(acme.standin.chat("wanglei")[before["wanglei"] :]), "the pool has it now"


async def test_an_owner_who_follows_up_keeps_the_customer(acme: Town) -> None:
    letter = await asleep(acme, days=98)
    no = letter.lead.no
    await go(acme, links(letter)[0])
    await acme.later(hours=1)
    await acme.text("lina", f"跟进 {no} 电话聊了,下周要报价")
    await acme.later(hours=6)
    assert (await acme.lead(no))["owner"] == "lina"


async def test_without_an_old_owner_the_pool_has_it_at_once_and_a_program_wakes_nobody(acme: Town) -> None:
    letter = await sent(acme, owner="")
    no = letter.lead.no
    assert "沉睡" in words(await acme.text("linda", f"沉睡 {no} 没有动静"))
    await acme.later(days=91)
    await go(acme, links(letter)[0], **{"User-Agent": "Mimecast link check"})
    assert (await acme.lead(no))["stage"] == "dormant"
    await go(acme, links(letter)[0])
    assert (await acme.lead(no))["stage"] == "mql"
    assert no in words(acme.standin.chat("wanglei")[-1:])
