"""活码 in chat: every channel code and link, where its picture or address is, and who answers it now."""

from bot.context import Answer, Context, say
from bot.ways import called
from config.way import ContactWay
from leads.facts import Fact
from leads.rights import Who
from store import channels
from store.channels import ContactWayRow
from store.members import list_at
from store.tx import Tx

NONE = "还没有活码。在 rules.yaml 里加一节 contact_ways,写上名字和排班,发布以后二维码就会发给你。"


async def on_ways_word(tx: Tx, who: Who, ctx: Context) -> list[Fact | Answer]:
    """活码: one paragraph for each code that the rules name."""
    if not ctx.rules.contact_ways:
        return [say(NONE)]
    if "wecom" not in ctx.platforms:
        return [say("活码和获客链接是企业微信的功能,现在没有接企业微信。")]
    rows = {row.name: row for row in await channels.list_ways(tx)}
    told = [await _told(tx, way, rows.get(name)) for name, way in ctx.rules.contact_ways.items()]
    return [say("\n".join(told))]


async def _told(tx: Tx, way: ContactWay, row: ContactWayRow | None) -> str:
    if row is None or not row.qr_code:
        return f"· {called(way)}:{row.flaw if row is not None and row.flaw else '正在企业微信里建,过一会儿再看'}"
    people = "、".join(member.name for member in await list_at(tx, row.users)) or "没有人"
    late = f"(还没更新上:{row.flaw})" if row.flaw else ""
    return f"· {called(way)}:现在由{people}接待{late}\n  {row.qr_code}"
