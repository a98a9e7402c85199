"""The keys of other systems, and small facts about the store."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlmodel import col

from store.office import ApiKey, Property
from store.tx import Tx


def hash_key(key: str) -> bytes:
    """What is kept of a key: it has 256 random bits, so a plain hash cannot be turned around."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()


async def create_key(tx: Tx, *, name: str, role: str, source: str, now: datetime) -> str:
    """Make a key and return it; it cannot be read again."""
    key = "lb_" + secrets.token_urlsafe(32)
    await tx.add(ApiKey(corp=tx.corp, name=name, role=role, source=source, hash=hash_key(key), created_at=now))
    return key


async def find_key(tx: Tx, key: str) -> ApiKey | None:
    """The valid key, or None."""
    return await tx.first(
        select(ApiKey).where(
            col(ApiKey.corp) == tx.corp, col(ApiKey.hash) == hash_key(key), col(ApiKey.revoked_at).is_(None)
        )
    )


async def list_keys(tx: Tx) -> Sequence[ApiKey]:
    """All keys, revoked ones too."""
    return await tx.all(select(ApiKey).where(col(ApiKey.corp) == tx.corp).order_by(col(ApiKey.id)))


async def revoke_key(tx: Tx, name: str, *, now: datetime) -> int:
    """Revoke the keys of a name; returns how many were valid."""
    result = await tx.run(
        update(ApiKey)
        .where(col(ApiKey.corp) == tx.corp, col(ApiKey.name) == name, col(ApiKey.revoked_at).is_(None))
        .values(revoked_at=now)
    )
    return result.rowcount


async def get_property(tx: Tx, name: str) -> str | None:
    """A small fact about the store, or None."""
    return await tx.first(select(col(Property.value)).where(col(Property.corp) == tx.corp, col(Property.name) == name))


async def properties_beginning(tx: Tx, words: str) -> set[str]:
    """The names of small facts that begin with these words."""
    names = select(col(Property.name)).where(
        col(Property.corp) == tx.corp, col(Property.name) >= words, col(Property.name) < words + "\uffff"
    )
    return set(await tx.all(names))


async def delete_property(tx: Tx, name: str) -> None:
    """Forget a small fact about the store."""
    await tx.run(delete(Property).where(col(Property.corp) == tx.corp, col(Property.name) == name))


async def set_property(tx: Tx, name: str, value: str) -> None:
    """Remember a small fact about the store."""
    await tx.run(
        tx.insert(Property)
        .values(corp=tx.corp, name=name, value=value)
        .on_conflict_do_update(index_elements=["corp", "name"], set_={"value": value})
    )


async def forget_property(tx: Tx, name: str) -> None:
    """It is not so any more."""
    await tx.run(delete(Property).where(col(Property.corp) == tx.corp, col(Property.name) == name))
