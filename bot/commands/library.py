"""The content library as commands change it: a folder of texts and files becomes versions in the store."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.admin import CommandFailed
from config.content import Piece, read_piece
from config.document import BadDocument, Problem
from config.rules import Rules, load_rules
from nurture import library
from store import content
from store.db import Store
from store.effect import LATELY, effect_of
from store.rulebook import latest_rules
from store.timeline import audit
from store.tx import Tx


def read_folder(folder: str) -> list[Piece]:
    """Every piece of a folder; raises BadDocument with all problems of all files, CommandFailed when it is empty."""
    pieces: list[Piece] = []
    problems: list[Problem] = []
    for path in sorted(Path(folder).glob("*.md")):
        try:
            pieces.append(read_piece(path))
        except BadDocument as bad:
            problems += bad.problems
    if problems:
        raise BadDocument(problems)
    if not pieces:
        raise CommandFailed(
            f"{folder} has no .md file; write one that begins with --- and title: (see docs/nurture.md)"
        )
    return pieces


async def _rules(tx: Tx) -> Rules:
    running = await latest_rules(tx)
    if running is None:
        raise CommandFailed("no rules are published yet; start the server once, or run: rules publish DIR")
    return load_rules(running.text, f"version {running.version}")


async def check(store: Store, arguments: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Raises BadDocument, CommandFailed."""
    pieces = read_folder(arguments["folder"])
    async with store.read() as tx:
        await library.check(tx, pieces, rules=await _rules(tx))
    return {"ok": True, "pieces": len(pieces)}


async def publish(store: Store, arguments: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Raises BadDocument, CommandFailed; then nothing is published."""
    pieces = read_folder(arguments["folder"])

    async def work(tx: Tx) -> dict[str, Any]:
        by, note, rules = str(arguments.get("by") or ""), str(arguments.get("note") or ""), await _rules(tx)
        done = await library.publish(tx, pieces, by=by, note=note, rules=rules, now=now)
        if done.new:
            await audit(tx, act="content", by=None, subject=", ".join(done.new)[:200], at=now, who=by, note=note)
        return {"new": list(done.new), "same": len(done.same)}

    return await store.transaction(work)


async def list_all(store: Store, arguments: Mapping[str, Any], now: datetime) -> list[dict[str, Any]]:
    """Every piece with what became of it."""
    async with store.read() as tx:
        running = await latest_rules(tx)
        zone = load_rules(running.text, "rules").zone if running is not None else UTC
        today = now.astimezone(zone).date()
        found = []
        for piece in await content.list_pieces(tx, retired=True):
            effect = await effect_of(tx, piece.name, since=now - LATELY)
            state = "retired" if piece.retired_at else "current" if piece.is_current(today) else "expired"
            found.append(
                {
                    "name": piece.name, "version": piece.version, "title": piece.title, "state": state,
                    "expires_on": piece.expires_on, "tags": piece.tags, "sent": effect.sent, "opened": effect.opened,
                    "clicked": effect.clicked, "replied": effect.replied, "deals": effect.deals,
                }
            )  # fmt: skip
        return found


async def retire(store: Store, arguments: Mapping[str, Any], now: datetime) -> dict[str, bool]:
    """Raises CommandFailed for one that is not there."""
    name = str(arguments["name"])

    async def work(tx: Tx) -> bool:
        await audit(tx, act="content", by=None, subject=name, at=now, retired=True)
        return await content.retire(tx, name, now=now)

    if not await store.transaction(work):
        raise CommandFailed(f"there is no piece {name} in use; see: content list DIR")
    return {"retired": True}


CONTENT_OFFICE = {
    "content check": check, "content publish": publish, "content list": list_all, "content retire": retire,
}  # fmt: skip
