"""Looking quotes up, and moving one on."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlmodel import col

from store.quote import Quote, QuoteVersion
from store.tx import Tx


async def find_quote(tx: Tx, quote_id: int) -> Quote | None:
    """The quote with that id."""
    return await tx.first(select(Quote).where(col(Quote.corp) == tx.corp, col(Quote.id) == quote_id))


async def list_quotes(
    tx: Tx, *, opportunity_id: int | None = None, before: int = 0, limit: int = 50
) -> Sequence[Quote]:
    """Quotes (of an opportunity), newest first, before an id."""
    query = select(Quote).where(col(Quote.corp) == tx.corp)
    if opportunity_id is not None:
        query = query.where(col(Quote.opportunity_id) == opportunity_id)
    if before:
        query = query.where(col(Quote.id) < before)
    return await tx.all(query.order_by(col(Quote.id).desc()).limit(limit))


async def find_version(tx: Tx, quote_id: int, version: int) -> QuoteVersion | None:
    """What a quote said in a version."""
    return await tx.first(
        select(QuoteVersion).where(
            col(QuoteVersion.corp) == tx.corp, col(QuoteVersion.quote_id) == quote_id,
            col(QuoteVersion.version) == version,
        )
    )  # fmt: skip


async def get_version(tx: Tx, quote: Quote) -> QuoteVersion:
    """The version of a quote that counts. Raises LookupError."""
    found = await find_version(tx, quote.id or 0, quote.version)
    if found is None:
        raise LookupError(f"{quote.no} has no version {quote.version}")
    return found


async def find_by_token(tx: Tx, token: str, *, now: datetime) -> QuoteVersion | None:
    """The version behind a link, while the link holds; a link with words behind it is nobody's."""
    if re.fullmatch(r"[A-Za-z0-9_-]+", token) is None:
        return None
    return await tx.first(
        select(QuoteVersion).where(
            col(QuoteVersion.corp) == tx.corp, col(QuoteVersion.token) == token, col(QuoteVersion.token) != "",
            col(QuoteVersion.token_until) > now,
        )
    )  # fmt: skip


async def move_quote(tx: Tx, quote_id: int, at: int, states: Sequence[str], **values: Any) -> bool:
    """Change a quote that is still at the version `at` and in one of these states; False when it is not."""
    changed = await tx.run(
        update(Quote)
        .where(
            col(Quote.corp) == tx.corp, col(Quote.id) == quote_id, col(Quote.version) == at,
            col(Quote.state).in_(tuple(states)),
        )
        .values(**values)
    )  # fmt: skip
    return changed.rowcount == 1


async def note_version(tx: Tx, quote_id: int, version: int, **values: Any) -> None:
    """Keep when a version went out, its PDF, its link; what it says never changes."""
    await tx.run(
        update(QuoteVersion)
        .where(
            col(QuoteVersion.corp) == tx.corp, col(QuoteVersion.quote_id) == quote_id,
            col(QuoteVersion.version) == version,
        )
        .values(**values)
    )  # fmt: skip
