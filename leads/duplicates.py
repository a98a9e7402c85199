"""Who is here already: the lead with the same number, address or id, and the leads of the same company."""

from dataclasses import dataclass
from functools import lru_cache

from leads.firm import grams_of, read_firm
from leads.likeness import Likeness, likeness
from leads.understand.contact import normal_email, normal_wechat
from leads.understand.phone import normal_phone
from store import firms, leads
from store.tables import Lead
from store.tx import Tx

COMPARED = 200  # names that share a piece with the one asked for, and are looked at closely


@dataclass(frozen=True)
class Match:
    """A lead that is, or may be, the one asked for; `why` is phone, email, wechat, company, branch or similar."""

    lead: Lead
    verdict: str
    rank: int
    why: str


def phone_key(text: str) -> str | None:
    """How a number is known in the store, or None when it is no number that can be called."""
    phone = normal_phone(text)
    return phone.key if phone is not None and phone.valid else None


NORMAL = {"phone": phone_key, "email": normal_email, "wechat": normal_wechat}


async def find_known(tx: Tx, kind: str, text: str) -> Lead | None:
    """The lead that is reached by this phone, email or wechat, however it is spelled."""
    normal = NORMAL[kind](text)
    lead_id = await leads.find_by_identity(tx, kind, normal) if normal is not None else None
    return await leads.find_lead(tx, lead_id) if lead_id is not None else None


async def find_alike(tx: Tx, company: str, *, limit: int) -> list[Match]:
    """The leads of the same or of a similarly called company, best first."""
    asked = read_firm(company)
    if asked is None:
        return []
    judged: dict[str, Likeness | None] = {}
    found: list[tuple[Likeness, int]] = []
    for lead_id, name in await firms.list_alike(tx, grams_of(asked.core), limit=COMPARED):
        if name not in judged:
            other = read_firm(name)
            judged[name] = likeness(asked, other) if other is not None else None
        if (like := judged[name]) is not None:
            found.append((like, lead_id))
    found.sort(key=lambda pair: (-pair[0].rank, -pair[1]))
    matches = []
    for like, lead_id in found[:limit]:
        lead = await leads.find_lead(tx, lead_id)
        if lead is not None:
            matches.append(Match(lead, like.verdict, like.rank, like.why))
    return matches


async def index_company(tx: Tx, lead_id: int, *, before: str, after: str) -> None:
    """Keep the index of company names true: the lead's company was `before` ("" for a new lead) and is `after`."""
    if before == after:
        return
    old, new = company_grams(before), company_grams(after)
    await firms.drop_grams(tx, lead_id, [gram for gram in old if gram not in new])
    await firms.add_grams(tx, lead_id, [gram for gram in new if gram not in old])


@lru_cache(maxsize=2048)
def company_grams(company: str) -> tuple[str, ...]:
    """The pieces by which a company's name is found; none for what is no name."""
    firm = read_firm(company) if company else None
    return grams_of(firm.core) if firm is not None else ()
