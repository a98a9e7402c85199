"""What was given up after its last try: see it with its cause, and put it back to work once that is mended."""

from typing import Annotated

import typer

from bot.commands.line import Dir, Json, in_office, show

parked_app = typer.Typer(no_args_is_help=True, help="Events and reminders that were given up: list, retry.")


@parked_app.command("list")
def parked_list(root: Dir, as_json: Json = False) -> None:
    """List what was given up, with its cause."""
    found = in_office(root, "parked list")
    if as_json:
        show(found)
    elif not found:
        print("nothing was given up")
    for row in [] if as_json else found:
        print(f"{row['id']:<8} {row['at']}  {row['what']:<16} {row['cause']}")


@parked_app.command("retry")
def parked_retry(
    root: Dir, ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Such as E12.")], as_json: Json = False
) -> None:
    """Put what was given up back to work, once its cause is mended."""
    found = in_office(root, "parked retry", ids=ids)
    show(found) if as_json else print(f"{found['retried']} put back to work")
