"""A journey as a picture that fits on a phone: its steps from top to bottom, jumps at the side, how many are where."""

from collections.abc import Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape

from config.journey import END, Journey
from config.rules import Rules
from nurture.wording import end_text, start_text, step_text, ways_text

WIDTH = 390
LEFT, RIGHT = 14, 300  # the edges of the boxes; to their right run the jumps
LINE, PAD, GAP = 19, 10, 30
LANE = 13  # between two jumps
SIZE = 14
FONT = "'PingFang SC','Noto Sans CJK SC','Microsoft YaHei',sans-serif"
FILLS = {
    "send": "#e8f1ff", "wait": "#f5f5f5", "day": "#f5f5f5", "when": "#fff7e0", "split": "#f3e8ff", "set": "#e9f8ee",
    "tell": "#e9f8ee", "give": "#d8f5e1", "stop": "#eeeeee",
}  # fmt: skip


@dataclass(frozen=True)
class Count:
    """How many leads are at a step now, and how many have come to it so far."""

    here: int = 0
    came: int = 0


@dataclass(frozen=True)
class _Box:
    name: str
    top: int
    lines: tuple[str, ...]
    fill: str
    note: str = ""

    @property
    def height(self) -> int:
        return 2 * PAD + LINE * (len(self.lines) + (1 if self.note else 0))

    @property
    def middle(self) -> int:
        return self.top + self.height // 2


def svg(
    journey: Journey, *, rules: Rules, counts: Mapping[str, Count] | None = None, marked: str = "", note: str = ""
) -> str:
    """The picture. `counts` by step; `marked` is a step that is drawn red, with `note` below the heading."""
    boxes, below = _laid(journey, rules, counts)
    head = [_text(LEFT, 26, journey.label, size=17, weight="bold")]
    told = [_text(LEFT, 48, line, fill="#555") for line in wrapped(start_text(journey.start, rules=rules), 360)[:1]]
    if note:
        told += [_text(LEFT, 68, line, fill="#c62828") for line in wrapped(note, 360)[:1]]
    elif end := end_text(journey, rules=rules):
        told += [_text(LEFT, 68, line, fill="#555") for line in wrapped(end, 360)[:1]]
    drawn = [_box(box, box.name == marked) for box in boxes]
    drawn += _arrows(journey, boxes, below, rules)
    drawn.append(_pill(below))
    height = below + 44
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'font-family="{FONT}" font-size="{SIZE}" role="img"><title>{escape(journey.label)}</title>'
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>'
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0L8 4L0 8z" fill="#777"/></marker></defs>' + "".join((*head, *told, *drawn)) + "</svg>"
    )


def _laid(journey: Journey, rules: Rules, counts: Mapping[str, Count] | None) -> tuple[list[_Box], int]:
    top, boxes = 86, []
    for name in journey.names:
        step = journey.find(name)
        said = step_text(step, rules=rules)
        lines = tuple(wrapped(f"{step.name}:{said}" if step.name else said, RIGHT - LEFT - 20))
        count = counts.get(name, Count()) if counts is not None else None
        note = "" if count is None else f"到过 {count.came} 人" + (f",现在 {count.here} 人" if count.here else "")
        box = _Box(name, top, lines, FILLS[step.kind], note)
        boxes.append(box)
        top += box.height + GAP
    return boxes, top


def _box(box: _Box, marked: bool) -> str:
    line = '#c62828" stroke-width="3' if marked else "#9aa5b1"
    parts = [
        f'<rect x="{LEFT}" y="{box.top}" width="{RIGHT - LEFT}" height="{box.height}" rx="8" fill="{box.fill}" '
        f'stroke="{line}"/>'
    ]
    for number, text in enumerate(box.lines):
        parts.append(_text(LEFT + 10, box.top + PAD + LINE * number + 14, text))
    if box.note:
        y = box.top + PAD + LINE * len(box.lines) + 14
        parts.append(_text(LEFT + 10, y, box.note, fill="#1664d9", size=12))
    if marked:
        parts.append(_text(RIGHT - 34, box.top - 6, "这里", fill="#c62828", weight="bold"))
    return "".join(parts)


def _arrows(journey: Journey, boxes: list[_Box], below: int, rules: Rules) -> list[str]:
    places = {box.name: number for number, box in enumerate(boxes)}
    drawn, lanes = [], 0
    for number, box in enumerate(boxes):
        jumps = 0
        for label, target in ways_text(journey, box.name, rules=rules):
            if target == (boxes[number + 1].name if number + 1 < len(boxes) else END):
                foot = box.top + box.height
                drawn.append(_path(f"M{(LEFT + RIGHT) // 2} {foot}V{foot + GAP - 1}"))
                if label:
                    drawn.append(_text((LEFT + RIGHT) // 2 + 6, foot + 19, label, fill="#555", size=12))
                continue
            lanes += 1
            x = RIGHT + 16 + LANE * (lanes % 5)
            start = box.middle - 6 + 12 * jumps
            jumps += 1
            end = boxes[places[target]].middle - 3 if target != END else below + 14
            edge = RIGHT if target != END else (LEFT + RIGHT) // 2 + 34
            drawn.append(_path(f"M{RIGHT} {start}H{x}V{end}H{edge + 1}"))
            if label:
                drawn.append(_text(RIGHT + 4, start - 4, label, fill="#555", size=12))
        if journey.find(box.name).kind == "stop" and number + 1 == len(boxes):
            foot = box.top + box.height
            drawn.append(_path(f"M{(LEFT + RIGHT) // 2} {foot}V{foot + GAP - 1}"))
    return drawn


def _pill(top: int) -> str:
    middle = (LEFT + RIGHT) // 2
    return (
        f'<rect x="{middle - 34}" y="{top}" width="68" height="28" rx="14" fill="#eee" stroke="#9aa5b1"/>'
        f'<text x="{middle}" y="{top + 19}" text-anchor="middle">结束</text>'
    )


def _path(way: str) -> str:
    return f'<path d="{way}" fill="none" stroke="#777" stroke-width="1.3" marker-end="url(#tip)"/>'


def _text(x: int, y: int, text: str, *, fill: str = "#222", size: int = SIZE, weight: str = "normal") -> str:
    return f'<text x="{x}" y="{y}" fill="{fill}" font-size="{size}" font-weight="{weight}">{escape(text)}</text>'


def wrapped(text: str, width: int, *, size: int = SIZE) -> list[str]:
    """The lines into which a text falls at this width in pixels; at most three, the last one cut."""
    lines, line, used = [], "", 0.0
    for sign in text:
        wide = size * (1.0 if ord(sign) > 0x2E80 else 0.56)
        if used + wide > width:
            lines.append(line)
            line, used = "", 0.0
        line, used = line + sign, used + wide
    lines = [*lines, line] if line else lines
    return lines if len(lines) <= 3 else [*lines[:2], lines[2][:-1] + "…"]
