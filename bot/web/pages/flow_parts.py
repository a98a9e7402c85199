"""Where leads come from and how far they get: the figures, the trend, the funnel, the sources, the people."""

from typing import Any, Literal

from bot.web.pages.part import (
    EVERYBODY,
    NONE,
    Cell,
    Chart,
    Figure,
    Part,
    Piece,
    Table,
    count,
    days,
    minutes,
    percent,
    ratio,
    yuan,
)
from bot.web.pages.span import Span
from leads.mask import said
from reports.attribution import MODELS, attribution
from reports.funnel import MOST_STRETCHES, steps
from reports.numbers import figures, numbers
from reports.period import Period
from reports.quality import source_quality
from store import behind
from store.members import list_everyone
from store.tx import Tx

LINES = {"leads": "新增", "mql": "MQL", "won": "赢单"}
COHORT = "这段时间进来的线索,到今天走到了哪一步;停多久是到下一步天数的中位数。"
MOST = 12  # bars


async def _row(tx: Tx, span: Span, period: Period | None = None) -> dict[str, Any]:
    (found,) = await numbers(tx, period or span.period, team=span.team, zone=span.ctx.rules.zone)
    return figures(found)


async def key_figures(tx: Tx, span: Span) -> Piece:
    """The numbers of the period beside those of the one before."""
    now, before = await _row(tx, span), await _row(tx, span, span.period.before())

    def than(name: str) -> str:
        if now[name] is None or before[name] is None:
            return ""
        change = now[name] - before[name]
        told = f"{change:+,.0f}" if isinstance(now[name], int) else f"{change * 100:+.0f} 个百分点"
        return f"比上一段 {told}" if round(change * 100) else "和上一段一样"

    deals = f"/app/deals?{span.query()}"
    found = [
        Figure("新增", count(now["leads"]), span.leads(reached="leads"), than("leads")),
        Figure("MQL", count(now["mql"]), span.leads(reached="mql"), than("mql")),
        Figure("SQL", count(now["sql"]), span.leads(reached="sql"), than("sql")),
        Figure("赢单", count(now["won"]), f"{deals}&result=won", than("won")),
        Figure("输单", count(now["lost"]), f"{deals}&result=lost", than("lost")),
        Figure("赢单率", percent(now["win_rate"]), "", than("win_rate")),
        Figure("认领率", percent(now["claim_rate"]), f"/app/boards/sla?{span.query()}", than("claim_rate")),
        Figure("首次联系率", percent(now["first_contact_rate"]), f"/app/boards/sla?{span.query()}",
               than("first_contact_rate")),
        Figure("响应时间", minutes(now["response_minutes"]), "", "上班时间的中位数"),
        Figure("成交周期", days(now["cycle_days"]), "", "首次联系到赢单的中位数"),
        Figure("回款", yuan(now["paid"]), "", "这段时间收到的"),
        Figure("签约", yuan(now["signed"]), f"{deals}&result=won", "这段时间赢下的"),
    ]  # fmt: skip
    return Piece([one for one in found if one.value != NONE or one.label in ("赢单率", "认领率", "响应时间")])


async def trend(tx: Tx, span: Span) -> Piece:
    """Month by month."""
    rows = [
        figures(row) for row in await numbers(tx, span.period, by="month", team=span.team, zone=span.ctx.rules.zone)
    ]
    labels = [str(row["key"]) for row in rows]
    series = [
        (label, [row[name] for row in rows]) for name, label in (("leads", "线索"), ("mql", "MQL"), ("won", "赢单"))
    ]
    told = ";".join(f"{row['key']} 新增 {count(row['leads'])},赢单 {row['won']}" for row in rows)
    table = Table(
        [("月份", False), ("线索", True), ("MQL", True), ("SQL", True), ("赢单", True), ("回款", True)],
        [
            [
                Cell(str(row["key"])),
                *(Cell(count(row[n])) for n in ("leads", "mql", "sql", "won")),
                Cell(yuan(row["paid"])),
            ]
            for row in rows
        ],
    )
    kind: Literal["line", "bar"] = "line" if len(rows) > 2 else "bar"  # two points are no line
    return Piece(chart=Chart(kind, labels, series, f"按月:{told}"), table=table)


async def funnel(tx: Tx, span: Span) -> Piece:
    """How far the leads of the period have come by now, and how long they stood: by when they came in."""
    zone = span.ctx.rules.zone
    (found,) = await numbers(tx, span.period, team=span.team, zone=zone)
    begin, end = span.period.instants(zone)
    told = steps(found, await behind.stretches(tx, begin, end, team=span.team, limit=MOST_STRETCHES))
    if not told[0].count:
        return Piece(empty="这段时间还没有进来的线索。")
    rows = [
        [Cell(one.label), Cell(count(one.count)), Cell(percent(one.share)), Cell(percent(one.count / told[0].count)),
         Cell(days(one.days))]
        for one in told
    ]  # fmt: skip
    summary = "漏斗:" + "、".join(f"{one.label} {one.count}" for one in told)
    chart = Chart("funnel", [one.label for one in told], [("条数", [one.count for one in told])], summary)
    heads = [("走到", False), ("条数", True), ("占上一步", True), ("占进来的", True), ("停多久", True)]
    return Piece(
        chart=chart,
        table=Table(heads, rows),
        note=COHORT,
    )


async def owed(tx: Tx, span: Span) -> Piece:
    """The same month in three models: first touch, last touch, shared equally."""
    found = await attribution(tx, span.period, team=span.team, zone=span.ctx.rules.zone)
    if not found:
        return Piece(empty="这段时间还没有赢单和回款。")
    heads = [("来源", False), *((f"{what}·{label}", True) for what in ("签约", "回款") for label in MODELS.values())]
    rows = [
        [Cell(said(one.source, reveal=False)),
         *(Cell(yuan(round(getattr(one, what)[model]) / 100)) for what in ("signed", "paid") for model in MODELS)]
        for one in found
    ]  # fmt: skip
    return Piece(table=Table(heads, rows), note="同样的钱,三种算法各归给谁。")


async def sources(tx: Tx, span: Span) -> Piece:
    """Each source by first touch: what it brings, costs and returns."""
    found = await numbers(tx, span.period, by="source", team=span.team, zone=span.ctx.rules.zone)
    rows = [figures(row) for row in found if not row.empty]
    if not rows:
        return Piece(empty="这段时间还没有线索,也没有费用。")
    names = [said(str(row["key"]), reveal=False) for row in rows]
    links = [span.leads(reached="leads", first=str(row["key"])) for row in rows]
    chart = Chart(
        "bar", names[:MOST], [("线索", [r["leads"] for r in rows[:MOST]]), ("MQL", [r["mql"] for r in rows[:MOST]])],
        "各来源:" + "、".join(f"{name} 线索 {row['leads']}" for name, row in zip(names[:MOST], rows, strict=False)),
        links[:MOST],
    )  # fmt: skip
    heads = [("来源", False), *((label, True) for label in (
        "线索", "MQL", "SQL", "赢单", "费用", "每条线索", "每条 MQL", "获客成本", "回款", "ROI", "LTV"))]  # fmt: skip
    lines = [
        [
            Cell(name, link), Cell(count(row["leads"]), link),
            Cell(count(row["mql"]), span.leads(reached="mql", first=str(row["key"]))),
            Cell(count(row["sql"]), span.leads(reached="sql", first=str(row["key"]))), Cell(count(row["won"])),
            Cell(yuan(row["cost"])), Cell(yuan(row["cpl"])), Cell(yuan(row["cost_per_mql"])), Cell(yuan(row["cac"])),
            Cell(yuan(row["paid"])), Cell(ratio(row["roi"]), bad=row["roi"] is not None and row["roi"] < 0),
            Cell(yuan(row["ltv"])),
        ]
        for name, link, row in zip(names, links, rows, strict=True)
    ]  # fmt: skip
    of_all = "费用记在活动上,不分团队,所以这里没有费用和 ROI。" if span.team is not None else ""
    note = f"按首次触点归因;ROI 用已经收到的回款,不是签约额。{of_all}"
    return Piece(chart=chart, table=Table(heads, lines), note=note)


async def invalid(tx: Tx, span: Span) -> Piece:
    """What sales thinks of each source: how much was invalid, and why."""
    found = await source_quality(tx, span.period.first, span.period.last, zone=span.ctx.rules.zone)
    if not found:
        return Piece(empty="这段时间没有线索。")
    names = [said(one.key, reveal=False) for one in found]
    chart = Chart(
        "bar", names[:MOST], [("无效", [one.invalid for one in found[:MOST]])],
        "各来源标为无效的:" + "、".join(f"{n} {one.invalid}" for n, one in zip(names[:MOST], found, strict=False)),
        bad=("无效",),
    )  # fmt: skip
    heads = [("来源", False), ("线索", True), ("标为无效", True), ("无效率", True), ("原因", False)]
    rows = [
        [Cell(name), Cell(count(one.leads)), Cell(count(one.invalid)), Cell(percent(one.invalid_rate)),
         Cell("、".join(f"{said(kind, reveal=False)} {many}" for kind, many in one.reasons.items()))]
        for name, one in zip(names, found, strict=True)
    ]  # fmt: skip
    note = "全公司的,不分团队。" if span.team is not None else ""
    return Piece(chart=chart if any(one.invalid for one in found) else None, table=Table(heads, rows), note=note)


async def people(tx: Tx, span: Span) -> Piece:
    """Each person: promises kept, how fast, what was won. Good habits stand before raw counts."""
    found = await numbers(tx, span.period, by="rep", team=span.team, zone=span.ctx.rules.zone)
    rows = [figures(row) for row in found]
    names = {one.id: one.name for one in await list_everyone(tx)}
    known = [(names.get(str(row["key"]), str(row["key"])), row) for row in rows]
    chart = Chart(
        "bar", [name for name, _ in known][:MOST],
        [("认领率 %", [None if r["claim_rate"] is None else round(r["claim_rate"] * 100, 1) for _, r in known[:MOST]]),
         ("首次联系率 %", [None if r["first_contact_rate"] is None else round(r["first_contact_rate"] * 100, 1)
                       for _, r in known[:MOST]])],
        "每人的认领率:" + "、".join(f"{name} {percent(row['claim_rate'])}" for name, row in known[:MOST]),
    )  # fmt: skip
    heads = [("成员", False), *((one, True) for one in (
        "认领率", "首次联系率", "响应时间", "赢单", "输单", "赢单率", "成交周期", "签约", "回款"))]  # fmt: skip
    lines = [
        [
            Cell(name, f"/app/leads?owner={row['key']}&open=1"), Cell(percent(row["claim_rate"])),
            Cell(percent(row["first_contact_rate"])), Cell(minutes(row["response_minutes"])),
            Cell(count(row["won"]), f"/app/deals?{span.query()}&result=won&owner={row['key']}"),
            Cell(count(row["lost"])),
            Cell(percent(row["win_rate"])), Cell(days(row["cycle_days"])),
            Cell(yuan(row["signed"])), Cell(yuan(row["paid"])),
        ]
        for name, row in known
    ]  # fmt: skip
    promised = any(row["claim_rate"] is not None or row["first_contact_rate"] is not None for _, row in known)
    note = "" if promised or not known else "这段时间没有到期的时限,所以没有认领率和首次联系率。"
    return Piece(
        chart=chart if promised else None, table=Table(heads, lines), note=note, empty="" if known else "还没有销售。"
    )


PARTS = (
    Part("figures", "关键数字", key_figures, EVERYBODY, wide=True),
    Part("trend", "每月走势", trend, EVERYBODY),
    Part("funnel", "漏斗", funnel, EVERYBODY),
    Part("sources", "来源与回报", sources, wide=True),
    Part("owed", "归因对比", owed, wide=True),
    Part("invalid", "各来源的质量", invalid),
    Part("people", "团队", people, wide=True),
)
