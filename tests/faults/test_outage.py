"""R-P1, R-P2: while the platform is gone or slow all callbacks are taken; afterwards nothing is lost or doubled."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot import calling
from bot.pace import AT_ONCE
from tests.faults.conftest import BadDays, Door
from tests.sides import seen

HOURS = timedelta(hours=2)
DRAIN = timedelta(minutes=15)


@pytest.mark.failure("P1")
async def test_two_hours_of_a_closed_port(bad_days: BadDays, soak: bool) -> None:
    """As many messages as twenty people may get in fifteen minutes wait; in the short form a tenth."""
    door = Door(bad_days.place)
    await door.shut()
    for _ in range(8):
        await bad_days.ask(625 if soak else 50)
        await bad_days.passes(HOURS / 8, step=timedelta(minutes=5))
    found = await bad_days.states()
    assert found.get("sent", 0) == 0 and found["queued"] == bad_days._count, found
    await door.open()
    await bad_days.drained(within=DRAIN)
    bad_days.assert_all_answered_once()
    bad_days.assert_in_order()


@pytest.mark.failure("P1")
@pytest.mark.parametrize("kind", ["cut_before", "cut_after", "http_502"])
async def test_an_hour_in_which_every_line_is_cut(bad_days: BadDays, kind: str) -> None:
    """Nobody knows then what arrived; the same bytes are sent again where the platform recognises them."""
    await bad_days.ask(20)
    await bad_days.place.settle()
    bad_days.place.standin.faults.add("*", kind)
    await bad_days.ask(40)
    await bad_days.passes(timedelta(hours=1), step=timedelta(minutes=10))
    bad_days.place.standin.faults.clear()
    await bad_days.drained(within=DRAIN)
    await bad_days.assert_answered_once_or_told()


@pytest.mark.failure("P1")
@pytest.mark.parametrize("kind", ["cut_before", "cut_after", "http_502"])
async def test_offers_through_an_hour_of_cut_lines_hang_once_in_every_chat(bad_days: BadDays, kind: str) -> None:
    """A card has a name of ours, by which both platforms recognise it: it is sent until it hangs."""
    bad_days.place.standin.faults.add("*", kind)
    await bad_days.leads(3)
    await bad_days.passes(timedelta(hours=1), step=timedelta(minutes=10))
    bad_days.place.standin.faults.clear()
    await bad_days.drained(within=DRAIN)
    for rep in bad_days.reps:
        assert len(bad_days.offers(rep)) == len(set(bad_days.offers(rep))) == 3, rep


@pytest.mark.failure("P2")
@pytest.mark.parametrize(("kind", "seconds"), [("slow", 1.0), ("drip", 0.02)])
async def test_a_slow_platform_holds_nobody_up_and_gets_nothing_twice(
    bad_days: BadDays, monkeypatch: Any, kind: str, seconds: float
) -> None:
    """Thirty seconds an answer, or a byte a second: here a twenty-fifth of it, and of our patience of ten seconds."""
    assert calling.PATIENCE == 10.0
    monkeypatch.setattr(calling, "PATIENCE", 0.4)
    await bad_days.hang_up()
    await bad_days.ask(1)
    await bad_days.place.settle()
    bad_days.place.standin.faults.clear()
    bad_days.place.standin.faults.add(bad_days.place.side.sending, kind, seconds=seconds)
    await bad_days.ask(20)
    await bad_days.place.settle()
    assert bad_days.place.standin.faults.most_at_once <= 3 * AT_ONCE, "ours, and those that the platform still works on"
    assert (await bad_days.states())["unknown"] == 20
    assert (await bad_days.place.standin.text("rep00", "帮助")).status == 200
    bad_days.place.standin.faults.clear()
    await asyncio.sleep(seconds)
    await bad_days.drained(within=DRAIN)
    await bad_days.assert_answered_once_or_told()


@pytest.mark.failure("P1")
async def test_messages_of_one_lead_keep_their_order_through_an_outage(one_rep: BadDays) -> None:
    place = one_rep.place
    no = await place.mql()
    await place.text("lisi", f"领取 {no}")
    door = Door(place)
    await door.shut()
    for words in ("备注:第一句", "备注:第二句", "备注:第三句"):
        await place.standin.text("lisi", f"跟进 {no} {words}")
    await place.settle()
    await one_rep.passes(timedelta(minutes=30), step=timedelta(minutes=1))
    await door.open()
    await one_rep.drained(within=DRAIN)
    card = place.card("lisi", "打通了")
    assert "第三句" in seen(card), "the newest card shows the newest state"
    assert [item["text"] for item in await place.story(no) if item["kind"] == "followup_logged"] == [
        "备注:第一句", "备注:第二句", "备注:第三句",
    ]  # fmt: skip
