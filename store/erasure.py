"""All that is stored of a person: found table by table for a report, and taken out when they ask for it.

Every table that tells something of a lead has its place here (tests/store/test_erasure.py): `delete`, the columns that
are blanked, or why it is kept. What is kept holds no personal data, so that numbers of the past stay what they were.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table, delete, insert, or_, select, update
from sqlmodel import col

from config.words import kind_of_reason
from store import budget
from store.merges import list_into
from store.reach import ContactStop
from store.schema import METADATA
from store.tables import Identity, Lead
from store.twin import Merge
from store.tx import Tx
from store.whose import tell_whose

DELETE = (
    "act", "attachment", "card_place", "company_gram", "consent", "draft", "finding", "focus", "follower", "friend",
    "handed", "help", "identity", "import_kept", "import_mark", "inheritance", "kf_talk", "link", "page_view",
)  # fmt: skip
BLANK: Mapping[str, Mapping[str, Any]] = {
    "approval": {"reason": "", "note": ""},
    "contact_stop": {"words": ""},
    "due": {"payload": {}, "state": "cancelled"},
    "enquiry": {"need": "", "utm": {}},
    "import_lead": {"before": None},
    "opportunity": {"name": ""},
    "outbox": {"params": {}, "body": None},
    "timeline": {"text": ""},
    "webhook_delivery": {"text": ""},
}
KEPT: Mapping[str, str] = {
    "attendance": "that somebody came", "behaviour": "kinds and instants", "clock": "instants",
    "contract": "contracts must be kept by law", "credit": "sums", "deal_contact": "who is whose contact, by number",
    "deal_group": "a chat's id and colleagues",
    "dispute": "colleagues and instants", "dormant_plan": "plans and instants", "journey_run": "steps and instants",
    "journey_seat": "numbers", "quote": "numbers", "reached": "stages and instants",
    "sales_order": "orders must be kept by law",
}  # fmt: skip
# Bodies that may quote somebody: looked through, because they name no lead.
BODIES = ("inbox", "import_part", "import_return", "connector_call", "mass_task")
SHORTEST = 6  # bytes of what is looked for: two Chinese characters
OPEN = ("new", "queued", "sending", "checking", "running", "undoing")
LEAD_BLANK: Mapping[str, Any] = {
    "name": "", "company": "", "title": "", "city": "", "district": "", "phone": "", "email": "", "wechat": "",
    "need": "", "also": None, "phone_flaw": "", "own": {}, "own_sealed": None, "next_step": "", "next_step_at": None,
    "industry": "", "product": "", "heat": {}, "score_parts": [], "flaw": "已按本人要求删除",
}  # fmt: skip
ENDED = ("won", "lost")
REASON = "已按本人要求删除"


async def find_person(tx: Tx, pairs: Iterable[tuple[str, str]]) -> list[int]:
    """The lead that is known by one of these (kind, value), and those that were merged into it; [] for a stranger."""
    marks = [(kind, tx.keys.blind(kind, value)) for kind, value in pairs]
    return await find_marked(tx, marks)


async def find_marked(tx: Tx, marks: Sequence[tuple[str, bytes]]) -> list[int]:
    """The same by the keyed hashes."""
    conditions = [(col(Identity.kind) == kind) & (col(Identity.hash) == mark) for kind, mark in marks]
    if not conditions:
        return []
    rows = await tx.rows(select(col(Identity.lead_id)).where(col(Identity.corp) == tx.corp, or_(*conditions)))
    found: list[int] = []
    waiting = [row[0] for row in rows]
    while waiting:
        lead_id = waiting.pop()
        if lead_id not in found:
            found.append(lead_id)
            waiting += [merge.loser_id for merge in await list_into(tx, lead_id)]
    return sorted(found)


async def collect(tx: Tx, lead_ids: Sequence[int]) -> dict[str, list[dict[str, Any]]]:
    """{table: rows} of everything that is stored of a person, unsealed; columns of our own machinery are left out."""
    found: dict[str, list[dict[str, Any]]] = {}
    for name, table in sorted(METADATA.tables.items()):
        if name == "lead":
            condition = table.c.id.in_(lead_ids)
        elif "lead_id" in table.c:
            condition = table.c.lead_id.in_(lead_ids)
        else:
            continue
        rows = await tx.rows(select(table).where(table.c.corp == tx.corp, condition))
        columns = [column.name for column in table.c]
        plain = [{key: _plain(value) for key, value in zip(columns, row, strict=True) if key not in MACHINERY}
                 for row in rows]  # fmt: skip
        if plain:
            found[name] = plain
    return found


MACHINERY = ("corp", "hash", "lease_until", "fence", "lane", "attempts", "run_at", "drawn", "code", "ref", "token")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


async def marks_of(tx: Tx, lead_ids: Sequence[int]) -> list[tuple[str, bytes]]:
    """The keyed hashes by which a person is known: what is kept of them, so that nobody writes to them again."""
    rows = await tx.rows(
        select(col(Identity.kind), col(Identity.hash)).where(
            col(Identity.corp) == tx.corp, col(Identity.lead_id).in_(lead_ids)
        )
    )
    return [(kind, bytes(mark)) for kind, mark in rows]


async def erase(tx: Tx, lead_ids: Sequence[int], *, needles: Sequence[str], now: datetime) -> dict[str, int]:
    """Take a person out of every table; returns how many rows of each were touched.

    `needles`: their numbers and addresses as plain text, by which they are found in stored bodies.
    """
    count: dict[str, int] = {}
    marks = await marks_of(tx, lead_ids)
    for name in DELETE:
        table = METADATA.tables[name]
        gone = delete(table).where(table.c.corp == tx.corp, table.c.lead_id.in_(lead_ids))
        count[name] = (await tx.run(gone)).rowcount
    outbox = METADATA.tables["outbox"]
    planned = select(outbox.c.platform, outbox.c.params).where(
        outbox.c.corp == tx.corp, outbox.c.lead_id.in_(lead_ids), outbox.c.state == "queued"
    )
    for channel, params in await tx.rows(planned):
        if day := (params or {}).get("day"):
            await budget.give_back(tx, channel, day)
    for name, values in BLANK.items():
        table = METADATA.tables[name]
        blanked = update(table).where(table.c.corp == tx.corp, table.c.lead_id.in_(lead_ids)).values(**values)
        count[name] = (await tx.run(blanked)).rowcount
    await tx.run(
        update(outbox)
        .where(outbox.c.corp == tx.corp, outbox.c.lead_id.in_(lead_ids), outbox.c.state.in_(("queued", "unknown")))
        .values(state="stopped", error=REASON)
    )
    count["quote_version"] = await _of_quotes(tx, lead_ids)
    count["payment"] = await _of_payments(tx, lead_ids)
    count["merge"] = (
        await tx.run(
            update(Merge)
            .where(
                col(Merge.corp) == tx.corp,
                or_(col(Merge.survivor_id).in_(lead_ids), col(Merge.loser_id).in_(lead_ids)),
            )
            .values(loser=None, survivor=None, after=None, moved=None, changed=None)
        )
    ).rowcount
    count["lead"] = await _blank_leads(tx, lead_ids)
    for name in BODIES:
        count[name] = await _blank_bodies(tx, METADATA.tables[name], needles)
    count["notes"] = await _blank_notes(tx, needles)
    for kind, mark in marks:
        await tx.run(
            insert(ContactStop).values(
                corp=tx.corp, lead_id=None, kind=kind, hash=mark, channel="", topic="", at=now, by=None, way="erase",
                words="", lifted_at=None, lifted_by=None,
            )
        )  # fmt: skip
    return {name: rows for name, rows in count.items() if rows}


async def _blank_leads(tx: Tx, lead_ids: Sequence[int]) -> int:
    """The rows stay for the numbers of the past; nobody can be found, called or written to by them."""
    changed = update(Lead).where(col(Lead.corp) == tx.corp, col(Lead.id).in_(lead_ids))
    its = select(col(Lead.id), col(Lead.closed_reason)).where(
        col(Lead.corp) == tx.corp, col(Lead.id).in_(lead_ids), col(Lead.stage) == "invalid",
        col(Lead.closed_reason) != REASON,
    )  # fmt: skip
    for lead_id, reason in await tx.rows(its):  # their channel was told why; of free words the kind stays
        await tx.run(changed.where(col(Lead.id) == lead_id).values(closed_reason=kind_of_reason(reason)))
    done = await tx.run(changed.values(**LEAD_BLANK, version=col(Lead.version) + 1))
    await tx.run(
        changed.where(col(Lead.stage).not_in((*ENDED, "invalid"))).values(
            stage="invalid", closed_reason=REASON, owner_id=None, cover_id=None
        )
    )
    await tx.run(changed.where(col(Lead.stage) == "invalid").values(owner_id=None, cover_id=None))
    for lead_id in lead_ids:
        await tell_whose(tx, lead_id)
    clock = METADATA.tables["clock"]
    await tx.run(
        update(clock)
        .where(clock.c.corp == tx.corp, clock.c.lead_id.in_(lead_ids), clock.c.state.in_(("running", "paused")))
        .values(state="cancelled")
    )
    return done.rowcount


async def _of_quotes(tx: Tx, lead_ids: Sequence[int]) -> int:
    quote, version = METADATA.tables["quote"], METADATA.tables["quote_version"]
    of = select(quote.c.id).where(quote.c.corp == tx.corp, quote.c.lead_id.in_(lead_ids))
    done = update(version).where(version.c.corp == tx.corp, version.c.quote_id.in_(of)).values(pdf=None, notes="")
    return (await tx.run(done)).rowcount


async def _of_payments(tx: Tx, lead_ids: Sequence[int]) -> int:
    deal, payment = METADATA.tables["opportunity"], METADATA.tables["payment"]
    of = select(deal.c.id).where(deal.c.corp == tx.corp, deal.c.lead_id.in_(lead_ids))
    done = update(payment).where(payment.c.corp == tx.corp, payment.c.opportunity_id.in_(of)).values(note="")
    return (await tx.run(done)).rowcount


async def _blank_bodies(tx: Tx, table: Table, needles: Sequence[str]) -> int:
    """Bodies (or texts) that quote a number or an address of the person; what is to be worked on is left for now."""
    wanted = [needle.encode() for needle in needles if len(needle.encode()) >= SHORTEST]
    keys = [column for column in table.primary_key.columns if column.name != "corp"]
    told = table.c.body if "body" in table.c else table.c.text
    conditions = [table.c.corp == tx.corp, told.is_not(None)]
    if "state" in table.c:
        conditions.append(table.c.state.not_in(OPEN))
    rows = await tx.rows(select(*keys, told).where(*conditions))
    count = 0
    for *key, words in rows:
        raw = words.encode("utf-8", "replace") if isinstance(words, str) else bytes(words or b"")
        if any(needle in raw for needle in wanted):
            here = [column == value for column, value in zip(keys, key, strict=True)]
            empty = {told.name: "" if isinstance(words, str) else b""}
            await tx.run(update(table).where(table.c.corp == tx.corp, *here).values(**empty))
            count += 1
    return count


async def _blank_notes(tx: Tx, needles: Sequence[str]) -> int:
    """Messages to colleagues that name the person in words, without being about their lead by number."""
    outbox = METADATA.tables["outbox"]
    rows = await tx.rows(
        select(outbox.c.id, outbox.c.params).where(
            outbox.c.corp == tx.corp, outbox.c.lead_id.is_(None), outbox.c.state.not_in(OPEN)
        )
    )
    wanted = [needle for needle in needles if len(needle.encode()) >= SHORTEST]
    named = [row_id for row_id, params in rows if any(needle in repr(params) for needle in wanted)]
    for row_id in named:
        await tx.run(update(outbox).where(outbox.c.corp == tx.corp, outbox.c.id == row_id).values(params={}, body=None))
    return len(named)
