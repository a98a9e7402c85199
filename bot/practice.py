"""Which of a member's words and taps belong to their practice, and what the lesson says after each of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.cards.practice import PAUSED
from bot.classroom import finish, tell, tell_step
from bot.context import Context
from bot.events import ButtonPressed, Event, MenuPressed, MessageReceived
from bot.handlers.commands import ALIASES, COMMANDS
from bot.handlers.words import lead_and_rest, read_line, tidy
from bot.lessons import LESSONS, after
from bot.packing import PRACTICE
from leads.facts import Fact
from leads.understand.reading import understand
from store.campaigns import list_campaigns
from store.deals import find_deal
from store.leads import find_lead
from store.members import find_by_platform
from store.practice import Practice, find_practice, practising, room_of, save_practice
from store.tables import Member
from store.tx import Tx

OUTSIDE = ("练习", "结束练习", "反馈")  # said to the company itself; the practice goes on
INSIDE = (
    "帮助",
    "线索池",
    "领取",
    "我的",
    "待办",
    "看",
    "更多",
    "跟进",
    "素材",
    "合格",
    "无效",
    "字段",
    "转商机",
    "商机",
    "赢单",
    "输单",
    "重开",
    "打勾",
    "阶段",
    "培育",
    "退回",
    "转给",
    "撤销",
    "历史",
    "为什么",
    "秒表",
    "报价",
    "电话",
    "联系",
    "渠道",
    "超时",
    "顺延",
    "日报",
    "周报",
    "漏斗",
    "排行",
)  # what is practised; all other words (新线索, 请假, 交接 …) are meant for real
DEAL = re.compile(r"[Oo]\s*(\d{1,12})(?!\d)")


@dataclass(frozen=True)
class Seat:
    """A member in their room: the event as it is handled there, in `tx` and with `ctx`."""

    home: Tx
    tx: Tx
    ctx: Context
    event: Event
    row: Practice
    member: Member


async def find_seat(tx: Tx, event: Event, ctx: Context) -> Seat | None:
    """The room in which an event is to be handled; None for the company itself, as nearly always.

    Whoever turns to a real lead has left the room until they say 练习 again, or press one of its buttons.
    """
    if not isinstance(event, MessageReceived | ButtonPressed | MenuPressed) or not await practising(tx):
        return None
    member = await find_by_platform(tx, event.platform, event.sender)
    row = await find_practice(tx, member.id) if member is not None else None
    if member is None or row is None or row.state not in ("open", "paused"):
        return None
    room = tx.beside(room_of(tx.home, member.id))
    back = isinstance(event, ButtonPressed) and event.action.startswith(PRACTICE)
    if not back and (row.state == "paused" or not await _is_meant(room, event)):
        if row.state == "open" and not _is_outside(event):
            await save_practice(tx, Practice(**{**row.model_dump(), "state": "paused"}))
            await tell(room, ctx, member, PAUSED, row, "paused")
        return None
    if isinstance(event, ButtonPressed):
        event = replace(event, action=event.action.removeprefix(PRACTICE))
    row = Practice(**{**row.model_dump(), "state": "open", "at": ctx.now})
    await save_practice(tx, row)
    return Seat(tx, room, ctx.practising(), event, row, member)


def _is_outside(event: Event) -> bool:
    """Whether it is said to the company itself, or in a group, without turning to another lead."""
    if not isinstance(event, MessageReceived):
        return False
    line = read_line(tidy(event.text), ALIASES)
    return bool(event.conversation) or not event.text or (line is not None and line.word in OUTSIDE)


async def _is_meant(room: Tx, event: Event) -> bool:
    if not isinstance(event, MessageReceived):
        return isinstance(event, MenuPressed)
    if _is_outside(event):
        return False
    text = tidy(event.text)
    line = read_line(text, ALIASES)
    if line is not None and line.word not in INSIDE:
        return False
    if line is None and understand(text, now=event.at).intent == "new_lead":
        return False  # somebody's card or number: never lost with the room
    bare = line is not None and COMMANDS[line.word].on_lead is not None and COMMANDS[line.word].bare
    rest = line.rest if line is not None else text
    lead_id, _ = lead_and_rest(rest, bare=bare)
    if lead_id is not None:
        return await find_lead(room, lead_id) is not None
    deal = DEAL.match(rest)
    return deal is None or await find_deal(room, int(deal[1])) is not None


async def go_on(seat: Seat, facts: Sequence[Fact]) -> None:
    """Say the next step when this one is done, or that it was the last."""
    signs = {fact.kind for fact in facts}
    if isinstance(seat.event, MessageReceived) and (line := read_line(tidy(seat.event.text), ALIASES)) is not None:
        signs.add(line.word)
    if seat.row.role == "marketing" and await list_campaigns(seat.tx, limit=1):
        signs.add("campaign")
    lesson = LESSONS[seat.row.role]
    step = after(lesson, seat.row.step, signs)
    if step == seat.row.step:
        return
    row = Practice(**{**seat.row.model_dump(), "step": step})
    if step == len(lesson):
        await finish(seat.home, seat.tx, seat.ctx, seat.member, row)
        return
    await save_practice(seat.home, row)
    await tell_step(seat.tx, seat.ctx, seat.member, row)
