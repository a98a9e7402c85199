"""Every lead is looked at again: is somebody here twice, are all ways to reach them known, all companies findable?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from leads.firm import Firm, grams_of, read_firm
from leads.fuse import key_of
from leads.likeness import likeness
from store import firms, leads, rechecks
from store.rechecks import LISTED, Recheck
from store.tables import Lead
from store.tx import Tx

SLICE = 150  # leads; about ten milliseconds of thinking, so that nobody who claims a lead waits longer


@dataclass(frozen=True)
class Seen:
    """What a slice showed: ways to reach somebody and companies that are not indexed, and leads of one name."""

    upto: int
    checked: int
    missing: tuple[tuple[int, str, str], ...]
    unindexed: tuple[tuple[int, str], ...]
    alike: tuple[tuple[int, int], ...]


async def look(tx: Tx, recheck: Recheck) -> Seen:
    """Read and compare the next slice; changes nothing."""
    found = await rechecks.list_slice(tx, recheck.at, recheck.last, SLICE)
    if not found:
        return Seen(recheck.last, 0, (), (), ())
    first, upto = found[0].id or 0, found[-1].id or 0
    known = await rechecks.list_keys(tx, first, upto)
    missing = [
        (lead.id or 0, kind, key)
        for lead in found
        for kind, key in _keys(lead)
        if (lead.id or 0, kind, tx.keys.blind(kind, key)) not in known
    ]
    named = {lead.id or 0: firm for lead in found if lead.company and (firm := read_firm(lead.company)) is not None}
    pieces = {f"={firm.core}" for firm in named.values()}
    indexed = await rechecks.list_indexed(tx, pieces, first, upto)
    unindexed = [(lead.id or 0, lead.company) for lead in found if _lacks(named.get(lead.id or 0), lead, indexed)]
    alike = await _alike(tx, found, named)
    return Seen(upto, len(found), tuple(missing), tuple(unindexed), tuple(alike))


def _keys(lead: Lead) -> list[tuple[str, str]]:
    ways = [("phone", "" if lead.phone_flaw else lead.phone), ("email", lead.email), ("wechat", lead.wechat)]
    ways += [(kind, value) for kind, value in lead.also or []]
    return [(kind, key) for kind, value in ways if value and (key := key_of(kind, value)) is not None]


def _lacks(firm: Firm | None, lead: Lead, indexed: set[tuple[str, int]]) -> bool:
    return firm is not None and (f"={firm.core}", lead.id or 0) not in indexed


async def _alike(tx: Tx, found: Sequence[Lead], named: dict[int, Firm]) -> list[tuple[int, int]]:
    """Pairs of one full name in the same company; the older number first."""
    people = [lead for lead in found if len(lead.name) >= 2 and (lead.id or 0) in named and not _is_title(lead.name)]
    wanted: dict[tuple[str, str], list[int]] = {}
    for lead in people:
        wanted.setdefault((f"={named[lead.id or 0].core}", lead.name), []).append(lead.id or 0)
    rows = await rechecks.list_same(tx, {gram for gram, _ in wanted}, {name for _, name in wanted})
    pairs = []
    for gram, other_id, name, company in rows:
        for lead_id in wanted.get((gram, name), ()):
            if other_id < lead_id and (other := read_firm(company)) is not None:
                like = likeness(named[lead_id], other)
                if like is not None and like.verdict == "same":
                    pairs.append((other_id, lead_id))
    return pairs


def _is_title(name: str) -> bool:
    """王总 and 李女士 are many people."""
    return name.endswith(("总", "先生", "女士", "小姐", "经理", "老师", "工", "主任", "老板"))


async def settle(tx: Tx, recheck: Recheck, seen: Seen, *, now: datetime) -> Recheck:
    """Write down what was seen: missing keys are bound; those that somebody else has make a pair to look at."""
    twins: list[tuple[int, int, str]] = []
    bound = 0
    for lead_id, kind, key in seen.missing:
        if await leads.find_lead(tx, lead_id) is None:
            continue
        if await leads.add_identity(tx, kind, key, lead_id):
            bound += 1
        else:
            other = await leads.find_by_identity(tx, kind, key)
            if other is not None and other != lead_id:
                twins.append((min(other, lead_id), max(other, lead_id), kind))
    for lead_id, company in seen.unindexed:
        firm = read_firm(company)
        if firm is not None:
            await firms.add_grams(tx, lead_id, grams_of(firm.core))
    ended = seen.checked < SLICE
    pairs = (*recheck.pairs, *dict.fromkeys(twins), *((a, b, "name") for a, b in seen.alike))
    after = replace(
        recheck, at=seen.upto, checked=recheck.checked + seen.checked, bound=recheck.bound + bound,
        twins=recheck.twins + len(set(twins)), alike=recheck.alike + len(seen.alike), pairs=pairs[:LISTED],
        ended_at=now.isoformat() if ended else None,
    )  # fmt: skip
    await rechecks.keep(tx, after)
    return after
