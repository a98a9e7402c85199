"""订阅: any report at a fixed time, for oneself, a colleague or a group; listed and stopped."""

import re
from datetime import date, datetime, time
from typing import Any

from bot.context import Answer, Context, say
from bot.digest import STALE
from bot.outgoing import ring
from leads.errors import NoRight, Unusable
from leads.facts import Fact
from leads.rights import Who, require_role
from reports.period import DAY, Period
from reports.schedule import EXAMPLE, Unclear, Wish, read_wish, told
from reports.teams import known_teams
from reports.words import month_of, week_of
from store import due, outbox
from store.members import find_by_name, find_member, name_of
from store.queues import Due
from store.subscription import Subscription, drop_subscription, find_subscription, list_subscriptions
from store.tx import Tx

LEADERS = ("manager", "marketing", "admin")
MOST = 30  # subscriptions of one person


async def on_subscribe_word(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """订阅 渠道周报 周一9点 到 销售群; 订阅: what there is; 订阅 取消 3."""
    require_role(who, LEADERS, "订阅")
    if not rest.strip():
        return [say(await _list(tx, who, ctx))]
    stop = re.fullmatch(r"(?:取消|停|停止|删除)\s*[Ss]?(\d{1,9})", rest.strip())
    if stop is not None:
        return await _stop(tx, int(stop[1]), who, ctx)
    try:
        wish = read_wish(rest)
    except Unclear as unclear:
        raise Unusable(str(unclear)) from None
    team = await _team(tx, wish, who)
    group, to = await _where(tx, wish, who, ctx)
    mine = await list_subscriptions(tx, by=who.id)
    if len(mine) >= MOST:
        raise Unusable(f"你已经订阅了 {MOST} 份。先发「订阅」看看,用「订阅 取消 编号」停掉不要的。")
    wanted = Subscription(
        corp=tx.corp, by=who.id or "", report=wish.report, team=team, every=wish.every, clock=wish.clock, group=group,
        to=to, words=rest.strip()[:100], created_at=ctx.now,
    )  # fmt: skip
    same = [one for one in mine if _shape(one) == _shape(wanted)]
    if same:
        return [say(f"已经订阅过了:{await _told(tx, same[0])}。停掉发「订阅 取消 {same[0].id}」。")]
    await tx.add(wanted)
    await plan_next(tx, wanted, ctx)
    return [say(f"订阅好了:{await _told(tx, wanted)}。停掉发「订阅 取消 {wanted.id}」。")]


def _shape(one: Subscription) -> tuple[str, ...]:
    return one.report, one.team, one.every, one.clock, one.group, one.to


async def _team(tx: Tx, wish: Wish, who: Who) -> str:
    if not wish.team:
        return who.team if who.role == "manager" and wish.report != "channel" else ""
    teams = await known_teams(tx)
    if wish.team not in teams:
        raise Unusable(f"没看懂「{wish.team[:20]}」。团队有:{'、'.join(teams) or '还没有分团队'}。{EXAMPLE}")
    if who.role == "manager" and who.team not in ("", wish.team):
        raise NoRight(f"「{wish.team}」的数字由他们的主管订阅。你可以订阅 {who.team} 的。")
    return wish.team


async def _where(tx: Tx, wish: Wish, who: Who, ctx: Context) -> tuple[str, str]:
    """(the group's name, the member's id), both "" for oneself."""
    if not wish.to or wish.to == "我":
        return "", ""
    if any(place.id == wish.to for place in ctx.groups):
        return wish.to, ""
    people = [one for one in await find_by_name(tx, wish.to) if one.role in LEADERS]
    if len(people) == 1:
        return "", people[0].id
    groups = "、".join(sorted({place.id for place in ctx.groups})) or "还没有,管理员在 leadbot.yaml 的 groups 里加"
    raise Unusable(f"不知道「{wish.to[:20]}」是哪个群。可以发到的群:{groups};也可以写主管或市场同事的名字。")


async def _list(tx: Tx, who: Who, ctx: Context) -> str:
    mine = await list_subscriptions(tx, by=None if who.role == "admin" else who.id)
    if not mine:
        return f"还没有订阅。{EXAMPLE}"
    return "\n".join(["订阅:", *[f"{one.id}. {await _told(tx, one)}" for one in mine], "停掉发「订阅 取消 编号」"])


async def _told(tx: Tx, one: Subscription) -> str:
    where = one.group or (await name_of(tx, one.to) if one.to else "发给你")
    return f"{one.words}({told(one.every, one.clock)},{'发到 ' + where if one.group or one.to else where})"


async def _stop(tx: Tx, number: int, who: Who, ctx: Context) -> list[Fact | Answer]:
    one = await find_subscription(tx, number)
    if one is None or (one.by != who.id and who.role != "admin"):
        raise Unusable(f"没有 {number} 号订阅。发「订阅」看看你有哪些。")
    await drop_subscription(tx, number)
    return [say(f"停掉了:{one.words}。想要再发「订阅 {one.words}」。")]


async def plan_next(tx: Tx, one: Subscription, ctx: Context) -> None:
    """Remember the next time of a subscription, once."""
    day = ctx.today
    while not _fits(one, day, ctx) or _instant(one, day, ctx) <= ctx.now:
        day += DAY
    at = _instant(one, day, ctx)
    payload = {"subscription": one.id, "day": day.isoformat()}
    await due.keep(tx, kind="subscribed", key=f"subscribed:{one.id}:{day}", at=at, payload=payload)


def _instant(one: Subscription, day: date, ctx: Context) -> datetime:
    return datetime.combine(day, time.fromisoformat(one.clock), ctx.rules.zone)


def _fits(one: Subscription, day: date, ctx: Context) -> bool:
    if one.every == "day":
        return ctx.calendar.is_workday(day)
    if one.every == "month":
        first = day.replace(day=1)
        while not ctx.calendar.is_workday(first):
            first += DAY
        return day == first
    return day.weekday() == int(one.every)


def _period(one: Subscription, day: date) -> Period:
    """What an edition tells of: the day, the week or the month before."""
    if one.every == "day":
        return Period(day - DAY, day - DAY)
    return month_of(day.replace(day=1) - DAY) if one.every == "month" else week_of(day - 7 * DAY)


async def on_subscribed(tx: Tx, row: Due, ctx: Context) -> list[Any]:
    """A subscribed report is due: sent once, then the next time is remembered. Whoever lost the right gets none."""
    one = await find_subscription(tx, int(row.payload["subscription"]))
    if one is None:
        return []
    await plan_next(tx, one, ctx)
    day = date.fromisoformat(str(row.payload["day"]))
    by = await find_member(tx, one.by)
    if by is None or by.state != "active" or by.role not in LEADERS or ctx.now - _instant(one, day, ctx) > 4 * STALE:
        return []
    period = _period(one, day)
    days = {"first": period.first.isoformat(), "last": period.last.isoformat()}
    params: dict[str, Any] = {"report": one.report, "team": one.team, **days}
    card = "numbers"
    if one.report == "weekly":
        card, params = "weekly", {"monday": week_of(period.first).first.isoformat(), "team": one.team}
    if one.group:
        for place in ctx.groups:
            if place.id == one.group:
                await outbox.ask(
                    tx, platform=place.platform, place=place.id, lane=place.lane(), card="numbers", now=ctx.now,
                    key=f"{row.key}:{place.platform}", params={"group": True, "by": by.id, **params, **days},
                )  # fmt: skip
        return []
    member = await find_member(tx, one.to or one.by)
    if member is not None and member.state == "active":
        await ring(tx, ctx, member, card, key=row.key, **params)
    return []
