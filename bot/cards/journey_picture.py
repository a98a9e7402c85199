"""A journey as a PNG, for chats that show no SVG: the same boxes and ways, drawn with a font of this machine."""

import io
import re
from typing import Any
from xml.etree import ElementTree

from bot.cards.picture import find_font

SCALE = 2  # a phone has that many points to each of ours
WAY = re.compile(r"([MHV])(\d+)(?: (\d+))?")
TIP = 4  # half an arrow's width


def png_of(svg: str) -> bytes:
    """The picture that nurture/picture.py draws, with its rectangles, ways of straight lines, and words."""
    from PIL import Image, ImageDraw  # on first use only

    root = ElementTree.fromstring(svg)  # noqa: S314 - our own picture
    size = (int(root.attrib["width"]) * SCALE, int(root.attrib["height"]) * SCALE)
    picture = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(picture)
    for one in root:
        kind = one.tag.rpartition("}")[2]
        if kind == "rect":
            _rectangle(pen, one.attrib)
        elif kind == "path":
            _way(pen, one.attrib)
        elif kind == "text":
            _words(pen, one.attrib, one.text or "", float(root.attrib["font-size"]))
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def _rectangle(pen: Any, told: dict[str, str]) -> None:
    left, top = (float(told.get(name, 0)) * SCALE for name in ("x", "y"))
    right, foot = left + float(told["width"]) * SCALE, top + float(told["height"]) * SCALE
    line = round(float(told.get("stroke-width", 1)) * SCALE) if "stroke" in told else 0
    radius = float(told.get("rx", 0)) * SCALE
    pen.rounded_rectangle((left, top, right, foot), radius, fill=told["fill"], outline=told.get("stroke"), width=line)


def _way(pen: Any, told: dict[str, str]) -> None:
    x = y = 0
    points: list[tuple[int, int]] = []
    for sign, first, second in WAY.findall(told["d"]):
        x = int(first) * SCALE if sign != "V" else x
        y = int(second if sign == "M" else first) * SCALE if sign != "H" else y
        points.append((x, y))
    pen.line(points, fill=told["stroke"], width=SCALE + 1)
    (before_x, before_y), (x, y) = points[-2:]
    right = (x > before_x) - (x < before_x)
    down = (y > before_y) - (y < before_y)
    back_x, back_y, half = x - 2 * TIP * SCALE * right, y - 2 * TIP * SCALE * down, TIP * SCALE
    pen.polygon(
        [(x, y), (back_x + half * down, back_y + half * right), (back_x - half * down, back_y - half * right)],
        fill=told["stroke"],
    )


def _words(pen: Any, told: dict[str, str], text: str, usual: float) -> None:
    from PIL import ImageFont

    name = find_font() or ""
    index = 2 if name.endswith("CJK-Regular.ttc") else 0  # the letters of simplified Chinese
    font = ImageFont.truetype(name, float(told.get("font-size", usual)) * SCALE, index=index)
    place = (float(told["x"]) * SCALE, float(told["y"]) * SCALE)
    bold = SCALE // 2 if told.get("font-weight") == "bold" else 0
    anchor = "ms" if told.get("text-anchor") == "middle" else "ls"
    fill = told.get("fill", "#000")
    pen.text(place, text, fill=fill, font=font, anchor=anchor, stroke_width=bold, stroke_fill=fill)
