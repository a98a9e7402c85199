"""Text messages: by the declared interface of a provider, signed, counted, each once; receipts and 退订 come back."""

import contextlib
from collections import deque
from collections.abc import AsyncIterator
from typing import Any

import pytest

from nurture.sending import Wanted, want
from sandbox.sms import SETTINGS, SmsHouse
from tests.customers import customer
from tests.town import Town, town, words

pytestmark = [pytest.mark.only("sqlite"), pytest.mark.platforms("wecom"), pytest.mark.feature("K2", "K3")]
TEXT = {"text": "{姓名|您好},三种相机怎么选,看这里 https://www.example.com/guide"}


class Desk:
    """A town with a provider of text messages."""

    def __init__(self, acme: Town, house: SmsHouse) -> None:
        self.acme = acme
        self.house = house
        self.no: dict[int, str] = {}

    async def write(self, number: int = 1, *, key: str = "k1", topic: str = "news", **more: Any) -> Any:
        rules = (await self.acme.bot.context()).rules
        given = {"channel": "sms", "content": "", "variables": TEXT, **more}

        async def work(tx: Any) -> Any:
            lead_id = await customer(tx, number, rules=rules, now=self.acme.at)
            self.no[number] = f"L{lead_id}"
            return await want(tx, lead_id, key=key, topic=topic, rules=rules, now=self.acme.at, **given)

        found = await self.acme.bot.store.transaction(work)
        await self.acme.settle()
        return found

    async def push(self, what: str, *items: dict[str, Any], **more: Any) -> int:
        status = await self.house.push(what, list(items), **more)
        await self.acme.settle()
        return status

    def state(self, key: str = "k1") -> tuple[str, str]:
        query = "select state, error from outbox where corp = 'acme' and key = :key"
        found = self.acme.database.rows(query, key=key)[0]
        return found[0], found[1]

    async def kinds(self, number: int = 1) -> list[str]:
        return [item["kind"] for item in await self.acme.story(self.no[number])]


@contextlib.asynccontextmanager
async def desk_of(root: Any, database: Any, *, per_minute: int = 600) -> AsyncIterator[Desk]:
    house = SmsHouse(now=lambda: 0.0)
    await house.start()
    more = SETTINGS.format(port=house.port, per_minute=per_minute)
    try:
        async with town(root, database=database, settings=lambda text: text + more) as acme:
            house.now = acme.steady
            house.pushes_to = str(acme.http._base_url).rstrip("/")
            yield Desk(acme, house)
    finally:
        await house.stop()


async def test_a_message_carries_its_signature_and_how_to_stop_it_and_its_receipt_comes_back(tmp_path, database):
    async with desk_of(tmp_path, database) as desk:
        assert isinstance(await desk.write(), Wanted)
        assert desk.house.flaws == []
        ((phone, text, number),) = desk.house.got
        assert phone == "13800000001"
        assert text.startswith("【云栖科技】客户1,三种相机怎么选,看这里 http") and text.endswith(" 退订回T")
        story = await desk.acme.story(desk.no[1])
        told = next(item for item in story if item["kind"] == "letter_sent")
        assert told["data"]["parts"] == (2 if len(text) > 70 else 1)
        await desk.write(2, key="k2", topic="service")
        assert "退订" not in desk.house.got[1][1], "what they asked for themselves is no advertising"
        assert await desk.push("receipt", {"msgid": number, "stat": "DELIVRD"}) == 200
        assert desk.state() == ("sent", "")
        dead = {"msgid": desk.house.got[1][2], "stat": "MK:0001"}
        assert await desk.push("receipt", dead, secret="a-wrong-secret") == 403
        assert await desk.push("receipt", dead) == await desk.push("receipt", dead) == 200
        assert desk.state("k2") == ("failed", "退回来了(MK:0001)")
        assert (await desk.kinds(2)).count("letter_returned") == 1
        withheld = await desk.write(2, key="k3")
        assert not isinstance(withheld, Wanted) and "送不到" in withheld.why


async def test_an_answer_is_read_by_the_owner_and_t_stops_text_messages_alone(tmp_path, database):
    async with desk_of(tmp_path, database) as desk:
        await desk.write()
        await desk.acme.api("POST", f"/leads/{desk.no[1]}/claim", by="lina")
        said = {"mobile": "13800000001", "content": "周五方便吗", "moid": "1"}
        assert await desk.push("reply", said) == await desk.push("reply", said) == 200
        assert (await desk.kinds()).count("wrote") == 1, "pushed twice, said once"
        assert "周五方便吗" in words(desk.acme.standin.chat("lina"))
        await desk.push("reply", {"mobile": "13999999999", "content": "T", "moid": "2"})
        assert isinstance(await desk.write(2, key="k2"), Wanted), "a stranger stops nobody else's messages"
        await desk.push("reply", {"mobile": "13800000001", "content": "T", "moid": "3"})
        withheld = await desk.write(key="k3")
        assert not isinstance(withheld, Wanted) and "退订" in withheld.why
        assert isinstance(await desk.write(key="k4", channel="hand"), Wanted), "only the channel that was stopped"


@pytest.mark.ask("AS4")
async def test_what_the_provider_answers_is_told_apart(tmp_path, database):
    async with desk_of(tmp_path, database) as desk:
        desk.house.answers = {"13800000001": deque(["-2"]), "13800000002": deque(["-5"]), "13800000003": deque(["-4"])}
        for number in (1, 2):
            await desk.write(number, key=f"k{number}")
        assert desk.state("k1") == ("failed", "号码是空号(-2)")
        assert desk.state("k2") == ("failed", "短信服务商不发这一条(-5)")
        assert "contact_stopped" in await desk.kinds(1) and "contact_stopped" not in await desk.kinds(2)
        desk.house.cuts = 1
        await desk.write(4, key="k4")
        assert desk.state("k4")[0] == "unknown" and len(desk.house.got) == 1
        await desk.write(3, key="k3")
        assert desk.state("k3")[0] == "queued"
        await desk.acme.later(minutes=2)
        assert desk.state("k3")[0] == "sent"
        await desk.acme.later(hours=30)
        assert len(desk.house.got) == 2, "what may have arrived is not sent again by itself"


async def test_a_text_that_would_cost_too_much_does_not_go(tmp_path, database):
    async with desk_of(tmp_path, database) as desk:
        await desk.write(variables={"text": "很长的话" * 100})
        assert desk.house.got == []
        assert desk.state()[0] == "stopped" and "要算 7 条钱,设置里最多 5 条" in desk.state()[1]
