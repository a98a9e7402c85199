"""The week's card on Monday morning and whenever it is asked for; a tap shows the leads whose promise was broken."""

from datetime import datetime, time, timedelta

from bot.cards.adoption import started_on
from bot.cards.weekly import WEEK, missed_in
from bot.context import Answer, Context, say
from bot.handlers.numbers import asked_for
from bot.outgoing import ring
from bot.promise_actions import ShowMisses
from leads.errors import Unusable
from leads.facts import Fact
from leads.rights import Who, require_role
from reports.words import week_of
from store import due, owned
from store.members import list_members
from store.queues import Due
from store.talk import set_focus
from store.tx import Tx

LEADERS = ("manager", "marketing", "admin")
LISTED = 10
AFTER = timedelta(minutes=3)  # after work begins, when the morning's lists are out


async def on_weekly(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """周报: the present week so far, or the one that is named (上周, 3月9日), of a team."""
    require_role(who, LEADERS, "周报")
    usual = week_of(ctx.today)
    period, team = await asked_for(tx, rest, who, ctx, word="周报", usual=usual, own=True)
    if period.last > week_of(period.first).last:
        raise Unusable("周报一次说一周,例如:周报 上周、周报 3月9日。更长的时间发「月报 本月」或「日报 上月」。")
    monday = week_of(period.first).first.isoformat()
    return [Answer("weekly", params={"monday": monday, "team": team} if team or period != usual else {})]


async def on_show_misses(tx: Tx, action: ShowMisses, who: Who, ctx: Context) -> list[Fact | Answer]:
    """The button of the week's card: the leads behind the figure."""
    require_role(who, LEADERS, "周报")
    await asked_for(tx, action.team, who, ctx, word="周报", usual=week_of(ctx.today), own=True)
    misses, total = await missed_in(tx, who, action.monday, action.team, ctx, limit=LISTED)
    if not misses:
        return [say("这一周答应的都做到了。")]
    await set_focus(tx, who.id or "", listed=misses, asked="", now=ctx.now)
    params = {"title": f"没按时的 {total} 条", "leads": misses, "hint": "回复序号打开,例如 1"}
    return [Answer("list", params=params)]


async def plan_week(tx: Tx, ctx: Context) -> None:
    """Remember the coming week's card, once."""
    zone = ctx.rules.zone
    monday = ctx.today + timedelta(days=7 - ctx.today.weekday())
    at = ctx.calendar.next_open(datetime.combine(monday, time(0), zone)) + AFTER
    await due.keep(tx, kind="weekly", key=f"weekly:{monday}", at=at, payload={"monday": str(monday - WEEK)})


async def on_week_over(tx: Tx, row: Due, ctx: Context) -> list[Fact | Answer]:
    """A week is over: managers and marketing get its card, managers also the drill 如果某人今天离职.

    While nobody has a lead in hand there is nothing to tell; a week that was over long ago is old news.
    """
    over = datetime.fromisoformat(str(row.payload["monday"])).replace(tzinfo=ctx.rules.zone) + WEEK
    held = await owned.count_held(tx) if ctx.now < over + WEEK else 0
    for role in ("manager", "marketing") if held else ():
        for member in await list_members(tx, role=role):
            await ring(tx, ctx, member, "weekly", key=f"{row.key}:{member.id}", monday=str(row.payload["monday"]))
            if role == "manager":
                await ring(tx, ctx, member, "drill", key=f"{row.key}:drill:{member.id}")
    for member in await list_members(tx, role="admin") if held and ctx.rules.digest.to else ():
        await ring(tx, ctx, member, "adoption", key=f"{row.key}:adoption:{member.id}")
        if (start := await started_on(tx, ctx)) is not None and 30 <= (ctx.today - start).days < 37:
            await ring(tx, ctx, member, "baseline", key=f"{row.key}:baseline:{member.id}")
    await plan_week(tx, ctx)
    return []
