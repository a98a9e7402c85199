"""./run dedupe DIR: every lead is looked at again, with a progress bar; it may be stopped and goes on where it was."""

import sys
from collections.abc import Mapping
from typing import Any

from bot.commands.line import Dir, Json, in_office, show


def dedupe(root: Dir, as_json: Json = False) -> None:
    """Look for leads that are here twice; claims and messages go on meanwhile."""
    found = in_office(root, "dedupe start")
    while not found["ended_at"]:
        _bar(found, as_json)
        found = in_office(root, "dedupe step")
    _bar(found, as_json)
    if as_json:
        show(found)
        return
    print(
        f"\n{found['checked']} leads: {found['twins']} pairs share a contact, {found['alike']} pairs a name and company"
    )
    print(f"{found['bound']} contacts were not known as such before and are now")
    for one, two, why in found["pairs"][:20]:
        print(f"  L{one} L{two}  {why}")
    if found["pairs"]:
        print("look at a pair in chat: 对比 L… L…   merge it: 合并 L… L…")


def _bar(found: Mapping[str, Any], as_json: bool) -> None:
    if as_json or not sys.stderr.isatty():
        return
    share = 100 if found["ended_at"] else 100 * found["checked"] // max(found["total"], 1)
    print(f"\r[{'#' * (share // 4):<25}] {share:3}%  {found['checked']}/{found['total']}", end="", file=sys.stderr)
