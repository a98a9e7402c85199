"""Made-up figures for the cards of numbers."""

from datetime import date
from fractions import Fraction

from bot.cards import adoption, numbers, victory
from bot.cards.counted import View
from bot.cards.overdue import Late
from reports.attribution import Owed
from reports.forecast import Forecast
from reports.funnel import Step
from reports.numbers import Counted, figures
from reports.period import Period
from reports.ranking import Place
from store.tables import Clock, Lead

MONTH = Period(date(2026, 2, 1), date(2026, 2, 28))
TODAY = date(2026, 3, 18)


def counted(key: str | None = None, *, leads: int = 40, cost: int = 344_000) -> Counted:
    """A month of a source."""
    row = Counted(key, cost=cost, promises={1: 10, 0: 1}, first_contacts={1: 7, 0: 3}, response=Fraction(2_280_000_000))
    row.reached["leads"] |= {"leads": leads, "mql": 12}
    row.reached["mql"] |= {"mql": 11}
    row.closed |= {"won": 2, "lost": 1}
    row.signed, row.paid, row.automated = 12_000_000, 1_169_600, 30
    return row


def late(lead: Lead, clock: Clock) -> Late:
    """A broken promise."""
    return Late(lead, clock, "王磊", "2 小时 5 分")


def view(report: str, **more: object) -> View:
    """A card of the month."""
    return View(report, MONTH, TODAY, **more)  # type: ignore[arg-type]


def owed(source: str, *amounts: int) -> Owed:
    """What a source is owed by the three models, in fen."""
    shares = dict(zip(("first", "last", "linear"), map(Fraction, amounts), strict=True))
    return Owed(source, dict.fromkeys(shares, Fraction(1)), shares, shares)


def states(lead: Lead, clock: Clock) -> dict[str, object]:
    """Every card of numbers."""
    day = figures(counted())
    before = figures(counted(leads=31))
    funnel = [
        Step("leads", "线索", 240, None, 0.4), Step("mql", "MQL", 180, 0.75, 1.2), Step("won", "赢单", 6, 0.2, None),
    ]  # fmt: skip
    rows = [figures(counted("抖音")), figures(counted("官网", cost=0))]
    told = {
        "now": day,
        "before": before,
        "expected": Forecast(5_000_000, 20_000_000, 40_000_000, 35_000_000, 35_000_000, 0),
        "wins": ["O88 CRM · 云栖(王磊)50 万"],
        "within": "2 小时内 ",
    }
    return {
        "victory": victory.draw(victory.View("李娜", "O88", "王总监", 50_000_000, "展会", 12, 4, 38.0)),
        "adoption": adoption.draw(
            adoption.View((("王磊", "上次 03-12 周四 10:00 领取"), ("赵强", "还没用过")), 8, 30, 12)
        ),
        "baseline": adoption.draw_baseline(
            adoption.Compared(before, day, "2025-12-18 到 2026-03-17", "03-18 到 04-16")
        ),
        "numbers": numbers.draw(view("day", **told, late=[late(lead, clock)], late_count=3)),
        "numbers-month": numbers.draw(
            view("day", **told, lost=(("价格太高", 3), ("选了竞品", 2), ("暂缓", 1), ("别的", 1)))
        ),
        "numbers-of-nothing": numbers.draw(view("day", now=figures(Counted()), before=figures(Counted()), team="华东")),
        "numbers-detail": numbers.draw(view("detail", **told, late_count=3)),
        "numbers-more": numbers.draw(view("more", **told)),
        "numbers-funnel": numbers.draw(view("funnel", funnel=funnel)),
        "numbers-channel": numbers.draw(view("channel", rows=rows)),
        "numbers-channel-of-a-team": numbers.draw(view("channel", rows=rows, team="华东")),
        "numbers-attribution": numbers.draw(view("attribution", owed=[owed("抖音", 12_000_000, 8_000_000, 9_000_000)])),
        "numbers-received": numbers.draw(view("received", owed=[owed("抖音", 12_000_000, 8_000_000, 9_000_000)])),
        "numbers-ranking": numbers.draw(
            view("ranking", places=[Place("lina", "李娜", 38.0, 0.95), Place("wanglei", "王磊", 312.0, None)], hidden=1)
        ),
    }
