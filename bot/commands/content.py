"""The content library on the command line: check and publish what lies in content/, list what there is."""

import getpass
from typing import Annotated

import typer

from bot.commands.line import Dir, Json, in_office, opened, show

content_app = typer.Typer(no_args_is_help=True, help="Content for customers: check, publish, list, retire.")


@content_app.command("check")
def content_check(root: Dir, as_json: Json = False) -> None:
    """Say whether content/ could be published, with file and line of what is wrong."""
    found = in_office(root, "content check", folder=str(opened(root)[0].content.absolute()))
    show(found) if as_json else print(f"content/ is fine: {found['pieces']} pieces")


@content_app.command("publish")
def content_publish(
    root: Dir,
    note: Annotated[str, typer.Option(help="Why; it stands in the history.")] = "",
    as_json: Json = False,
) -> None:
    """Make what is new or changed in content/ the next versions; what is sent from now on says that."""
    folder = str(opened(root)[0].content.absolute())
    found = in_office(root, "content publish", folder=folder, by=getpass.getuser(), note=note)
    if as_json:
        show(found)
        return
    print(f"{len(found['new'])} published, {found['same']} unchanged")
    print("\n".join(f"  + {name}" for name in found["new"]))


@content_app.command("list")
def content_list(root: Dir, as_json: Json = False) -> None:
    """List the pieces with their version, last day and effect of the last 90 days."""
    found = in_office(root, "content list")
    if as_json:
        show(found)
        return
    for one in found:
        until = one["expires_on"] or "-"
        figures = f"{one['sent']} sent, {one['opened']} opened, {one['clicked']} clicked"
        figures += f", {one['replied']} answered, {one['deals']} deals won"
        print(f"{one['name']:<24} v{one['version']:<3} {one['state']:<8} until {until:<10}  {figures}  {one['title']}")


@content_app.command("retire")
def content_retire(root: Dir, name: str, as_json: Json = False) -> None:
    """A piece is sent no more, also where it waits already; publishing it again brings it back."""
    found = in_office(root, "content retire", name=name)
    show(found) if as_json else print(f"{name} is retired")
