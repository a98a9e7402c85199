"""Every night: who has been silent for long gets a plan, who has their day today sets out; on the first of a month the
result of waking them is told."""

from datetime import date, datetime, time, timedelta

from bot.context import Context
from bot.journeys.said import awakening_text
from bot.morning import note_at_work
from config.journey import Journey
from leads.facts import Fact
from leads.own import values_of
from leads.understand.festival import festival_day
from nurture import dormant
from nurture.running import begin
from store import due
from store.leads import list_following
from store.members import list_members
from store.queues import Due
from store.tables import Lead
from store.tx import Tx

NIGHT = time(0, 40)
SLICE = 500
HEARERS = ("marketing", "manager")


async def plan_journeys(tx: Tx, ctx: Context) -> None:
    """The coming night is kept."""
    local = ctx.now.astimezone(ctx.rules.zone)
    day = local.date() if local.time() < NIGHT else local.date() + timedelta(days=1)
    at = datetime.combine(day, NIGHT, ctx.rules.zone)
    await due.keep(tx, kind="journeys", key=f"journeys:{day}", at=at, payload={"day": day.isoformat()})


async def on_journeys(tx: Tx, row: Due, ctx: Context) -> list[Fact]:
    """A night, or the next slice of it: five hundred leads in one transaction."""
    if "journey" in row.payload:
        return await _set_out(tx, row, ctx)
    if "after" not in row.payload:
        await plan_journeys(tx, ctx)
        await _todays(tx, ctx)
    facts, last = await dormant.reconcile(tx, after=int(row.payload.get("after", 0)), rules=ctx.rules, now=ctx.now)
    if last is not None:
        payload = {**row.payload, "after": last}
        await due.keep(tx, kind="journeys", key=f"journeys:{row.payload['day']}:{last}", at=ctx.now, payload=payload)
    elif ctx.today.day == 1:
        await _tell_month(tx, ctx)
    return facts


async def _todays(tx: Tx, ctx: Context) -> None:
    """Journeys that begin today at their hour: a festival's, or that of a date that leads have."""
    for name, journey in ctx.rules.journeys.items():
        if not journey.active:
            continue
        for day, occasion in days_of(journey, ctx.today):
            at = datetime.combine(ctx.today, time.fromisoformat(journey.start.at), ctx.rules.zone)
            payload = {"journey": name, "day": day.isoformat(), "occasion": occasion, "after": 0}
            await due.keep(tx, kind="journeys", key=f"set_out:{name}:{occasion}", at=at, payload=payload)


def days_of(journey: Journey, today: date) -> list[tuple[date, str]]:
    """(the day that is meant, its occasion) of what lets leads set out today."""
    start, meant = journey.start, today - timedelta(days=journey.start.days)
    if start.kind == "date":
        return [(meant, meant.isoformat())]
    return [(meant, f"{name}:{meant.year}") for name in start.holiday if festival_day(name, meant.year) == meant]


async def _set_out(tx: Tx, row: Due, ctx: Context) -> list[Fact]:
    name, day, occasion = (str(row.payload[key]) for key in ("journey", "day", "occasion"))
    journey = ctx.rules.journeys.get(name)
    if journey is None:
        return []
    leads = await list_following(tx, int(row.payload["after"]), limit=SLICE)
    facts: list[Fact] = []
    for lead in leads:
        if _has_day(journey, lead, day):
            facts += await begin(tx, lead, name, journey, occasion=occasion, day=day, rules=ctx.rules, now=ctx.now)
    if len(leads) == SLICE:
        payload = {**row.payload, "after": leads[-1].id}
        key = f"set_out:{name}:{occasion}:{leads[-1].id}"
        await due.keep(tx, kind="journeys", key=key, at=ctx.now, payload=payload)
    return facts


def _has_day(journey: Journey, lead: Lead, day: str) -> bool:
    return journey.start.date is None or values_of(lead).get(journey.start.date) == day


async def _tell_month(tx: Tx, ctx: Context) -> None:
    """What came of the last month, once its leads had a month to answer."""
    month = ctx.today - timedelta(days=1)
    text = await awakening_text(tx, month, ctx)
    if text is None:
        return
    for member in await list_members(tx):
        if member.role in HEARERS:
            key = f"awakening:{month:%Y-%m}:{member.id}"
            await note_at_work(tx, ctx, member, text, key=key, lead_id=None)
