"""The callback's edge with known keys, and callers who speak HTTP by hand."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from tests.bot.wecom.conftest import Edge, edge


@pytest.fixture
async def wecom(tmp_path: Path) -> AsyncIterator[Edge]:
    """The whole bot on a port, its callbacks with keys that tests know."""
    async with edge(tmp_path) as opened:
        yield opened


class Caller:
    """One TCP connection, spoken by hand."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    @contextlib.asynccontextmanager
    async def to(cls, address: tuple[str, int]) -> AsyncIterator["Caller"]:
        """A line that is hung up at the end."""
        caller = cls(*await asyncio.open_connection(*address))
        try:
            yield caller
        finally:
            caller.writer.close()
            with contextlib.suppress(ConnectionError):
                await caller.writer.wait_closed()

    async def say(self, raw: bytes) -> None:
        """Send bytes; a line that was cut meanwhile is no error of the test's."""
        with contextlib.suppress(ConnectionError):
            self.writer.write(raw)
            await self.writer.drain()

    async def status(self) -> int:
        """The status of the next answer; 0: the line was cut without one."""
        try:
            line = await self.reader.readline()
            return int(line.split()[1]) if line else 0
        except ConnectionError:
            return 0

    async def cut(self) -> bool:
        """Whether the other side ends the connection within five seconds."""
        try:
            async with asyncio.timeout(5):
                while await self.reader.read(65536):
                    pass
            return True
        except ConnectionError:
            return True
        except TimeoutError:
            return False


Dial = Callable[[], Awaitable[Caller]]


@pytest.fixture
async def dial(wecom: Edge) -> AsyncIterator[Dial]:
    """Opens lines to the bot; all are hung up at the end."""
    async with contextlib.AsyncExitStack() as lines:

        async def opened() -> Caller:
            return await lines.enter_async_context(Caller.to(wecom.address()))

        yield opened
