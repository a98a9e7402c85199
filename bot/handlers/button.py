"""A pressed button: what it means, whether it is still true, and what its card shows afterwards."""

from typing import Any

from bot.actions import Action
from bot.cards.practice import ENDED
from bot.context import Answer, Context, say
from bot.deal_actions import Advance, Lose, ShowDeal, TickStep
from bot.events import ButtonPressed, MenuPressed
from bot.handlers import (
    deal,
)
from bot.handlers.buttons import CHOSEN, DONE, HANDLERS
from bot.handlers.commands import COMMANDS
from bot.handlers.message import run_command
from bot.lead_actions import (
    Disqualify,
    Release,
)
from bot.outgoing import refresh
from bot.packing import PRACTICE, BadAction, unpack
from bot.promise_actions import (
    Postpone,
    RequestExtension,
)
from bot.quote_actions import (
    Refuse,
)
from bot.twin_actions import UndoMerge
from leads.errors import Refused
from leads.facts import Fact
from leads.rights import Who
from store import cards, outbox
from store.leads import find_lead
from store.merges import current
from store.tx import Tx

CHOSEN |= dict.fromkeys((Release, Disqualify, Postpone, RequestExtension, Lose, Refuse), "reason")

OF = {"opportunity_id": "O", "quote_id": "Q", "approval_id": "A"}  # what a card was about that is no lead's own


def _completed(action: Action, event: ButtonPressed) -> Action:
    """The action with what was chosen in the card's list."""
    name = CHOSEN.get(type(action))
    chosen = next((ids[0] for ids in event.choices.values() if ids), "")
    if name is None or getattr(action, name) or not chosen:
        return action
    return type(action)(**{**vars(action), name: chosen})


async def on_button(tx: Tx, event: ButtonPressed, who: Who, ctx: Context) -> list[Fact | Answer]:
    """Run what the button means for the person who pressed it; a refusal is answered and the card made true."""
    living = bool(event.code) and await cards.bring_code(
        tx, event.platform, event.sender, event.ref, event.code, now=ctx.now
    )
    if event.action.startswith(PRACTICE):
        return [say(ENDED)]
    try:
        action = _completed(unpack(event.action), event)
    except BadAction:
        return [say("这个按钮已经失效了。发「我的」看自己的线索,发「线索池」看可领取的。")]
    lead_id: int | None = getattr(action, "lead_id", None)
    if lead_id is not None and type(action) is not UndoMerge and (now_id := await current(tx, lead_id)) != lead_id:
        action, lead_id = type(action)(**{**vars(action), "lead_id": now_id}), now_id
    try:
        outcome = await HANDLERS[type(action)](tx, action, who, ctx)
    except Refused as refusal:
        if living and lead_id is not None and (lead := await find_lead(tx, lead_id)) is not None:
            await refresh(tx, ctx, lead, origin=f"press{event.ref}{event.code[:16]}", only=event.sender)
        return [say(refusal.sentence)]
    if not living:
        await _settle_card(tx, event, action, who, ctx)
        told = any(isinstance(item, Answer) for item in outcome)
        if lead_id is not None and not told:
            return [*outcome, Answer("lead", lead_id, {"said": DONE.get(type(action), "好了")})]
        if not told and isinstance(action, Advance | TickStep):
            return [*outcome, *await deal.on_show_deal(tx, ShowDeal(action.opportunity_id), who, ctx)]
    return outcome


async def _settle_card(tx: Tx, event: ButtonPressed, action: Action, who: Who, ctx: Context) -> None:
    """Grey the buttons of a question that is answered; what is never asked twice must not look open."""
    done = DONE.get(type(action))
    if done is None or not event.code:
        return
    params: dict[str, Any] = {"code": event.code, "done": done}
    if (draft_id := getattr(action, "draft_id", None)) is not None:
        params["draft"] = draft_id
    if (batch_id := getattr(action, "batch_id", None)) is not None:
        params["import"] = batch_id
    if (dispute_id := getattr(action, "dispute_id", None)) is not None:
        params["dispute"] = dispute_id
    found = [f"{sign}{number}" for name, sign in OF.items() if (number := getattr(action, name, None)) is not None]
    if found and getattr(action, "lead_id", None) is None:
        params["about"] = found[0]
    await outbox.ask(
        tx, platform=event.platform, place=event.sender, lane=f"{event.platform}:member:{event.sender}",
        card="answered", key=f"answered:{event.ref}:{event.code[:64]}", now=ctx.now, member_id=who.id,
        lead_id=getattr(action, "lead_id", None), purpose="answered", params=params,
    )  # fmt: skip


async def on_menu(tx: Tx, event: MenuPressed, who: Who, ctx: Context) -> list[Fact | Answer]:
    """An entry of the app's menu is a word said with the thumb."""
    words = {"mine": "我的", "today": "待办", "pool": "线索池", "note": "跟进", "help": "帮助"}
    word = words.get(event.key, "帮助")
    return await run_command(tx, COMMANDS[word], "", who, ctx)
