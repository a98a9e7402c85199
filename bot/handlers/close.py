"""赢单, 输单, 重开: a deal ends with an amount or a reason, and may go on after all."""

from typing import Any

from bot.context import Answer, Context
from bot.deal_actions import AskLose, AskWin, Lose, ReopenDeal, Win
from bot.handlers.deal import meant_deal
from bot.handlers.words import first_and_rest
from leads.close import lose, reopen_deal, win
from leads.deal import get_workable_deal, require_open
from leads.deal_edit import Unguessed, exact_amount
from leads.errors import Unusable
from leads.facts import Fact
from leads.money import yuan_text
from leads.rights import Who
from leads.undo import remember, snapshot_deals
from store import deals, quotes
from store import order as orders
from store.deal import Opportunity
from store.talk import set_focus
from store.tx import Tx


async def on_win_word(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """赢单 O88 [金额] [一句话]; without an amount anywhere it is asked for."""
    deal, words = await meant_deal(tx, rest, who, ctx, example="例如:赢单 O88 50万")
    first, reason = first_and_rest(words)
    fen = None
    if first:
        try:
            fen = exact_amount(first)
        except Unguessed as refusal:
            return await _ask_amount(tx, deal, list(refusal.guesses), who, ctx)
        except Unusable:
            if first[0] in "0123456789-+¥":
                raise
            reason = words
    await get_workable_deal(tx, deal.id or 0, who, rules=ctx.rules)
    require_open(deal)
    signed = await _signed(tx, deal)
    if fen is None and (deal.amount is None or any(one != deal.amount for one in signed)):
        return await _ask_amount(tx, deal, await _offered(tx, deal), who, ctx)
    return await _win(tx, deal, fen, reason, who, ctx)


async def on_ask_win(tx: Tx, action: AskWin, who: Who, ctx: Context) -> list[Fact | Answer]:
    """The button 赢单: for how much?"""
    deal = await get_workable_deal(tx, action.opportunity_id, who, rules=ctx.rules)
    require_open(deal)
    return await _ask_amount(tx, deal, await _offered(tx, deal), who, ctx)


async def _signed(tx: Tx, deal: Opportunity) -> list[int]:
    """What paper says that it brings, in fen: its contract, and its orders together."""
    contracts = [one for one in await orders.list_contracts(tx, deal.id or 0) if one.state in ("agreed", "signed")]
    ordered = sum(one.amount for one in await orders.list_orders(tx, opportunity_id=deal.id))
    return [*([contracts[0].amount] if contracts else []), *([ordered] if ordered else [])]


async def _offered(tx: Tx, deal: Opportunity) -> list[int]:
    """The amounts to choose from, the likeliest first: on paper, quoted, expected."""
    quoted = await quotes.list_quotes(tx, opportunity_id=deal.id, limit=1)
    found = [*await _signed(tx, deal), *[(await quotes.get_version(tx, one)).total for one in quoted]]
    return list(dict.fromkeys([*found, *([deal.amount] if deal.amount else [])]))


async def _ask_amount(tx: Tx, deal: Opportunity, guesses: list[int], who: Who, ctx: Context) -> list[Fact | Answer]:
    await get_workable_deal(tx, deal.id or 0, who, rules=ctx.rules)
    require_open(deal)
    await set_focus(tx, who.id or "", lead_id=deal.lead_id, asked=f"win:{deal.id}", now=ctx.now)
    return [Answer(f"win:{deal.id}", deal.lead_id, {"guesses": guesses})]


async def on_win(tx: Tx, action: Win, who: Who, ctx: Context) -> list[Fact | Answer]:
    """A tap on the amount."""
    deal = await get_workable_deal(tx, action.opportunity_id, who, rules=ctx.rules)
    return await _win(tx, deal, action.fen or None, "", who, ctx)


async def _win(tx: Tx, deal: Opportunity, fen: int | None, reason: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    before = await snapshot_deals(tx, deal.lead_id)
    fact = await win(tx, deal.id or 0, who, fen, reason, rules=ctx.rules, now=ctx.now)
    await remember(tx, who, "win", deal.lead_id, before, now=ctx.now)
    await set_focus(tx, who.id or "", lead_id=deal.lead_id, asked="", now=ctx.now)
    said = f"恭喜!{deal.no} 赢单 {yuan_text(fact.amount)}"
    return [fact, Answer(f"deal:{deal.id}", deal.lead_id, {"said": said})]


async def on_lose_word(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """输单 O88 原因; without a reason the company's are offered."""
    deal, reason = await meant_deal(tx, rest, who, ctx, example="例如:输单 O88 价格太高")
    if not reason:
        return await on_ask_lose(tx, AskLose(deal.id or 0), who, ctx)
    return await on_lose(tx, Lose(deal.id or 0, reason), who, ctx)


async def on_ask_lose(tx: Tx, action: AskLose, who: Who, ctx: Context) -> list[Fact | Answer]:
    """The button 输单: why?"""
    deal = await get_workable_deal(tx, action.opportunity_id, who, rules=ctx.rules)
    require_open(deal)
    await set_focus(tx, who.id or "", lead_id=deal.lead_id, asked=f"lose:{deal.id}", now=ctx.now)
    return [Answer(f"lose:{deal.id}", deal.lead_id)]


async def on_lose(tx: Tx, action: Lose, who: Who, ctx: Context) -> list[Fact | Answer]:
    """A reason was given; who took it instead may stand in it (选了竞品 金蝶)."""
    deal = await get_workable_deal(tx, action.opportunity_id, who, rules=ctx.rules)
    before = await snapshot_deals(tx, deal.lead_id)
    reason, competitor = _competitor_in(action.reason)
    fact = await lose(tx, deal.id or 0, who, reason, competitor, rules=ctx.rules, now=ctx.now)
    await remember(tx, who, "lose", deal.lead_id, before, now=ctx.now)
    await set_focus(tx, who.id or "", lead_id=deal.lead_id, asked="", now=ctx.now)
    return [fact, Answer(f"deal:{deal.id}", deal.lead_id, {"said": f"{deal.no} 已记为输单:{fact.reason}"})]


def _competitor_in(words: str) -> tuple[str, str]:
    """选了竞品 竞品=金蝶 → the reason, and who won; "" when nobody is named."""
    for mark in ("竞品=", "竞品:", "竞争对手=", "竞争对手:", "对手="):
        reason, found, name = words.partition(mark)
        if found:
            return (reason.strip(" ,\uff0c") or "选了竞品"), name.strip()[:60]
    return words, ""


async def on_reopen_word(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """重开 O88."""
    deal, _ = await meant_deal(tx, rest, who, ctx, closed=True, example="例如:重开 O88")
    return await on_reopen(tx, ReopenDeal(deal.id or 0), who, ctx)


async def on_reopen(tx: Tx, action: ReopenDeal, who: Who, ctx: Context) -> list[Fact | Answer]:
    """A closed deal goes on where it stood."""
    deal = await get_workable_deal(tx, action.opportunity_id, who, rules=ctx.rules)
    before = await snapshot_deals(tx, deal.lead_id)
    fact, *more = await reopen_deal(tx, action.opportunity_id, who, rules=ctx.rules, now=ctx.now)
    await remember(tx, who, "resume", deal.lead_id, before, now=ctx.now)
    await set_focus(tx, who.id or "", lead_id=deal.lead_id, asked="", now=ctx.now)
    said = f"{deal.no} 重新打开,在「{fact.stage}」接着谈"
    return [fact, *more, Answer(f"deal:{deal.id}", deal.lead_id, {"said": said})]


async def on_close_answer(tx: Tx, asked: str, text: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """The sentence after 赢单 (an amount) or 输单 (a reason) was asked about."""
    what, _, number = asked.partition(":")
    deal = await deals.find_deal(tx, int(number))
    if deal is None:
        raise Unusable("这个商机已经不在了。发「商机」看看手上的。")
    return await (on_win_word if what == "win" else on_lose_word)(tx, f"{deal.no} {text}", who, ctx)


HANDLERS: dict[Any, Any] = {AskWin: on_ask_win, Win: on_win, AskLose: on_ask_lose, Lose: on_lose, ReopenDeal: on_reopen}
