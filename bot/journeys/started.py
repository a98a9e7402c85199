"""A journey that was said in chat becomes part of the rules: written into their text, checked, published."""

import re
from collections.abc import Mapping
from typing import Any

from bot.context import Context
from bot.journeys.contents import unknown_contents
from config.amend import flow
from config.document import BadDocument, load, validate
from config.journey_flaws import unfit_journeys
from config.rules import Rules
from leads.errors import Unusable
from leads.rights import Who
from store import rulebook
from store.timeline import audit
from store.tx import Tx

SECTION = re.compile(r"^journeys:[ \t]*(?:#.*)?$", re.MULTILINE)
INLINE = re.compile(r"^journeys:[ \t]*\S", re.MULTILINE)


async def add_journey(tx: Tx, name: str, plain: Mapping[str, Any], who: Who, ctx: Context) -> int:
    """Publish the running rules with one journey more; returns the new version. Raises Unusable."""
    running = await rulebook.latest_rules(tx)
    if running is None:
        raise Unusable("还没有发布过规则,请管理员先启动一次服务。")
    text = with_journey(running.text, name, plain)
    try:
        document = load(text, "rules.yaml")
        rules = validate(Rules, document)
    except BadDocument as error:
        raise Unusable(f"这个旅程写不进规则:{error.problems[0].message}") from None
    flaws = [one for one in unfit_journeys(rules, document) if one.key.startswith(f"journeys.{name}.")]
    flaws += await unknown_contents(tx, rules, document, folder=None, only=name, now=ctx.now)
    if flaws:
        raise Unusable(f"这个旅程还不能启动:{flaws[0].message}")
    note = f"旅程「{plain['label']}」"
    version = await rulebook.publish_rules(tx, text, after=running.version, by=who.id or "", note=note, now=ctx.now)
    await audit(tx, act="rules published", by=who.id, subject=f"rules {version}", at=ctx.now)
    return version


def with_journey(text: str, name: str, plain: Mapping[str, Any]) -> str:
    """The rules' text with one journey more, at the head of their section. Raises Unusable."""
    block = block_of(name, plain)
    if (found := SECTION.search(text)) is not None:
        return f"{text[: found.end()]}\n{block}{text[found.end() :]}"
    if INLINE.search(text):
        raise Unusable("规则里的 journeys 写在一行里,机器人不敢动它。请管理员把它改成分行写,再启动。")
    return f"{text.rstrip()}\n\njourneys:\n{block}\n"


def block_of(name: str, plain: Mapping[str, Any]) -> str:
    """The lines of one journey, as they stand below `journeys:` in rules.yaml."""
    lines = [f"  {name}:"]
    lines += [f"    {key}: {flow(value)}" for key, value in plain.items() if key != "steps"]
    return "\n".join([*lines, "    steps:", *(f"      - {flow(step)}" for step in plain["steps"])])
