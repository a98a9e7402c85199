"""Mail to customers: through a real mail server, each once; what comes back is read; one tap stops it."""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from nurture.sending import Wanted, want
from sandbox.imap import MailHouse
from sandbox.mail import MailServer
from tests.bot.mail.test_report import delivery, reply
from tests.customers import customer
from tests.town import Town, town, words

pytestmark = [pytest.mark.only("sqlite"), pytest.mark.platforms("wecom")]
TEXT = {
    "subject": "{姓名|您好},三种相机怎么选",
    "text": "# 选型手册\n\n{姓名|您好},看[这一页](https://www.example.com/guide)。",
}


class Post:
    """A town with a mail server and a mailbox."""

    def __init__(self, acme: Town, server: MailServer, house: MailHouse) -> None:
        self.acme = acme
        self.server = server
        self.house = house
        self.no: dict[int, str] = {}  # of the leads, by the customers' numbers

    async def write(self, number: int = 1, **more: Any) -> Any:
        """A customer who has agreed is to get a mail, and gets it; returns what became of the wish."""
        found = await self.wish(number, **more)
        await self.acme.settle()
        return found

    async def wish(self, number: int = 1, *, key: str = "k1", by: str | None = None, **more: Any) -> Any:
        """The wish alone."""
        rules = (await self.acme.bot.context()).rules
        given = {"channel": "mail", "content": "", "topic": "news", "variables": TEXT, **more}

        async def work(tx: Any) -> Any:
            lead_id = await customer(tx, number, rules=rules, now=self.acme.at)
            self.no[number] = f"L{lead_id}"
            return await want(tx, lead_id, key=key, by=by, rules=rules, now=self.acme.at, **given)

        return await self.acme.bot.store.transaction(work)

    async def returns(self, raw: bytes) -> None:
        """Something comes into the mailbox, and is looked at."""
        self.house.put(raw)
        await self.acme.bot.roads.mailbox.run_once()
        await self.acme.settle()

    def state(self, key: str = "k1") -> tuple[str, str]:
        found = self.acme.database.rows("select state, error from outbox where corp = 'acme' and key = :key", key=key)[
            0
        ]
        return found[0], found[1]


@contextlib.asynccontextmanager
async def post(root: Any, database: Any) -> AsyncIterator[Post]:
    server, house = MailServer(), MailHouse()
    await server.start()
    await house.start()
    mail = (
        f"\nmail:\n  url: smtp://127.0.0.1:{server.port}\n  from: 市场部 <news@example.com>\n"
        f"  inbox: imap://news:right@127.0.0.1:{house.port}\n"
    )
    try:
        async with town(root, database=database, settings=lambda text: text + mail) as acme:
            yield Post(acme, server, house)
    finally:
        await server.stop()
        await house.stop()


def name_of(mail: Any) -> str:
    return str(mail.id).strip("<>").partition("@")[0]


@pytest.mark.feature("K2", "K3")
async def test_a_mail_reaches_the_customer_and_one_tap_in_the_mail_program_stops_it(tmp_path, database):
    async with post(tmp_path, database) as desk:
        assert isinstance(await desk.write(), Wanted)
        assert desk.server.refused == []
        (mail,) = desk.server.mails
        assert mail.to == "buyer1@hengli.cn" and mail.message["Subject"] == "客户1,三种相机怎么选"
        assert "客户1,看这一页 " in mail.part("text/plain") and "选型手册</h2>" in mail.part("text/html")
        story = [item for item in await desk.acme.story(desk.no[1]) if item["kind"] == "letter_sent"]
        assert [item["text"] for item in story] == ["邮件《客户1,三种相机怎么选》"]
        again = await desk.write()
        assert isinstance(again, Wanted) and not again.new and len(desk.server.mails) == 1, "one wish, one mail"
        stop = str(mail.message["List-Unsubscribe"]).strip("<>").partition("/u/")[2]
        async with desk.acme.http.post(f"/u/{stop}", data={"List-Unsubscribe": "One-Click"}) as answer:
            assert answer.status == 200
        withheld = await desk.write(key="k2")
        assert not isinstance(withheld, Wanted) and "退订" in withheld.why


@pytest.mark.feature("K2")
@pytest.mark.failure("P3")
async def test_letters_that_crawl_hold_up_no_colleague(tmp_path, database):
    async with post(tmp_path, database) as desk:
        desk.server.pause = 60.0
        for number in range(1, 9):
            await desk.wish(number, key=f"k{number}")
        async with asyncio.timeout(30):
            while not desk.acme.database.rows("select 1 from outbox where purpose = 'reach' and state = 'sending'"):  # noqa: ASYNC110 - the courier's rows tell
                await asyncio.sleep(0.01)
            assert (await desk.acme.standin.text("wanglei", "看 L900001")).status == 200
            while "没有找到 L900001" not in words(desk.acme.standin.chat("wanglei")):  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.01)
        assert desk.server.mails == []


@pytest.mark.feature("K2")
async def test_an_address_at_which_nobody_is_is_not_written_to_again_until_there_is_another(tmp_path, database):
    async with post(tmp_path, database) as desk:
        desk.server.answers["buyer1@hengli.cn"] = deque(["550 5.1.1 no such user"])
        await desk.write(by="wanglei")
        assert desk.state()[0] == "failed"
        assert f"{desk.no[1]} 没有收到「客户1,三种相机怎么选」" in words(desk.acme.standin.chat("wanglei"))
        await desk.write(2, key="k2", by="wanglei")
        await desk.returns(delivery(mail=name_of(desk.server.mails[0])))
        assert desk.state("k2") == ("failed", "退回来了(550 5.1.1)")
        for number, no in list(desk.no.items()):
            withheld = await desk.write(number, key=f"later{number}")
            assert not isinstance(withheld, Wanted) and "送不到" in withheld.why
            kinds = [item["kind"] for item in await desk.acme.story(no)]
            assert "contact_stopped" in kinds
        await desk.returns(delivery(mail=name_of(desk.server.mails[0])))
        assert [item["kind"] for item in await desk.acme.story(desk.no[2])].count("letter_returned") == 1, "told twice"
        status, _ = await desk.acme.api("PATCH", f"/leads/{desk.no[1]}", email="new@hengli.cn", by="admin")
        assert status == 200
        assert isinstance(await desk.write(1, key="new address"), Wanted)
        assert desk.server.mails[-1].to == "new@hengli.cn"


@pytest.mark.feature("K2", "K10")
async def test_an_answer_reaches_the_owner_and_a_holiday_note_nobody(tmp_path, database):
    async with post(tmp_path, database) as desk:
        await desk.write()
        await desk.acme.api("POST", f"/leads/{desk.no[1]}/claim", by="lina")
        name = name_of(desk.server.mails[0])
        before = len(desk.acme.standin.chat("lina"))
        await desk.returns(reply("我在休假,周一回来", extra="Auto-Submitted: auto-replied\n", mail=name))
        assert len(desk.acme.standin.chat("lina")) == before
        await desk.returns(reply("下周二方便吗,想看看样机", mail=name))
        assert "下周二方便吗,想看看样机" in words(desk.acme.standin.chat("lina")[before:])
        forged = name[:-1] + ("0" if name[-1] != "0" else "1")
        await desk.returns(reply("退订", mail=forged))
        assert isinstance(await desk.write(key="k2"), Wanted), "a name that somebody made up stops nothing"
        await desk.returns(reply("退订", mail=name))
        withheld = await desk.write(key="k3")
        assert not isinstance(withheld, Wanted) and "退订" in withheld.why


@pytest.mark.feature("K2")
@pytest.mark.ask("AS4")
async def test_what_may_have_arrived_waits_for_a_leader_who_decides(tmp_path, database):
    async with post(tmp_path, database) as desk:
        desk.server.cuts.extend(["after"])
        await desk.write()
        desk.server.cuts.extend(["data"])
        await desk.write(2, key="k2")
        assert (desk.state("k1")[0], desk.state("k2")[0]) == ("unknown", "unknown")
        await desk.acme.later(hours=30)
        assert len(desk.server.mails) == 1, "nobody here knows which of the two arrived, so nothing is repeated"
        shown = words(await desk.acme.text("chenjing", "未送达"))
        assert "2 条不知道送没送到" in shown and "会收到两遍" in shown
        assert "2 条邮件正在再发" in words(await desk.acme.press("chenjing", "再发邮件"))
        await desk.acme.later(days=8)
        ids = [mail.id for mail in desk.server.mails]
        assert len(ids) == 3 and len(set(ids)) == 2, "a further copy has the same name: programs show it once"
        assert "没有未送达的" in words(await desk.acme.text("chenjing", "未送达"))


@pytest.mark.feature("K2")
async def test_a_server_that_is_away_is_not_stormed_and_nothing_is_lost(tmp_path, database):
    async with post(tmp_path, database) as desk:
        acme = desk.acme
        await desk.server.stop()
        for number in range(1, 41):
            await desk.wish(number, key=f"k{number}")
        calls = 0
        for _ in range(600):  # ten minutes, looked at every second
            calls += await acme.bot.courier.run_once()
            acme.at += timedelta(seconds=1)
        assert calls < 8 + 12, "after the first batch one tries it for all, with growing pauses"
        await desk.server.start(desk.server.port)
        acme.at += timedelta(minutes=6)
        await acme.settle()
        assert sorted(mail.to for mail in desk.server.mails) == sorted(f"buyer{n}@hengli.cn" for n in range(1, 41))
