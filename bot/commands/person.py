"""What commands do about one person's data: show all of it, or forget them."""

import getpass
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.commands.line import Dir, Json, fail, in_office, opened, show

Phone = Annotated[str, typer.Option(help="Their number, in any spelling.")]
Email = Annotated[str, typer.Option(help="Their mail address.")]
WeChat = Annotated[str, typer.Option(help="Their WeChat id.")]


def erase(
    root: Dir,
    phone: Phone = "",
    email: Email = "",
    wechat: WeChat = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    as_json: Json = False,
) -> None:
    """Forget a person on their request: every table, with a receipt; they are never written to again."""
    folder, _ = opened(root)
    given = {"phone": phone, "email": email, "wechat": wechat}
    if not any(given.values()):
        fail("name the person by --phone, --email or --wechat; nothing was done", 2)
    if dry_run:
        found = in_office(root, "person look", **given)
        told = {name: len(rows) for name, rows in found["tables"].items()}
        show(told) if as_json else print("\n".join(f"  {name}: {count} rows" for name, count in told.items()))
        return
    journal = str((folder.data / "erased.log").absolute())
    found = in_office(root, "person erase", **given, journal=journal, who=getpass.getuser())
    if as_json:
        show(found)
        return
    print(f"{found['receipt']}  {found['at']}  {', '.join(found['leads'])} 已删除")
    print("\n".join(f"  {name}: {count} 行" for name, count in found["tables"].items()))
    print("\n".join(f"  保留:{one}" for one in found["kept"]))
    print("\n".join(f"  注意:{one}" for one in found["left"]))


def export_person(root: Path, given: Mapping[str, str], output: Path | None, *, as_json: bool) -> None:
    """Write all that is stored of a person into a JSON file that only its owner may read."""
    found = in_office(root, "person look", **given, who=getpass.getuser())
    file = output or Path.cwd() / f"person-{found['leads'][0]}.json"
    if file.exists():
        fail(f"{file} is there already; name another file, nothing was written")
    file.touch(mode=0o600)
    file.write_text(json.dumps(found, ensure_ascii=False, indent=1), "utf-8")
    told = {"file": str(file), "rows": sum(len(rows) for rows in found["tables"].values())}
    show(told) if as_json else print(f"{told['rows']} rows about {', '.join(found['leads'])} are in {file}")


async def look(store: Any, arguments: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """All that is stored of a person; who asked is written down. Raises CommandFailed for a stranger."""
    from bot.admin import CommandFailed
    from bot.erasing import look as collect
    from store.timeline import audit

    tables = await collect(store, _pairs(arguments))
    if not tables:
        raise CommandFailed("nobody is known by these; nothing was done")
    leads = [f"L{row['id']}" for row in tables.get("lead", [])]
    if who := str(arguments.get("who") or ""):
        subject = ", ".join(leads)
        await store.transaction(lambda tx: audit(tx, act="export", by=None, subject=subject, at=now, who=who))
    return {"at": now.isoformat(timespec="seconds"), "leads": leads, "tables": tables}


async def forget(store: Any, arguments: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The receipt of an erasure. Raises CommandFailed for a stranger."""
    from bot.admin import CommandFailed
    from bot.erasing import forget as erase_person

    who, journal = str(arguments.get("who") or ""), Path(arguments["journal"])
    receipt = await erase_person(store, _pairs(arguments), journal, who=who, now=now)
    if receipt is None:
        raise CommandFailed("nobody is known by these; nothing was done (whoever was erased before is unknown too)")
    return receipt


def _pairs(arguments: Mapping[str, Any]) -> list[tuple[str, str]]:
    from bot.admin import CommandFailed
    from bot.erasing import pairs_of

    given = {name: str(arguments.get(name) or "") for name in ("phone", "email", "wechat")}
    pairs = pairs_of(**given)
    if not pairs:
        raise CommandFailed("name the person by --phone, --email or --wechat; what was given is none of these")
    return pairs


PERSON_OFFICE = {"person look": look, "person erase": forget}
