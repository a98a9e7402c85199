"""预测, 承诺, 目标: what the month will bring, what leaders commit to for a week, what everybody is to sign."""

from typing import Any

from bot.context import Answer, Context
from bot.deal_actions import Commit
from bot.forecasting import coming_week, month_of, people_of, plan_forecast
from bot.handlers.deal import deal_and_rest
from bot.outgoing import ring
from leads.deal import get_visible_deal, require_open
from leads.deal_edit import exact_amount
from leads.errors import NoRight, NotFound, Unusable
from leads.facts import Fact
from leads.money import yuan_text
from leads.rights import Who, require_role
from reports.teams import known_teams
from store import deals, forecasts
from store.members import find_by_name, find_member, list_members
from store.queues import Due
from store.timeline import audit
from store.tx import Tx

LEADERS = ("manager", "admin")
EXAMPLE = "例如:目标 王磊 50万,目标 华东 200万"


async def on_forecast_word(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """预测, 预测 华东: of this month and one's own people, or a team; of anything else one is told so beside it."""
    team = rest.replace("本月", "").removesuffix("组").strip()
    everybody = who.role in ("admin", "marketing") or (who.role == "manager" and not who.team)
    if everybody and team in await known_teams(tx):
        return [Answer("forecast", params={"team": team})]
    said = "预测说的是本月和你能看的人;过去签了多少发「日报 上月」。"
    return [Answer("forecast", params={"said": said} if team not in ("", who.team) else {})]


async def on_commit(tx: Tx, action: Commit, who: Who, ctx: Context) -> list[Fact | Answer]:
    """A tap on a deal: it comes in the week; another tap: it does not."""
    deal = await get_visible_deal(tx, action.opportunity_id, who, rules=ctx.rules)
    require_open(deal)
    if deal.owner_id not in {member.id for member in await people_of(tx, who)}:
        raise NoRight(f"{deal.no} 不在你的小组,请他的主管来承诺。")
    require_role(who, LEADERS, "预测的承诺")
    await forecasts.commit_to(tx, action.week, deal, action.fen or None, by=who.id, now=ctx.now)
    said = f"{deal.no} {yuan_text(action.fen)},记下了" if action.fen else f"{deal.no} 的承诺已取消"
    return [Answer("forecast", params={"said": said})]


async def on_commit_word(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """承诺 O88 40万; 承诺 O88: the whole of it; 承诺 O88 0 takes it back."""
    number, words = deal_and_rest(rest)
    deal = await deals.find_deal(tx, number) if number is not None else None
    if number is None or (not words and (deal is None or deal.amount is None)):
        raise Unusable("承诺哪个商机、多少?例如:承诺 O88 40万;取消写 0。")
    whole = deal.amount if deal is not None and not words else None
    fen = whole if whole is not None else 0 if words in ("0", "不", "取消") else exact_amount(words)
    return await on_commit(tx, Commit(number, coming_week(ctx.today, ctx.calendar), fen), who, ctx)


async def on_target_word(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """目标: everybody's; 目标 王磊 50万 (下月) sets one, of a member or of a team."""
    if not rest:
        return [Answer("forecast")]
    require_role(who, LEADERS, "目标")
    parts = rest.split()
    if len(parts) < 2:
        raise Unusable(f"谁的目标、多少?{EXAMPLE}")
    month, _, after = month_of(ctx.today)
    if len(parts) > 2:
        if parts[2] not in ("本月", "下月"):
            raise Unusable(f"只能定本月或下月的目标,{EXAMPLE} 下月")
        month = f"{after:%Y-%m}" if parts[2] == "下月" else month
    kind, name, shown = await _whose(tx, parts[0], who)
    fen = exact_amount(parts[1])
    await forecasts.set_target(tx, month, kind, name, fen, by=who.id, now=ctx.now)
    await audit(tx, act="target", by=who.id, subject=f"{kind}:{name}", at=ctx.now, month=month)
    return [Answer("forecast", params={"said": f"{shown} {month} 的目标:{yuan_text(fen)}"})]


async def _whose(tx: Tx, name: str, who: Who) -> tuple[str, str, str]:
    """(member or team, its id, how people call it). Raises NotFound, NoRight (another team's), Unusable (several)."""
    found = list(await find_by_name(tx, name))
    if not found and (member := await find_member(tx, name)) is not None:
        found = [member]
    if len(found) > 1:
        raise Unusable(f"有 {len(found)} 位叫「{name[:20]}」的同事,请写成员编号:{'、'.join(m.id for m in found)}。")
    bound = who.role == "manager" and bool(who.team)
    if found:
        if bound and found[0].team != who.team:
            raise NoRight(f"{found[0].name}不在你的小组,目标请他的主管来定。")
        return "member", found[0].id, found[0].name
    team = name.removesuffix("组")
    teams = {member.team for member in await list_members(tx) if member.team}
    if team not in teams and name not in teams:
        raise NotFound(f"同事或小组「{name[:20]}」", f"名字要和成员名单里的一样,{EXAMPLE}。")
    team = name if name in teams else team
    if bound and team != who.team:
        raise NoRight(f"{team}不是你的小组,目标请他们的主管来定。")
    return "team", team, f"{team}组"


async def on_forecast_day(tx: Tx, row: Due, ctx: Context) -> list[Fact | Answer]:
    """The day has come: each leader with open deals in their team is asked what the coming week brings."""
    for leader in await list_members(tx, role="manager"):
        who = Who.of(leader)
        people = await people_of(tx, who)
        if ctx.calendar.is_workday(ctx.today) and await deals.has_open(tx, [m.id for m in people]):
            await ring(tx, ctx, leader, "forecast", key=f"{row.key}:{leader.id}")
    await plan_forecast(tx, ctx)
    return []


HANDLERS: dict[Any, Any] = {Commit: on_commit}
