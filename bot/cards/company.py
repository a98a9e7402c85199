"""A company on one card: its people with what they are and who is silent, its deals, whose it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.cards.asked import Asked, moment, stage_of
from bot.cards.card import Button, Card, Field
from bot.context import Context
from bot.deal_actions import ShowDeal
from bot.lead_actions import Show
from leads.mask import said
from leads.money import yuan_text
from leads.people import ROLES
from leads.rights import can_see
from store import contacts, deals, leads
from store.deal import Opportunity
from store.members import name_of
from store.tables import Lead
from store.tx import Tx

SILENT = timedelta(days=14)  # whoever was not spoken with for so long is silent
BUTTONS = 5


@dataclass(frozen=True)
class Person:
    """One of its people: what they are, whose they are, when somebody last spoke with them; `silent` in days or 0."""

    lead: Lead
    roles: tuple[str, ...]
    owner: str
    last: str
    silent: int


@dataclass(frozen=True)
class View:
    """The company as this reader may see it."""

    name: str
    people: tuple[Person, ...]
    owners: tuple[str, ...]
    open: tuple[Opportunity, ...]
    won: tuple[Opportunity, ...]
    lost: int
    more: int


async def look(tx: Tx, asked: Asked, ctx: Context) -> View | None:
    """Read the people that the reader may see, and what is sold to them."""
    if asked.who is None:
        return None
    listed = await leads.find_leads(tx, [int(one) for one in asked.params.get("leads", [])])
    seen = [lead for lead in listed if await can_see(tx, lead, asked.who, rules=ctx.rules)]
    if not seen:
        return None
    ids = [lead.id or 0 for lead in seen]
    roles: dict[int, list[str]] = {}
    for row in await contacts.list_of_people(tx, ids):
        if row.role and ROLES[row.role] not in roles.setdefault(row.lead_id, []):
            roles[row.lead_id].append(ROLES[row.role])
    people = [await _person(tx, lead, roles.get(lead.id or 0, ()), ctx) for lead in seen]
    sold = await deals.list_of_leads(tx, ids)
    return View(
        name=max((lead.company for lead in seen), key=len),
        people=tuple(people),
        owners=tuple(dict.fromkeys(person.owner for person in people if person.owner)),
        open=tuple(deal for deal in sold if deal.result == "open"),
        won=tuple(deal for deal in sold if deal.result == "won"),
        lost=sum(deal.result == "lost" for deal in sold),
        more=int(asked.params.get("more", 0)),
    )


async def _person(tx: Tx, lead: Lead, roles: Sequence[str], ctx: Context) -> Person:
    spoken = lead.touched_at or lead.created_at
    quiet = ctx.now - spoken
    return Person(
        lead,
        tuple(roles),
        await name_of(tx, lead.owner_id) if lead.owner_id else "",
        moment(spoken, now=ctx.now, zone=ctx.rules.zone),
        quiet.days if quiet >= SILENT else 0,
    )


def draw(view: View) -> Card:
    """People as numbered lines, to be opened by their number; deals as buttons."""
    lines = [f"{number}. {_line(person)}" for number, person in enumerate(view.people, 1)]
    more = [f"后面还有 {view.more} 位"] if view.more else []
    signed = sum(deal.amount or 0 for deal in view.won)
    silent = [said(person.lead.name, reveal=False) or person.lead.no for person in view.people if person.silent]
    buttons = tuple(Button(f"商机 {deal.no}", ShowDeal(deal.id or 0)) for deal in view.open[:BUTTONS])
    if not buttons:
        buttons = (Button(f"打开 {view.people[0].lead.no}", Show(view.people[0].lead.id or 0)),)
    return Card(
        title=said(view.name, reveal=False),
        subtitle=f"{len(view.people) + view.more} 位联系人" + _owned(view.owners),
        source="公司",
        text="\n".join([*lines, *more, "回复序号打开,例如 1"]),
        fields=tuple(
            field
            for field in (
                Field("商机", ";".join(_deal(deal) for deal in view.open)),
                Field("成交", f"{len(view.won)} 单,{yuan_text(signed)}" if view.won else ""),
                Field("输单", f"{view.lost} 个" if view.lost else ""),
                Field("没动静", "、".join(silent)),
            )
            if field.value
        ),
        buttons=buttons,
    )


def _owned(owners: Sequence[str]) -> str:
    return f" · {'、'.join(owners)}负责" if owners else ""


def _line(person: Person) -> str:
    lead = person.lead
    name = " ".join(part for part in (lead.no, said(lead.name, reveal=False), said(lead.title, reveal=False)) if part)
    quiet = f"{person.silent} 天没联系" if person.silent else f"最近 {person.last}"
    return " · ".join(part for part in (name, "、".join(person.roles), person.owner or stage_of(lead), quiet) if part)


def _deal(deal: Opportunity) -> str:
    return " ".join(part for part in (deal.no, deal.product, deal.stage, yuan_text(deal.amount)) if part)
