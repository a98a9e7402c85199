"""Rules that make no sense are refused when they are written, not when the first lead comes."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.outgoing import audience
from config.clock import Audience
from config.document import BadDocument
from config.folder import TEMPLATES, Folder
from config.hours import calendar_of
from config.pool import Pool, Role
from config.rules import Rules, ScoreField, load_rules
from config.words import FACT_LABELS, ROLE_LABELS
from config.worktime import Span
from leads.facts import Fact
from leads.score import LeadProfile

DEFAULT = (TEMPLATES / "default" / "rules.yaml").read_text("utf-8")
WEEK = '    mon: ["09:00-12:00", "13:30-18:00"]\n'
POOL = "    label: 公共线索池\n"
FRIDAY = date(2026, 3, 20)


def changed(old: str, new: str) -> str:
    """The default rules with one place written differently."""
    assert old in DEFAULT
    return DEFAULT.replace(old, new, 1)


def refusals(text: str) -> list[str]:
    """The lines with which rules are refused."""
    with pytest.raises(BadDocument) as refused:
        load_rules(text, "rules.yaml")
    return str(refused.value).splitlines()


def line_of(text: str, part: str) -> int:
    """The line in which a part stands first."""
    return text[: text.index(part)].count("\n") + 1


@pytest.fixture
def rules() -> Rules:
    """The rules that init writes."""
    return load_rules(DEFAULT, "rules.yaml")


@pytest.mark.feature("H1")
def test_the_default_promises_are_two_hours_and_one_day(rules: Rules) -> None:
    within = {name: clock.within for name, clock in rules.clocks.items()}
    assert within == {"claim": "2h", "first_contact": "1d", "stuck": "4d", "proposal": "3d", "review": "1d"}
    assert [(step.at, step.tell) for step in rules.clocks["claim"].steps] == [
        (50, ("pool",)), (80, ("pool",)), (100, ("team_lead",)),
    ]  # fmt: skip
    assert (rules.claims.per_minute or 0) >= 3
    assert rules.default_pool == "public" and str(rules.zone) == "Asia/Shanghai" and rules.version == 0


@pytest.mark.parametrize(
    ("role", "team", "teams", "roles", "admitted"),
    [
        ("rep", "华东", (), ("rep", "manager"), True),
        ("rep", "", (), ("rep", "manager"), True),
        ("rep", "华东", ("华东", "华南"), ("rep", "manager"), True),
        ("rep", "华北", ("华东", "华南"), ("rep", "manager"), False),
        ("rep", "", ("华东",), ("rep", "manager"), False),
        ("manager", "", ("华东",), ("rep", "manager"), True),  # without a team: manages everyone
        ("manager", "华北", ("华东",), ("rep", "manager"), False),
        ("manager", "", ("华东",), ("rep",), False),
        ("marketing", "华东", (), ("rep", "manager"), False),
        ("admin", "", ("华东",), ("rep", "admin"), False),
    ],
)
def test_a_pool_admits_by_role_and_team(
    role: Role, team: str, teams: tuple[str, ...], roles: tuple[Role, ...], admitted: bool
) -> None:
    assert Pool(label="池", teams=teams, roles=roles).admits(role=role, team=team) is admitted


@pytest.mark.parametrize(
    ("old", "new", "key", "told"),
    [
        ("Asia/Shanghai", "Asia/Peking", "calendar.zone", "is no known time zone; for example Asia/Shanghai"),
        ("Asia/Shanghai", "../../etc/passwd", "calendar.zone", "is no known time zone"),
        ('"09:00-12:00"', '"9-12"', "calendar.hours.mon[0]", "'9-12' is no period: write start-end such as"),
        ('"09:00-12:00"', '"18:00-02:00"', "calendar.hours.mon[0]", "ends before it begins: write two periods"),
        ('"09:00-12:00"', '"09:00-14:00"', "calendar.hours", "period 09:00-14:00 runs into 13:30: let it end before"),
        ("    mon:", "    Mon:", "calendar.hours.Mon", "Input should be 'mon', 'tue'"),
        ("holidays: china", "holidays: usa", "calendar.holidays", "Input should be 'china' or 'none'; found: 'usa'"),
        ("holidays: china", "holliday: china", "calendar.holliday", "unknown key; did you mean holidays?"),
        ("  public:", "  Public:", "pools.Public", "String should match pattern"),
        ("default: true", "default: false", "pools", "exactly one pool needs default: true"),
        ("roles: [rep, manager]", "roles: [sales]", "pools.public.roles[0]", "Input should be 'rep', 'manager'"),
        ("roles: [rep, manager]", "team: 华东", "pools.public.team", "unknown key; did you mean teams?"),
        (POOL, "", "pools.public.label", "is missing; it must be set"),
        ("phone_valid, present: true", "phone, present: true", "scoring.rules[0].field", "Input should be 'name'"),
        ("add: 15", "add: 150", "scoring.rules[0].add", "Input should be less than or equal to 100; found: '150'"),
        (", why: 留了可用的电话", "", "scoring.rules[0].why", "is missing"),
        ("present: true, add: 15", "add: 15", "scoring.rules[0]", "needs exactly one of present, at_least, contains"),
        ("present: true,", "present: true, at_least: 1,", "scoring.rules[0]", "needs exactly one of present, at_least"),
        ("wechat, present: true", "wechat, at_least: 1", "scoring.rules[1]", "at_least compares numbers, wechat is"),
        ("budget_max, at_least: 1", "budget_max, contains: [万]", "scoring.rules[7]", "contains and one_of look at"),
        ("hot: 70", "hot: 30", "scoring", "warm (40) must not be above hot (30)"),
        ("grades: [45, 25, 10]", "grades: [10, 25, 45]", "scoring", "grades must fall: the points for A, then B"),
        ("grades: [45, 25, 10]", "grades: [45, 25]", "scoring.grades[2]", "is missing"),
        ("grade: C", "grade: E", "scoring.mql.grade", "Input should be 'A', 'B', 'C' or 'D'"),
        ("score: 60", "score: 101", "scoring.mql.score", "less than or equal to 100"),
        ("per_minute: 10", "per_minute: 0", "claims.per_minute", "greater than or equal to 1; found: '0'"),
        ("per_minute: 10", "per_hour: 10", "claims.per_hour", "unknown key"),
        ("within: 2h", "within: 2 hours", "clocks.claim.within", "is no span: use a whole number with m, h or d"),
        ("within: 2h", "within: 1.5h", "clocks.claim.within", "(90m for 1.5h)"),
        ("within: 2h", "within: 0h", "clocks.claim.within", "use 1 to 99999"),
        ("start: [mql, released, recycled]", "start: [MQL]", "clocks.claim.start[0]", "is no fact; allowed: captured"),
        ("start: [mql, released, recycled]", "start: []", "clocks.claim.start", "at least 1 item"),
        ("start: [mql, released, recycled]", "start: mql", "clocks.claim.start", "must be a list, such as [a, b]"),
        ("at: 50", "at: 0", "clocks.claim.steps[0].at", "greater than or equal to 1"),
        ("at: 50", "at: 80", "clocks.claim.steps", "at: 80 stands twice; name everybody in one step"),
        ("tell: [pool]", "tell: [boss]", "clocks.claim.steps[0].tell[0]", "Input should be 'owner', 'pool'"),
        ('"10:00"', '"25:00"', "follow_up.day_rings_at", "String should match pattern"),
        ("undo_minutes: 10", "undo_minutes: 61", "undo_minutes", "less than or equal to 60"),
        ("undo_minutes: 10", "version: 3", "version", "is given when the rules are published; leave it out"),
    ],
)  # fmt: skip
def test_a_wrong_rule_is_told_with_line_key_and_what_is_allowed(old: str, new: str, key: str, told: str) -> None:
    told_of_key = [
        line for line in refusals(changed(old, new)) if re.match(rf"rules\.yaml:\d+:\d+: {re.escape(key)}: ", line)
    ]
    assert told_of_key and told in told_of_key[0]


def test_the_line_is_the_one_of_the_mistake() -> None:
    text = changed("within: 1d", "within: soon")
    assert refusals(text)[0].startswith(f"rules.yaml:{line_of(text, 'within: soon')}:5: clocks.first_contact.within: ")
    text = changed("tell: [owner, team_lead]", "tell: [owner, chef]")
    assert refusals(text)[0].startswith(
        f"rules.yaml:{line_of(text, 'chef')}:33: clocks.first_contact.steps[1].tell[1]:"
    )
    text = changed("hot: 70", "hot: 30")  # what concerns several keys stands at their section
    assert refusals(text)[0].startswith(f"rules.yaml:{line_of(text, 'scoring:')}:1: scoring: ")


@pytest.mark.parametrize("hours", ["{}", "{mon: []}", "{sat: [], sun: []}"])
def test_a_week_without_work_is_refused(hours: str) -> None:
    start, end = DEFAULT.index("  hours:"), DEFAULT.index("  holidays:")
    (line,) = refusals(f"{DEFAULT[:start]}  hours: {hours}\n{DEFAULT[end:]}")
    assert line.startswith("rules.yaml:5:3: calendar.hours: ")


@pytest.mark.parametrize("part", ["calendar", "pools", "scoring", "clocks"])
def test_a_missing_part_is_named(part: str) -> None:
    lines = DEFAULT.splitlines(keepends=True)
    start = next(number for number, line in enumerate(lines) if line.startswith(f"{part}:"))
    end = next(n for n in range(start + 1, len(lines)) if lines[n][0] not in " \n#")
    assert refusals("".join(lines[:start] + lines[end:])) == [f"rules.yaml:3:1: {part}: is missing; it must be set"]


def test_what_may_be_left_out_has_its_default() -> None:
    head = DEFAULT[: DEFAULT.index("claims:")]
    rules = load_rules(head + "clocks: {}\n", "rules.yaml")
    assert (rules.claims.per_minute, rules.claims.per_day, rules.claims.holding) == (10, 50, 200)
    assert rules.follow_up.day_rings_at == "10:00" and rules.undo_minutes == 10 and rules.clocks == {}


def test_a_limit_may_be_lifted() -> None:
    assert load_rules(changed("per_day: 50", "per_day: null"), "r").claims.per_day is None


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A folder that holds only what a test writes."""
    return Folder(tmp_path)


@pytest.mark.feature("H3")
def test_the_calendar_keeps_the_written_hours(folder: Folder) -> None:
    text = changed('    fri: ["09:00-12:00", "13:30-18:00"]\n', '    fri: ["20:00-24:00"]\n    sat: ["10:00-11:00"]\n')
    calendar = calendar_of(load_rules(text, "r"), folder, today=FRIDAY)
    at = datetime(2026, 3, 20, 15, 30, tzinfo=UTC)  # Friday 23:30 in Shanghai
    assert calendar.is_open(at) and not calendar.is_open(at - timedelta(hours=4))
    assert calendar.due(at, Span(1, "h")).isoformat() == "2026-03-21T10:30:00+08:00"


@pytest.mark.feature("H3")
def test_own_days_count_with_and_without_the_official_ones(folder: Folder) -> None:
    (folder.root / "own.csv").write_text("date,kind\n2026-03-20,放假\n2026-10-01,补班\n", "utf-8")
    own = changed("holidays: china", "holidays: china\n  override: own.csv")
    official = calendar_of(load_rules(own, "r"), folder, today=FRIDAY)
    assert not official.is_workday(FRIDAY) and official.is_workday(date(2026, 10, 1))
    assert not official.is_workday(date(2026, 10, 2))
    plain = calendar_of(load_rules(own.replace("holidays: china", "holidays: none"), "r"), folder, today=FRIDAY)
    assert not plain.is_workday(FRIDAY) and plain.is_workday(date(2026, 10, 2)) and 2090 in plain.known_years


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "own.csv: cannot be read"),
        ("2026-03-20,maybe\n", "own.csv:1: kind 'maybe' is unknown; allowed are free"),
        ("20.3.2026,free\n", "own.csv:1: '20.3.2026' is no date"),
    ],
)
def test_a_bad_list_of_own_days_is_told_with_file_line_and_key(folder: Folder, content: str | None, told: str) -> None:
    if content is not None:
        (folder.root / "own.csv").write_text(content, "utf-8")
    rules = load_rules(changed("holidays: china", "holidays: china\n  override: own.csv"), "r")
    with pytest.raises(BadDocument) as refused:
        calendar_of(rules, folder, today=FRIDAY)
    assert str(refused.value).startswith(f"{folder.rules}: calendar.override: ") and told in str(refused.value)


def _kinds(of: type[Fact]) -> set[str]:
    return {kind for fact in of.__subclasses__() for kind in ({getattr(fact, "kind", "")} | _kinds(fact))} - {""}


def test_the_words_of_rules_are_those_that_the_code_knows() -> None:
    assert set(Role.__args__) == set(ROLE_LABELS)  # type: ignore[attr-defined]
    assert set(ScoreField.__args__) == set(LeadProfile.__dataclass_fields__)  # type: ignore[attr-defined]
    assert set(FACT_LABELS) == _kinds(Fact)
    told = Audience.__args__  # type: ignore[attr-defined]
    assert audience.__doc__ is not None and all(word in audience.__doc__ for word in told)


def test_rules_cannot_be_changed_once_they_are_read(rules: Rules) -> None:
    change: Callable[[], None] = lambda: setattr(rules, "undo_minutes", 1)  # noqa: E731
    with pytest.raises(ValueError, match="frozen"):
        change()


ASSIGNMENT = "\nassignment:\n  rules:\n"


@pytest.mark.feature("E1")
@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ("{name: a, by: weighted}", "by: weighted gives leads to somebody; name a team or members"),
        ("{name: a, team: 华东}", "by: claim lets people take the lead from its pool; name the pool"),
        ("{name: a}\n    - {name: b, when: {source: [官网]}}", "rule 'b' can never apply: 'a' stands before it"),
        (
            "{name: a, when: {region: [重庆, 四川]}}\n    - {name: b, when: {region: [四川], source: [官网]}}",
            "rule 'b' can never apply: 'a' stands before it and takes every lead that it means; put the narrower rule",
        ),
        ("{name: a, when: {source: [x]}}\n    - {name: a, when: {source: [y]}}", "two rules are called 'a'"),
        ("{name: a, when: {budget_at_least: 5}}\n    - {name: b, when: {budget_at_least: 9}}", "rule 'b' can never"),
    ],
)
def test_assignment_that_could_never_work_is_refused(rules: str, told: str) -> None:
    text = DEFAULT + ASSIGNMENT + f"    - {rules}\n"
    (refusal,) = refusals(text)
    assert refusal.startswith("rules.yaml:") and "assignment" in refusal and told in refusal


@pytest.mark.feature("E1")
def test_a_narrower_rule_may_stand_before_a_wider_one() -> None:
    narrow = "    - {name: a, when: {region: [四川], source: [官网]}}\n    - {name: b, when: {region: [四川]}}\n"
    assert len(load_rules(DEFAULT + ASSIGNMENT + narrow + "    - {name: c}\n", "rules.yaml").assignment.rules) == 3
