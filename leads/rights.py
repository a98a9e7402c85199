"""Who may see a lead, act on it, and read its number in full: asked for the person who clicked, every time."""

from collections.abc import Sequence
from dataclasses import dataclass

from config.rules import Rules
from config.words import ROLE_LABELS
from leads.errors import NoRight, NotFound, NotYours
from store.helps import is_asked
from store.leads import FREE_STAGES, find_lead
from store.members import find_member
from store.tables import Lead, Member
from store.tx import Tx

CLAIMERS = ("rep", "manager")  # who takes leads and works on them


@dataclass(frozen=True)
class Who:
    """The acting person; `id` is None for a program with its own key."""

    id: str | None
    name: str
    role: str  # rep, manager, marketing, admin
    team: str = ""

    @staticmethod
    def of(member: Member) -> "Who":
        return Who(member.id, member.name, member.role, member.team)


def pools_of(who: Who, *, rules: Rules) -> tuple[str, ...]:
    """The pools that this person may look into; reps and managers claim from theirs."""
    if who.role in ("admin", "marketing"):
        return tuple(rules.pools)
    return tuple(name for name, pool in rules.pools.items() if pool.admits(role=who.role, team=who.team))


def is_free(lead: Lead) -> bool:
    """Nobody owns it and it can be taken."""
    return lead.owner_id is None and lead.stage in FREE_STAGES


def works_on(lead: Lead, who: Who) -> bool:
    """Whether it is this person's to work on: they own it, or cover for the owner who is away."""
    return who.id is not None and who.id in (lead.owner_id, lead.cover_id)


async def leads_owner(tx: Tx, lead: Lead, who: Who) -> bool:
    """Whether this person is the manager of the lead's owner (a manager without a team manages everyone)."""
    if who.role != "manager":
        return False
    if not who.team:
        return True
    owner = await find_member(tx, lead.owner_id) if lead.owner_id else None
    return owner is not None and owner.team == who.team


async def can_see(tx: Tx, lead: Lead, who: Who, *, rules: Rules) -> bool:
    """Owners see theirs, managers their team's, everybody the free leads of their pools; marketing and admin all;

    whoever was asked about a lead sees it until they have answered.
    """
    if who.role in ("admin", "marketing") or works_on(lead, who):
        return True
    if lead.owner_id is None:
        seen = lead.pool in pools_of(who, rules=rules)
    else:
        seen = await leads_owner(tx, lead, who)
    return seen or (who.id is not None and await is_asked(tx, lead.id or 0, who.id))


async def can_act(tx: Tx, lead: Lead, who: Who) -> bool:
    """The owner, who covers for them, the owner's manager and administrators may change a lead."""
    if who.role == "admin" or works_on(lead, who):
        return True
    return lead.owner_id is not None and await leads_owner(tx, lead, who)


async def can_tend(tx: Tx, lead: Lead, who: Who) -> bool:
    """What nobody owns is marketing's to care for; what somebody owns may be changed by whoever can act on it."""
    return await can_act(tx, lead, who) or (who.role == "marketing" and lead.owner_id is None)


async def may_reveal(tx: Tx, lead: Lead, who: Who) -> bool:
    """Whoever may act on an owned lead sees its number in full; in the pool it is masked for everyone but admins."""
    return await can_act(tx, lead, who)


def not_yours(lead: Lead, who: Who, owner: str | None) -> NotYours:
    """The refusal for whoever may not change a lead: whose it is, and what they can do instead."""
    return NotYours(lead.no, owner or None, free=is_free(lead), claims=who.role in CLAIMERS)


async def get_visible(tx: Tx, lead_id: int, who: Who, *, rules: Rules) -> Lead:
    """The lead, if this person may see it; raises NotFound, the same for unknown and invisible ones."""
    lead = await find_lead(tx, lead_id)
    if lead is None or not await can_see(tx, lead, who, rules=rules):
        raise NotFound(f"L{lead_id}")
    return lead


async def get_workable(tx: Tx, lead_id: int, who: Who, *, rules: Rules) -> Lead:
    """The lead, if this person may change it; raises NotFound or NotYours."""
    lead = await get_visible(tx, lead_id, who, rules=rules)
    if not await can_act(tx, lead, who):
        owner = await find_member(tx, lead.owner_id) if lead.owner_id else None
        raise not_yours(lead, who, owner.name if owner else lead.owner_id)
    return lead


async def get_tended(tx: Tx, lead_id: int, who: Who, *, rules: Rules) -> Lead:
    """The lead, if this person may correct it: what they may change, and for marketing what nobody owns.

    Raises NotFound or NotYours.
    """
    lead = await get_visible(tx, lead_id, who, rules=rules)
    return lead if await can_tend(tx, lead, who) else await get_workable(tx, lead_id, who, rules=rules)


def require_role(who: Who, roles: Sequence[str], what: str, *, verb: str = "看") -> None:
    """Raise NoRight when this person's role may not do `what` (a Chinese noun phrase); it names those who may."""
    if who.role not in roles:
        *others, last = (label for role, label in ROLE_LABELS.items() if role in roles)
        named = f"{'、'.join(others)}或{last}" if others else last
        raise NoRight(f"{what}要由{named}来{verb}。发「帮助」看看你可以做什么。")
