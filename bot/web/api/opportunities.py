"""Deals for programs: opened, listed, corrected, moved on, won, lost, handed to a colleague."""

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from pydantic import BaseModel
from sqlmodel import col

from bot.context import Context
from bot.pipeline import Outcome
from bot.web.api.auth import acting
from bot.web.api.deal_shapes import (
    ContactShown,
    DealAct,
    DealCorrection,
    DealFilter,
    DealTransfer,
    Losing,
    NewOpportunity,
    OpportunityPage,
    OpportunityShown,
    StageMove,
    Winning,
)
from bot.web.api.paging import cut, start_of
from bot.web.api.route import Call, Reply, Route
from bot.web.api.wire import local
from leads.advance import advance
from leads.close import lose, reopen_deal, win
from leads.convert import Terms, convert
from leads.deal import get_visible_deal, probability_of
from leads.deal_edit import edit_deal, transfer_deal
from leads.deal_facts import OpportunityOpened, yuan
from leads.errors import NotFound, Unusable
from leads.facts import Fact
from leads.mask import said
from leads.money import fen_of
from leads.rights import Who
from leads.undo import remember, snapshot_deals
from store import contacts, deals
from store.deal import DealContact, Opportunity
from store.merges import current
from store.tx import Tx

BASE = "/api/v1/opportunities"
ONE = BASE + "/{opportunity}"


def _number(call: Call) -> int:
    found = re.fullmatch(r"[Oo]?([0-9]{1,18})", call.path["opportunity"])
    if found is None:
        raise NotFound("这个商机")
    return int(found[1])


def fen_given(given: float | str | None) -> int | None:
    """What a program wrote in yuan, in fen; None for null. Raises Unusable for what is no amount."""
    if given is None:
        return None
    fen = fen_of(given)
    if fen is None or fen <= 0:
        raise Unusable("amount:要是大于 0 的元数,最多两位小数,例如 500000。")
    return fen


async def list_them(call: Call) -> Reply:
    """GET /opportunities."""
    wanted: DealFilter = call.query
    before = start_of(wanted, "opportunities")
    conditions: list[Any] = [
        column == value
        for column, value in (
            (col(Opportunity.owner_id), wanted.owner), (col(Opportunity.result), wanted.result),
            (col(Opportunity.stage), wanted.stage), (col(Opportunity.pipeline), wanted.pipeline),
            (col(Opportunity.product), wanted.product),
        )
        if value
    ]  # fmt: skip
    async with call.desk.store.read() as tx:
        if wanted.lead:
            lead_id = await current(tx, int(wanted.lead.upper().lstrip("L")))
            conditions.append(col(Opportunity.lead_id) == lead_id)
        rows = await deals.list_deals(tx, *conditions, before=before, limit=wanted.limit + 1)
        shown, cursor = cut(rows, wanted, "opportunities", lambda deal: deal.id or 0)
        items = await _shown(tx, shown, call)
    return Reply(OpportunityPage.model_construct(items=items, next_cursor=cursor))


async def get(call: Call) -> Reply:
    """GET /opportunities/{opportunity}."""
    return Reply(await _show(call, _number(call)))


async def _show(call: Call, number: int) -> OpportunityShown:
    async with call.desk.store.read() as tx:
        program = Who(None, call.caller.name, "admin")
        deal = await get_visible_deal(tx, number, program, rules=call.context.rules)
        return (await _shown(tx, [deal], call))[0]


async def _shown(tx: Tx, found: Sequence[Opportunity], call: Call) -> list[OpportunityShown]:
    ids = [deal.id or 0 for deal in found]
    paid = await deals.paid_for(tx, ids)
    people: dict[int, list[DealContact]] = {}
    for row in await contacts.list_of_deals(tx, ids):
        people.setdefault(row.opportunity_id, []).append(row)
    return [_one(deal, paid.get(deal.id or 0, 0), people.get(deal.id or 0, []), call) for deal in found]


def _one(deal: Opportunity, paid: int, people: Sequence[DealContact], call: Call) -> OpportunityShown:
    zone, reveal = call.context.rules.zone, call.caller.reveals
    words = ("name", "product", "competitor", "reason")
    plain = ("no", "pipeline", "stage", "result", "origin", "created_by", "closed_by")
    moments = ("created_at", "stage_at", "touched_at", "closed_at")
    values: dict[str, Any] = {name: said(getattr(deal, name), reveal=reveal) for name in words}
    values |= {name: getattr(deal, name) for name in plain}
    values |= {name: local(getattr(deal, name), zone=zone) for name in moments}
    values |= {
        "lead": f"L{deal.lead_id}",
        "probability": probability_of(deal, rules=call.context.rules),
        "amount": yuan(deal.amount),
        "paid": yuan(paid),
        "expected_on": deal.expected_on or None,
        "owner": deal.owner_id,
        "renews_on": deal.renews_on or None,
        "closed_owner": deal.closed_owner_id,
        "follows": f"O{deal.from_id}" if deal.from_id else None,
        "contacts": [ContactShown(lead=f"L{row.lead_id}", role=row.role) for row in people],
        "done": list(deal.ticked),
    }
    return OpportunityShown.model_construct(**values)


async def create(call: Call) -> Reply:
    """POST /opportunities: all of it or nothing."""
    given: NewOpportunity = call.body
    terms = Terms(
        product=given.product, amount=fen_given(given.amount), name=given.name, competitor=given.competitor,
        expected_on=given.expected_on.isoformat() if given.expected_on else "", pipeline=given.pipeline,
    )  # fmt: skip
    made: list[int] = []

    async def verb(tx: Tx, ctx: Context) -> Outcome:
        who = await acting(tx, given.by, call.caller)
        lead_id = await current(tx, int(given.lead.strip().upper().lstrip("L")))
        before = await snapshot_deals(tx, lead_id)
        facts = await convert(tx, lead_id, who, terms, apart=given.apart, rules=ctx.rules, now=ctx.now)
        await remember(tx, who, "convert", lead_id, before, now=ctx.now)
        made[:] = [fact.opportunity_id for fact in facts if isinstance(fact, OpportunityOpened)]
        return facts

    await call.desk.act(verb)
    return Reply(await _show(call, made[0]), 201)


Deed = Callable[[Tx, int, Who, Context], Awaitable[Sequence[Fact]]]


async def _do(call: Call, kind: str, deed: Deed) -> Reply:
    """Do it as `by`, remember it so that the member can take it back in chat, and answer with the deal as it is now."""
    number = _number(call)

    async def verb(tx: Tx, ctx: Context) -> Outcome:
        who = await acting(tx, call.body.by, call.caller)
        deal = await get_visible_deal(tx, number, who, rules=ctx.rules)
        before = await snapshot_deals(tx, deal.lead_id)
        facts = await deed(tx, number, who, ctx)
        if facts:
            await remember(tx, who, kind, deal.lead_id, before, now=ctx.now)
        return facts

    await call.desk.act(verb)
    return Reply(await _show(call, number))


async def patch(call: Call) -> Reply:
    """PATCH /opportunities/{opportunity}."""
    given: DealCorrection = call.body
    values = given.model_dump(include=given.model_fields_set - {"by"})
    if "amount" in values:
        values["amount"] = fen_given(given.amount)
    for name in ("expected_on", "renews_on"):
        if name in values:
            values[name] = values[name].isoformat() if values[name] else ""

    async def deed(tx: Tx, number: int, who: Who, ctx: Context) -> Sequence[Fact]:
        return await edit_deal(tx, number, who, values, rules=ctx.rules, now=ctx.now)

    return await _do(call, "deal", deed)


async def on_stage(call: Call) -> Reply:
    """POST /opportunities/{opportunity}/stage."""

    async def deed(tx: Tx, number: int, who: Who, ctx: Context) -> Sequence[Fact]:
        return await advance(tx, number, who, call.body.stage, rules=ctx.rules, now=ctx.now)

    return await _do(call, "advance", deed)


async def on_win(call: Call) -> Reply:
    """POST /opportunities/{opportunity}/win."""
    given: Winning = call.body
    fen = fen_given(given.amount)

    async def deed(tx: Tx, number: int, who: Who, ctx: Context) -> Sequence[Fact]:
        return [await win(tx, number, who, fen, given.reason, rules=ctx.rules, now=ctx.now)]

    return await _do(call, "win", deed)


async def on_lose(call: Call) -> Reply:
    """POST /opportunities/{opportunity}/lose."""
    given: Losing = call.body

    async def deed(tx: Tx, number: int, who: Who, ctx: Context) -> Sequence[Fact]:
        return [await lose(tx, number, who, given.reason, given.competitor, rules=ctx.rules, now=ctx.now)]

    return await _do(call, "lose", deed)


async def on_reopen(call: Call) -> Reply:
    """POST /opportunities/{opportunity}/reopen."""

    async def deed(tx: Tx, number: int, who: Who, ctx: Context) -> Sequence[Fact]:
        return await reopen_deal(tx, number, who, rules=ctx.rules, now=ctx.now)

    return await _do(call, "resume", deed)


async def on_transfer(call: Call) -> Reply:
    """POST /opportunities/{opportunity}/transfer: one thing changes, the owner."""
    given: DealTransfer = call.body

    async def deed(tx: Tx, number: int, who: Who, ctx: Context) -> Sequence[Fact]:
        return await transfer_deal(tx, number, who, given.to, reason=given.reason, rules=ctx.rules, now=ctx.now)

    return await _do(call, "transfer", deed)


def _act(word: str, handler: Callable[[Call], Awaitable[Reply]], body: type[BaseModel], summary: str) -> Route:
    return Route(
        "POST", f"{ONE}/{word}", handler, summary, OpportunityShown, "acting", body=body,
        statuses={200: "做完以后的商机"}, refusals=(404, 409),
    )  # fmt: skip


ROUTES = (
    Route("GET", BASE, list_them, "查商机", OpportunityPage, "any", query=DealFilter, statuses={200: "一页商机"}),
    Route(
        "POST", BASE, create, "转商机:要么全成,要么什么都不变", OpportunityShown, "acting", body=NewOpportunity,
        statuses={201: "新商机"}, refusals=(404, 409),
    ),
    Route("GET", ONE, get, "看一个商机", OpportunityShown, "any", statuses={200: "商机"}, refusals=(404,)),
    Route(
        "PATCH", ONE, patch, "修改商机", OpportunityShown, "acting", body=DealCorrection,
        statuses={200: "修改后的商机"}, refusals=(404, 409),
    ),
    _act("stage", on_stage, StageMove, "换阶段;缺什么会告诉你"),
    _act("win", on_win, Winning, "赢单"),
    _act("lose", on_lose, Losing, "输单,要写原因"),
    _act("reopen", on_reopen, DealAct, "重新打开"),
    _act("transfer", on_transfer, DealTransfer, "转给同事"),
)  # fmt: skip
