"""Two servers on one PostgreSQL give leads fairly, never over a cap, and work by the same rules within seconds."""

import asyncio
import contextlib
from collections import Counter

import aiohttp
import pytest

from bot.app import Leadbot
from bot.guard import listen
from bot.site import site
from tests.acceptance.test_assignment import MEMBERS, WEST, by_rules, members
from tests.acceptance.test_rules import rules as run_rules
from tests.lists import cli
from tests.town import MQL, shanghai, town, words

pytestmark = pytest.mark.only("postgresql")
PEOPLE = {**MEMBERS, "sunhao": ("孙浩", "rep", "渝西")}


@contextlib.asynccontextmanager
async def two_servers(place):
    """A second replica beside the town's own: (both bots, an HTTP client for each)."""
    other = Leadbot(place.folder, place.settings, now=place.now, monotonic=place.steady)
    runner = await listen(site(other), "127.0.0.1", 0)
    address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    headers = {"Authorization": f"Bearer {place.admin_key}"}
    async with aiohttp.ClientSession(base_url=address, headers=headers) as client:
        try:
            yield (place.bot, other), (place.http, client)
        finally:
            await runner.cleanup()


async def post(client, body):
    """Send a form as a channel does: a server that is too busy for it is asked again with the same submission."""
    async with asyncio.timeout(120):
        while True:
            async with client.post("/capture/官网", json=body) as answer:
                if answer.status == 200:
                    return
                assert answer.status == 503, await answer.text()
            await asyncio.sleep(0.5)


async def hundred(place, clients, first):
    """A hundred qualified leads at once, by turns through both servers; how many each member owns then."""
    bodies = ({**MQL, "city": "永川区", "phone": f"{first + n}", "submission_id": f"form-{n}"} for n in range(100))
    await asyncio.gather(*(post(clients[n % 2], body) for n, body in enumerate(bodies)))
    await place.settle()
    _, found = await place.api("GET", "/leads?limit=200")
    return Counter(lead["owner"] for lead in found["items"])


@pytest.mark.feature("E2", "E3")
async def test_two_to_one_gives_67_of_a_hundred_and_nobody_on_leave_gets_one(tmp_path, platform, database):
    async with town(tmp_path, platform=platform, database=database, members=PEOPLE, rules=by_rules(WEST)) as acme:
        await members(acme, wanglei={"weight": 2}, lina={"weight": 1}, sunhao={"weight": 3})
        await acme.text("sunhao", "请假 到周五")
        async with two_servers(acme) as (_, clients):
            shares = await hundred(acme, clients, 13900010000)
        assert set(shares) == {"wanglei", "lina"} and sum(shares.values()) == 100
        assert 64 <= shares["wanglei"] <= 70, shares
        (told,) = await acme.text("chenjing", "分配规则")
        assert f"已分:王磊 {shares['wanglei']}、李娜 {shares['lina']}" in told.text


@pytest.mark.feature("E2", "E4")
@pytest.mark.ask("AS21")
async def test_a_hundred_leads_through_two_servers_never_pass_a_cap(tmp_path, platform, database):
    async with town(tmp_path, platform=platform, database=database, members=PEOPLE, rules=by_rules(WEST)) as acme:
        await members(acme, wanglei={"capacity": 7}, lina={"capacity": 5}, sunhao={"capacity": 3})
        async with two_servers(acme) as (_, clients):
            assert await hundred(acme, clients, 13900020000) == {"wanglei": 7, "lina": 5, "sunhao": 3, None: 85}


async def in_force(bots, version):
    """Wait until both servers work by this version."""
    async with asyncio.timeout(30):
        while {(await bot.context()).rules.version for bot in bots} != {version}:  # noqa: ASYNC110 - others load it
            await asyncio.sleep(0.02)


@pytest.mark.feature("R5", "H8")
async def test_both_servers_take_a_version_refuse_a_bad_file_and_go_back_and_a_promise_keeps_its_rule(
    tmp_path, platform, database
):
    async with town(tmp_path, platform=platform, database=database) as acme:
        async with two_servers(acme) as (bots, (_, second)):
            old = await acme.mql()
            text = acme.folder.rules.read_text("utf-8")
            acme.folder.rules.write_text(text.replace("within: 2h", "within: 30m", 1), "utf-8")
            assert (await run_rules(acme, "publish"))["version"] == 2
            await in_force(bots, 2)
            async with second.post("/capture/官网", json={**MQL, "phone": "13900139000", "name": "李四海"}) as answer:
                new = (await answer.json())["lead"]
            await acme.settle()
            _, found = await acme.api("GET", "/clocks")
            due = {clock["lead"]: (clock["due_at"], clock["rules_version"]) for clock in found["items"]}
            assert due[old] == ("2026-03-18T13:50:00+08:00", 1), "a running promise keeps the rule it began with"
            assert due[new] == ("2026-03-18T10:50:00+08:00", 2), "the other server works by the new one"
            wrong = text.replace("stop: [claimed", "stop: [clamed", 1)
            line = wrong[: wrong.index("clamed")].count("\n") + 1
            acme.folder.rules.write_text(wrong, "utf-8")
            status, _, told = await cli("rules", "publish", acme.folder.root)
            assert status == 1 and f"rules.yaml:{line}:" in told and "clamed" in told
            assert {(await bot.context()).rules.version for bot in bots} == {2}, "the running version stays"
            assert (await run_rules(acme, "rollback"))["version"] == 3
            await in_force(bots, 3)
            for bot in bots:
                assert (await bot.context()).rules.clocks["claim"].within == "2h"
            await acme.until(shanghai("2026-03-18 10:51"))
            late = words(acme.standin.chat("chenjing"))
            assert f"{new} 领取超时了" in late and f"{old} 领取超时了" not in late
        assert words(acme.standin.chat("admin")).count("规则第 2 版") == 1, "two servers tell it once"
