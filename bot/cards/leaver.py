"""Somebody has left, or might: what they have in hand, and who could take it."""

from dataclasses import dataclass

from bot.cards.asked import Asked
from bot.cards.card import Button, Card, Choice, Field, Option, Text
from bot.context import Context
from bot.office_actions import HandOver
from sla.handover import Estate, candidates, estate_of
from store.members import find_member, list_members
from store.tables import Member
from store.tx import Tx

DRILLED = 5  # people of a drill: those with the most in hand


@dataclass(frozen=True)
class View:
    """Who left, what they have in hand, and who could take it (with how many leads they have).

    `befriended`: customers may have added them on WeCom, which colleagues can inherit.
    """

    member_id: str
    name: str
    estate: Estate
    takers: tuple[tuple[str, str, int], ...]
    befriended: bool = False


async def look(tx: Tx, asked: Asked, ctx: Context) -> View | None:
    """Count what is left behind now."""
    member = await find_member(tx, str(asked.params.get("leaver", "")))
    if member is None or asked.who is None:
        return None
    people = await candidates(tx, member, now=ctx.now)
    takers = tuple((m.id, m.name + (f"({m.team})" if m.team else ""), count) for m, count in people)
    befriended = "wecom" in ctx.platforms and member.wecom is not None
    return View(member.id, member.name, await estate_of(tx, member.id), takers, befriended)


def summed(estate: Estate) -> str:
    """37 线索 5 商机 12 待办."""
    return f"{estate.leads} 线索 {estate.deals} 商机 {estate.steps} 待办"


def draw(view: View) -> Card | Text:
    """The counts, a choice of colleagues, one button."""
    if view.estate.empty and view.befriended and view.takers:
        example = f"交接 {view.name} {view.takers[0][1].partition('(')[0]}"
        return Text(f"{view.name}已离开,手上没有线索。加过的企业微信客户要交给同事,就发「{example}」。")
    if view.estate.empty:
        return Text(f"{view.name}已离开,手上没有线索,不用交接。")
    if not view.takers:
        return Text(f"{view.name}已离开:{summed(view.estate)},现在没有可以接手的同事。请管理员先加成员。")
    options = tuple(Option(one, f"{name} {count} 条") for one, name, count in view.takers)
    rows = (
        Field("线索", f"{view.estate.leads} 条,其中热的 {view.estate.hot} 条"),
        Field("商机", f"{view.estate.deals} 个" if view.estate.deals else ""),
        Field("待办", f"{view.estate.steps} 件约好的事" if view.estate.steps else ""),
        Field("超时", f"{view.estate.overdue} 条" if view.estate.overdue else ""),
    )
    return Card(
        title=f"{view.name}已离开:{summed(view.estate)} 交给谁?",
        subtitle="只换负责人,阶段、记录、约好的事都不变",
        source="离职交接",
        text="也可以一条一条转:转给 L1024 同事",
        fields=tuple(row for row in rows if row.value),
        choice=Choice("to", "接手的同事(手上的条数)", options, options[0].id),
        buttons=(Button("全部交给他", HandOver(view.member_id), "primary"),),
    )


@dataclass(frozen=True)
class Risk:
    """One colleague of a drill."""

    name: str
    estate: Estate
    takers: str


async def look_drill(tx: Tx, asked: Asked, ctx: Context) -> tuple[Risk, ...]:
    """Count for the reader's people what would be left behind today, the most first."""
    team = asked.who.team if asked.who is not None else ""
    people = [m for m in await list_members(tx) if m.role == "rep" and team in ("", m.team)]
    found = [await _risk(tx, member, ctx) for member in people]
    found.sort(key=lambda one: (-one.estate.hot, -one.estate.leads, one.name))
    return tuple(one for one in found if one.estate.leads)[:DRILLED]


async def _risk(tx: Tx, member: Member, ctx: Context) -> Risk:
    estate = await estate_of(tx, member.id)
    people = [m.name for m, _ in await candidates(tx, member, now=ctx.now)]
    return Risk(member.name, estate, "、".join(people[:2]))


def draw_drill(risks: tuple[Risk, ...]) -> Text:
    """One line a colleague: what is in their hands alone, and who would take it."""
    if not risks:
        return Text("离职演练:现在没有人手上有线索。")
    lines = [
        f"· {one.name}:{summed(one.estate)},热的 {one.estate.hot} 条"
        + (f",{one.estate.loose} 条没约下一步" if one.estate.loose else "")
        + (f",可由{one.takers}接手" if one.takers else ",没有人能接手")
        for one in risks
    ]
    return Text("\n".join(["离职演练:如果某人今天离职", *lines, "热的线索都约好下一步、记好跟进,谁接手都不怕。"]))
