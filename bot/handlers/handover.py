"""Who has left, and to whom the manager gives what they had; a drill for the day on which somebody does."""

from bot.cards.leaver import summed
from bot.context import Answer, Context, say
from bot.handlers import inherit
from bot.morning import card_at_work
from bot.office_actions import HandOver
from bot.outgoing import managers_or_admins
from bot.ways import plan_ways
from leads.errors import NoRight, Unusable
from leads.facts import Fact
from leads.owner_facts import LeadTransferred
from leads.rights import Who, require_role
from sla import handover
from store import leads
from store.members import find_by_name, find_member, list_everyone
from store.queues import Due
from store.tables import Member
from store.timeline import audit
from store.tx import Tx

LISTED, BRIEFS = 10, 3  # leads of the list, and briefs of one message
EXAMPLE = "例如:交接 王磊 李娜"


async def on_leaver(tx: Tx, row: Due, ctx: Context) -> list[Fact | Answer]:
    """The managers get a card with what is left behind and who could take it."""
    member = await find_member(tx, str(row.payload["member"]))
    if member is None or member.state == "active":
        return []  # back already
    await plan_ways(tx, ctx)
    for leader in await managers_or_admins(tx, member):
        await card_at_work(tx, ctx, leader, "leaver", key=f"{row.key}:{leader.id}", leaver=member.id)
    return []


async def on_hand_over(tx: Tx, action: HandOver, who: Who, ctx: Context) -> list[Fact | Answer]:
    """The button 全部交给他, or the word 交接."""
    leaver, taker = await find_member(tx, action.member_id), await find_member(tx, action.to)
    if leaver is None or leaver.state == "active":
        raise Unusable("这位同事还在职,线索请用「转给」一条一条转;请假用「请假」会自动找人顶班。")
    _require_leader(who, leaver)
    if taker is None or taker.state != "active" or taker.role not in ("rep", "manager"):
        raise Unusable(f"没有找到可以接手的同事。{EXAMPLE}")
    estate = await handover.estate_of(tx, leaver.id)
    told = ""
    if inherit.are_contacts(leaver, taker, ctx):
        told = await inherit.begin(tx, leaver, taker, who, ctx, leads=estate.leads)
    elif estate.empty:
        raise Unusable(f"{leaver.name}手上已经没有线索了,不用再交接。")
    if not estate.empty:
        await handover.hand_over(tx, leaver.id, taker.id, who.id, now=ctx.now)
    await audit(tx, act="handover", by=who.id, subject=leaver.id, at=ctx.now, to=taker.id, leads=estate.leads)
    what = f"{summed(estate)} 交给{taker.name},阶段和记录都不变。" if not estate.empty else "线索都交接过了。"
    return [say(f"好的,{leaver.name}的 {what}{told}")]


async def on_hand_over_word(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """交接 王磊 李娜; with the first name alone the card is shown."""
    names = rest.replace("给", " ").split()
    if not names:
        raise Unusable(f"交接谁的线索,给谁?{EXAMPLE}")
    gone = [m for m in await list_everyone(tx) if m.state != "active" and names[0] in (m.name, m.id)]
    if len(gone) != 1:
        raise Unusable(f"没有找到离职的同事「{names[0][:20]}」。{EXAMPLE}")
    _require_leader(who, gone[0])
    if len(names) == 1:
        return [Answer("leaver", params={"leaver": gone[0].id})]
    takers = await find_by_name(tx, names[1])
    if len(takers) != 1:
        raise Unusable(f"没有找到(或不止一位)同事「{names[1][:20]}」,没有交接。{EXAMPLE}")
    return await on_hand_over(tx, HandOver(gone[0].id, takers[0].id), who, ctx)


def _require_leader(who: Who, leaver: Member) -> None:
    require_role(who, ("manager", "admin"), "离职交接")
    if who.role == "manager" and who.team and who.team != leaver.team:
        raise NoRight(f"{leaver.name}不在你的小组,请他的主管或管理员来交接。")


async def on_hand_over_step(tx: Tx, row: Due, ctx: Context) -> list[Fact | Answer]:
    """A slice changes hands; the new owner gets one list, and five lines about every hot lead."""
    facts = await handover.step(tx, row, now=ctx.now)
    leaver, taker_id = await find_member(tx, str(row.payload["from"])), str(row.payload["to"])
    moved = [fact.lead_id for fact in facts if isinstance(fact, LeadTransferred)]
    told: list[Fact | Answer] = [*facts]
    if moved and not int(row.payload["after"]) and leaver is not None:
        more = "以上" if len(moved) == handover.SLICE else ""
        params = {
            "title": f"{leaver.name}离职,他的 {len(moved)} 条{more}线索交给你了",
            "leads": moved[:LISTED],
            "pushed": True,
            "hint": "阶段、记录和约好的事都在。发「我的」看全部",
        }
        told.append(Answer("list", params=params, to=taker_id))
    hot = [number for number in moved if (await leads.get_lead(tx, number)).temperature == "hot"]
    for start in range(0, len(hot), BRIEFS):
        params = {"leads": hot[start : start + BRIEFS], "from": str(row.payload["from"])}
        told.append(Answer("brief", params=params, to=taker_id))
    return told


async def on_drill(tx: Tx, who: Who, ctx: Context) -> list[Fact | Answer]:
    """离职演练: what would be left behind if somebody left today."""
    require_role(who, ("manager", "admin"), "离职演练")
    return [Answer("drill")]
