"""A journey drawn with letters, for chat and terminals: each step with where it leads, and the place of a flaw."""

from config.journey import Journey
from config.rules import Rules
from nurture.picture import Count
from nurture.wording import end_text, name_text, start_text, step_text, ways_text

NUMBERS = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


def sketch(
    journey: Journey, *, rules: Rules, marked: str = "", counts: dict[str, Count] | None = None, here: str = "◀ 这里"
) -> list[str]:
    """The lines: what lets leads set out, then one line a step; jumps name the number of the step they lead to."""
    numbers = {name: _number(place) for place, name in enumerate(journey.names)}
    lines = [f"▶ {start_text(journey.start, rules=rules)}"]
    for place, name in enumerate(journey.names):
        step = journey.find(name)
        below = journey.names[place + 1] if place + 1 < len(journey.names) else "end"
        jumps = [
            f"{label or '然后'}→{numbers.get(target, name_text(target))}"
            for label, target in ways_text(journey, name, rules=rules)
            if target != below
        ]
        said = " ".join([f"{numbers[name]} {step_text(step, rules=rules)}", *jumps])
        if counts is not None and (count := counts.get(name)) is not None:
            said += f" [到过 {count.came}" + (f",现在 {count.here}]" if count.here else "]")
        lines.append(f"{said}  {here}" if name == marked else said)
    end = end_text(journey, rules=rules)
    return [*lines, f"■ {end}"] if end else lines


def _number(place: int) -> str:
    return NUMBERS[place] if place < len(NUMBERS) else f"({place + 1})"
