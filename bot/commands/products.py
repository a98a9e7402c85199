"""The price list on the command line: check products.csv, publish it as a version that holds from a day, look back."""

import getpass
from datetime import date
from typing import Annotated, Any

import typer

from bot.commands.line import Dir, Json, fail, in_office, opened, show

products_app = typer.Typer(no_args_is_help=True, help="Products and prices: check, publish, history.")


def _ask(root: Dir, command: str, **arguments: Any) -> Any:
    """Hand the file's text over with the command."""
    from config.document import BadDocument, Mark, Problem
    from config.products import read_products

    folder, _ = opened(root)
    try:
        if not folder.products.is_file():
            raise BadDocument([Problem(str(folder.products), Mark(1, 1), "", "is missing; make it with the heading "
                                       "sku,name,aliases,unit,price,min_price,max_discount")])  # fmt: skip
        read_products(folder.products)
        raw = folder.products.read_bytes()
    except (BadDocument, OSError) as error:
        fail(str(error))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gbk", "replace")
    return in_office(root, command, text=text, file=str(folder.products), by=getpass.getuser(), **arguments)


@products_app.command("check")
def products_check(root: Dir, as_json: Json = False) -> None:
    """Say whether products.csv could be published, and what it would change."""
    found = _ask(root, "products check")
    if as_json:
        show(found)
        return
    print(f"products.csv is fine: {found['products']} products, {len(found['lines']) or 'no'} changes")
    print("\n".join(f"  {line}" for line in found["lines"]))


@products_app.command("publish")
def products_publish(
    root: Dir,
    from_on: Annotated[str, typer.Option("--from", help="The first day on which it holds (default: today).")] = "",
    note: Annotated[str, typer.Option(help="Why; it stands in the history.")] = "",
    as_json: Json = False,
) -> None:
    """Make products.csv the next price list. Quotes that were made keep the list they were made with."""
    try:
        day = date.fromisoformat(from_on) if from_on else date.today()  # noqa: DTZ011 - the day of whoever types
    except ValueError:
        fail(f"--from {from_on!r} is no day; write it as 2026-07-01", 2)
    found = _ask(root, "products publish", from_on=day.isoformat(), note=note)
    if as_json:
        show(found)
        return
    print(f"price list {found['version']} is published, {found['products']} products, it holds from {found['from']}")
    print("\n".join(f"  {line}" for line in found["lines"]))


@products_app.command("history")
def products_history(root: Dir, as_json: Json = False) -> None:
    """List the versions: from when, by whom, why."""
    found = in_office(root, "products history")
    if as_json:
        show(found)
        return
    for one in found:
        print(f"{one['version']:>4}  from {one['from']}  {one['at']}  {one['by'] or '-':<12} {one['note']}".rstrip())
