"""kill -9 at each named point: what was acknowledged is done once, whatever the moment."""

import asyncio
import time

import aiohttp
import pytest

from sandbox.wecom.company import Contact
from store.crash import POINTS
from tests.sides import seen
from tests.town import MQL, words

pytestmark = [pytest.mark.kill, pytest.mark.feature("P7")]
PATIENCE = 180  # seconds; on a busy machine a server needs half a minute to start


async def persistent_capture(doomed, body):
    """A channel that delivers until it hears 200, as Leadbot's contract asks of channels."""
    while True:
        try:
            async with doomed.http.post("/capture/官网", json=body) as answer:
                if answer.status == 200:
                    return (await answer.json())["lead"]
        except (aiohttp.ClientError, TimeoutError):
            pass
        await asyncio.sleep(0.1)


async def until(condition):
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - the stand-in's chats change through HTTP
            await asyncio.sleep(0.02)


async def scenario(doomed):
    """A day in ten seconds: a lead, its offer and warning, a question, a claim, a new contact."""
    for post in doomed.standin.posts.values():
        post.manner.retries, post.manner.pause, post.manner.retry_on_status = PATIENCE * 10, 0.1, True
    no = await persistent_capture(doomed, {**MQL, "submission_id": "form-1"})
    await until(lambda: all(doomed.told(rep, no) for rep in doomed.reps))
    assert (await doomed.standin.text("rep000", "看 L900001")).status == 200
    await until(lambda: doomed.told("rep001", "领取时限"))
    card = next(m for m in doomed.told("rep000", no) if "领取" in m.buttons())
    assert (await doomed.standin.click("rep000", card, card.buttons()["领取"], force=True)).status == 200
    doomed.standin.faults.add("externalcontact/get", "errcode", times=1)
    assert (await doomed.standin.add_contact(Contact("wmA1", "rep000", "赵敏", state="展会码"))).status == 200
    await until(lambda: doomed.told("rep000", "新加的客户已自动建好线索"))
    return no


async def closed_for_the_other(doomed, no):
    """The other rep's card is closed; where the crash has cost its code (WeCom gives it once), a tap closes it."""
    offered = next(m for m in doomed.told("rep001", f"{no} 王") if m.kind == "card")
    if offered.buttons():
        assert (await doomed.standin.click("rep001", offered, offered.buttons()["领取"])).status == 200
        await until(lambda: not offered.buttons() and doomed.told("rep001", f"{no} 已被销售000领取"))
    assert "已被销售000领取" in seen(offered)


@pytest.mark.only("sqlite")
@pytest.mark.failure("2", "3", "C3")
@pytest.mark.parametrize("point", POINTS)
async def test_nothing_is_lost_or_done_twice_at(doomed, point, turn):
    await doomed.start(crash_at=f"{point}:{passes(point)}")
    day = asyncio.create_task(scenario(doomed))
    assert await doomed.died() == -9, "the point was passed, so it is covered"
    await doomed.start()
    await ends_well(doomed, day)


@pytest.mark.only("postgresql")
@pytest.mark.failure("2", "3", "C3")
async def test_another_server_takes_over_at(doomed, handover_point, turn, record_property):
    await doomed.start(crash_at=f"{handover_point}:{passes(handover_point)}")
    day = asyncio.create_task(scenario(doomed))
    assert await doomed.died() == -9, "the point was passed, so it is covered"
    begun = time.monotonic()
    await doomed.start(1)
    await ends_well(doomed, day)
    record_property(f"R-C3 {handover_point}", f"all done {time.monotonic() - begun:.0f} s after the death")


def passes(point):
    """At which pass to die: the first commits belong to the start itself."""
    return 3 if point.startswith("writer") else 1


async def ends_well(doomed, day):
    """The day goes on to its end, and each thing has happened once."""
    async with asyncio.timeout(2 * PATIENCE):
        no = await day
    await doomed.quiet()
    await closed_for_the_other(doomed, no)
    story = await doomed.story(no)
    assert (story["captured"], story["enquired"], story["claimed"]) == (1, 0, 1)
    assert doomed.rows("select count(*) from lead")[0][0] == 2, "the form's and the contact's"
    steps = {rep: [] for rep in doomed.reps}  # on a busy machine the minute may come to its second step
    for rep, card in doomed.rows("select member_id, card from outbox where purpose = 'ring' and card like 'clock:%'"):
        steps[rep].append(card)
    for rep in doomed.reps:
        assert len([m for m in doomed.told(rep, f"{no} 王") if m.kind == "card"]) == 1
        assert len(doomed.told(rep, "领取时限")) <= len(steps[rep]) == len(set(steps[rep])), "each step rings once"
    assert len(doomed.told("rep000", "没有找到 L900001")) == 1
    assert len(doomed.told("rep000", "新加的客户已自动建好线索")) == 1
    assert "13800138000" in words(doomed.told("rep000", no)) and "13800138000" not in words(doomed.told("rep001", no))
    assert doomed.database.sound()


@pytest.mark.only("sqlite")
@pytest.mark.failure("4")
async def test_what_was_being_sent_is_unknown_after_a_crash_never_queued(doomed):
    await doomed.start(crash_at="sender_before_call")
    await persistent_capture(doomed, MQL)
    assert await doomed.died() == -9
    assert {row[0] for row in doomed.rows("select state from outbox where first_sent_at is not null")} == {"sending"}
    doomed.standin.faults.add("message/send", "slow", seconds=8)
    await doomed.start()
    shown = []
    async with asyncio.timeout(60):
        while not shown:
            async with doomed.http.get("/api/v1/messages?state=unknown") as answer:
                shown = (await answer.json())["items"]
            states = doomed.rows("select state from outbox where first_sent_at is not null")
            assert ("queued",) not in states
            if ("sending",) in states and not shown:
                shown = doomed.rows("select attempts from outbox where attempts > 1")
    assert shown
    doomed.standin.faults.clear()
    await doomed.quiet()
    for rep in doomed.reps:
        assert len([m for m in doomed.told(rep, "王建国") if m.kind == "card"]) <= 2
