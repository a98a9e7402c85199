"""Lists in and out of the terminal: import, its undo, export."""

import gc
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.commands.line import Dir, Json, fail, guarded, opened

Tick = Callable[[Mapping[str, Any]], None]


def import_list(
    root: Dir,
    file: Annotated[Path | None, typer.Argument(help="CSV, Excel, or a history (.ndjson).", show_default=False)] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Report only; write nothing.")] = False,
    compare: Annotated[bool, typer.Option("--compare", help="Only hold an old system's list against ours.")] = False,
    columns: Annotated[list[str] | None, typer.Option("--map", help="Column=field: 手机=电话; repeatable.")] = None,
    undo: Annotated[str, typer.Option(help="Take a batch back, such as I3.")] = "",
    source: Annotated[str, typer.Option(help="The source of rows that name none.")] = "",
    pool: Annotated[str, typer.Option(help="The pool for rows that name none.")] = "",
    sheet: Annotated[str, typer.Option(help="The worksheet, if not the first one.")] = "",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace known values, not only fill blanks.")] = False,
    start: Annotated[bool, typer.Option("--start", help="Start automations: qualify, promise, offer.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask whether the columns are right.")] = False,
    bad_file: Annotated[Path | None, typer.Option("--bad", help="Where the rows to mend are written.")] = None,
    as_json: Json = False,
) -> None:
    """Import a list of leads, or take an import back; without a file the latest imports are listed."""
    gc.disable()  # what is loaded now is no garbage; it goes on once there is work (bot/commands/import_office.py)
    from bot.commands.importing import Order, run_import

    if undo and (file is not None or dry_run):
        fail("--undo takes a batch and no FILE, such as: import DIR --undo I3", 2)
    if file is None and (dry_run or compare):
        fail(f"{'--dry-run' if dry_run else '--compare'} needs a FILE", 2)
    if compare and (dry_run or undo or start or overwrite):
        fail("--compare changes nothing: it goes without --dry-run, --undo, --start and --overwrite", 2)
    folder, settings = opened(root)
    options = {"source": source, "pool": pool, "sheet": sheet, "overwrite": overwrite, "start": start}
    asks = not (yes or as_json or columns) and sys.stdin.isatty() and sys.stdout.isatty()
    order = Order(file, dry_run, tuple(columns or ()), undo, options, bad_file, asks, as_json, compare)
    guarded(lambda: run_import(folder, settings, order))
