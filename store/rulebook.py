"""The published rules: every version is kept as it was written, the newest is what the company works by."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import col

from store.office import RulesVersion
from store.tx import Tx
from store.writer import Refusal


class PublishedMeanwhile(Refusal):
    """Somebody else has published since the text was compared with the running version."""


async def latest_version(tx: Tx) -> int:
    """The number of the version to work by; 0 before the first one."""
    rows = await tx.rows(select(func.max(col(RulesVersion.version))).where(col(RulesVersion.corp) == tx.corp))
    return int(rows[0][0] or 0)


async def latest_rules(tx: Tx) -> RulesVersion | None:
    """The version to work by."""
    return await tx.first(
        select(RulesVersion).where(col(RulesVersion.corp) == tx.corp).order_by(col(RulesVersion.version).desc())
    )


async def find_rules(tx: Tx, version: int) -> RulesVersion | None:
    """One version as it was published."""
    return await tx.first(
        select(RulesVersion).where(col(RulesVersion.corp) == tx.corp, col(RulesVersion.version) == version)
    )


async def list_rules(tx: Tx) -> Sequence[RulesVersion]:
    """All versions, newest first."""
    return await tx.all(
        select(RulesVersion).where(col(RulesVersion.corp) == tx.corp).order_by(col(RulesVersion.version).desc())
    )


async def publish_rules(tx: Tx, text: str, *, after: int, by: str, note: str = "", now: datetime) -> int:
    """Publish a text as version `after` + 1, which it returns; every server loads it within seconds.

    Raises PublishedMeanwhile when `after` is not the newest version any more.
    """
    version = after + 1
    if await latest_version(tx) != after:
        raise PublishedMeanwhile(f"version {version} was published a moment ago; compare again with: rules diff DIR")
    result = await tx.run(
        tx.insert(RulesVersion)
        .values(corp=tx.corp, version=version, text=text, at=now, by=by, note=note)
        .on_conflict_do_nothing(index_elements=["corp", "version"])
    )
    if result.rowcount != 1:
        raise PublishedMeanwhile(f"version {version} was published a moment ago; compare again with: rules diff DIR")
    tx.wake("rules")
    return version
