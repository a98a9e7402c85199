"""What we keep of the channels that lie on WeCom: channel codes as they stand there, and which customers we know of."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, LargeBinary, select, update
from sqlmodel import Field, col

from store.columns import Utc, json_type
from store.row import Row
from store.tx import Tx


class ContactWayRow(Row, table=True):
    """A channel code: `wanted` is the mark of what the rules say now, `applied` of what the platform has.

    Whoever loses `config_id` loses the code: no list in WeCom's console shows it (developer page 92228).
    """

    __tablename__ = "contact_way"

    corp: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    config_id: str = ""
    qr_code: str = ""
    users: list[str] = Field(default_factory=list, sa_column=Column("users", json_type()))
    tags: dict[str, str] = Field(default_factory=dict, sa_column=Column("tags", json_type()))  # name → WeCom's id
    wanted: str = ""
    applied: str = ""
    turn: int = 0
    asked_at: datetime | None = Field(default=None, sa_type=Utc)
    vacant_at: datetime | None = Field(default=None, sa_type=Utc)
    flaw: str = ""


class ContactSeen(Row, table=True):
    """A customer whom a member has as a contact, by a hash: what is not here was added behind our back."""

    __tablename__ = "contact_seen"

    corp: str = Field(primary_key=True)
    account: str = Field(primary_key=True)  # the member's WeCom account in lower case
    hash: bytes = Field(sa_column=Column("hash", LargeBinary, primary_key=True))


async def find_way(tx: Tx, name: str) -> ContactWayRow | None:
    """The channel code of that name as we know it, or None."""
    return await tx.first(
        select(ContactWayRow).where(col(ContactWayRow.corp) == tx.corp, col(ContactWayRow.name) == name)
    )


async def list_ways(tx: Tx) -> Sequence[ContactWayRow]:
    """All channel codes, also those that the rules do not name any more."""
    return await tx.all(
        select(ContactWayRow).where(col(ContactWayRow.corp) == tx.corp).order_by(col(ContactWayRow.name))
    )


async def save_way(tx: Tx, name: str, **values: Any) -> None:
    """Set what is known of a channel code; a new one begins empty."""
    fresh = ContactWayRow(corp=tx.corp, name=name).model_dump() | values
    await tx.run(
        tx.insert(ContactWayRow).values(**fresh).on_conflict_do_update(index_elements=["corp", "name"], set_=values)
    )


async def settle_way(tx: Tx, name: str, *, wanted: str, **values: Any) -> None:
    """The platform has what was wanted at the time of the call; a later wish stays open."""
    await tx.run(
        update(ContactWayRow)
        .where(col(ContactWayRow.corp) == tx.corp, col(ContactWayRow.name) == name)
        .values(applied=wanted, flaw="", **values)
    )


async def note_contacts(tx: Tx, account: str, external_ids: Collection[str]) -> None:
    """These customers are known to be contacts of an account."""
    hashes = [tx.keys.blind("external", one) for one in external_ids]
    if hashes:
        statement = tx.insert(ContactSeen).on_conflict_do_nothing(index_elements=["corp", "account", "hash"])
        rows = [{"corp": tx.corp, "account": account.lower(), "hash": mark} for mark in hashes]
        await tx.run(statement.values(rows))


async def unseen_contacts(tx: Tx, account: str, external_ids: Collection[str]) -> list[str]:
    """Of an account's customers those of whom we do not know."""
    rows = await tx.rows(
        select(col(ContactSeen.hash)).where(
            col(ContactSeen.corp) == tx.corp, col(ContactSeen.account) == account.lower()
        )
    )
    known = {bytes(row[0]) for row in rows}
    return [one for one in external_ids if tx.keys.blind("external", one) not in known]


async def has_contacts(tx: Tx) -> bool:
    """Whether any member has a customer in WeChat that we know of."""
    found = await tx.first(select(col(ContactSeen.account)).where(col(ContactSeen.corp) == tx.corp).limit(1))
    return found is not None
