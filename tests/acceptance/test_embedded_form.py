"""A form on the company's own site: it shows there and nowhere else, and brings along what its visitor had read."""

import contextlib
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from playwright.async_api import Page, expect

from tests.chromium import MISSING, chromium, find_chromium
from tests.town import town

pytestmark = [
    pytest.mark.browser, pytest.mark.platforms("wecom"), pytest.mark.only("sqlite"),
    pytest.mark.skipif(find_chromium() is None, reason=MISSING),
]  # fmt: skip
PAGE = '<!doctype html><meta charset="utf-8"><title>相机</title><h1>{path}</h1><script src="{src}" {only}></script>'


@contextlib.asynccontextmanager
async def site(script: list[str]) -> AsyncIterator[str]:
    """The company's site on an origin of its own: every page has the script, /contact shows the form."""

    async def page(request: web.Request) -> web.Response:
        only = "" if request.path == "/contact" else "data-only-pages"
        return web.Response(text=PAGE.format(path=request.path, src=script[0], only=only), content_type="text/html")

    app = web.Application()
    app.router.add_get("/{path:.*}", page)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def fill_in(page: Page, origin: str, **answers: str) -> None:
    """Somebody goes to the contact page and sends the form that they find there."""
    await page.goto(f"{origin}/contact")
    form = page.frame_locator("iframe")
    for label, text in answers.items():
        await form.get_by_label(label).fill(text)
    await form.get_by_role("checkbox", name="我同意").check()
    await form.get_by_role("button").click()
    await expect(form.get_by_role("status")).to_contain_text("提交成功")
    await page.wait_for_function("localStorage.getItem('leadbot.visit') === null")


@pytest.mark.feature("C3", "A1")
async def test_pages_seen_before_are_on_the_timeline_and_two_people_on_one_pc_stay_two(tmp_path):
    script = [""]
    async with site(script) as origin, chromium() as browser:
        declared = f'\n    embed_on: ["{origin}"]\n    pages: true\n    consent:'
        async with town(tmp_path, rules=lambda text: text.replace("\n    consent:", declared, 1)) as acme:
            home = str(acme.http._base_url).rstrip("/")
            script[0] = f"{home}/f/contact.js"
            page = await browser.new_page()
            await page.goto(f"{origin}/cameras?utm_source=baidu&utm_term=线扫相机")
            await page.goto(f"{origin}/price")
            seen = await acme.api("GET", "/leads")
            assert seen[1]["items"] == []
            await fill_in(page, origin, 怎么称呼您="王建国", 手机号="13800138000")
            await page.goto(f"{origin}/jobs")
            await fill_in(page, origin, 怎么称呼您="李雷", 手机号="13900139000")
            await page.close()
            await acme.settle()
            first, second = [await _pages(acme, no) for no in ("L1001", "L1002")]
            assert first == ["/cameras", "/price", "/contact"] and second == ["/jobs", "/contact"]
            marks = acme.database.rows("select utm from enquiry where corp = 'acme' order by id")
            assert "线扫相机" in str(marks[0]) or "\\u7ebf" in str(marks[0])
            assert "baidu" not in str(marks[1]), "what brought the first one did not bring the second"


async def _pages(acme, no):
    return [item["text"].split()[-1] for item in await acme.story(no) if item["kind"] == "behaved"]


async def test_a_site_that_is_not_declared_cannot_show_the_form(acme):
    script = [f"{str(acme.http._base_url).rstrip('/')}/f/contact.js"]
    async with site(script) as origin, chromium() as browser:
        page = await browser.new_page()
        await page.goto(f"{origin}/contact")
        frame = page.frame_locator("iframe")
        await expect(page.locator("iframe")).to_have_count(1)
        await expect(frame.get_by_role("button", name="提交")).to_have_count(0)
        await page.close()


async def test_a_form_works_on_a_phone_without_scripts_and_asks_nobody_else(acme):
    asked: list[str] = []
    home = str(acme.http._base_url).rstrip("/")
    async with chromium() as browser:
        phone = await browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=False)
        page = await phone.new_page()
        page.on("request", lambda request: asked.append(request.url))
        await page.goto(f"{home}/f/contact")
        assert (await page.locator("main").bounding_box())["width"] <= 360
        await page.get_by_label("怎么称呼您").fill("王建国")
        await page.get_by_label("手机号").fill("13800138000")
        await page.get_by_role("checkbox", name="我同意").check()
        await page.get_by_role("button", name="提交").click()
        await expect(page.get_by_role("status")).to_contain_text("提交成功")
        await phone.close()
    await acme.settle()
    assert (await acme.lead("L1001"))["name"] == "王建国"
    assert asked and all(url.startswith(home) for url in asked)
