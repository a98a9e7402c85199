"""Who is here already: the leads that share a number, an address, a WeChat id or a company's exact name."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from bot.web.api.fields import Term
from bot.web.api.find import known_by, same_company
from bot.web.api.problem import Problem
from bot.web.api.route import Call, Reply, Route
from leads.mask import said
from store.leads import find_lead, list_leads
from store.tables import Lead

MOST = 50


class DuplicateQuery(BaseModel):
    """At least one of these must be given."""

    model_config = ConfigDict(extra="forbid")

    phone: Annotated[Term, Field(description="任何写法的电话号码")] = ""
    email: Annotated[Term, Field(description="邮箱")] = ""
    wechat: Annotated[Term, Field(description="微信号")] = ""
    company: Annotated[Term, Field(description="公司全称")] = ""


class Match(BaseModel):
    """A lead, and in what it is the same: phone, email, wechat or company."""

    no: str
    company: str
    why: str
    stage: str
    owner: str | None


class Matches(BaseModel):
    """Those that are the same, and those that may be; best first."""

    same: list[Match]
    maybe: list[Match]


async def get(call: Call) -> Reply:
    """GET /duplicates."""
    asked: DuplicateQuery = call.query
    contacts = [(kind, getattr(asked, kind)) for kind in ("phone", "email", "wechat") if getattr(asked, kind)]
    if not contacts and not asked.company:
        flaw = "phone、email、wechat、company 至少要有一个"
        raise Problem("invalid", flaw + "。", more={"in": "query", "errors": [{"field": "", "problem": flaw}]})
    if contacts:
        call.guesses.check(call.caller, now=call.context.now)
    found: dict[int, tuple[Lead, str]] = {}
    async with call.desk.store.read() as tx:
        for kind, text in contacts:
            lead_id = await known_by(tx, kind, text)
            lead = await find_lead(tx, lead_id) if lead_id is not None else None
            if lead is not None:
                found.setdefault(lead.id or 0, (lead, kind))
        missed = contacts and not found
        if asked.company:
            for lead in await list_leads(tx, same_company(asked.company), limit=MOST):
                found.setdefault(lead.id or 0, (lead, "company"))
    if missed:
        call.guesses.missed(call.caller, now=call.context.now)
    reveal = call.caller.reveals
    same = [
        Match(no=lead.no, company=said(lead.company, reveal=reveal), why=why, stage=lead.stage, owner=lead.owner_id)
        for lead, why in found.values()
    ]
    return Reply(Matches(same=same, maybe=[]))


ROUTES = (
    Route(
        "GET", "/api/v1/duplicates", get, "查重", Matches, "any", query=DuplicateQuery,
        statuses={200: "相同的和可能相同的线索"}, refusals=(429,),
    ),
)  # fmt: skip
