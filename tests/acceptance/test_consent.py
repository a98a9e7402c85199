"""Whoever wants no more messages gets none from that moment on, and whoever agreed gets each once."""

import asyncio
import contextlib
import random
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from bot.courier import Courier
from bot.platform import SendLater, SendRefused, SendUnknown
from leads.stop import allow, stop
from nurture.sending import Wanted, Withheld, want
from store import outbox
from store.db import Store
from store.queues import Outbox
from store.tx import Tx
from tests.conftest import KEYS, NOW
from tests.customers import Recorder, context_of, customer, rules_with
from tests.town import Town
from tests.visitor import visitor

TEXT = {"subject": "给{姓名|您}的报价", "text": "{姓名|您好},报价在这里。"}
RULES = rules_with("{all_channels: {per_day: 9, per_week: 99}, caps: {}}")


class Desk:
    """A store with customers, a courier and a channel that remembers; the time can be set."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.at = NOW
        self.recorder = Recorder()
        self.channels: Any = dict.fromkeys(("mail", "sms", "hand"), self.recorder)
        self.courier = self.another()

    def another(self, store: Store | None = None) -> Courier:
        return Courier(store or self.store, self.channels, context_of(RULES, lambda: self.at), lambda: self.at)

    async def customer(self, number: int = 1, **more: Any) -> int:
        return await self.store.transaction(lambda tx: customer(tx, number, rules=RULES, now=self.at, **more))

    async def want(self, lead_id: int, key: str, **more: Any) -> Wanted | Withheld:
        given = {"channel": "mail", "content": "", "topic": "news", "variables": TEXT, **more}
        return await self.store.transaction(lambda tx: want(tx, lead_id, key=key, rules=RULES, now=self.at, **given))

    async def stop(self, lead_id: int, **more: Any) -> Any:
        return await self.store.transaction(lambda tx: stop(tx, lead_id, way="page", rules=RULES, now=self.at, **more))

    async def rows(self) -> list[Outbox]:
        async with self.store.read() as tx:
            rows = await tx.all(select(Outbox).where(col(Outbox.corp) == tx.corp).order_by(col(Outbox.id)))
        return [row for row in rows if row.purpose == "reach"]

    async def states(self) -> list[tuple[str, str]]:
        return [(row.key, row.state) for row in await self.rows()]


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


@pytest.mark.feature("K2")
async def test_one_wish_is_one_message_however_often_it_is_wished(desk: Desk) -> None:
    lead_id = await desk.customer()
    first = await desk.want(lead_id, "journey:1:step:1")
    again = await desk.want(lead_id, "journey:1:step:1", channel="sms")
    assert first == Wanted("journey:1:step:1", NOW, new=True)
    assert again == Wanted("journey:1:step:1", NOW, new=False)
    while await desk.courier.run_once():
        pass
    assert len(desk.recorder.sent) == 1 and await desk.states() == [("journey:1:step:1", "sent")]


@pytest.mark.feature("K2")
@pytest.mark.only("sqlite")
async def test_what_may_have_arrived_waits_for_a_person_and_what_was_not_taken_is_tried_again(desk: Desk) -> None:
    lead_id = await desk.customer()
    for key, end in (("cut", SendUnknown("断了")), ("busy", SendLater("忙")), ("never", SendRefused("地址不存在"))):
        desk.recorder.ends = [end]
        await desk.want(lead_id, key)
        await desk.courier.run_once()
    assert await desk.states() == [("cut", "unknown"), ("busy", "queued"), ("never", "failed")]
    desk.at += timedelta(hours=3)
    while await desk.courier.run_once():
        pass
    assert await desk.states() == [("cut", "unknown"), ("busy", "sent"), ("never", "failed")]
    assert len(desk.recorder.sent) == 1


@pytest.mark.feature("K4")
@pytest.mark.only("sqlite")
async def test_a_stop_holds_for_what_waits_already_and_is_told_to_whoever_tries(desk: Desk) -> None:
    lead_id = await desk.customer(topics=("news", "event"))
    await desk.want(lead_id, "news")
    await desk.want(lead_id, "event", topic="event")
    facts = await desk.stop(lead_id, topic="news")
    assert [fact.text() for fact in facts] == ["「产品资讯」(退订页)"]
    assert await desk.stop(lead_id, topic="news") == (), "said twice, it is known"
    while await desk.courier.run_once():
        pass
    assert await desk.states() == [("news", "stopped"), ("event", "sent")]
    refused = await desk.want(lead_id, "by hand", channel="hand")
    assert refused == Withheld("stopped", "客户 2026-03-18 退订了「产品资讯」,不能再发。")
    await desk.stop(lead_id)
    assert await desk.want(lead_id, "service", topic="service") == Withheld(
        "stopped", "客户 2026-03-18 要求不再联系,不能再发任何消息。"
    )
    await desk.store.transaction(lambda tx: allow(tx, lead_id, way="chat", by="lina", rules=RULES, now=NOW))
    assert isinstance(await desk.want(lead_id, "service", topic="service"), Wanted)
    assert isinstance(await desk.want(lead_id, "again"), Withheld), "to lift a stop is no consent"


@pytest.mark.feature("K4", "P4")
async def test_nothing_begins_to_be_sent_after_a_withdrawal_was_committed(
    desk: Desk, soak: bool, record_property: Any
) -> None:
    """Withdrawals at random moments while two servers send; what waited at that moment must never go."""
    many, rnd = (1000 if soak else 120), random.Random(11)
    people = [await desk.customer(number) for number in range(many * 5 // 4)]

    async def plan(tx: Tx) -> None:
        for lead_id in people:
            for channel in ("mail", "sms", "hand"):
                await want(
                    tx, lead_id, channel=channel, content="", topic="news", key=f"{channel}:{lead_id}", variables=TEXT,
                    rules=RULES, now=NOW,
                )  # fmt: skip

    await desk.store.transaction(plan)
    other = Store(desk.store.url, "acme", KEYS) if desk.store.shared else desk.store
    if other is not desk.store:
        await other.open()
    leaving = rnd.sample(people, many)
    waited: set[str] = set()

    async def leave(tx: Tx, lead_id: int) -> set[str]:
        await stop(tx, lead_id, topic="news", way="page", rules=RULES, now=NOW)
        rows = await tx.all(
            select(Outbox).where(
                col(Outbox.corp) == tx.corp, col(Outbox.lead_id) == lead_id, col(Outbox.state) == "queued"
            )
        )
        return {row.key for row in rows}

    async def withdraw() -> None:
        for lead_id in leaving:
            await asyncio.sleep(rnd.random() * 0.004)
            waited.update(await desk.store.transaction(lambda tx, one=lead_id: leave(tx, one)))

    async def send(courier: Courier) -> None:
        while await courier.run_once():  # noqa: ASYNC110 - random pauses between two turns
            await asyncio.sleep(rnd.random() * 0.05)

    await asyncio.gather(withdraw(), send(desk.courier), send(desk.another(other)))
    while await desk.courier.run_once():
        pass
    if other is not desk.store:
        await other.close()
    ends = dict(await desk.states())
    assert waited and {ends[key] for key in waited} == {"stopped"}
    assert {state for key, state in ends.items() if key not in waited} == {"sent"}
    assert len(desk.recorder.sent) == len(set(desk.recorder.sent)) == sum(end == "sent" for end in ends.values())
    record_property("withdrawals", f"{many}, {len(waited)} messages stopped in time, 0 begun after one")


@pytest.mark.feature("P4")
@pytest.mark.platforms("wecom")
@pytest.mark.only("sqlite")
async def test_a_box_of_its_own_never_ticked_beforehand_is_the_consent_to_hear_of_topics(acme: Town) -> None:
    stranger = visitor(acme)
    page = await stranger.open()
    box = re.search(r'<input type="checkbox" name="subscribe" value="([0-9a-f]{64})"( checked)?>', page)
    assert box is not None and box[2] is None and "可以随时退订" in page
    await stranger.send()
    await acme.settle()
    found = "select topic, version, words, way from consent where corp = 'acme' order by id"
    assert [row[0] for row in acme.database.rows(found)] == [""], "who does not tick it is only answered"
    other = visitor(acme)
    await other.open()
    await other.send(phone="13900139000", subscribe=box[1])
    await acme.settle()
    rows = acme.database.rows(found)[1:]
    assert [(row[0], row[1], row[3]) for row in rows] == [
        ("", "1", "form"),
        ("news", "1", "form"),
        ("event", "1", "form"),
    ]
    assert rows[1][2] == box[1]
    third = visitor(acme)
    await third.open()
    await third.send(phone="13900139001", subscribe="yes")
    await acme.settle()
    assert len(acme.database.rows(found)) == 5, "words that did not stand there are agreed to by nobody"


@pytest.mark.feature("K2")
@pytest.mark.ask("AS4")
async def test_what_a_dead_server_had_in_hand_goes_again_only_where_its_road_knows_it(desk: Desk) -> None:
    sure, unsure = Recorder(), Recorder()
    sure.repeatable = True
    desk.channels |= {"hand": sure, "mail": unsure}
    wishes = ((1, "hand"), (2, "mail"), (3, "hand"))
    leads = {number: await desk.customer(number) for number, _ in wishes}
    for number, road in wishes:
        await desk.want(leads[number], f"w{number}", channel=road)

    async def dies(body: bytes) -> Any:
        raise asyncio.CancelledError

    sure.send = unsure.send = dies  # type: ignore[method-assign]
    with contextlib.suppress(asyncio.CancelledError):
        await desk.courier.run_once()
    while "queued" in dict(await desk.states()).values():
        with contextlib.suppress(asyncio.CancelledError):
            await desk.courier.run_once()
    bodies = {row.key: row.body for row in await desk.rows()}
    del sure.send, unsure.send
    await desk.stop(leads[3])
    await desk.store.transaction(lambda tx: outbox.orphan(tx, now=desk.at, all_rows=True))
    assert set(dict(await desk.states()).values()) == {"unknown"}
    while await desk.courier.repeat_unknown():
        pass
    assert await desk.states() == [("w1", "sent"), ("w2", "unknown"), ("w3", "unknown")]
    assert sure.sent == ["w1"] and unsure.sent == [], "who has withdrawn gets nothing more, mail waits for a leader"
    assert {row.key: row.body for row in await desk.rows()}["w1"] in (bodies["w1"], None), "with the same bytes"
