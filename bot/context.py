"""What handlers, reactions and cards need to know besides their subject: the rules, the calendar and the time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from bot.platform import Place
from config.address import Network
from config.connector import Connector
from config.hours import Calendars
from config.rules import Rules
from config.worktime import WorkCalendar
from leads.odds.learning import Learning
from store.tables import Member


@dataclass(frozen=True)
class Context:
    """One moment of the company: built anew for every operation, so that nothing in it grows stale."""

    rules: Rules
    calendar: WorkCalendar
    now: datetime
    platforms: tuple[str, ...] = ("wecom",)
    public_url: str = ""
    enriches: bool = False  # whether a register of companies is asked
    others: Calendars = field(default_factory=Calendars)  # the hours of those who do not work when the company does
    gathers: bool = False  # work has just begun: what waited for it becomes one list a person
    learning: Learning = field(default_factory=Learning)  # what closed leads have taught
    channels: Mapping[str, str] = field(default_factory=dict)  # declared in the settings: name → source
    connectors: Mapping[str, Connector] = field(default_factory=dict)  # other systems that the settings declare
    reads_cards: Callable[[], bool] = lambda: False  # whether photos of business cards can be read here
    inner: tuple[Network, ...] = ()  # networks of our own that webhooks may reach
    opens_groups: tuple[str, ...] = ("wecom",)  # platforms on which the bot can open a group itself
    groups: tuple[Place, ...] = ()  # groups that can be told something, by the names that the settings give them
    days_flaw: str = ""  # which writing of the company's own list of free days cannot be read

    @property
    def today(self) -> date:
        """The day in the company's zone."""
        return self.now.astimezone(self.rules.zone).date()

    @property
    def midnight(self) -> datetime:
        """The end of the day in the company's zone."""
        return datetime.combine(self.today + timedelta(days=1), time(), self.rules.zone)

    def practising(self) -> "Context":
        """The same moment in a room to practise in: no group hears of it, no other system is told or asked."""
        return replace(self, groups=(), channels={}, connectors={}, enriches=False)

    def hours_of(self, member: Member | None) -> WorkCalendar:
        """The calendar of a member; without one (nobody), or without hours of their own, the company's."""
        own = self.others.of(member.id, member.team) if member is not None else None
        return own or self.calendar

    def place_of(self, member: Member) -> Place | None:
        """Where a member is reached: the first configured platform that knows them."""
        return next((Place(name, account_on(name, member)) for name in self.platforms_of(member)), None)

    def platforms_of(self, member: Member | None) -> tuple[str, ...]:
        """The configured platforms that know a member, first the one on which they are reached."""
        return tuple(name for name in self.platforms if member is not None and account_on(name, member))


def account_on(platform: str, member: Member) -> str:
    """A member's own id on a platform, "" where they have none."""
    return (member.wecom if platform == "wecom" else member.dingtalk) or ""


@dataclass(frozen=True)
class Answer:
    """A card asked for by name: for the person who acted unless `to` names another member."""

    card: str
    lead_id: int | None = None
    params: dict[str, Any] = field(default_factory=dict)
    to: str | None = None


def say(sentence: str, *, to: str | None = None) -> Answer:
    """A plain sentence."""
    return Answer("note", params={"text": sentence}, to=to)
