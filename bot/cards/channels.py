"""渠道 and 归因 on a card: what each source costs and returns, and which sources a sale is owed to."""

from bot.cards.card import Button, Card, Field
from bot.cards.counted import ROWS, View, head, money, opening, other_report, three
from leads.mask import said
from reports.attribution import MODELS


def draw_channel(view: View) -> Card:
    """CPL, cost of an MQL, return on what was paid, by the first touch."""
    rows, buttons = [], []
    for row in view.rows[:ROWS]:
        roi = "—" if row["roi"] is None else f"{row['roi']:.1f}"
        name = said(str(row["key"]), reveal=False)
        cost = f"CPL {money(row['cpl'])} MQL {money(row['cost_per_mql'])} ROI {roi}"
        none = "没记费用" if not view.team else f"MQL {row['mql']},赢单 {row['won']}"
        rows.append(Field(name[:5], cost if row["cost"] else f"{row['leads']} 条,{none}"))
        if row["leads"]:
            buttons.append(opening(view, f"{name[:4]} {row['leads']}", "leads", str(row["key"])))
    left = len(view.rows) - ROWS
    more = f"。还有 {left} 个渠道没列出来,网页「来源与回报」里都有" if left > 0 else ""
    explained = "CPL、MQL:每条线索、每个 MQL 的费用;ROI =(已回款 - 费用)/ 费用"
    if view.team:
        explained = "费用记在活动上,不分团队,所以这里没有 CPL 和 ROI"
    text = f"按首次触点算。{explained}{more}"
    return Card(
        **head(view, "渠道"), subtitle="" if rows else "这段时间没有新线索,也没有费用", fields=tuple(rows), text=text,
        buttons=(*buttons[:4], other_report(view, "归因对比", "attribution"), other_report(view, "漏斗", "funnel")),
    )  # fmt: skip


def draw_attribution(view: View) -> Card:
    """What was signed in the days, in three models side by side."""
    return _draw_owed(view, "signed", "签约", other_report(view, "看回款", "received"))


def draw_received(view: View) -> Card:
    """What was paid in them, the same way."""
    return _draw_owed(view, "paid", "回款", other_report(view, "看签约", "attribution"))


def _draw_owed(view: View, what: str, name: str, other: Button) -> Card:
    owing = [one for one in view.owed if any(getattr(one, what).values())]
    rows = []
    for one in owing[:ROWS]:
        told = [three(float(getattr(one, what)[model]) / 1_000_000) for model in MODELS]
        rows.append(Field(said(one.source, reveal=False)[:5], "/".join(told)))
    deals = "、".join(
        f"{label} {round(sum(o.deals[model] for o in view.owed)):,} 单" for model, label in MODELS.items()
    )
    if not owing and not any(any(one.deals.values()) for one in view.owed):
        text = "这段时间没有赢单。" if what == "signed" else "这段时间没有收到回款。"
        return Card(**head(view, f"归因·{name}"), text=text, buttons=(other, other_report(view, "渠道", "channel")))
    more = f"。还有 {len(owing) - ROWS} 个渠道,网页「来源与回报」里都有" if len(owing) > ROWS else ""
    return Card(
        **head(view, f"归因·{name}"), subtitle="依次是:首次 / 末次 / 线性,单位万元", fields=tuple(rows),
        text=f"合计都一样:{deals}{more}", buttons=(other, other_report(view, "渠道", "channel")),
    )  # fmt: skip
