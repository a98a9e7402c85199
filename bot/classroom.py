"""A room to practise in: the member alone, with leads made up for their lesson; everything else is the real thing."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.cards.practice import IDLE, finished, opening, step_told
from bot.context import Answer, Context, say
from bot.lessons import LESSONS
from bot.outgoing import ring
from bot.promises import hear_clocks, start_clocks
from config.worktime import parse_span
from leads import reached
from leads.capture import Person, capture
from leads.facts import Fact
from leads.owner_facts import LeadClaimed
from leads.rights import Who, pools_of
from sla import clock
from store import due, leads, timeline
from store.content import Content
from store.members import find_member
from store.practice import ON, Practice, clear, find_practice, furnish, room_of, save_practice, take_due
from store.queues import Due
from store.quote import Price, PriceList
from store.tables import Member
from store.tx import Tx

LEFT_ALONE = timedelta(minutes=30)  # then the room is cleared by itself
LOOK_BACK = timedelta(minutes=10)  # how long what was practised can still be looked at
DAY, FARTHEST = timedelta(days=1), 14  # days, longer than any holiday
SOURCE = "练习"
CUSTOMER = Person(
    source=SOURCE, name="王小练", phone="13800138000", company="练习科技有限公司", title="采购经理", city="杭州",
    need="想要一份报价,月底前要定下来", budget_min=50_000, budget_max=50_000,
)  # fmt: skip
OTHERS = (("官网", "李小练"), ("抖音", "陈小练"), ("展会", "周小练"))
COLLEAGUES = (("practice-zhou", "小周"), ("practice-wu", "小吴"))


async def begin(tx: Tx, member: Member, ctx: Context) -> Practice:
    """Make the member's room anew, with what their lesson needs, and tell the first step."""
    room = tx.beside(room_of(tx.home, member.id))
    await clear(room)
    await room.add(Member(**{**member.model_dump(), "corp": room.corp}))
    await furnish(tx, room, (Content, PriceList, Price))
    inside = ctx.practising()
    make = {"rep": _for_rep, "marketing": _for_marketing}.get(member.role, _for_manager)
    lead_id = await make(room, member, inside)
    row = Practice(
        corp=tx.corp, member_id=member.id, role=member.role, state="open", step=0, subject_id=lead_id,
        began_at=ctx.now, at=ctx.now,
    )  # fmt: skip
    await save_practice(tx, row)
    await _look_again(tx, row, ctx, LEFT_ALONE)
    await tell(room, inside, member, opening(member.name), row, "opening")
    if member.role == "rep":
        await ring(room, inside, member, "lead", key=f"practice:{row.began_at.isoformat()}", lead_id=row.subject_id)
    await tell_step(room, inside, member, row)
    return row


async def _for_rep(room: Tx, member: Member, ctx: Context) -> int:
    """A lead that waits in a pool of theirs, its promise running."""
    claimed = [name for name in pools_of(Who.of(member), rules=ctx.rules) if ctx.rules.pools[name].claim]
    lead_id = await _capture(room, CUSTOMER, ctx)
    if claimed:
        lead = await leads.get_lead(room, lead_id)
        pool = lead.pool if lead.pool in claimed else claimed[0]
        await leads.change(room, lead_id, stage="mql", pool=pool)
    else:  # nobody claims here: leads are given
        await leads.change(room, lead_id, stage="sal", owner_id=member.id, owned_at=ctx.now)
    return lead_id


async def _for_manager(room: Tx, member: Member, ctx: Context) -> int:
    """Two made-up reps; one of them has left a lead lying, and a new one came in."""
    for member_id, name in COLLEAGUES:
        await room.add(Member(corp=room.corp, id=member_id, name=name, role="rep", team=member.team))
    owner_id, _ = COLLEAGUES[0]
    then = replace(ctx, now=_long_ago(ctx))
    lead_id = await _capture(room, CUSTOMER, then)
    await leads.change(room, lead_id, stage="sal", owner_id=owner_id, owned_at=then.now)
    pool = (await leads.get_lead(room, lead_id)).pool
    await _tell(room, LeadClaimed(lead_id=lead_id, at=then.now, by=owner_id, owner_id=owner_id, pool=pool), then)
    while rows := await take_due(room, "clock", now=ctx.now):
        for row in rows:
            await clock.step(room, row, calendar=ctx.calendar, now=row.run_at)
    source, name = OTHERS[0]
    await _capture(room, replace(CUSTOMER, source=source, name=name, phone="13800138001"), ctx)
    return lead_id


def _long_ago(ctx: Context) -> datetime:
    """The last day, at this hour, of which a first contact is late by now."""
    rule = ctx.rules.clocks.get("first_contact")
    days = (ctx.now - number * DAY for number in range(1, FARTHEST))
    span = parse_span(rule.within) if rule is not None else DAY
    return next((day for day in days if ctx.calendar.due(day, span) < ctx.now), ctx.now - FARTHEST * DAY)


async def _for_marketing(room: Tx, member: Member, ctx: Context) -> int:
    """Leads of three channels."""
    return max(
        [
            await _capture(room, replace(CUSTOMER, source=source, name=name, phone=f"1380013800{number}"), ctx)
            for number, (source, name) in enumerate(OTHERS, 1)
        ]
    )


async def _capture(room: Tx, person: Person, ctx: Context) -> int:
    captured = await capture(room, person, rules=ctx.rules, now=ctx.now)
    for fact in captured.facts:
        await _tell(room, fact, ctx)
    return captured.lead_id


async def _tell(room: Tx, fact: Fact, ctx: Context) -> None:
    """Written down and counted, its promises begun; nobody is told: the lesson says what comes next."""
    await timeline.record(
        room, lead_id=fact.lead_id, kind=fact.kind, at=fact.at, by=fact.by, text=fact.text(), data=dict(fact.data())
    )
    if reached.counts(fact):
        await reached.note(room, fact, ctx.calendar.worked)
    for promises in (hear_clocks, start_clocks):
        await promises(room, fact, ctx, "practice")


async def tell(room: Tx, ctx: Context, member: Member, text: str, row: Practice, what: str) -> None:
    """Say something of the practice itself, once for each step and moment."""
    key = f"practice:{row.began_at.isoformat()}:{what}:{ctx.now.isoformat()}"
    await ring(room, ctx, member, "note", key=key, text=text)


async def tell_step(room: Tx, ctx: Context, member: Member, row: Practice) -> None:
    """Say what to do now."""
    text = step_told(LESSONS[row.role], row.step, f"L{row.subject_id}")
    await tell(room, ctx, member, text, row, f"step{row.step}")


async def finish(tx: Tx, room: Tx, ctx: Context, member: Member, row: Practice) -> None:
    """The last step is done: the room is left as it is for a moment, then it goes."""
    row.state = "done"
    await save_practice(tx, row)
    await _look_again(tx, row, ctx, LOOK_BACK)
    await tell(room, ctx, member, finished(row.role, ctx.now - row.began_at), row, "finished")


async def stop(tx: Tx, row: Practice, *, now_state: str = "stopped") -> None:
    """Close the practice and take everything out of its room."""
    await clear(tx.beside(room_of(tx.home, row.member_id)))
    row.state = now_state
    await save_practice(tx, row)


async def _look_again(tx: Tx, row: Practice, ctx: Context, span: timedelta) -> None:
    at = ctx.now + span
    key = f"practice:{row.member_id}:{row.began_at.isoformat()}:{at.isoformat()}"
    payload = {"member": row.member_id, "began": row.began_at.isoformat()}
    await due.keep(tx, kind="practice", key=key, at=at, payload=payload)


async def on_practice_over(tx: Tx, due_row: Due, ctx: Context) -> list[Fact | Answer]:
    """A practice that was finished goes; one that nobody goes on with is put away, and its member hears it."""
    row = await find_practice(tx, str(due_row.payload["member"]))
    if row is None or row.began_at.isoformat() != due_row.payload["began"]:
        return []
    if row.state not in ON:
        await stop(tx, row, now_state=row.state)
        return []
    if (left := row.at + LEFT_ALONE - ctx.now) > timedelta(0):
        await _look_again(tx, row, ctx, left)
        return []
    await stop(tx, row)
    member = await find_member(tx, row.member_id)
    return [say(IDLE, to=row.member_id)] if member is not None and member.state == "active" else []
