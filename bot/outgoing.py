"""Asking for cards: to whom, once per key, as a ring (somebody must notice) or a refresh (what hangs must be true)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from bot.context import Context
from bot.platform import Place
from bot.rest import keep_for_work, rests
from config.rules import Rules
from leads.rights import Who, pools_of
from store import cards, due, messages, outbox
from store.chat import CardPlace
from store.members import find_member, list_at, list_members
from store.tables import Lead, Member
from store.tx import Tx

BURST = 20  # new lead cards a minute to one person, of the 30 messages WeCom allows; beyond it a list replaces them
GROUP_BURST = 5  # the same for a group, where everybody reads everything
LATE_BURST = 3  # cards of promises a minute to one leader
GATHER = timedelta(seconds=60)


async def ring(
    tx: Tx, ctx: Context, member: Member, card: str, *, key: str, lead_id: int | None = None, **params: Any
) -> bool:
    """Post a new card to a member, once per key; False when they have no place or the key was used."""
    place = ctx.place_of(member)
    if place is None:
        return False
    return await outbox.ask(
        tx,
        platform=place.platform,
        place=place.id,
        lane=place.lane(),
        card=card,
        key=key,
        now=ctx.now,
        member_id=member.id,
        lead_id=lead_id,
        params=params,
    )


async def refresh(tx: Tx, ctx: Context, lead: Lead, *, origin: str, only: str | None = None, card: str = "") -> None:
    """Make every living card of a lead true again (or only that at the place `only`, or those whose name begins so)."""
    places = await cards.list_places(tx, lead.id or 0)
    hanging = [place for place in places if only in (None, place.place) and place.card.startswith(card)]
    await redraw(tx, ctx, hanging, lead_id=lead.id or 0, origin=origin)


async def redraw(tx: Tx, ctx: Context, hanging: Sequence[CardPlace], *, lead_id: int, origin: str) -> None:
    """Make these cards true again."""
    if not hanging:
        return
    people = await list_at(tx, [place.place for place in hanging])
    groups = {(group.platform, group.id): group for group in ctx.groups}
    for place in hanging:
        member = next(
            (m for m in people if place.place == (m.wecom if place.platform == "wecom" else m.dingtalk)), None
        )
        group = groups.get((place.platform, place.place)) if place.code else None
        if member is None and group is None:
            continue
        await outbox.ask(
            tx,
            platform=place.platform,
            place=place.place,
            lane=(group or Place(place.platform, place.place)).lane(),
            card=place.card,
            key=f"refresh:{place.card}:{lead_id}:{place.place}:{origin}",
            now=ctx.now,
            member_id=member.id if member is not None else None,
            lead_id=lead_id,
            purpose="refresh",
        )


async def eligible(tx: Tx, lead: Lead, *, rules: Rules) -> Sequence[Member]:
    """The active reps who may claim from the lead's pool; nobody where its leads are only given."""
    pool = rules.pools.get(lead.pool)
    if pool is not None and not pool.claim:
        return []
    return [m for m in await list_members(tx, role="rep") if lead.pool in pools_of(Who.of(m), rules=rules)]


async def managers_of(tx: Tx, lead: Lead, *, rules: Rules) -> Sequence[Member]:
    """Who answers for a lead: the owner's team lead, or the managers of its pool; at worst the administrators."""
    managers = await list_members(tx, role="manager")
    owner = await find_member(tx, lead.owner_id) if lead.owner_id else None
    if owner is not None:
        found = [m for m in managers if m.team in ("", owner.team)]
    else:
        found = [m for m in managers if lead.pool in pools_of(Who.of(m), rules=rules)]
    return found or managers or await list_members(tx, role="admin")


async def offer(tx: Tx, ctx: Context, lead: Lead, *, without: str | None = None) -> None:
    """Offer a free lead to the reps of its pool: now in working time, otherwise when work begins again."""
    if not ctx.calendar.is_open(ctx.now):
        await due.keep(
            tx,
            kind="offer",
            key=f"offer:{lead.id}:{lead.version}",
            at=ctx.calendar.next_open(ctx.now),
            lead_id=lead.id,
            payload={"without": without},
        )
        return
    await tell_group(tx, ctx, lead)
    reps = [m for m in await eligible(tx, lead, rules=ctx.rules) if m.id != without]
    if not reps:
        for manager in await managers_of(tx, lead, rules=ctx.rules):
            await ring(
                tx, ctx, manager, "lead", key=f"offer:{lead.id}:{lead.version}:{manager.id}", lead_id=lead.id,
                headline="没有人可以领取这条线索,请安排",
            )  # fmt: skip
        return
    lanes = {rep.id: place.lane() for rep in reps if (place := ctx.place_of(rep)) is not None}
    asked = await messages.count_each_asked_since(tx, list(lanes.values()), "lead", ctx.now - GATHER)
    for rep in reps:
        if rep.id not in lanes:
            continue
        if rests(rep, ctx):
            await keep_for_work(tx, ctx, rep)
            continue
        if asked.get(lanes[rep.id], 0) >= BURST:
            minute = int(ctx.now.timestamp()) // 60
            await due.keep(
                tx, kind="gather", key=f"gather:{rep.id}:{minute}", at=ctx.now + GATHER, payload={"member": rep.id}
            )
        else:
            await ring(tx, ctx, rep, "lead", key=f"offer:{lead.id}:{lead.version}:{rep.id}", lead_id=lead.id)


async def gathers_late(tx: Tx, ctx: Context, member: Member) -> bool:
    """Whether a leader has had enough cards of promises this minute; then what is late comes as one list after it."""
    place = ctx.place_of(member)
    if place is None or member.role == "rep":
        return False
    if await messages.count_clocks_since(tx, place.lane(), ctx.now - GATHER) < LATE_BURST:
        return False
    minute = int(ctx.now.timestamp()) // 60
    payload = {"late": member.id}
    await due.keep(tx, kind="gather", key=f"late:{member.id}:{minute}", at=ctx.now + GATHER, payload=payload)
    return True


async def tell_group(tx: Tx, ctx: Context, lead: Lead) -> None:
    """Tell the group of the lead's pool, if it has one, without personal data; many leads become one line."""
    for place in _groups_of(lead.pool, ctx):
        if await messages.count_asked_since(tx, place.lane(), "group", ctx.now - GATHER) >= GROUP_BURST:
            minute = int(ctx.now.timestamp()) // 60
            key = f"gather:{place.lane()}:{minute}"
            payload = {"pool": lead.pool, "lane": place.lane()}
            await due.keep(tx, kind="gather", key=key, at=ctx.now + GATHER, payload=payload)
            continue
        await outbox.ask(
            tx, platform=place.platform, place=place.id, lane=place.lane(), card="group",
            key=f"offer:{lead.id}:{lead.version}:{place.lane()}", now=ctx.now, lead_id=lead.id,
        )  # fmt: skip


async def tell_group_of_pool(tx: Tx, ctx: Context, pool_name: str, *, lane: str, key: str) -> None:
    """Tell a pool's group, by its lane, how many leads wait, in one line."""
    for place in _groups_of(pool_name, ctx):
        if place.lane() == lane:
            await outbox.ask(
                tx, platform=place.platform, place=place.id, lane=lane, card="group", key=key, now=ctx.now,
                params={"pool": pool_name},
            )  # fmt: skip


def _groups_of(pool_name: str, ctx: Context) -> list[Place]:
    """The group that a pool's rule names, on each platform whose settings know it."""
    pool = ctx.rules.pools.get(pool_name)
    return [place for place in ctx.groups if pool is not None and place.id == pool.group]


async def audience(tx: Tx, lead: Lead, tell: Sequence[str], *, rules: Rules) -> list[Member]:
    """The members that a rule's words mean, each once: owner, pool, team_lead, director (of all teams), admin."""
    found: dict[str, Member] = {}
    for word in tell:
        people: Sequence[Member] = ()
        if word == "owner" and lead.owner_id:
            people = [m for m in await list_members(tx) if m.id == (lead.cover_id or lead.owner_id)]
            people = people or await managers_of(tx, lead, rules=rules)  # the owner has left
        elif word == "pool" and lead.owner_id is None:
            people = await eligible(tx, lead, rules=rules)
        elif word == "team_lead":
            managers = await managers_of(tx, lead, rules=rules)
            people = [m for m in managers if m.team] or managers
        elif word == "director":
            people = [m for m in await list_members(tx, role="manager") if not m.team]
            people = people or await list_members(tx, role="admin")
        elif word == "admin":
            people = await list_members(tx, role="admin")
        found |= {m.id: m for m in people}
    return list(found.values())


async def managers_or_admins(tx: Tx, member: Member) -> Sequence[Member]:
    """Who can help when a member cannot be reached: the managers of their team, else the administrators; not they."""
    managers = [m for m in await list_members(tx, role="manager") if m.team in ("", member.team) and m.id != member.id]
    return managers or [m for m in await list_members(tx, role="admin") if m.id != member.id]
