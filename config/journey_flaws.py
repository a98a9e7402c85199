"""Journeys that would never end, never begin or lose their way are found before they are published."""

import difflib
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from config.document import Document, Path, Problem
from config.journey import END, RESTING, Journey, Met, Those
from config.rules import Rules


@dataclass(frozen=True)
class Flaw:
    """What is wrong with a journey, at which of its steps ("" for none of them), below which of its keys."""

    step: str
    path: Path
    message: str


@dataclass(frozen=True)
class Astray(Problem):
    """A problem that has a place on a journey's picture."""

    journey: str = ""
    step: str = ""


def unfit_journeys(rules: Rules, document: Document) -> list[Problem]:
    """Every journey's flaws, at their places in the file."""
    problems: list[Problem] = []
    for name, journey in rules.journeys.items():
        for flaw in flaws_of(journey, rules=rules):
            at = document.problem(("journeys", name, *flaw.path), flaw.message)
            problems.append(Astray(at.file, at.mark, at.key, at.message, journey=name, step=flaw.step))
    return problems


def closed_roads(rules: Rules, document: Document, roads: Collection[str]) -> list[Problem]:
    """A problem at each step of a running journey that sends by channels none of which is set up (`roads` are)."""
    problems: list[Problem] = []
    for name, journey in rules.journeys.items():
        for number, step in enumerate(journey.steps if journey.active else ()):
            if step.send and not set(step.send) & set(roads):
                told = " or ".join(step.send)
                why = f"no {told} is set up in leadbot.yaml, so nobody would get it; set up are: {', '.join(roads)}"
                at = document.problem(("journeys", name, "steps", number, "send"), why)
                problems.append(Astray(at.file, at.mark, at.key, at.message, name, journey.names[number]))
    return problems


def flaws_of(journey: Journey, *, rules: Rules) -> list[Flaw]:
    """What is wrong with one journey, in the order of its keys."""
    found = [*_of_start(journey, rules)]
    for key in ("only", "goal", "exit"):
        those = getattr(journey, key)
        if those is not None:
            found += [Flaw("", (key, *path), why) for path, why in _of_those(those, rules)]
    if not journey.owned and journey.start.kind == "stage" and set(journey.start.stage) <= {"sal", "sql"}:
        why = "these leads are a rep's, and a journey rests while a rep works on its lead; write owned: true"
        found.append(Flaw("", ("start", "stage"), why))
    for number, name in enumerate(journey.names):
        found += [Flaw(name, ("steps", number, *path), why) for path, why in _of_step(journey, name, rules)]
    return [*found, *_loops(journey), *_unreachable(journey)]


def _of_start(journey: Journey, rules: Rules) -> Iterator[Flaw]:
    start = journey.start
    for path, why in _of_own(start.own, rules):
        yield Flaw("", ("start", "own", *path), why)
    for number, kind in enumerate(start.behaviour):
        if (unknown := _no_behaviour(kind, rules)) is not None:
            yield Flaw("", ("start", "behaviour", number), unknown)
    if start.date is not None:
        field = rules.fields.get(start.date)
        if field is None or field.type != "date":
            dates = ", ".join(key for key, one in rules.fields.items() if one.type == "date") or "none so far"
            yield Flaw("", ("start", "date"), f"{start.date!r} is no own field with a date; there are: {dates}")


def _of_step(journey: Journey, name: str, rules: Rules) -> Iterator[tuple[Path, str]]:
    step = journey.find(name)
    if step.topic and rules.nurture.topic_called(step.topic) is None:
        known = ", ".join(rules.nurture.topics)
        yield ("topic",), f"there is no topic {step.topic!r}; nurture.topics has: {known}"
    for number, kind in enumerate(step.until):
        if (unknown := _no_behaviour(kind, rules)) is not None:
            yield ("until", number), unknown
    if step.when is not None:
        for path, why in _of_those(step.when, rules):
            yield ("when", *path), why
    if step.set is not None:
        for path, why in _of_own({key: (value,) for key, value in step.set.own.items()}, rules):
            yield ("set", "own", *path), why
        if step.set.behaviour is not None and (unknown := _no_behaviour(step.set.behaviour, rules)) is not None:
            yield ("set", "behaviour"), unknown
    if step.kind == "day" and journey.start.kind not in ("date", "event", "holiday"):
        yield ("day",), "counts from the run's own day; only journeys that start by date, event or holiday have one"


def _of_those(those: Those, rules: Rules) -> Iterator[tuple[Path, str]]:
    for path, why in _of_own(those.own, rules):
        yield ("own", *path), why
    for number, kind in enumerate(those.did if isinstance(those, Met) else ()):
        if (unknown := _no_behaviour(kind, rules)) is not None:
            yield ("did", number), unknown
    if those.score_at_least is not None and those.score_below is not None and (
        those.score_below <= those.score_at_least
    ):  # fmt: skip
        yield ("score_below",), f"nobody has at least {those.score_at_least} and fewer than {those.score_below} points"


def _of_own(own: dict[str, tuple[str, ...]], rules: Rules) -> Iterator[tuple[Path, str]]:
    for key, values in own.items():
        field = rules.fields.get(key)
        if field is None:
            near = difflib.get_close_matches(key, rules.fields, n=1)
            known = f"did you mean {near[0]}?" if near else f"there are: {', '.join(rules.fields) or 'none so far'}"
            yield (key,), f"there is no own field {key!r}; {known}"
        elif field.options and (wrong := [one for one in values if one not in field.options]):
            yield (key,), f"{wrong[0]!r} is none of its options: {', '.join(field.options)}"


def _no_behaviour(kind: str, rules: Rules) -> str | None:
    known = rules.scoring.behaviours
    if kind in known:
        return None
    return f"there is no behaviour {kind!r}; scoring.behaviours has: {', '.join(known)}"


def _loops(journey: Journey) -> Iterator[Flaw]:
    """A way that comes back to where it was without a step at which time passes: it would never end."""
    told: set[str] = set()
    for name in journey.names:
        round_ = _round(journey, name)
        if round_ and not told & set(round_):
            told |= set(round_)
            number = journey.names.index(name)
            way = " -> ".join((*round_, name))
            yield Flaw(name, ("steps", number), f"a loop without a wait: {way}; put a wait into it, or let it end")


def _round(journey: Journey, name: str) -> list[str]:
    """The steps from one back to itself between which no time passes; [] when there is no such way."""
    ways: list[list[str]] = [[name]]
    seen: set[str] = set()
    while ways:
        way = ways.pop()
        if journey.find(way[-1]).kind in RESTING:
            continue
        for target in journey.ways(way[-1]):
            if target == name:
                return way
            if target != END and target not in seen:
                seen.add(target)
                ways.append([*way, target])
    return []


def _unreachable(journey: Journey) -> Iterator[Flaw]:
    reached, edge = set(), [journey.names[0]]
    while edge:
        name = edge.pop()
        if name not in reached and name != END:
            reached.add(name)
            edge += journey.ways(name)
    for number, name in enumerate(journey.names):
        if name not in reached:
            why = f"no way leads to this step; name it in a next, otherwise or split, or take it out ({name})"
            yield Flaw(name, ("steps", number), why)
