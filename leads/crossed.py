"""Two leads may be one person: somebody left the phone of the one and the e-mail of the other."""

from collections.abc import Sequence
from datetime import datetime

from leads.facts import Fact
from leads.identity_facts import PeopleCrossed
from store import leads, timeline
from store.tx import Tx

LOOKED_AT = 50  # earlier crossings of a lead that are remembered


async def bind(tx: Tx, pairs: Sequence[tuple[str, str]], lead_id: int, *, by: str | None, now: datetime) -> list[Fact]:
    """These ways lead to the lead from now on; one fact for each other lead that has one of them, once a pair."""
    found: dict[int, str] = {}
    for kind, value in pairs:
        if await leads.add_identity(tx, kind, value, lead_id):
            continue
        other_id = await leads.find_by_identity(tx, kind, value)
        if other_id is not None and other_id != lead_id and await leads.find_lead(tx, other_id) is not None:
            found.setdefault(other_id, kind)
    if not found:
        return []
    told = {item.data.get("other") for item in await timeline.list_last(tx, lead_id, ["crossed"], limit=LOOKED_AT)}
    return [
        PeopleCrossed(lead_id=lead_id, at=now, by=by, other_id=other_id, way=kind)
        for other_id, kind in found.items()
        if f"L{other_id}" not in told
    ]
