"""When a lead came to each stage for the first time, who made the first contact, and whether all went by itself."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from leads.deal_facts import PaymentReceived
from leads.facts import Fact
from store import reached
from store.tx import Tx
from store.whose import whose_each, whose_is

STAGES = ("captured", "mql", "sal", "sql", "opportunity", "won")  # in order: each implies those before it
AT = tuple(f"{stage}_at" for stage in STAGES)
BY_FACT = {
    "mql": 1, "claimed": 2, "assigned": 2, "transferred": 2, "qualified": 3, "opportunity_opened": 4,
    "opportunity_won": 5,
}  # fmt: skip
BY_STAGE = {"mql": 1, "sal": 2, "sql": 3, "opportunity": 4, "won": 4, "lost": 4}
LISTED = ("captured", "edited")  # a list may say itself how far its people are
OFFERS = ("mql", "assigned")
ASKED = ("captured", "enquired")
CONTACTS, REOPENED = "followup_logged", "opportunity_reopened"
ANEW = ("undone", "merged", "merge_undone", REOPENED)  # what they changed is read from the whole story
KINDS = ("captured", "enquired", CONTACTS, *BY_FACT, "edited", *ANEW)
UNDONE = {  # what a person takes back, and the fact that it was
    "claim": "claimed", "followup": CONTACTS, "qualify": "qualified", "transfer": "transferred", "capture": "captured",
    "convert": "opportunity_opened", "win": "opportunity_won", "resume": REOPENED,
}  # fmt: skip
MICROSECOND = timedelta(microseconds=1)
PAGE = 500

_BLANK: Mapping[str, Any] = {
    **dict.fromkeys(reached.COLUMNS), "source": "", "whose": "", "furthest": 0, "paid": 0,
    "offered": False, "touched": False, "automated": 0, "stale": False,
}  # fmt: skip

Worked = Callable[[datetime, datetime], timedelta]  # the company's working time between two instants
Told = Mapping[str, Any]  # {"kind", "at", "by", "data"} of one fact


def told(fact: Fact) -> dict[str, Any]:
    """A fact in the shape in which the story keeps it."""
    return {"kind": fact.kind, "at": fact.at, "by": fact.by, "data": fact.data()}


def counts(fact: Fact) -> bool:
    """Whether a fact can change what a report says of its lead."""
    return fact.kind in KINDS or fact.by is not None or isinstance(fact, PaymentReceived)


def blank(lead_id: int, at: datetime, corp: str) -> dict[str, Any]:
    """A lead that was captured, and nothing more."""
    return {**_BLANK, "corp": corp, "lead_id": lead_id, "captured_at": at}


def after(known: Mapping[str, Any] | None, item: Told, lead_id: int, corp: str, worked: Worked) -> dict[str, Any]:
    """What a lead has come to once one more fact has been told."""
    kind, at, by, data = item["kind"], item["at"], item["by"], item["data"]
    row = dict(known) if known is not None else blank(lead_id, at, corp)
    if kind == "captured" and at < row["captured_at"]:
        row["captured_at"] = at
    if by is not None and kind != "claimed" and row["sal_at"] is None:
        row["touched"] = True
    if kind in OFFERS:
        row["offered"] = True
    stage = BY_FACT.get(kind, 0)
    if kind in LISTED:
        stage = BY_STAGE.get(str(data.get("stage")), 0)
    for name in AT[1 : stage + 1]:
        if row[name] is None or at < row[name]:
            row[name] = at
    row["furthest"] = max(row["furthest"], stage)
    if kind == CONTACTS and data.get("contact") and (row["contact_at"] is None or at < row["contact_at"]):
        row |= {"contact_at": at, "contact_by": by}
    if row["contact_at"] is not None and (kind == "captured" or row["contact_at"] == at):
        row["response"] = worked(row["captured_at"], row["contact_at"]) // MICROSECOND
    row["automated"] = int(row["offered"] and not row["touched"])
    return row


def whole(items: Iterable[Told], lead_id: int, corp: str, worked: Worked) -> dict[str, Any] | None:
    """The same of a whole story, without what was taken back; None when nobody was captured (any more)."""
    row: dict[str, Any] | None = None
    standing = standing_of(list(items))
    if not any(item["kind"] == "captured" for item in standing):
        return None
    for item in standing:
        row = after(row, item, lead_id, corp, worked)
    return row


def standing_of(items: Sequence[Told]) -> Sequence[Told]:
    """The facts that nobody has taken back; a deal that was opened again is not won."""
    if not any(item["kind"] in ANEW for item in items):
        return items
    left: list[Told] = []
    for item in items:
        if item["kind"] == "undone":
            left = _without_last(left, UNDONE.get(str(item["data"].get("act")), ""), by=item["by"])
        elif item["kind"] == REOPENED or item["kind"] not in ANEW:
            left.append(item)
    standing: list[Told] = []
    for item in left:
        if item["kind"] == REOPENED:
            standing = _without_last(standing, "opportunity_won", deal=item["data"].get("opportunity"))
        else:
            standing.append(item)
    return standing


def _without_last(items: list[Told], kind: str, *, by: str | None = None, deal: object = None) -> list[Told]:
    """The facts without the last one of a kind that a member told, or that is about a deal."""
    for at in range(len(items) - 1, -1, -1):
        item = items[at]
        if item["kind"] == kind and (item["data"].get("opportunity") == deal if deal else item["by"] == by):
            return [*items[:at], *items[at + 1 :]]
    return items


async def note(tx: Tx, fact: Fact, worked: Worked) -> None:
    """A fact was written into the story: the lead's row agrees with it in the same transaction."""
    if fact.kind in ANEW:
        await anew(tx, {fact.lead_id, getattr(fact, "other_id", fact.lead_id)}, worked)
        return
    known = await reached.find_reached(tx, fact.lead_id)
    if known is None and fact.kind != "captured":
        await anew(tx, [fact.lead_id], worked)
        return
    before = dict(known.__dict__) if known is not None else None
    row = after(before, told(fact), fact.lead_id, tx.corp, worked)
    if isinstance(fact, PaymentReceived):
        row["paid"] += fact.amount
    if fact.kind in ASKED:
        row["source"], row["campaign_id"] = await reached.first_touch(tx, fact.lead_id) or (row["source"], None)
    if before is None:
        await reached.add_reached(tx, row | {"whose": await whose_is(tx, fact.lead_id)})
    elif row != before:
        changed = {name: value for name, value in row.items() if value != before[name]}
        await reached.change_reached(tx, fact.lead_id, changed)


async def further(tx: Tx, stories: Mapping[int, Sequence[Told]], owners: Mapping[int, str], worked: Worked) -> None:
    """More was told of these leads, whose enquiries are written: their rows follow; see `note`.

    `owners`: whose they are now, as store/whose.py writes it.
    """
    known = await reached.read_many(tx, stories)
    asked = [lead_id for lead_id, items in stories.items() if any(item["kind"] in ASKED for item in items)]
    touches = await reached.first_touches(tx, asked)
    changed, others = [], []
    for lead_id, items in stories.items():
        before = known.get(lead_id)
        if before is None or any(item["kind"] in ANEW for item in items):
            others.append(lead_id)
            continue
        row = before | {"whose": owners[lead_id]}
        for item in items:
            row = after(row, item, lead_id, tx.corp, worked)
        if lead_id in touches:
            row["source"], row["campaign_id"] = touches[lead_id]
        if row != before:
            changed.append(row)
    await reached.write_many(tx, changed)
    await anew(tx, others, worked)


async def computed(tx: Tx, lead_ids: Collection[int], worked: Worked) -> dict[int, dict[str, Any]]:
    """What the stories of these leads say, by lead; those that were never captured are left out."""
    touches, paid = await reached.first_touches(tx, lead_ids), await reached.paid_by(tx, lead_ids)
    whose = await whose_each(tx, lead_ids)
    found: dict[int, dict[str, Any]] = {}
    for lead_id, items in (await reached.stories(tx, lead_ids, KINDS)).items():
        row = whole(items, lead_id, tx.corp, worked)
        if row is not None:
            row["source"], row["campaign_id"] = touches.get(lead_id, ("", None))
            row["paid"], row["whose"] = paid.get(lead_id, 0), whose.get(lead_id, "")
            found[lead_id] = row
    return found


async def anew(tx: Tx, lead_ids: Collection[int], worked: Worked) -> None:
    """Make the rows of these leads from their stories."""
    found = await computed(tx, lead_ids, worked)
    await reached.forget_reached(tx, set(lead_ids) - found.keys())
    await reached.write_many(tx, list(found.values()))
