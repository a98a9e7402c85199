"""R-T1, R-T4: somebody sets the server's clock, or its zone: nobody gets a storm of reminders, and none is lost."""

import asyncio
import json
import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from apscheduler.schedulers import base

from bot.clockwatch import ClockWatch
from bot.schedule import Schedule, Worker
from tests.bot.served import ROOT
from tests.sides import first_title
from tests.town import Town, seen, shanghai

RINGS = ("时限过半", "时限已用", "超时了", "该跟进", "约好的", "提醒")
HOUR, YEAR = timedelta(hours=1), timedelta(days=365)


async def with_a_promise(acme: Town) -> str:
    """A lead of 王磊 with a next step tomorrow at 15:00, and one that nobody has claimed."""
    no = await acme.mql()
    await acme.text("wanglei", f"领取 {no}")
    body = {"by": "wanglei", "kind": "call", "text": "约好了", "next_step_at": "2026-03-19T15:00:00+08:00"}
    status, _ = await acme.api("POST", f"/leads/{no}/followups", **body)
    assert status == 200
    await acme.mql(phone="13900139000", name="刘芳", company="上海某某有限公司")
    return no


def rung(acme: Town) -> Counter[str]:
    """How often each headline of a reminder or a promise stands in anybody's chat."""
    told: Counter[str] = Counter()
    for user in acme.members:
        for message in acme.standin.chat(user):
            if message.kind == "card" and any(
                w in seen(message) for w in ("时限过半", "时限已用", "超时了", "该跟进", "约好的", "提醒")
            ):
                told[f"{user}: {first_title(message)}"] += 1
    return told


@pytest.mark.failure("T1")
@pytest.mark.parametrize("by", [HOUR, -HOUR, YEAR, -YEAR], ids=["+1h", "-1h", "+1y", "-1y"])
async def test_a_clock_that_jumps_and_comes_back_rings_once_and_loses_nothing(acme: Town, by: timedelta) -> None:
    no = await with_a_promise(acme)
    await acme.set_clock(by)
    new = await acme.capture(name="误时", phone="13700137000")
    await acme.api("POST", f"/leads/{new}/claim", by="lina")
    await acme.later(minutes=5)
    await acme.set_clock(-by)
    await acme.later(days=3)
    told = rung(acme)
    assert told and max(told.values()) == 1, told
    assert any("wanglei" in head and no in head for head in told), "the promised call was rung"
    assert any("chenjing" in head for head in told), "the broken promise was told"
    _, found = await acme.api("GET", "/messages")
    assert {item["state"] for item in found["items"]} == {"sent"}, [i for i in found["items"] if i["state"] != "sent"]
    assert (await acme.standin.text("wanglei", "我的")).status == 200
    await acme.settle()
    assert no in seen(acme.standin.chat("wanglei")[-1])


@pytest.mark.failure("T1")
async def test_messages_and_tries_of_the_wrong_year_go_out_when_it_is_over(acme: Town) -> None:
    await acme.set_clock(YEAR)
    acme.side.fail()
    await acme.mql()
    acme.at += timedelta(seconds=30)
    await acme.settle()
    acme.standin.faults.clear()
    await acme.set_clock(-YEAR)
    acme.at += timedelta(seconds=1)
    await acme.settle()
    assert "[领取]" in "".join(seen(m) for m in acme.standin.chat("wanglei"))


@pytest.mark.failure("T1")
async def test_a_token_of_the_wrong_year_is_not_good_for_a_year(acme: Town) -> None:
    await acme.set_clock(YEAR)
    await acme.mql()
    await acme.set_clock(-YEAR)
    await acme.later(hours=4)
    await acme.mql(phone="13900139000", name="刘芳", company="上海某某有限公司")
    assert acme.standin.api.calls[acme.side.asking] == 2
    refused = {
        "wecom": ("message/send", "42001"),
        "dingtalk": ("card/instances/createAndDeliver", "InvalidAuthentication"),
    }
    api, code = refused[acme.lies_on]
    assert acme.bot.metrics.count("leadbot_platform_calls_total", platform=acme.lies_on, api=api, code=code) == 0


class Wall:
    """A clock on the wall that a test sets."""

    def __init__(self) -> None:
        self.off = timedelta(0)

    def now(self, zone: Any = UTC) -> datetime:
        return datetime.now(zone) + self.off


@pytest.mark.failure("T1")
async def test_ticks_go_on_after_the_clock_was_set_back_by_a_year(monkeypatch: Any) -> None:
    """APScheduler plans by the clock on the wall: without us its next tick would come in a year."""
    wall, ticks = Wall(), 0
    monkeypatch.setattr(base, "datetime", wall)

    async def step() -> int:
        nonlocal ticks
        ticks += 1
        return 0

    schedule = Schedule({Worker("due", step): 0.05})

    async def start_anew(by: timedelta) -> None:
        schedule.start_anew()

    watch = ClockWatch(lambda: wall.now(), asyncio.get_running_loop().time, start_anew)
    schedule.start()
    for off in (YEAR, -YEAR, -2 * YEAR):
        wall.off = off
        await asyncio.sleep(0.2)  # the ticks have stopped, or come thick and fast
        await watch.look()
        before = ticks
        async with asyncio.timeout(60):
            while ticks < before + 3:  # noqa: ASYNC110 - ticks come by themselves
                await asyncio.sleep(0.01)
        assert ticks >= before + 3, "the ticks go on"
    await schedule.stop()


DUE = """
import json, sys
from datetime import datetime, timedelta
from pathlib import Path
from config.folder import Folder
from config.hours import calendar_of
from config.rules import load_rules
rules = load_rules(Path("config/templates/default/rules.yaml").read_text("utf-8"), "rules.yaml")
out = []
for text in json.loads(sys.argv[1]):
    start = datetime.fromisoformat(text)
    calendar = calendar_of(rules, Folder(Path(sys.argv[2])), today=start.date())
    out.append([calendar.due(start, timedelta(hours=2)).timestamp(), calendar.next_open(start).timestamp()])
print(json.dumps(out))
"""
STARTS = (
    "2026-03-08T06:59:59+00:00", "2026-03-08T07:00:01+00:00",  # New York's clocks go forward
    "2026-11-01T05:30:00+00:00", "2026-11-01T06:30:00+00:00",  # and back
    "2026-09-30T17:00:00+08:00", "2026-12-31T23:59:59+08:00", "2028-02-29T11:30:00+08:00",
)  # fmt: skip


@pytest.mark.failure("T4")
async def test_the_servers_zone_changes_no_instant(tmp_path: Any) -> None:
    found = []
    for zone in ("UTC", "Asia/Shanghai", "America/New_York", None, "Nowhere/Land"):
        environ = {name: value for name, value in os.environ.items() if name != "TZ"}
        if zone is not None:
            environ["TZ"] = zone
        done = await asyncio.to_thread(
            subprocess.run, [sys.executable, "-c", DUE, json.dumps(STARTS), str(tmp_path)], cwd=ROOT, env=environ,
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        found.append(json.loads(done.stdout))
    assert all(instants == found[0] for instants in found)
    due = [datetime.fromtimestamp(pair[0], UTC) for pair in found[0]]
    assert due[4] == shanghai("2026-10-08 10:00") and due[6] == shanghai("2028-02-29 15:00")
