"""A text for the colleague's own hand, to copy into the chat with the customer; the quick ways to a customer."""

from dataclasses import dataclass

from bot.cards.asked import Asked, phone_of, title_of
from bot.cards.card import Button, Card, Field, Text
from bot.context import Context
from bot.hand_actions import AddFriend, CopyPhone, HandDone
from leads.rights import can_act
from store import handed
from store.handed import Handed
from store.leads import find_lead
from store.tables import Lead
from store.tx import Tx


@dataclass(frozen=True)
class View:
    """The message and its customer."""

    row: Handed
    lead: Lead


async def look(tx: Tx, asked: Asked, ctx: Context) -> View | None:
    """Read it; None when it is for somebody else or decided already."""
    row = await handed.find_handed(tx, int(asked.params.get("handed", 0)))
    lead = await find_lead(tx, row.lead_id) if row is not None else None
    if row is None or lead is None or asked.who is None or asked.who.id != row.member_id or row.state != "waiting":
        return None
    return View(row, lead)


def draw(view: View) -> Card:
    """What to send, and three taps."""
    row_id = view.row.id or 0
    return Card(
        title=f"发给 {title_of(view.lead)}",
        subtitle=view.row.subject[:60] or "该跟客户说句话了",
        source="要你亲自发",
        urgency="todo",
        text="点「要文字」取来,长按复制,到和客户的聊天里发出去;发好了点「发了」。",
        quote_title="要发的话",
        quote=view.row.text[:200] + ("…" if len(view.row.text) > 200 else ""),
        buttons=(
            Button("发了", HandDone(row_id, "sent"), "primary"),
            Button("要文字", HandDone(row_id, "text")),
            Button("改了再发", HandDone(row_id, "changed")),
            Button("跳过", HandDone(row_id, "skipped")),
        ),
    )


async def look_text(tx: Tx, asked: Asked, ctx: Context) -> Text | None:
    """The words alone, to be copied."""
    row = await handed.find_handed(tx, int(asked.params.get("handed", 0)))
    mine = row is not None and asked.who is not None and asked.who.id == row.member_id
    return Text(row.text) if row is not None and mine else None


@dataclass(frozen=True)
class Quick:
    """A customer whom the reader works on, and whether they are friends in WeChat."""

    lead: Lead
    phone: str
    friend: str


async def look_quick(tx: Tx, asked: Asked, ctx: Context) -> Quick | None:
    """Read it; None for whoever does not work on the lead."""
    lead = await find_lead(tx, asked.lead_id or 0)
    if lead is None or asked.who is None or not await can_act(tx, lead, asked.who):
        return None
    states = await handed.friend_states(tx, lead.id or 0)
    return Quick(lead, phone_of(lead, reveal=True), states.get(asked.who.id or "", ""))


def draw_quick(view: Quick) -> Card:
    """Call, add in WeChat, send something."""
    lead_id = view.lead.id or 0
    told = {"asked": "好友申请已发,待通过", "added": "已是微信好友"}.get(view.friend, "还没有加微信")
    buttons = [Button("要号码", CopyPhone(lead_id), "primary")] if view.phone and not view.lead.phone_flaw else []
    buttons += [Button("加微信", AddFriend(lead_id))] if view.friend != "added" else []
    return Card(
        title=title_of(view.lead),
        subtitle=told,
        source="联系客户",
        text="要发资料,发「素材」加几个字,例如:素材 报价。打完电话点线索卡片上的「打通了」,或发「跟进」。",
        fields=(Field("电话", view.phone),) if view.phone else (),
        buttons=tuple(buttons),
    )
