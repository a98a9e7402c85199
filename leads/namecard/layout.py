"""The lines read from a card, put straight: what stands in one row, what stands below what, how large it is."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from leads.understand.letter import simplified
from leads.understand.text import clean

FAINT = 0.5  # a line that was read with less certainty than this is not believed at all

Corner = tuple[float, float]


@dataclass(frozen=True)
class Seen:
    """One line as it was read: `score` 0..1, `box` its corners from the first letter's top, `column` if upright."""

    text: str
    score: float
    box: Sequence[Corner]
    column: bool = False


@dataclass(frozen=True)
class Piece:
    """A line put straight, in simplified letters; `row` numbers the rows from the top. Lengths are pixels."""

    text: str
    score: float
    left: float
    right: float
    middle: float
    height: float
    row: int = 0


def straighten(seen: Sequence[Seen]) -> list[Piece]:
    """The lines as pieces, row by row from the top and from left to right; a label alone joins what follows it."""
    believed = [one for one in seen if one.score >= FAINT and one.text.strip()]
    if not believed:
        return []
    slope = _slope(believed)
    pieces = sorted((_piece(one, slope) for one in believed), key=lambda one: one.middle)
    rows: list[list[Piece]] = []
    for piece in pieces:
        if rows and piece.middle - _middle(rows[-1]) < 0.5 * min(piece.height, max(one.height for one in rows[-1])):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    placed: list[Piece] = []
    for number, row in enumerate(rows):
        placed += [replace(piece, row=number) for piece in _labelled(sorted(row, key=lambda one: one.left))]
    return placed


def _slope(seen: Sequence[Seen]) -> float:
    """By which angle the lines rise or fall: that of the longest half of them, the middle one."""
    flat = [one for one in seen if not one.column] or list(seen)
    angles = [(_length(one), math.atan2(one.box[1][1] - one.box[0][1], one.box[1][0] - one.box[0][0])) for one in flat]
    longest = sorted(angle for _, angle in sorted(angles, reverse=True)[: max(1, len(angles) // 2)])
    return longest[len(longest) // 2]


def _length(one: Seen) -> float:
    return math.dist(one.box[0], one.box[1])


def _piece(one: Seen, slope: float) -> Piece:
    turn = [(x * math.cos(slope) + y * math.sin(slope), y * math.cos(slope) - x * math.sin(slope)) for x, y in one.box]
    xs, ys = [x for x, _ in turn], [y for _, y in turn]
    across, down = math.dist(one.box[0], one.box[1]), math.dist(one.box[1], one.box[2])
    size = across if one.column else down
    middle = min(ys) + size / 2 if one.column else sum(ys) / 4
    return Piece(even(one.text), one.score, min(xs), max(xs), middle, size)


def even(text: str) -> str:
    """One spelling of what was read: simplified letters, plain signs, no blanks inside a spaced-out word."""
    plain = simplified(clean(text)).strip()
    plain = re.sub(r"[\u2022\u2027\u30fb\uff65]", "·", plain)
    if re.fullmatch(r"[一-龥](?:\s+[一-龥])+", plain):
        return re.sub(r"\s+", "", plain)
    return re.sub(r"(?<![一-龥])([一-龥])\s+([一-龥])(?![一-龥])", r"\1\2", plain)


def _middle(row: list[Piece]) -> float:
    return sum(one.middle for one in row) / len(row)


_LABEL = re.compile(
    r"(?:手机|电话|座机|总机|传真|邮箱|邮件|微信|地址|网址|姓名|职务|职位|公司|邮编|mobile|cell|tel|fax|e-?mail|wechat|"
    r"add(?:ress)?|web(?:site)?|[MTFEAWP])\s?[:.|]?",
    re.IGNORECASE,
)


def _labelled(row: list[Piece]) -> list[Piece]:
    """A row in which a label that stands by itself has become part of its value."""
    joined: list[Piece] = []
    for piece in row:
        before = joined[-1] if joined else None
        if before is not None and _LABEL.fullmatch(before.text):
            text = f"{before.text.rstrip(':.| ')}: {piece.text.lstrip(':.| ')}"
            joined[-1] = replace(piece, text=text, left=before.left)
        else:
            joined.append(piece)
    return joined
