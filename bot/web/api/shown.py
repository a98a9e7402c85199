"""What a program sees of a lead: all of it with a key that acts, no way to reach the person without."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo

from bot.web.api.shape import Shape
from bot.web.api.wire import instants, local
from config.rules import Rules
from leads.mask import masked_text, said, shown_phone
from leads.own import shown_own, values_of
from sla.stopwatch import Leg
from store.tables import Lead, TimelineItem

Stage = Literal["new", "nurturing", "mql", "sal", "sql", "opportunity", "won", "lost", "invalid", "dormant"]
STAGES: tuple[str, ...] = get_args(Stage)


class LegShown(Shape):
    """One stretch of a lead's way to its first contact; `until` is null while it runs; spans are in seconds."""

    name: Literal["channel", "us", "platform", "claim", "contact"]
    since: datetime
    until: datetime | None
    seconds: int
    working_seconds: int


class LeadShown(Shape):
    """A lead. `owner` is a member's id, null while it waits in its `pool`; sums are in yuan, null is open.

    `stopwatch`: where the time to the first contact went; null in lists.
    `odds`: the chance of winning (0 to 1) as of last night; null while nobody works on it, or too few are closed.
    """

    no: str
    stage: Stage
    score: int
    grade: str
    temperature: Literal["hot", "warm", "cold"]
    odds: float | None
    owner: str | None
    pool: str
    name: str
    company: str
    title: str
    phone: str
    phone_flaw: str
    flaw: str
    industry: str
    product: str
    email: str
    wechat: str
    city: str
    need: str
    budget_min: int | None
    budget_max: int | None
    source: str
    sources: list[str]
    enquiries: int
    opportunities: list[str]
    fields: dict[str, Any]
    next_step_at: datetime | None
    next_step: str
    created_at: datetime
    owned_at: datetime | None
    contacted_at: datetime | None
    touched_at: datetime | None
    closed_reason: str
    rules_version: int
    stopwatch: list[LegShown] | None


class FactShown(Shape):
    """One line of a lead's story; `by` is the member who did it, null for a program or the system."""

    id: int
    kind: str
    at: datetime
    by: str | None
    text: str
    data: dict[str, Any]


def lead_shown(
    lead: Lead,
    sources: Sequence[str],
    legs: Sequence[Leg] | None = None,
    *,
    opportunities: Sequence[str] = (),
    reveal: bool,
    rules: Rules,
) -> LeadShown:
    """The lead as a caller may see it; without `reveal` no way to reach the person is left in any field.

    `fields` are the company's own ones, null while they are open.
    """
    zone = rules.zone
    words = ("industry", "product", "name", "company", "title", "city", "need", "source", "next_step", "closed_reason")
    moments = ("next_step_at", "created_at", "owned_at", "contacted_at", "touched_at")
    plain = (
        "no", "stage", "score", "grade", "temperature", "pool", "phone_flaw", "flaw", "budget_min", "budget_max",
        "enquiries", "rules_version",
    )  # fmt: skip
    values: dict[str, Any] = {name: getattr(lead, name) for name in plain}
    values |= {name: said(getattr(lead, name), reveal=reveal) for name in words}
    values |= {name: local(getattr(lead, name), zone=zone) for name in moments}
    values |= {
        "odds": round(lead.chance, 3) if lead.chance is not None else None,
        "owner": lead.owner_id,
        "phone": shown_phone(lead.phone, reveal=reveal),
        "email": lead.email if reveal else masked_text(lead.email),
        "wechat": lead.wechat if reveal else masked_text(lead.wechat),
        "fields": _own(lead, reveal=reveal, rules=rules),
        "stopwatch": None if legs is None else [_leg_shown(leg, zone) for leg in legs],
        "opportunities": list(opportunities),
        "sources": [said(source, reveal=reveal) for source in sources],
    }
    return LeadShown.model_construct(**values)


def _leg_shown(leg: Leg, zone: ZoneInfo) -> LegShown:
    return LegShown.model_construct(
        name=leg.name, since=local(leg.since, zone=zone), until=local(leg.until, zone=zone),
        seconds=int(leg.wall.total_seconds()), working_seconds=int(leg.worked.total_seconds()),
    )  # fmt: skip


def _own(lead: Lead, *, reveal: bool, rules: Rules) -> dict[str, Any]:
    held = values_of(lead)
    hidden = {key: text for key, _, text in shown_own(lead, reveal=False, rules=rules)}
    return {
        key: held.get(key) if reveal or (field.type != "text" and not field.personal) else hidden.get(key)
        for key, field in rules.fields.items()
    }


def fact_shown(item: TimelineItem, *, reveal: bool, zone: ZoneInfo) -> FactShown:
    """A fact as a caller may see it."""
    data = instants(item.data, zone=zone)
    return FactShown.model_construct(
        id=item.id,
        kind=item.kind,
        at=item.at.astimezone(zone),
        by=item.by,
        text=said(item.text, reveal=reveal),
        data=data if reveal else {name: _hidden(value) for name, value in data.items()},
    )


def _hidden(value: Any) -> Any:
    if isinstance(value, str):
        return said(value, reveal=False)
    if isinstance(value, list):
        return [_hidden(item) for item in value]
    return value
