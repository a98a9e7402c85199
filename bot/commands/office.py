"""What commands change in the store: the same functions run inside the server (admin.sock) or alone (data/lock)."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.exc import IntegrityError

from bot import clock
from bot.admin import PATIENCE, CommandFailed, NobodyThere, ask_server
from bot.commands.backup import BACKUP_OFFICE
from bot.commands.library import CONTENT_OFFICE
from bot.commands.person import PERSON_OFFICE
from bot.commands.pricing import PRICES_OFFICE
from bot.commands.publish import RULES_OFFICE
from bot.commands.recheck import DEDUPE_OFFICE
from bot.commands.rehearsal import REHEARSAL
from bot.commands.revive import PARKED_OFFICE
from bot.lock import hold_store
from config.document import BadDocument, Mark, Problem
from config.folder import Folder
from config.members import MemberRow, read_members
from config.settings import Settings
from sla.handover import depart
from store import access
from store.access import get_property, set_property
from store.db import Store
from store.duty import list_absences
from store.leads import count_leads
from store.members import find_member, list_everyone, save_member, set_state
from store.migrate import migrate
from store.sealed import Keys
from store.soundness import BRIEFLY
from store.tables import Member
from store.timeline import audit
from store.tx import Tx
from store.webhook import pause_of_key

LONG = {"backup": 3600.0}  # seconds for what takes longer than a moment

Work = Callable[[Store, Mapping[str, Any], datetime], Awaitable[Any]]


async def import_members(store: Store, arguments: Mapping[str, Any], now: datetime) -> dict[str, int]:
    """Members of a CSV file: new ones are added, known ones updated and back if they had left, nobody is removed.

    Raises BadDocument, CommandFailed for a file that names nobody.
    """
    rows = read_members(Path(arguments["file"]))
    if not rows:
        raise CommandFailed(f"{arguments['file']} names nobody: write one member a line below id,name,role,…")

    async def save(tx: Tx) -> int:
        new = await save_members(tx, rows, arguments["file"])
        for row in rows:
            await set_state(tx, row.id, "active")
        return new

    new = await store.transaction(save)
    return {"rows": len(rows), "new": new, "updated": len(rows) - new}


async def save_members(tx: Tx, rows: Sequence[MemberRow], file: str) -> int:
    """Add and update members; returns how many are new. Raises BadDocument for an account that another one has."""
    new = 0
    for row in rows:
        try:
            new += await save_member(tx, Member(corp=tx.corp, **row.values()))
        except IntegrityError:
            message = "somebody else in the store has this account; see: members list DIR"
            problem = Problem(file, Mark(row.line, 1), "wecom, dingtalk", message)
            raise BadDocument([problem]) from None
    return new


async def take_in_members(tx: Tx, file: Path) -> None:
    """Take members.csv in when it has changed: what `members import` has said since is not undone by a start."""
    rows = read_members(file)
    mark = tx.keys.blind("members", repr(rows)).hex()
    if await get_property(tx, "members_read") == mark:
        return
    await save_members(tx, rows, str(file))
    await set_property(tx, "members_read", mark)


async def list_members(store: Store, arguments: Mapping[str, Any], now: datetime) -> list[dict[str, Any]]:
    """Everyone, those who left too."""
    async with store.read() as tx:
        return [
            {
                "id": m.id,
                "name": m.name,
                "role": m.role,
                "team": m.team,
                "wecom": m.wecom,
                "dingtalk": m.dingtalk,
                "state": m.state,
            }
            for m in await list_everyone(tx)
        ]


async def leave(store: Store, arguments: Mapping[str, Any], now: datetime) -> dict[str, bool]:
    """Mark a member as left; their managers get the card of what they leave behind."""
    member_id = str(arguments["id"])
    if not await store.transaction(lambda tx: depart(tx, member_id, now=now)):
        raise CommandFailed(f"no active member has the id {member_id}; see: members list DIR")
    return {"left": True}


async def duty_of(store: Store, arguments: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """A member's team and when they were, are or will be away; empty when nobody has that id."""
    async with store.read() as tx:
        member = await find_member(tx, str(arguments["id"]))
        if member is None:
            return {}
        away = await list_absences(tx, member.id)
    return {"team": member.team, "away": [[since.isoformat(), until.isoformat()] for since, until in away]}


async def create_key(store: Store, arguments: Mapping[str, Any], now: datetime) -> dict[str, str]:
    """A key for another system."""
    name, role, source = (str(arguments.get(part) or "") for part in ("name", "role", "source"))
    return {
        "key": await store.transaction(lambda tx: access.create_key(tx, name=name, role=role, source=source, now=now))
    }


async def list_keys(store: Store, arguments: Mapping[str, Any], now: datetime) -> list[dict[str, Any]]:
    """All keys without their secrets."""
    async with store.read() as tx:
        return [
            {
                "name": key.name,
                "role": key.role,
                "source": key.source,
                "created_at": key.created_at.isoformat(timespec="seconds"),
                "revoked": key.revoked_at is not None,
            }
            for key in await access.list_keys(tx)
        ]


async def revoke_key(store: Store, arguments: Mapping[str, Any], now: datetime) -> dict[str, int]:
    """End the keys of a name; their webhooks are told nothing more."""
    name = str(arguments["name"])

    async def work(tx: Tx) -> int:
        await pause_of_key(tx, name, error="创建它的密钥吊销了")
        return await access.revoke_key(tx, name, now=now)

    count = await store.transaction(work)
    if not count:
        raise CommandFailed(f"no valid key has the name {arguments['name']}; see: key list DIR")
    return {"revoked": count}


async def begin_export(store: Store, arguments: Mapping[str, Any], now: datetime) -> dict[str, int]:
    """Write down who takes all leads out; returns how many there are."""

    async def work(tx: Tx) -> int:
        await audit(tx, act="export", by=None, subject="all leads", at=now, who=str(arguments.get("by") or ""))
        return await count_leads(tx)

    return {"leads": await store.transaction(work)}


OFFICE: dict[str, Work] = {
    "members import": import_members,
    "members list": list_members,
    "members leave": leave,
    "members duty": duty_of,
    "key create": create_key,
    "key list": list_keys,
    "key revoke": revoke_key,
    **RULES_OFFICE,
    **PRICES_OFFICE,
    **CONTENT_OFFICE,
    **PERSON_OFFICE,
    **REHEARSAL,
    "export begin": begin_export,
    **BACKUP_OFFICE,
    **PARKED_OFFICE,
    **DEDUPE_OFFICE,
}


def run_in_office(folder: Folder, settings: Settings, command: str, arguments: Mapping[str, Any]) -> Any:
    """Let a running server do it; if none answers, take the lock and do it here (the store is made if need be)."""
    try:
        return ask_server(folder.sock, command, arguments, patience=LONG.get(command, PATIENCE))
    except NobodyThere:
        pass
    url = settings.store_url(folder)
    with hold_store(folder.lock, url):
        migrate(url, longest=BRIEFLY)
        return asyncio.run(_alone(settings, url, command, arguments))


async def _alone(settings: Settings, url: str, command: str, arguments: Mapping[str, Any]) -> Any:
    store = Store(url, settings.corp, Keys(settings.data_key()))
    await store.open()
    try:
        return await OFFICE[command](store, arguments, clock.now())
    finally:
        await store.close()
