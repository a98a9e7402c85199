"""The whole bot in this process, whose workers do nothing until they are told to: for looking at one of them."""

import contextlib
import logging
from collections.abc import AsyncIterator

import structlog

from bench.company import BenchCompany
from bot.app import Leadbot
from bot.schedule import Schedule


@contextlib.asynccontextmanager
async def quiet_bot(company: BenchCompany) -> AsyncIterator[Leadbot]:
    """A started bot without ticks and hints; `bot.pipeline.run_once()` and its like are for the caller."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    bot = Leadbot(company.folder, company.settings)
    bot.schedule = Schedule({})
    await bot.start()
    try:
        yield bot
    finally:
        await bot.stop()
