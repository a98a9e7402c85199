"""What would the file's rules have done with the last leads? Tried out on the store's own leads; nothing is changed."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.admin import CommandFailed
from bot.commands.publish import fitting_file, version_of
from config.folder import Folder
from config.hours import calendars_of
from config.rules import Rules, load_rules
from leads.assign import decide, matching, pool_for
from leads.capture import rate
from leads.wanted import missing
from store.db import Store
from store.leads import find_lead, list_leads
from store.tables import Lead
from store.tx import Tx

NO_RULE = "(no rule)"


async def rehearse(store: Store, arguments: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The last `leads` leads under the running rules and under the file; with `lead`, who would get that one and why.

    Raises BadDocument, CommandFailed.
    """
    if arguments.get("lead"):
        return await store.transaction(lambda tx: _one(tx, str(arguments["lead"]), arguments, now))
    async with store.read() as tx:
        running, rules = await _both(tx, arguments, now)
        found = await list_leads(tx, limit=int(arguments["leads"]))
    return _compared(found, running, rules, now)


async def _both(tx: Tx, arguments: Mapping[str, Any], now: datetime) -> tuple[Rules, Rules]:
    published = await version_of(tx, None)
    running = load_rules(published.text, f"version {published.version}")
    return running, await fitting_file(tx, arguments["text"], arguments["file"], arguments, now)


def _compared(found: Sequence[Lead], running: Rules, rules: Rules, now: datetime) -> dict[str, Any]:
    gained: list[str] = []
    lost: list[str] = []
    placed: dict[str, list[int]] = {}
    ruled: dict[str, list[int]] = {}
    ready = [0, 0]
    for lead in found:
        would = [_would_be_mql(lead, one, now) for one in (running, rules)]
        ready = [count + is_mql for count, is_mql in zip(ready, would, strict=True)]
        if would[0] != would[1]:
            (gained if would[1] else lost).append(lead.no)
        for side, one in enumerate((running, rules)):
            matched = matching(lead, rules=one)
            ruled.setdefault(matched[1].name if matched else NO_RULE, [0, 0])[side] += 1
            placed.setdefault(pool_for(lead, rules=one), [0, 0])[side] += 1
    moved = Counter(pool_for(lead, rules=running) != pool_for(lead, rules=rules) for lead in found)[True]
    return {
        "leads": len(found), "mql": {"before": ready[0], "after": ready[1], "gained": gained, "lost": lost},
        "rules": [{"name": name, "before": a, "after": b} for name, (a, b) in ruled.items()],
        "pools": [{"name": name, "before": a, "after": b} for name, (a, b) in placed.items()], "moved": moved,
    }  # fmt: skip


def _would_be_mql(lead: Lead, rules: Rules, now: datetime) -> bool:
    """Whether the lead, as it is known now, scores as an MQL that somebody could work on."""
    rated = rate(lead, rules=rules, now=now)
    return rated.mql and not (lead.phone_flaw or lead.flaw) and not missing(lead, "mql", rules=rules)


async def _one(tx: Tx, named: str, arguments: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    number = named.strip().upper().removeprefix("L")
    lead = await find_lead(tx, int(number)) if number.isascii() and number.isdigit() and len(number) < 19 else None
    if lead is None:
        raise CommandFailed(f"there is no lead {named!r}; leads are called L1024")
    _, rules = await _both(tx, arguments, now)
    folder = Folder(Path(arguments["file"]).parent)
    others = calendars_of(rules, folder, today=now.astimezone(rules.zone).date())
    decision = await decide(tx, lead, others=others, rules=rules, now=now)
    rated = rate(lead, rules=rules, now=now)
    chosen = decision.chosen
    return {
        "lead": lead.no, "score": rated.points, "grade": rated.grade, "mql": _would_be_mql(lead, rules, now),
        "why": [[part.points, part.why] for part in rated.parts], "rule": decision.rule, "number": decision.number,
        "pool": decision.pool, "owner": chosen.member_id if chosen else None,
        "candidates": [
            {"member": one.member_id, "name": one.name, "why_not": one.refused or ("" if one == chosen else "还没轮到")}
            for one in decision.considered
        ],
    }  # fmt: skip


REHEARSAL: dict[str, Callable[[Store, Mapping[str, Any], datetime], Awaitable[Any]]] = {"rules rehearse": rehearse}
