"""How far a leaver's customers are on their way to a colleague: kept going, and shown to whoever gave them."""

from bot.cards.inherit import PAGE
from bot.context import Answer, Context, say
from bot.events import ContactStayed
from bot.office_actions import ShowHeirs
from bot.outgoing import redraw, ring
from bot.rest import at_work, rests
from leads.errors import Unusable
from leads.facts import Fact
from leads.rights import Who, require_role
from sla import inherit as verb
from sla.inherit import Outcome
from store import cards, due, inherit
from store.inherit import Bequest
from store.members import find_member, name_of
from store.queues import Due
from store.tables import Member
from store.tx import Tx

REFUSED = Outcome("refused", "客户拒绝了")
FULL = Outcome("failed", "接手的同事客户数满了")
NOBODYS = 0  # the lead of a card that is about no lead


def are_contacts(leaver: Member, taker: Member, ctx: Context) -> bool:
    """Whether there are customers whom the platform itself hands on: WeCom's, between two of its members."""
    return "wecom" in ctx.platforms and bool(leaver.wecom) and bool(taker.wecom)


async def begin(tx: Tx, leaver: Member, taker: Member, who: Who, ctx: Context, *, leads: int) -> str:
    """Ask for the customers too, unless they are on their way; returns what is said of it, "" for nothing.

    Without leads it is the customers alone: refused when they have all gone over. Raises Unusable.
    """
    last = await inherit.find_last(tx, leaver.id)
    if not leads:
        if last is not None and last.state == "open":
            raise Unusable(f"{leaver.name}手上已经没有线索了,微信客户正在交接,有结果会告诉你。")
        if last is not None and not last.error and not await _left_behind(tx, last):
            raise Unusable(f"{leaver.name}手上已经没有线索了,不用再交接。")
    if await verb.begin(tx, leaver.id, taker.id, who.id, now=ctx.now) is None:
        return ""
    return "他如果有微信客户,会按企业微信的规则一起转,进展另发卡片给你。"


async def _left_behind(tx: Tx, bequest: Bequest) -> int:
    counts = await inherit.count_in(tx, bequest.id or 0)
    return counts.get("refused", 0) + counts.get("failed", 0)


async def on_inherit(tx: Tx, row: Due, ctx: Context) -> list[Fact | Answer]:
    """It is time to ask the platform: the call is made outside any transaction."""
    lane = f"inherit:{row.payload['bequest']}"
    await due.do_once(tx, kind="inherit", key=row.key, now=ctx.now, payload=dict(row.payload), lane=lane)
    return []


async def on_inherited(tx: Tx, row: Due, ctx: Context) -> list[Fact | Answer]:
    """Something has changed: the card of whoever gave the customers is made true, and the end is told, at work."""
    number = int(row.payload["bequest"])
    await verb.close_if_final(tx, number, now=ctx.now)
    bequest = await inherit.find_bequest(tx, number)
    counts = await inherit.count_in(tx, number)
    giver = await find_member(tx, bequest.by) if bequest is not None and bequest.by else None
    if bequest is None or giver is None or not (counts or bequest.error):
        return []  # no customers: nothing to be told
    if (counts.get("wanted") or counts.get("asking")) and not bequest.error:
        return []  # the next hundred are asked for within a moment
    if rests(giver, ctx):
        morning = at_work(giver, ctx)
        await verb.tell(tx, number, f"work:{morning.isoformat()}", at=morning)
        return []
    card = f"inherit:{number}"
    if not await ring(tx, ctx, giver, card, key=card, lead_id=NOBODYS, bequest=number):
        hanging = [place for place in await cards.list_places(tx, NOBODYS) if place.card == card]
        await redraw(tx, ctx, hanging, lead_id=NOBODYS, origin=row.key)
    if bequest.state == "closed" and counts:
        await ring(tx, ctx, giver, "note", key=f"{card}:end", text=await _ended(tx, bequest, counts))
    return []


async def _ended(tx: Tx, bequest: Bequest, counts: dict[str, int]) -> str:
    who, taker = await name_of(tx, bequest.from_id), await name_of(tx, bequest.to_id)
    total, done = sum(counts.values()), counts.get("done", 0)
    if done == total:
        return f"{who}的 {total} 位微信客户都转给{taker}了。"
    words = "、".join(f"{label} {counts[s]}" for s, label in (("refused", "拒绝"), ("failed", "失败")) if counts.get(s))
    again = f"没转成的想换人接,发「交接 {who} 同事」。"
    return f"{who}的 {total} 位微信客户都有结果了:成功 {done}、{words}。{again}"


async def on_show_heirs(tx: Tx, action: ShowHeirs, who: Who, ctx: Context) -> list[Fact | Answer]:
    """The button 每位客户."""
    require_role(who, ("manager", "admin"), "客户继承")
    if await inherit.find_bequest(tx, action.bequest_id) is None:
        return [say("这次客户继承的记录已经不在了。")]
    page = Answer("heirs", params={"bequest": action.bequest_id, "shown": action.shown})
    after = {"bequest": action.bequest_id, "shown": action.shown + PAGE}
    return [page, Answer("heirs_left", params=after)]


async def on_contact_stayed(tx: Tx, event: ContactStayed, who: Who | None, ctx: Context) -> list[Fact | Answer]:
    """The platform says that a customer does not go over."""
    outcome = REFUSED if event.refused else FULL
    if who is not None:
        await verb.customer_told(tx, event.external_id, who.id or "", outcome, now=ctx.now)
    return []
