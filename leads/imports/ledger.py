"""Booking many people at once: who they are, what is new about them, and what must be known to take it back."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from config.rules import Rules
from leads.assign import pool_for
from leads.cleaning import classify, flaw_of
from leads.duplicates import company_grams, index_company
from leads.facts import (
    BecameMql,
    Fact,
    FollowUpLogged,
    LeadCaptured,
    LeadEnquired,
)
from leads.lifecycle import MOVES, is_ready
from leads.rate import Rater, scored_fact
from leads.reached import Worked, further, whole
from leads.score import Score
from store import bulk, leads, reached
from store.batch import ImportLead, ImportMark
from store.bulk import Pair
from store.tables import CompanyGram, Enquiry, Identity, Lead, TimelineItem
from store.tx import Tx
from store.whose import whose

UNNAMED = "导入"  # the source of a list that names none
CONTACT = ("call", "visit", "meeting", "chat", "email")


class _View:
    """A lead's plain values, read as attributes."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.__dict__ = values


class Ledger:
    """One slice of an import inside one transaction: look everybody up, book line by line, then write all at once.

    Nothing is written before `write`. `start`: what is booked shall set automations going, so new leads may become
    MQLs and `facts` must be reacted to; otherwise they only stand in the story.
    """

    def __init__(
        self, tx: Tx, *, batch_id: int, rules: Rules, start: bool, overwrite: bool, worked: Worked, now: datetime
    ) -> None:
        self.tx = tx
        self._worked = worked
        self.facts: list[Fact] = []
        self.new = self.updated = 0
        self.crossed = set[tuple[int, int]]()  # pairs of leads that may be one person
        self._batch_id, self._no = batch_id, f"I{batch_id}"
        self.rules = rules
        self.start = start
        self.overwrite = overwrite
        self.now = now
        self._blinds: dict[Pair, bytes] = {}
        self._marked: dict[str, bytes] = {}
        self._known: dict[Pair, int] = {}
        self._booked = set[tuple[int, bytes]]()
        self._leads: dict[int, dict[str, Any]] = {}
        self._before: dict[int, dict[str, Any]] = {}
        self._made: dict[int, dict[str, Any]] = {}
        self._changed: dict[int, dict[str, Any]] = {}
        self._pairs: list[tuple[Pair, int]] = []
        self._story: list[dict[str, Any]] = []
        self._enquiries: list[dict[str, Any]] = []
        self._marks: list[tuple[bytes, int]] = []
        self._unrated = set[int]()
        self._ids: list[int] = []
        self._objects: dict[tuple[tuple[str, Any], ...], dict[str, Any]] = {}  # that many rows of a slice have alike
        self._parts: dict[int, tuple[Score, list[list[Any]]]] = {}  # as the lead keeps them, by the score's id
        self._rater = Rater(rules=rules, now=now)
        self._blank: dict[str, Any] = Lead(corp=tx.corp, created_at=now).model_dump(exclude={"id"})

    async def look_up(
        self, pairs: Collection[Pair], marks: Collection[str] = (), *, also: Collection[int] = (), most_new: int
    ) -> None:
        """Find everybody of the slice in a few statements, those of `also` too; `most_new` may be made afterwards."""
        blind = self.tx.keys.blind
        self._blinds = {pair: blind(*pair) for pair in pairs}
        self._marked = {mark: blind("import", mark) for mark in marks}
        self._known = await bulk.find_identities(self.tx, self._blinds)
        self._leads = await bulk.read_leads(self.tx, [*self._known.values(), *also], hold=True)
        for erased in {*self._known.values()} - self._leads.keys():  # what was erased leaves only the hash
            await leads.free_identities(self.tx, erased)
        self._known = {pair: lead_id for pair, lead_id in self._known.items() if lead_id in self._leads}
        self._booked = await bulk.find_marks(self.tx, self._leads)
        self._ids = list(await bulk.reserve_ids(self.tx, Lead, most_new))[::-1]

    def find(self, pairs: Sequence[Pair]) -> int | None:
        """The lead known by the first of these ways that is known at all."""
        return next((self._known[pair] for pair in pairs if pair in self._known), None)

    def lead(self, lead_id: int) -> Mapping[str, Any]:
        """The lead as it is now."""
        return self._leads[lead_id]

    def create(
        self,
        pairs: Sequence[Pair],
        *,
        at: datetime,
        utm: Mapping[str, str] | None = None,
        campaign_id: int | None = None,
        **values: Any,
    ) -> int:
        """A new lead with these values, captured at `at`; its story begins."""
        lead_id = self._ids.pop()
        lead = {**self._blank, "id": lead_id, "pool": self.rules.default_pool, **values}
        lead |= {"created_at": at, "enquiries": 1}
        seen = cast(Lead, _View(lead))
        lead |= classify(seen, rules=self.rules)
        lead["flaw"] = flaw_of(seen, known_outside=pairs[0][0] == "external", rules=self.rules)
        if "pool" not in values:
            lead["pool"] = pool_for(seen, rules=self.rules)
        self._made[lead_id] = self._leads[lead_id] = lead
        self.bind(pairs, lead_id)
        self._unrated.add(lead_id)
        self.enquire(lead_id, source=lead["source"], need=lead["need"], at=at, utm=utm, campaign_id=campaign_id)
        came = LeadCaptured(lead_id=lead_id, at=at, source=lead["source"], pool=lead["pool"], need=lead["need"])
        self.tell(came, **({"stage": lead["stage"]} if lead["stage"] != "new" else {}))
        return lead_id

    def change(self, lead_id: int, **values: Any) -> None:
        """Change a lead; its version grows by one in this slice, however much is changed."""
        lead = self._leads[lead_id]
        if lead_id not in self._made and lead_id not in self._changed:
            self._before[lead_id] = dict(lead)
            lead["version"] += 1
            self._changed[lead_id] = lead
        lead |= values

    def rate_later(self, lead_id: int) -> None:
        """What is known of the lead has changed: it is rated anew when the slice is written."""
        self._unrated.add(lead_id)

    def enquire(
        self,
        lead_id: int,
        *,
        source: str,
        need: str,
        at: datetime,
        utm: Mapping[str, str] | None = None,
        campaign_id: int | None = None,
    ) -> None:
        """Book an enquiry of a lead whose count of enquiries includes it already."""
        self._enquiries.append(
            {
                "corp": self.tx.corp, "lead_id": lead_id, "source": source, "submission_id": None, "need": need,
                "utm": self._alike({**(utm or {}), "batch": self._no}), "campaign_id": campaign_id, "at": at,
            }
        )  # fmt: skip

    def enquire_again(
        self,
        lead_id: int,
        *,
        source: str,
        need: str,
        at: datetime,
        reopen: bool,
        utm: Mapping[str, str] | None = None,
        campaign_id: int | None = None,
    ) -> None:
        """A known lead has asked once more; with `reopen` a closed one is open again."""
        lead = self._leads[lead_id]
        values: dict[str, Any] = {"enquiries": lead["enquiries"] + 1}
        if reopen and lead["stage"] in MOVES["reopen"].before:
            values |= {"stage": MOVES["reopen"].after, "owner_id": None, "closed_reason": ""}
        self.change(lead_id, **values)
        self._unrated.add(lead_id)
        self.enquire(lead_id, source=source, need=need, at=at, utm=utm, campaign_id=campaign_id)
        self.tell(LeadEnquired(lead_id=lead_id, at=at, source=source, count=values["enquiries"], need=need))

    def log(self, lead_id: int, words: str, *, kind: str, by: str | None, at: datetime) -> None:
        """A follow-up of old, with its author and its time."""
        lead = self._leads[lead_id]
        contact = kind in CONTACT
        values: dict[str, Any] = {"touched_at": max(lead["touched_at"] or at, at)}
        if contact:
            values["contacted_at"] = min(lead["contacted_at"] or at, at)
        self.change(lead_id, **values)
        self.tell(FollowUpLogged(lead_id=lead_id, at=at, by=by, channel=kind, words=words, contact=contact))

    def _alike(self, values: dict[str, Any]) -> dict[str, Any]:
        """These values, or the equal ones of another row: they are turned into JSON once."""
        try:
            return self._objects.setdefault(tuple(values.items()), values)
        except TypeError:  # with a list among them
            return values

    def tell(self, fact: Fact, **more: Any) -> None:
        """Write a fact into the lead's story."""
        self.facts.append(fact)
        self._story.append(
            {
                "corp": self.tx.corp, "lead_id": fact.lead_id, "kind": fact.kind, "at": fact.at, "by": fact.by,
                "text": fact.text(), "data": self._alike({**fact.data(), **more, "batch": self._no}),
            }
        )  # fmt: skip

    async def write(self) -> None:
        """Rate what has changed and write everything down."""
        for lead_id in sorted(self._unrated):
            self._rate(lead_id)
        tx, batch_id = self.tx, self._batch_id
        await bulk.insert_rows(tx, Lead, list(self._made.values()))
        await bulk.write_leads(tx, list(self._changed.values()))
        identities = sorted((tx.corp, pair[0], self._blinds[pair], lead_id) for pair, lead_id in self._pairs)
        await bulk.add_lines(tx, Identity, ("corp", "kind", "hash", "lead_id"), identities, ("corp", "kind", "hash"))
        await self._index_companies()
        await bulk.insert_rows(tx, Enquiry, self._enquiries)
        await bulk.insert_rows(tx, TimelineItem, self._story)
        marks = [(tx.corp, lead_id, mark, batch_id) for mark, lead_id in self._marks]
        await bulk.add_lines(
            tx, ImportMark, ("corp", "lead_id", "mark", "batch_id"), marks, ("corp", "lead_id", "mark")
        )
        added: dict[int, list[list[str]]] = {}
        for pair, lead_id in self._pairs:
            if lead_id not in self._made:
                added.setdefault(lead_id, []).append([pair[0], self._blinds[pair].hex()])
        await bulk.note_leads(tx, self._noted(added))
        await self._count()

    async def _count(self) -> None:
        """What reports say of these leads agrees with their stories."""
        told: dict[int, list[dict[str, Any]]] = {}
        for item in self._story:
            told.setdefault(item["lead_id"], []).append(item)
        first: dict[int, dict[str, Any]] = {}
        for asked in sorted(self._enquiries, key=lambda asked: asked["at"]):
            first.setdefault(asked["lead_id"], asked)
        rows = []
        for lead_id in self._made:
            row = whole(told[lead_id], lead_id, self.tx.corp, self._worked)
            if row is not None:
                lead, asked = self._made[lead_id], first[lead_id]
                row["source"], row["campaign_id"] = asked["source"], asked["campaign_id"]
                row["whose"] = whose(lead["owner_id"], lead["pool"])
                rows.append(row)
        await bulk.insert_rows(self.tx, reached.Reached, rows)
        handed = {
            lead_id for lead_id, lead in self._changed.items()
            if any(lead[name] != self._before[lead_id][name] for name in ("owner_id", "pool"))
        }  # fmt: skip
        known = {lead_id: self._leads[lead_id] for lead_id in sorted((told.keys() | handed) - self._made.keys())}
        now_of = {lead_id: whose(lead["owner_id"], lead["pool"]) for lead_id, lead in known.items()}
        await further(self.tx, {lead_id: told.get(lead_id, []) for lead_id in known}, now_of, self._worked)

    async def _index_companies(self) -> None:
        found: dict[str, list[int]] = {}
        for lead_id, lead in self._made.items():
            for gram in company_grams(lead["company"]):
                found.setdefault(gram, []).append(lead_id)
        corp, keys = self.tx.corp, ("corp", "gram", "lead_id")
        # in the order of the table, so that each of its pages is looked up once
        pieces = [(corp, gram, lead_id) for gram in sorted(found) for lead_id in found[gram]]
        await bulk.add_lines(self.tx, CompanyGram, keys, pieces, keys)
        for lead_id, lead in self._changed.items():
            before = self._before[lead_id]["company"]
            await index_company(self.tx, lead_id, before=before, after=lead["company"])

    def _noted(self, added: Mapping[int, list[list[str]]]) -> list[dict[str, Any]]:
        """What each touched lead was before, for the day on which the batch is taken back."""
        columns = bulk.table_of(ImportLead).columns.keys()
        rows = []
        for lead_id in {**self._made, **self._changed, **added}:
            lead, made = self._leads[lead_id], lead_id in self._made
            before = None if made else {"lead": plain(self._before.get(lead_id, lead)), "pairs": added.get(lead_id, [])}
            values = (self.tx.corp, self._batch_id, lead_id, made, before, lead["version"], "")
            rows.append(dict(zip(columns, values, strict=True)))
        return rows

    def booked(self, lead_id: int, mark: str) -> bool:
        """Whether the line was booked on this lead before, by whatever import."""
        return (lead_id, self._marked[mark]) in self._booked

    def remember(self, lead_id: int, mark: str) -> None:
        """The line is booked now."""
        self._booked.add((lead_id, self._marked[mark]))
        self._marks.append((self._marked[mark], lead_id))

    def bind(self, pairs: Sequence[Pair], lead_id: int) -> None:
        """These ways lead to the lead, where they lead to nobody yet."""
        for pair in pairs:
            if pair not in self._known:
                self._known[pair] = lead_id
                self._pairs.append((pair, lead_id))
            elif self._known[pair] != lead_id:
                self.crossed.add((min(lead_id, self._known[pair]), max(lead_id, self._known[pair])))

    def _rate(self, lead_id: int) -> None:
        lead = self._leads[lead_id]
        rated = self._rater.rate(cast(Lead, _View(lead)))
        before = (lead["score"], lead["grade"])
        if id(rated) not in self._parts:  # kept with the score, so that its id stays its own
            self._parts[id(rated)] = (rated, [[part.points, part.why] for part in rated.parts])
        self.change(
            lead_id, score=rated.points, grade=rated.grade, temperature=rated.temperature,
            score_parts=self._parts[id(rated)][1], rules_version=self.rules.version,
        )  # fmt: skip
        if lead_id not in self._made and (rated.points, rated.grade) != before:
            self.tell(scored_fact(lead_id, rated, rules=self.rules, now=self.now))
        if self.start and rated.mql and is_ready(cast(Lead, _View(lead)), rules=self.rules):
            self.change(lead_id, stage=MOVES["ready"].after)
            self.tell(BecameMql(lead_id=lead_id, at=self.now, pool=lead["pool"], rules_version=self.rules.version))


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """A lead's values as JSON keeps them."""
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}
