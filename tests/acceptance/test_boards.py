"""Dashboards: the same numbers as everywhere, each leading to its list; one's own are put together and shared."""

import html
import re
from datetime import timedelta

import pytest

from tests.browser import Browser
from tests.town import Town

FIGURE = re.compile(r'<a class="figure" href="([^"]+)"><span class="soft">([^<]+)</span><b>([^<]+)</b>')


def figures_of(page: Browser) -> dict[str, tuple[str, str]]:
    """{label: (value, address of its list)}."""
    return {label: (value, html.unescape(path)) for path, label, value in FIGURE.findall(page.html)}


async def a_month(acme: Town) -> list[str]:
    """Nine leads from three sources, some taken, some deals, one won and paid, one lost."""
    leads = []
    for n in range(9):
        fields = {"name": f"客户{n}", "phone": f"1390013900{n}", "company": f"杭州第{n}科技有限公司"}
        source = ("官网", "百度", "展会")[n % 3]
        leads.append(await (acme.mql(source=source, **fields) if n < 6 else acme.capture(source, **fields)))
        acme.at += timedelta(hours=20)
        await acme.settle()
    for n, user in ((0, "lina"), (1, "wanglei"), (2, "zhaoqiang"), (3, "lina")):
        await acme.text(user, f"领取 {leads[n]}")
        await acme.text(user, f"跟进 {leads[n]} 电话聊了")
        await acme.text(user, f"合格 {leads[n]}")
    for n, user, way in ((0, "lina", "赢单"), (1, "wanglei", "输单")):
        await acme.text(user, f"转商机 {leads[n]} 工业相机 20万")
        no = acme.database.rows("select id from opportunity where corp = 'acme' order by id desc limit 1")[0][0]
        await acme.text(user, f"赢单 O{no} 20万" if way == "赢单" else f"输单 O{no} 价格太高")
    return leads


@pytest.mark.feature("M6")
@pytest.mark.platforms("wecom")
async def test_a_board_s_numbers_are_the_interface_s_and_each_opens_its_list(acme: Town) -> None:
    await a_month(acme)
    span = "from=2026-03-01&to=2026-03-31"
    async with Browser(acme) as page, Browser(acme) as boss:
        for browser, user in ((page, "linda"), (boss, "chenjing")):
            await browser.login(user, f"/app/?{span}")
            found = figures_of(browser)
            if user == "linda":
                _, told = await acme.api("GET", f"/reports/numbers?{span}")
                row = told["rows"][0]
                names = {"新增": "leads", "MQL": "mql", "SQL": "sql", "赢单": "won", "输单": "lost"}
                assert {label: int(found[label][0]) for label in names} == {k: row[v] for k, v in names.items()}
                assert found["认领率"][0] == f"{row['claim_rate'] * 100:.1f}".rstrip("0").rstrip(".") + "%"
                assert row["leads"] == 9 and row["won"] == 1 and row["lost"] == 1
            for label in ("新增", "MQL", "SQL", "赢单", "输单"):
                value, path = found[label]
                await browser.get(path)
                assert browser.html.count('<tr><td data-label="编号">') == int(value), (user, label, path)
        assert "已签 200,000 元" in await page.get("/app/boards/pipeline") and "上周承诺" not in page.text
        await page.get(f"/app/boards/sources?{span}")
        _, told = await acme.api("GET", f"/reports/numbers?{span}&by=source")
        for row in told["rows"]:
            if row["leads"]:
                cells = page.html.partition(f">{row['key']}</a>")[2].partition("</tr>")[0]
                shown = re.findall(r">([^<>]+)</a>", cells)
                assert shown[:3] == [str(row["leads"]), str(row["mql"]), str(row["sql"])]
                path = html.unescape(re.findall(r'href="([^"]+)"', cells)[1])
                await page.get(path)
                assert page.html.count('<tr><td data-label="编号">') == row["mql"], path
                await page.get(f"/app/boards/sources?{span}")
        for query, words in (
            ("from=2026-03-31&to=2026-03-01", "时间段反了"),
            ("from=昨天", "日期要写成"),
            ("preset=century", "最近 7 天"),
            ("team=火星", "华东、华北"),
            ("from=1990-01-01&to=2026-01-01", "请缩短"),
        ):
            assert words in await page.get(f"/app/boards/funnel?{query}") and page.status == 422
        assert "华东组" in await boss.get("/app/?team=华北"), "a team's manager sees the own team, whatever is asked"


@pytest.mark.only("sqlite")
@pytest.mark.platforms("wecom")
@pytest.mark.feature("M7")
async def test_a_board_of_one_s_own_is_kept_shared_and_shows_each_their_own_numbers(acme: Town) -> None:
    await a_month(acme)
    async with Browser(acme) as page, Browser(acme) as rep, Browser(acme) as other:
        await page.login("chenjing", "/app/boards/new")
        parts = [("parts", one) for one in ("figures", "people", "late")]
        data = [("csrf", page.csrf), ("name", "周一早会"), ("shared", "team"), *parts]
        answer = await page.ask("POST", "/app/boards/new", data=data)
        board = answer.headers["Location"]
        told = await page.get(f"{board}?preset=30")
        assert "周一早会" in told and "关键数字" in told and "现在超时" in told and "漏斗 走到" not in told
        assert "李娜" in told and "赵强" not in told, "the manager's team"
        await rep.login("lina", "/app/")
        assert "周一早会" in rep.text, "shared with the team"
        seen = await rep.get(board)
        assert "关键数字" in seen and "我的" in seen and "王磊" not in seen, "what a rep may see of it"
        await other.login("zhaoqiang", "/app/")
        assert "周一早会" not in other.text
        await other.get(board)
        assert other.status == 404
        await rep.post(f"{board}/drop")
        assert rep.status == 403
        for name, shared, part in (
            ("空", "own", ""),
            ("", "own", "late"),
            ("甲", "world", "late"),
            ("乙", "all", "late"),
        ):
            data = {"name": name, "shared": shared, "parts": part}
            await rep.post("/app/boards/new", "/app/boards/new", **data)
            assert rep.status in (403, 422) and "周一早会" not in rep.text, data
        await page.post(f"{board}/drop", board)
        await rep.get(board)
        assert rep.status == 404
        await rep.get("/app/boards/sources")
        assert rep.status == 403 and "主管" in rep.text
