"""@同事 asks a colleague about a lead; they see it until they have answered, and the answer stands on the lead."""

import re
from typing import Any

from bot.context import Answer, Context, say
from bot.hand_actions import AnswerHelp
from leads.errors import Unusable
from leads.facts import Fact
from leads.help_facts import HelpAsked, HelpGiven
from leads.rights import Who, get_workable
from store import helps
from store.helps import Help
from store.members import list_members, name_of
from store.tables import Member
from store.talk import find_focus, set_focus
from store.tx import Tx

ASKED = "help:"
AT = re.compile(r"\s*[@\uff20]\s*(\S+)(.*)", re.DOTALL)
LEAD = re.compile(r"\bL\s?(\d{1,12})\b", re.IGNORECASE)


async def on_at(tx: Tx, text: str, who: Who, ctx: Context) -> list[Fact | Answer] | None:
    """@李娜 L1024 能报到几折?; None when the line is no such question."""
    found = AT.fullmatch(text)
    if found is None:
        return None
    told = found[1] + found[2]
    member, words = _whom(await list_members(tx), told)
    if member is None:
        raise Unusable(f"没有叫「{found[1][:20]}」的同事。写法:@李娜 L1024 这个客户能报到几折?")
    named = LEAD.search(words)
    focus = await find_focus(tx, who.id or "")
    lead_id = int(named[1]) if named else (focus.lead_id if focus is not None else None)
    words = " ".join(LEAD.sub("", words, count=1).split())
    if lead_id is None or not words:
        raise Unusable("问哪条线索、问什么?例如:@李娜 L1024 这个客户能报到几折?")
    if member.id == who.id:
        raise Unusable("这是你自己。要记给自己看的,发「跟进」就行。")
    lead = await get_workable(tx, lead_id, who, rules=ctx.rules)
    row = Help(corp=tx.corp, lead_id=lead.id or 0, by_id=who.id or "", to_id=member.id, words=words[:1000], at=ctx.now)
    await tx.add(row)
    await set_focus(tx, who.id or "", lead_id=lead.id, asked="", now=ctx.now)
    asked = HelpAsked(
        lead_id=lead.id or 0, at=ctx.now, by=who.id, to_id=member.id, to_name=member.name, words=words[:1000]
    )
    return [
        asked,
        Answer("help_asked", lead.id, {"help": row.id}, to=member.id),
        say(f"问{member.name}了。他答完之前看得到 {lead.no};一有回话就告诉你。"),
    ]


async def on_answer_help(tx: Tx, action: AnswerHelp, who: Who, ctx: Context) -> list[Fact | Answer]:
    """回话: the next line is the answer."""
    row = await _mine(tx, action.help_id, who)
    await set_focus(tx, who.id or "", lead_id=row.lead_id, asked=f"{ASKED}{row.id}", now=ctx.now)
    return [say(f"好,把要回{await name_of(tx, row.by_id)}的话直接发给我。")]


async def on_answer(tx: Tx, asked: str, text: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """The line after 回话."""
    row = await _mine(tx, int(asked.removeprefix(ASKED)), who)
    await helps.answer(tx, row.id or 0, now=ctx.now)
    await set_focus(tx, who.id or "", asked="", now=ctx.now)
    given = HelpGiven(lead_id=row.lead_id, at=ctx.now, by=who.id, to_id=row.by_id, words=text[:2000])
    back = f"{who.name}回你 L{row.lead_id}(你问:{row.words[:60]}):\n{text[:1500]}"
    return [given, say(back, to=row.by_id), say("回过了,也记在这条线索上。谢谢帮忙!")]


async def _mine(tx: Tx, help_id: int, who: Who) -> Help:
    row = await helps.find(tx, help_id)
    if row is None or row.to_id != who.id:
        raise Unusable("这个问题不是问你的。")
    if row.answered_at is not None:
        raise Unusable("这个问题你已经回过了。还有话说,请直接找他。")
    return row


def _whom(members: Any, told: str) -> tuple[Member | None, str]:
    """The colleague whose name the words begin with (the longest that fits), and the rest."""
    fitting = [m for m in members if m.state == "active" and m.name and told.startswith(m.name)]
    if not fitting:
        return None, told
    member = max(fitting, key=lambda one: len(one.name))
    return member, told.removeprefix(member.name)
