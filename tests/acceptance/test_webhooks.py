"""Another system hears of every fact, signed, at least once, in order; the log shows it, and 重放 tells it again."""

from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from aiohttp import web

from bot.commands.doctor import examine
from bot.commands.office import create_key, revoke_key
from bot.commands.person import forget
from bot.restored import catch_up
from sandbox.receiver import Receiver
from store.access import set_property
from tests.browser import Browser
from tests.town import town, words

INNER = "\nwebhooks: {allow: [127.0.0.0/8]}\n"


@asynccontextmanager
async def listening(tmp_path, platform="wecom", database=None, *, allow=INNER, **more):
    """The town, and a system beside it that wants to hear."""
    receiver = Receiver()
    runner = web.AppRunner(receiver.application(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        async with town(
            tmp_path, platform=platform, database=database, settings=lambda text: text + allow, **more
        ) as acme:
            receiver.now = lambda: acme.at.timestamp()
            acme.receiver, acme.url = receiver, f"http://127.0.0.1:{runner.addresses[0][1]}/events"
            yield acme
    finally:
        await runner.cleanup()


@pytest.fixture
async def acme(tmp_path, platform, database):
    async with listening(tmp_path, platform, database) as place:
        yield place


async def subscribe(acme, **more):
    """A webhook that wants to hear; returns its id."""
    status, made = await acme.api("POST", "/webhooks", **{"url": acme.url, **more})
    assert status == 201, made
    acme.receiver.secrets = [made["secret"]]
    return made["id"]


async def log(acme, webhook, **query):
    filters = "&".join(f"{name}={value}" for name, value in query.items())
    status, found = await acme.api("GET", f"/webhooks/{webhook}/deliveries?limit=200&{filters}")
    assert status == 200, found
    return found["items"]


def kinds(acme, no):
    return [event["type"] for event in acme.receiver.told if event["lead"] == no]


@pytest.mark.feature("S3")
async def test_each_fact_is_told_once_in_order_and_the_log_tells_it_again(acme):
    webhook = await subscribe(acme, name="BI")
    no = await acme.mql()
    await acme.text("wanglei", f"领取 {no}")
    await acme.text("wanglei", f"跟进 {no} 电话 13800138000 打通了,要报价")
    story = await acme.story(no)
    assert kinds(acme, no) == [item["kind"] for item in story]
    told = [event for event in acme.receiver.told if event["lead"] == no]
    for event, item in zip(told, story, strict=True):
        assert all(event[name] == item[name] for name in ("at", "by", "text", "data")), event["type"]
    assert {event["corp"] for event in told} == {"acme"} and acme.receiver.refused == []
    lines = await log(acme, webhook)
    assert [line["type"] for line in reversed(lines)] == kinds(acme, no)
    assert {(line["state"], line["attempts"], line["status"]) for line in lines} == {("sent", 1, 204)}
    again = next(line for line in lines if line["type"] == "claimed")
    status, _ = await acme.api("POST", f"/webhooks/{webhook}/deliveries/{again['id']}/replay")
    assert status == 202 and acme.receiver.told[-1]["id"] == again["event"]
    assert len(acme.receiver.bodies[again["event"]]) == 1, "the same bytes"
    assert len(acme.receiver.bodies) == len(story)
    _, shown = await acme.api("GET", f"/webhooks/{webhook}")
    assert shown["secret"] is None and shown["queued"] == shown["failed"] == 0


@pytest.mark.only("sqlite")
@pytest.mark.feature("S3")
async def test_a_system_that_is_down_gets_all_of_it_later_and_after_days_is_paused_and_resumed(acme):
    webhook = await subscribe(acme)
    acme.receiver.status = 503
    first, second = await acme.mql(), await acme.mql(phone="13800138001", name="李四", company="苏州远方精密有限公司")
    assert acme.receiver.told == []
    waiting = await log(acme, webhook, state="queued")
    assert waiting and {line["error"] for line in waiting if line["attempts"]} == {"对方回答 503"}
    acme.receiver.status = 204
    for _ in range(20):
        acme.at += timedelta(seconds=30)
        await acme.settle()
    for no in (first, second):
        assert kinds(acme, no) == [item["kind"] for item in await acme.story(no)], "each lead's in order"
    assert all(len(bytes_) == 1 for bytes_ in acme.receiver.bodies.values())

    acme.receiver.moved = "http://127.0.0.1:1/inside"
    await acme.text("wanglei", f"领取 {first}")
    calls = acme.receiver.calls
    for _ in range(40):
        acme.at += timedelta(hours=2)
        await acme.settle()
    _, shown = await acme.api("GET", f"/webhooks/{webhook}")
    assert not shown["active"] and shown["failed"] and "302" in shown["error"]
    assert calls < acme.receiver.calls < calls + 60, "it is asked with growing pauses"
    told = [text for text in words(acme.standin.chat("admin")).splitlines() if f"Webhook {webhook}停用了" in text]
    assert len(told) == 1, "the administrator hears it once"
    assert f"Webhook {webhook} 有" in words(await acme.text("admin", "未送达"))
    (line,) = [one for one in await examine(acme.folder, {}) if one.step == "Webhook"]
    assert not line.ok and webhook in line.seen and "启用" in line.cure
    acme.receiver.moved = ""
    async with Browser(acme) as page, Browser(acme) as manager:
        await page.login("admin", "/app/messages")
        assert "条没送到" in page.html
        await page.get(f"/app/webhooks/{webhook}?state=parked")
        assert "重放" in page.html and "302" in page.html
        await page.post(f"/app/webhooks/{webhook}/resume", f"/app/webhooks/{webhook}")
        await acme.settle()
        replayed = (await log(acme, webhook))[0]
        await page.post(f"/app/webhooks/{webhook}/deliveries/{replayed['id']}/replay", f"/app/webhooks/{webhook}")
        await acme.settle()
        assert acme.receiver.told[-1]["id"] == replayed["event"]
        assert "不对你开放" in await manager.login("chenjing", f"/app/webhooks/{webhook}")
    assert kinds(acme, first).count("claimed") == 1
    assert await log(acme, webhook, state="failed") == []


@pytest.mark.only("sqlite")
@pytest.mark.feature("S3")
async def test_an_erasure_a_revoked_key_and_a_new_secret_change_what_goes_out(acme):
    key = (await create_key(acme.bot.store, {"name": "bi", "role": "integration"}, acme.at))["key"]
    made = {"url": acme.url, "events": ["enquired", "qualified"], "masked": True}
    async with acme.http.post("/api/v1/webhooks", json=made, headers={"Authorization": f"Bearer {key}"}) as answer:
        webhook, acme.receiver.secrets = (found := await answer.json())["id"], [found["secret"]]
    no = await acme.mql(need="急需报价")
    await acme.mql(need="请打我另一个电话 13900139000")
    assert "139****9000" in acme.receiver.told[-1]["text"] and kinds(acme, no) == ["enquired"]

    acme.receiver.status = 500
    await acme.mql(need="我叫王建国,等你们电话")
    (waiting,) = await log(acme, webhook, state="queued")
    await forget(acme.bot.store, {"phone": "13800138000", "journal": str(acme.folder.data / "erased.jsonl")}, acme.at)
    acme.receiver.status = 204
    acme.at += timedelta(minutes=1)
    await acme.settle()
    last = acme.receiver.told[-1]
    assert last["id"] == waiting["event"] and last["text"] == "" and "王建国" not in str(last)

    old = acme.receiver.secrets
    _, changed = await acme.api("PATCH", f"/webhooks/{webhook}", new_secret=True)
    await acme.api("POST", f"/webhooks/{webhook}/test")
    assert acme.receiver.told[-1]["type"] == "test" and acme.receiver.signatures == 2, "the old secret signs too"
    acme.at += timedelta(days=2)
    await acme.api("POST", f"/webhooks/{webhook}/test")
    assert acme.receiver.refused == ["the signature is not ours"]
    acme.receiver.secrets = [changed["secret"]]
    assert changed["secret"] not in old
    assert (await acme.api("POST", f"/webhooks/{webhook}/test"))[0] == 202 and acme.receiver.told[-1]["type"] == "test"

    await revoke_key(acme.bot.store, {"name": "bi"}, acme.at)
    calls = acme.receiver.calls
    await acme.mql(phone="13800138002", name="李四", company="苏州远方精密有限公司")
    await acme.mql(phone="13800138002", need="又问了一次")
    assert acme.receiver.calls == calls
    _, shown = await acme.api("GET", f"/webhooks/{webhook}")
    assert not shown["active"] and shown["error"] == "创建它的密钥吊销了"
    assert (await acme.api("DELETE", f"/webhooks/{webhook}"))[0] == 200
    assert (await acme.api("GET", f"/webhooks/{webhook}"))[0] == 404


@pytest.mark.only("sqlite")
@pytest.mark.feature("S3", "P8")
async def test_a_restored_server_speaks_to_nobody_until_somebody_says_that_it_is_the_one(acme, tmp_path):
    webhook = await subscribe(acme)
    acme.receiver.status = 503
    no = await acme.mql()
    acme.receiver.status, calls = 204, acme.receiver.calls
    await acme.bot.store.transaction(lambda tx: set_property(tx, "restored", acme.at.isoformat()))
    bot = acme.bot
    await catch_up(bot.store, bot.pipeline, bot.sweep, bot.now, journal=tmp_path / "erased.log")
    for _ in range(5):
        acme.at += timedelta(minutes=10)
        await acme.settle()
    _, shown = await acme.api("GET", f"/webhooks/{webhook}")
    assert acme.receiver.calls == calls and not shown["active"] and "从备份恢复" in shown["error"]
    status, _ = await acme.api("PATCH", f"/webhooks/{webhook}", active=True)
    await acme.settle()
    assert status == 200 and kinds(acme, no)[0] == "captured"
