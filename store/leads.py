"""Looking leads up: by number, by a way to reach the person, by owner, in the pools."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Insert, bindparam, delete, func, or_, select, update
from sqlmodel import col

from store import merges
from store.columns import one_of
from store.tables import Enquiry, Identity, Lead
from store.tx import Tx, insert_for
from store.whose import tell_whose

OPEN_STAGES = ("new", "nurturing", "mql", "sal", "sql", "opportunity", "dormant")
CARED_STAGES = (*OPEN_STAGES, "won")  # customers are spoken with and handed on too
FREE_STAGES = ("new", "nurturing", "mql")


_BY_ID = select(Lead).where(col(Lead.corp) == bindparam("corp"), col(Lead.id) == bindparam("lead_id"))


async def find_lead(tx: Tx, lead_id: int) -> Lead | None:
    """The lead with that id (or the one that it was merged into), or None."""
    lead = await tx.known(Lead, _BY_ID, lead_id=lead_id)
    if lead is None and (survivor_id := await merges.current(tx, lead_id)) != lead_id:
        return await tx.known(Lead, _BY_ID, lead_id=survivor_id)
    return lead


_BY_IDS = select(Lead).where(
    col(Lead.corp) == bindparam("corp"), col(Lead.id).in_(bindparam("lead_ids", expanding=True))
)


async def find_leads(tx: Tx, lead_ids: Sequence[int]) -> list[Lead]:
    """The leads with these ids (or those that they were merged into), in that order, without those that are none."""
    read = {lead.id: lead for lead in await tx.all(_BY_IDS, lead_ids=tuple(lead_ids))}
    found = [read.get(lead_id) or await find_lead(tx, lead_id) for lead_id in lead_ids]
    return [lead for lead in found if lead is not None]


async def get_lead(tx: Tx, lead_id: int) -> Lead:
    """The lead with that id; raises LookupError when there is none."""
    lead = await find_lead(tx, lead_id)
    if lead is None:
        raise LookupError(f"no lead {lead_id}")
    return lead


_BY_IDENTITY = select(col(Identity.lead_id)).where(
    col(Identity.corp) == bindparam("corp"),
    col(Identity.kind) == bindparam("kind"),
    col(Identity.hash) == bindparam("mark"),
)


async def find_by_identity(tx: Tx, kind: str, value: str) -> int | None:
    """The id of the lead that is known by this phone, email, wechat or external id (already normalised)."""
    return await tx.first(_BY_IDENTITY, kind=kind, mark=tx.keys.blind(kind, value))


async def add_identity(tx: Tx, kind: str, value: str, lead_id: int) -> bool:
    """Bind a way to reach somebody to a lead; False when it is another lead's already."""
    row = {"corp": tx.corp, "kind": kind, "hash": tx.keys.blind(kind, value), "lead_id": lead_id}
    return (await tx.execute(_binding(tx.dialect), row)).rowcount == 1


@cache
def _binding(dialect: str) -> Insert:
    return insert_for(dialect, Identity).on_conflict_do_nothing(index_elements=["corp", "kind", "hash"])


_BY_SUBMISSION = select(col(Enquiry.lead_id)).where(
    col(Enquiry.corp) == bindparam("corp"),
    col(Enquiry.source) == bindparam("source"),
    col(Enquiry.submission_id) == bindparam("submission_id"),
)


_ENQUIRIES = (
    select(Enquiry)
    .where(col(Enquiry.corp) == bindparam("corp"), col(Enquiry.lead_id) == bindparam("lead_id"))
    .order_by(col(Enquiry.id).desc())
    .limit(bindparam("most"))
)


async def list_enquiries(tx: Tx, lead_id: int, *, limit: int = 50) -> Sequence[Enquiry]:
    """What a person has asked, the latest first."""
    return await tx.all(_ENQUIRIES, lead_id=lead_id, most=limit)


async def free_identities(tx: Tx, lead_id: int) -> None:
    """The ways to reach somebody whose lead is no more may be another lead's."""
    await tx.run(delete(Identity).where(col(Identity.corp) == tx.corp, col(Identity.lead_id) == lead_id))


async def find_submission(tx: Tx, source: str, submission_id: str) -> int | None:
    """The lead of a submission that was delivered before."""
    return await tx.first(_BY_SUBMISSION, source=source, submission_id=submission_id)


_LATEST = (
    select(col(Enquiry.utm), col(Enquiry.campaign_id))
    .where(col(Enquiry.corp) == bindparam("corp"), col(Enquiry.lead_id) == bindparam("lead_id"))
    .order_by(col(Enquiry.id).desc())
    .limit(1)
)


async def latest_marks(tx: Tx, lead_id: int) -> tuple[Mapping[str, str], int | None]:
    """By which marks (utm, landing page) and which campaign a person asked the last time."""
    rows = await tx.rows(_LATEST, lead_id=lead_id)
    return (rows[0][0] or {}, rows[0][1]) if rows else ({}, None)


_CHANGE = (
    update(Lead)
    .where(col(Lead.corp) == bindparam("of_corp"), col(Lead.id) == bindparam("of_id"))
    .values(version=col(Lead.version) + 1)
)


async def change(tx: Tx, lead_id: int, *conditions: Any, **values: Any) -> bool:
    """Change a lead if the conditions still hold; its version grows by one. False when they do not.

    Whoever covered for the owner does so no longer once the owner is set.
    """
    if "owner_id" in values:
        values.setdefault("cover_id", None)
    statement = _CHANGE.where(*conditions) if conditions else _CHANGE
    changed = (await tx.execute(statement, {"of_corp": tx.corp, "of_id": lead_id, **values})).rowcount == 1
    if changed and ("owner_id" in values or "pool" in values):
        await tell_whose(tx, lead_id)
    return changed


_TAKE = _CHANGE.where(col(Lead.owner_id).is_(None), col(Lead.stage).in_(bindparam("of_stages", expanding=True)))


async def take(tx: Tx, lead_id: int, *, of_stages: Sequence[str], **values: Any) -> bool:
    """Change a lead that nobody owns and that is in one of these stages; False when it is not (any more)."""
    of = {"of_corp": tx.corp, "of_id": lead_id, "of_stages": tuple(of_stages)}
    taken = (await tx.execute(_TAKE, {**of, **values})).rowcount == 1
    if taken and "owner_id" in values:
        await tell_whose(tx, lead_id)
    return taken


async def list_free(tx: Tx, pools: Sequence[str], *, limit: int = 20) -> Sequence[Lead]:
    """Leads without an owner in these pools: the qualified ones first, then by score."""
    return await tx.all(
        select(Lead)
        .where(
            col(Lead.corp) == tx.corp,
            col(Lead.owner_id).is_(None),
            col(Lead.pool).in_(pools),
            one_of(Lead.stage, FREE_STAGES),
        )
        .order_by((col(Lead.stage) == "mql").desc(), col(Lead.score).desc(), col(Lead.id))
        .limit(limit)
    )


async def count_free(tx: Tx, pools: Sequence[str]) -> int:
    """How many leads wait in these pools."""
    rows = await tx.rows(
        select(func.count()).where(
            col(Lead.corp) == tx.corp,
            col(Lead.owner_id).is_(None),
            col(Lead.pool).in_(pools),
            one_of(Lead.stage, FREE_STAGES),
        )
    )
    return int(rows[0][0])


def has_words(tx: Tx, words: str) -> ColumnElement[bool]:
    """Whether a lead's name or company contains the words; % and _ are plain characters, and case does not count.

    SQLite's LIKE tells no case apart by itself; to write every name in small letters first takes as long again.
    """
    if tx.dialect == "sqlite":
        return or_(*(column.contains(words, autoescape=True) for column in (col(Lead.name), col(Lead.company))))
    return or_(*(column.icontains(words, autoescape=True) for column in (col(Lead.name), col(Lead.company))))


async def search(tx: Tx, words: str, *, limit: int = 20) -> Sequence[Lead]:
    """Leads whose name or company contains the words, the latest first; % and _ are plain characters."""
    return await tx.all(
        select(Lead).where(col(Lead.corp) == tx.corp, has_words(tx, words)).order_by(col(Lead.id).desc()).limit(limit)
    )


async def search_surname(tx: Tx, surname: str, *, owner_id: str, limit: int = 20) -> Sequence[Lead]:
    """Leads of people with this surname: one's own first, then the latest."""
    return await tx.all(
        select(Lead)
        .where(col(Lead.corp) == tx.corp, col(Lead.name).startswith(surname, autoescape=True))
        .order_by((col(Lead.owner_id) == owner_id).desc(), col(Lead.id).desc())
        .limit(limit)
    )


async def list_leads(tx: Tx, *conditions: Any, before: int | None = None, limit: int = 50) -> Sequence[Lead]:
    """Leads that meet all conditions, newest first, older than the id `before`."""
    query = select(Lead).where(col(Lead.corp) == tx.corp, *conditions)
    if before is not None:
        query = query.where(col(Lead.id) < before)
    return await tx.all(query.order_by(col(Lead.id).desc()).limit(limit))


async def list_sources(tx: Tx, lead_id: int) -> list[str]:
    """The sources of a lead's enquiries, the first touch first, each once."""
    rows = await tx.rows(
        select(col(Enquiry.source))
        .where(col(Enquiry.corp) == tx.corp, col(Enquiry.lead_id) == lead_id)
        .order_by(col(Enquiry.id))
    )
    return list(dict.fromkeys(row[0] for row in rows))


async def count_leads(tx: Tx, *conditions: Any) -> int:
    """How many leads the company has (that meet all conditions)."""
    rows = await tx.rows(select(func.count()).select_from(Lead).where(col(Lead.corp) == tx.corp, *conditions))
    return int(rows[0][0])


async def ids_of_company(tx: Tx, company: str) -> list[int]:
    """The leads of a company, by its name as it is written."""
    found = await tx.rows(select(col(Lead.id)).where(col(Lead.corp) == tx.corp, col(Lead.company) == company))
    return [int(row[0]) for row in found]


_FOLLOWING = (
    select(Lead)
    .where(col(Lead.corp) == bindparam("corp"), col(Lead.id) > bindparam("after"))
    .order_by(col(Lead.id))
    .limit(bindparam("most"))
)


async def list_following(tx: Tx, after: int, *, limit: int) -> Sequence[Lead]:
    """The leads with the next numbers, whatever has become of them."""
    return await tx.all(_FOLLOWING, after=after, most=limit)
