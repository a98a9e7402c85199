"""From a card to its page: one tap, the chat tool vouches, and one stands before the same customer or numbers."""

import pytest

from tests.browser import Browser
from tests.sides import page_of
from tests.town import Town

INSIDE = {
    "wecom": "Mozilla/5.0 (iPhone) Mobile wxwork/4.1.0 MicroMessenger/7",
    "dingtalk": "Mozilla/5.0 (iPhone) AliApp(DingTalk/7.6.0)",
}


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
        assert answer.status == 302, "nothing to choose: inside the chat tool its own login is asked at once"
        await page.get(await page.vouched("lina", answer.headers["Location"]))
        assert page.status == 200 and page.path.endswith(f"/app/leads/{lead}") and "王建国" in page.text
    other = (await acme.text("zhaoqiang", f"看 {lead}"))[-1]
    assert page_of(other) == "", "whoever may not see a lead is not sent to a closed door"

    report = next(page_of(one) for one in await acme.text("chenjing", "漏斗 本月") if page_of(one))
    assert report.startswith(f"{acme.settings.server.public_url}/app/boards/funnel?from=2026-03-01&to=")
    async with Browser(acme) as page:
        shown = await page.login("chenjing", report.removeprefix(acme.settings.server.public_url))
        assert page.status == 200 and "漏斗" in shown and "华东组" in shown
