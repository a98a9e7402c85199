"""The way between two machines, a cable that can be cut, stall, crawl or break at a word: TCP, to one end or many."""

import asyncio
import contextlib
import random
import socket
import struct

RST = struct.pack("ii", 1, 0)  # SO_LINGER: close without a farewell


class Wire:
    """Listens on a port of its own and passes on to one of its ends that answers."""

    def __init__(self, *ends: int) -> None:
        self.ends = list(ends)
        self.port = 0
        self.refuses = False  # new connections are reset at once
        self.crawl = 0.0  # seconds that every piece of data takes
        self.snare = b""  # a word of the client's at which its connection breaks once
        self.snare_passes = False  # whether the other side still hears that word
        self.snared = 0
        self._flows = asyncio.Event()
        self._flows.set()
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._unanswered: set[asyncio.StreamWriter] = set()  # clients that hear nothing any more
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> "Wire":
        """Begin to listen on a free port of this machine."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def close(self) -> None:
        """Take the cable away."""
        if self._server is not None:
            self._server.close()
        self.cut()
        self._flows.set()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut(self) -> None:
        """Reset every connection that is open now."""
        for writer in list(self._open):
            _reset(writer)

    def stall(self) -> None:
        """Half open: connections are taken and kept, nothing comes through, nobody is told."""
        self._flows.clear()

    def flow(self) -> None:
        """All is well again; what was held up comes through."""
        self.refuses, self.crawl = False, 0.0
        self._flows.set()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self._open.add(writer)
        try:
            if self.refuses:
                _reset(writer)
                return
            await self._flows.wait()
            for end in random.sample(self.ends, len(self.ends)):
                with contextlib.suppress(OSError):
                    far_reader, far_writer = await asyncio.open_connection("127.0.0.1", end)
                    break
            else:
                _reset(writer)
                return
            self._open.add(far_writer)
            try:
                both = (self._pass(reader, far_writer, writer), self._pass(far_reader, writer, None))
                await asyncio.gather(*both)
            finally:
                self._open.discard(far_writer)
                far_writer.close()
        finally:
            self._open.discard(writer)
            self._unanswered.discard(writer)
            writer.close()

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, client: asyncio.StreamWriter | None
    ) -> None:
        """One direction, until either side is gone; `client` is given for what the client says."""
        with contextlib.suppress(OSError):
            while piece := await reader.read(65536):
                if self.crawl:
                    await asyncio.sleep(self.crawl)
                await self._flows.wait()
                if client is not None and self.snare and self.snare in piece:
                    self.snare, self.snared = b"", self.snared + 1
                    if self.snare_passes:
                        self._unanswered.add(client)  # or the answer would be quicker than the break
                        writer.write(piece)
                        await writer.drain()
                        await asyncio.sleep(0.2)  # the other side has done what it was told
                    _reset(client)
                    break
                if writer in self._unanswered:
                    continue
                writer.write(piece)
                await writer.drain()
        writer.close()


def _reset(writer: asyncio.StreamWriter) -> None:
    own = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):
        own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RST)
    writer.transport.abort()
