"""Cards, digests, pages, files and programs tell the same numbers: those of plain arithmetic over the raw history."""

import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.browser import Browser
from tests.conftest import NOW
from tests.reports.asked import boards, chat, exported, exported_view, numbers_file, rest
from tests.reports.forward import Forward, forward
from tests.reports.half_year import CHINA, half_year, lines
from tests.reports.oracle import Team
from tests.reports.surfaces import channel_card, day_card
from tests.reports.telling import Told, differs
from tests.reports.test_numbers_agree import brought
from tests.reports.truth import Truth, truth
from tests.town import MEMBERS, Town, shanghai, town, words

BEGIN = datetime(2025, 10, 1, tzinfo=CHINA)  # so that the half year has not ended yet
FEBRUARY = (date(2026, 2, 1), date(2026, 2, 28))
TODAY = (date(2026, 3, 18), date(2026, 3, 18))
EAST = frozenset(user for user, (_, _, team) in MEMBERS.items() if team == "华东")
NAMES = {user: name for user, (name, role, _) in MEMBERS.items() if role == "rep"}
SOURCES = ["抖音", "官网", "百度", "展会", "老客户介绍", "导入"]


@pytest.fixture
async def acme(database, tmp_path, platform):
    def rules(text):
        many = re.sub(r"(holding|per_day): \d+", r"\1: 1000000", text)  # three people have a half year's leads
        return many + '\ndigest: {at: "08:50"}\n'

    async with town(tmp_path, platform=platform, database=database, rules=rules) as place:
        yield place


class Life:
    """A company that goes on living: what is done over chat and channels is noted as a line of its history, too."""

    def __init__(self, acme: Town, deeds: list[dict[str, Any]]) -> None:
        self.acme = acme
        self.deeds = deeds

    def note(self, deed: str, **more: Any) -> None:
        self.deeds.append({"type": deed, "at": self.acme.at.isoformat(), **more})

    async def comes(self, source: str, phone: str) -> str:
        """Somebody asks through a channel, and is an MQL at once."""
        no = await self.acme.mql(source=source, phone=phone, name=f"客户{phone[-4:]}", company=f"上海{phone[-4:]}公司")
        self.note("lead", ref=no, phone=phone, source=source, live=True)
        self.note("stage", lead=no, to="mql")
        return no

    async def claims(self, user: str, no: str) -> None:
        assert "已领取" in words(await self.acme.text(user, f"领取 {no}"))
        self.note("claim", lead=no, by=user)

    async def calls(self, user: str, no: str) -> None:
        await self.acme.text(user, f"跟进 {no} 打电话聊了")
        self.note("followup", lead=no, by=user, kind="call")

    async def passes(self, **span: float) -> None:
        await self.acme.later(**span)


async def read(life: Life, days: tuple[date, date], user: str, words_of_days: str, page: Browser) -> list[Told]:
    """Every number on every surface about some days, as somebody may see it."""
    await life.passes(minutes=2)  # so many messages a minute are not sent to anybody
    acme, team = life.acme, EAST if MEMBERS[user][2] else None
    query = f"from={days[0]}&to={days[1]}"
    told = await chat(acme, user, words_of_days, SOURCES, NAMES)
    told += await boards(page, query, NAMES)
    told += await rest(acme, query + (f"&team={MEMBERS[user][2]}" if team else ""))
    for ending in ("csv", "xlsx"):
        told += await numbers_file(page, {"from": str(days[0]), "to": str(days[1])}, ending, NAMES)
    small = days[0] == days[1] or len(life.deeds) < 10_000  # a larger file wants a manager's word
    for what, ending in (("leads", "csv"), ("mql", "xlsx"), ("won", "csv")) if small else ():
        filters = f"reached={what}&since={days[0]}&until={days[1]}"
        rows = await exported(page, filters, ending)
        names = {"leads": "leads", "mql": "mql", "won": "customers"}
        told.append(Told(f"export {ending}", names[what], None, str(rows)))
    for what, source in (("leads", "抖音"), ("mql", "官网")) if small else ():
        filters = f"reached={what}&first={source}&since={days[0]}&until={days[1]}"
        told.append(Told("export of a view", what, source, str(await exported_view(page, filters, "csv"))))
    assert len(told) > 100, len(told)
    return told


def wrong(told: list[Told], life: Life, days: tuple[date, date], user: str) -> list[str]:
    """What is not the oracle's number, named by its surface."""
    team = EAST if MEMBERS[user][2] else None
    table = everything(life, days, team)
    return [found for one in told if (found := differs(one, table))]


def everything(life: Life, days: tuple[date, date], team: Team) -> Truth:
    """All that the oracle knows of some days, and of the month to come."""
    oracle = Forward(life.deeds)
    return truth(oracle, *days, team=team, now=life.acme.at) | forward(oracle, team=team, now=life.acme.at)


def moved(before: list[Told], after: list[Told]) -> set[str]:
    """The kinds of surfaces that tell something else now."""
    was = {(one.surface, one.number, one.key): one.text for one in before}
    return {one.surface.split()[0] for one in after if was.get((one.surface, one.number, one.key)) != one.text}


@pytest.mark.feature("M1", "M2", "M3", "M4", "M6", "H9")
@pytest.mark.platforms("wecom")
async def test_every_surface_tells_the_oracle_s_numbers_and_moves_with_one_event(acme: Town, soak: bool) -> None:
    whole = half_year(31, 50_000 if soak else 400, BEGIN)
    deeds = [deed for deed in whole if datetime.fromisoformat(deed["at"]) < NOW - timedelta(minutes=5)]
    assert (await brought(acme, "history.ndjson", lines(deeds)))["bad"] == []
    life = Life(acme, deeds)
    async with Browser(acme) as leader, Browser(acme) as marketing:
        await leader.login("chenjing")
        await marketing.login("linda")
        readers = (("linda", marketing), ("chenjing", leader))
        told: dict[tuple[str, str], list[Told]] = {}
        for days, said, happens in (
            (FEBRUARY, "上月", None), (TODAY, "今天", a_day_of_promises), (TODAY, "今天", a_word_of_what_comes),
            (TODAY, "今天", a_payment), (TODAY, "今天", a_win), (FEBRUARY, "上月", an_enquiry_of_february),
        ):  # fmt: skip
            if happens is not None:
                await happens(life)
            for user, page in readers:
                before, now = told.get((user, said), []), await read(life, days, user, said, page)
                told[user, said] = now
                assert wrong(now, life, days, user) == [], (said, happens, user)
                assert happens not in MOVES or moved(before, now) >= MOVES[happens], (happens, user)
    await the_morning_after(life)


async def a_day_of_promises(life: Life) -> None:
    """One promise kept, one kept late, one broken and still open."""
    kept, late, _ = [await life.comes(*who) for who in (("抖音", "13800000001"), ("官网", "13800000002"),
                                                        ("展会", "13800000003"))]  # fmt: skip
    await life.passes(minutes=30)
    await life.claims("wanglei", kept)
    await life.calls("wanglei", kept)
    await life.passes(hours=4)
    await life.claims("zhaoqiang", late)


def a_deal(life: Life, result: str) -> tuple[str, str, dict[str, Any]]:
    """(its reference, its number, what the oracle knows of it): a deal of 李娜 with that result."""
    ref, deal = next(
        (ref, deal) for ref, deal in Forward(life.deeds).deals.items()
        if deal["result"] == result and deal["owner"] == "lina" and deal["closer"] in (None, "lina")
    )  # fmt: skip
    query = "select id from opportunity where corp = 'acme' and key = :key"
    return ref, f"O{life.acme.database.rows(query, key=f'history:{ref}')[0][0]}", deal


async def a_payment(life: Life) -> None:
    """Money comes in for a deal that was won long ago."""
    ref, no, _ = a_deal(life, "won")
    assert "43,210" in words(await life.acme.text("lina", f"回款 {no} 43210元"))
    life.note("payment", opportunity=ref, amount=43210)


async def a_word_of_what_comes(life: Life) -> None:
    """The rep says when and how far, the leader what it brings and what is wanted."""
    ref, no, deal = a_deal(life, "open")
    assert "已记好" in words(await life.acme.text("lina", f"商机 {no} 预计=2026-03-27"))
    life.note("expect", opportunity=ref, day="2026-03-27")
    assert "商务谈判" in words(await life.acme.text("lina", f"阶段 {no} 商务谈判"))
    life.note("advance", opportunity=ref, to="商务谈判")
    said = float(deal["amount"]) + 51_234.5  # a large company tells its month in whole 万
    assert "记下了" in words(await life.acme.text("chenjing", f"承诺 {no} {said}元"))
    life.note("commit", opportunity=ref, amount=str(said))
    for whose, amount in (("lina", 500_000), ("zhaoqiang", 80_000)):
        assert "目标" in words(await life.acme.text("admin", f"目标 {NAMES[whose]} {amount}元"))
        life.note("target", whose=whose, amount=amount)


async def a_win(life: Life) -> None:
    """An open deal is won."""
    ref, no, deal = a_deal(life, "open")  # the one that comes
    assert "赢单" in words(await life.acme.text("lina", f"赢单 {no} {float(deal['amount'])}元"))
    life.note("close", opportunity=ref, result="won", by="lina")


async def an_enquiry_of_february(life: Life) -> None:
    """It turns out that a customer had asked at a fair before buying: the sale is owed to two sources."""
    oracle = Forward(life.deeds)
    begin, end = (datetime(2026, 2, day, tzinfo=CHINA) for day in (2, 28))
    lead = next(
        deal["lead"] for deal in oracle.deals.values()
        if deal["result"] == "won" and begin < deal["closed"] < end and deal["closer"] == "lina"
        and oracle.leads[deal["lead"]]["source"] != "展会"
    )  # fmt: skip
    line = {"type": "enquiry", "at": begin.isoformat(), "lead": lead, "source": "展会", "text": "展位上聊过"}
    assert (await brought(life.acme, "more.ndjson", lines([line])))["bad"] == []
    life.deeds.append(line)


MOVES: dict[Any, set[str]] = {
    a_word_of_what_comes: {"日报", "预测", "page", "REST"},
    a_payment: {"数字明细", "回款归因", "page", "REST", "file"},
    a_win: {"日报", "数字明细", "更多数字", "归因", "预测", "page", "REST", "file", "export"},
    an_enquiry_of_february: {"归因", "page", "REST"},
}


async def the_morning_after(life: Life) -> None:
    """The digests of the day, those of the team and those of everybody."""
    acme = life.acme
    before = {user: len(acme.standin.chat(user)) for user in ("chenjing", "linda")}
    await acme.until(shanghai("2026-03-19 08:59"))
    team, everybody = (everything(life, TODAY, whose) for whose in (EAST, None))
    told = {user: words(acme.standin.chat(user)[count:]) for user, count in before.items()}
    day = [*day_card("digest of a leader", told["chenjing"])]
    channels = [*channel_card("digest of marketing", told["linda"], SOURCES)]
    assert len(day) == 8 and len(channels) > 3
    assert [found for one in day if (found := differs(one, team))] == []
    assert [found for one in channels if (found := differs(one, everybody))] == []
