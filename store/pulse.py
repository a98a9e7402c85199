"""How each source and channel is doing: when something last came, how far was fetched, what was put aside."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, func, or_, select, update
from sqlmodel import col

from store.columns import one_of
from store.origin import ChannelState, SourceWatch
from store.queues import Inbox
from store.tables import Enquiry
from store.tx import Tx

MOST_SOURCES = 200
AHEAD = timedelta(minutes=1)  # by more than this a turn lies in the future only if a clock was set back

_NEXT_SOURCE = select(func.min(col(Enquiry.source))).where(
    col(Enquiry.corp) == bindparam("corp"), col(Enquiry.source) > bindparam("after")
)
_ARRIVALS = (
    select(col(Enquiry.at))
    .where(col(Enquiry.corp) == bindparam("corp"), col(Enquiry.source) == bindparam("source"))
    .order_by(col(Enquiry.at).desc())
    .limit(bindparam("most"))
)


async def list_sources(tx: Tx) -> list[str]:
    """Every source that an enquiry came from, stepping through the index instead of reading the enquiries."""
    found: list[str] = []
    while len(found) < MOST_SOURCES:
        following = await tx.first(_NEXT_SOURCE.limit(1), after=found[-1] if found else "")
        if following is None:
            break
        found.append(following)
    return found


async def arrivals_of(tx: Tx, source: str, *, limit: int) -> list[datetime]:
    """When the last enquiries of a source came, newest first."""
    return list(await tx.all(_ARRIVALS, source=source, most=limit))


async def state_of(tx: Tx, channel: str) -> ChannelState:
    """What is known of a channel; a fresh one when nothing is."""
    wanted = select(ChannelState).where(col(ChannelState.corp) == tx.corp, col(ChannelState.channel) == channel)
    return await tx.first(wanted) or ChannelState(corp=tx.corp, channel=channel)


async def save_state(tx: Tx, channel: str, **values: Any) -> None:
    """Set what is known of a channel."""
    fresh = ChannelState(corp=tx.corp, channel=channel).model_dump() | values
    statement = tx.insert(ChannelState).values(**fresh)
    await tx.run(statement.on_conflict_do_update(index_elements=["corp", "channel"], set_=values))


async def take_turn(tx: Tx, channel: str, *, since: datetime, now: datetime) -> ChannelState | None:
    """The channel's state, if nobody has fetched it since that instant; whoever gets it has the turn."""
    await tx.run(
        tx.insert(ChannelState)
        .values(**ChannelState(corp=tx.corp, channel=channel).model_dump())
        .on_conflict_do_nothing(index_elements=["corp", "channel"])
    )
    taken = await tx.run(
        update(ChannelState)
        .where(
            col(ChannelState.corp) == tx.corp,
            col(ChannelState.channel) == channel,
            or_(
                col(ChannelState.tried_at).is_(None),
                col(ChannelState.tried_at) <= since,
                col(ChannelState.tried_at) > now + AHEAD,
            ),
        )
        .values(tried_at=now)
    )
    return await state_of(tx, channel) if taken.rowcount == 1 else None


async def forget_turns(tx: Tx) -> None:
    """After a start: a turn that was broken off, or a token that was renewed just now, need not wait for the next."""
    await tx.run(update(ChannelState).where(col(ChannelState.corp) == tx.corp).values(tried_at=None))


async def count_parked(tx: Tx, prefix: str) -> int:
    """How many deliveries whose keys begin so were put aside."""
    rows = await tx.rows(select(func.count()).select_from(Inbox).where(*_parked(tx, prefix)))
    return int(rows[0][0])


async def rerun_parked(tx: Tx, prefix: str, *, now: datetime) -> int:
    """Put them back to work; returns how many."""
    again = update(Inbox).where(*_parked(tx, prefix)).values(state="new", attempts=0, run_at=now, lease_until=None)
    tx.wake("inbox")
    return (await tx.run(again)).rowcount


def _parked(tx: Tx, prefix: str) -> tuple[Any, ...]:
    beyond = prefix[:-1] + chr(ord(prefix[-1]) + 1)
    return (
        col(Inbox.corp) == tx.corp, one_of(Inbox.state, ("parked",)), col(Inbox.key) >= prefix, col(Inbox.key) < beyond,
    )  # fmt: skip


async def list_alerts(tx: Tx) -> Mapping[str, SourceWatch]:
    """source → the alarm that marketing knows of."""
    rows: Sequence[SourceWatch] = await tx.all(select(SourceWatch).where(col(SourceWatch.corp) == tx.corp))
    return {row.source: row for row in rows}


async def raise_alert(tx: Tx, source: str, *, last_at: datetime | None, cause: str, now: datetime) -> bool:
    """Note that marketing is told; False when it was told already."""
    row = SourceWatch(corp=tx.corp, source=source, alerted_at=now, last_at=last_at, cause=cause).model_dump()
    statement = tx.insert(SourceWatch).values(**row).on_conflict_do_nothing(index_elements=["corp", "source"])
    return (await tx.run(statement)).rowcount == 1


async def close_alert(tx: Tx, source: str) -> bool:
    """The source is well again; False when there was no alarm."""
    gone = delete(SourceWatch).where(col(SourceWatch.corp) == tx.corp, col(SourceWatch.source) == source)
    return (await tx.run(gone)).rowcount == 1
