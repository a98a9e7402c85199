"""D6, K8: links that only one customer has lead where they should, people's taps count once, programs' never."""

import asyncio
import base64
import json
import re
from datetime import timedelta
from typing import Any

import pytest

from nurture.sending import Wanted, want
from tests.acceptance.test_content import office, write
from tests.chromium import MISSING, chromium, find_chromium
from tests.customers import Recorder, customer
from tests.town import Town, words

pytestmark = [pytest.mark.platforms("wecom"), pytest.mark.only("sqlite")]
DOT = (  # a picture of one point, which the page draws as wide as the phone
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PHONE = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) MicroMessenger/8.0"}
TEXT = "看[价格页](https://www.example.com/price?x=1),[案例](https://www.example.com/case),[参数](https://www.example.com/spec)"


async def sent(acme: Town, *, content: str = "", owner: str = "lina", ago: timedelta = timedelta(minutes=5)) -> Any:
    """A customer of lina's has got a message; returns it as the channel got it."""
    recorder = acme.bot.roads.channels["mail"] = Recorder()
    rules = (await acme.bot.context()).rules

    async def work(tx: Any) -> Any:
        lead_id = await customer(tx, 1, rules=rules, now=acme.at)
        given = {"subject": "新品", "text": TEXT} if not content else {}
        return await want(
            tx, lead_id, channel="mail", content=content, topic="news", key="m1", variables=given, rules=rules,
            now=acme.at,
        )  # fmt: skip

    assert isinstance(await acme.bot.store.transaction(work), Wanted)
    await acme.settle()
    (letter,) = recorder.letters
    if owner:
        await acme.text(owner, f"领取 {letter.lead.no}")
    await acme.later(seconds=ago.total_seconds())
    return letter


def links(letter: Any, door: str = "t") -> list[str]:
    return [f"/{door}/{token}" for token in re.findall(rf"/{door}/([A-Za-z0-9_-]{{22}})", letter.text + letter.seen)]


async def go(acme: Town, path: str, method: str = "GET", **headers: str) -> Any:
    async with acme.http.request(method, path, headers=PHONE | headers, allow_redirects=False) as answer:
        await answer.read()
    await acme.settle()
    return answer


async def deeds(acme: Town, no: str) -> list[tuple[str, bool]]:
    found = [item for item in await acme.story(no) if item["kind"] == "behaved"]
    return [(item["text"], item["data"]["machine"]) for item in found]


@pytest.mark.feature("K8")
async def test_a_tap_leads_to_the_stored_address_counts_once_and_the_owner_hears_it_once_a_session(acme: Town) -> None:
    letter = await sent(acme)
    price, case, _ = links(letter)
    assert "example.com" not in letter.text and letter.lead.no[1:] not in price
    before = (await acme.lead(letter.lead.no))["score"]
    first = await go(acme, price)
    assert (first.status, first.headers["Location"]) == (302, "https://www.example.com/price?x=1")
    assert first.headers["Cache-Control"] == "no-store" and first.headers["Referrer-Policy"] == "no-referrer"
    card = words(acme.standin.chat("lina")[-1:])
    assert "客户1刚打开了「价格页」" in card
    count = len(acme.standin.chat("lina"))
    await acme.later(seconds=40)
    await go(acme, case)
    await go(acme, price)
    assert len(acme.standin.chat("lina")) == count, "one card a session"
    told = await deeds(acme, letter.lead.no)
    assert [text for text, _ in told] == ["点了邮件里的链接 https://www.example.com/price",
                                          "点了邮件里的链接 https://www.example.com/case"]  # fmt: skip
    assert (await acme.lead(letter.lead.no))["score"] == before + 6
    await acme.later(minutes=31)
    await go(acme, case)
    assert "客户1刚打开了「案例」" in words(acme.standin.chat("lina")[count:]), "a new session, a new card"


@pytest.mark.feature("D6")
async def test_what_programs_open_and_follow_gives_nothing_and_is_shown_as_theirs(acme: Town) -> None:
    letter = await sent(acme, ago=timedelta(seconds=1))
    price, case, spec = links(letter)
    before = (await acme.lead(letter.lead.no))["score"]
    await go(acme, price)  # within two seconds of the delivery
    await acme.later(minutes=40)
    await go(acme, price, "HEAD")
    await go(acme, price, **{"Sec-Purpose": "prefetch"})
    await go(acme, case, **{"User-Agent": "Mozilla/5.0 (compatible; Barracuda Sentinel)"})
    await go(acme, links(letter, "o")[0] + ".gif", **{"User-Agent": "GoogleImageProxy"})
    told = await deeds(acme, letter.lead.no)
    assert [machine for _, machine in told] == [True, True, True]
    assert all(text.endswith("(疑似机器,不计分)") for text, _ in told)
    await acme.later(minutes=40)
    for path in (price, case, spec):  # a person's program, by an ordinary name, follows all within a second
        await go(acme, path)
        acme.at += timedelta(milliseconds=200)
    lead = await acme.lead(letter.lead.no)
    assert lead["score"] == before, "also what was counted before it was known for a program"
    await acme.later(minutes=40)
    assert (await acme.lead(letter.lead.no))["score"] == before


@pytest.mark.feature("K8")
async def test_who_reads_a_piece_is_told_by_page_once_the_reader_has_agreed(acme: Town) -> None:
    write(acme, "leaflet", "工业相机单页", topic="产品资讯")
    for number in (1, 2, 3):
        (acme.folder.content / f"p{number}.png").write_bytes(b"\x89PNG" + bytes([number]))
    file = acme.folder.content / "leaflet.md"
    file.write_text(file.read_text("utf-8").replace("tags:", "pages: [p1.png, p2.png, p3.png]\ntags:"), "utf-8")
    await office(acme, "content publish")
    letter = await sent(acme, content="leaflet")
    (page,) = links(letter, "v")
    shown = await acme.http.get(page, headers=PHONE)
    html = await shown.text()
    assert shown.status == 200 and "同意的话" in html and "客户1" not in html
    assert (
        "script-src 'self'" in shown.headers["Content-Security-Policy"]
        and "unsafe" not in shown.headers["Content-Security-Policy"]
    )
    async with acme.http.get(f"{page}/page/3") as picture:
        assert (picture.status, picture.content_type, (await picture.read())[-1]) == (200, "image/png", 3)
    count = len(acme.standin.chat("lina"))
    device = "0123456789abcdef"
    for told in ({"3": 55, "1": 5}, {"3": 60}, {"3": 5}):
        body = json.dumps({"device": device, "pages": told})
        async with acme.http.post(f"{page}/seen", data=body, headers={"Content-Type": "application/json"}) as answer:
            assert answer.status == 204
    bad = (b"{}", b"[1]", b"\xff", b'{"device": "x", "pages": {"1": 5}}')
    for rubbish in (*bad, b'{"device": "0123456789abcdee", "pages": {"99": 5, "2": -5}}'):
        async with acme.http.post(f"{page}/seen", data=rubbish) as answer:
            assert answer.status == 204
    await acme.later(minutes=4)
    card = words(acme.standin.chat("lina")[count:])
    assert "客户1刚看了「工业相机单页」第 3 页 2 分钟(共 2 页 2 分钟)" in card
    (read,) = [item for item in await acme.story(letter.lead.no) if item["kind"] == "pages_read"]
    assert read["data"]["seconds"] == {"1": 5, "3": 120}
    await acme.later(minutes=40)
    await go(acme, page)
    other = json.dumps({"device": "fedcba9876543210", "pages": {"2": 30}})
    async with acme.http.post(f"{page}/seen", data=other) as answer:
        assert answer.status == 204
    count = len(acme.standin.chat("lina"))
    await acme.later(minutes=4)
    assert "有 2 台设备打开过,可能转给了同事" in words(acme.standin.chat("lina")[count:])


@pytest.mark.feature("K8")
async def test_no_address_can_be_guessed_or_turned_elsewhere(acme: Town) -> None:
    letter = await sent(acme)
    price = links(letter)[0]
    for path in (
        price[:-1] + ("A" if price[-1] != "A" else "B"), "/t/" + "A" * 22, "/t/x", f"{price}/", "/t//evil.example",
        "/t/https://evil.example", "/v/" + price[3:], "/u/" + price[3:] + "x", f"/t/{links(letter, 'o')[0][3:]}",
    ):  # fmt: skip
        answer = await go(acme, path)
        assert answer.status == 404 and "Location" not in answer.headers, path
    for query in ("?url=https://evil.example", "?next=//evil.example", "#x", "?u=%0d%0aLocation:https://evil.example"):
        answer = await go(acme, price + query)
        assert answer.headers["Location"] == "https://www.example.com/price?x=1"
    gif = await go(acme, "/o/" + "A" * 22 + ".gif")
    assert gif.status == 200, "the picture tells nobody which addresses there are"
    await asyncio.sleep(0)


@pytest.mark.feature("K8")
@pytest.mark.browser
@pytest.mark.skipif(find_chromium() is None, reason=MISSING)
async def test_a_real_browser_counts_what_is_in_sight_only_after_a_yes(acme: Town) -> None:
    write(acme, "leaflet", "工业相机单页", topic="产品资讯")
    dot = base64.b64decode(DOT)
    for number in (1, 2):
        (acme.folder.content / f"p{number}.png").write_bytes(dot)
    file = acme.folder.content / "leaflet.md"
    file.write_text(file.read_text("utf-8").replace("tags:", "pages: [p1.png, p2.png]\ntags:"), "utf-8")
    await office(acme, "content publish")
    letter = await sent(acme, content="leaflet")
    home, (page,) = str(acme.http._base_url).rstrip("/"), links(letter, "v")
    found = "select page, seconds from page_view where corp = 'acme'"
    async with chromium() as browser:
        for answer in ("#no", "#yes"):
            phone = await browser.new_page(viewport={"width": 390, "height": 300})
            await phone.goto(home + page)
            await phone.click(answer)
            await phone.evaluate("window.scrollTo(0, 0)")
            if answer == "#no":
                await phone.wait_for_timeout(1500)
            else:
                async with phone.expect_response(lambda told: told.url.endswith("/seen"), timeout=20_000) as told:
                    pass
                assert (await told.value).status == 204
            await phone.goto("about:blank")
            await phone.close()
            if answer == "#no":
                assert acme.database.rows(found) == [], "a no is a no"
    rows = acme.database.rows(found)
    assert [number for number, _ in rows] == [1] and rows[0][1] >= 1
