"""撤销: a member takes back their own last act."""

from bot.context import Answer, Context
from bot.handlers.importing import on_undo_import
from bot.import_actions import UndoImport
from bot.lead_actions import Undo
from config.words import ACT_LABELS
from leads.facts import Fact
from leads.rights import Who, can_see
from leads.undo import undo
from store import batches, talk
from store.leads import get_lead
from store.tx import Tx


async def _taken_back(tx: Tx, act_id: int | None, who: Who, ctx: Context) -> list[Fact | Answer]:
    fact, *more = await undo(tx, who, act_id, rules=ctx.rules, now=ctx.now)
    said = f"L{fact.lead_id} 的「{ACT_LABELS.get(fact.act, fact.act)}」已撤销"
    lead = await get_lead(tx, fact.lead_id)
    if lead.stage != "invalid" and await can_see(tx, lead, who, rules=ctx.rules):
        return [fact, *more, Answer("lead", fact.lead_id, {"said": said})]
    return [fact, *more, Answer("note", params={"text": said + "。"})]


async def on_undo(tx: Tx, action: Undo, who: Who, ctx: Context) -> list[Fact | Answer]:
    """The button 撤销 of one act."""
    return await _taken_back(tx, action.act_id, who, ctx)


async def on_undo_word(tx: Tx, who: Who, ctx: Context) -> list[Fact | Answer]:
    """The word 撤销: the last act, which may have been an import."""
    window = talk.undo_window(ctx.rules.undo_minutes, ctx.now)
    batch = await batches.last_confirmed(tx, who.id or "", since=window)
    acts = await talk.last_acts(tx, who.id or "", since=window)
    if batch is not None and batch.confirmed_at is not None and not (acts and acts[0].at > batch.confirmed_at):
        return await on_undo_import(tx, UndoImport(batch.id or 0), who, ctx)
    return await _taken_back(tx, None, who, ctx)
