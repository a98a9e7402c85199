"""One step of giving a leaver's customers on in WeCom: read the list, ask for a hundred, see what became of them."""

from datetime import datetime

from bot.wecom import inherit as wecom
from bot.wecom.client import WeComClient
from bot.wecom.errors import WeComError
from sla import inherit
from sla.inherit import Outcome
from store import crash
from store import inherit as rows
from store.db import Store
from store.inherit import Bequest
from store.members import find_member
from store.tables import Member
from store.tx import Tx

MOST = 100_000  # customers of one colleague


async def pass_on(store: Store, client: WeComClient, bequest_id: int, turn: int, *, now: datetime) -> None:
    """Do the next step of a bequest. Each may be done again: whoever was asked for without an answer is read back.

    Raises WeComError, NotReached or OutcomeUnknown to be tried again.
    """
    async with store.read() as tx:
        bequest = await rows.find_bequest(tx, bequest_id)
        giver = await find_member(tx, bequest.from_id) if bequest is not None else None
        taker = await find_member(tx, bequest.to_id) if bequest is not None else None
        counts = await rows.count_in(tx, bequest_id)
    if bequest is None or bequest.state != "open" or giver is None or taker is None:
        return
    try:
        if not bequest.mode:
            await _read_list(store, client, bequest, giver)
        elif counts.get("asking") or not counts.get("wanted"):
            await _read_back(store, client, bequest, giver, taker, now)
        else:
            await _ask(store, client, bequest, giver, taker, now)
    except WeComError as error:
        if error.meaning.decision not in ("alarm", "final"):
            raise
        cause, hopeless = str(error), not bequest.mode or error.meaning.decision == "final"
        await store.transaction(lambda tx: _note(tx, bequest_id, cause, hopeless, now))
        if not hopeless:
            raise
    else:
        await store.transaction(lambda tx: inherit.go_on(tx, bequest_id, turn, now=now))


async def _read_list(store: Store, client: WeComClient, bequest: Bequest, giver: Member) -> None:
    mode, customers = await wecom.list_customers(client, giver.wecom or "")
    await store.transaction(lambda tx: inherit.listed(tx, bequest.id or 0, mode, customers[:MOST]))


async def _ask(
    store: Store, client: WeComClient, bequest: Bequest, giver: Member, taker: Member, now: datetime
) -> None:
    number = bequest.id or 0
    asked = await store.transaction(lambda tx: inherit.ask_for(tx, number, now=now))
    if not asked:
        return
    message = f"您好,我是{taker.name},接替{giver.name}继续为您服务,有事随时找我。"
    ids = [row.external_id for row in asked]
    told = await wecom.ask_for(client, bequest.mode, giver.wecom or "", taker.wecom or "", ids, message=message)
    crash.point("inherit_after_call")
    await store.transaction(lambda tx: inherit.settle(tx, number, asked, told))


async def _read_back(
    store: Store, client: WeComClient, bequest: Bequest, giver: Member, taker: Member, now: datetime
) -> None:
    number = bequest.id or 0
    told = await wecom.read_results(client, bequest.mode, giver.wecom or "", taker.wecom or "")

    async def work(tx: Tx) -> None:
        found = [*await rows.list_in(tx, number, "asking", limit=MOST)]
        found += await rows.list_in(tx, number, "waiting", limit=MOST)
        await inherit.look_again(tx, number, found, told, now=now)

    await store.transaction(work)


async def _note(tx: Tx, bequest_id: int, cause: str, hopeless: bool, now: datetime) -> None:
    """WeCom refused the call as a whole: nothing moves until somebody acts, or (hopeless) nothing will."""
    if hopeless:
        for state in rows.OPEN:
            left = await rows.list_in(tx, bequest_id, state, limit=MOST)
            failed = Outcome("failed", cause)
            ids = [row.id or 0 for row in left]
            await rows.move(tx, bequest_id, ids, rows.OPEN, failed.state, why=failed.why)
        await rows.change_bequest(tx, bequest_id, error=cause, state="closed", closed_at=now)
    else:
        await rows.change_bequest(tx, bequest_id, error=cause)
    await inherit.tell(tx, bequest_id, f"refused:{cause[:40]}", at=now)
