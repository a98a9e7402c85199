"""Is every channel alive? Who falls silent is noticed by its own habit, and marketing hears it once, with the cause."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.cards.asked import lasting, moment
from bot.channels import prefix_of
from bot.context import Context
from bot.morning import note_at_work
from leads.silence import LOOKED_AT, too_quiet, usual_gap
from store import pulse
from store.access import get_property
from store.counts import counts_between
from store.db import Store
from store.members import list_members
from store.origin import SourceWatch
from store.tx import Tx

FORGED = "forged"
BY_HAND = ("手工录入",)  # people, whose silence is no fault of a channel
FAILING = timedelta(hours=1)  # a fetch that fails so long is told, whatever the source usually does
NO_TRAFFIC = "没有流量,我们这边一切正常"


@dataclass(frozen=True)
class Pulse:
    """One source: when something last came, its usual gap, how long it is too quiet, what is missing and why."""

    source: str
    channel: str = ""  # the declared one that brings it, "" for forms and programs
    last_at: datetime | None = None
    gap: timedelta | None = None
    quiet: timedelta | None = None  # working time, when it is too much
    missing: int = 0  # deliveries put aside because they could not be read
    failing_since: datetime | None = None
    cause: str = ""
    forged: int = 0  # refused today
    told: str = ""
    alert: SourceWatch | None = None

    @property
    def ill(self) -> bool:
        """Whether something must be told."""
        return self.quiet is not None or bool(self.cause and self.failing_since is not None)


def counted_as(channel: str) -> str:
    """The name under which a channel's refusals are counted, beside those of the forms."""
    return f"@{channel}"


async def look(tx: Tx, ctx: Context) -> list[Pulse]:
    """Every source as it stands now, those with an alarm first."""
    alerts = await pulse.list_alerts(tx)
    today = ctx.today.isoformat()
    counts = await counts_between(tx, today, today)
    channels = {source: name for name, source in ctx.channels.items()}
    found = []
    for source in sorted({*await pulse.list_sources(tx), *channels} - {*BY_HAND}):
        name = channels.get(source, "")
        arrivals = await pulse.arrivals_of(tx, source, limit=LOOKED_AT)
        gap = usual_gap(arrivals, calendar=ctx.calendar, now=ctx.now)
        last_at = arrivals[0] if arrivals else None
        quiet = too_quiet(last_at, gap, calendar=ctx.calendar, now=ctx.now) if last_at and gap else None
        state = await pulse.state_of(tx, name) if name else None
        found.append(
            Pulse(
                source, name, last_at, gap, quiet, alert=alerts.get(source),
                missing=await pulse.count_parked(tx, prefix_of(name)) if name else 0,
                failing_since=state.failing_since if state is not None else None,
                cause=state.cause if state is not None else "", told=state.told if state is not None else "",
                forged=counts.get(counted_as(name), {}).get(FORGED, 0) if name else 0,
            )
        )  # fmt: skip
    return sorted(found, key=lambda one: (one.alert is None and not one.ill, one.source))


def told_of(one: Pulse, ctx: Context) -> str:
    """「聚光」最近收到 09:42,缺 0 条."""
    last = moment(one.last_at, now=ctx.now, zone=ctx.rules.zone) if one.last_at else "还没有"
    text = f"「{one.source}」最近收到 {last}"
    if one.channel:
        text += f",缺 {one.missing} 条"
    if one.failing_since is not None:
        text += f",{moment(one.failing_since, now=ctx.now, zone=ctx.rules.zone)} 起取不到:{one.cause}"
    if one.forged:
        text += f",今天拒收 {one.forged} 次签名不对的"
    return text + (f",太安静了(平时 {lasting(one.gap.total_seconds())}一条)" if one.quiet and one.gap else "")


class Watch:
    """Looks at all sources every minute."""

    def __init__(self, store: Store, context: Callable[[], Awaitable[Context]]) -> None:
        self._store = store
        self._context = context

    async def run_once(self) -> int:
        """Tell marketing what has changed for the worse or the better; always 0: there is never more to do at once."""
        ctx = await self._context()
        async with self._store.read() as tx:
            found = [one for one in await look(tx, ctx) if _has_news(one, ctx)]
        if found:
            await self._store.transaction(lambda tx: _tell_all(tx, found, ctx))
        return 0


def _has_news(one: Pulse, ctx: Context) -> bool:
    return bool(_worse(one, ctx) or _better(one) or _beside(one, ctx))


def _worse(one: Pulse, ctx: Context) -> bool:
    failing = one.failing_since is not None and ctx.now - one.failing_since >= FAILING
    return one.alert is None and (one.quiet is not None or failing)


def _better(one: Pulse) -> bool:
    if one.alert is None or one.failing_since is not None or one.quiet is not None:
        return False
    return one.last_at != one.alert.last_at or one.alert.cause != NO_TRAFFIC


def _beside(one: Pulse, ctx: Context) -> list[tuple[str, str]]:
    """(mark, sentence) of what goes wrong while leads still come."""
    news = []
    if one.missing and "unreadable" not in one.told.split():
        text = f"渠道「{one.source}」有 {one.missing} 条推送读不出来:对方多半改了字段名。一条都没丢,先放着;"
        cure = f"请管理员核对 leadbot.yaml 里 channels.{one.channel} 的 id 和 fields,"
        cure += f"改好重启后发「渠道 重试 {one.source}」。"
        news.append(("unreadable", text + cure))
    mark = f"{FORGED}:{ctx.today.isoformat()}"
    if one.forged and mark not in one.told.split():
        text = f"渠道「{one.source}」今天有推送的签名不对,已拒收,什么都没写入。"
        news.append((mark, text + "如果对方刚换过密钥,请管理员把新的写进 .env 再重启;如果没有,就是有人在乱试,不用管。"))
    return news


async def _tell_all(tx: Tx, found: list[Pulse], ctx: Context) -> None:
    for one in found:
        if _worse(one, ctx):
            cause, cure = _why(one)
            if await pulse.raise_alert(tx, one.source, last_at=one.last_at, cause=cause, now=ctx.now):
                await tell_marketing(tx, ctx, f"{_quiet_words(one, ctx)}原因:{cause}。{cure}", key=_key("silent", one))
        elif _better(one) and await pulse.close_alert(tx, one.source):
            last = moment(one.last_at, now=ctx.now, zone=ctx.rules.zone) if one.last_at else "—"
            missing = f"还有 {one.missing} 条读不出来" if one.missing else "断开期间的都补上了,缺 0 条"
            text = f"渠道「{one.source}」恢复了,最近一条 {last}" + (f",{missing}。" if one.channel else "。")
            since = one.alert.alerted_at.isoformat() if one.alert is not None else ""
            await tell_marketing(tx, ctx, text, key=f"{_key('back', one)}:{since}")
        beside = _beside(one, ctx)
        for mark, text in beside:
            await tell_marketing(tx, ctx, text, key=f"{_key(mark, one)}:{ctx.today.isoformat()}")
        if beside:
            today = [word for word in one.told.split() if not word.startswith(FORGED)]
            await pulse.save_state(tx, one.channel, told=" ".join([*today, *(mark for mark, _ in beside)]))


def _key(what: str, one: Pulse) -> str:
    return f"{what}:{one.source}:{one.last_at.isoformat() if one.last_at else ''}"


def _quiet_words(one: Pulse, ctx: Context) -> str:
    last = f"最后一条 {moment(one.last_at, now=ctx.now, zone=ctx.rules.zone)}。" if one.last_at else ""
    if one.quiet is not None and one.gap is not None:
        quiet, usual = lasting(one.quiet.total_seconds()), lasting(one.gap.total_seconds())
        return f"渠道「{one.source}」安静了 {quiet}(上班时间),平时最多隔 {usual}就有一条。{last}"
    return f"渠道「{one.source}」一个小时取不到线索了。{last}"


def _why(one: Pulse) -> tuple[str, str]:
    """The most likely cause, and what to do."""
    if one.failing_since is not None:
        cure = "恢复以后会从断开的地方补上,不会缺。"
        if "令牌" in one.cause:
            cure = f"请到对方后台换一个新的令牌,写进 .env,重启服务。{cure}"
        return one.cause, cure
    if one.missing:
        return "对方改了字段名,推送读不出来", "请管理员核对 leadbot.yaml 里这个渠道的 fields。"
    if one.forged:
        return "推送的签名不对,被拒收了", "对方多半换了密钥:把新的写进 .env,重启服务。"
    return NO_TRAFFIC, "看看投放是不是停了、余额用完了,或者页面打不开。"


async def tell_marketing(tx: Tx, ctx: Context, text: str, *, key: str) -> None:
    """Say a sentence to marketing, to the administrators where there is none, when they are at work; once a key."""
    for member in await list_members(tx, role="marketing") or await list_members(tx, role="admin"):
        await note_at_work(tx, ctx, member, text, key=f"{key}:{member.id}", lead_id=None)


async def probed_at(tx: Tx, form: str) -> datetime | None:
    """When our nightly try of a form last came through."""
    text = await get_property(tx, f"probed:{form}")
    return datetime.fromisoformat(text) if text else None
