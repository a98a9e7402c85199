"""What managers and administrators ask: what did not arrive, what the calendar says; and feedback."""

from datetime import timedelta

import structlog

from bot.cards.unsure import is_unsure
from bot.context import Answer, Context, say
from bot.office_actions import Resend
from bot.outgoing import ring
from config.difference import Difference, differences
from config.holidays import SOON, unknown_years, unknown_years_text
from config.rules import Rules
from leads.errors import Unusable
from leads.facts import Fact
from leads.rights import Who, require_role
from store import messages, outbox, webhook
from store.members import list_members
from store.timeline import audit
from store.tx import Tx

log = structlog.get_logger()

LEADERS = ("manager", "marketing", "admin")
UNREAD = (
    "公司的放假表(rules.yaml 的 calendar.override)读不了,先按原来知道的放假安排算时间。"
    "请在服务器上运行 ./run rules check,它会说是第几行;改好几秒内生效。"
)


async def on_undelivered(tx: Tx, who: Who, ctx: Context) -> list[Fact | Answer]:
    """未送达: messages that did not reach their person, each with 重发."""
    require_role(who, LEADERS, "未送达清单")
    cards: list[Fact | Answer] = [Answer("unsure")] if await is_unsure(tx, ctx) else []
    if await messages.list_undelivered(tx, limit=1):
        cards.append(Answer("undelivered"))
    if who.role == "admin" and (lines := await untold(tx)):
        cards.append(say("\n".join(lines)))
    return list(cards) or [say("所有消息都送到了,没有未送达的。")]


async def untold(tx: Tx) -> list[str]:
    """What webhooks did not get, one line each, with what to do."""
    counts = await webhook.count_open(tx)
    failed = [(one, counts.get(one.id or 0, {}).get("parked", 0)) for one in await webhook.list_webhooks(tx)]
    return [
        f"Webhook {one.no} 有 {count} 条没送到:{one.error or '试了三天'}。在网页「Webhook」里重放。"
        for one, count in failed
        if count
    ]


async def on_resend(tx: Tx, action: Resend, who: Who, ctx: Context) -> list[Fact | Answer]:
    """The button 重发."""
    require_role(who, LEADERS, "重发消息")
    if not await outbox.resend(tx, action.message_id, now=ctx.now):
        raise Unusable("这条消息已经送到,或者已经在重发了。")
    await audit(tx, act="resend", by=who.id, subject=f"message {action.message_id}", at=ctx.now)
    return [say("好的,正在重发。")]


async def on_calendar(tx: Tx, who: Who, ctx: Context) -> list[Fact | Answer]:
    """日历: which of the next days are worked, and why."""
    today = ctx.now.astimezone(ctx.rules.zone).date()
    lines = []
    for offset in range(10):
        day = today + timedelta(days=offset)
        special = ctx.calendar.special.get(day)
        works = ctx.calendar.is_workday(day)
        why = {"free": "放假", "work": "补班"}.get(special or "", "工作日" if works else "周末")
        lines.append(f"{day:%m-%d} 周{'一二三四五六日'[day.weekday()]} {'上班' if works else '休息'}({why})")
    if years := unknown_years(ctx.calendar, ctx.now, ctx.now + SOON):
        lines.append(_no_data(years))
    return [say("工作日历(计时只算上班时间)\n" + "\n".join(lines))]


async def warn_of_calendar(tx: Tx, ctx: Context) -> None:
    """The administrators hear once what the calendar lacks: a readable list, or the days of a year, a month ahead."""
    for admin in await list_members(tx, role="admin") if ctx.days_flaw else ():
        await ring(tx, ctx, admin, "note", key=f"days:{ctx.days_flaw}:{admin.id}", text=UNREAD)
    years = unknown_years(ctx.calendar, ctx.now, ctx.now + SOON)
    if not years:
        return
    text, year = _no_data(years), years[-1]
    for admin in await list_members(tx, role="admin"):
        if await ring(tx, ctx, admin, "note", key=f"calendar:{year}:{admin.id}", text=text):
            log.warning(unknown_years_text(years))


def _said(one: Difference) -> str:
    """clocks.claim.within:2h 改成 4h."""
    if not one.before:
        return f"{one.key}:加上 {one.after}"
    return f"{one.key}:{one.before} 改成 {one.after}" if one.after else f"{one.key}:去掉了 {one.before}"


async def tell_of_rules(tx: Tx, ctx: Context, before: Rules) -> None:
    """The administrators hear once which rules are in force from now on, and what differs."""
    lines = [_said(one) for one in differences(before, ctx.rules)]
    more = [f"…还有 {len(lines) - 8} 处"] if len(lines) > 8 else []
    text = "\n".join([f"规则第 {ctx.rules.version} 版已经生效。" + ("改动:" if lines else ""), *lines[:8], *more])
    for admin in await list_members(tx, role="admin"):
        await ring(
            tx, ctx, admin, "rules", key=f"rules:{ctx.rules.version}:{admin.id}", text=text,
            version=ctx.rules.version, before=before.version,
        )  # fmt: skip


def _no_data(years: list[int]) -> str:
    names = "、".join(map(str, years))
    cure = "请管理员升级线索助手,或者在公司的放假表(rules.yaml 的 calendar.override)里补上。"
    return f"注意:还没有 {names} 年的放假安排,只按周末和固定节日算,不含调休补班。{cure}"
