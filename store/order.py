"""Orders and contracts of won deals, and the calls to other systems that carry them over."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, func, select, update
from sqlmodel import Field, col

from store.columns import Utc, one_of, only_where, wide_integer
from store.deal import Payment
from store.queues import ConnectorCall
from store.row import Row
from store.sealed import SealedBytes
from store.tx import Tx


class SalesOrder(Row, table=True):
    """What a customer orders by a quote, once. `amount` in fen; `theirs` is the other system's number.

    States: waiting (the other system has not said yet), accepted, manual (a person must see to it: `error`).
    """

    __tablename__ = "sales_order"

    id: int | None = Field(default=None, primary_key=True)
    corp: str
    opportunity_id: int
    lead_id: int
    quote_id: int
    quote_version: int
    contract: str = ""
    amount: int = Field(sa_column=Column("amount", wide_integer(), nullable=False))
    connector: str = ""
    state: str = "waiting"
    theirs: str = ""
    error: str = ""
    delivery: str = ""
    delivery_at: datetime | None = Field(default=None, sa_type=Utc)
    created_at: datetime = Field(sa_type=Utc)
    created_by: str | None = None

    __table_args__ = (
        Index("ix_sales_order_id", "corp", "id"),
        Index("uq_sales_order_quote", "corp", "quote_id", unique=True),
        Index("ix_sales_order_lead", "corp", "lead_id"),
        Index("ix_sales_order_opportunity", "corp", "opportunity_id"),
        Index("ix_sales_order_theirs", "corp", "theirs", **only_where("theirs <> ''")),
        {"sqlite_autoincrement": True},
    )

    @property
    def no(self) -> str:
        """The order's number as people say it: D12."""
        return f"D{self.id}"


class Contract(Row, table=True):
    """A contract by its own number; the signed file comes later. States: asking, refused, agreed, signed."""

    id: int | None = Field(default=None, primary_key=True)
    corp: str
    opportunity_id: int
    lead_id: int
    no: str
    amount: int = Field(sa_column=Column("amount", wide_integer(), nullable=False))
    state: str
    file: str = ""  # the signed file's name
    content: bytes | None = Field(default=None, sa_column=Column("content", SealedBytes("contract.content")))
    token: str = ""  # of the page that takes the signed file
    token_until: datetime | None = Field(default=None, sa_type=Utc)
    signed_at: datetime | None = Field(default=None, sa_type=Utc)
    created_at: datetime = Field(sa_type=Utc)
    created_by: str | None = None

    __table_args__ = (
        Index("ix_contract_id", "corp", "id"),
        Index("uq_contract_no", "corp", "no", unique=True),
        Index("ix_contract_lead", "corp", "lead_id"),
        Index("ix_contract_opportunity", "corp", "opportunity_id"),
        Index("ix_contract_token", "corp", "token", **only_where("token <> ''")),
    )


async def find_order(tx: Tx, order_id: int) -> SalesOrder | None:
    """The order with that id."""
    return await tx.first(select(SalesOrder).where(col(SalesOrder.corp) == tx.corp, col(SalesOrder.id) == order_id))


async def find_order_of(tx: Tx, quote_id: int) -> SalesOrder | None:
    """The order of a quote."""
    return await tx.first(
        select(SalesOrder).where(col(SalesOrder.corp) == tx.corp, col(SalesOrder.quote_id) == quote_id)
    )


async def find_order_named(tx: Tx, theirs: str) -> SalesOrder | None:
    """The order that another system calls so."""
    return await tx.first(
        select(SalesOrder).where(
            col(SalesOrder.corp) == tx.corp, col(SalesOrder.theirs) == theirs, col(SalesOrder.theirs) != ""
        )
    )


async def list_orders(
    tx: Tx, *, opportunity_id: int | None = None, state: str = "", before: int = 0, limit: int = 50
) -> Sequence[SalesOrder]:
    """Orders (of an opportunity, in a state), newest first, before an id."""
    query = select(SalesOrder).where(col(SalesOrder.corp) == tx.corp)
    if opportunity_id is not None:
        query = query.where(col(SalesOrder.opportunity_id) == opportunity_id)
    if state:
        query = query.where(col(SalesOrder.state) == state)
    if before:
        query = query.where(col(SalesOrder.id) < before)
    return await tx.all(query.order_by(col(SalesOrder.id).desc()).limit(limit))


async def paid_of(tx: Tx, order: SalesOrder) -> int:
    """What was paid for an order, in fen; what went back is taken off. Found by its opportunity, which is indexed."""
    rows = await tx.rows(
        select(func.sum(col(Payment.amount))).where(
            col(Payment.corp) == tx.corp, col(Payment.opportunity_id) == order.opportunity_id,
            col(Payment.order_id) == order.id,
        )
    )  # fmt: skip
    return int(rows[0][0] or 0)


async def place(tx: Tx, order: SalesOrder) -> bool:
    """Keep a new order; False when its quote has one already."""
    values = {name: value for name, value in order.model_dump().items() if name != "id"}
    statement = tx.insert(SalesOrder).values(**values).on_conflict_do_nothing(index_elements=["corp", "quote_id"])
    return (await tx.run(statement)).rowcount == 1


async def change_order(tx: Tx, order_id: int, *, states: Sequence[str], **values: Any) -> bool:
    """Change an order that is in one of these states; False when it is not."""
    changed = await tx.run(
        update(SalesOrder)
        .where(
            col(SalesOrder.corp) == tx.corp, col(SalesOrder.id) == order_id, col(SalesOrder.state).in_(tuple(states))
        )
        .values(**values)
    )
    return changed.rowcount == 1


async def ask_connector(
    tx: Tx, connector: str, what: str, subject_id: int, *, key: str, body: dict[str, Any], now: datetime
) -> bool:
    """Have something carried over to another system, once per key."""
    made = await tx.run(
        tx.insert(ConnectorCall)
        .values(
            corp=tx.corp, connector=connector, what=what, subject_id=subject_id, key=key, lane=key, body=body,
            state="new", attempts=0, run_at=now, fence=0, error="", created_at=now,
        )
        .on_conflict_do_nothing(index_elements=["corp", "key"])
    )  # fmt: skip
    tx.wake("connectors")
    return made.rowcount == 1


async def count_calls(tx: Tx, connector: str) -> dict[str, int]:
    """How many calls to a system wait (new) and were given up (parked)."""
    rows = await tx.rows(
        select(col(ConnectorCall.state), func.count())
        .where(
            col(ConnectorCall.corp) == tx.corp, col(ConnectorCall.connector) == connector,
            one_of(ConnectorCall.state, ("new", "parked")),
        )
        .group_by(col(ConnectorCall.state))
    )  # fmt: skip
    return {row[0]: int(row[1]) for row in rows}


async def list_parked(tx: Tx, connector: str, *, limit: int) -> Sequence[ConnectorCall]:
    """What was given up, newest first."""
    return await tx.all(
        select(ConnectorCall)
        .where(
            col(ConnectorCall.corp) == tx.corp, col(ConnectorCall.connector) == connector,
            one_of(ConnectorCall.state, ("parked",)),
        )
        .order_by(col(ConnectorCall.id).desc())
        .limit(limit)
    )  # fmt: skip


async def retry_calls(tx: Tx, connector: str, *, now: datetime) -> list[int]:
    """Put what waits or was given up to work now; returns the orders that were given up."""
    rows = await tx.rows(
        select(col(ConnectorCall.subject_id)).where(
            col(ConnectorCall.corp) == tx.corp, col(ConnectorCall.connector) == connector,
            one_of(ConnectorCall.state, ("parked",)),
        )
    )  # fmt: skip
    await tx.run(
        update(ConnectorCall)
        .where(
            col(ConnectorCall.corp) == tx.corp, col(ConnectorCall.connector) == connector,
            one_of(ConnectorCall.state, ("parked", "new")), col(ConnectorCall.lease_until).is_(None),
        )
        .values(state="new", run_at=now, created_at=now)
    )  # fmt: skip
    tx.wake("connectors")
    return [int(row[0]) for row in rows]


async def retry_call(tx: Tx, order_id: int, *, now: datetime) -> bool:
    """Put an order's call to work now; False when it is being made, or was made."""
    changed = await tx.run(
        update(ConnectorCall)
        .where(
            col(ConnectorCall.corp) == tx.corp, col(ConnectorCall.what) == "order",
            col(ConnectorCall.subject_id) == order_id, one_of(ConnectorCall.state, ("parked", "new")),
            col(ConnectorCall.lease_until).is_(None),
        )
        .values(state="new", run_at=now, created_at=now)
    )  # fmt: skip
    tx.wake("connectors")
    return changed.rowcount == 1


async def drop_call(tx: Tx, order_id: int) -> None:
    """A person has carried the order over by hand: it is not to be done a second time."""
    await tx.run(
        update(ConnectorCall)
        .where(
            col(ConnectorCall.corp) == tx.corp, col(ConnectorCall.what) == "order",
            col(ConnectorCall.subject_id) == order_id, one_of(ConnectorCall.state, ("parked", "new")),
        )
        .values(state="done", error="人工录入")
    )  # fmt: skip


async def list_contracts(tx: Tx, opportunity_id: int) -> Sequence[Contract]:
    """The contracts of an opportunity, newest first."""
    return await tx.all(
        select(Contract)
        .where(col(Contract.corp) == tx.corp, col(Contract.opportunity_id) == opportunity_id)
        .order_by(col(Contract.id).desc())
    )


async def find_contract(tx: Tx, no: str) -> Contract | None:
    """The contract of that number."""
    return await tx.first(select(Contract).where(col(Contract.corp) == tx.corp, col(Contract.no) == no))


async def get_contract(tx: Tx, contract_id: int) -> Contract | None:
    """The contract with that id."""
    return await tx.first(select(Contract).where(col(Contract.corp) == tx.corp, col(Contract.id) == contract_id))


async def find_contract_by_token(tx: Tx, token: str, *, now: datetime) -> Contract | None:
    """The contract whose page this is, while the page holds."""
    return await tx.first(
        select(Contract).where(
            col(Contract.corp) == tx.corp, col(Contract.token) == token, col(Contract.token) != "",
            col(Contract.token_until) > now,
        )
    )  # fmt: skip


async def change_contract(tx: Tx, contract_id: int, *, states: Sequence[str], **values: Any) -> bool:
    """Change a contract that is in one of these states; False when it is not."""
    changed = await tx.run(
        update(Contract)
        .where(col(Contract.corp) == tx.corp, col(Contract.id) == contract_id, col(Contract.state).in_(tuple(states)))
        .values(**values)
    )
    return changed.rowcount == 1
