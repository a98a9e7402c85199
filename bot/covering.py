"""What a cover and an absent colleague hear when the leads change hands for a while, and when they come back."""

from typing import Any

from bot.cards.asked import moment
from bot.context import Answer, Context
from bot.morning import card_at_work, note_at_work
from bot.rest import at_work, rests
from leads.facts import Fact
from sla import cover
from sla.facts import CoverBegan, CoverEnded
from store.members import find_member, name_of
from store.queues import Due
from store.tx import Tx

LISTED = 10


async def on_cover_begins(tx: Tx, row: Due, ctx: Context) -> list[Fact | Answer]:
    """The absence begins: its leads go to the cover, who gets one list."""
    begun = await cover.begin(tx, row, now=ctx.now)
    if begun is None or not begun[0]:
        return []
    facts, absence, taker = begun
    if int(row.payload["after"]):
        return list(facts)
    until = moment(absence.until, now=at_work(taker, ctx) if rests(taker, ctx) else ctx.now, zone=ctx.rules.zone)
    more = "" if len(facts) < cover.SLICE else "以上"
    title = f"{await name_of(tx, absence.member_id)}请假,{len(facts)} 条{more}线索到 {until} 由你顶班"
    ids = [fact.lead_id for fact in facts if isinstance(fact, CoverBegan)]
    hint = f"时限和提醒都会找你,到时自动还给他。发「我的」都能看到,发「看 L{ids[0]}」打开一条"
    params: dict[str, Any] = {"title": title, "leads": ids[:LISTED], "hint": hint, "pushed": True}
    await card_at_work(tx, ctx, taker, "list", key=f"cover:{row.key}", **params)
    return list(facts)


async def on_cover_ends(tx: Tx, row: Due, ctx: Context) -> list[Fact | Answer]:
    """The absence is over: the leads come back, both hear it."""
    facts, absence = await cover.end(tx, row, now=ctx.now)
    ended = [fact for fact in facts if isinstance(fact, CoverEnded)]
    if not ended or int(row.payload["after"]):
        return list(facts)
    owner = await name_of(tx, absence.member_id)
    covers = dict.fromkeys(fact.from_id for fact in ended)
    names = "、".join([await name_of(tx, one) for one in covers])
    params: dict[str, Any] = {
        "title": f"欢迎回来,{names}替你顶班的 {len(ended)} 条线索还给你了",
        "leads": [fact.lead_id for fact in ended][:LISTED],
        "hint": f"发「看 L{ended[0].lead_id}」看这几天发生了什么",
        "pushed": True,
    }
    for one in [member for member in [await find_member(tx, member_id) for member_id in covers] if member is not None]:
        text = f"{owner}回来了,你替他跟的线索已经还给他,辛苦了。"
        await note_at_work(tx, ctx, one, text, key=f"cover:{row.key}:{one.id}", lead_id=None)
    if absence.ended_at is not None:  # they have said so themselves, whatever the hour
        return [*facts, Answer("list", params=params, to=absence.member_id)]
    back = await find_member(tx, absence.member_id)
    if back is not None:
        await card_at_work(tx, ctx, back, "list", key=f"cover:{row.key}:{back.id}", **params)
    return list(facts)
