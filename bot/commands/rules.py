"""The rules on the command line: check the file, see what would change, publish, and take a version back."""

import getpass
from typing import Annotated, Any

import typer

from bot.commands.line import Dir, Json, fail, in_office, opened, show

rules_app = typer.Typer(no_args_is_help=True, help="The business rules: check, compare, publish, take back.")

SHOWN = 10  # leads that are named of each kind
TABLES = {
    "rules": "rule", "pools": "pool", "owners": "given to", "clocks": "broken promise", "teams": "broken in team",
    "sources": "MQL from",
}  # fmt: skip
Note = Annotated[str, typer.Option(help="Why; it stands in the history.")]


def _ask(root: Dir, command: str, **arguments: Any) -> Any:
    """Hand the file's text and the company's members over with the command."""
    from config.document import BadDocument, read_text
    from config.members import read_members
    from config.settings import roads_of

    folder, settings = opened(root)
    try:
        text, members = read_text(folder.rules), read_members(folder.members)
    except (BadDocument, OSError) as error:
        fail(str(error))
    return in_office(
        root, command, text=text, file=str(folder.rules), by=getpass.getuser(),
        members=[(row.id, row.role, row.team) for row in members],
        groups=sorted(settings.wecom.groups) if settings.wecom is not None else [], roads=roads_of(settings),
        **arguments,
    )  # fmt: skip


@rules_app.command("check")
def rules_check(root: Dir, as_json: Json = False) -> None:
    """Say whether rules.yaml could be published; every problem with file, line and cure."""
    found = _ask(root, "rules check")
    if as_json:
        show(found)
    else:
        print(f"rules.yaml is fine: {found['pools']} pools, {found['clocks']} clocks, {found['scoring']} scoring rules")
        for warning in found["warnings"]:
            typer.echo(f"WARNING {warning}", err=True)


@rules_app.command("diff")
def rules_diff(
    root: Dir,
    old: Annotated[int | None, typer.Option("--from", help="A version (default: the running one).")] = None,
    new: Annotated[int | None, typer.Option("--to", help="A version (default: the file rules.yaml).")] = None,
    as_json: Json = False,
) -> None:
    """Show key by key what the file would change."""
    found = _ask(root, "rules diff", old=old, new=new)
    if as_json:
        show({name: found[name] for name in ("old", "new", "differences")})
        return
    after = f"version {found['new']}" if found["new"] else "rules.yaml"
    print(f"version {found['old']} -> {after}: {len(found['lines']) or 'no'} differences")
    for line in found["lines"]:
        print(f"  {line}")


@rules_app.command("rehearse")
def rules_rehearse(
    root: Dir,
    leads: Annotated[int, typer.Option("--leads", min=1, max=5000, help="How many of the last leads.")] = 500,
    begin: Annotated[str, typer.Option("--from", help="The first day of a period, 2026-10-01.")] = "",
    end: Annotated[str, typer.Option("--to", help="Its last day (default: today).")] = "",
    lead: Annotated[str, typer.Option("--lead", help="One lead, L1024: who would get it, and why nobody else.")] = "",
    as_json: Json = False,
) -> None:
    """Try rules.yaml out on the last leads, or on all of a period: who would be an MQL, who would get them, which
    promises would be broken, what would be taken back; changes nothing."""
    found = _ask(root, "rules rehearse", leads=leads, lead=lead, begin=begin, end=end)
    if as_json:
        show(found)
    elif lead:
        _tell_one(found)
    else:
        _tell_rehearsal(found)


def _tell_rehearsal(found: dict[str, Any]) -> None:
    mql = found["mql"]
    which = (
        f"{found['leads']} leads of {found['from']} to {found['to']}"
        if "from" in found
        else f"the last {found['leads']} leads"
    )
    print(f"{which}, running rules -> rules.yaml")
    print(f"  MQL: {mql['before']} -> {mql['after']}")
    for sign, numbers in (("+", mql["gained"]), ("-", mql["lost"])):
        if numbers:
            more = f" and {len(numbers) - SHOWN} more" if len(numbers) > SHOWN else ""
            print(f"    {sign} {' '.join(numbers[:SHOWN])}{more}")
    for what, label in TABLES.items():
        for one in found[what]:
            print(f"  {label} {one['name'] or '(nobody)'}: {one['before']} -> {one['after']}")
    if any(found["recycled"].values()):
        print(f"  taken back: {found['recycled']['before']} -> {found['recycled']['after']}")
    for one in found["examples"]:
        print(f"  e.g. {one['lead']} {one['kind']}: {one['before'] or '-'} -> {one['after'] or '-'}")
    print(f"  {found['moved']} would wait in another pool; nothing was changed")


def _tell_one(found: dict[str, Any]) -> None:
    ready = "an MQL" if found["mql"] else "no MQL"
    print(f"{found['lead']}: {found['score']} points, grade {found['grade']}, {ready}")
    for points, why in found["why"]:
        print(f"  {points:+d} {why}")
    print(
        f"rule {found['number']} {found['rule']}, pool {found['pool']}, goes to {found['owner'] or 'whoever claims it'}"
    )
    for one in found["candidates"]:
        print(f"  {one['member']}: {one['why_not'] or 'their turn'}")


@rules_app.command("publish")
def rules_publish(root: Dir, note: Note = "", as_json: Json = False) -> None:
    """Make rules.yaml the version that every server works by; a bad file is refused and changes nothing."""
    _published(_ask(root, "rules publish", note=note), as_json)


@rules_app.command("rollback")
def rules_rollback(
    root: Dir,
    to: Annotated[int | None, typer.Option("--to", help="The version to go back to (default: the one before).")] = None,
    note: Note = "",
    as_json: Json = False,
) -> None:
    """Publish an older version again; the history keeps all of them. rules.yaml itself is not changed."""
    _published(_ask(root, "rules rollback", to=to, note=note), as_json)


def _published(found: dict[str, Any], as_json: bool) -> None:
    if as_json:
        show({"version": found["version"], "differences": found["lines"]})
        return
    print(f"version {found['version']} is published; running servers take it within seconds")
    for line in found["lines"]:
        print(f"  {line}")


@rules_app.command("history")
def rules_history(root: Dir, as_json: Json = False) -> None:
    """List the versions: when, by whom, why."""
    found = in_office(root, "rules history")
    if as_json:
        show(found)
        return
    for one in found:
        print(f"{one['version']:>4}  {one['at']}  {one['by'] or '-':<12} {one['note']}".rstrip())
