"""Where a manager meets the company's numbers: cards, pages and files, read as a person reads them."""

import html
import re
from collections.abc import Iterator

from tests.browser import Browser
from tests.reports.telling import Told

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
FORECAST = {"已签": "signed", "承诺": "commit", "最多": "best", "按阶段": "by_stage", "按赢率": "by_odds"}
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
    coming = re.match(r"本月承诺 (.+),按阶段 (.+)", line(text, "预计"))
    yield Told(surface, "forecast.commit", None, coming[1] if coming else "0")
    yield Told(surface, "forecast.by_stage", None, coming[2] if coming else "0")


def forecast_card(surface: str, text: str, names: dict[str, str]) -> Iterator[Told]:
    """预测: 已签 3 万 in rows; 目标 100 万,完成 40%,还差 60 万; 王磊:已签 3 万/100 万,按阶段 5 万,最多 7 万."""
    for label, number in FORECAST.items():
        yield Told(surface, f"forecast.{number}", None, line(text, label))
    unknown = re.search(r"^没算进 (\d+) 个", text, re.MULTILINE)
    yield Told(surface, "forecast.unknown", None, unknown[1] if unknown else "0")
    target = re.search(r"目标 ([^,]+),完成 (\d+%)(?:,还差 (.+))?", text)
    for at, number in enumerate(("target", "done", "gap"), 1):
        yield Told(surface, f"forecast.{number}", None, (target[at] or "0") if target else "—")
    for member, name in names.items():
        told = re.search(rf"{name}:已签 ([^,/]+)(?:/([^,]+))?,按阶段 ([^,]+),最多 (.+)", text)
        for at, number in enumerate(("signed", "target", "by_stage", "best"), 1) if told else ():
            yield Told(surface, f"forecast.{number}", member, (told[at] if told else None) or "—")


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
        if part == "forecast":
            for label, value in FIGURE.findall(body):
                yield Told(place, f"forecast.{ {'目标': 'target', **FORECAST}[label] }", None, value)
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
            elif part == "forecast":
                for label, value in zip(rows[0][1:], row[1:], strict=True):
                    number = {"目标": "target", **FORECAST}[label]
                    yield Told(place, f"forecast.{number}", members.get(row[0], row[0]), value)
            elif part == "pipeline":
                for number, value in zip(("chance", "count", "amount", "likely"), row[1:], strict=True):
                    yield Told(place, f"open.{number}", row[0], value)
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
