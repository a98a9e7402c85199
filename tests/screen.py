"""A real browser at the pages of a town, with somebody logged in; it notes whatever goes wrong on its way."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Browser as Chromium
from playwright.async_api import Page

from tests.browser import Browser
from tests.town import Town

AXE = Path(__file__).parent / "axe" / "axe.min.js"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 860}


@dataclass
class Screen:
    """A page, what was said on its console, and where it asked for something."""

    page: Page
    base: str
    problems: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    async def go(self, path: str) -> None:
        """Open one of our pages; its charts are drawn when it has loaded."""
        await self.page.goto(self.base + path)

    async def unfit(self) -> list[dict[str, Any]]:
        """What axe-core finds against WCAG 2 A and AA: names, contrast, headings, labels."""
        if not await self.page.evaluate("typeof window.axe === 'object'"):
            await self.page.evaluate(AXE.read_text("utf-8"))
        found = await self.page.evaluate(
            "() => axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})"
        )
        return [
            {"rule": one["id"], "where": [node["target"] for node in one["nodes"]][:3]} for one in found["violations"]
        ]

    async def wider_than_screen(self) -> bool:
        """Whether the page must be moved sideways to be read."""
        return bool(await self.page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"))


@contextlib.asynccontextmanager
async def screen(
    acme: Town,
    chromium: Chromium,
    user: str,
    *,
    size: dict[str, int] | None = None,
    dark: bool = False,
    zoom: float = 1,
) -> AsyncIterator[Screen]:
    """A member's browser at the town's pages."""
    async with Browser(acme) as way_in:
        await way_in.login(user)
        cookies = [
            {"name": one.key, "value": one.value, "url": way_in.base}
            for one in way_in.http.cookie_jar
            if one.key == "leadbot"
        ]
        context = await chromium.new_context(
            viewport=size or DESK,  # type: ignore[arg-type]
            color_scheme="dark" if dark else "light",
            device_scale_factor=zoom,
            locale="zh-CN",
        )
        await context.add_cookies(cookies)  # type: ignore[arg-type]
        shown = Screen(await context.new_page(), way_in.base)
        shown.page.on("console", lambda m: shown.problems.append(m.text) if m.type in ("error", "warning") else None)
        shown.page.on("pageerror", lambda error: shown.problems.append(str(error)))
        shown.page.on("dialog", lambda dialog: shown.problems.append(dialog.message))
        shown.page.on(
            "request",
            lambda r: None if r.url.startswith((way_in.base, "data:")) else shown.outside.append(r.url),
        )
        yield shown
        await context.close()
