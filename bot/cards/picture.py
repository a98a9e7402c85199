"""The funnel as a picture: bars with their numbers, with a Chinese font of this machine; without one, none."""

import asyncio
import io
from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path

from bot.cards.asked import Asked
from bot.cards.card import File
from bot.context import Context
from reports.funnel import Step, steps
from reports.numbers import numbers
from reports.period import Period
from reports.teams import team_named
from reports.words import shown
from store.tx import Tx

FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/System/Library/Fonts", "C:/Windows/Fonts")
FONTS = (  # the first that is there; all have the letters of simplified Chinese
    "NotoSansCJK-Regular.ttc", "NotoSansCJKsc-Regular.otf", "NotoSansSC-Regular.ttf", "SourceHanSansSC-Regular.otf",
    "wqy-zenhei.ttc", "wqy-microhei.ttc", "PingFang.ttc", "STHeiti Light.ttc", "msyh.ttc", "simhei.ttf",
    "DroidSansFallbackFull.ttf", "NotoSerifCJK-Regular.ttc",
)  # fmt: skip
WIDE, ROW, EDGE, HEAD = 900, 76, 36, 96
COHORT = "这段时间来的线索,到今天走到了哪一步"  # so a win of an older lead is not among them
INK, PALE, BAR, ACCENT = "#1f2329", "#8f959e", "#3370ff", "#00b578"


@cache
def find_font() -> str | None:
    """A font with Chinese letters, or None."""
    for folder in FOLDERS:
        there = {path.name: path for path in Path(folder).rglob("*.[to]t[cf]")} if Path(folder).is_dir() else {}
        for name in FONTS:
            if name in there:
                return str(there[name])
    return None


async def look(tx: Tx, asked: Asked, ctx: Context) -> File | None:
    """The funnel of a period; drawn beside the loop. None without a font, or for whoever is no member."""
    if asked.who is None or find_font() is None:
        return None
    told, zone = asked.params, ctx.rules.zone
    period = Period(date.fromisoformat(str(told["first"])), date.fromisoformat(str(told["last"])))
    team_name = str(told.get("team", ""))
    team = await team_named(tx, team_name, rules=ctx.rules) if team_name else None
    (row,) = await numbers(tx, period, team=team, zone=zone)
    title = f"漏斗 {shown(period, today=ctx.today)}" + (f" · {team_name}" if team_name else "")
    png = await asyncio.to_thread(png_of, title, steps(row, []))
    return File(f"{title.replace(' ', '')}.png", png)


def png_of(title: str, funnel: Sequence[Step]) -> bytes:
    """The bars, as wide as their share of the first, with number and rate."""
    from PIL import Image, ImageDraw, ImageFont  # on first use only

    name = find_font() or ""
    index = 2 if name.endswith("CJK-Regular.ttc") else 0  # the letters of simplified Chinese
    large, plain, small = (ImageFont.truetype(name, size, index=index) for size in (34, 26, 22))
    picture = Image.new("RGB", (WIDE, 2 * EDGE + HEAD + ROW * len(funnel)), "white")
    pen = ImageDraw.Draw(picture)
    pen.text((EDGE, EDGE - 8), title, fill=INK, font=large)
    pen.text((EDGE, EDGE + 42), COHORT, fill=PALE, font=small)
    most, left = max((step.count for step in funnel), default=1) or 1, EDGE + 120
    for number, step in enumerate(funnel):
        top = EDGE + HEAD + number * ROW
        width = max(4, round((WIDE - left - EDGE - 190) * step.count / most))
        pen.text((EDGE, top + 12), step.label, fill=INK, font=plain)
        color = ACCENT if number == len(funnel) - 1 else BAR
        pen.rounded_rectangle((left, top + 8, left + width, top + ROW - 16), 8, fill=color)
        told = str(step.count) + (f"  {step.share:.0%}" if step.share is not None else "")
        pen.text((left + width + 14, top + 12), told, fill=INK if step.count else PALE, font=plain)
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()
