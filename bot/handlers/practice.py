"""练习, 结束练习: a member walks the road once on a lead that is nobody's."""

from bot.cards.practice import NONE, STOPPED, again
from bot.classroom import begin, stop
from bot.context import Answer, Context, say
from bot.lessons import LESSONS
from leads.errors import Unusable
from leads.facts import Fact
from leads.rights import Who
from store.members import find_member
from store.practice import ON, Practice, find_practice, save_practice
from store.tx import Tx

ANEW = ("重来", "再来", "从头")


async def on_practice_word(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """练习 begins, or goes on where it was; 练习 重来 begins anew."""
    member = await find_member(tx, who.id or "")
    if member is None:
        raise Unusable("练习是给成员用的。")
    row = await find_practice(tx, member.id)
    if row is None or row.state not in ON or rest.strip() in ANEW:
        await begin(tx, member, ctx)
        return []
    row = Practice(**{**row.model_dump(), "state": "open", "at": ctx.now})
    await save_practice(tx, row)
    return [say(again(LESSONS[row.role], row.step, f"L{row.subject_id}"))]


async def on_end_word(tx: Tx, who: Who, ctx: Context) -> list[Fact | Answer]:
    """结束练习: what was practised goes at once."""
    row = await find_practice(tx, who.id or "")
    if row is None or row.state not in ON:
        return [say(NONE)]
    await stop(tx, row)
    return [say(STOPPED)]
