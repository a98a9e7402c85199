"""What is looked after every hour: what is to be planned, what the administrators must hear in time, what may go."""

from bot.comparing import plan_night
from bot.consent import look_after_forms
from bot.context import Context
from bot.counting import plan_check
from bot.digest import plan_digests
from bot.forecasting import plan_forecast
from bot.handlers.office import warn_of_calendar
from bot.handlers.weekly import plan_week
from bot.journeys.nightly import plan_journeys
from store.keeping import sweep_out
from store.tx import Tx


async def keep_house(tx: Tx, ctx: Context) -> int:
    """Plan what follows, warn that a year has no holiday data, sweep old rows out; returns how many went."""
    await warn_of_calendar(tx, ctx)
    await plan_week(tx, ctx)
    await plan_forecast(tx, ctx)
    await plan_check(tx, ctx)
    await look_after_forms(tx, ctx)
    await plan_digests(tx, ctx)
    await plan_night(tx, ctx)
    await plan_journeys(tx, ctx)
    return await sweep_out(tx, now=ctx.now)
