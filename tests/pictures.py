"""`./run pictures`: lets the first day happen, photographs its cards in Chromium, and writes docs/first-day.md."""

import asyncio
import os
import shutil
import sys
import tempfile
from pathlib import Path

from aiohttp import web
from playwright.async_api import Browser, async_playwright

from sandbox.control import Control
from sandbox.page.serve import page_routes
from tests.story.day import DOCUMENT, Day, Step, first_day
from tests.town import Town, town

PICTURES = DOCUMENT.parent / "pictures"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--disable-quic"]
NAMES = ("chromium", "chromium-browser", "google-chrome")


def find_chromium() -> str | None:
    """The system's Chromium, or None."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


async def open_chromium(playwright: object) -> Browser:
    """Chromium without a sandbox of its own (tests run as root in containers) and without calls to the outside."""
    return await playwright.chromium.launch(  # type: ignore[attr-defined, no-any-return]
        executable_path=find_chromium(), args=ARGUMENTS
    )


async def serve_page(acme: Town) -> tuple[web.AppRunner, str]:
    """The demo's page over the chats of a town; returns its runner and address."""
    people = [
        {"id": user, "name": name, "role": {"rep": "销售", "manager": "主管"}[role]}
        for user, (name, role, _) in acme.members.items()
        if user in ("wanglei", "lina", "chenjing")
    ]
    app = web.Application()
    app.add_routes(Control(acme.standin, people).routes("/demo/api"))
    app.add_routes(page_routes("/demo"))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}/demo/"


async def make(root: Path) -> None:
    """Write the document and its pictures."""
    PICTURES.mkdir(exist_ok=True)
    async with town(root) as acme, async_playwright() as playwright:
        browser = await open_chromium(playwright)
        runner, address = await serve_page(acme)
        page = await browser.new_page(viewport={"width": 1560, "height": 1000}, device_scale_factor=1.5)

        async def photograph(step: Step) -> None:
            user, message = step.shown[-1]
            await page.goto(address)
            card = page.locator(f'[data-phone="{user}"] [data-message="{message.id}"]')
            await card.wait_for()
            await card.screenshot(path=PICTURES / f"{step.picture}.png")
            print(f"{step.picture}.png")  # noqa: T201 - the progress of a command

        day = Day(acme, photograph)
        await first_day(day)
        DOCUMENT.write_text(day.document(), encoding="utf-8")
        await page.close()
        await browser.close()
        await runner.cleanup()


def main() -> int:
    """Run it."""
    if find_chromium() is None:
        print("Chromium is missing; on Debian: apt-get install chromium fonts-noto-cjk", file=sys.stderr)  # noqa: T201
        return 1
    os.environ.setdefault("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
    with tempfile.TemporaryDirectory() as root:
        asyncio.run(make(Path(root)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
