"""The rules as versions: what the commands check, compare, publish and take back in the store."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.admin import CommandFailed
from bot.commands.astray import drawn
from bot.journeys.contents import unknown_contents
from config.difference import differences
from config.document import BadDocument, load
from config.folder import Folder
from config.holidays import SOON, unknown_years, unknown_years_text
from config.hours import calendar_of
from config.journey_flaws import closed_roads
from config.rules import Rules, load_rules
from config.sanity import Crew, fitting_rules
from nurture.quiet import closed_windows
from store import rulebook
from store.db import Store
from store.members import list_members
from store.office import RulesVersion
from store.timeline import audit
from store.tx import Tx


async def check(store: Store, arguments: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What the file says in short; raises BadDocument when it cannot be published."""
    async with store.read() as tx:
        rules = await fitting_file(tx, arguments["text"], arguments["file"], arguments, now)
    calendar = calendar_of(rules, Folder(Path(arguments["file"]).parent), today=now.date())
    years = unknown_years(calendar, now, now + SOON)
    return {
        "ok": True, "pools": len(rules.pools), "clocks": len(rules.clocks), "scoring": len(rules.scoring.rules),
        "warnings": [unknown_years_text(years)] if years else [],
    }  # fmt: skip


async def diff(store: Store, arguments: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Version `old` (default: the running one) against version `new` (default: the file)."""
    async with store.read() as tx:
        old = await version_of(tx, arguments.get("old"))
        new = await version_of(tx, arguments["new"]) if arguments.get("new") else None
    after = load_rules(new.text if new else arguments["text"], arguments["file"])
    found = differences(load_rules(old.text, f"version {old.version}"), after)
    return {
        "old": old.version,
        "new": new.version if new else None,
        "differences": [{"key": one.key, "before": one.before, "after": one.after} for one in found],
        "lines": [str(one) for one in found],
    }


async def publish(store: Store, arguments: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The file becomes the next version; raises BadDocument, PublishedMeanwhile, CommandFailed (nothing changed)."""

    async def work(tx: Tx) -> dict[str, Any]:
        running = await rulebook.latest_rules(tx)
        rules = await fitting_file(tx, arguments["text"], arguments["file"], arguments, now)
        before = load_rules(running.text, f"version {running.version}") if running else None
        found = differences(before, rules) if before is not None else []
        if running is not None and running.text == arguments["text"]:
            said = f"is what version {running.version} says already; nothing to publish"
            raise CommandFailed(f"{arguments['file']} {said}")
        return await _publish(tx, arguments["text"], running, arguments, now, [str(one) for one in found])

    return await store.transaction(work)


async def rollback(store: Store, arguments: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """An older version (default: the one before) is published again, as a new version; the history stays."""

    async def work(tx: Tx) -> dict[str, Any]:
        running = await version_of(tx, None)
        old = await version_of(tx, arguments.get("to") or running.version - 1)
        if old.text == running.text:
            raise CommandFailed(f"version {old.version} says what the running version {running.version} says")
        rules = await fitting_file(tx, old.text, f"version {old.version}", arguments, now)
        found = differences(load_rules(running.text, f"version {running.version}"), rules)
        arguments_ = {**arguments, "note": arguments.get("note") or f"back to version {old.version}"}
        return await _publish(tx, old.text, running, arguments_, now, [str(one) for one in found])

    return await store.transaction(work)


async def history(store: Store, arguments: Mapping[str, Any], now: datetime) -> list[dict[str, Any]]:
    """All versions, newest first."""
    async with store.read() as tx:
        return [
            {"version": one.version, "at": one.at.isoformat(timespec="seconds"), "by": one.by, "note": one.note}
            for one in await rulebook.list_rules(tx)
        ]


async def _publish(
    tx: Tx, text: str, running: RulesVersion | None, arguments: Mapping[str, Any], now: datetime, lines: list[str]
) -> dict[str, Any]:
    by, note = str(arguments.get("by") or ""), str(arguments.get("note") or "")[:500]
    after = running.version if running else 0
    version = await rulebook.publish_rules(tx, text, after=after, by=by, note=note, now=now)
    await audit(tx, act="rules published", by=None, subject=f"rules {version}", at=now)
    return {"version": version, "lines": lines}


async def version_of(tx: Tx, version: int | None) -> RulesVersion:
    """A published version (None: the running one); raises CommandFailed when there is none."""
    found = await (rulebook.latest_rules(tx) if version is None else rulebook.find_rules(tx, int(version)))
    if found is None:
        if version is None:
            raise CommandFailed("no rules are published yet; start the server once, or run: rules publish DIR")
        raise CommandFailed(f"there is no version {version}; see: rules history DIR")
    return found


async def fitting_file(tx: Tx, text: str, file: str, arguments: Mapping[str, Any], now: datetime) -> Rules:
    """A text held against the company as it is now; raises BadDocument with every problem at its place."""
    folder = Folder(Path(arguments["file"]).parent)
    crew = await _crew(tx, arguments)
    try:
        rules = fitting_rules(text, file, crew, folder, today=now.date())
        document = load(text, file)
        problems = closed_windows(rules, document)
        problems += closed_roads(rules, document, arguments["roads"]) if "roads" in arguments else []
        if problems := problems + await unknown_contents(tx, rules, document, folder=folder, now=now):
            raise BadDocument(problems)
        return rules
    except BadDocument as error:
        raise drawn(error, text, file, folder) from None


async def _crew(tx: Tx, arguments: Mapping[str, Any]) -> Crew:
    """The store's members, or (before the first start) those of the file."""
    members = [(m.id, m.role, m.team) for m in await list_members(tx)]
    members = members or [(str(i), str(role), str(team)) for i, role, team in arguments.get("members", ())]
    return Crew([(role, team) for _, role, team in members], arguments.get("groups", ()), [i for i, _, _ in members])


RULES_OFFICE: dict[str, Callable[[Store, Mapping[str, Any], datetime], Awaitable[Any]]] = {
    "rules check": check,
    "rules diff": diff,
    "rules publish": publish,
    "rules rollback": rollback,
    "rules history": history,
}
