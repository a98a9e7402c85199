"""How a journey is doing, and what it would do, in words."""

from collections.abc import Mapping
from datetime import date

from bot.context import Context
from config.journey import Journey
from leads.mask import said
from leads.reach_facts import CHANNEL_LABELS
from nurture.awakening import awakening
from nurture.facts import CAUSES, ENDINGS
from nurture.foresight import Foreseen, foresee, list_travellers
from nurture.journey import mark_of
from nurture.picture import Count
from nurture.planner import Wish, outlook_text
from nurture.verdict import Group
from nurture.verdict import told as verdict_text
from store import journeys
from store.members import name_of
from store.tx import Tx

LOOKED_AT = 20
SHOWN = 8
WAVE = 1000  # people whose first message is planned


def line_of(states: Mapping[str, int]) -> str:
    """进来 120,在走 80,停着 6,走完 20,达成 10,退出 4."""
    if not states:
        return "还没有人走过"
    labels = {"running": "在走", "paused": "停着", "finished": "走完", "goal": "达成", "exited": "退出"}
    told = [f"{label} {states[state]}" for state, label in labels.items() if states.get(state)]
    return ",".join([f"进来 {sum(states.values())}", *told])


async def counted(tx: Tx, name: str, journey: Journey) -> dict[str, Count]:
    """How many are at each step, of all versions together."""
    found = await journeys.count_steps(tx, name)
    return {step: Count(*found.get(step, (0, 0))) for step in journey.names}


async def foreseen(tx: Tx, name: str, journey: Journey, ctx: Context) -> list[Foreseen]:
    """The ways of the newest twenty who could set out now."""
    people = await list_travellers(tx, journey, limit=LOOKED_AT)
    return [await foresee(tx, lead, name, journey, rules=ctx.rules, now=ctx.now) for lead in people]


async def dry_run(tx: Tx, name: str, journey: Journey, ctx: Context) -> str:
    """这 20 人会在何时收到什么: nothing is sent, nothing changes."""
    found = await foreseen(tx, name, journey, ctx)
    if not found:
        return f"试运行「{journey.label}」:现在没有符合条件的线索。"
    lines = [f"试运行「{journey.label}」:现在上路的话,这 {len(found)} 人会(没有人打开、没有人领取的情况下):"]
    for one in found[:SHOWN]:
        who = f"{one.lead.no} {said(one.lead.name, reveal=False) or '未留姓名'}"
        lines.append(f"· {who}:{_way(one, ctx)}")
    if len(found) > SHOWN:
        lines.append(f"· 还有 {len(found) - SHOWN} 人,接口 /api/v1/journeys/{name}/rehearsal 能看全部")
    lines += await _refused(found)
    lines += await wave(tx, name, journey, ctx)
    zone = "北京时间" if str(ctx.rules.zone) == "Asia/Shanghai" else str(ctx.rules.zone)
    return "\n".join([*lines, f"什么都没有发,时间都是{zone}。"])


def _way(one: Foreseen, ctx: Context) -> str:
    if one.cause:
        return CAUSES.get(one.cause) or ENDINGS.get(one.cause, one.cause)
    told = []
    for stop in one.stops:
        when = f"{stop.at.astimezone(ctx.rules.zone):%m-%d %H:%M} "
        label = CHANNEL_LABELS.get(stop.channel, "")
        what = f"{label}{stop.text[stop.text.index('「') :]}" if stop.channel else stop.text
        told.append(f"{what} 发不了({stop.refused})" if stop.refused else when + what)
    return " → ".join(told) or "什么都不会收到"


async def _refused(found: list[Foreseen]) -> list[str]:
    none = sum(1 for one in found if any(stop.refused for stop in one.stops))
    return [f"其中 {none} 人有消息发不了(没同意、退订或没有联系方式),旅程照走,不发。"] if none else []


async def wave(tx: Tx, name: str, journey: Journey, ctx: Context) -> list[str]:
    """What the first message to everybody who could set out now comes to, by channel: the plan before the start."""
    people = await list_travellers(tx, journey, limit=WAVE)
    wishes: dict[str, list[Wish]] = {}
    for lead in people:
        one = await foresee(tx, lead, name, journey, first=True, rules=ctx.rules, now=ctx.now)
        for stop in one.stops:
            if stop.channel:
                wishes.setdefault(stop.channel, []).append(Wish(stop.at, stop.put_off))
    lines = await outlook_text(tx, wishes, rules=ctx.rules, now=ctx.now)
    every = f"前 {WAVE} 人" if len(people) == WAVE else f"{len(people)} 人"
    return [f"符合条件的一共 {every},第一条消息:", *lines] if lines else [f"符合条件的一共 {every}。"]


async def awakening_text(tx: Tx, month: date, ctx: Context) -> str | None:
    """唤醒 1,200 → 回应 61 → 商机 7 → 成交 1; None when nobody was woken in the month."""
    found = await awakening(tx, month, rules=ctx.rules)
    if not found.woken and not found.left_alone:
        return None
    said = f"{month.month} 月唤醒 {found.woken:,} → 回应 {found.answered:,} → 商机 {found.opportunities:,} → "
    said += f"成交 {found.won:,}。发了 {found.messages:,} 条消息"
    said += f",花了 {found.cost:,.2f} 元。" if found.cost is not None else ",没有配单价,不算成本。"
    return said + (f"不再联系 {found.left_alone:,} 人。" if found.left_alone else "")


async def confirmed(tx: Tx, name: str) -> list[str]:
    """企业微信群发 王磊:12 位客户,确认了 9 位(75%); a line for each colleague whom a journey gave something to send."""
    lines = []
    for channel, member_id, handed, done in await journeys.count_confirmed(tx, name):
        verb = "确认了" if channel == "mass" else "发了"
        who = await name_of(tx, member_id)
        lines.append(f"{CHANNEL_LABELS[channel]} {who}:{handed} 位客户,{verb} {done} 位({done * 100 // handed}%)")
    return lines


async def verdicts(tx: Tx, name: str, journey: Journey) -> list[str]:
    """A line for each split of the running version: its groups, and whether one of them is better."""
    splits = [step for step in journey.names if journey.find(step).kind == "split"]
    if not splits:
        return []
    rows = await journeys.count_variants(tx, name, mark=mark_of(journey), by_goal=journey.goal is not None)
    lines = []
    for split in splits:
        groups = {target: Group(0, 0) for target in journey.find(split).split}
        for variant, entered, reached in rows:
            drawn = dict(part.split("=", 1) for part in variant.split(",")).get(split)
            if drawn in groups:
                groups[drawn] = Group(groups[drawn].entered + entered, groups[drawn].reached + reached)
        lines.append(f"A/B {split}({'达成目标' if journey.goal is not None else '点击或回复'}):{verdict_text(groups)}")
    return lines
