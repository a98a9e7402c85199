"""Looking things up: one lead, one's own leads, the pool, who already has a number, a lead's story."""

from bot.cards.listing import offered_pools
from bot.cards.story import PAGE, SHORT, TOLD
from bot.context import Answer, Context, say
from bot.deal_actions import ShowDeal
from bot.handlers.company import company_of
from bot.handlers.deal import deal_and_rest, on_show_deal
from bot.lead_actions import More, Show
from leads.duplicates import NORMAL, find_alike, find_known
from leads.errors import NotFound, Unusable
from leads.facts import Fact
from leads.pool import note_view
from leads.rights import Who, can_see, get_visible
from leads.understand.address import surname_meant
from leads.understand.phone import normal_phone
from store import leads, owned
from store.tables import Lead
from store.talk import find_focus, set_focus
from store.timeline import audit, count_of
from store.tx import Tx

LISTED = 10


async def on_show(tx: Tx, action: Show, who: Who, ctx: Context) -> list[Fact | Answer]:
    """Open one lead; from now on we talk about it."""
    told = await _tell(tx, action.lead_id, who, ctx, lines=SHORT)
    return [*told, Answer("lead", action.lead_id)]


async def on_more(tx: Tx, action: More, who: Who, ctx: Context) -> list[Fact | Answer]:
    """The button 详情: a longer piece of a lead's story."""
    return await _tell(tx, action.lead_id, who, ctx, lines=PAGE)


async def on_more_word(tx: Tx, who: Who, ctx: Context) -> list[Fact | Answer]:
    """更多: what lies before the piece that was told last."""
    focus = await find_focus(tx, who.id or "")
    if focus is None or focus.lead_id is None:
        raise Unusable("要看哪一条?先发「看 L1024」打开一条,再发「更多」。")
    told = int(focus.asked.removeprefix("told:")) if focus.asked.startswith("told:") else 0
    if told and told >= await count_of(tx, focus.lead_id, TOLD):
        return [say(f"L{focus.lead_id} 的动态已经全部看完了。")]
    return await _tell(tx, focus.lead_id, who, ctx, lines=PAGE, skip=told)


async def _tell(tx: Tx, lead_id: int, who: Who, ctx: Context, *, lines: int, skip: int = 0) -> list[Fact | Answer]:
    lead = await get_visible(tx, lead_id, who, rules=ctx.rules)
    await note_view(tx, lead, who, rules=ctx.rules, now=ctx.now)
    await set_focus(tx, who.id or "", lead_id=lead_id, asked=f"told:{skip + lines}", now=ctx.now)
    return [Answer("story", lead_id, {"lines": lines, "skip": skip})]


async def on_show_word(tx: Tx, lead_id: int | None, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """看 L1024, 看 王总, 看 138…, 看 云栖科技."""
    if lead_id is not None:
        return await on_show(tx, Show(lead_id), who, ctx)
    if not rest:
        raise Unusable("要看哪一条?例如:看 L1024,看 王总,看 13800138000。")
    number, more = deal_and_rest(rest)
    if number is not None and not more:
        return await on_show_deal(tx, ShowDeal(number), who, ctx)
    found = [lead for lead in await _meant(tx, rest, who) if await can_see(tx, lead, who, rules=ctx.rules)]
    if not found:
        raise NotFound(f"「{rest[:20]}」")
    if (house := await company_of(tx, rest, found, who, ctx)) is not None:
        return house
    if len(found) == 1:
        return await on_show(tx, Show(found[0].id or 0), who, ctx)
    return await _listed(tx, f"「{rest[:20]}」有 {len(found)} 条", [lead.id or 0 for lead in found[:LISTED]], who, ctx)


async def _meant(tx: Tx, words: str, who: Who) -> list[Lead]:
    """What the words name; 王总 means one's own people called 王, then all of them, when nobody is entered as 王总."""
    found = await _matching(tx, words)
    if found or not (surname := surname_meant(words)):
        return found
    people = list(await leads.search_surname(tx, surname, owner_id=who.id or "", limit=50))
    mine = [lead for lead in people if lead.owner_id == who.id]
    return mine or people


async def _matching(tx: Tx, words: str) -> list[Lead]:
    phone = normal_phone(words)
    if phone is not None and phone.valid:
        known = await leads.find_by_identity(tx, "phone", phone.key)
        return [await leads.get_lead(tx, known)] if known is not None else []
    return list(await leads.search(tx, words, limit=50))


async def _listed(tx: Tx, title: str, ids: list[int], who: Who, ctx: Context, hint: str = "") -> list[Fact | Answer]:
    await set_focus(tx, who.id or "", listed=ids, asked="", now=ctx.now)
    return [Answer("list", params={"title": title, "leads": ids, "hint": hint or "回复序号打开,例如 1"})]


async def on_mine(tx: Tx, who: Who, ctx: Context) -> list[Fact | Answer]:
    """我的: one's open leads by urgency."""
    count = await owned.count_owned(tx, who.id or "")
    covered = await owned.list_covered(tx, who.id or "", limit=LISTED)
    if count == 0 and covered:
        ids = [lead.id or 0 for lead in covered]
        return await _listed(tx, f"你替同事顶班的线索,{len(ids)} 条", ids, who, ctx)
    if count == 0:
        return [say("你手上还没有线索。发「线索池」看看有哪些可以领。")]
    mine = await owned.list_owned(tx, who.id or "", now=ctx.now, midnight=ctx.midnight, limit=LISTED)
    title = f"我的线索,共 {count} 条" + (f",最急的 {LISTED} 条" if count > LISTED else "")
    mine = [*mine[: LISTED - min(len(covered), 5)], *covered[:5]]
    title += f",另替同事顶班 {len(covered)} 条" if covered else ""
    return await _listed(tx, title, [lead.id or 0 for lead in mine], who, ctx)


async def on_today(tx: Tx, who: Who, ctx: Context) -> list[Fact | Answer]:
    """待办: what was promised for today, and leads nobody has contacted yet."""
    covered = await owned.list_covered(tx, who.id or "", limit=LISTED)
    for_others = [lead for lead in covered if lead.next_step_at is not None and lead.next_step_at < ctx.midnight]
    own = await owned.list_due(tx, who.id or "", now=ctx.now, midnight=ctx.midnight, limit=LISTED)
    due = [*own, *for_others][:LISTED]
    if not due:
        return [say("今天没有要跟进的,轻松一下。发「线索池」看看有没有新线索。")]
    count = await owned.count_due(tx, who.id or "", midnight=ctx.midnight) + len(for_others)
    title = f"今天要跟进 {count} 条" + (f",最急的 {LISTED} 条" if count > LISTED else "")
    return await _listed(tx, title, [lead.id or 0 for lead in due], who, ctx)


async def on_pool(tx: Tx, who: Who, ctx: Context) -> list[Fact | Answer]:
    """线索池: the claimable leads with 领取 buttons."""
    pools = offered_pools(who, ctx)
    free = await leads.list_free(tx, pools, limit=LISTED)
    if not free:
        return [say("线索池现在是空的,有新线索会马上推给你。")]
    ids = [lead.id or 0 for lead in free]
    await set_focus(tx, who.id or "", listed=ids, asked="", now=ctx.now)
    return [Answer("pool")]


async def on_duplicates_word(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """查重 138…, 查重 邮箱, 查重 公司名: who has it already, within the asker's rights."""
    if not rest:
        raise Unusable("查什么?例如:查重 13800138000,查重 杭州云栖智能。")
    found = await _here_already(tx, rest)
    await audit(tx, act="duplicate_check", by=who.id, subject="", at=ctx.now, found=len(found))
    if not found:
        return [say(f"没有查到「{rest[:20]}」,可以放心录入。发「新线索 …」录入。")]
    return [Answer("duplicates", params={"words": rest[:20], "found": found[:LISTED]})]


async def _here_already(tx: Tx, words: str) -> list[tuple[int, str]]:
    """(lead, same, maybe or named), best first: by a way to reach somebody, by company, then by a person's name."""
    for kind in NORMAL:
        lead = await find_known(tx, kind, words)
        if lead is not None:
            return [(lead.id or 0, "same")]
    alike = await find_alike(tx, words, limit=LISTED)
    found = {match.lead.id or 0: match.verdict for match in alike}
    for lead in await leads.search(tx, words, limit=LISTED):
        found.setdefault(lead.id or 0, "named")
    return list(found.items())


async def on_history_word(tx: Tx, lead_id: int | None, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """历史 L1024: each owner, from when to when, and what they did."""
    if lead_id is None:
        raise Unusable("看哪一条的历史?例如:历史 L1024")
    await get_visible(tx, lead_id, who, rules=ctx.rules)
    await set_focus(tx, who.id or "", lead_id=lead_id, now=ctx.now)
    return [Answer("history", lead_id)]
