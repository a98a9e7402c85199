"""The demo in a real browser: a visitor makes the guided minute, and the page holds up on a phone and in the dark."""

import re

import pytest
from playwright.async_api import expect

from tests.chromium import MISSING, chromium, find_chromium
from tests.guided import claim_and_log, live_button, phone, running_demo, say

pytestmark = [pytest.mark.browser, pytest.mark.skipif(find_chromium() is None, reason=MISSING)]


@pytest.fixture
async def address(tmp_path):
    async with running_demo(tmp_path / "demo") as found:
        yield found


async def open_page(browser, address, **options):
    page = await browser.new_page(**options)
    page.problems = []
    page.on("console", lambda message: page.problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on("request", lambda request: page.problems.append(request.url) if address[:20] not in request.url else None)
    await page.goto(address)
    await expect(phone(page, "wanglei").locator(".card").first).to_be_visible()
    return page


@pytest.mark.feature("F1", "G1")
async def test_the_guided_minute(address):
    async with chromium() as browser:
        page = await open_page(browser, address, viewport={"width": 1440, "height": 900})
        assert await page.locator(".phone").count() == 4
        await claim_and_log(page)
        assert await page.locator(".guide li[data-step]").count() == 6
        await expect(page.locator(".guide li.done")).to_have_count(6)
        await expect(page.locator(".guide")).to_contain_text("一分钟走完了")
        gone = phone(page, "lina").locator(".card").last
        await expect(gone).to_be_in_viewport()  # the chat has followed, nobody has to scroll for it
        await expect(phone(page, "lina")).not_to_contain_text("13805716621")
        assert page.problems == []


async def switch_to(page, look):
    """Everybody takes the other chat tool in hand."""
    await page.locator(".looks button", has_text={"dingtalk": "钉钉", "wecom": "企业微信"}[look]).click()
    await expect(page.locator(f'html[data-look="{look}"]')).to_have_count(1)


@pytest.mark.feature("F1", "G1", "S1")
async def test_the_same_minute_on_dingtalk_is_true_on_wecom_too(address):
    async with chromium() as browser:
        page = await open_page(browser, address, viewport={"width": 1440, "height": 900})
        offer = phone(page, "lina").locator(".card", has_text="L1040")
        await expect(offer.get_by_role("button", name="领取")).to_be_enabled()
        await switch_to(page, "dingtalk")
        await expect(phone(page, "wanglei").locator(".card").first).to_contain_text("线索池")
        await expect(page.locator(".note")).to_contain_text(re.compile(r"本月额度:接口 \d+/5000 · 推送 \d+/3000"))
        await claim_and_log(page)
        await expect(page.locator(".guide li.done")).to_have_count(6)
        await expect(phone(page, "lina")).not_to_contain_text("13805716621")
        await live_button(page, "wanglei", "领取 L1040").click()
        await expect(phone(page, "wanglei").locator(".card").last).to_contain_text("L1040 朱丽")
        await switch_to(page, "wecom")
        await expect(offer).to_contain_text("已被王磊领取")
        assert await offer.get_by_role("button", name="领取", exact=True).count() == 0
        assert page.problems == []


async def test_what_goes_wrong_is_said_in_words(address):
    async with chromium() as browser:
        page = await open_page(browser, address, viewport={"width": 1440, "height": 900})
        await say(page, "wanglei", "领区 L1040")
        await expect(phone(page, "wanglei").locator(".bubble").last).to_contain_text("是不是想发「领取」")
        await live_button(page, "lina", "领取").click()
        await expect(phone(page, "lina").locator(".card").last).to_contain_text("我的线索")
        await say(page, "wanglei", "领取 L1040")
        await expect(phone(page, "wanglei").locator(".bubble").last).to_contain_text(re.compile("已被李娜领取.*前"))
        assert page.problems == []


async def test_on_a_phone_nothing_sticks_out_and_every_button_can_be_hit(address):
    async with chromium() as browser:
        for look in ("wecom", "dingtalk"):
            for scheme in ("light", "dark"):
                await nothing_sticks_out(browser, address, look, scheme)


async def nothing_sticks_out(browser, address, look, scheme):
    page = await open_page(
        browser, address, viewport={"width": 390, "height": 844}, has_touch=True, color_scheme=scheme
    )
    await switch_to(page, look)
    await expect(phone(page, "wanglei").locator(".buttons button").first).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (look, scheme)
    sizes = await page.evaluate(
        "[...document.querySelectorAll('[data-phone=wanglei] .buttons button')]"
        ".map(b => b.getBoundingClientRect()).map(r => [r.width, r.height])"
    )
    assert sizes and all(width >= 60 and height >= 32 for width, height in sizes), (look, scheme)
    await page.locator(".tabs button", has_text="陈静").click()
    await expect(phone(page, "chenjing")).to_be_visible()
    await expect(phone(page, "wanglei")).not_to_be_visible()
    assert page.problems == []
