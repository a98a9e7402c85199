"""What was promised and what is coming: promises with those that were broken, open deals by stage, journeys."""

from collections.abc import Sequence
from urllib.parse import quote

from bot.cards.asked import title_of
from bot.cards.overdue import find_late
from bot.forecasting import outlook, people_of
from bot.web.pages.part import EVERYBODY, NONE, Cell, Chart, Figure, Part, Piece, Table, count, percent, yuan
from bot.web.pages.span import Span
from leads.mask import said
from leads.rights import can_see
from reports.numbers import share
from store import behind, deals, journeys
from store import numbers as counts
from store.leads import find_lead, find_leads
from store.members import name_of
from store.tx import Tx

MISSES, LATE = 30, 8  # leads that are named
STATES = {"running": "在走", "paused": "暂停", "finished": "走完", "goal": "达到目标", "exited": "提前离开"}


async def promises(tx: Tx, span: Span) -> Piece:
    """Each promise: kept and broken, as the rules name them."""
    begin, end = span.period.instants(span.ctx.rules.zone)
    rows, labels, kept_each, broken_each = [], [], [], []
    found = await counts.promises(tx, begin, end, by=None, team=span.team)
    for name, rule in span.ctx.rules.clocks.items():
        kept = sum(many for _, one, held, many in found if one == name and held == 1)
        broken = sum(many for _, one, held, many in found if one == name and held == 0)
        if not kept and not broken:
            continue
        labels.append(rule.label)
        kept_each.append(kept)
        broken_each.append(broken)
        rows.append([Cell(rule.label), Cell(count(kept)), Cell(count(broken), bad=broken > 0),
                     Cell(percent(share(kept, kept + broken)))])  # fmt: skip
    if not rows:
        return Piece(empty="这段时间还没有到期的时限。")
    summary = "时限:" + "、".join(
        f"{one} 做到 {k}、超时 {b}" for one, k, b in zip(labels, kept_each, broken_each, strict=True)
    )
    chart = Chart("bar", labels, [("做到了", kept_each), ("超时", broken_each)], summary, bad=("超时",))
    heads = [("时限", False), ("做到了", True), ("超时", True), ("做到的比例", True)]
    return Piece(chart=chart, table=Table(heads, rows))


async def misses(tx: Tx, span: Span) -> Piece:
    """The leads whose promise was broken in the period, within the reader's rights."""
    begin, end = span.period.instants(span.ctx.rules.zone)
    rows, total = [], 0
    for name, rule in span.ctx.rules.clocks.items():
        found, many = await behind.broken(tx, name, begin, end, source=None, team=span.team, limit=MISSES)
        total += many
        rows += [[Cell(rule.label), *told] for told in await _leads(tx, found, span)]
    if not total:
        return Piece(empty="这段时间没有超时的,都按时做到了。")
    note = "" if len(rows) == total else f"共 {total} 条,这里列出你能看的最近 {len(rows)} 条。"
    heads = [("时限", False), ("编号", False), ("客户", False), ("负责人", False)]
    return Piece(table=Table(heads, rows), note=note)


async def late(tx: Tx, span: Span) -> Piece:
    """What is late now and that nobody has caught up on, as 超时 says it in chat."""
    found = await find_late(tx, span.who, span.ctx)
    if not found:
        return Piece(empty="现在没有超时的线索,大家都跟上了。")
    rows = []
    for clock in found[:LATE]:
        lead = await find_lead(tx, clock.lead_id)
        if lead is not None:
            rows.append([Cell(clock.rule.get("label", clock.name)), *(await _leads(tx, [clock.lead_id], span))[0]])
    return Piece(
        [Figure("现在超时", count(len(found)), "" if len(found) <= LATE else f"/app/boards/sla?{span.query()}")],
        table=Table([("时限", False), ("编号", False), ("客户", False), ("负责人", False)], rows),
    )


async def _leads(tx: Tx, found: Sequence[int], span: Span) -> list[list[Cell]]:
    told = []
    for lead in await find_leads(tx, found):
        if await can_see(tx, lead, span.who, rules=span.ctx.rules):
            owner = await name_of(tx, lead.owner_id) if lead.owner_id else "没人领"
            who = title_of(lead).partition(" ")[2]
            told.append([Cell(lead.no, f"/app/leads/{lead.no}"), Cell(who), Cell(owner)])
    return told


async def pipeline(tx: Tx, span: Span) -> Piece:
    """Open deals by the stages of each pipeline: how many, how much, and how much by the stage's chance."""
    found = await deals.open_by_stage(tx, owners=span.people)
    if not found:
        return Piece(empty="还没有进行中的商机。")
    rows, labels, worth, links = [], [], list[float](), []
    for key, way in span.ctx.rules.ways.items():
        for stage in way.stages:
            many, fen = found.pop((key, stage.name), (0, 0))
            name = stage.name if len(span.ctx.rules.ways) == 1 else f"{way.label}·{stage.name}"
            link = f"/app/deals?{span.query(result='open', stage=stage.name)}"
            likely = yuan(round(fen * stage.probability / 100) / 100)
            labels.append(name)
            worth.append(fen / 100)
            links.append(link)
            sums = (Cell(count(many), link), Cell(yuan(fen / 100)), Cell(likely))
            rows.append([Cell(name, link), Cell(f"{stage.probability}%"), *sums])
    for (_, gone), (many, fen) in found.items():  # stages that the rules do not know any more
        name = said(gone, reveal=False) or "没有阶段"
        rows.append([Cell(name), Cell(NONE), Cell(count(many)), Cell(yuan(fen / 100)), Cell(NONE)])
    summary = "进行中的商机:" + "、".join(f"{name} {yuan(total)}" for name, total in zip(labels, worth, strict=True))
    heads = [("阶段", False), ("可能性", True), ("个数", True), ("金额", True), ("按可能性", True)]
    chart = Chart("bar", labels, [("金额", worth)], summary, links, "元")
    return Piece(chart=chart, table=Table(heads, rows), note="现在进行中的,和时间段无关;没写金额的按 0 算。")


async def coming(tx: Tx, span: Span) -> Piece:
    """The present month as 预测 says it in chat: signed, committed, at best, and what is likely."""
    people = [one for one in await people_of(tx, span.who) if span.people is None or one.id in span.people]
    seen = await outlook(tx, people, span.ctx, team=span.team_name)
    whole = seen.whole
    target = [Figure("目标", yuan(whole.target / 100), "", "这个月要做到的")] if whole.target is not None else []
    last = seen.last
    figures = [
        *target, Figure("已签", yuan(whole.signed / 100), "", "这个月已经赢下的"),
        Figure("承诺", yuan(whole.commit / 100), "", "加上主管承诺这个月签的"),
        Figure("最多", yuan(whole.best / 100), "", "加上所有预计这个月成交的"),
        Figure("按阶段", yuan(whole.by_stage / 100), "", "金额乘以阶段的可能性"),
        Figure("按赢率", yuan(whole.by_odds / 100), "", "金额乘以从成交里学到的赢率"),
        *([Figure("上周承诺", yuan(last.committed / 100), "", f"签了 {yuan(last.signed / 100)}")] if last else []),
    ]  # fmt: skip
    heads = [("成员", False), *((one, True) for one in ("目标", "已签", "承诺", "按阶段", "最多"))]
    rows = [
        [Cell(member.name, f"/app/deals?{span.query(result='open', owner=member.id)}"),
         *(Cell(yuan(None if fen is None else fen / 100)) for fen in (
             told.target, told.signed, told.commit, told.by_stage, told.best))]
        for member, told in seen.each
    ]  # fmt: skip
    note = f"{seen.month} 这个月,都含已签的。"
    note += f"另有 {whole.unknown} 个商机没写金额或预计成交日,没算进来。" if whole.unknown else ""
    return Piece(figures, table=Table(heads, rows) if rows else None, note=note)


async def nurture(tx: Tx, span: Span) -> Piece:
    """Each journey: who is on it, and how it ended."""
    rows = []
    for name, journey in span.ctx.rules.journeys.items():
        states = await journeys.count_states(tx, name)
        rows.append([Cell(journey.label, f"/app/journeys/{quote(name)}"), Cell("开着" if journey.active else "停着"),
                     *(Cell(count(states.get(state, 0))) for state in STATES)])  # fmt: skip
    if not rows:
        return Piece(empty="还没有培育旅程。在 rules.yaml 的 journeys 里写。")
    heads = [("旅程", False), ("状态", False), *((label, True) for label in STATES.values())]
    return Piece(
        table=Table(heads, rows), note="到现在为止的人次,和时间段无关。点开一条,看它的每一步和每一步上有几个人。"
    )


PARTS = (
    Part("promises", "时限", promises, EVERYBODY),
    Part("late", "现在超时", late, EVERYBODY),
    Part("misses", "超时的线索", misses, EVERYBODY, wide=True),
    Part("pipeline", "商机", pipeline, EVERYBODY, wide=True),
    Part("forecast", "预测", coming, EVERYBODY, wide=True),
    Part("journeys", "培育旅程", nurture, wide=True),
)
