"""What a cover and an absent colleague hear when the leads change hands for a while, and when they come back."""

from bot.cards.asked import moment
from bot.context import Answer, Context, say
from leads.facts import Fact
from sla import cover
from sla.facts import CoverBegan, CoverEnded
from store.members import name_of
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
    until = moment(absence.until, now=ctx.now, zone=ctx.rules.zone)
    more = "" if len(facts) < cover.SLICE else "以上"
    title = f"{await name_of(tx, absence.member_id)}请假,{len(facts)} 条{more}线索到 {until} 由你顶班"
    ids = [fact.lead_id for fact in facts if isinstance(fact, CoverBegan)]
    hint = f"时限和提醒都会找你,到时自动还给他。发「我的」都能看到,发「看 L{ids[0]}」打开一条"
    params = {"title": title, "leads": ids[:LISTED], "hint": hint, "pushed": True}
    return [*facts, Answer("list", params=params, to=taker.id)]


async def on_cover_ends(tx: Tx, row: Due, ctx: Context) -> list[Fact | Answer]:
    """The absence is over: the leads come back, both hear it."""
    facts, absence = await cover.end(tx, row, now=ctx.now)
    ended = [fact for fact in facts if isinstance(fact, CoverEnded)]
    if not ended or int(row.payload["after"]):
        return list(facts)
    owner = await name_of(tx, absence.member_id)
    covers = dict.fromkeys(fact.from_id for fact in ended)
    names = "、".join([await name_of(tx, one) for one in covers])
    params = {
        "title": f"欢迎回来,{names}替你顶班的 {len(ended)} 条线索还给你了",
        "leads": [fact.lead_id for fact in ended][:LISTED],
        "hint": f"发「看 L{ended[0].lead_id}」看这几天发生了什么",
        "pushed": True,
    }
    told = [say(f"{owner}回来了,你替他跟的线索已经还给他,辛苦了。", to=one) for one in covers]
    return [*facts, Answer("list", params=params, to=absence.member_id), *told]
