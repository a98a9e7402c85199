"""`./run pictures`: lets the first day and the demo happen, photographs them in Chromium, writes docs/first-day*.md."""

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Any

from aiohttp import web

from sandbox.control import Control
from sandbox.look import dingtalk_look, wecom_look
from sandbox.page.serve import page_routes
from tests.chromium import MISSING, chromium, find_chromium
from tests.guided import claim_and_log, running_demo
from tests.pages_pictured import keep, photograph_pages
from tests.story.day import DOCS, PLATFORMS, Day, Step, document_of, first_day, pictures_of
from tests.town import Town, town

LOOKS: dict[str, Any] = {"wecom": wecom_look, "dingtalk": dingtalk_look}


async def serve_page(acme: Town) -> tuple[web.AppRunner, str]:
    """The demo's page over the chats of a town; returns its runner and address."""
    people = [
        {"id": user, "name": name, "role": {"rep": "销售", "manager": "主管"}[role]}
        for user, (name, role, _) in acme.members.items()
        if user in ("wanglei", "lina", "chenjing")
    ]
    app = web.Application()
    app.add_routes(Control([LOOKS[acme.lies_on](acme.standin)], people).routes("/demo/api"))
    app.add_routes(page_routes("/demo"))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}/demo/"


async def make(root: Path, platform: str) -> None:
    """Write the document of one platform and its pictures."""
    pictures = pictures_of(platform)
    pictures.mkdir(exist_ok=True)
    async with town(root, platform=platform) as acme, chromium() as browser:
        runner, address = await serve_page(acme)
        page = await browser.new_page(viewport={"width": 1560, "height": 1000}, device_scale_factor=1.5)

        async def photograph(step: Step) -> None:
            user, message = step.shown[-1]
            await page.goto(address)
            card = page.locator(f'[data-phone="{user}"] [data-message="{message.id}"]')
            await card.wait_for()
            await card.screenshot(path=pictures / f"{step.picture}.png")
            print(f"{platform} {step.picture}.png")  # noqa: T201 - the progress of a command

        day = Day(acme, photograph)
        await first_day(day)
        document_of(platform).write_text(day.document(), encoding="utf-8")
        await page.close()
        await runner.cleanup()


async def photograph_demo(root: Path) -> None:
    """The picture of the README: the four phones after the guided minute."""
    async with running_demo(root) as address, chromium() as browser:
        page = await browser.new_page(viewport={"width": 1440, "height": 860})
        await page.goto(address)
        await claim_and_log(page)
        await keep(page, "demo")


async def photograph_form(root: Path) -> None:
    """The pictures of docs/channels.md: a form on a phone, empty and with something to mend."""
    async with town(root) as acme, chromium() as browser:
        phone = await browser.new_page(viewport={"width": 390, "height": 760}, device_scale_factor=2)
        await phone.goto(str(acme.http._base_url).rstrip("/") + "/f/contact")
        await phone.screenshot(path=DOCS / "pictures" / "form-phone.png", full_page=True)
        for label, text in (
            ("怎么称呼您", "王建国"),
            ("手机号", "1380013"),
            ("想了解什么", "线扫相机,三十台,想要报价"),
        ):
            await phone.get_by_label(label).fill(text)
        await phone.locator("form").evaluate("form => form.noValidate = true")  # the server's words, not the browser's
        await phone.get_by_role("button").click()
        await phone.locator("[role=alert]").wait_for()
        await phone.screenshot(path=DOCS / "pictures" / "form-flaws.png", full_page=True)
        await phone.close()
        print("form-phone.png form-flaws.png")  # noqa: T201 - the progress of a command


def main() -> int:
    """Run it."""
    if find_chromium() is None:
        print(MISSING, file=sys.stderr)  # noqa: T201
        return 1
    with tempfile.TemporaryDirectory() as root:
        for platform in PLATFORMS:
            asyncio.run(make(Path(root) / platform, platform))
        asyncio.run(photograph_form(Path(root) / "form"))
        asyncio.run(photograph_demo(Path(root) / "demo"))
        asyncio.run(photograph_pages(Path(root) / "pages"))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
