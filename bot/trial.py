"""A changed rules.yaml is tried out on the last thirty days, for whoever asked in chat."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.amending import amended
from bot.commands.publish import fitting_file, version_of
from bot.context import Context
from bot.outgoing import ring
from bot.rehearsing import Change, Difference, compare
from config.document import BadDocument, read_text
from config.folder import Folder
from config.rules import Rules, load_rules
from leads.errors import Unusable
from store.db import Store
from store.members import find_member, list_members
from store.tx import Tx

PERIOD = timedelta(days=30)
ROWS = 6  # lines of one table
NAMED = 5  # leads that are named


class Trial:
    """Counts what the file would have changed, and tells it."""

    def __init__(self, store: Store, folder: Folder, context: Callable[[], Awaitable[Context]]) -> None:
        self._store = store
        self._folder = folder
        self._context = context

    async def answer(self, payload: Mapping[str, Any]) -> None:
        """Count, and ring whoever asked."""
        ctx = await self._context()
        text = await self._text(ctx, str(payload.get("sentence", "")))

        async def tell(tx: Tx) -> None:
            member = await find_member(tx, str(payload["by"]))
            if member is not None and member.state == "active":
                await ring(tx, ctx, member, "note", key=str(payload["key"]), text=text)

        await self._store.transaction(tell)

    async def _text(self, ctx: Context, sentence: str) -> str:
        """`sentence`: what somebody wants to be otherwise in the running rules; "": what stands in the file."""
        try:
            async with self._store.read() as tx:
                published = await version_of(tx, None)
                text = (await amended(tx, sentence, ctx)).text if sentence else read_text(self._folder.rules)
                rules = await fitting_file(
                    tx, text, str(self._folder.rules), {"file": str(self._folder.rules)}, ctx.now
                )
                names = {member.id: member.name for member in await list_members(tx)}
        except Unusable as error:
            return str(error)
        except BadDocument as error:
            return f"rules.yaml 还不能用,先改好这里:\n{error}"[:1500]
        if text == published.text:
            return f"rules.yaml 和现在的规则一样(第 {published.version} 版),没有可试算的。先改文件,再发「试算」。"
        running = load_rules(published.text, f"version {published.version}")
        begin = datetime.combine(ctx.today, datetime.min.time(), ctx.rules.zone) - PERIOD
        found = await compare(
            self._store, running, rules, self._folder, begin=begin, end=ctx.midnight, last=0, now=ctx.now
        )
        ways = (f"「{sentence[:30]}」", "要生效,由管理员点「发布」。") if sentence else ()
        return "\n".join(told(found, running, rules, names, *ways, version=published.version))


def told(
    found: Difference, running: Rules, rules: Rules, names: dict[str, str], what: str = "rules.yaml",
    way: str = "要生效,请管理员执行 rules publish。", *, version: int,
) -> list[str]:  # fmt: skip
    """What differs, in the words of people; what stays the same is left out. `what` was changed; `way` to go on."""
    lines = [f"试算:最近 30 天 {found.leads} 条线索,第 {version} 版 → {what}", f"MQL:{_change(found.mql)}"]
    for sign, leads in (("多了", found.gained), ("少了", found.lost)):
        if leads:
            more = f" 等 {len(leads)} 条" if len(leads) > NAMED else ""
            lines.append(f" · {sign} {' '.join(leads[:NAMED])}{more}")
    labels = {name: clock.label for one in (running, rules) for name, clock in one.clocks.items()}
    pools = {name: pool.label for one in (running, rules) for name, pool in one.pools.items()}
    for title, table, words in (
        ("超时", found.clocks, labels), ("超时(按组)", found.teams, {}), ("分给", found.owners, names),
        ("线索池", found.pools, pools), ("MQL 来源", found.sources, {}),
    ):  # fmt: skip
        moved = [(name, change) for name, change in table.items() if change.before != change.after]
        moved.sort(key=lambda row: -abs(row[1].after - row[1].before))
        lines += [f"{title} {words.get(name, name) or '没人'}:{_change(change)}" for name, change in moved[:ROWS]]
    if found.recycled.before != found.recycled.after:
        lines.append(f"收回:{_change(found.recycled)}")
    if len(lines) == 2 and found.mql.before == found.mql.after:
        lines.append("其他也都一样:这些改动没有影响到最近 30 天的线索。")
    return [*lines, f"什么都没有变。{way}"]


def _change(change: Change) -> str:
    return f"{change.before} → {change.after}"
