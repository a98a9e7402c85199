"""Which leads a list shows, and in which order: the address of the page says it all, so that it can be kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from multidict import MultiMapping
from pydantic import Field, ValidationError, field_validator
from sqlalchemy import and_, func, literal, or_, select
from sqlmodel import col

from bot.context import Context
from bot.web.api.fields import Term
from bot.web.api.filters import LeadFilter, conditions_of
from bot.web.api.paging import start_of
from bot.web.api.problem import Problem, of_validation
from leads.errors import Unusable
from leads.rights import Who
from leads.sight import hands_of, sight_of
from reports.period import must_be_near
from reports.teams import NoTeam, team_named
from store.columns import Utc
from store.leads import OPEN_STAGES
from store.numbers import STAGE_AT
from store.rare import captured_between
from store.reached import Reached, during
from store.tables import Lead
from store.tx import Tx

FAR = datetime(9999, 1, 1, tzinfo=UTC)
SORTS = {"": "最新的在前", "score": "分高的在前", "next": "该跟进的在前", "touched": "最久没动的在前"}
DUES = {"": "不限", "late": "已过期", "today": "今天", "none": "没有约定", "fresh": "还没联系过"}
WARM = {"": "不限", "hot": "热", "warm": "温", "cold": "冷"}
REACHED = {
    "": "不限", "leads": "进来", "mql": "MQL", "sal": "有人接", "sql": "SQL", "opportunity": "商机", "won": "成交",
}  # fmt: skip
SCOPES = {"": "我能看的全部", "mine": "在手上的", "free": "池里没人领的"}


class Wanted(LeadFilter):
    """The filters of the page: those of programs, and what people ask for besides."""

    scope: Literal["", "mine", "free"] = ""
    due: Literal["", "late", "today", "none", "fresh"] = ""
    temperature: Literal["", "hot", "warm", "cold"] = ""
    since: date | None = None
    until: date | None = None
    open: Annotated[bool, Field(description="只看还开着的")] = False
    reached: Literal["", "leads", "mql", "sal", "sql", "opportunity", "won"] = ""
    first: Annotated[Term, Field(description="第一次咨询的来源")] = ""
    team: Annotated[Term, Field(description="负责人现在的团队")] = ""
    sort: Literal["", "score", "next", "touched"] = ""

    @field_validator("since", "until")
    @classmethod
    def _near(cls, day: date | None) -> date | None:
        must_be_near(day)
        return day

    @property
    def order(self) -> str:
        """What is due stands in the order in which it is due, unless another is asked for."""
        return self.sort or ("next" if self.due in ("late", "today") else "")

    def query(self, **changes: Any) -> str:
        """The address of this list, with some things else; what is usual stands in no address."""
        usual = Wanted()
        values = {**self.model_dump(mode="json"), "cursor": "", **changes}
        plain = {name: value for name, value in values.items() if value not in (None, "", False)}
        return urlencode({n: int(v) if v is True else v for n, v in plain.items() if v != getattr(usual, n)})


def read_wanted(query: MultiMapping[str] | Mapping[str, str]) -> Wanted:
    """The filters in an address; empty ones count as not there. Raises Problem, naming what is wrong."""
    given = {name: value for name, value in query.items() if value.strip()}
    try:
        return Wanted.model_validate(given)
    except ValidationError as error:
        raise of_validation(error, Wanted, where="query") from None


async def filters_of(tx: Tx, wanted: Wanted, who: Who, ctx: Context) -> list[Any]:
    """Everything that a lead must be to stand in this person's list. Raises Problem, Unusable."""
    warm = [col(Lead.temperature) == wanted.temperature] if wanted.temperature else []
    found = [*sight_of(tx, who, rules=ctx.rules), *await conditions_of(tx, wanted, ctx, *warm)]
    if wanted.scope == "mine":
        found += hands_of(tx, who) or [col(Lead.owner_id).is_not(None)]
    if wanted.scope == "free":
        found += [col(Lead.owner_id).is_(None), col(Lead.stage).in_(("new", "nurturing", "mql"))]
    if wanted.open or wanted.due:
        found.append(col(Lead.stage).in_(OPEN_STAGES))
    found += _due(wanted.due, ctx)
    zone = ctx.rules.zone
    if wanted.since and wanted.until and wanted.until < wanted.since:
        raise Problem("invalid", f"时间段反了:{wanted.since} 在 {wanted.until} 之后。把两个日期换一下就好。")
    begin = _begins(wanted.since, zone) if wanted.since else None
    end = _begins(wanted.until + timedelta(days=1), zone) if wanted.until else None
    if wanted.reached or wanted.first:
        found.append(col(Lead.id).in_(_reached(tx, wanted, begin, end)))
    else:
        found += await captured_between(tx, begin, end)
    if wanted.team:
        try:
            found.append((await team_named(tx, wanted.team, rules=ctx.rules)).has())
        except NoTeam as error:
            raise Unusable(str(error)) from None
    return found


def _reached(tx: Tx, wanted: Wanted, begin: datetime | None, end: datetime | None) -> Any:
    """The leads behind a number: those that reached a stage for the first time in the period, by first source."""
    column = col(STAGE_AT[wanted.reached or "leads"])
    query = select(col(Reached.lead_id)).where(col(Reached.corp) == tx.corp, column.is_not(None))
    query = query.where(col(Reached.source) == wanted.first) if wanted.first else query
    return query.where(*during(tx, column, begin, end))


def _begins(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _due(due: str, ctx: Context) -> list[Any]:
    step = col(Lead.next_step_at)
    ways: dict[str, list[Any]] = {
        "late": [step < ctx.now],
        "today": [step < ctx.midnight, step >= ctx.midnight - timedelta(days=1)],
        "none": [step.is_(None)],
        "fresh": [col(Lead.contacted_at).is_(None), col(Lead.owner_id).is_not(None)],
    }
    return ways.get(due, [])


@dataclass(frozen=True)
class _Order:
    """`down`: from the largest on; what has no value is as if it had `else_`."""

    value: Any
    down: bool
    column: str


def _order(sort: str) -> _Order | None:
    if sort == "score":
        return _Order(col(Lead.score), True, "score")
    if sort == "next":
        return _Order(func.coalesce(col(Lead.next_step_at), literal(FAR, Utc)), False, "next_step_at")
    if sort == "touched":
        return _Order(func.coalesce(col(Lead.touched_at), col(Lead.created_at)), False, "touched_at")
    return None


async def list_wanted(tx: Tx, wanted: Wanted, who: Who, ctx: Context) -> Sequence[Lead]:
    """One page of the list and one lead more, in its order. Raises Problem for a foreign cursor, Unusable."""
    query = select(Lead).where(col(Lead.corp) == tx.corp, *await filters_of(tx, wanted, who, ctx))
    after, order, number = start_of(wanted, "leads"), _order(wanted.order), col(Lead.id)
    if order is None:
        if after is not None:
            query = query.where(number < (after if isinstance(after, int) else 0))
        return await tx.all(query.order_by(number.desc()).limit(wanted.limit + 1))
    if order.column == "next_step_at":
        place = _read_key(order, str(after)) if after is not None else None
        return await _by_next_step(tx, query, place, limit=wanted.limit + 1)
    if after is not None:
        value, lead_id = _read_key(order, str(after))
        beyond = order.value < value if order.down else order.value > value
        further = number < lead_id if order.down else number > lead_id
        query = query.where(or_(beyond, and_(order.value == value, further)))
    sorted_by = (order.value.desc(), number.desc()) if order.down else (order.value, number)
    return await tx.all(query.order_by(*sorted_by).limit(wanted.limit + 1))


async def _by_next_step(tx: Tx, query: Any, after: tuple[Any, int] | None, *, limit: int) -> Sequence[Lead]:
    """Those with a next step as it comes, out of their index, then those without one."""
    step, number, found = col(Lead.next_step_at), col(Lead.id), list[Lead]()
    value, lead_id = after or (None, 0)
    if value is None or value < FAR:
        agreed = query.where(step.is_not(None))
        if value is not None:
            agreed = agreed.where(step >= value, or_(step > value, number > lead_id))
        found += await tx.all(agreed.order_by(step, number).limit(limit))
    if len(found) < limit:
        rest = query.where(step.is_(None), number > (lead_id if value is not None and value >= FAR else 0))
        found += await tx.all(rest.order_by(number).limit(limit - len(found)))
    return found


def key_of(lead: Lead, sort: str) -> int | str:
    """Where the list goes on behind this lead."""
    order = _order(sort)
    if order is None:
        return lead.id or 0
    value = getattr(lead, order.column)
    if value is None:
        value = FAR if order.column == "next_step_at" else lead.created_at
    return f"{value.isoformat() if isinstance(value, datetime) else value}|{lead.id}"


def _read_key(order: _Order, text: str) -> tuple[Any, int]:
    value, _, lead_id = text.rpartition("|")
    try:
        at = int(value) if order.column == "score" else datetime.fromisoformat(value).astimezone(UTC)
        return at, int(lead_id)
    except (ValueError, OverflowError):
        raise Problem("invalid", "这一页的地址不完整,从列表第一页重新翻。") from None
