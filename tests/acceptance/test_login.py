"""Coming to the pages: the chat tool vouches, once, for the browser that asked; who leaves the company is out."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.browser import HIDDEN, Browser
from tests.town import Town


@pytest.mark.only("sqlite")
@pytest.mark.failure("H13")
async def test_a_member_comes_in_lands_where_they_wanted_and_is_out_once_they_leave(acme: Town) -> None:
    async with Browser(acme) as page, Browser(acme) as other:
        assert "登录" in await page.get("/app/")
        await page.login("lina", "/app/leads?q=card")
        assert page.status == 200 and page.path.endswith("/app/leads?q=card") and "李娜" in page.text
        (cookie,) = [one for one in page.http.cookie_jar if one.key == "leadbot"]
        assert cookie["httponly"] and cookie["samesite"] == "Lax" and len(cookie.value) >= 43
        kept = str(acme.database.rows("select mark, login from page_session where corp = 'acme'"))
        assert len(kept) > 20 and cookie.value not in kept, "the store holds nothing that opens a page"

        await other.login("wanglei")
        assert "王磊" in other.text
        await other.post("/app/logout")
        assert "登录" in await other.get("/app/") and "王磊" not in other.text

        await acme.standin.leave("lina")
        await acme.settle()
        assert "李娜" not in await page.get("/app/") and "login" in page.path


@pytest.mark.only("sqlite")
@pytest.mark.failure("H13")
async def test_what_is_not_this_browser_s_own_login_opens_nothing(acme: Town) -> None:
    async with Browser(acme) as page, Browser(acme) as thief:
        back = await page.vouched("lina", await page.to_tool())
        assert "没有登录成功" in await thief.get(back), "a link that somebody sent on"
        theirs = await thief.to_tool()
        state = parse_qs(urlsplit(theirs).query)["state"][0]
        mixed = back.replace(parse_qs(urlsplit(back).query)["state"][0], state)
        assert "没有登录成功" in await page.get(mixed), "another browser's state"

        back = await page.vouched("lina", await page.to_tool())
        ticket = {one.key: one.value for one in page.http.cookie_jar}
        assert "李娜" in await page.get(back)
        page.http.cookie_jar.update_cookies(ticket)
        assert "没有登录成功" in await page.get(back), "the same answer once more, cookie and all"
        assert "再登录一次" in page.text

        await thief.get(f"/app/login/{acme.lies_on}/done?code=x")
        assert thief.status == 400
        for to in ("//e.example/", "https://e.example/", "/app//e.example", "/app/\\evil", "/\t/evil", "/other"):
            back = await thief.vouched("wanglei", await thief.to_tool(to))
            answer = await thief.ask("GET", back)
            assert answer.headers["Location"] in ("/app/", "/app/%5Cevil"), "a page of ours, whatever was asked"
            await thief.post("/app/logout")

        back = await thief.vouched("wanglei", await thief.to_tool())
        acme.at += timedelta(minutes=6)
        assert "5 分钟" in await thief.get(back), "a code of six minutes ago"
        address = await thief.to_tool()
        acme.at += timedelta(minutes=11)
        back = await thief.vouched("wanglei", address)
        assert "等得太久" in await thief.get(back)
        assert "王磊" not in await thief.get("/app/")


@pytest.mark.only("sqlite")
async def test_strangers_and_bad_days_are_told_what_to_do(acme: Town) -> None:
    company = acme.standin.company
    company.members["newhere"] = "新同事"
    (acme.standin.api.login.outsiders if acme.lies_on == "wecom" else company.outside)["guest"] = "外人"
    async with Browser(acme) as page:
        assert "不是这家企业的成员" in await page.login("guest") or "另一个组织" in page.text
        assert page.status == 403 and "再登录一次" in page.text
        assert "members.csv" in await page.login("newhere") and "newhere" in page.text and page.status == 403
        acme.standin.faults.add("*", "http_502", times=4)
        assert "请过一会儿再点一次登录" in await page.login("lina")
        acme.standin.faults.clear()
        assert "李娜" in await page.login("lina")
    assert not [answer for answer in acme.answers if "secret" in answer.lower() and "page" in answer]


@pytest.mark.only("sqlite")
@pytest.mark.platforms("wecom")
@pytest.mark.failure("H14")
async def test_other_pages_can_send_nothing_and_sessions_end(acme: Town) -> None:
    async with Browser(acme) as page:
        await page.login("lina")
        csrf: Any = HIDDEN.search(page.html)
        for data, headers in (
            ({"csrf": csrf[1]}, {"Origin": "https://evil.example"}),
            ({"csrf": csrf[1]}, {"Origin": "null"}),
            ({"csrf": "0" * 32}, {}),
            ({}, {}),
        ):
            await page.ask("POST", "/app/logout", data=data, headers=headers)
            assert page.status == 403 and "什么都没有改" in page.text
        policy = (await page.ask("GET", "/app/")).headers
        assert "script-src 'self'" in policy["Content-Security-Policy"] and policy["X-Frame-Options"] == "DENY"
        assert "unsafe" not in policy["Content-Security-Policy"] and policy["Cache-Control"] == "no-store"
        for _ in range(3):
            acme.at += timedelta(hours=11)
            assert "李娜" in await page.get("/app/")
        acme.at += timedelta(hours=12, minutes=1)
        assert "李娜" not in await page.get("/app/"), "half a day without a look"
        await page.login("lina")
        for _ in range(18):
            acme.at += timedelta(hours=10)
            await page.get("/app/")
        assert "login" in page.path, "a week at most, however busy"
        inside = await page.ask("GET", "/app/login", headers={"User-Agent": "Mobile wxwork/4.1.0 MicroMessenger/7"})
        assert inside.status == 302 and inside.headers["Location"].endswith("#wechat_redirect")
        assert "/connect/oauth2/authorize?" in inside.headers["Location"]
