"""What customers looked at on our pages, and how long, where they have agreed to that being noted."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Index, select
from sqlmodel import Field, col

from store.columns import Utc
from store.row import Row
from store.tx import Tx

MOST_DEVICES = 20  # of one address: whoever invents more is not noted


class PageView(Row, table=True):
    """How long one device had one page before it; `device` is a random mark of this address only."""

    __tablename__ = "page_view"

    corp: str = Field(primary_key=True)
    token: str = Field(primary_key=True)
    device: str = Field(primary_key=True)
    page: int = Field(primary_key=True)
    lead_id: int
    seconds: int = 0
    first_at: datetime = Field(sa_type=Utc)
    last_at: datetime = Field(sa_type=Utc)

    __table_args__ = (Index("ix_page_view_lead", "corp", "lead_id"),)


async def list_views(tx: Tx, token: str) -> Sequence[PageView]:
    """All that was looked at by an address, page by page."""
    return await tx.all(
        select(PageView)
        .where(col(PageView.corp) == tx.corp, col(PageView.token) == token)
        .order_by(col(PageView.first_at), col(PageView.page))
    )


async def look(tx: Tx, token: str, lead_id: int, device: str, seconds: Mapping[int, int], *, now: datetime) -> bool:
    """Add seconds to pages; False when too many devices claim to look."""
    known = {view.device for view in await list_views(tx, token)}
    if device not in known and len(known) >= MOST_DEVICES:
        return False
    for page, more in seconds.items():
        values = {"token": token, "device": device, "page": page, "lead_id": lead_id, "seconds": more}
        insert = tx.insert(PageView).values(corp=tx.corp, **values, first_at=now, last_at=now)
        await tx.run(
            insert.on_conflict_do_update(
                index_elements=["corp", "token", "device", "page"],
                set_={"seconds": col(PageView.seconds) + more, "last_at": now},
            )
        )
    return True
