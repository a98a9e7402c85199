"""The command line: python -m bot <command>, or ./run <command>."""

import gc
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.commands.backup import backup, restore
from bot.commands.content import content_app
from bot.commands.dedupe import dedupe
from bot.commands.exchange import import_list
from bot.commands.export import export
from bot.commands.line import Commands, Dir, Json, fail, guarded, in_office, opened, show, tell_uncaught
from bot.commands.parked import parked_app
from bot.commands.person import erase
from bot.commands.products import products_app
from bot.commands.rules import rules_app

app = typer.Typer(
    cls=Commands, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="Leadbot runs a company's sales leads inside WeCom or DingTalk. First: init DIR, then serve DIR.",
)  # fmt: skip
members_app = typer.Typer(no_args_is_help=True, help="The company's members.")
key_app = typer.Typer(no_args_is_help=True, help="Keys of other systems.")
app.add_typer(members_app, name="members")
app.add_typer(key_app, name="key")
app.add_typer(rules_app, name="rules")
app.add_typer(products_app, name="products")
app.add_typer(content_app, name="content")
app.add_typer(parked_app, name="parked")
app.command()(dedupe)
app.command()(backup)
app.command()(restore)
app.command("import")(import_list)
app.command()(export)
app.command()(erase)

ROLES = ("admin", "integration", "readonly")


@app.command()
def init(
    root: Dir,
    template: Annotated[str, typer.Option(help="The industry template.")] = "default",
    as_json: Json = False,
) -> None:
    """Make a new company's folder with commented settings and fresh keys."""
    from config.folder import FolderTaken, NoFolder, create_folder
    from config.settings import load_settings

    try:
        created = create_folder(root.absolute(), template=template)
    except FolderTaken as error:
        fail(str(error))
    except NoFolder as error:
        fail(str(error), 2)
    except OSError as error:
        fail(f"{root} cannot be made ({error.strerror}: {error.filename}); choose a place that you may write to")
    public = load_settings(created.folder, {}).server.public_url
    if as_json:
        callbacks = {label: f"{public}{path}" for label, path in created.callbacks.items()}
        show({"folder": str(created.folder.root), "callbacks": callbacks})
        return
    print(f"已建好 {created.folder.root}")
    print("\n回调地址(域名换成你自己的),粘贴到企业微信或钉钉的后台;Token 和 EncodingAESKey 在 .env 里:")
    for label, path in created.callbacks.items():
        print(f"  {label}  {public}{path}")
    print(f"\n下一步:\n  1. 在 members.csv 里填上同事\n  2. ./run serve {root}\n  3. ./run doctor {root}")


@app.command()
def serve(root: Dir) -> None:
    """Run the callback server until SIGTERM or Ctrl-C."""
    gc.disable()  # what is loaded now is no garbage; it goes on once the server is ready (bot/commands/serve.py)
    from bot.memory import without

    with without("rich"):
        from bot.commands.serve import run

    folder, settings = opened(root)
    guarded(lambda: run(folder, settings))


@app.command()
def migrate(root: Dir, as_json: Json = False) -> None:
    """Bring the store's tables up to date (serve does it as well)."""
    from bot.lock import hold_store
    from store.migrate import migrate as upgrade

    folder, settings = opened(root)

    def work() -> None:
        with hold_store(folder.lock, settings.store_url(folder)):
            before, now = upgrade(settings.store_url(folder))
        if as_json:
            show({"before": before, "now": now})
        else:
            print(f"the store was at {before or 'nothing'}, it is at {now}")

    guarded(work)


@app.command()
def doctor(root: Dir, as_json: Json = False) -> None:
    """Check settings, keys, members, reachability; says what is missing and its cure (exit 0 or 1)."""
    import asyncio

    from bot.commands.doctor import examine
    from config.folder import Folder, NoFolder

    try:
        folder = Folder(root.absolute()).check()
    except NoFolder as error:
        fail(str(error))
    found = asyncio.run(examine(folder, os.environ))
    if as_json:
        show({"ok": all(one.ok for one in found), "steps": [one.plain() for one in found]})
    else:
        print("\n".join(one.line() for one in found))
    raise typer.Exit(0 if all(one.ok for one in found) else 1)


@app.command()
def due(
    root: Dir,
    start: Annotated[str, typer.Option(help="The instant with an offset, such as 2026-09-30T17:10+08:00.")],
    within: Annotated[str, typer.Option(help="Working time: 30m, 2h, 1d.")],
    member: Annotated[str, typer.Option(help="A member's id: their hours, zone and leave count.")] = "",
    as_json: Json = False,
) -> None:
    """Print when a promise is due in working time, and the arithmetic."""
    from bot.commands.due import due as due_text
    from bot.commands.due import stretches
    from config.document import read_text
    from config.hours import calendar_of, calendars_of
    from config.rules import load_rules

    folder, settings = opened(root)

    def work() -> None:
        from bot import clock
        from config.members import read_members
        from store.engine import sqlite_path

        rules = load_rules(read_text(folder.rules), str(folder.rules))
        today = _day_of(start) or clock.now().date()
        calendar = calendar_of(rules, folder, today=today)
        if member:
            known = {row.id: row.team for row in read_members(folder.members)}
            path = sqlite_path(settings.store_url(folder))
            found = in_office(root, "members duty", id=member) if path is None or path.is_file() else {}
            if member not in known and "team" not in found:
                fail(f"there is no member with the id {member}; see: members list DIR")
            team = found.get("team", known.get(member, ""))
            calendar = calendars_of(rules, folder, today=today).of(member, team) or calendar
            calendar = calendar.without(*stretches(found.get("away", ())))
        try:
            print(due_text(calendar, start, within, as_json=as_json))
        except ValueError as error:
            fail(str(error), 2)

    guarded(work)


def _day_of(start: str) -> Any:
    from datetime import datetime

    from config.worktime import FIRST_YEAR, LAST_YEAR

    try:
        day = datetime.fromisoformat(start).date()
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year < LAST_YEAR else None


@members_app.command("import")
def members_import(root: Dir, file: Path, as_json: Json = False) -> None:
    """Add and update members from a CSV file; nobody is removed."""
    if not file.is_file():
        fail(f"there is no file {file}")
    found = in_office(root, "members import", file=str(file.absolute()))
    show(found) if as_json else print(f"{found['rows']} members: {found['new']} new, {found['updated']} updated")


@members_app.command("list")
def members_list(root: Dir, as_json: Json = False) -> None:
    """List all members, those who left too."""
    found = in_office(root, "members list")
    if as_json:
        show(found)
        return
    if not found:
        print("no members yet; serve reads members.csv, or: members import DIR FILE", file=sys.stderr)
    for m in found:
        account = m["wecom"] or m["dingtalk"] or "-"
        print(f"{m['id']:<16} {m['name']:<8} {m['role']:<10} {m['team']:<8} {account:<16} {m['state']}")


@members_app.command("leave")
def members_leave(root: Dir, member_id: Annotated[str, typer.Argument(metavar="ID")], as_json: Json = False) -> None:
    """Mark a member as left."""
    found = in_office(root, "members leave", id=member_id)
    show(found) if as_json else print(f"{member_id} has left")


@key_app.command("create")
def key_create(
    root: Dir,
    role: Annotated[str, typer.Option(help="admin, integration or readonly.")],
    name: Annotated[str, typer.Option(help="What the key is for.")],
    source: Annotated[str, typer.Option(help="The source that its leads are booked under.")] = "",
    as_json: Json = False,
) -> None:
    """Make a key and print it once, alone on stdout."""
    if role not in ROLES:
        fail(f"--role is {role!r}; allowed: {', '.join(ROLES)}", 2)
    if not name.strip():
        fail("--name is empty; say what the key is for: by its name it is revoked", 2)
    found = in_office(root, "key create", name=name, role=role, source=source)
    show(found) if as_json else print(found["key"])


@key_app.command("list")
def key_list(root: Dir, as_json: Json = False) -> None:
    """List the keys without their secrets."""
    found = in_office(root, "key list")
    if as_json:
        show(found)
        return
    for key in found:
        state = "revoked" if key["revoked"] else "valid"
        print(f"{key['name']:<20} {key['role']:<12} {key['source'] or '-':<16} {key['created_at']} {state}")


@key_app.command("revoke")
def key_revoke(root: Dir, name: str, as_json: Json = False) -> None:
    """End the keys of a name at once."""
    found = in_office(root, "key revoke", name=name)
    show(found) if as_json else print(f"{found['revoked']} revoked")


if __name__ == "__main__":
    sys.excepthook = tell_uncaught
    app(prog_name=os.environ.get("LEADBOT_PROGRAM"))
