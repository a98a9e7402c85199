"""The first moments of leads: when each was captured, shown to somebody, taken and contacted, read for many at once."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlmodel import col

from store.columns import one_of
from store.queues import Outbox
from store.tables import Lead, TimelineItem
from store.tx import Tx

SOME = 500  # leads of one statement

_LEADS = select(col(Lead.id), col(Lead.created_at), col(Lead.contacted_at)).where(
    col(Lead.corp) == bindparam("corp"), col(Lead.id).in_(bindparam("ids", expanding=True))
)
_ASKED = select(col(TimelineItem.lead_id), col(TimelineItem.data)).where(
    col(TimelineItem.corp) == bindparam("corp"),
    col(TimelineItem.lead_id).in_(bindparam("ids", expanding=True)),
    col(TimelineItem.kind) == "captured",
)
_TAKEN = (
    select(col(TimelineItem.lead_id), func.min(col(TimelineItem.at)))
    .where(
        col(TimelineItem.corp) == bindparam("corp"),
        col(TimelineItem.lead_id).in_(bindparam("ids", expanding=True)),
        one_of(TimelineItem.kind, ("claimed", "assigned", "transferred")),
    )
    .group_by(col(TimelineItem.lead_id))
)
_SHOWN = (
    select(col(Outbox.lead_id), func.min(col(Outbox.created_at)), func.min(col(Outbox.sent_at)))
    .where(
        col(Outbox.corp) == bindparam("corp"),
        col(Outbox.lead_id).in_(bindparam("ids", expanding=True)),
        one_of(Outbox.card, ("lead",)),
        one_of(Outbox.purpose, ("ring",)),
    )
    .group_by(col(Outbox.lead_id))
)  # read through ix_outbox_lead, whose condition stands here word for word


async def read_moments(tx: Tx, lead_ids: Collection[int]) -> dict[int, dict[str, datetime]]:
    """{lead: {asked, captured, offered, delivered, taken, contacted}}, of each moment the first; unknown ones lack."""
    found: dict[int, dict[str, datetime]] = {}
    ids = sorted(set(lead_ids))
    for start in range(0, len(ids), SOME):
        some = ids[start : start + SOME]
        for lead_id, created, contacted in await tx.rows(_LEADS, ids=some):
            found[lead_id] = _known(captured=created, contacted=contacted)
        for lead_id, data in await tx.rows(_ASKED, ids=some):
            if lead_id in found and data.get("asked_at"):
                found[lead_id]["asked"] = datetime.fromisoformat(data["asked_at"])
        for lead_id, taken in await tx.rows(_TAKEN, ids=some):
            found.get(lead_id, {}).update(_known(taken=taken))
        for lead_id, offered, delivered in await tx.rows(_SHOWN, ids=some):
            found.get(lead_id, {}).update(_known(offered=offered, delivered=delivered))
    return found


def _known(**moments: Any) -> dict[str, datetime]:
    return {name: at for name, at in moments.items() if at is not None}
