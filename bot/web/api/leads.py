"""Leads for programs: look them up, book an enquiry, correct what is known, read the story."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from bot.context import Context
from bot.duty import hours_of
from bot.pipeline import Outcome
from bot.web.api.auth import acting
from bot.web.api.fields import Id, Moment, OwnFields, Sum, Words
from bot.web.api.filters import LeadFilter, conditions_of, found_by_what_is_shown
from bot.web.api.find import sources_of
from bot.web.api.intake import Booked, NewLead, person_of
from bot.web.api.paging import Page, cut, start_of
from bot.web.api.route import Call, Reply, Route
from bot.web.api.shape import Shape
from bot.web.api.shown import FactShown, LeadShown, fact_shown, lead_shown
from leads.capture import Captured, Person, capture
from leads.edit import edit
from leads.errors import Unusable
from leads.facts import Fact
from leads.followup import set_next_step
from leads.rights import Who, get_visible
from leads.stage import move_to
from leads.understand.money import MOST_YUAN, read_budget
from leads.undo import remember, snapshot
from sla.stopwatch import Leg, stopwatch_of
from store.deals import numbers_of
from store.leads import list_leads
from store.tables import Lead
from store.timeline import audit, list_story
from store.tx import Tx

BASE = "/api/v1/leads"
ByHand = Literal["", "nurturing", "mql", "sql", "invalid", "dormant"]
OTHER = ("fields", "stage", "reason")  # of a correction: what is no plain field of the lead


class LeadPage(Shape):
    """A page of leads."""

    items: list[LeadShown]
    next_cursor: str | None


class StoryPage(Shape):
    """A page of a lead's facts, oldest first."""

    items: list[FactShown]
    next_cursor: str | None


class Correction(Shape):
    """What to correct; only the fields that are given change. A field set to "" is emptied."""

    model_config = ConfigDict(extra="forbid")

    by: Annotated[Id, Field(description="修改的成员编号")] = None
    name: Annotated[Words, Field(max_length=60)] = ""
    company: Annotated[Words, Field(max_length=120)] = ""
    title: Annotated[Words, Field(max_length=60)] = ""
    city: Annotated[Words, Field(max_length=40)] = ""
    need: Annotated[Words, Field(max_length=4000)] = ""
    phone: Annotated[Words, Field(max_length=60)] = ""
    email: Annotated[Words, Field(max_length=120)] = ""
    wechat: Annotated[Words, Field(max_length=60)] = ""
    budget: Annotated[Sum, Field(description="多少元,或「50万」「10-20万」这样的说法")] = None
    budget_min: Annotated[int | None, Field(ge=0, le=MOST_YUAN)] = None
    budget_max: Annotated[int | None, Field(ge=0, le=MOST_YUAN)] = None
    fields: Annotated[OwnFields, Field(description="自己的字段,键或名字都行;null 表示清空")] = {}  # noqa: RUF012 - each shape gets its own
    stage: Annotated[ByHand, Field(description="改阶段,按生命周期的规矩走;别的阶段由领取和商机带来")] = ""
    reason: Annotated[Words, Field(max_length=1000, description="改阶段的原因")] = ""
    next_step_at: Annotated[Moment | None, Field(description="约定的下一步时间;null 表示取消")] = None

    def values(self) -> dict[str, object]:
        """The given fields as the verb takes them; raises Unusable for a budget that is no sum."""
        given = self.model_dump(include=self.model_fields_set - {"by", "next_step_at", "budget", *OTHER})
        if self.fields:
            given["own"] = self.fields
        if "budget" in self.model_fields_set:
            read = read_budget(self.budget) if self.budget not in (None, "") else (None, None)
            if read is None:
                raise Unusable("budget:要是多少元的数字,或「50万」「10-20万」这样的说法。")
            given = {"budget_min": read[0], "budget_max": read[1], **given}
        return given


async def list_them(call: Call) -> Reply:
    """GET /leads."""
    wanted: LeadFilter = call.query
    before = start_of(wanted, "leads")
    call_now = call.context.now
    looked_up = bool(wanted.phone or (wanted.q and sum(c.isdigit() for c in wanted.q) >= 4))
    if looked_up:
        call.guesses.check(call.caller, now=call_now)
    async with call.desk.store.read() as tx:
        conditions = await conditions_of(tx, wanted, call.context)
        rows = await list_leads(tx, *conditions, before=before, limit=wanted.limit + 1)
        shown, cursor = cut(rows, wanted, "leads", lambda lead: lead.id or 0)
        sources = await sources_of(tx, [lead.id or 0 for lead in shown])
        sold = await numbers_of(tx, [lead.id or 0 for lead in shown])
    items = [_shown(lead, sources, sold, call) for lead in shown]
    if not call.caller.reveals and wanted.q:
        items = [item for item in items if found_by_what_is_shown(item, wanted.q)]
    if looked_up and not items:
        call.guesses.missed(call.caller, now=call_now)
    await _note_reveal(call, "list", f"{len(items)} leads") if items else None
    return Reply(LeadPage.model_construct(items=items, next_cursor=cursor))


async def post(call: Call) -> Reply:
    """POST /leads: a person already known is no error but one more enquiry."""
    given: NewLead = call.body
    person = person_of(given, source=given.source or call.caller.source or "api", key=call.key)
    booked = await book(call, person, by=given.by)
    return Reply(Booked(lead=f"L{booked.lead_id}", new=booked.new), 201 if booked.new else 200)


async def book(call: Call, person: Person, *, by: str | None = None) -> Captured:
    """Capture a person with all that follows; raises Unusable when there is nothing to know them by."""
    booked: list[Captured] = []

    async def verb(tx: Tx, ctx: Context) -> Outcome:
        who = await acting(tx, by, call.caller) if by is not None else None
        booked[:] = [await capture(tx, person, by=who, rules=ctx.rules, now=ctx.now)]
        return booked[0].facts

    await call.desk.act(verb)
    return booked[0]


async def get(call: Call) -> Reply:
    """GET /leads/{no}."""
    return Reply(await show(call, call.lead_id))


async def show(call: Call, lead_id: int) -> LeadShown:
    """The lead as it stands now, as this caller may see it; raises NotFound."""
    async with call.desk.store.read() as tx:
        shown = await _look(tx, call, lead_id)
    await _note_reveal(call, "view", shown.no)
    return shown


async def act_and_show(call: Call, verb: Callable[[Tx, Context], Awaitable[tuple[int, Outcome]]]) -> Reply:
    """Run a verb, and answer with the lead (whose id it returns first) as it stands in the verb's own transaction."""
    lead_id = 0
    answer: list[LeadShown] = []

    async def outcome(tx: Tx, ctx: Context) -> Outcome:
        nonlocal lead_id
        lead_id, found = await verb(tx, ctx)
        return found

    async def look(tx: Tx) -> None:
        answer[:] = [await _look(tx, call, lead_id)]
        if call.caller.reveals:
            await _reveal(tx, call, "view", answer[0].no)

    await call.desk.act(outcome, look=look)
    return Reply(answer[0])


async def _look(tx: Tx, call: Call, lead_id: int) -> LeadShown:
    lead = await get_visible(tx, lead_id, _program(call), rules=call.context.rules)
    sources = await sources_of(tx, [lead_id])
    sold = await numbers_of(tx, [lead_id])
    calendar = await hours_of(tx, lead, call.context)
    legs = await stopwatch_of(tx, lead_id, calendar=calendar, now=call.context.now)
    return _shown(lead, sources, sold, call, legs)


async def patch(call: Call) -> Reply:
    """PATCH /leads/{no}: who owns it is changed by acts, not by editing; a stage by the move that leads there."""
    given: Correction = call.body
    values = given.values()

    async def verb(tx: Tx, ctx: Context) -> tuple[int, Outcome]:
        who = await acting(tx, given.by, call.caller)
        if given.next_step_at is not None and given.next_step_at <= ctx.now:
            raise Unusable("next_step_at:这个时间已经过去了,换一个将来的时间。")
        facts: list[Fact] = list(await edit(tx, call.lead_id, who, values, rules=ctx.rules, now=ctx.now))
        if given.stage:
            before = await snapshot(tx, call.lead_id)
            name, moved = await move_to(
                tx, call.lead_id, given.stage, who, reason=given.reason, rules=ctx.rules, now=ctx.now
            )
            await remember(tx, who, name, call.lead_id, before, now=ctx.now)
            facts.append(moved)
        if "next_step_at" in given.model_fields_set:
            before = await snapshot(tx, call.lead_id)
            facts.append(await set_next_step(tx, call.lead_id, who, given.next_step_at, rules=ctx.rules, now=ctx.now))
            await remember(tx, who, "next_step", call.lead_id, before, now=ctx.now)
        return call.lead_id, facts

    return await act_and_show(call, verb)


async def timeline(call: Call) -> Reply:
    """GET /leads/{no}/timeline: every fact in order."""
    page: Page = call.query
    after = start_of(page, f"timeline{call.lead_id}") or 0
    reveal, zone = call.caller.reveals, call.context.rules.zone
    async with call.desk.store.read() as tx:
        lead = await get_visible(tx, call.lead_id, _program(call), rules=call.context.rules)
        rows = await list_story(tx, call.lead_id, after=after, limit=page.limit + 1)
    shown, cursor = cut(rows, page, f"timeline{call.lead_id}", lambda item: item.id or 0)
    await _note_reveal(call, "view", lead.no)
    items = [fact_shown(item, reveal=reveal, zone=zone) for item in shown]
    return Reply(StoryPage.model_construct(items=items, next_cursor=cursor))


def _program(call: Call) -> Who:
    """Every key sees all leads of its company; what it sees of them is masked where it must be."""
    return Who(None, call.caller.name, "admin")


def _shown(
    lead: Lead,
    sources: dict[int, list[str]],
    sold: dict[int, list[str]],
    call: Call,
    legs: Sequence[Leg] | None = None,
) -> LeadShown:
    own, rules = lead.id or 0, call.context.rules
    return lead_shown(
        lead, sources.get(own, []), legs, opportunities=sold.get(own, []), reveal=call.caller.reveals, rules=rules
    )


async def _note_reveal(call: Call, act: str, subject: str) -> None:
    """Numbers shown in full are a line in the audit log, written before they are shown."""
    if call.caller.reveals:
        await call.desk.store.transaction(lambda tx: _reveal(tx, call, act, subject))


async def _reveal(tx: Tx, call: Call, act: str, subject: str) -> None:
    await audit(tx, act=act, by=None, subject=subject, at=call.context.now, key=call.caller.name)


ROUTES = (
    Route(
        "GET", BASE, list_them, "查线索", LeadPage, "any", query=LeadFilter,
        statuses={200: "一页线索"}, refusals=(429,),
    ),
    Route(
        "POST", BASE, post, "登记一次咨询;已有的人不会重复建线索", Booked, "acting", body=NewLead,
        statuses={201: "新线索", 200: "已有的线索,记了一次咨询"},
    ),
    Route("GET", BASE + "/{no}", get, "看一条线索", LeadShown, "any", statuses={200: "线索"}, refusals=(404,)),
    Route(
        "PATCH", BASE + "/{no}", patch, "修改线索的资料", LeadShown, "acting", body=Correction,
        statuses={200: "修改后的线索"}, refusals=(404, 409),
    ),
    Route(
        "GET", BASE + "/{no}/timeline", timeline, "线索的全部经过", StoryPage, "any", query=Page,
        statuses={200: "一页经过"}, refusals=(404,),
    ),
)  # fmt: skip
