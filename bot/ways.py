"""Channel codes follow the rules and the rota: who answers now is worked out, and what differs is put onto WeCom."""

import hashlib
import json
from collections.abc import Sequence
from datetime import timedelta

from bot.context import Answer, Context
from bot.outgoing import ring
from config.way import ContactWay
from leads.facts import Fact
from leads.way import Duty, next_turn, on_duty
from store import channels, due, duty
from store.members import list_members
from store.queues import Due
from store.tables import Member
from store.tx import Tx

LOOK_AGAIN = timedelta(hours=1)  # leave and leavers have no hour of their own


async def plan_ways(tx: Tx, ctx: Context) -> None:
    """Have every code changed whose people or words are not those of this moment, and look again when a slot turns."""
    if not ctx.rules.contact_ways or "wecom" not in ctx.platforms:
        return
    people = {m.id: m for m in await list_members(tx) if m.wecom}
    away = await duty.list_away(tx, now=ctx.now)
    hour = ctx.now.replace(minute=0, second=0, microsecond=0) + LOOK_AGAIN
    turns = [hour]
    for name, way in ctx.rules.contact_ways.items():
        serving = on_duty(way, active=people, away=away, zone=ctx.rules.zone, now=ctx.now)
        await _plan(tx, name, way, serving, people, ctx)
        turn = next_turn(way, zone=ctx.rules.zone, now=ctx.now)
        turns += [turn] if turn is not None else []
    at = min(turns)
    await due.keep(tx, kind="ways", key=f"ways:{int(at.timestamp())}", at=at)


async def on_ways(tx: Tx, row: Due, ctx: Context) -> list[Fact | Answer]:
    """A slot begins or ends, or an hour has passed."""
    await plan_ways(tx, ctx)
    return []


async def _plan(tx: Tx, name: str, way: ContactWay, serving: Duty, people: dict[str, Member], ctx: Context) -> None:
    known = await channels.find_way(tx, name)
    users = [people[member].wecom or "" for member in serving.members]
    wanted = _mark(way, users)
    if users and (known is None or known.wanted != wanted):
        turn = (known.turn if known is not None else 0) + 1
        await channels.save_way(tx, name, users=users, wanted=wanted, turn=turn)
        await due.do_once(
            tx, kind="contact_way", key=f"way:{name}:{turn}", lane=f"way:{name}", now=ctx.now, payload={"way": name}
        )
    was_vacant = known is not None and known.vacant_at is not None
    if serving.vacant and not was_vacant:
        await channels.save_way(tx, name, vacant_at=ctx.now)
        await _tell_vacant(tx, name, way, [people[m] for m in serving.members], ctx)
    if was_vacant and not serving.vacant:
        await channels.save_way(tx, name, vacant_at=None)


async def _tell_vacant(tx: Tx, name: str, way: ContactWay, instead: Sequence[Member], ctx: Context) -> None:
    """Nobody whom the slots name is left: marketing hears it once, with who answers until they change the rules."""
    names = "、".join(member.name for member in instead)
    until = f"现在由后备{names}接待" if names else "现在没有人能接待,客户扫码还是加到原来的同事"
    text = f"{called(way)}排班里的同事都离职了,{until}。请在 rules.yaml 的 contact_ways.{name} 里换上新的同事。"
    await tell_marketing(tx, ctx, text, key=f"vacant:{name}:{int(ctx.now.timestamp())}")


async def tell_marketing(tx: Tx, ctx: Context, text: str, *, key: str) -> None:
    """Marketing hears it; where there is none, the administrators."""
    for member in await list_members(tx, role="marketing") or await list_members(tx, role="admin"):
        await ring(tx, ctx, member, "note", key=f"{key}:{member.id}", text=text)


def called(way: ContactWay) -> str:
    """活码「上海工博会」, 获客链接「抖音-夏季」."""
    return f"{'活码' if way.kind == 'code' else '获客链接'}「{way.label}」"


def _mark(way: ContactWay, users: Sequence[str]) -> str:
    told = [way.kind, way.label, way.confirm, list(way.tags), list(users)]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()[:16]
