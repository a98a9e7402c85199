"""附件: what was put on a lead, each with a button that brings it into the chat."""

from dataclasses import dataclass

from bot.cards.asked import Asked, moment, title_of
from bot.cards.card import Button, Card, File, Text
from bot.context import Context
from bot.hand_actions import GetAttachment, ReadAsCard
from leads.attachment import LABELS, size_text
from leads.rights import can_act
from store import attachments
from store.leads import find_lead
from store.members import name_of
from store.tables import Lead
from store.tx import Tx

MOST = 5


@dataclass(frozen=True)
class Line:
    """One of them."""

    number: int
    what: str
    name: str
    size: int
    who: str
    at: str


@dataclass(frozen=True)
class View:
    """The newest of a lead; `may_get`: the reader works on it."""

    lead: Lead
    lines: tuple[Line, ...]
    more: int
    may_get: bool


async def look(tx: Tx, asked: Asked, ctx: Context) -> View | None:
    """Read them."""
    lead = await find_lead(tx, asked.lead_id or 0)
    if lead is None or asked.who is None:
        return None
    rows = await attachments.list_kept(tx, lead.id or 0)
    lines = [
        Line(
            row.id, row.kind, row.name, row.size, await name_of(tx, row.member_id),
            moment(row.at, now=ctx.now, zone=ctx.rules.zone),
        )
        for row in rows[:MOST]
    ]  # fmt: skip
    return View(lead, tuple(lines), max(len(rows) - MOST, 0), await can_act(tx, lead, asked.who))


def draw(view: View) -> Card | Text:
    """The list."""
    if not view.lines:
        return Text(f"{view.lead.no} 还没有附件。打开线索卡片后,把图片、文件或录音直接发给我,就会放进来。")
    lines = [
        f"{number}. {LABELS.get(line.what, '文件')} {line.name}({size_text(line.size)}) {line.who} {line.at}"
        for number, line in enumerate(view.lines, 1)
    ]
    if view.more:
        lines.append(f"更早的还有 {view.more} 个。")
    buttons = (
        tuple(Button(f"取来 {n}", GetAttachment(line.number)) for n, line in enumerate(view.lines, 1))
        if view.may_get
        else ()
    )
    return Card(title=f"{title_of(view.lead)} 的附件", source="附件", text="\n".join(lines), buttons=buttons)


@dataclass(frozen=True)
class Kept:
    """What was just put on a lead; `readable`: it may be read as a business card instead."""

    number: int
    lead_no: str
    name: str
    readable: bool


async def look_kept(tx: Tx, asked: Asked, ctx: Context) -> Kept | None:
    """Read it."""
    row = await attachments.find(tx, int(asked.params.get("attachment", 0)))
    lead = await find_lead(tx, asked.lead_id or 0)
    if row is None or lead is None:
        return None
    readable = row.kind == "picture" and row.state == "kept" and ctx.reads_cards()
    return Kept(row.id or 0, lead.no, row.name, readable)


def draw_kept(view: Kept) -> Card | Text:
    """A sentence; a picture that is a business card goes the other way with one tap."""
    told, how = f"放进 {view.lead_no} 的附件了:{view.name}", f"发「附件 {view.lead_no}」可以取。"
    if not view.readable:
        return Text(f"{told}。{how}")
    return Card(title=told, source="附件", text=how, buttons=(Button("是名片", ReadAsCard(view.number)),))


async def look_file(tx: Tx, asked: Asked, ctx: Context) -> File | None:
    """The file itself, if the reader still works on the lead as it is sent."""
    row = await attachments.find(tx, int(asked.params.get("attachment", 0)))
    lead = await find_lead(tx, asked.lead_id or 0)
    if row is None or row.body is None or lead is None or asked.who is None or not await can_act(tx, lead, asked.who):
        return None
    return File(row.name, row.body)
