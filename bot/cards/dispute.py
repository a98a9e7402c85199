"""The arbitration card of a 撞单: who touched the customer first, who did how much, and the manager's two buttons."""

from dataclasses import dataclass

from bot.cards.asked import Asked, moment, stage_of, title_of
from bot.cards.card import Button, Card, Field
from bot.context import Context
from bot.twin_actions import DecideDispute
from leads.rights import can_see, leads_owner
from store import disputes, leads
from store.members import name_of
from store.tables import Lead
from store.twin import Dispute
from store.tx import Tx


@dataclass(frozen=True)
class View:
    """The dispute with both sides' evidence; `may_decide`: this reader is the manager."""

    dispute: Dispute
    title: str
    holder: str
    claimant: str
    rows: tuple[tuple[str, str], ...]
    may_decide: bool
    winner: str


async def look(tx: Tx, asked: Asked, ctx: Context) -> View | None:
    """Read the evidence; the customer's name is shown only to those who may see the lead."""
    row = await disputes.find_dispute(tx, int(asked.params.get("dispute", 0)))
    lead = await leads.find_lead(tx, row.lead_id) if row is not None else None
    who = asked.who
    if row is None or lead is None or who is None:
        return None
    party = who.id in (row.holder_id, row.claimant_id)
    visible = await can_see(tx, lead, who, rules=ctx.rules)
    holder, claimant = await name_of(tx, row.holder_id), await name_of(tx, row.claimant_id)
    rows = (
        ("首次咨询", f"{moment(lead.created_at, now=ctx.now, zone=ctx.rules.zone)} {lead.source}"[:30]),
        (holder, await _evidence(tx, lead, row.holder_id, ctx)),
        (claimant, await _evidence(tx, lead, row.claimant_id, ctx)),
        ("阶段", stage_of(lead)),
    )
    may = not party and (who.role == "admin" or await leads_owner(tx, lead, who))
    title = title_of(lead) if visible else lead.no
    return View(row, title, holder, claimant, rows, may, await name_of(tx, row.winner_id) if row.winner_id else "")


async def _evidence(tx: Tx, lead: Lead, member_id: str, ctx: Context) -> str:
    first, last, count = await disputes.touches(tx, lead.id or 0, member_id)
    if first is None or last is None:
        return "没有记录"
    since = moment(first, now=ctx.now, zone=ctx.rules.zone)
    return f"{since} 起 {count} 次,最近 {moment(last, now=ctx.now, zone=ctx.rules.zone)}"[:30]


def draw(view: View) -> Card:
    """Everybody reads the same evidence; only the manager has buttons."""
    row = view.dispute
    done = f"已定:归{view.winner}" if view.winner else ("" if view.may_decide else "等主管来定")
    buttons = (
        Button(f"归{view.holder}"[:10], DecideDispute(row.id or 0, row.holder_id), "primary"),
        Button(f"归{view.claimant}"[:10], DecideDispute(row.id or 0, row.claimant_id)),
    )
    return Card(
        title=f"撞单:{view.title}",
        subtitle=f"{view.claimant}说这位客户是自己的,现在由{view.holder}负责",
        source="撞单",
        text="谁先接触、做了多少,看下面",
        fields=tuple(Field(name[:5], value) for name, value in view.rows),
        buttons=() if done else buttons,
        done=done,
    )
