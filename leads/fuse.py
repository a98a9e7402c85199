"""Two leads of one person become one: which value of each field is kept, and why nothing that was known is lost."""

from collections.abc import Collection, Mapping
from typing import Any

from leads.understand.contact import normal_email, normal_wechat
from leads.understand.phone import normal_phone
from store.tables import Lead

# The way of a lead; of two leads the one that is further decides stage, owner and pool.
WAY = ("invalid", "lost", "dormant", "new", "nurturing", "mql", "sal", "sql", "won", "opportunity")
CHOICES = ("owner", "name", "phone", "company", "title", "city", "budget", "email", "wechat")  # what a person may pick
OWNED = ("owner_id", "owned_at", "pool")
NEVER = ("id", "corp", "version")
_TITLES = ("总", "先生", "女士", "小姐", "老板", "经理", "工", "老师", "主任")


def fused(survivor: Lead, loser: Lead, *, other: Collection[str] = ()) -> dict[str, Any]:
    """The survivor's new values. For the fields named in `other` the value that the rule would drop is kept.

    Fuller wins: a value before none, a full name before 王总, a legal name before a short one. What is not kept of
    phone, e-mail and WeChat goes to `also`: the person can still be reached by it, and is found by it.
    """
    values: dict[str, Any] = {}
    for name in CHOICES:
        mine = _mine_is_better(survivor, loser, name)
        values |= _values(survivor if mine != (name in other) else loser, name)
    ahead = survivor if WAY.index(survivor.stage) >= WAY.index(loser.stage) else loser
    values |= {"stage": ahead.stage, "closed_reason": ahead.closed_reason}
    if values["owner_id"] is not None and ahead.stage in ("new", "nurturing", "mql"):
        values["stage"] = "sal"
    first = survivor if survivor.created_at <= loser.created_at else loser
    values |= {"created_at": first.created_at, "source": first.source}
    values |= {
        "enquiries": survivor.enquiries + loser.enquiries,
        "need": _both(survivor.need, loser.need),
        "contacted_at": min((at for at in (survivor.contacted_at, loser.contacted_at) if at), default=None),
        "touched_at": max((at for at in (survivor.touched_at, loser.touched_at) if at), default=None),
        "flaw": survivor.flaw and loser.flaw,
    }
    promised = [lead for lead in (survivor, loser) if lead.next_step_at is not None]
    step = min(promised, key=lambda lead: lead.next_step_at, default=survivor)  # type: ignore[arg-type, return-value]
    values |= {"next_step_at": step.next_step_at, "next_step": step.next_step}
    for name in Lead.model_fields:
        if name not in values and name not in NEVER:
            values[name] = getattr(survivor, name) or getattr(loser, name)
    values["also"] = _also(survivor, loser, values)
    values["own"] = {**(loser.own or {}), **(survivor.own or {})}
    values["own_sealed"] = {**(loser.own_sealed or {}), **(survivor.own_sealed or {})} or None
    return values


def _values(lead: Lead, name: str) -> dict[str, Any]:
    columns = {"owner": OWNED, "phone": ("phone", "phone_flaw"), "budget": ("budget_min", "budget_max")}
    return {column: getattr(lead, column) for column in columns.get(name, (name,))}


def differing(survivor: Lead, loser: Lead) -> list[str]:
    """The fields in which both say something, and not the same."""
    return [
        name
        for name in CHOICES
        if (mine := plain(survivor, name)) and (theirs := plain(loser, name)) and mine != theirs
    ]


def plain(lead: Lead, name: str) -> str:
    """A field as one value, "" for none."""
    if name == "owner":
        return lead.owner_id or ""
    if name == "budget":
        known = lead.budget_min is not None or lead.budget_max is not None
        return f"{lead.budget_min}-{lead.budget_max}" if known else ""
    return str(getattr(lead, name))


def _mine_is_better(survivor: Lead, loser: Lead, name: str) -> bool:
    mine, theirs = plain(survivor, name), plain(loser, name)
    if not mine or not theirs:
        return bool(mine) or not theirs
    if name == "owner":
        return WAY.index(survivor.stage) >= WAY.index(loser.stage)
    if name == "phone":
        return not survivor.phone_flaw or bool(loser.phone_flaw)
    if name == "name":
        return _fullness(mine) >= _fullness(theirs)
    if name == "company":
        return (_legal(mine), len(mine)) >= (_legal(theirs), len(theirs))
    return True


def _fullness(name: str) -> tuple[bool, int]:
    return not name.endswith(_TITLES), len(name)


def _legal(company: str) -> bool:
    return "公司" in company or "厂" in company


def _both(mine: str, theirs: str) -> str:
    if not theirs or theirs in mine:
        return mine
    return f"{mine}\n{theirs}"[:4000] if mine and mine not in theirs else theirs


def _also(survivor: Lead, loser: Lead, values: Mapping[str, Any]) -> list[list[str]] | None:
    kept = {("phone", values["phone"]), ("email", values["email"]), ("wechat", values["wechat"])}
    ways = [tuple(way) for lead in (survivor, loser) for way in (lead.also or [])]
    ways += [(kind, getattr(lead, kind)) for lead in (survivor, loser) for kind in ("phone", "email", "wechat")]
    more = [list(way) for way in dict.fromkeys(ways) if way[1] and way not in kept]
    return more or None


def key_of(kind: str, value: str) -> str | None:
    """How a way to reach somebody is known in the store; None when it is no usable one."""
    if kind == "phone":
        phone = normal_phone(value)
        return phone.key if phone is not None and phone.valid else None
    return normal_email(value) if kind == "email" else normal_wechat(value)
