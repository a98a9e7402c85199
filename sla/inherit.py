"""The customers whom a leaver has in the chat platform go to whoever took the leads, each by the platform's rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from store import due, inherit, leads
from store.inherit import OPEN, Bequest, Inheritance
from store.tx import Tx

AT_ONCE = 100  # customers in one call of the platform
TAKES = timedelta(hours=24)  # a customer who does not refuse goes over after that (developer page 96331)
MARGIN = timedelta(minutes=5)
SOON, LATER = timedelta(hours=1), timedelta(hours=4)  # between two looks
GATHER = timedelta(minutes=10)  # what single customers do in so long is shown together
GIVE_UP = timedelta(days=7)  # after asking: the platform says nothing any more


@dataclass(frozen=True)
class Outcome:
    """What the platform says of one customer: waiting, done, refused or failed; `why` in Chinese for the last two."""

    state: str
    why: str = ""


async def begin(tx: Tx, leaver_id: str, taker_id: str, by: str | None, *, now: datetime) -> Bequest | None:
    """A leaver's customers are to be a colleague's; None while they are on their way to somebody already."""
    if await inherit.find_open(tx, leaver_id) is not None:
        return None
    bequest = Bequest(corp=tx.corp, from_id=leaver_id, to_id=taker_id, by=by, at=now)
    await tx.add(bequest)
    await act_next(tx, bequest.id or 0, 0, at=now)
    return bequest


async def act_next(tx: Tx, bequest_id: int, turn: int, *, at: datetime) -> None:
    """Remember to ask the platform at an instant, the `turn`-th time."""
    payload = {"bequest": bequest_id, "turn": turn}
    await due.keep(tx, kind="inherit", key=f"inherit:{bequest_id}:{turn}", at=at, payload=payload)


async def tell(tx: Tx, bequest_id: int, mark: str, *, at: datetime) -> None:
    """Have those who watch a bequest told at an instant, once per `mark`."""
    key = f"inherited:{bequest_id}:{mark}"
    await due.keep(tx, kind="inherited", key=key, at=at, payload={"bequest": bequest_id})


async def listed(tx: Tx, bequest_id: int, mode: str, customers: Sequence[str]) -> None:
    """The platform has told whose customers they are: each is wanted from now on, with the lead that they are here."""
    found = {one: await leads.find_by_identity(tx, "external", one) for one in customers}
    await inherit.add_customers(tx, bequest_id, found)
    await inherit.change_bequest(tx, bequest_id, mode=mode)


async def ask_for(tx: Tx, bequest_id: int, *, now: datetime) -> Sequence[Inheritance]:
    """The next hundred, marked as being asked for: the call may be made once this is committed."""
    rows = await inherit.list_in(tx, bequest_id, "wanted", limit=AT_ONCE)
    await inherit.move(tx, bequest_id, [row.id or 0 for row in rows], ("wanted",), "asking", asked_at=now)
    return rows


async def settle(tx: Tx, bequest_id: int, rows: Sequence[Inheritance], told: Mapping[str, Outcome]) -> None:
    """Write down what the platform said of these customers; whom it does not name stays as they are."""
    by_outcome: dict[Outcome, list[int]] = {}
    for row in rows:
        if (outcome := told.get(row.external_id)) is not None:
            by_outcome.setdefault(outcome, []).append(row.id or 0)
    for outcome, ids in by_outcome.items():
        await inherit.move(tx, bequest_id, ids, OPEN, outcome.state, why=outcome.why)


async def look_again(
    tx: Tx, bequest_id: int, rows: Sequence[Inheritance], told: Mapping[str, Outcome], *, now: datetime
) -> None:
    """After reading back: whom the platform does not know as being on the way was never asked for.

    One that has waited for a week without a word has failed.
    """
    await settle(tx, bequest_id, rows, told)
    unheard = [row for row in rows if row.external_id not in told]
    lost = [row.id or 0 for row in unheard if row.state == "asking"]
    await inherit.move(tx, bequest_id, lost, ("asking",), "wanted")
    old = [row.id or 0 for row in rows if row.state == "waiting" and row.asked_at and now - row.asked_at > GIVE_UP]
    await inherit.move(tx, bequest_id, old, ("waiting",), "failed", why="企业微信一周都没有给出结果")


async def go_on(tx: Tx, bequest_id: int, turn: int, *, now: datetime) -> None:
    """After a turn: the next one at once while there is somebody to ask for, later while all wait, none at the end."""
    counts = await inherit.count_in(tx, bequest_id)
    await inherit.change_bequest(tx, bequest_id, error="")
    await tell(tx, bequest_id, str(turn), at=now)
    if counts.get("wanted") or counts.get("asking"):
        await act_next(tx, bequest_id, turn + 1, at=now)
    elif counts.get("waiting"):
        await act_next(tx, bequest_id, turn + 1, at=_when_to_look(await inherit.first_asked(tx, bequest_id), now=now))


def _when_to_look(asked_at: datetime | None, *, now: datetime) -> datetime:
    """Every four hours for those who may refuse, right after the day is over, then hourly."""
    taken_over = (asked_at or now) + TAKES + MARGIN
    return min(now + LATER, taken_over) if now < taken_over else now + SOON


async def close_if_final(tx: Tx, bequest_id: int, *, now: datetime) -> bool:
    """Close a bequest whose list was read and of which nobody is on the way; False when it is not, or was closed."""
    bequest = await inherit.find_bequest(tx, bequest_id)
    counts = await inherit.count_in(tx, bequest_id)
    if bequest is None or not bequest.mode or any(counts.get(state) for state in OPEN):
        return False
    return await inherit.change_bequest(tx, bequest_id, state="closed", closed_at=now)


async def customer_told(tx: Tx, external_id: str, taker_id: str, outcome: Outcome, *, now: datetime) -> bool:
    """The platform told of one customer by itself; False when they were not on the way to this member."""
    row = await inherit.find_underway(tx, external_id, taker_id)
    if row is None or row.state in ("refused", "failed"):
        return False
    if row.state == "done" and (row.asked_at is None or now - row.asked_at > GIVE_UP):
        return False  # long ago: what they do now is news
    if await inherit.move(tx, row.bequest_id, [row.id or 0], OPEN, outcome.state, why=outcome.why):
        slot = int(now.timestamp() // GATHER.total_seconds())
        await tell(tx, row.bequest_id, f"slot:{slot}", at=now + GATHER)
    return True
