"""Who works here: members with their teams, roles and platforms."""

from typing import Annotated, Any, Literal

from pydantic import Field

from bot.web.api.fields import Term
from bot.web.api.paging import Page, cut, start_of
from bot.web.api.route import Call, Reply, Route
from bot.web.api.shape import Shape
from leads.errors import NotFound
from leads.mask import masked_text, said, shown_phone
from store.members import find_member, list_everyone
from store.tables import Member

BASE = "/api/v1/members"


class MemberShown(Shape):
    """A colleague; `wecom` and `dingtalk` are the platforms' user ids."""

    id: str
    name: str
    role: Literal["rep", "manager", "marketing", "admin"]
    team: str
    state: Literal["active", "left"]
    wecom: str | None
    dingtalk: str | None
    mobile: str
    email: str
    regions: list[str]
    industries: list[str]
    products: list[str]
    capacity: int | None
    weight: int


class MemberPage(Shape):
    """A page of members."""

    items: list[MemberShown]
    next_cursor: str | None


class MemberFilter(Page):
    """Which members to list, by id."""

    role: Annotated[Literal["", "rep", "manager", "marketing", "admin"], Field(description="角色")] = ""
    team: Annotated[Term, Field(description="团队")] = ""
    state: Annotated[Literal["", "active", "left"], Field(description="在职或离职")] = ""


def member_shown(member: Member, *, reveal: bool) -> MemberShown:
    """The colleague as a caller may see them."""
    plain = {"id", "role", "team", "state", "regions", "industries", "products", "capacity", "weight"}
    values: dict[str, Any] = member.model_dump(include=plain)
    for name in ("wecom", "dingtalk"):
        user_id: str | None = getattr(member, name)
        values[name] = said(user_id, reveal=reveal) if user_id else None
    values["name"] = said(member.name, reveal=reveal)
    values["mobile"] = shown_phone(member.mobile, reveal=reveal)
    values["email"] = member.email if reveal else masked_text(member.email)
    return MemberShown.model_construct(**values)


async def list_them(call: Call) -> Reply:
    """GET /members."""
    wanted: MemberFilter = call.query
    after = str(start_of(wanted, "members") or "")
    async with call.desk.store.read() as tx:
        everyone = await list_everyone(tx)
    rows = [
        member
        for member in everyone
        if member.id > after
        and wanted.role in ("", member.role)
        and wanted.team in ("", member.team)
        and wanted.state in ("", member.state)
    ]
    shown, cursor = cut(rows[: wanted.limit + 1], wanted, "members", lambda member: member.id)
    items = [member_shown(member, reveal=call.caller.reveals) for member in shown]
    return Reply(MemberPage.model_construct(items=items, next_cursor=cursor))


async def get(call: Call) -> Reply:
    """GET /members/{id}."""
    async with call.desk.store.read() as tx:
        member = await find_member(tx, call.path["id"].replace("\x00", ""))
    if member is None:
        raise NotFound("这位成员")
    return Reply(member_shown(member, reveal=call.caller.reveals))


ROUTES = (
    Route("GET", BASE, list_them, "查成员", MemberPage, "any", query=MemberFilter, statuses={200: "一页成员"}),
    Route("GET", BASE + "/{id}", get, "看一位成员", MemberShown, "any", statuses={200: "成员"}, refusals=(404,)),
)
