"""From a card to its page: one tap, the chat tool vouches, and one stands before the same customer or numbers."""

from html import unescape

import pytest
from aiohttp import ClientResponse

from tests.browser import Browser
from tests.chromium import MISSING, chromium, find_chromium
from tests.sides import page_of
from tests.town import Town

INSIDE = {
    "wecom": "Mozilla/5.0 (iPhone) Mobile wxwork/4.1.0 MicroMessenger/7",
    "dingtalk": "Mozilla/5.0 (iPhone) AliApp(DingTalk/7.6.0)",
}


async def vouched_inside(acme: Town, page: Browser, answer: ClientResponse) -> str:
    """Nothing to choose: the chat tool says who it is; returns where the browser goes with that."""
    if acme.lies_on == "wecom":
        assert answer.status == 302
        return await page.vouched("lina", answer.headers["Location"])
    assert answer.status == 200 and 'data-corp="ding0123"' in page.html
    done = unescape(page.html.partition('data-done="')[2].partition('"')[0])
    return done + acme.standin.directory.login_code("lina", inside=True)


@pytest.mark.feature("M6")
async def test_a_tap_on_a_card_opens_its_lead_by_the_chat_tool_s_own_login(acme: Town) -> None:
    lead = await acme.mql()
    offered = page_of(acme.card("lina", "领取"))
    await acme.text("lina", f"领取 {lead}")
    told = (await acme.text("lina", f"看 {lead}"))[-1]
    why = (await acme.text("lina", f"为什么 {lead}"))[-1]
    address = f"{acme.settings.server.public_url}/app/leads/{lead}"
    assert {offered, page_of(told), page_of(why)} == {address}, "a number is all that the address says"
    async with Browser(acme, agent=INSIDE[acme.lies_on]) as page:
        answer = await page.ask("GET", address)
        answer = await page.ask("GET", answer.headers["Location"])
        await page.get(await vouched_inside(acme, page, answer))
        assert page.status == 200 and page.path.endswith(f"/app/leads/{lead}") and "王建国" in page.text
    other = (await acme.text("zhaoqiang", f"看 {lead}"))[-1]
    assert page_of(other) == "", "whoever may not see a lead is not sent to a closed door"

    report = next(page_of(one) for one in await acme.text("chenjing", "漏斗 本月") if page_of(one))
    assert report.startswith(f"{acme.settings.server.public_url}/app/boards/funnel?from=2026-03-01&to=")
    async with Browser(acme) as page:
        shown = await page.login("chenjing", report.removeprefix(acme.settings.server.public_url))
        assert page.status == 200 and "漏斗" in shown and "华东组" in shown


@pytest.mark.browser
@pytest.mark.only("sqlite")
@pytest.mark.platforms("dingtalk")
@pytest.mark.failure("H13")
@pytest.mark.skipif(find_chromium() is None, reason=MISSING)
async def test_inside_dingtalk_the_app_is_asked_and_where_it_is_silent_its_login_page(acme: Town) -> None:
    lead = await acme.mql()
    base = str(acme.http._base_url).rstrip("/")
    bridge = """window.WebViewJavascriptBridge = {
        init() {}, registerHandler() {},
        callHandler: (name, asked, told) => window.dingtalk(name, asked.corpId ?? "").then(
            (code) => told(code ? { errorCode: "0", result: { code } } : { errorCode: "3", errorMessage: "no" })),
    };"""
    answers: list[str] = []

    async def app(name: str, corp: str) -> str:
        asked = name.endswith("requestAuthCode") and corp == "ding0123" and answers
        return answers.pop() if asked else ""

    async with chromium() as browser:
        context = await browser.new_context(user_agent=INSIDE["dingtalk"] + " (iPhone)", locale="zh-CN")
        await context.expose_function("dingtalk", app)
        await context.add_init_script(bridge)
        page, outside = await context.new_page(), list[str]()
        page.on("request", lambda one: None if one.url.startswith((base, "data:")) else outside.append(one.url))
        answers.append(acme.standin.directory.login_code("lina", inside=True))
        await page.goto(f"{base}/app/leads/{lead}")
        await page.get_by_role("heading", name="王建国").wait_for()
        assert outside == [], "nobody outside is asked for a script"
        await context.clear_cookies()
        answers.append("guessed")
        await page.goto(f"{base}/app/leads/{lead}")
        await page.get_by_text("没有登录成功").wait_for()
        await page.goto(f"{base}/app/leads/{lead}")  # now the app refuses
        await page.wait_for_url("**/oauth2/auth?**")
        await context.close()
