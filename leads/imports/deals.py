"""The deals of a history: opened, handed on, closed and paid as the old system says, each once; taken back whole."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, select, update

from config.rules import Rules
from leads.deal import followed, pipeline_for
from leads.deal_facts import (
    DealFact,
    OpportunityLost,
    OpportunityOpened,
    OpportunityReopened,
    OpportunityTransferred,
    OpportunityWon,
    PaymentReceived,
)
from leads.imports.history import Deed
from leads.imports.row import Directory
from leads.money import fen_of
from store import bulk
from store.columns import Utc
from store.deal import Opportunity, Payment
from store.reached import count_paid
from store.tx import Tx

KINDS = ("opportunity", "transfer", "close", "payment")
UNKNOWN = "成员「{0}」不在名单里:先用 members import 加上"
NO_SUM = "amount 要写成元,最多两位小数,例如 80000 或 199.5"
CLOSED = "商机「{0}」前面已经是这个结果了"
TWICE = "编号为「{0}」的商机前面已经有了,换一个编号"


def key_of(ref: str) -> str:
    """The key under which the old system's deal stands here once."""
    return f"history:{ref[:200]}"


class Deals:
    """The deals that a slice names: looked up together, changed line by line, written at the end."""

    def __init__(self, tx: Tx, batch_id: int, directory: Directory, *, rules: Rules) -> None:
        self._tx = tx
        self._batch_id = batch_id
        self._members = directory.members
        self._rules = rules
        self._known: dict[str, dict[str, Any]] = {}
        self._of_lead: dict[int, list[dict[str, Any]]] = {}
        self._made: dict[int, dict[str, Any]] = {}
        self._changed: dict[int, dict[str, Any]] = {}
        self._payments: list[dict[str, Any]] = []
        self._paying = set[int]()  # the leads of the payments
        self._ids: list[int] = []
        self.before: dict[int, dict[str, Any]] = {}  # line → what the deal was, for the day it is taken back

    async def look_up(self, deeds: Sequence[Deed]) -> None:
        """Find the deals that these lines name, with all deals of their leads."""
        named = [deed for deed in deeds if deed.kind in KINDS]
        refs = {deed.word("ref") if deed.kind == "opportunity" else deed.word("opportunity") for deed in named}
        table = bulk.table_of(Opportunity)
        for some in bulk.in_slices(sorted(map(key_of, refs))):
            query = select(table).where(table.c.corp == self._tx.corp, table.c.key.in_(some))
            for row in await self._tx.rows(query):
                self._known[row.key] = dict(row._mapping)
        new = sum(deed.kind == "opportunity" for deed in named)
        self._ids = list(await bulk.reserve_ids(self._tx, Opportunity, new))[::-1]

    async def look_up_siblings(self, lead_ids: Sequence[int]) -> None:
        """The other deals of the leads: where a lead stands follows from all of them."""
        table = bulk.table_of(Opportunity)
        for some in bulk.in_slices(sorted(set(lead_ids) | {deal["lead_id"] for deal in self._known.values()})):
            query = select(table).where(table.c.corp == self._tx.corp, table.c.lead_id.in_(some))
            for row in await self._tx.rows(query):
                deal = self._known.get(row.key or "") or dict(row._mapping)
                self._of_lead.setdefault(deal["lead_id"], []).append(deal)

    @property
    def lead_ids(self) -> set[int]:
        """The leads of the deals that are known."""
        return {deal["lead_id"] for deal in self._known.values()}

    def lead_of(self, ref: str) -> int | None:
        """The lead of a deal, None when the old system's number is not known."""
        deal = self._known.get(key_of(ref))
        return deal["lead_id"] if deal else None

    def stage_of(self, lead_id: int) -> str:
        """Where a lead stands by its deals: one is open, else one was won, else all were lost."""
        results = [deal["result"] for deal in self._of_lead.get(lead_id, [])]
        return followed(results)

    def play(self, deed: Deed, lead_id: int) -> Sequence[DealFact] | str:
        """Book one line; what has happened, or why it cannot be booked.

        A closed deal that is closed with the other result was opened again in between: the last result counts.
        """
        said_by = deed.word("by")
        by = self._members.get(said_by, said_by) or None
        if deed.kind == "opportunity":
            return self._open(deed, lead_id, by)
        deal = self._known[key_of(deed.word("opportunity"))]
        told: dict[str, Any] = {"lead_id": lead_id, "at": deed.at, "by": by, "opportunity_id": deal["id"]}
        if deed.kind == "payment":
            fen = fen_of(deed.said.get("amount"))
            if fen is None:
                return NO_SUM
            self._paying.add(lead_id)
            self._payments.append(
                {
                    "corp": self._tx.corp, "opportunity_id": deal["id"], "order_id": None, "amount": fen, "at": deed.at,
                    "by": by, "note": "", "key": f"history:{sha256(deed.text.encode()).hexdigest()[:32]}",
                    "batch_id": self._batch_id,
                }
            )  # fmt: skip
            return [PaymentReceived(**told, amount=fen)]
        if deed.kind == "transfer":
            to = self._members.get(deed.word("to"))
            if to is None:
                return UNKNOWN.format(deed.word("to")[:20])
            was = deal["owner_id"]
            self._change(deed, deal, owner_id=to, touched_at=deed.at)
            return [OpportunityTransferred(**told, from_id=was, to_id=to)]
        result, reason, owner, was = deed.word("result"), deed.word("reason")[:100], deal["owner_id"], deal["result"]
        if was == result:
            return CLOSED.format(deed.word("opportunity")[:40])
        self._change(
            deed, deal, result=result, reason=reason, closed_at=deed.at, closed_by=by, closed_owner_id=owner,
            touched_at=deed.at,
        )  # fmt: skip
        closed = OpportunityWon if result == "won" else OpportunityLost
        stage = self.stage_of(lead_id)
        ended = closed(**told, owner_id=owner, amount=deal["amount"], reason=reason, lead_stage=stage)
        return [ended] if was == "open" else [OpportunityReopened(**told, stage=deal["stage"], was=was), ended]

    def _open(self, deed: Deed, lead_id: int, by: str | None) -> Sequence[DealFact] | str:
        if key_of(deed.word("ref")) in self._known:
            return TWICE.format(deed.word("ref")[:40])
        amount = None if deed.said.get("amount") in (None, "") else fen_of(deed.said["amount"])
        if amount is None and deed.said.get("amount") not in (None, ""):
            return NO_SUM
        if by is not None and by not in self._members.values():
            return UNKNOWN.format(by[:20])
        way, pipeline = pipeline_for(deed.word("product"), rules=self._rules)
        deal = Opportunity(
            pipeline=way, stage=pipeline.stages[0].name,
            id=self._ids.pop(), corp=self._tx.corp, lead_id=lead_id, amount=amount, owner_id=by,
            key=key_of(deed.word("ref")),
            name=deed.word("name")[:60], product=deed.word("product")[:60], batch_id=self._batch_id, created_at=deed.at,
            created_by=by, stage_at=deed.at, touched_at=deed.at,
        ).model_dump()  # fmt: skip
        self._made[deal["id"]] = self._known[deal["key"]] = deal
        self._of_lead.setdefault(lead_id, []).append(deal)
        opened = OpportunityOpened(
            lead_id=lead_id, at=deed.at, by=by, opportunity_id=deal["id"], owner_id=by, pipeline=deal["pipeline"],
            stage=deal["stage"], product=deal["product"], amount=amount,
        )  # fmt: skip
        return [opened]

    def _change(self, deed: Deed, deal: dict[str, Any], **values: Any) -> None:
        if deal["id"] not in self._made:
            self.before[deed.line] = {name: _plain(deal[name]) for name in values} | {"opportunity": deal["id"]}
            self._changed[deal["id"]] = deal
        deal |= values

    async def write(self) -> None:
        """Write everything down."""
        await bulk.insert_rows(self._tx, Opportunity, list(self._made.values()))
        table = bulk.table_of(Opportunity)
        for deal in self._changed.values():
            values = {name: deal[name] for name in CHANGING}
            await self._tx.run(
                update(table)
                .where(table.c.corp == self._tx.corp, table.c.id == deal["id"])
                .values(version=table.c.version + 1, **values)
            )
        await bulk.add_rows(self._tx, Payment, self._payments, ("corp", "key"))
        await count_paid(self._tx, self._paying)


CHANGING = ("owner_id", "result", "reason", "closed_at", "closed_by", "closed_owner_id", "touched_at")


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


async def withdraw(tx: Tx, batch_id: int, lead_ids: Sequence[int], before: Sequence[Mapping[str, Any]]) -> None:
    """Take back what a batch did to the deals of these leads; `before`: as they were, newest change first."""
    if not lead_ids:
        return
    deals, payments = bulk.table_of(Opportunity), bulk.table_of(Payment)
    for values in before:
        old = {
            name: datetime.fromisoformat(value) if isinstance(deals.c[name].type, Utc) and value else value
            for name, value in values.items()
            if name in CHANGING
        }
        await tx.run(update(deals).where(deals.c.corp == tx.corp, deals.c.id == values["opportunity"]).values(**old))
    for some in bulk.in_slices(sorted(lead_ids)):
        theirs = select(deals.c.id).where(deals.c.corp == tx.corp, deals.c.lead_id.in_(some))
        mine = select(deals.c.id).where(
            deals.c.corp == tx.corp, deals.c.lead_id.in_(some), deals.c.batch_id == batch_id
        )
        await tx.run(
            delete(payments).where(
                payments.c.corp == tx.corp, payments.c.opportunity_id.in_(theirs), payments.c.batch_id == batch_id
            )
        )
        await tx.run(delete(payments).where(payments.c.corp == tx.corp, payments.c.opportunity_id.in_(mine)))
        await tx.run(delete(deals).where(deals.c.corp == tx.corp, deals.c.id.in_(mine)))


async def forget_payments_of(tx: Tx, lead_ids: Sequence[int]) -> None:
    """These leads go with their deals: what was paid for those goes before them."""
    deals, payments = bulk.table_of(Opportunity), bulk.table_of(Payment)
    for some in bulk.in_slices(sorted(lead_ids)):
        theirs = select(deals.c.id).where(deals.c.corp == tx.corp, deals.c.lead_id.in_(some))
        await tx.run(delete(payments).where(payments.c.corp == tx.corp, payments.c.opportunity_id.in_(theirs)))
