"""Where a manager meets the company's numbers: cards, pages and files, each read as a person reads it."""

import csv
import html
import io
import re
from collections.abc import Iterator
from typing import Any

from tests.browser import Browser
from tests.reports.telling import Told
from tests.town import Town, words

FIGURES = {
    "新增": "leads", "MQL": "mql", "SQL": "sql", "赢单": "won", "输单": "lost", "赢单率": "win_rate",
    "认领率": "claim_rate", "首次联系率": "first_contact_rate", "响应时间": "response_minutes",
    "成交周期": "cycle_days", "回款": "paid", "签约": "signed",
}  # fmt: skip
COLUMNS = {
    **FIGURES, "线索": "leads", "费用": "cost", "每条线索": "cpl", "每条 MQL": "cost_per_mql", "获客成本": "cac",
    "ROI": "roi", "LTV": "ltv", "无效率": "invalid_rate",
    **{f"{what}·{label}": f"{name}.{model}" for what, name in (("签约", "signed"), ("回款", "paid"))
       for label, model in (("首次触点", "first"), ("末次触点", "last"), ("线性分摊", "linear"))},
}  # fmt: skip
STEPS = {"线索": "leads", "MQL": "mql", "已领取": "sal", "SQL": "sql", "商机": "opportunity", "赢单": "won"}
ROW = re.compile(r"<tr>(.*?)</tr>", re.DOTALL)
CELL = re.compile(r"<t[hd][^>]*>(.*?)</t[hd]>", re.DOTALL)
PART = re.compile(r'<section [^>]*data-part="(\w+)">(.*?)</section>', re.DOTALL)
FIGURE = re.compile(r'<span class="soft">([^<]+)</span><b>([^<]+)</b>')
TAG = re.compile(r"<[^>]+>")


def line(text: str, name: str) -> str:
    """What stands behind a name at the beginning of a line."""
    found = re.search(rf"^{re.escape(name)} (.+)$", text, re.MULTILINE)
    assert found is not None, f"no {name} in {text}"
    return found[1]


def day_card(surface: str, text: str) -> Iterator[Told]:
    """日报: 新增 45 条,上期 49; 认领率 2 小时内 33%(+4); 赢单 10 单,签约 51.6691 万."""
    now, before = line(text, "新增").split(",上期")
    yield Told(surface, "leads", None, now)
    yield Told(surface, "before.leads", None, before)
    for label, number in (("认领率", "claim_rate"), ("首跟率", "first_contact_rate")):
        rate = re.search(r"\d+%|—", line(text, label))
        assert rate is not None, text
        yield Told(surface, number, None, rate[0])
    won, _, signed = line(text, "赢单").partition(",签约 ")
    yield Told(surface, "won", None, won)
    yield Told(surface, "signed", None, signed or "0")


def detail_card(surface: str, text: str) -> Iterator[Told]:
    """数字明细: what stands in its rows and on its buttons."""
    yield Told(surface, "response_minutes", None, line(text, "响应").removeprefix("中位数 ").partition("(")[0])
    yield Told(surface, "automation_rate", None, line(text, "自动化").partition(" ")[0])
    yield Told(surface, "paid", None, line(text, "回款"))
    yield Told(surface, "sql", None, line(text, "SQL"))
    rate, sums = line(text, "胜率").split(",")
    won, lost = re.findall(r"\d+", sums)
    yield Told(surface, "win_rate", None, rate)
    yield Told(surface, "won", None, won)
    yield Told(surface, "lost", None, lost)


def funnel_card(surface: str, text: str) -> Iterator[Told]:
    """MQL 42 · 93% · 停 5 小时."""
    for label, name in STEPS.items():
        count, *more = line(text, label).split(" · ")
        yield Told(surface, f"cohort.{name}", None, count)
        for part in more:
            is_stay = part.startswith("停 ")
            yield Told(surface, f"{'stay' if is_stay else 'share'}.{name}", None, part.removeprefix("停 "))


def channel_card(surface: str, text: str, sources: list[str]) -> Iterator[Told]:
    """官网 CPL 2,000 MQL 2,400 ROI -0.2, or 导入 7 条,没记费用; below: 新线索 15 条,… 无效率 13%."""
    for source in sources:
        found = re.search(rf"^{source[:5]} (CPL .+|\d+ 条,.*)$", text, re.MULTILINE)
        if found is None:
            continue
        if found[1].startswith("CPL"):
            cpl, cost, roi = re.fullmatch(r"CPL (\S+) MQL (\S+) ROI (\S+)", found[1]).groups()  # type: ignore[union-attr]
            yield Told(surface, "cpl", source, cpl, digits=3 if "万" in cpl else 0)
            yield Told(surface, "cost_per_mql", source, cost, digits=3 if "万" in cost else 0)
            yield Told(surface, "roi", source, roi)
        else:
            yield Told(surface, "leads", source, found[1])
        below = re.search(rf"· {source}:新线索 (\d+) 条.*无效率 (\S+)", text)
        if below is not None:
            yield Told(surface, "came", source, below[1])
            yield Told(surface, "invalid_rate", source, below[2])


def owed_card(surface: str, text: str, sources: list[str], what: str) -> Iterator[Told]:
    """官网 25.1/25.1/25.1: first, last, linear, in ten thousands of yuan with three figures."""
    for source in sources:
        found = re.search(rf"^{source[:5]} (\S+)/(\S+)/(\S+)$", text, re.MULTILINE)
        for model, told in zip(("first", "last", "linear"), found.groups() if found else (), strict=False):
            yield Told(surface, f"{what}.{model}", source, f"{told}万", digits=3)


def ranking_card(surface: str, text: str, names: dict[str, str]) -> Iterator[Told]:
    """🥇:王磊 · 响应 38 分 · 按时 100%."""
    for member, name in names.items():
        found = re.search(rf"{name} · 响应 (.+?) · 按时 (\S+)", text)
        if found is not None:
            yield Told(surface, "response_minutes", member, found[1])
            yield Told(surface, "kept", member, found[2])


def weekly_card(surface: str, text: str, names: dict[str, str]) -> Iterator[Told]:
    """领取 按时 33%(+4),2 次没做到; 按人 赵强 0%、王磊 100%; 没做到的 3 条."""
    for label, number in (("领取", "claim_rate"), ("首次联系", "first_contact_rate")):
        if re.search(rf"^{label} 按时", text, re.MULTILINE):
            rate = line(text, f"{label} 按时").partition(",")[0].partition("(")[0]
            yield Told(surface, number, None, rate)
    members = {name: member for member, name in names.items()}
    for label in ("按人", "按来源"):
        for told in line(text, label).split("、") if f"\n{label} " in text else ():
            name, rate = told.split(" ")
            yield Told(surface, "kept", members.get(name, name), rate)
    misses = re.search(r"没做到的 (\d+) 条", text)
    yield Told(surface, "late.any", None, misses[1] if misses else "0")


def page_parts(surface: str, page: Browser, names: dict[str, str]) -> Iterator[Told]:
    """The figures and tables of a board."""
    members = {name: member for member, name in names.items()}
    for part, body in PART.findall(page.html):
        place = f"{surface} {part}"
        if part == "figures":
            for label, value in FIGURE.findall(body):
                yield Told(place, FIGURES[label], None, value)
        rows = [[html.unescape(TAG.sub("", cell)) for cell in CELL.findall(row)] for row in ROW.findall(body)]
        for row in rows[1:]:
            if part == "funnel":
                name = STEPS[row[0]]
                yield Told(place, f"cohort.{name}", None, row[1])
                yield (
                    Told(place, f"share.{name}", None, row[2])
                    if name != "leads"
                    else Told(place, "cohort.leads", None, row[1])
                )
                yield Told(place, f"stay.{name}", None, row[4])
            elif part in ("sources", "owed", "invalid", "people"):
                for label, value in zip(rows[0][1:], row[1:], strict=True):
                    number = "came" if part == "invalid" and label == "线索" else COLUMNS.get(label)
                    if number is not None:
                        yield Told(place, number, members.get(row[0], row[0]), value)
            elif part == "promises":
                name = {"领取": "claim_rate", "首次联系": "first_contact_rate"}.get(row[0])
                if name is not None:
                    yield Told(place, name, None, row[3])
            elif part == "trend" and len(rows) == 2:  # the days are one month
                for label, value in zip(rows[0][1:], row[1:], strict=True):
                    yield Told(place, COLUMNS[label], None, value)


def more_card(surface: str, text: str) -> Iterator[Told]:
    """更多数字: MQL 42 条,占新增 93%; 签约 51.7 万; 周期 31.4 天,首次联系到赢单."""
    mql, share = line(text, "MQL").split(",占新增 ")
    yield Told(surface, "mql", None, mql)
    yield Told(surface, "lead_to_mql", None, share)
    yield Told(surface, "opportunities", None, line(text, "商机").partition(" ")[0])
    yield Told(surface, "customers", None, line(text, "新客户").partition(" ")[0])
    yield Told(surface, "cycle_days", None, line(text, "周期").partition(",")[0])
    yield Told(surface, "signed", None, line(text, "签约"))
    yield Told(surface, "pipeline", None, line(text, "市场带来").partition(" 的")[0])


BEHIND = {"新增": "leads", "没按时领取": "late.claim", "没按时联系": "late.first_contact", "赢单": "behind.won"}
BEHIND_MORE = {"MQL": "mql", "SQL": "sql", "商机": "opportunities", "输单": "behind.lost", "回款": "behind.paid"}


async def opened(acme: Town, user: str, surface: str, text: str, names: dict[str, str]) -> list[Told]:
    """How many leads each button of a card of numbers leads to."""
    told = []
    for label in re.findall(r"^\[(.+)\]$", text, re.MULTILINE):
        number = names.get(label.split(" ")[0])
        if number is not None:
            answer = words(await acme.press(user, label))
            found = re.search(r"共 (\d+) 条", answer)
            assert found is not None, f"[{label}] answered: {answer}"
            told.append(Told(f"{surface} [{label}]", number, None, found[1]))
    assert len(told) == len(names), text
    return told


async def chat(acme: Town, user: str, days: str, sources: list[str], names: dict[str, str]) -> list[Told]:
    """All that a manager can ask about some days, in words."""
    who = f"of {user}, {days}"
    team = acme.members[user][2]
    named = f"{days} {team}".strip()
    told = [*day_card(f"日报 {who}", words((await acme.text(user, f"日报 {days}"))[:1]))]
    detail = words(await acme.press(user, "点开数字"))
    told += detail_card(f"数字明细 {who}", detail)
    told += await opened(acme, user, f"数字明细 {who}", detail, BEHIND)
    more = words(await acme.press(user, "更多数字"))
    told += more_card(f"更多数字 {who}", more)
    told += await opened(acme, user, f"更多数字 {who}", more, BEHIND_MORE)
    told += funnel_card(f"漏斗 {who}", words((await acme.text(user, f"漏斗 {days}"))[:1]))
    told += ranking_card(f"排行 {who}", words(await acme.text(user, f"排行 {days}")), names)
    if days == "今天":  # no promise is older than today, so the week's are the same
        told += weekly_card(f"周报 {who}", words(await acme.text(user, "周报")), names)
    told += channel_card(f"渠道 {who}", words(await acme.text(user, f"渠道 {named}")), sources)
    told += owed_card(f"归因 {who}", words(await acme.text(user, f"归因 {named}")), sources, "signed")
    told += owed_card(f"回款归因 {who}", words(await acme.press(user, "看回款")), sources, "paid")
    return told


async def boards(page: Browser, query: str, names: dict[str, str]) -> list[Told]:
    """Every board of a reader about some days."""
    told: list[Told] = []
    for board in ("overview", "funnel", "sources", "team", "sla"):
        await page.get(f"/app/boards/{board}?{query}")
        assert page.status == 200, page.text
        told += page_parts(f"page {board}", page, names)
    return told


async def rest(acme: Town, query: str) -> list[Told]:
    """GET /reports/numbers, /reports/funnel and /reports/attribution."""
    told: list[Told] = []
    for by in ("", "source", "rep"):
        status, found = await acme.api("GET", f"/reports/numbers?{query}&by={by}")
        assert status == 200, found
        for row in found["rows"]:
            for name, value in row.items():
                if name not in ("key", "name") and not (by == "rep" and value is None):
                    told.append(Told(f"REST by {by or 'nothing'}", name, row["key"], repr(value)))
    _, found = await acme.api("GET", f"/reports/funnel?{query}")
    for row in found["rows"]:
        told += [Told("REST funnel", f"{name}.{row['stage']}", None, repr(row[field]))
                 for name, field in (("cohort", "count"), ("share", "share"), ("stay", "days"))
                 if (name, row["stage"]) != ("share", "leads")]  # fmt: skip
    _, found = await acme.api("GET", f"/reports/attribution?{query}")
    for row in found["rows"]:
        told += [Told("REST attribution", f"{what}.{model}", row["key"], repr(row[what][model]))
                 for what in ("signed", "paid") for model in ("first", "last", "linear")]  # fmt: skip
    return told


GROUPS = {"合计": None, "来源": None, "成员": None}
HEADINGS = {
    "新增": "leads", "MQL": "mql", "已领取": "sal", "SQL": "sql", "商机": "opportunities", "新客户": "customers",
    "响应(分钟)": "response_minutes", "认领率": "claim_rate", "首次联系率": "first_contact_rate",
    "线索到MQL": "lead_to_mql", "MQL到SQL": "mql_to_sql", "SQL到商机": "sql_to_opportunity",
    "商机到赢单": "opportunity_to_won", "赢单": "won", "输单": "lost", "赢单率": "win_rate",
    "成交周期(天)": "cycle_days", "自动化率": "automation_rate", "费用(元)": "cost", "每条线索(元)": "cpl",
    "每条MQL(元)": "cost_per_mql", "获客成本(元)": "cac", "回款(元)": "paid", "签约(元)": "signed", "ROI": "roi",
    "市场带来的商机(元)": "pipeline", "LTV(元)": "ltv",
}  # fmt: skip


async def numbers_file(page: Browser, days: dict[str, str], ending: str, names: dict[str, str]) -> list[Told]:
    """The numbers of a board as a file."""
    rows = await taken(page, "/app/numbers", ending, **days)
    members = {name: member for member, name in names.items()}
    heads, told = rows[0], []
    for row in rows[1:-1]:
        if row[0] in GROUPS:
            key = None if row[0] == "合计" else members.get(row[1], row[1])
            cells = zip(heads[2:], row[2:], strict=True)
            told += [
                Told(f"file {ending} {row[0]}", HEADINGS[head], key, "None" if cell in (None, "") else str(cell))
                for head, cell in cells
                if head in HEADINGS and not (row[0] == "成员" and cell in (None, ""))
            ]
    return told


async def exported(page: Browser, query: str, ending: str) -> int:
    """How many leads the file of a list holds."""
    rows = await taken(page, "/app/exports", ending, query=query)
    return max(len(rows) - 2, 0)  # its headings, and whose file it is


async def taken(page: Browser, path: str, ending: str, **fields: str) -> list[Any]:
    """The rows of a file that a form of ours gives; [] where there is nothing to take."""
    await page.get("/app/leads")
    data = {"csrf": page.csrf, "format": ending, **fields}
    answer = await page.http.post(page.base + path, data=data, headers={"Origin": page._public})
    content = await answer.read()
    if "没有可以导出的" in content.decode(errors="replace"):
        return []
    assert answer.status == 200, content.decode()
    if ending == "csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    from openpyxl import load_workbook

    return list(load_workbook(io.BytesIO(content)).active.values)
