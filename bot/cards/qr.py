"""The QR code of a campaign's link, or of an event's check-in, as a picture to print."""

import io

from bot.cards.asked import Asked
from bot.cards.card import File
from bot.context import Context
from leads.campaign import OPENERS, door_of, link_of
from store.campaigns import find_campaign
from store.tx import Tx

SCALE = 12  # pixels of one module: sharp on a poster


async def look(tx: Tx, asked: Asked, ctx: Context) -> File | None:
    """The picture: where people register, or the door of an event, which hangs at the entrance."""
    campaign = await find_campaign(tx, int(asked.params.get("campaign") or 0))
    if campaign is None or asked.who is None or asked.who.role not in OPENERS:
        return None
    at_door = bool(asked.params.get("door"))
    link = door_of(campaign, ctx.public_url) if at_door else link_of(campaign, ctx.public_url)
    return File(f"{campaign.name}{'-签到' if at_door else ''}.png", png_of(link))


def png_of(link: str) -> bytes:
    """A PNG with the quiet zone that scanners need."""
    import segno  # on first use only

    out = io.BytesIO()
    segno.make(link, error="m", micro=False).save(out, kind="png", scale=SCALE, border=4)
    return out.getvalue()
