"""The colleague's own hand as a road to customers: the text lies ready in their chat; they send, change or skip it."""

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from bot.context import Context
from bot.letter import Letter
from bot.outgoing import ring
from bot.platform import Receipt
from bot.prose import blocks_of, plain_of
from bot.sop import keep_for_list, of_journey
from leads.errors import Unusable
from store import handed
from store.db import Store
from store.handed import Handed
from store.members import find_member
from store.tables import Lead, Member
from store.tx import Tx

CARD = "hand"
NOBODY = "这条线索还没有负责人,没有人能亲自发。先领取或指派,再发。"


class HandRoad:
    """On DingTalk the only road to customers in chat; nothing is sent by us."""

    final = False
    repeatable = True
    limits: Mapping[timedelta, int] = {}

    def __init__(self, store: Store, context: Callable[[], Awaitable[Context]]) -> None:
        self._store = store
        self._context = context

    async def render(self, tx: Tx, letter: Letter, ctx: Context) -> bytes:
        """Whose hand it is, and what is to be copied. Raises Unusable when nobody owns the customer."""
        member = await whose_hand(tx, letter.lead, letter.by)
        row = handed_of(letter, "hand", member.id, text=plain_of(blocks_of(letter.text)))
        return json.dumps(row, ensure_ascii=False).encode("utf-8", "surrogatepass")

    async def send(self, body: bytes) -> Receipt:
        """Put the card into the colleague's chat; doing it twice does it once."""
        ctx = await self._context()
        await self._store.transaction(lambda tx: keep_and_ring(tx, body, ctx))
        return Receipt()


async def whose_hand(tx: Tx, lead: Lead, by: str | None) -> Member:
    """The colleague who writes to a customer: who asked for it, else who works on the lead. Raises Unusable."""
    for member_id in (by, lead.cover_id, lead.owner_id):
        member = await find_member(tx, member_id) if member_id else None
        if member is not None and member.state == "active":
            return member
    raise Unusable(NOBODY)


def handed_of(letter: Letter, channel: str, member_id: str, *, text: str, external_id: str = "") -> dict[str, object]:
    """What is kept of a message that waits for a colleague."""
    return {
        "key": letter.key, "lead_id": letter.lead.id, "channel": channel, "member_id": member_id,
        "content": letter.content, "topic": letter.topic, "subject": letter.subject, "text": text,
        "external_id": external_id,
    }  # fmt: skip


async def keep_and_ring(tx: Tx, body: bytes, ctx: Context) -> None:
    """Keep it and show its card."""
    given = json.loads(body.decode("utf-8", "surrogatepass"))
    await handed.hand(tx, Handed(corp=tx.corp, at=ctx.now, **given))
    row = await handed.find_by_key(tx, given["key"])
    member = await find_member(tx, given["member_id"])
    if row is not None and member is not None and of_journey(row):
        await keep_for_list(tx, ctx, member)
    elif row is not None and member is not None:
        await ring(tx, ctx, member, CARD, key=f"hand:{given['key']}", lead_id=row.lead_id, handed=row.id)
