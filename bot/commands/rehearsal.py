"""What would the file's rules have done with past leads? Tried out on the store's own; nothing is changed."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from bot.admin import CommandFailed
from bot.commands.publish import fitting_file, version_of
from bot.rehearsing import compare
from config.folder import Folder
from config.hours import calendars_of
from config.rules import Rules, load_rules
from leads.assign import decide
from leads.rate import rate
from leads.wanted import missing
from store.db import Store
from store.leads import find_lead
from store.tables import Lead
from store.tx import Tx

DAY = timedelta(days=1)


async def rehearse(store: Store, arguments: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """A period (days `begin` to `end`, both included) or the last `leads` under the running rules and under the file;
    with `lead`, who would get that one and why.

    Raises BadDocument, CommandFailed.
    """
    if arguments.get("lead"):
        return await store.transaction(lambda tx: _one(tx, str(arguments["lead"]), arguments, now))
    async with store.read() as tx:
        running, rules = await _both(tx, arguments, now)
    begin, end = _period(arguments, rules, now)
    found = await compare(
        store, running, rules, Folder(Path(arguments["file"]).parent), begin=begin, end=end,
        last=int(arguments["leads"]), now=now,
    )  # fmt: skip
    days = {"from": str(begin.date()), "to": str((end - DAY).date())} if begin and end else {}
    return {**days, **found.to_json()}


def _period(arguments: Mapping[str, Any], rules: Rules, now: datetime) -> tuple[datetime | None, datetime | None]:
    """The days as instants in the company's zone; (None, None) without any."""
    said = [str(arguments.get(name) or "") for name in ("begin", "end")]
    if not any(said):
        return None, None
    today = now.astimezone(rules.zone).date()
    try:
        first = date.fromisoformat(said[0]) if said[0] else today - timedelta(days=30)
        last = date.fromisoformat(said[1]) if said[1] else today
    except ValueError:
        raise CommandFailed("a day is written like 2026-10-01") from None
    if first > last:
        raise CommandFailed(f"the period ends before it begins: {first} to {last}; the earlier day belongs to --from")
    midnight = [datetime.combine(day, time(), rules.zone) for day in (first, last + DAY)]
    return midnight[0], midnight[1]


async def _both(tx: Tx, arguments: Mapping[str, Any], now: datetime) -> tuple[Rules, Rules]:
    published = await version_of(tx, None)
    running = load_rules(published.text, f"version {published.version}")
    return running, await fitting_file(tx, arguments["text"], arguments["file"], arguments, now)


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
