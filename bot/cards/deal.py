"""The card of a deal: where it stands, what it is worth, what is usually done now, and what the reader may do next."""

from dataclasses import dataclass

from bot.cards.asked import Asked, moment, percent, phone_of
from bot.cards.card import Button, Card, Field, Text
from bot.cards.deal_papers import papers_of
from bot.cards.lead import undoable
from bot.context import Context
from bot.deal_actions import Advance, AskLose, AskWin, ReopenDeal, TickStep
from bot.lead_actions import AskFollowUp, Undo
from config.pipeline import DealStage, PlayStep
from leads.close import told_result
from leads.deal import can_act_on, probability_of, stage_of, way_of
from leads.mask import said
from leads.money import yuan_text
from leads.people import ROLES
from leads.rights import can_act, can_see
from store import contacts, deals, leads
from store.deal import Opportunity
from store.members import name_of
from store.tables import Lead
from store.tx import Tx

TICKS = 2  # buttons for steps that are not done yet
ORIGINS = {"renewal": "续约", "asked": "老客户又来问", "silence": "老客户回访"}


@dataclass(frozen=True)
class View:
    """A deal with its lead as this reader may see it."""

    deal: Opportunity
    lead: Lead
    owner: str
    may_act: bool
    reveal: bool
    chance: str
    days: int  # in this stage
    late: bool  # the expected day has passed
    playbook: tuple[tuple[PlayStep, bool], ...]
    following: DealStage | None
    people: tuple[str, ...]
    next_step: str
    paid: str
    undo_act: int | None
    said: str
    headline: str = ""
    role: str = ""  # of the lead itself: 决策人
    papers: str = ""


async def look(tx: Tx, asked: Asked, ctx: Context) -> View | None:
    """Read the deal that the card's name tells; None when it is not the reader's to see (or is no more)."""
    deal = await deals.find_deal(tx, int(asked.card.partition(":")[2] or 0))
    lead = await leads.find_lead(tx, deal.lead_id) if deal is not None else None
    who = asked.who
    if deal is None or lead is None or who is None:
        return None
    may_act = await can_act_on(tx, deal, who)
    if not may_act and not await can_see(tx, lead, who, rules=ctx.rules):
        return None
    stage = stage_of(deal, rules=ctx.rules)
    steps = stage.playbook if stage is not None else ()
    odds = ctx.learning.odds(lead, rules=ctx.rules) if deal.result == "open" else None
    told = f"{probability_of(deal, rules=ctx.rules)}%"
    act = await undoable(tx, lead, who.id or "", ctx)
    people, roles = await _people(tx, deal)
    paid = (await deals.paid_for(tx, [deal.id or 0])).get(deal.id or 0)
    return View(
        deal=deal,
        lead=lead,
        owner=await name_of(tx, deal.owner_id) if deal.owner_id else "",
        may_act=may_act,
        reveal=may_act or await can_act(tx, lead, who),
        chance=told + (f" · 同类 {percent(odds.chance)}" if odds is not None else ""),
        days=max((ctx.today - deal.stage_at.astimezone(ctx.rules.zone).date()).days, 0),
        late=deal.result == "open" and bool(deal.expected_on) and deal.expected_on < ctx.today.isoformat(),
        playbook=tuple((step, f"{deal.stage}/{step.do}" in deal.ticked) for step in steps),
        following=way_of(deal, rules=ctx.rules).after(deal.stage),
        role=roles.get(deal.lead_id, ""),
        papers=await papers_of(tx, deal),
        people=tuple(told for lead_id, told in people.items() if lead_id != deal.lead_id),
        next_step=moment(lead.next_step_at, now=ctx.now, zone=ctx.rules.zone) if lead.next_step_at else "",
        paid=yuan_text(paid),
        undo_act=act.id if act is not None else None,
        said=str(asked.params.get("said", "")),
        headline=str(asked.params.get("headline", "")),
    )


async def _people(tx: Tx, deal: Opportunity) -> tuple[dict[int, str], dict[int, str]]:
    """Who has a part in it, as they are called, 刘芳(决策人), and what they are, by lead."""
    rows = await contacts.list_of_deal(tx, deal.id or 0)
    general = {
        row.lead_id: row.role for row in await contacts.list_of_people(tx, [r.lead_id for r in rows]) if row.role
    }
    called, roles = {}, {}
    for row in rows:
        roles[row.lead_id] = ROLES.get(row.role or general.get(row.lead_id, ""), "")
        person = await leads.find_lead(tx, row.lead_id)
        if person is not None:
            name = said(person.name, reveal=False) or person.no
            called[row.lead_id] = f"{name}({roles[row.lead_id]})" if roles[row.lead_id] else name
    return called, roles


def title_of_deal(deal: Opportunity, lead: Lead) -> str:
    """O88 CRM · 云栖科技."""
    what = deal.name or deal.product or "商机"
    return f"{deal.no} {said(what, reveal=False)} · {said(lead.company or lead.name or lead.no, reveal=False)}"


def draw(view: View) -> Card:
    """The card for this reader."""
    deal = view.deal
    head = ORIGINS.get(deal.origin, "商机") + ("" if view.may_act and not view.owner else f" · {view.owner}")
    state = f"{deal.stage} · {view.chance}" if deal.result == "open" else told_result(deal)
    marks = [f"{'☑' if done else '☐'} {n}. {step.do}{_how(step)}" for n, (step, done) in enumerate(view.playbook, 1)]
    playbook = [f"「{deal.stage}」这样做:", *marks] if marks and deal.result == "open" else []
    done = "" if view.may_act else told_result(deal) if deal.result != "open" else f"由{view.owner}负责"
    return Card(
        title=title_of_deal(deal, view.lead),
        subtitle=f"{view.headline} · {state}" if view.headline else state,
        source=head,
        text="\n".join(part for part in (view.said, *playbook) if part),
        fields=_fields(view),
        buttons=() if done else _buttons(view),
        done=done,
    )


def _how(step: PlayStep) -> str:
    told = step.text + (f"(素材 {step.content})" if step.content else "")
    return f":{told}" if told else ""


def _fields(view: View) -> tuple[Field, ...]:
    deal, lead = view.deal, view.lead
    name = said(lead.name, reveal=False) + (f"({view.role})" if view.role else "")
    contact = " ".join(part for part in (lead.no, name, phone_of(lead, reveal=view.reveal)) if part)
    expected = deal.expected_on + ("(已过)" if view.late else "")
    rows = (
        Field(
            "金额", f"{yuan_text(deal.amount) or '还没填'},已回款 {view.paid}" if view.paid else yuan_text(deal.amount)
        ),
        Field("预计成交", expected if deal.result == "open" else ""),
        Field("单据", view.papers),
        Field("停留", f"{view.days} 天" if view.days and deal.result == "open" else ""),
        Field("联系人", contact),
        Field("还有", "、".join(view.people)),
        Field("下一步", view.next_step),
        Field("对手", said(deal.competitor, reveal=False)),
        Field("续约日", deal.renews_on if deal.result == "won" else ""),
    )
    return tuple(row for row in rows if row.value)[:6]


def _buttons(view: View) -> tuple[Button, ...]:
    deal = view.deal
    number, undo = deal.id or 0, (Button("撤销", Undo(view.undo_act)),) if view.undo_act is not None else ()
    if deal.result != "open":
        return (Button("重开", ReopenDeal(number)), *undo)
    onward: tuple[Button, ...] = ()
    if view.following is not None:
        onward = (
            Button(f"进{view.following.name}"[:10], Advance(number, deal.version, view.following.name), "primary"),
        )
    open_steps = [n for n, (_, done) in enumerate(view.playbook, 1) if not done]
    ticks = tuple(Button(f"做好 {n}", TickStep(number, deal.stage, n)) for n in open_steps[:TICKS])
    ends = (Button("赢单", AskWin(number), "plain" if onward else "primary"), Button("输单", AskLose(number)))
    note = (Button("记一笔", AskFollowUp(deal.lead_id)),)
    return (*onward, *ticks, *ends, *(undo or note))[:6]


@dataclass(frozen=True)
class Line:
    """One deal of a list."""

    deal: Opportunity
    lead: Lead
    owner: str
    note: str


async def look_list(tx: Tx, asked: Asked, ctx: Context) -> tuple[str, tuple[Line, ...]] | None:
    """Read the deals of a list, in its order; those that are not visible any more are left out."""
    who = asked.who
    if who is None:
        return None
    lines = []
    for number in asked.params.get("deals", []):
        deal = await deals.find_deal(tx, int(number))
        lead = await leads.find_lead(tx, deal.lead_id) if deal is not None else None
        if deal is None or lead is None:
            continue
        if await can_act_on(tx, deal, who) or await can_see(tx, lead, who, rules=ctx.rules):
            owner = await name_of(tx, deal.owner_id) if deal.owner_id and deal.owner_id != who.id else ""
            lines.append(Line(deal, lead, owner, _note(deal, ctx)))
    return str(asked.params.get("title", "")), tuple(lines)


def _note(deal: Opportunity, ctx: Context) -> str:
    if deal.result != "open":
        return " · ".join(part for part in (told_result(deal), yuan_text(deal.amount)) if part)
    late = "(已过)" if deal.expected_on and deal.expected_on < ctx.today.isoformat() else ""
    quiet = (ctx.now - deal.touched_at).days
    parts = (
        deal.stage,
        yuan_text(deal.amount) or "金额待定",
        f"预计 {deal.expected_on[5:]}{late}" if deal.expected_on else "",
        f"{quiet} 天没动" if quiet >= 7 else "",
    )
    return " · ".join(part for part in parts if part)


def draw_list(view: tuple[str, tuple[Line, ...]]) -> Text:
    """The list as a message."""
    title, lines = view
    told = [
        f"{n}. {title_of_deal(line.deal, line.lead)} — {line.note}" + (f" · {line.owner}" if line.owner else "")
        for n, line in enumerate(lines, 1)
    ]
    return Text("\n".join([title, *told, "回复序号打开,例如 1"]))
