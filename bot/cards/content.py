"""素材 报价: three pieces that may be sent today, each with what became of it, and one tap to send or to get it."""

from dataclasses import dataclass
from pathlib import Path

from bot.cards.asked import Asked
from bot.cards.card import Button, Card, File, Text
from bot.context import Context
from bot.customer_actions import GetContent, SendContent
from leads.rights import can_act
from store.content import Content, find_file, find_piece, list_pieces
from store.effect import LATELY, Effect, effect_of
from store.leads import find_lead
from store.talk import find_focus
from store.tx import Tx

MOST = 3


@dataclass(frozen=True)
class View:
    """The pieces with their effect; `lead_id` of the customer we talk about, 0 without one."""

    asked: str
    pieces: tuple[tuple[Content, Effect], ...]
    more: int = 0
    lead_id: int = 0


async def look(tx: Tx, asked: Asked, ctx: Context) -> View:
    """The current pieces that fit the words best."""
    words = str(asked.params.get("words", ""))
    today = ctx.today
    current = [piece for piece in await list_pieces(tx) if piece.is_current(today)]
    found = [piece for piece in current if fits(piece, words)] if words else current
    shown = [(piece, await effect_of(tx, piece.name, since=ctx.now - LATELY)) for piece in found[:MOST]]
    focus = await find_focus(tx, asked.who.id or "") if asked.who is not None else None
    lead = await find_lead(tx, focus.lead_id) if focus is not None and focus.lead_id else None
    mine = lead is not None and asked.who is not None and await can_act(tx, lead, asked.who)
    return View(words, tuple(shown), max(len(found) - MOST, 0), lead.id or 0 if mine and lead is not None else 0)


def fits(piece: Content, words: str) -> bool:
    """Whether every word stands in a piece's title, tags or name."""
    told = " ".join([piece.title, piece.name, *piece.tags]).lower()
    return all(word in told for word in words.lower().split())


def draw(view: View) -> Card | Text:
    """The list with two buttons for each piece."""
    if not view.pieces:
        about = f"和「{view.asked[:20]}」有关的" if view.asked else ""
        return Text(f"现在没有{about}素材可以发。发「素材」看全部;要新的,请找市场同事。")
    lines = []
    buttons: list[Button] = []
    for number, (piece, effect) in enumerate(view.pieces, 1):
        until = f",{piece.expires_on[5:]} 到期" if piece.expires_on else ""
        used = said_of(effect) if effect.sent else "还没有人发过"
        lines.append(f"{number}. {piece.title}(第 {piece.version} 版{until})\n   {used}")
        if view.lead_id:
            buttons.append(Button(f"发给客户 {number}", SendContent(view.lead_id, piece.name), "primary"))
        buttons.append(Button(f"取来看看 {number}", GetContent(piece.name)))
    if view.more:
        lines.append(f"还有 {view.more} 份,多写一个词就能找得更准。")
    title = f"素材「{view.asked[:16]}」" if view.asked else "素材"
    to = f"「发给客户」就是发给 L{view.lead_id}" if view.lead_id else "先「看 L1024」打开一位客户,这里就能直接发给他"
    return Card(title=title, subtitle=to, source="素材库", text="\n".join(lines), buttons=tuple(buttons))


def said_of(effect: Effect) -> str:
    """发过 12 次,打开 5,点开 3,回复 2,成交 1."""
    told = f"发过 {effect.sent} 次,打开 {effect.opened},点开 {effect.clicked}"
    return f"{told},回复 {effect.replied},成交 {effect.deals}"


async def look_file(tx: Tx, asked: Asked, ctx: Context) -> File | None:
    """The file of a piece, under its title; None when it has gone since."""
    piece = await find_piece(tx, str(asked.params.get("name", "")))
    if piece is None or not piece.is_current(ctx.today) or not piece.file_name:
        return None
    found = await find_file(tx, piece.name, piece.version, 0)
    return File(piece.title + Path(found.file_name).suffix.lower(), found.body) if found is not None else None
