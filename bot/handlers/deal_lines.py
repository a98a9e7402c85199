"""A line of chat that answers a question about a deal, or begins with a deal's number."""

from bot.context import Answer, Context, say
from bot.deal_actions import ShowDeal
from bot.handlers.close import on_close_answer
from bot.handlers.convert import on_convert_word
from bot.handlers.deal import NO_MATTER, deal_and_rest, on_deal_answer, on_show_deal
from bot.handlers.followup import on_followup_word
from leads.deal import get_visible_deal
from leads.errors import NotFound
from leads.facts import Fact
from leads.rights import Who
from store.talk import set_focus
from store.tx import Tx

OPEN_QUESTIONS = ("deal:", "win:", "lose:", "convert:")  # what a sentence, or a bare number, may answer


async def on_line(tx: Tx, asked: str, text: str, who: Who, ctx: Context) -> list[Fact | Answer] | None:
    """What follows from a line that is no command; None when it has nothing to do with deals."""
    number, rest = deal_and_rest(text)
    if number is not None:
        if not rest:
            return await on_show_deal(tx, ShowDeal(number), who, ctx)
        try:
            deal = await get_visible_deal(tx, number, who, rules=ctx.rules)
        except NotFound:
            return None  # words that only begin like a deal's number
        return await on_followup_word(tx, deal.lead_id, rest, who, ctx)
    if asked.startswith(OPEN_QUESTIONS) and text in NO_MATTER:
        await set_focus(tx, who.id or "", asked="", now=ctx.now)
        return [say("好的,先不填,什么都没有变。")]
    if asked.startswith("deal:"):
        return await on_deal_answer(tx, asked, text, who, ctx)
    if asked.startswith("convert:"):
        return await on_convert_word(tx, int(asked[8:]), text, who, ctx)
    if asked.startswith(("win:", "lose:")):
        return await on_close_answer(tx, asked, text, who, ctx)
    return None
