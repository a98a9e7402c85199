"""What a piece of content brought: an answer counts for a week, a win for ninety days, and each deal once."""

from datetime import timedelta

import pytest

from store.deal import Opportunity
from store.effect import effect_of
from store.links import Link, keep_link
from store.tables import BehaviourRow, Lead, TimelineItem
from tests.conftest import NOW

DAY = timedelta(days=1)
SINCE = NOW - 90 * DAY


async def plant(tx):
    """Seven customers: what each got, said and bought, in days before now."""
    stories = {  # content, sent, answered, stopped, won
        "quick": ("quote", 10, 4, None, 1),
        "late": ("quote", 10, 2, None, None),
        "stopped": ("quote", 10, 9, 9, None),
        "before": ("quote", 10, 12, None, 12),
        "twice": ("quote", 30, None, None, 20),
        "other": ("leaflet", 10, 9, None, 1),
        "older": ("quote", 95, 94, None, 80),
    }
    for number, (name, (content, sent, answered, stopped, won)) in enumerate(stories.items()):
        lead = Lead(corp=tx.corp, name=name, created_at=NOW - 100 * DAY)
        await tx.add(lead)
        for turn in (0, 1) if name == "twice" else (0,):
            link = Link(
                corp=tx.corp, token=f"t{number}{turn}", kind="message", lead_id=lead.id, message=f"m{number}{turn}",
                content=content, by="lina", made_at=NOW - (sent - turn) * DAY,
            )  # fmt: skip
            await keep_link(tx, link)
        if answered is not None and name != "quick":
            await fact(tx, lead.id, "wrote", answered)
        if name == "quick":
            at = NOW - answered * DAY
            await tx.add(BehaviourRow(corp=tx.corp, lead_id=lead.id, kind="reply", at=at, weight=1.0))
        if stopped is not None:
            await fact(tx, lead.id, "contact_stopped", stopped)
        if won is not None:
            at = NOW - won * DAY
            await tx.add(
                Opportunity(
                    corp=tx.corp, lead_id=lead.id, result="won", created_at=at, stage_at=at, touched_at=at, closed_at=at
                )
            )


async def fact(tx, lead_id, kind, days):
    await tx.add(TimelineItem(corp=tx.corp, lead_id=lead_id, kind=kind, at=NOW - days * DAY, text="", data={}))


@pytest.mark.feature("K7")
async def test_answers_of_a_week_and_wins_of_ninety_days_count_for_what_came_before_them(store):
    await store.transaction(plant)
    async with store.read() as tx:
        quote, leaflet = [await effect_of(tx, name, since=SINCE) for name in ("quote", "leaflet")]
    assert (quote.sent, len(quote.leads), dict(quote.by)) == (6, 5, {"lina": 6})
    assert quote.replied == 1, "not after eight days, not before, and 退订 is no answer"
    assert quote.deals == 2, "one won after one message, one after two; nothing that was won before the first"
    assert (leaflet.sent, leaflet.replied, leaflet.deals) == (1, 1, 1)
