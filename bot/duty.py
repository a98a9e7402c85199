"""Who works on a lead right now, and by whose hours its promises are counted."""

from bot.context import Context
from config.worktime import WorkCalendar
from store.leads import get_lead
from store.members import find_member
from store.tables import Lead, Member
from store.tx import Tx


async def on_duty(tx: Tx, lead: Lead) -> Member | None:
    """The colleague who covers for the absent owner, or the owner; None while nobody has the lead."""
    member_id = lead.cover_id or lead.owner_id
    return await find_member(tx, member_id) if member_id else None


async def hours_of(tx: Tx, lead: Lead, ctx: Context) -> WorkCalendar:
    """The hours of whoever is on duty; of a free lead those of its pool's team, or the company's."""
    if not ctx.others:
        return ctx.calendar
    if lead.owner_id is not None:
        return ctx.hours_of(await on_duty(tx, lead))
    pool = ctx.rules.pools.get(lead.pool)
    teams = pool.teams if pool is not None else ()
    return (ctx.others.teams.get(teams[0]) if len(teams) == 1 else None) or ctx.calendar


async def only_watched(tx: Tx, lead_id: int, ctx: Context) -> bool:
    """Whether the lead is in the hands, or in the pool, of teams whose promises are only watched so far."""
    teams = {one.team for one in ctx.rules.watching(ctx.today)}
    if not teams:
        return False
    lead = await get_lead(tx, lead_id)
    if lead.owner_id is not None:
        member = await on_duty(tx, lead)
        return member is not None and member.team in teams
    pool = ctx.rules.pools.get(lead.pool)
    return pool is not None and bool(pool.teams) and set(pool.teams) <= teams
