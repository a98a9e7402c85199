"""`backup` and `restore`: the company's store in one file, taken while the server works; the folder's files with it.

Beside a running server the command reads the store itself: in the server's own process a large store and the day's
callbacks would wait for each other.
"""

import asyncio
import base64
import json
import os
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from bot.commands.line import Dir, Json, fail, guarded, in_office, opened, show
from bot.commands.tally import tally

if TYPE_CHECKING:
    from store.db import Store  # every command reads this file, and few need the store

KEPT = ("leadbot.yaml", "rules.yaml", "members.csv", "products.csv", "content", "public")  # never .env
MOST = 64 * 2**20  # bytes of such files
File = typer.Argument(metavar="FILE", help="The backup's file.", show_default=False)


async def back_up(store: "Store", arguments: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Write the backup; a store that is only looked at is enough. Raises OSError."""
    return await _write(store, arguments, now, lambda rows: None)


async def _write(
    store: "Store", arguments: Mapping[str, Any], now: datetime, on_rows: Callable[[int], None]
) -> dict[str, Any]:
    from store.backup import write_backup
    from store.engine import sqlite_path
    from store.soundness import note_backup

    path = Path(arguments["file"])
    files = _packed(Path(arguments["folder"]))
    size, counts = await write_backup(store, path, files=files, now=now, on_rows=on_rows)
    if (embedded := sqlite_path(store.url)) is not None:
        note_backup(embedded, path, now.isoformat())
    return {"file": str(path), "bytes": size, "rows": sum(counts.values()), "leads": counts["lead"]}


async def begin(store: "Store", arguments: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """With which tables and which data key the server works; with others nobody can read its store from outside."""
    from store.migrate import head

    return {"revision": head(), "data_key": store.keys.fingerprint()}


BACKUP_OFFICE = {"backup": back_up, "backup begin": begin}


def backup(root: Dir, file: Path = File, as_json: Json = False) -> None:
    """Write everything the store knows to one file, while the server works or not. Keep .env in another place."""
    if file.exists():
        fail(f"{file} exists already; give the backup a new name")
    if not file.absolute().parent.is_dir():
        fail(f"there is no folder {file.absolute().parent}; make it first")
    found: dict[str, Any] = {}
    arguments = {"file": str(file.absolute()), "folder": str(root.absolute())}
    guarded(lambda: found.update(_backed_up(root, arguments, quiet=as_json)))
    if as_json:
        show(found)
        return
    print(f"已备份到 {file}:{found['rows']} 行({found['leads']} 条线索),{found['bytes'] / 2**20:.1f} MiB")
    print("里面的电话和正文是加密的;请把 .env 里的 LEADBOT_DATA_KEY 另存在别处,没有它谁也读不出来。")


def _backed_up(root: Path, arguments: Mapping[str, Any], *, quiet: bool) -> Any:
    from bot.admin import CommandFailed, NobodyThere, ask_server
    from store.db import Store
    from store.migrate import head
    from store.sealed import Keys

    folder, settings = opened(root)
    keys = Keys(settings.data_key())
    try:
        serving = ask_server(folder.sock, "backup begin", {})
    except (NobodyThere, CommandFailed):  # nobody, or a server from before this command
        serving = {}
    if serving != {"revision": head(), "data_key": keys.fingerprint()}:
        return in_office(root, "backup", **arguments)
    store = Store(settings.store_url(folder), settings.corp, keys)
    with tally("备份", quiet=quiet) as on_rows:
        return asyncio.run(_beside(store, arguments, on_rows))


async def _beside(store: "Store", arguments: Mapping[str, Any], on_rows: Callable[[int], None]) -> dict[str, Any]:
    """Read the store of a running server, changing nothing in it."""
    from sqlalchemy.exc import DBAPIError

    from bot import clock

    try:
        return await _write(store, arguments, clock.now(), on_rows)
    except DBAPIError as error:
        fail(f"the store could not be read to its end ({type(error.orig).__name__}); there is no backup, try again")
    finally:
        await store.dispose()


def restore(root: Dir, file: Path = File, as_json: Json = False) -> None:
    """Put a backup into a new folder or an empty database; nothing that waited to be sent is sent by itself."""
    if not file.is_file():
        fail(f"there is no file {file}")
    guarded(lambda: _restore(root.absolute(), file, as_json))


def _restore(root: Path, file: Path, as_json: bool) -> None:
    from bot import clock
    from bot.lock import hold_store
    from store.backup import BadBackup
    from store.engine import sqlite_path
    from store.restore import folder_files, read_head
    from store.restore import restore as put_back
    from store.sealed import Keys
    from store.soundness import forget_mark

    try:
        first = read_head(file)
        if not (root / "leadbot.yaml").exists():
            _unpack(root, folder_files(first, Keys(_data_key(root))))
        folder, settings = opened(root)
        keys = Keys(settings.data_key())
        _unpack(root, folder_files(first, keys))
        url = settings.store_url(folder)
        with hold_store(folder.lock, url):
            with tally("恢复", quiet=as_json) as on_rows:
                done = put_back(url, settings.corp, keys, file, now=clock.now(), on_rows=on_rows)
            if (embedded := sqlite_path(url)) is not None:
                forget_mark(embedded)
    except BadBackup as error:
        fail(str(error))
    rows = sum(done.rows.values())
    if as_json:
        show({"at": done.at, "rows": rows, "leads": done.rows.get("lead", 0), "parked": done.parked})
        return
    print(f"已恢复到 {done.at} 时的样子:{rows} 行,{done.rows.get('lead', 0)} 条线索")
    if done.parked:
        print(f"当时还没发出的 {done.parked} 条消息不会自动重发:启动后主管发「未送达」,看过再决定。")
    print(f"下一步:./run serve {root}")


def _data_key(root: Path) -> bytes:
    """The key, before there are settings: from the environment or from .env."""
    from config.folder import read_env

    values = {**read_env(root / ".env"), **os.environ}
    key = values.get("LEADBOT_DATA_KEY", "")
    try:
        plain = base64.b64decode(key, validate=True)
    except ValueError:
        plain = b""
    if len(plain) != 32:
        fail(f"{root} has no data key; copy the .env of the company that was backed up into it first")
    return plain


def _packed(root: Path) -> bytes:
    """The folder's own files as JSON; the store seals them."""
    found: dict[str, str] = {}
    size = 0
    for name in KEPT:
        top = root / name
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file():
                plain = path.read_bytes()
                size += len(plain)
                if size > MOST:
                    raise OSError(
                        27, "content/ and public/ are larger than 64 MiB together; keep large files elsewhere"
                    )
                found[path.relative_to(root).as_posix()] = base64.b64encode(plain).decode()
    return json.dumps(found).encode()


def _unpack(root: Path, files: bytes) -> None:
    """Write the files that are not there; what is there is newer."""
    for name, content in json.loads(files or b"{}").items():
        path = (root / name).resolve()
        if path.is_relative_to(root.resolve()) and not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(base64.b64decode(content))
