"""拉群 gives a deal a group of the colleagues around it; 记 in that group lands on the deal's lead."""

import re
import secrets

from bot.context import Answer, Context, account_on, say
from bot.events import MessageReceived
from bot.handlers import followup
from bot.handlers.deal import deal_and_rest, meant_deal
from bot.handlers.words import lead_and_rest
from bot.outgoing import managers_of
from leads.deal import get_workable_deal, require_open
from leads.errors import NotFound, Unusable
from leads.facts import Fact
from leads.group_facts import DealGroupOpened
from leads.rights import Who, get_workable
from store import deal_groups, due, helps
from store.deal import Opportunity
from store.deal_groups import DealGroup
from store.leads import get_lead
from store.members import find_by_name, find_member
from store.merges import current
from store.tables import Member
from store.tx import Tx

LEAST = 2  # people of a group, by WeCom (page 90245)
EXAMPLE = "例如:拉群 O88 @李娜"
BETWEEN = re.compile(r"[\s@\uff20、,\uff0c]+")
BY_HAND = (
    "在钉钉里,群要请你来建:拉上同事建一个群,把线索助手加进群,再在群里 @线索助手 说「拉群 {no}」。"
    "以后群里 @我 说「记:…」,就记在这条线索上。"
)


async def on_group_word(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """拉群 O88 [@同事…]: owner, team lead and who was asked for help; once a deal, also when it is said twice."""
    deal, words = await meant_deal(tx, rest, who, ctx, example=EXAMPLE)
    deal = await get_workable_deal(tx, deal.id or 0, who, rules=ctx.rules)
    require_open(deal)
    known = await deal_groups.of_deal(tx, deal.id or 0)
    if known is not None and known.state != "failed":
        return [say(_known(deal, known))]
    people = await _people(tx, deal, words, who, ctx)
    asker = await find_member(tx, who.id or "")
    place = ctx.place_of(asker) if asker is not None else None
    if place is None or place.platform not in ctx.opens_groups:
        raise Unusable(BY_HAND.format(no=deal.no))
    found = [one for one in people if account_on(place.platform, one)]
    if len(found) < LEAST:
        raise Unusable(f"群里至少要有两个人,现在只有你。写上同事,{EXAMPLE}")
    ids = [one.id for one in found]
    row = DealGroup(
        corp=tx.corp, opportunity_id=deal.id or 0, lead_id=deal.lead_id, platform=place.platform,
        chat=f"lb{secrets.token_hex(12)}", people=ids, by_id=who.id or "", at=ctx.now,
    )  # fmt: skip
    if known is not None:
        again = {
            "state": "wanted", "platform": row.platform, "chat": row.chat, "people": ids, "by_id": row.by_id,
            "cause": "", "at": ctx.now,
        }  # fmt: skip
        await deal_groups.settle(tx, deal.id or 0, states=("failed",), **again)
    elif not await deal_groups.add(tx, row):
        return [say(f"{deal.no} 的群已经在建了。")]
    key, wanted = f"deal_group:{row.chat}", {"opportunity": deal.id}
    await due.do_once(tx, kind="deal_group", key=key, now=ctx.now, payload=wanted)
    missing = "、".join(one.name for one in people if one not in found)
    tool = "钉钉" if place.platform == "dingtalk" else "企业微信"
    return [say(f"正在给 {deal.no} 拉群……" + (f"{missing}没有{tool}账号,拉不进来。" if missing else ""))]


async def on_group_line(
    tx: Tx, word: str, rest: str, event: MessageReceived, who: Who, ctx: Context
) -> list[Fact | Answer] | None:
    """What was said to the robot in a group: 拉群 makes it the deal's, 记 lands on its lead; None: nothing of ours."""
    if word == "拉群":
        return await _take_over(tx, rest, event, who, ctx)
    row = await deal_groups.of_chat(tx, event.platform, event.conversation) if word == "跟进" else None
    names_another = lead_and_rest(rest, bare=False)[0] is not None or deal_and_rest(rest)[0] is not None
    if row is None or row.state != "open" or names_another:
        return None
    lead = await get_workable(tx, await current(tx, row.lead_id), who, rules=ctx.rules)
    if not rest:
        raise Unusable("记什么?在群里 @我 说「记:客户下周三要方案」。")
    noted = await followup.log(tx, lead.id or 0, rest, who, ctx, channel="note")
    return [*noted, say(f"O{row.opportunity_id} 群里说的,已记到 {lead.no}。")]


async def _take_over(tx: Tx, rest: str, event: MessageReceived, who: Who, ctx: Context) -> list[Fact | Answer]:
    """The group in which it was said becomes the deal's."""
    deal, _ = await meant_deal(tx, rest, who, ctx, example="例如:拉群 O88")
    deal = await get_workable_deal(tx, deal.id or 0, who, rules=ctx.rules)
    require_open(deal)
    here = await deal_groups.of_chat(tx, event.platform, event.conversation)
    if here is not None and here.opportunity_id != deal.id:
        raise Unusable(f"这个群已经是 O{here.opportunity_id} 的群了。{deal.no} 请另建一个。")
    known = here or await deal_groups.of_deal(tx, deal.id or 0)
    if known is not None:
        return [say(_known(deal, known))]
    row = DealGroup(
        corp=tx.corp, opportunity_id=deal.id or 0, lead_id=deal.lead_id, platform=event.platform,
        chat=event.conversation, by_id=who.id or "", state="open", at=ctx.now,
    )  # fmt: skip
    if not await deal_groups.add(tx, row):
        raise Unusable(f"{deal.no} 已经有群了。")
    lead_id = await current(tx, deal.lead_id)
    opened = DealGroupOpened(lead_id=lead_id, at=ctx.now, by=who.id, opportunity_id=deal.id or 0)
    return [opened, say(f"这个群现在是 {deal.no} 的群了。群里 @我 说「记:…」,就记到 L{lead_id}。")]


def _known(deal: Opportunity, row: DealGroup) -> str:
    if row.state == "open":
        return f"{deal.no} 已经有群了,要加人请直接在群里拉。"
    return f"{deal.no} 的群正在建,建好就告诉你。"


async def _people(tx: Tx, deal: Opportunity, words: str, who: Who, ctx: Context) -> list[Member]:
    """Who belongs into the group: the owner, whoever asks, the owner's team lead, helpers, and those named now."""
    lead = await get_lead(tx, await current(tx, deal.lead_id))
    ids = [deal.owner_id or "", who.id or "", *(one.id for one in await managers_of(tx, lead, rules=ctx.rules))]
    ids += await helps.list_asked(tx, lead.id or 0)
    for name in (part for part in BETWEEN.split(words) if part):
        found = await find_by_name(tx, name)
        if len(found) > 1:
            raise Unusable(
                f"有 {len(found)} 位叫「{name[:20]}」的同事,请写上成员编号:{'、'.join(m.id for m in found)}。"
            )
        if not found:
            raise NotFound(f"同事「{name[:20]}」", "名字要和成员名单里的一样。")
        ids.append(found[0].id)
    people = [await find_member(tx, one) for one in dict.fromkeys(ids) if one]
    return [one for one in people if one is not None and one.state == "active"]
