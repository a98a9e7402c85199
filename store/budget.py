"""How many messages to customers are planned for each day by each channel: a day takes no more than its budget."""

from datetime import date
from functools import cache

from sqlalchemy import Insert, bindparam, select, update
from sqlmodel import Field, col

from store.row import Row
from store.tx import Tx, insert_for


class SendDay(Row, table=True):
    """So many messages of a channel are planned for a day, such as 2026-03-18 in the company's zone."""

    __tablename__ = "send_day"

    corp: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    day: str = Field(primary_key=True)
    planned: int = 0


_FROM = (
    select(col(SendDay.day), col(SendDay.planned))
    .where(
        col(SendDay.corp) == bindparam("corp"),
        col(SendDay.channel) == bindparam("channel"),
        col(SendDay.day) >= bindparam("since"),
    )
    .order_by(col(SendDay.day))
)


async def planned_from(tx: Tx, channel: str, since: date) -> dict[str, int]:
    """{day: how many are planned} from a day on."""
    return {row[0]: row[1] for row in await tx.rows(_FROM, channel=channel, since=since.isoformat())}


async def plan_one(tx: Tx, channel: str, day: date) -> None:
    """One message more on a day."""
    row = {"corp": tx.corp, "channel": channel, "day": day.isoformat(), "planned": 1}
    await tx.execute(_adding(tx.dialect), row)


_RETURNING = (
    update(SendDay)
    .where(
        col(SendDay.corp) == bindparam("of_corp"),
        col(SendDay.channel) == bindparam("of_channel"),
        col(SendDay.day) == bindparam("of_day"),
        col(SendDay.planned) > 0,
    )
    .values(planned=col(SendDay.planned) - 1)
)


async def give_back(tx: Tx, channel: str, day: str) -> None:
    """One message less on a day: it will not be sent."""
    await tx.execute(_RETURNING, {"of_corp": tx.corp, "of_channel": channel, "of_day": day})


@cache
def _adding(dialect: str) -> Insert:
    return insert_for(dialect, SendDay).on_conflict_do_update(
        index_elements=["corp", "channel", "day"], set_={"planned": col(SendDay.planned) + 1}
    )
