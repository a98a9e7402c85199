"""The pictures of the pages and of a digest: a made-up half year of a company, as its manager and marketing see it."""

import json
import random
from datetime import datetime, timedelta, timezone
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser, Locator, Page

from sandbox.sample import COMPANIES, PEOPLE_NAMES
from tests.chromium import chromium
from tests.guided import running_demo
from tests.reports.test_numbers_agree import brought
from tests.screen import screen
from tests.story.day import DOCS
from tests.town import Town, town

CHINA = timezone(timedelta(hours=8))
DAY = timedelta(days=1)
CHANCES = {"官网": 0.5, "抖音": 0.34, "百度": 0.42, "展会": 0.58, "老客户介绍": 0.7}  # of being worth a call
COSTS = {"抖音": 21_000, "百度": 15_000, "展会": 28_000}  # yuan a month
REPS = ("wanglei", "lina", "zhaoqiang")
LEADS, DAYS, COLOURS = 900, 168, 160
SHOWN = (
    ("pages-overview", "/app/?preset=90", "admin"),
    ("pages-sources", "/app/boards/sources?preset=90", "linda"),
)


def half_year(end: datetime, seed: int = 8) -> str:
    """The lines of a history that a busy small company might have had."""
    dice, deeds = random.Random(seed), list[tuple[datetime, dict[str, object]]]()

    def note(at: datetime, what: str, **more: object) -> None:
        deeds.append((at, {"type": what, "at": at.isoformat(), **more}))

    begin = (end.astimezone(CHINA) - DAYS * DAY).replace(hour=9, minute=0)
    for name in CHANCES:
        note(begin, "source", name=name)
    for name in COSTS:
        note(begin, "campaign", ref=f"c-{name}", name=f"{name}投放", source=name)
        for month in range(6):
            note(begin + month * 28 * DAY, "cost", campaign=f"c-{name}", amount=COSTS[name] + dice.randrange(9) * 500)
    for number in range(LEADS):
        ref, source = f"l{number}", dice.choices(list(CHANCES), (5, 6, 4, 2, 2))[0]
        at = begin + DAY * int(DAYS * dice.random() ** 0.8) + timedelta(minutes=dice.randrange(480))
        of = {"campaign": f"c-{source}"} if source in COSTS else {}
        phone = str(13_912_340_000 + number)
        who, (company, city) = PEOPLE_NAMES[number * 7 % 20], COMPANIES[number % 20]
        note(at, "lead", ref=ref, name=who, phone=phone, company=company, city=city, source=source, **of)
        if dice.random() > CHANCES[source]:
            continue
        rep = dice.choice(REPS)
        note(at := at + timedelta(minutes=1), "stage", lead=ref, to="mql")
        if dice.random() > 0.93:
            continue
        note(at := at + timedelta(minutes=4 + dice.randrange(70)), "claim", lead=ref, by=rep)
        note(
            at := at + timedelta(minutes=3 + dice.randrange(90)),
            "followup",
            lead=ref,
            by=rep,
            kind="call",
            text="聊过了",
        )
        if dice.random() > 0.55:
            continue
        note(at := at + dice.randrange(1, 4) * DAY, "stage", lead=ref, to="sql", by=rep)
        if dice.random() > 0.7:
            continue
        amount = dice.randrange(3, 40) * 10_000
        note(at := at + dice.randrange(1, 5) * DAY, "opportunity", ref=f"o{number}", lead=ref, by=rep, amount=amount)
        at += dice.randrange(8, 40) * DAY
        won = dice.random() < 0.46
        why = {} if won else {"reason": dice.choice(("价格高了", "选了竞品", "项目取消"))}
        note(at, "close", opportunity=f"o{number}", result="won" if won else "lost", by=rep, **why)
        if won:
            note(at + 6 * DAY, "payment", opportunity=f"o{number}", amount=amount * 0.5)
            note(at + 30 * DAY, "payment", opportunity=f"o{number}", amount=amount * 0.5)
    told = [deed for at, deed in sorted(deeds, key=lambda one: one[0]) if at < end]
    return "".join(json.dumps(deed, ensure_ascii=False) + "\n" for deed in told)


async def lived(acme: Town) -> None:
    """Half a year of history, and a morning on which most promises are kept."""
    assert (await brought(acme, "history.ndjson", half_year(acme.at)))["bad"] == []
    people = ("周海峰 杭州云栖智能科技", "林晓彤 苏州微光生物医药", "方志远 宁波杰森绿能", "许琳 南京金陵数据",
              "陆明 无锡锡山精密机械", "秦朗 上海浦江建筑装饰")  # fmt: skip
    for number, who in enumerate(people):
        name, _, company = who.partition(" ")
        lead = await acme.mql(name=name, company=company, phone=f"1390013900{number}")
        if number < 5:
            rep = ("wanglei", "lina")[number % 2]
            await acme.text(rep, f"领取 {lead}")
            if number < 4:
                await acme.later(minutes=9)
                await acme.text(rep, f"跟进 {lead} 电话聊了,要一份报价")
    await acme.later(days=1, hours=1)


async def photograph_pages(root: Path) -> None:
    """The pictures of the READMEs and of docs/pages.md."""
    from tests.pictures import serve_page  # which calls this

    async with town(root / "half", platform="wecom") as acme, chromium() as browser:
        await lived(acme)
        for name, path, user in SHOWN:
            async with screen(acme, browser, user) as shown:
                await shown.go(path)
                await shown.page.wait_for_timeout(500)  # charts grow for a moment
                await keep(shown.page, name)
        await acme.text("chenjing", "日报 本月")
        runner, address = await serve_page(acme)
        await _photograph_chat(browser, address)
        await runner.cleanup()
    async with running_demo(root / "demo") as address, chromium() as browser:
        base = address.removesuffix("/demo/")
        phone = await browser.new_page(
            viewport={"width": 390, "height": 844}, device_scale_factor=1.5, locale="zh-CN", color_scheme="dark"
        )
        await phone.goto(f"{base}/app/leads?stage=opportunity")
        await phone.get_by_role("link", name="用企业微信登录").click()
        await phone.get_by_role("link", name="我是陈静").click()
        await phone.locator("tbody a").first.click()
        await phone.get_by_role("heading", level=1).wait_for()
        await keep(phone, "pages-phone")


async def _photograph_chat(browser: Browser, address: str) -> None:
    """The manager's chat with the digest and its picture."""
    page = await browser.new_page(viewport={"width": 1560, "height": 1010}, device_scale_factor=1.5, locale="zh-CN")
    await page.goto(address)
    chat = page.locator('[data-phone="chenjing"]')
    await chat.locator(".picture").last.wait_for()
    await page.wait_for_timeout(300)
    await keep(chat, "digest")
    await page.close()


async def keep(seen: Page | Locator, name: str) -> None:
    """As a small file: what a screen shows has few colours."""
    path = DOCS / "pictures" / f"{name}.png"
    await seen.screenshot(path=path)
    with Image.open(path) as picture:
        few = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(path, optimize=True)
    print(path.name, f"{path.stat().st_size:,}")  # noqa: T201 - the progress of a command
