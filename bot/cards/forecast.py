"""The forecast's card: the month in four figures, each person's, last week's error, and deals to commit to by a tap."""

from dataclasses import dataclass

from bot.cards.asked import Asked
from bot.cards.card import Button, Card, Field
from bot.cards.deal import title_of_deal
from bot.context import Context
from bot.deal_actions import Commit, ShowDeals
from bot.forecasting import Outlook, coming_week, outlook, people_of
from leads.money import yuan_text
from reports.forecast import Error, Forecast
from store import leads
from store.members import name_of
from store.tx import Tx

BUTTONS, PEOPLE = 5, 6


@dataclass(frozen=True)
class View:
    """The figures, whose they are, and the deals in words (number, fen, text); `week` is the Monday spoken of."""

    title: str
    outlook: Outlook
    lines: tuple[tuple[int, int, str], ...]
    week: str
    may_commit: bool
    said: str


async def look(tx: Tx, asked: Asked, ctx: Context) -> View | None:
    """Count the month for this reader."""
    who = asked.who
    if who is None:
        return None
    people = await people_of(tx, who)
    team = who.team if who.role == "manager" else str(asked.params.get("team", ""))
    people = [member for member in people if team in ("", member.team)]
    seen = await outlook(tx, people, ctx, team=team, deals=BUTTONS)
    lines = []
    for deal in seen.deals:
        lead = await leads.find_lead(tx, deal.lead_id)
        if lead is not None:
            owner = await name_of(tx, deal.owner_id)
            expected = f",预计 {deal.expected_on[5:]}" if deal.expected_on else ""
            text = f"{title_of_deal(deal, lead)}({owner}){yuan_text(deal.amount) or '金额待定'},{deal.stage}{expected}"
            lines.append((deal.id or 0, deal.amount or 0, text))
    whose = f"{team}组" if team else "我的" if who.role == "rep" else "全公司"
    said = str(asked.params.get("said", ""))
    return View(whose, seen, tuple(lines), coming_week(ctx.today, ctx.calendar), who.role in ("manager", "admin"), said)


def draw(view: View) -> Card:
    """The figures and the taps."""
    seen, whole = view.outlook, view.outlook.whole
    marks = [
        f"{'☑' if number in seen.committed else '☐'} {text}"
        + (f" · 承诺 {yuan_text(seen.committed[number])}" if number in seen.committed else "")
        for number, _, text in view.lines
    ]
    each = [f"{member.name}:{_short(told)}" for member, told in seen.each[:PEOPLE]] if len(seen.each) > 1 else []
    ask = [f"{view.week[5:]} 那周能签哪几个?点一下就算承诺,再点取消:"] if view.may_commit and marks else []
    text = [view.said, _error(seen.last), *ask, *marks, *each]
    buttons = tuple(
        Button(f"{'取消' if number in seen.committed else '承诺'} O{number}"[:10],
               Commit(number, view.week, 0 if number in seen.committed else fen))
        for number, fen, _ in view.lines
        if fen
    )  # fmt: skip
    return Card(
        title=f"预测 {seen.month} · {view.title}",
        subtitle=_target(whole, may_set=view.may_commit),
        source="预测",
        text="\n".join(part for part in text if part),
        fields=(
            Field("已签", yuan_text(whole.signed)),
            Field("承诺", yuan_text(whole.commit)),
            Field("最多", yuan_text(whole.best)),
            Field("按阶段", yuan_text(whole.by_stage)),
            Field("按赢率", yuan_text(whole.by_odds)),
            *((Field("没算进", f"{whole.unknown} 个商机没写金额或预计成交日"),) if whole.unknown else ()),
        ),
        buttons=buttons if view.may_commit else (Button("看商机", ShowDeals()),),
    )


def _short(told: Forecast) -> str:
    target = f"/{yuan_text(told.target)}" if told.target is not None else ""
    return f"已签 {yuan_text(told.signed)}{target},按阶段 {yuan_text(told.by_stage)},最多 {yuan_text(told.best)}"


def _target(whole: Forecast, *, may_set: bool) -> str:
    if whole.target is None:
        return "还没定目标,发「目标 王磊 50万」" if may_set else "还没定目标,由主管来定"
    done = f"{whole.signed / whole.target:.0%}" if whole.target else "—"
    return f"目标 {yuan_text(whole.target)},完成 {done}" + (f",还差 {yuan_text(whole.gap)}" if whole.gap else "")


def _error(last: Error | None) -> str:
    if last is None:
        return ""
    off = last.signed - last.committed
    share = f"({last.share:+.0%})" if last.share is not None else ""
    word = "正好" if off == 0 else f"{'多' if off > 0 else '少'}签 {yuan_text(abs(off))}{share}"
    return f"上周承诺 {yuan_text(last.committed)},签了 {yuan_text(last.signed)},{word}"
