"""The business rules of a company, as data: hours, pools, scoring, claim limits, promises about time."""

from datetime import date
from functools import cached_property, lru_cache
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, StringConstraints, field_validator, model_validator

from config.assignment import Assignment
from config.calendar import Calendar
from config.clock import ClockRule, Node
from config.deal import Deals
from config.digest import Digest
from config.document import BadDocument, load, validate
from config.field import OwnField
from config.form import BUILT_IN, Form
from config.journey import Journey
from config.lifecycle import LifeCycle
from config.nurture import Nurture
from config.pipeline import DEAL_FIELDS, STANDARD, Pipeline
from config.pool import Pool
from config.section import AtKey, Name, Section
from config.selling import SHIPPED as CONSENTS
from config.selling import ApprovalRule, Promotion, Quoting
from config.way import ContactWay, WayName
from config.words import FIELD_LABELS

ClockTime = Annotated[str, StringConstraints(pattern=r"^([01]?[0-9]|2[0-3]):[0-5][0-9]$")]


class Claims(Section):
    """How many leads one person may take and hold."""

    per_minute: int | None = Field(default=10, ge=1)
    per_day: int | None = Field(default=50, ge=1)
    holding: int | None = Field(default=200, ge=1)


NUMBERS = ("budget_min", "budget_max", "enquiries")

ScoreField = Literal[
    "name", "title", "company", "city", "phone_valid", "email", "wechat", "need", "budget_min", "budget_max", "source",
    "enquiries",
]  # fmt: skip


class ScoreRule(Section):
    """If the field is as said, add points; `why` is told to people. `profile`: it counts for the grade as well."""

    field: ScoreField
    add: int = Field(ge=-100, le=100)
    why: str
    present: bool | None = None
    at_least: int | None = None
    contains: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    profile: bool = False

    @model_validator(mode="after")
    def _one_test(self) -> "ScoreRule":
        tests = [self.present is not None, self.at_least is not None, bool(self.contains), bool(self.one_of)]
        if sum(tests) != 1:
            raise ValueError("needs exactly one of present, at_least, contains, one_of")
        if self.at_least is not None and self.field not in NUMBERS:
            raise ValueError(f"at_least compares numbers, {self.field} is none; use it with {', '.join(NUMBERS)}")
        if (self.contains or self.one_of) and self.field in (*NUMBERS, "phone_valid"):
            raise ValueError(f"contains and one_of look at words, {self.field} has none; use present or at_least")
        return self


class Behaviour(Section):
    """What one deed of a kind adds, together at most `cap`; half of it is left after `half_life` days."""

    label: str = Field(min_length=1, max_length=20)
    add: int = Field(ge=-100, le=100)
    cap: int = Field(ge=0, le=100)
    half_life: int = Field(default=14, ge=1, le=3650)


SHIPPED: dict[str, Behaviour] = {
    "visit": Behaviour(label="浏览网页", add=2, cap=10),
    "price": Behaviour(label="看了报价页", add=10, cap=20),
    "download": Behaviour(label="下载资料", add=10, cap=20),
    "open": Behaviour(label="打开邮件", add=1, cap=5),
    "click": Behaviour(label="点了邮件里的链接", add=3, cap=15),
    "reply": Behaviour(label="回复了我们", add=15, cap=30),
    "asked": Behaviour(label="问了价格或时间", add=15, cap=30),
    "event": Behaviour(label="参加活动", add=15, cap=30),
    "follow": Behaviour(label="关注公众号", add=2, cap=4),
    "scan": Behaviour(label="扫了公众号的码", add=5, cap=15),
    "menu": Behaviour(label="点了公众号菜单", add=3, cap=9),
}


class Mql(Section):
    """A lead is an MQL from this score on, with at least this grade."""

    score: int = Field(ge=0, le=100)
    grade: Literal["A", "B", "C", "D"] = "D"


class Scoring(Section):
    """The points, the thresholds of warm and hot, the profile points of the grades A, B and C."""

    rules: tuple[ScoreRule, ...]
    behaviours: dict[Name, Behaviour] = SHIPPED
    hot: int = 70
    warm: int = 40
    grades: tuple[int, int, int] = (40, 25, 10)
    mql: Mql

    @model_validator(mode="after")
    def _in_order(self) -> "Scoring":
        if self.warm > self.hot:
            raise ValueError(f"warm ({self.warm}) must not be above hot ({self.hot})")
        if list(self.grades) != sorted(self.grades, reverse=True):
            raise ValueError("grades must fall: the points for A, then B, then C, such as [40, 25, 10]")
        return self


class EqualNotes(Section):
    """How many equal follow-ups within some minutes look like no work at all; they count as no contact then."""

    count: int = Field(default=5, ge=2)
    minutes: int = Field(default=10, ge=1, le=1440)


class FollowUp(Section):
    """When a promised day rings, which notes are no contact, and whether one missing field is asked after a call."""

    day_rings_at: ClockTime = "10:00"
    shortest: int = Field(default=1, ge=1, le=100)
    equal: EqualNotes = EqualNotes()
    ask_after_call: bool = False


class Cleaning(Section):
    """Words by which a lead's industry and product are known, and mail domains that count as throw-away."""

    industries: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    products: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    throw_away_mail: tuple[str, ...] = ()


class Marketing(Section):
    """What marketing promises sales: so many MQLs a week."""

    mql_per_week: int | None = Field(default=None, ge=1)


class ParallelRun(Section):
    """An old system still runs beside: when in the night its export in DIR/parallel/ is compared with what is here."""

    at: ClockTime = "02:00"


FollowerDeed = Literal["follow", "scan", "menu", "message"]


class Account(Section):
    """An official account: what its followers are booked as, and by which deed an anonymous follower becomes a lead."""

    source: str = Field(default="公众号", min_length=1, max_length=60)
    lead_on: tuple[FollowerDeed, ...] = ("scan", "menu", "message")


class Watching(Section):
    """A team in its first weeks: promises run and are recorded, nobody is rung and nothing is taken back."""

    team: str = Field(min_length=1)
    until: date


class Rules(Section):
    """All rules of one version."""

    calendar: Calendar
    pools: dict[Name, Pool]
    scoring: Scoring
    cleaning: Cleaning = Cleaning()
    fields: dict[Name, OwnField] = Field(default_factory=dict, max_length=30)
    forms: dict[Name, Form] = Field(default_factory=dict, max_length=50)
    lifecycle: LifeCycle = LifeCycle()
    claims: Claims = Claims()
    regions: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    assignment: Assignment = Assignment()
    clocks: dict[Name, ClockRule]
    nodes: dict[Name, Node] = Field(default_factory=dict)
    pipelines: dict[Name, Pipeline] = Field(default_factory=dict, max_length=20)
    deals: Deals = Deals()
    marketing: Marketing = Marketing()
    journeys: dict[Name, Journey] = Field(default_factory=dict, max_length=100)
    nurture: Nurture = Nurture()
    contact_ways: dict[WayName, ContactWay] = Field(default_factory=dict, max_length=200)
    official_accounts: dict[Name, Account] = Field(default_factory=dict, max_length=20)
    quotes: Quoting = Quoting()
    promotions: dict[Name, Promotion] = Field(default_factory=dict, max_length=100)
    approvals: dict[Name, ApprovalRule] = Field(default=CONSENTS, max_length=50)
    watch_only: tuple[Watching, ...] = ()
    parallel_run: ParallelRun | None = None
    digest: Digest = Digest()
    follow_up: FollowUp = FollowUp()
    undo_minutes: int = Field(default=10, ge=1, le=60)
    version: int = 0

    @field_validator("pools")
    @classmethod
    def _one_default(cls, pools: dict[str, Pool]) -> dict[str, Pool]:
        if sum(pool.default for pool in pools.values()) != 1:
            raise ValueError("exactly one pool needs default: true; it takes the leads that no rule places")
        return pools

    @field_validator("fields")
    @classmethod
    def _told_apart(cls, fields: dict[str, OwnField]) -> dict[str, OwnField]:
        taken = {label: f"every lead has {label} already" for label in FIELD_LABELS.values()}
        for name, field in fields.items():
            if name in FIELD_LABELS:
                raise AtKey(f"every lead has a field {name} already; choose another key", name)
            if field.label in taken:
                raise AtKey(f"{taken[field.label]}; people could not tell the two apart", name, "label")
            taken[field.label] = f"{name} has the label {field.label} already"
        return fields

    @model_validator(mode="after")
    def _asked_for(self) -> "Rules":
        """Forms ask only for what a lead has."""
        for name, form in self.forms.items():
            for number, field in form.unknown(set(self.fields)):
                known = ", ".join((*BUILT_IN, *self.fields))
                raise AtKey(f"there is no field {field!r}; there are: {known}", "forms", name, "fields", number)
            for number, topic in enumerate(form.subscribe.topics if form.subscribe is not None else ()):
                if self.nurture.topic_called(topic) is None:
                    known = ", ".join(one.label for one in self.nurture.topics.values())
                    message = f"nurture has no topic {topic!r}; there are: {known}"
                    raise AtKey(message, "forms", name, "subscribe", "topics", number)
        return self

    @field_validator("pipelines")
    @classmethod
    def _one_usual(cls, pipelines: dict[str, Pipeline]) -> dict[str, Pipeline]:
        if pipelines and sum(pipeline.default for pipeline in pipelines.values()) != 1:
            raise ValueError("exactly one pipeline needs default: true; deals go there that no other one takes")
        return pipelines

    @model_validator(mode="after")
    def _wanted_in_stages(self) -> "Rules":
        """Stages of deals want only what a deal or its lead has."""
        known = (*DEAL_FIELDS, *(name for name in FIELD_LABELS if name not in ("source", "stage", "owner", "pool")))
        for name, pipeline in self.pipelines.items():
            for number, stage in enumerate(pipeline.stages):
                for field in stage.require:
                    if field not in (*known, *self.fields):
                        told = ", ".join((*known, *self.fields))
                        at = ("pipelines", name, "stages", number, "require")
                        raise AtKey(f"a deal has no {field!r}; there are: {told}", *at)
        return self

    @field_validator("version")
    @classmethod
    def _not_in_the_file(cls, version: int) -> int:
        if version != 0:
            raise ValueError("is given when the rules are published; leave it out")
        return version

    @property
    def zone(self) -> ZoneInfo:
        """The company's zone."""
        return ZoneInfo(self.calendar.zone)

    def watching(self, today: date) -> tuple[Watching, ...]:
        """The teams that are only watched on this day; the last day is the one before `until`."""
        return tuple(one for one in self.watch_only if today < one.until)

    @cached_property
    def ways(self) -> dict[str, Pipeline]:
        """The pipelines, the usual one first; a company that declares none goes the standard way."""
        if not self.pipelines:
            return {"standard": STANDARD}
        return dict(sorted(self.pipelines.items(), key=lambda item: not item[1].default))

    @cached_property
    def default_pool(self) -> str:
        """The pool that new leads come into."""
        return next((name for name, pool in self.pools.items() if pool.default), next(iter(self.pools)))


def load_rules(text: str, file: str) -> Rules:
    """Read and check rules.yaml; raises BadDocument with every problem as file:line:col: key: cause, cure.

    A text that was right is read once: a first start publishes it and loads it, and what comes of it never changes.
    """
    try:
        return _read(text)
    except BadDocument:
        return validate(Rules, load(text, file))


@lru_cache(maxsize=8)
def _read(text: str) -> Rules:
    return validate(Rules, load(text, "rules.yaml"))
