"""The demo as a process, and the guided first minute as a visitor makes it."""

import asyncio
import contextlib
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from playwright.async_api import Locator, Page, expect

ROOT = Path(__file__).parents[1]


@contextlib.asynccontextmanager
async def running_demo(folder: Path) -> AsyncIterator[str]:
    """`./run demo` on a free port; gives its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", "--no-browser", "--port", str(port), "--dir", str(folder), cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            told = (await process.stdout.readline()).decode()
        assert f"http://127.0.0.1:{port}/demo" in told, told
        yield f"http://127.0.0.1:{port}/demo/"
    finally:
        process.terminate()
        await process.wait()


def phone(page: Page, user: str) -> Locator:
    """One of the four phones."""
    return page.locator(f'[data-phone="{user}"]')


def live_button(page: Page, user: str, text: str) -> Locator:
    """The newest button of that text that can be pressed."""
    return phone(page, user).locator(".buttons button:not(:disabled)", has_text=text).last


async def say(page: Page, user: str, words: str) -> None:
    """A person types and sends."""
    field = phone(page, user).locator("input[name=text]")
    if not await field.is_visible():
        await phone(page, user).locator(".switch").click()
    await field.fill(words)
    await field.press("Enter")


async def claim_and_log(page: Page) -> None:
    """客户提交 → 王磊领取 → 李娜看到 → 王磊说一句话 → 保存 → 陈静看超时."""
    await page.locator('[data-target="submit"]').click()
    await expect(phone(page, "wanglei").locator(".card").last).to_contain_text("周海峰")
    await live_button(page, "wanglei", "领取").click()
    await expect(phone(page, "wanglei").locator(".card").last).to_contain_text("13805716621")
    await expect(phone(page, "lina").locator(".card").last).to_contain_text("已被王磊领取")
    await say(page, "wanglei", "刚打了,要下周三报价")
    await expect(phone(page, "wanglei").locator(".card").last).to_contain_text("我是这样理解的")
    await live_button(page, "wanglei", "保存").click()
    await expect(phone(page, "wanglei").locator(".card").last).to_contain_text("已记到 L1041")
    await say(page, "chenjing", "超时")
    await expect(phone(page, "chenjing").locator(".card").last).to_contain_text("超时 1 条")
