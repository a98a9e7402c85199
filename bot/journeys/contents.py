"""What journeys send must be there: published, or lying sound in content/ to be published."""

from datetime import datetime
from pathlib import Path as FilePath

from config.content import read_piece
from config.document import BadDocument, Document, Problem
from config.folder import Folder
from config.journey_flaws import Astray
from config.rules import Rules
from nurture import library
from store import content
from store.tx import Tx


async def unknown_contents(
    tx: Tx, rules: Rules, document: Document, *, folder: Folder | None, only: str = "", now: datetime
) -> list[Problem]:
    """A problem at the step for each text that is not there or not sent any more, that leaves a gap with some leads, or
    whose link leads inside. `folder`: where texts lie that are not published yet."""
    problems: list[Problem] = []
    told: dict[str, str] = {}
    for name, journey in rules.journeys.items():
        if only not in ("", name):
            continue
        for number, step in enumerate(journey.steps):
            if step.kind != "send":
                continue
            if step.content not in told:
                told[step.content] = await _flaw(tx, step.content, rules, folder, now)
            if told[step.content]:
                at = document.problem(("journeys", name, "steps", number, "content"), told[step.content])
                problems.append(Astray(at.file, at.mark, at.key, at.message, name, journey.names[number]))
    return problems


async def _flaw(tx: Tx, name: str, rules: Rules, folder: Folder | None, now: datetime) -> str:
    path = folder.content / f"{name}.md" if folder is not None else None
    if path is not None and path.is_file():
        return await _flaw_of_file(tx, path, rules)
    found = await content.find_piece(tx, name)
    if found is None:
        where = f"; write {path.name} into content/" if path is not None else ""
        return f"there is no content {name!r}{where}, see: content list DIR"
    if found.retired_at is not None:
        return f"the content {name!r} is retired; publish it again, or name another, see: content list DIR"
    if not found.is_current(now.astimezone(rules.zone).date()):
        return f"the content {name!r} may be sent until {found.expires_on} only; publish it with a later day"
    try:
        await library.check(tx, [library.piece_as_published(found)], rules=rules)
    except BadDocument as error:
        return str(error.problems[0])
    return ""


async def _flaw_of_file(tx: Tx, path: FilePath, rules: Rules) -> str:
    try:
        await library.check(tx, [read_piece(path)], rules=rules)
    except BadDocument as error:
        return str(error.problems[0])
    except OSError as error:
        return f"{path} cannot be read ({error.strerror})"
    return ""
