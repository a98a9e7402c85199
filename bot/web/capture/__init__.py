"""Where leads of other systems come in; a new channel is one file and one line here."""

from bot.web.api.route import Route
from bot.web.capture import generic

CHANNELS: tuple[Route, ...] = (generic.ROUTE,)
