"""What a team's deals have brought in to date is told by first source, also of money that went back."""

from datetime import UTC, datetime

from store.bought import paid_to_date
from store.deal import Opportunity, Payment
from store.reached import Reached

AT = datetime(2026, 3, 1, tzinfo=UTC)
# lead, first source, campaign, what it has paid in all, whether it has bought
LEADS = ((1, "官网", None, 500, True), (2, "展会", 7, 300, False), (3, "官网", 7, 0, False), (4, "百度", None, 0, True))
# lead, owner at the close, owner now, payments: the third lead's money went back through another team
DEALS = (
    (1, "lina", "zhao", (300, 200)), (2, None, "lina", (300,)), (3, None, "lina", (40,)), (3, None, "zhao", (-40,)),
    (4, "lina", "lina", (10, -10)),
)  # fmt: skip


async def test_each_payment_counts_for_its_teams_first_source(store):
    async def come(tx):
        for lead, source, campaign, paid, won in LEADS:
            row = Reached(corp="acme", lead_id=lead, source=source, campaign_id=campaign, captured_at=AT, paid=paid)
            row.won_at = AT if won else None
            await tx.add(row)
            await tx.add(Reached(corp="decoy", lead_id=lead, source="别家", captured_at=AT, paid=paid))
        for number, (lead, closer, owner, payments) in enumerate(DEALS, 1):
            deal = Opportunity(
                id=number, corp="acme", lead_id=lead, closed_owner_id=closer, owner_id=owner, created_at=AT,
                stage_at=AT, touched_at=AT,
            )  # fmt: skip
            await tx.add(deal)
            for amount in payments:
                await tx.add(Payment(corp="acme", opportunity_id=number, amount=amount, at=AT))
                await tx.add(Payment(corp="decoy", opportunity_id=number, amount=9_999, at=AT))

    await store.transaction(come)
    async with store.read() as tx:
        assert dict(await paid_to_date(tx, ("lina",), "source")) == {"官网": 540, "展会": 300, "百度": 0}
        assert dict(await paid_to_date(tx, ("lina",), "campaign_id")) == {None: 500, 7: 340}
        assert dict(await paid_to_date(tx, ("zhao",), "source")) == {"官网": -40}
        assert await paid_to_date(tx, ("nobody",), "source") == []
