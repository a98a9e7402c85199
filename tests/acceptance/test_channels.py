"""Made-up vendors push and are fetched: each lead once, a lost token is noticed, afterwards nothing is missing."""

import hashlib
import hmac
import json
import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from aiohttp import web

from tests.town import shanghai, town, words

pytestmark = [pytest.mark.platforms("wecom")]
SETTINGS = """
channels:
  juguang:
    source: 聚光
    id: clue.id
    fields: {{name: clue.user.name, phone: clue.user.tel, need: clue.remark, city: clue.city, utm_campaign: ad.plan}}
    webhook: {{signature: hmac-sha256, secret: s3cret-of-juguang, header: X-Signature, timestamp: X-Time,
      signed: "{{timestamp}}.{{body}}"}}
    poll: {{url: "http://127.0.0.1:{port}/leads?after={{cursor}}", headers: {{Authorization: Bearer first-token}},
      items: data.list, next: data.cursor, every_minutes: 5, allow_private: true}}
  xunke:
    source: 寻客
    id: lead_no
    fields: {{name: cust_name, phone: mobile, company: corp, budget: budget}}
    webhook: {{signature: sorted-md5, secret: s3cret-of-xunke, param: sign, suffix: "&key={{secret}}"}}
"""


def clue(number, **changes):
    """One lead as 聚光 tells it."""
    user = {"name": f"客户{number}", "tel": f"1380013{number:04}"}
    return {
        "clue": {"id": number, "user": user | changes, "remark": "想要报价", "city": "杭州"},
        "ad": {"plan": "夏季"},
    }


class Vendor:
    """聚光's own server: a feed with cursors behind a token."""

    def __init__(self):
        self.clues, self.token, self.page, self.asked = [], "first-token", 2, 0

    async def leads(self, request):
        self.asked += 1
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return web.json_response({"msg": "token expired"}, status=401)
        after = int(request.query["after"] or 0)
        items = self.clues[after : after + self.page]
        return web.json_response({"data": {"list": items, "cursor": after + len(items)}})


@pytest.fixture
async def vendor():
    made = Vendor()
    app = web.Application()
    app.router.add_get("/leads", made.leads)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.port = runner.addresses[0][1]
    yield made
    await runner.cleanup()


@pytest.fixture
async def acme(tmp_path, database, vendor):
    settings = SETTINGS.format(port=vendor.port)
    async with town(tmp_path, database=database, settings=lambda text: text + settings) as place:
        yield place


async def push(acme, item, *, key="s3cret-of-juguang", at=None):
    """聚光 pushes one lead; returns the status."""
    body, stamp = json.dumps(item, ensure_ascii=False), str(int((at or acme.at).timestamp()))
    sign = hmac.new(key.encode(), f"{stamp}.{body}".encode(), hashlib.sha256).hexdigest()
    headers = {
        "Authorization": "",
        "X-Signature": f"sha256={sign}",
        "X-Time": stamp,
        "Content-Type": "application/json",
    }
    async with acme.http.post("/capture/juguang", data=body.encode(), headers=headers) as answer:
        status = answer.status
    await acme.settle()
    return status


async def fetched(acme):
    """The five minutes until the next turn have passed."""
    acme.at += timedelta(minutes=5)
    await acme.bot.poller.run_once()
    await acme.settle()


async def minutes(acme, count):
    """Time passes; every five minutes channels are fetched, every minute they are looked at."""
    for _ in range(count):
        acme.at += timedelta(minutes=1)
        await acme.bot.poller.run_once()
        await acme.settle()
        await acme.bot.watch.run_once()
    await acme.settle()


async def leads_of(acme):
    return {lead["name"]: lead for lead in (await acme.api("GET", "/leads?limit=200"))[1]["items"]}


@pytest.mark.feature("A2")
async def test_every_lead_arrives_once_by_push_by_fetch_or_by_both(acme, vendor):
    vendor.clues = [clue(number) for number in range(1, 8)]
    assert await push(acme, vendor.clues[2]) == 200 and await push(acme, vendor.clues[2]) == 200
    await fetched(acme)
    assert await push(acme, vendor.clues[5]) == 200
    found = await leads_of(acme)
    assert len(found) == 7 and {lead["enquiries"] for lead in found.values()} == {1}
    assert {lead["source"] for lead in found.values()} == {"聚光"} and found["客户3"]["city"] == "杭州"
    told = words(await acme.text("linda", "渠道"))
    assert "「聚光」最近收到 今天 10:25,缺 0 条" in told and "「寻客」最近收到 还没有,缺 0 条" in told


@pytest.mark.feature("A2")
async def test_sorted_parameters_are_signed_as_declared(acme):
    async def send(**changes):
        lead = {"lead_no": "X1", "cust_name": "李雷", "mobile": "13900139000", "corp": "苏州微光", "budget": "20万"}
        lead["memo"] = ""  # empty parameters are not signed
        told = "&".join(f"{name}={lead[name]}" for name in sorted(lead) if lead[name]) + "&key=s3cret-of-xunke"
        form = lead | {"sign": hashlib.md5(told.encode()).hexdigest()} | changes
        headers = {"Authorization": "", "Content-Type": "application/x-www-form-urlencoded"}
        async with acme.http.post("/capture/xunke", data=urlencode(form).encode(), headers=headers) as answer:
            return answer.status

    assert await send() == 200 and await send(mobile="13900139001") == 403
    await acme.settle()
    (lead,) = (await leads_of(acme)).values()
    assert (lead["name"], lead["company"], lead["budget_max"], lead["phone"]) == (
        "李雷",
        "苏州微光",
        200000,
        "13900139000",
    )


@pytest.mark.feature("A2")
async def test_a_wrong_signature_is_counted_told_once_and_stores_nothing(acme):
    for number in range(3):
        assert await push(acme, clue(number), key="guessed-secret") == 403
    assert await push(acme, clue(9), at=acme.at - timedelta(hours=1)) == 403, "an old push sent again"
    await minutes(acme, 2)
    assert await leads_of(acme) == {}
    told = [m.text for m in acme.standin.chat("linda") if "签名不对" in m.text]
    assert len(told) == 1 and "「聚光」" in told[0] and "已拒收" in told[0]
    assert "今天拒收 4 次" in words(await acme.text("linda", "渠道"))


@pytest.mark.feature("A2")
async def test_a_renamed_field_is_put_aside_told_once_and_taken_in_after_the_cure(acme):
    renamed = clue(1)
    renamed["clue"]["user"]["telephone"] = renamed["clue"]["user"].pop("tel")
    for number in (1, 2):
        renamed["clue"]["id"] = number
        assert await push(acme, renamed) == 200
    await minutes(acme, 2)
    assert await leads_of(acme) == {}
    told = [m.text for m in acme.standin.chat("linda") if "读不出来" in m.text]
    assert len(told) == 1 and "2 条推送读不出来" in told[0] and "channels.juguang" in told[0]
    assert "缺 2 条" in words(await acme.text("linda", "渠道"))
    await acme.stop_bot()
    text = acme.folder.settings.read_text("utf-8").replace("clue.user.tel", "clue.user.telephone")
    acme.folder.settings.write_text(text, "utf-8")
    from config.settings import load_settings

    acme.settings = load_settings(acme.folder, {})
    await acme.start_bot()
    assert "2 条重新处理了" in words(await acme.text("linda", "渠道 重试 聚光"))
    assert len(await leads_of(acme)) == 1 and "缺 0 条" in words(await acme.text("linda", "渠道"))


@pytest.mark.feature("A2", "A11")
@pytest.mark.ask("AS7")
async def test_an_expired_token_is_told_by_the_learned_gap_and_after_its_renewal_nothing_is_missing(acme, vendor):
    acme.at = shanghai("2026-03-19 09:00")
    number = 0
    while acme.at < shanghai("2026-03-19 10:00"):  # a lead every five minutes
        number += 1
        vendor.clues.append(clue(number))
        await minutes(acme, 5)
    vendor.token = "second-token"  # expired at 10:00, while customers go on asking
    alerted_at = None
    while acme.at < shanghai("2026-03-19 11:00"):
        if acme.at.minute % 5 == 0:
            number += 1
            vendor.clues.append(clue(number))
        await minutes(acme, 1)
        told = [m.text for m in acme.standin.chat("linda") if "安静了" in m.text]
        alerted_at = alerted_at or (acme.at if told else None)
    assert len(told) == 1 and "令牌过期" in told[0] and "401" in told[0] and ".env" in told[0]
    assert shanghai("2026-03-19 10:25") <= alerted_at <= shanghai("2026-03-19 10:35"), "three times the usual gap"
    assert re.search("今天 10:0[0-5] 起取不到:令牌过期", words(await acme.text("linda", "渠道")))
    vendor.token = "first-token"  # renewed
    await minutes(acme, 6)
    found = await leads_of(acme)
    assert len(found) == number and {lead["enquiries"] for lead in found.values()} == {1}
    back = [m.text for m in acme.standin.chat("linda") if "恢复了" in m.text]
    assert len(back) == 1 and "缺 0 条" in back[0]


@pytest.mark.feature("A11")
async def test_a_source_that_is_quiet_three_times_its_usual_gap_is_told_once_and_again_when_it_is_back(acme):
    for number in range(10):
        await acme.capture("官网", name=f"客户{number}", phone=f"1380013{number:04}")
        acme.at += timedelta(minutes=12)
    await acme.bot.watch.run_once()
    assert "安静了" not in words(acme.standin.chat("linda"))
    await minutes(acme, 120)  # the lunch break counts nothing
    told = [m.text for m in acme.standin.chat("linda") if "安静了" in m.text]
    assert (
        len(told) == 1 and "渠道「官网」安静了" in told[0] and "没有流量" in told[0] and "平时最多隔 12 分就" in told[0]
    )
    await acme.capture("官网", name="客户", phone="13900139000")
    await acme.bot.watch.run_once()
    await acme.settle()
    assert "渠道「官网」恢复了" in words(acme.standin.chat("linda"))


@pytest.mark.feature("A11")
async def test_a_channel_that_is_dead_for_an_hour_is_told_though_nothing_is_known_of_its_habits(acme, vendor):
    vendor.token = "another"
    await minutes(acme, 70)
    told = [m.text for m in acme.standin.chat("linda") if "取不到" in m.text]
    assert len(told) == 1 and "渠道「聚光」一个小时取不到线索了" in told[0] and "令牌过期" in told[0]
    vendor.token, vendor.clues = "first-token", [clue(1)]
    await minutes(acme, 6)
    assert len(await leads_of(acme)) == 1 and "渠道「聚光」恢复了" in words(acme.standin.chat("linda"))
