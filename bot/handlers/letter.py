"""What comes back to a message to a customer: it did not arrive, they complain, or they answer."""

import structlog

from bot.context import Answer, Context
from bot.events import LetterReported
from bot.handlers.consent import stop_by_answer
from bot.undelivered import tell_author
from leads.bounce import note_dead
from leads.facts import Fact, LeadWrote
from leads.letter_facts import LetterReturned
from leads.reach_facts import CHANNEL_LABELS
from leads.stop import stop
from leads.understand.phone import normal_phone
from store import roads
from store.leads import find_by_identity
from store.merges import current
from store.queues import Outbox
from store.tx import Tx

log = structlog.get_logger()


async def on_letter_reported(tx: Tx, event: LetterReported, ctx: Context) -> list[Fact | Answer]:
    """Note it where it belongs; what names no message and no person of ours changes nothing."""
    row = await _meant(tx, event)
    lead_id = await _lead(tx, row, event)
    if lead_id is None:
        log.info("a report about nobody we know", road=event.road, outcome=event.outcome)
        return []
    if event.outcome == "replied":
        label = CHANNEL_LABELS.get(event.road, event.road)
        stopped = await stop_by_answer(tx, lead_id, event.words, event.road, ctx)
        wrote = LeadWrote(lead_id=lead_id, at=ctx.now, channel=label, words=event.words or "(没有文字)")
        return [wrote, *stopped]
    if event.outcome == "complained":
        return [
            *await stop(
                tx, lead_id, channel=event.road, way="complaint", words="客户把邮件标成了垃圾邮件", rules=ctx.rules,
                now=ctx.now,
            )
        ]  # fmt: skip
    if event.outcome != "returned" or row is None or not await roads.note_returned(tx, row, cause=event.words):
        return []
    content = str(row.params.get("content", ""))
    facts: list[Fact | Answer] = [
        LetterReturned(lead_id=lead_id, at=ctx.now, channel=event.road, content=content, cause=event.words)
    ]
    await tell_author(tx, row, f"退回来了{f'({event.words})' if event.words else ''}", ctx)
    if event.dead:
        facts += await note_dead(tx, lead_id, channel=event.road, cause=event.words, now=ctx.now)
    return facts


async def _meant(tx: Tx, event: LetterReported) -> Outbox | None:
    row = await roads.find_by_ref(tx, event.ref) if event.ref else None
    if row is None and event.number:
        row = await roads.find_by_number(tx, event.road, event.number)
    return row if row is not None and row.platform == event.road else None


async def _lead(tx: Tx, row: Outbox | None, event: LetterReported) -> int | None:
    """Whose message it was, else whose number wrote."""
    if row is not None and row.lead_id is not None:
        return await current(tx, row.lead_id)
    phone = normal_phone(event.phone) if event.phone else None
    return await find_by_identity(tx, "phone", phone.key) if phone is not None else None
