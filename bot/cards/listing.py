"""Lists of leads: a few lines with numbers to answer with, or the pool with its 领取 buttons."""

from dataclasses import dataclass

from bot.cards.asked import Asked, budget_of, moment, percent, rating_of, stage_of, title_of
from bot.cards.card import Button, Card, Field, Text
from bot.context import Context
from bot.lead_actions import Claim
from leads.lifecycle import CLOSED
from leads.rights import Who, can_see, pools_of
from store import leads
from store.members import name_of
from store.tables import Lead
from store.tx import Tx

BUTTONS = 5


@dataclass(frozen=True)
class Line:
    """One lead of a list."""

    lead: Lead
    note: str


@dataclass(frozen=True)
class ListView:
    """A titled list with a hint how to go on; one that nobody asked for has no numbers to answer with."""

    title: str
    lines: tuple[Line, ...]
    hint: str
    pushed: bool = False


async def look(tx: Tx, asked: Asked, ctx: Context) -> ListView | None:
    """Read the leads of a list, in its order; those that are not visible any more are left out."""
    if asked.who is None:
        return None
    listed = await leads.find_leads(tx, [int(lead_id) for lead_id in asked.params.get("leads", [])])
    lines = [
        Line(lead, await _note(tx, lead, asked, ctx))
        for lead in listed
        if await can_see(tx, lead, asked.who, rules=ctx.rules)
    ]
    title, hint = (str(asked.params.get(name, "")) for name in ("title", "hint"))
    return ListView(title, tuple(lines), hint, bool(asked.params.get("pushed")))


async def _note(tx: Tx, lead: Lead, asked: Asked, ctx: Context) -> str:
    if lead.next_step_at is not None:
        late = "(已过)" if lead.next_step_at < ctx.now else ""
        note = f"{moment(lead.next_step_at, now=ctx.now, zone=ctx.rules.zone)} 跟进{late}"
    elif lead.owner_id is not None and lead.contacted_at is None and lead.stage not in ("dormant", *CLOSED):
        note = "还没联系"
    else:
        note = stage_of(lead)
    if lead.chance is not None and lead.owner_id is not None:
        note += f" · 赢率 {percent(lead.chance)}"
    if lead.owner_id is not None and asked.who is not None and lead.owner_id != asked.who.id:
        covered = "替" if lead.cover_id == asked.who.id else ""
        note += f" · {covered}{await name_of(tx, lead.owner_id)}"
    return note


def draw(view: ListView) -> Text:
    """The list as a message."""
    marks = ["·" if view.pushed else f"{number}." for number in range(1, len(view.lines) + 1)]
    lines = [f"{mark} {title_of(line.lead)} — {line.note}" for mark, line in zip(marks, view.lines, strict=True)]
    return Text("\n".join([view.title, *lines, view.hint]).strip())


@dataclass(frozen=True)
class PoolView:
    """The first claimable leads and how many there are."""

    leads: tuple[Lead, ...]
    count: int
    may_claim: bool
    headline: str


def offered_pools(who: Who, ctx: Context) -> tuple[str, ...]:
    """The pools whose leads 线索池 tells this person; what only managers give away is no offer to a rep."""
    pools = pools_of(who, rules=ctx.rules)
    return tuple(name for name in pools if who.role != "rep" or ctx.rules.pools[name].claim)


async def look_pool(tx: Tx, asked: Asked, ctx: Context) -> PoolView | None:
    """Read what can be claimed by this reader."""
    if asked.who is None:
        return None
    pools = offered_pools(asked.who, ctx)
    free = await leads.list_free(tx, pools, limit=BUTTONS)
    may = asked.who.role in ("rep", "manager")
    return PoolView(
        tuple(free), await leads.count_free(tx, pools), may, str(asked.params.get("headline", "")) or "线索池"
    )


def draw_pool(view: PoolView) -> Card | Text:
    """The pool as a card; empty, it is a sentence."""
    if not view.leads:
        return Text("线索池现在是空的,有新线索会马上推给你。")
    rest = view.count - len(view.leads)
    fields = tuple(
        Field(
            f"{number}.",
            " · ".join(part for part in (title_of(lead), budget_of(lead), rating_of(lead).split(" · ")[0]) if part),
        )
        for number, lead in enumerate(view.leads, 1)
    )
    buttons = tuple(
        Button(f"领取 {lead.no}", Claim(lead.id or 0, lead.version), "primary" if number == 0 else "plain")
        for number, lead in enumerate(view.leads)
    )
    text = "回复序号看详情,例如 1" + (f"。后面还有 {rest} 条" if rest > 0 else "")
    if not view.may_claim:
        return Text("\n".join([f"{view.headline},共 {view.count} 条", *(f"{f.name} {f.value}" for f in fields), text]))
    return Card(
        title=f"{view.headline},共 {view.count} 条可领取",
        subtitle="合格的在前,分数高的在前",
        source="线索池",
        text=text,
        fields=fields,
        buttons=buttons,
    )
