"""Who is here already: the lead with that number, address or WeChat id, and the leads of the same or a like company."""

from typing import Annotated

from pydantic import ConfigDict, Field

from bot.web.api.fields import Term
from bot.web.api.problem import Problem
from bot.web.api.route import Call, Reply, Route
from bot.web.api.shape import Shape
from leads.duplicates import Match as Found
from leads.duplicates import find_alike, find_known
from leads.mask import said

MOST = 50
SURE = 1000  # ranks above every likeness of names


class DuplicateQuery(Shape):
    """At least one of these must be given."""

    model_config = ConfigDict(extra="forbid")

    phone: Annotated[Term, Field(description="任何写法的电话号码")] = ""
    email: Annotated[Term, Field(description="邮箱")] = ""
    wechat: Annotated[Term, Field(description="微信号")] = ""
    company: Annotated[Term, Field(description="公司名称,全称、简称、分公司都可以")] = ""


class Match(Shape):
    """A lead, and in what it is the same: phone, email, wechat, company, branch, or only similar (a like name)."""

    no: str
    company: str
    why: str
    stage: str
    owner: str | None


class Matches(Shape):
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
    found: dict[int, Found] = {}
    async with call.desk.store.read() as tx:
        for kind, text in contacts:
            lead = await find_known(tx, kind, text)
            if lead is not None:
                found.setdefault(lead.id or 0, Found(lead, "same", SURE, kind))
        missed = contacts and not found
        if asked.company:
            for match in await find_alike(tx, asked.company, limit=MOST):
                found.setdefault(match.lead.id or 0, match)
    if missed:
        call.guesses.missed(call.caller, now=call.context.now)
    reveal = call.caller.reveals
    best = sorted(found.values(), key=lambda match: -match.rank)
    return Reply(
        Matches(
            same=[_shown(match, reveal=reveal) for match in best if match.verdict == "same"],
            maybe=[_shown(match, reveal=reveal) for match in best if match.verdict == "maybe"],
        )
    )


def _shown(match: Found, *, reveal: bool) -> Match:
    lead = match.lead
    company = said(lead.company, reveal=reveal)
    return Match(no=lead.no, company=company, why=match.why, stage=lead.stage, owner=lead.owner_id)


ROUTES = (
    Route(
        "GET", "/api/v1/duplicates", get, "查重", Matches, "any", query=DuplicateQuery,
        statuses={200: "相同的和可能相同的线索"}, refusals=(429,),
    ),
)  # fmt: skip
