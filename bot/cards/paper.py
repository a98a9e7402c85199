"""The quote as a PDF, to be handed on to the customer."""

from bot.cards.asked import Asked
from bot.cards.card import File
from bot.context import Context
from leads.errors import NotFound
from leads.quoting import get_quote
from store.quotes import find_version
from store.tx import Tx


async def look(tx: Tx, asked: Asked, ctx: Context) -> File | None:
    """The file, for whoever may see the quote."""
    if asked.who is None:
        return None
    try:
        quote, _ = await get_quote(tx, int(asked.params.get("quote") or 0), asked.who, rules=ctx.rules)
    except NotFound:
        return None
    version = await find_version(tx, quote.id or 0, int(asked.params.get("version") or 0))
    if version is None or version.pdf is None:
        return None
    return File(f"报价单-{quote.no}-第{version.version}版.pdf", version.pdf)
