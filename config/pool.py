"""Where unclaimed leads wait: who sees them, who may take them, and what keeps a pool from being emptied by one."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from config.section import Section
from config.worktime import parse_span

Role = Literal["rep", "manager", "marketing", "admin"]


def _span(value: str) -> str:
    parse_span(value)
    return value


PlainSpan = Annotated[str, AfterValidator(_span)]


def plain_time(text: str) -> timedelta:
    """A span of plain time, nights and holidays included: 30m, 12h, 7d."""
    span = parse_span(text)
    return span.amount * {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}[span.unit]


class Pool(Section):
    """Where unclaimed leads wait, and who may take them from there. `cool_down` and `freeze` are in plain time."""

    label: str
    teams: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ("rep", "manager")
    group: str = ""
    default: bool = False
    claim: bool = True
    cool_down: PlainSpan | None = None
    freeze: PlainSpan | None = None
    views_per_day: int | None = Field(default=None, ge=1)

    def admits(self, *, role: str, team: str) -> bool:
        """Whether a member of this role and team may look into the pool; no teams means every team."""
        return role in self.roles and (not self.teams or team in self.teams or (role == "manager" and not team))
