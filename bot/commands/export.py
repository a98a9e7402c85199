"""./run export DIR: all leads as a table for Excel, with a progress bar; who took it is written down."""

import asyncio
import csv
import getpass
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.line import Dir, Json, fail, guarded, in_office, opened, show
from bot.commands.person import export_person

if TYPE_CHECKING:
    from config.folder import Folder
    from config.settings import Settings
    from store.db import Store
    from store.tx import Tx

PAGE = 1000


def export(
    root: Dir,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file: .csv, .xlsx; of a person .json.")
    ] = None,
    phone: Annotated[str, typer.Option(help="Only this person: all that is stored of them, as JSON.")] = "",
    email: Annotated[str, typer.Option(help="The same by their mail address.")] = "",
    as_json: Json = False,
) -> None:
    """Write all leads into a CSV or XLSX file (mode 0600), or with --phone all that is stored of one person."""
    if phone or email:
        export_person(root, {"phone": phone, "email": email}, output, as_json=as_json)
        return
    from bot import clock

    folder, settings = opened(root)
    name = f"leads-{settings.corp}-{clock.now():%Y%m%d-%H%M%S}.csv"
    file = output or Path.cwd() / name
    if file.suffix.lower() not in (".csv", ".xlsx"):
        fail(f"{file.name}: the file must end in .csv or .xlsx", 2)
    if file.exists():
        fail(f"{file} is there already; name another file, nothing was written")
    if not file.parent.is_dir():
        fail(f"there is no folder {file.parent}")
    total = int(in_office(root, "export begin", by=getpass.getuser())["leads"])

    def work() -> None:
        headings, *rows = asyncio.run(_read(folder, settings))
        _write(headings, rows, file, total, quiet=as_json)
        show({"file": str(file), "leads": len(rows)}) if as_json else print(f"{len(rows)} leads are in {file}")

    guarded(work)


async def _read(folder: "Folder", settings: "Settings") -> list[list[str]]:
    from store.db import Store
    from store.sealed import Keys

    store = Store(settings.store_url(folder), settings.corp, Keys(settings.data_key()))
    try:
        return [row async for row in _rows(store)]
    finally:
        await store.dispose()


def _write(headings: list[str], rows: list[list[str]], file: Path, total: int, *, quiet: bool) -> None:
    from rich.console import Console
    from rich.progress import track

    from leads.sheet import disarm, workbook_of

    shown = track(rows, "writing", console=Console(stderr=True), transient=True, disable=quiet, total=total)
    file.touch(mode=0o600)
    if file.suffix.lower() == ".xlsx":
        file.write_bytes(workbook_of([headings, *shown]))
        return
    with file.open("w", encoding="utf-8-sig", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(headings)
        writer.writerows([disarm(cell) for cell in row] for row in shown)


async def _rows(store: "Store") -> AsyncIterator[list[str]]:
    """The headings, then every lead, oldest first, read page by page in one view of the store."""
    from sqlmodel import col

    from config.rules import load_rules
    from leads.table import COLUMNS, columns_of, row_of
    from store.leads import list_leads
    from store.members import list_everyone
    from store.rulebook import latest_rules
    from store.tables import Lead

    async with store.read() as tx:
        published = await latest_rules(tx)
        if published is None:
            yield list(COLUMNS)
            return
        rules = load_rules(published.text, "rules.yaml")
        yield list(columns_of(rules))
        names = {member.id: member.name for member in await list_everyone(tx)}
        last = 0
        while True:
            page = list(reversed(await list_leads(tx, col(Lead.id) > last, col(Lead.id) <= last + PAGE, limit=PAGE)))
            for lead in page:
                yield row_of(lead, names, rules=rules)
            if not page and last >= await _highest(tx):
                return
            last += PAGE


async def _highest(tx: "Tx") -> int:
    from store.leads import list_leads

    newest = await list_leads(tx, limit=1)
    return newest[0].id or 0 if newest else 0
