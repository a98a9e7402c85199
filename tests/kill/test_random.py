"""kill -9 at random moments under load: acknowledged and lost 0, double effects 0, double messages 0."""

import asyncio
import itertools
import random
import time
from collections import Counter
from dataclasses import dataclass, field

import aiohttp
import pytest

from tests.kill.harness import KillTown
from tests.sides import seen

pytestmark = pytest.mark.kill

REPS = 200  # WeCom drops what is over 30 messages a minute and member, so the load is spread
WORKERS = 12
MANY = 3  # times as many of both in the long form, so that 150 callbacks a second come in
PAUSE = 0.15  # so that the answers fit into what the members may get


@dataclass
class Load:
    """What was sent while the bot lived and died, and what of it was acknowledged."""

    town: KillTown
    chance: random.Random
    stop: bool = False
    captured: dict[str, str] = field(default_factory=dict)  # phone → lead, acknowledged by HTTP 200
    claimed: set[str] = field(default_factory=set)  # leads for which a claim was acknowledged
    asked: list[tuple[str, str]] = field(default_factory=list)  # (rep, unique words of the answer), acknowledged
    statuses: Counter[int] = field(default_factory=Counter)  # what was answered, however often
    tried: list[tuple[str, str]] = field(default_factory=list)  # the same, acknowledged or not
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    async def work(self) -> None:
        """One channel or person after the other, as fast as the bot answers."""
        while not self.stop:
            number = next(self._numbers)
            if number % 3 == 0:
                await self._capture(number)
            elif number % 3 == 1 or not self.captured:
                await self._ask(number)
            else:
                await self._claim()
            await asyncio.sleep(PAUSE)

    async def _capture(self, number: int) -> None:
        body = {"name": f"客户{number}", "phone": f"139{number:08}", "submission_id": f"form-{number}"}
        while not self.stop:
            try:
                async with self.town.http.post("/capture/官网", json=body) as answer:
                    self.statuses[answer.status] += 1
                    if answer.status == 200:
                        self.captured[str(body["phone"])] = (await answer.json())["lead"]
                        return
            except (aiohttp.ClientError, TimeoutError):
                pass
            await asyncio.sleep(0.1)

    async def _ask(self, number: int) -> None:
        rep = self.town.reps[number % len(self.town.reps)]
        entry = (rep, f"没有找到 L{900000 + number},")
        self.tried.append(entry)
        status = (await self.town.standin.text(rep, f"看 L{900000 + number}")).status
        self.statuses[status] += 1
        if status == 200:
            self.asked.append(entry)
        else:
            await asyncio.sleep(0.1)

    async def _claim(self) -> None:
        lead = self.chance.choice(list(self.captured.values()))
        for rep in self.chance.sample(self.town.reps, 2):
            status = (await self.town.standin.text(rep, f"领取 {lead}")).status
            self.statuses[status] += 1
            if status == 200:
                self.claimed.add(lead)


@pytest.mark.failure("2", "C1", "C2")
async def test_random_kills_lose_nothing_and_double_nothing(tmp_path, database, soak, pytestconfig, record_property):
    """R-C1 on SQLite with one server; R-C2 on PostgreSQL with two, of which either or both are killed."""
    chance = random.Random(20260318)
    servers = 1 if database.name == "sqlite" else 2
    kills = pytestconfig.getoption("kills") if soak else 20 if database.name == "sqlite" else 6
    more = MANY if soak and servers == 1 else 1
    town = KillTown(tmp_path, REPS * more, database, servers)
    await town.open()
    load = Load(town, chance)
    for post in town.standin.posts.values():
        post.manner.retries, post.manner.pause = 2, 0.3  # as WeCom: three tries, then the event is gone
    try:
        for server in range(servers):
            await town.start(server)
        workers = [asyncio.create_task(load.work()) for _ in range(WORKERS * more)]
        began = time.monotonic()
        while town.kills < kills:
            await asyncio.sleep(chance.uniform(0.2, 4.0 if soak else 1.2))
            dying = chance.choice([[0], [1], [0, 1]]) if servers > 1 else [0]
            for server in dying:
                town.kill(server)
            await asyncio.gather(*(town.start(server) for server in dying))
        load.stop = True
        await asyncio.gather(*workers)
        rate = sum(load.statuses.values()) / (time.monotonic() - began)
        waited = await town.quiet()
        told = f"{await check(load)}; {rate:.0f} callbacks and forms a second, restarts included"
        told += f"; all done {waited:.0f} s after the last start"
        record_property(f"R-C{servers} {database.name}", told)
    finally:
        await town.close()


async def check(load: Load, *, least: int = 1) -> str:
    """The oracle: what the outside was promised against what store and chats show; returns how much that was."""
    town = load.town
    least = max(least, town.kills)
    assert len(load.captured) > least and len(load.asked) > least, "there was a load"
    enquiries = Counter(lead for (lead,) in town.rows("select lead_id from enquiry"))
    assert set(enquiries.values()) == {1}, "no submission was booked twice"
    known = {f"L{lead}" for (lead,) in town.rows("select id from lead")}
    assert set(load.captured.values()) <= known, "no acknowledged lead was lost"
    assert len(set(load.captured.values())) == len(load.captured), "no two people became one"
    claims = Counter(f"L{lead}" for (lead,) in town.rows("select lead_id from timeline where kind = 'claimed'"))
    assert load.claimed <= set(claims), "no acknowledged claim was lost"
    assert set(claims.values()) <= {1}, "no lead has two owners"
    told: Counter[tuple[str, str]] = Counter()
    for rep in town.reps:
        for message in town.standin.chat(rep):
            words = "" if message.mine else seen(message)
            if words.startswith("没有找到 L"):
                told[rep, words.partition(",")[0] + ","] += 1
    assert [entry for entry in load.asked if told[entry] == 0] == [], "no acknowledged question is without its answer"
    assert [entry for entry, count in told.items() if count > 1] == [], "nobody got an answer twice"
    assert set(told) <= set(load.tried)
    dropped = Counter(drop.why for drop in town.standin.chats.dropped)
    assert set(dropped) <= {"duplicate"}, "no message was dropped for being over a limit"
    assert town.database.sound()
    return (
        f"{town.kills} kills: {len(load.captured)} leads, {len(load.asked)} questions, {len(load.claimed)} claims "
        f"acknowledged; {dropped['duplicate']} repeated sends were recognised by the platform"
    )
