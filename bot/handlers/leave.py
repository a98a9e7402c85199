"""A colleague is away: no new lead comes to them, and somebody covers for those they have, until they are back."""

import re
from datetime import datetime, timedelta

from bot.cards.asked import moment
from bot.context import Answer, Context, say
from leads.errors import Unusable
from leads.facts import Fact
from leads.rights import Who
from leads.understand.number import read_number
from leads.understand.when import When, find_whens
from sla import cover
from store import duty, owned
from store.members import find_by_name
from store.tables import Member
from store.timeline import audit
from store.tx import Tx

EXAMPLE = "例如:请假 到周五,请假 明天,请假 3月20日到3月25日 李娜(李娜顶班)"
WEEKS = ("周", "星期", "个星期")
LASTING = re.compile(r"([0-9]{1,2}|[一二两三四五六七八九十]{1,2})\s*(天|周|星期|个星期)(?![前后内])")  # today is one
DOTTED = re.compile(r"(?<![\d.])(1[0-2]|[1-9])\.([0-3]?\d)(?![\d.])")  # 3.20
FROM_TO = re.compile(r"(.+?)\s*(?:到|至|~|\uff5e|-|—)\s*(.+)")
MOMENT = timedelta(microseconds=1)
BACKUP = re.compile(r"(?:交给|找|由|给)?\s*([一-龥A-Za-z][一-龥A-Za-z0-9_.]{0,19}?)\s*(?:顶班|代班|替我|接)?$")


async def on_leave_word(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """请假 到周五: away from now (or from the first day named) through the last day named."""
    since, until = _span(rest, ctx)
    if until <= ctx.now:
        raise Unusable(f"「{rest[:20]}」已经过去了,没有记。{EXAMPLE}")
    if until <= since:
        raise Unusable(f"请假的最后一天早于第一天,没有记。{EXAMPLE}")
    backup = await _backup(tx, rest, who)
    if backup is not None and (gone := await duty.away(tx, backup.id, now=max(since, ctx.now))) is not None:
        back = moment(gone.until, now=ctx.now, zone=ctx.rules.zone)
        raise Unusable(f"{backup.name}自己也请假,{back} 才回来,没有记。换一位顶班,{EXAMPLE}")
    absence = await duty.add_absence(
        tx, who.id or "", since=since, until=until, backup_id=backup.id if backup else None
    )
    await cover.plan(tx, absence, now=ctx.now)
    await audit(tx, act="leave", by=who.id, subject=who.id or "", at=ctx.now, until=until.isoformat())
    begins = "" if since <= ctx.now else f"{moment(since, now=ctx.now, zone=ctx.rules.zone)}起,"
    last = (until - timedelta(minutes=1)).astimezone(ctx.rules.zone)
    days = f"{last:%m-%d} 周{'一二三四五六日'[last.weekday()]}"
    count = await owned.count_owned(tx, who.id or "")
    taker = await cover.who_covers(tx, absence, now=since) if count else None
    takes = f",{backup.name}顶班" if backup else ""
    if taker is not None:
        takes = f",手上 {count} 条线索由{taker.name}顶班,到时自动还给你"
    elif count:
        takes = f",手上 {count} 条线索没有人顶班,时限照常走"
    named = "" if backup or taker is None else "(想换人就发「请假 到周五 李娜顶班」)"
    return [say(f"好的,{begins}请假到 {days}{takes}{named}。这期间不给你分新线索,提前回来发「销假」。")]


async def on_back_word(tx: Tx, who: Who, ctx: Context) -> list[Fact | Answer]:
    """销假: back before the time; who is not away yet takes back the leave that they have named for later."""
    absence = await duty.away(tx, who.id or "", now=ctx.now)
    begun = ctx.now + MOMENT if absence is not None else None
    if not await duty.end_absence(tx, who.id or "", now=ctx.now, before=begun):
        raise Unusable("你没有在请假,不用销假。要请假发「请假 到周五」。")
    await audit(tx, act="back", by=who.id, subject=who.id or "", at=ctx.now)
    if absence is None:
        return [say("好的,后面报的请假都取消了,照常分线索给你。")]
    await cover.back(tx, absence, now=ctx.now)
    later = [since for since, _ in await duty.list_absences(tx, who.id or "") if since > ctx.now]
    kept = (
        f"{moment(later[0], now=ctx.now, zone=ctx.rules.zone)}起的请假还留着,不要了再发一次「销假」。" if later else ""
    )
    return [say(f"欢迎回来,从现在起照常分线索给你。{kept}")]


def _span(rest: str, ctx: Context) -> tuple[datetime, datetime]:
    rest = DOTTED.sub(r"\1月\2日", rest)
    whens = find_whens(rest, now=ctx.now.astimezone(ctx.rules.zone))
    if len(whens) < 2 or whens[-1].end <= whens[0].start:
        whens = _both_ends(rest, ctx) or whens
    if not whens and (days := LASTING.match(rest)) is not None:
        count = int(read_number(days[1]) or 0) * (7 if days[2] in WEEKS else 1)
        midnight = ctx.now.astimezone(ctx.rules.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        return ctx.now, midnight + timedelta(days=count)
    if not whens:
        if rest and re.search(r"\d|周|天|月|号|日", rest):
            raise Unusable(f"没看懂请假到哪天。{EXAMPLE}")
        local = ctx.now.astimezone(ctx.rules.zone)
        return ctx.now, local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    last = _end(whens[-1])
    from_now = len(whens) == 1 and rest.lstrip().startswith(("到", "至"))
    return ctx.now if from_now else max(whens[0].start, ctx.now), last


def _both_ends(rest: str, ctx: Context) -> list[When]:
    """First and last moment of 20号到25号, 3月20日-25日 or 下午3点到6点, which do not read as two; [] for others."""
    parted = FROM_TO.match(rest)
    if parted is None:
        return []
    left, right = parted[1].strip(), parted[2].strip()
    left += "号" if re.fullmatch(r"\d{1,2}", left) else ""
    if re.search("下午|晚上", left) and not re.search("[上中下]午|晚上|早", right):
        right = f"下午{right}"
    now = ctx.now.astimezone(ctx.rules.zone)
    first, last = find_whens(left, now=now), find_whens(right, now=now)
    if first and "月" not in right and (not last or last[0].end <= first[0].start):
        last = find_whens(right, now=first[0].start)
    return [first[0], last[0]] if first and last else []


def _end(when: When) -> datetime:
    """The instant from which they work again: after the last day named, or at the minute named."""
    return when.end + timedelta(days=1) if when.precision == "range" else when.end


async def _backup(tx: Tx, rest: str, who: Who) -> Member | None:
    """A colleague whose name ends the line."""
    for part in reversed(rest.replace(",", " ").replace("\uff0c", " ").split()):
        found = BACKUP.match(part)
        people = [m for m in await find_by_name(tx, found[1]) if m.id != who.id] if found else []
        if len(people) == 1:
            return people[0]
        if len(people) > 1:
            raise Unusable(f"有 {len(people)} 位同事叫{found[1] if found else ''},请写账号,没有记。{EXAMPLE}")
        if found and part.endswith(("顶班", "代班", "替我")):
            raise Unusable(f"没有找到可以顶班的同事「{found[1]}」,没有记。{EXAMPLE}")
    return None
