"""What is asked about a deal: for how much, what is missing, why it was lost, one person or two; each by a tap."""

from dataclasses import dataclass
from typing import Any

from bot.cards.asked import Asked, stage_of, title_of
from bot.cards.card import Button, Card, Choice, Option
from bot.cards.deal import title_of_deal
from bot.context import Context
from bot.deal_actions import ConvertDraft, Lose, SupplyDeal, Win
from bot.lead_actions import DropDraft
from bot.twin_actions import Compare
from leads.advance import DEAL_LABELS
from leads.deal import can_act_on
from leads.money import yuan_text
from leads.rights import can_act
from leads.wanted import Wanted, wanted_of
from store import deals, leads
from store.deal import Opportunity
from store.tables import Lead
from store.tx import Tx

EXAMPLES = {
    "amount": "例如 50万",
    "expected_on": "例如 6月底 或 2026-06-30",
    "product": "例如 CRM 标准版",
    "competitor": "例如 金蝶,没有就回复「无」",
    "decider": "是联系人自己就回复「本人」,是别人回复他的编号,例如 L1030",
}


@dataclass(frozen=True)
class ConvertView:
    """Why a conversion waits: terms (say more), amount (which?), twin (one person or two?)."""

    lead: Lead
    draft_id: int
    why: str
    guesses: tuple[int, ...] = ()
    other: Lead | None = None


async def look_convert(tx: Tx, asked: Asked, ctx: Context) -> ConvertView | None:
    """Read the lead that is to become a deal; None when it is not the reader's any more."""
    lead = await leads.find_lead(tx, asked.lead_id or 0)
    if lead is None or asked.who is None or not await can_act(tx, lead, asked.who):
        return None
    params = asked.params
    other = await leads.find_lead(tx, int(params["other"])) if params.get("other") else None
    guesses = tuple(int(fen) for fen in params.get("guesses", ()))
    return ConvertView(lead, int(params["draft"]), str(params.get("why", "")), guesses, other)


def draw_convert(view: ConvertView) -> Card:
    """The question with its taps."""
    number, title = view.draft_id, title_of(view.lead)
    if view.why == "amount":
        return Card(
            title=f"转商机:{title}",
            subtitle="金额要写准一个数,后面变了随时能改",
            source="转商机",
            text="点一个,或者重新发一遍写上准数",
            buttons=(
                *_amounts(view.guesses, lambda fen: ConvertDraft(number, fen)),
                Button("先不写", ConvertDraft(number)),
            ),
        )
    if view.why == "twin" and view.other is not None:
        one, two = sorted((view.lead.id or 0, view.other.id or 0))
        return Card(
            title=f"{view.lead.no} 和 {view.other.no} 是同一个人吗?",
            subtitle="同名同公司,先定下来再转商机;现在什么都还没建",
            source="转商机",
            text=f"{title_of(view.other)} · {stage_of(view.other)}",
            buttons=(
                Button("对比合并", Compare(one, two, ""), "primary"), Button("不是同一人", ConvertDraft(number, 0, 1)),
                Button("先不转", DropDraft(number)),
            ),
        )  # fmt: skip
    return Card(
        title=f"转商机:{title}",
        subtitle="回复一句:产品、金额、预计成交日,知道几样写几样",
        source="转商机",
        text="例如「CRM 50万 6月底」",
        buttons=(Button("都还不知道", ConvertDraft(number), "primary"),),
    )


def _amounts(guesses: tuple[int, ...], action: Any) -> tuple[Button, ...]:
    return tuple(
        Button(yuan_text(fen)[:10], action(fen), "plain" if n else "primary") for n, fen in enumerate(guesses[:4])
    )


@dataclass(frozen=True)
class DealView:
    """A deal of which something is asked."""

    deal: Opportunity
    lead: Lead
    field: str = ""
    wanted: Wanted | None = None
    stage: str = ""
    left: int = 0
    guesses: tuple[int, ...] = ()
    reasons: tuple[str, ...] = ()


async def look(tx: Tx, asked: Asked, ctx: Context) -> DealView | None:
    """Read the deal that the card's name tells; None when the reader may not change it (any more)."""
    deal = await deals.find_deal(tx, int(asked.card.partition(":")[2] or 0))
    lead = await leads.find_lead(tx, deal.lead_id) if deal is not None else None
    if deal is None or lead is None or asked.who is None or not await can_act_on(tx, deal, asked.who):
        return None
    field = str(asked.params.get("field", ""))
    return DealView(
        deal, lead, field, wanted_of(field, rules=ctx.rules) if field not in DEAL_LABELS else None,
        str(asked.params.get("stage", "")), int(asked.params.get("left", 0)),
        tuple(int(fen) for fen in asked.params.get("guesses", ())), ctx.rules.deals.lost_reasons,
    )  # fmt: skip


def draw_wanted(view: DealView) -> Card:
    """One field that a stage wants to know."""
    deal, number = view.deal, view.deal.id or 0
    label = DEAL_LABELS.get(view.field) or (view.wanted.label if view.wanted is not None else view.field)
    left = f",还差 {view.left} 项" if view.left else ""
    offered = view.wanted.options[:5] if view.wanted is not None and view.wanted.type == "select" else ()
    buttons = tuple(Button(one[:10], SupplyDeal(number, view.field, view.stage, one)) for one in offered)
    if view.guesses:
        buttons = _amounts(view.guesses, lambda fen: SupplyDeal(number, view.field, view.stage, f"{fen / 100:.2f}元"))
    if view.field == "decider":
        buttons = (Button("就是联系人", SupplyDeal(number, view.field, view.stage, "本人")),)
    example = EXAMPLES.get(view.field, "")
    how = "金额要写准一个数,点一个或直接回复" if view.guesses else "直接回复就好" + (f",{example}" if example else "")
    return Card(
        title=f"{label}:{title_of_deal(deal, view.lead)}",
        subtitle=f"补上就进「{view.stage}」{left}" if view.stage else "改成什么?",
        source="补一项",
        text=f"{how}。不想填就回复「算了」",
        buttons=buttons,
    )


def draw_win(view: DealView) -> Card:
    """For how much was signed?"""
    number = view.deal.id or 0
    return Card(
        title=f"赢单:{title_of_deal(view.deal, view.lead)}",
        subtitle="签了多少钱?",
        source="赢单",
        text="点金额,或者直接回复实际签约的数,例如 48万",
        buttons=_amounts(view.guesses, lambda fen: Win(number, fen)),
    )


def draw_lose(view: DealView) -> Card:
    """Why was it lost?"""
    options = tuple(Option(reason, reason) for reason in view.reasons)
    return Card(
        title=f"输单:{title_of_deal(view.deal, view.lead)}",
        subtitle="为什么没成?写清楚,下次才知道怎么赢",
        source="输单",
        text=f"也可以直接发:输单 {view.deal.no} 你的原因,竞品=谁",
        choice=Choice("reason", "原因", options, options[0].id),
        buttons=(Button("确定输单", Lose(view.deal.id or 0), "primary"),),
    )
