"""The door for commands while the server runs: data/admin.sock, one JSON line asked, one answered."""

import asyncio
import contextlib
import json
import os
import socket
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import structlog

from config.document import BadDocument
from config.telling import Tellable, told
from store.writer import Refusal

log = structlog.get_logger()

LONGEST = 16 * 1024 * 1024
PATIENCE = 60.0  # seconds a command waits for the server's answer
LONGEST_ADDRESS = 100  # bytes of a socket's path; Linux takes 107, macOS 103
ASKING = 5.0  # seconds a client may take to ask; a silent one must not hold up the server's end

Handler = Callable[[Mapping[str, Any]], Awaitable[Any]]


class NobodyThere(Exception):
    """No server answers at this socket."""


class CommandFailed(Exception):
    """The server could not do it; the text names cause and cure."""


SPOKEN = (Tellable, CommandFailed, BadDocument, Refusal, OSError)  # their texts are for whoever gave the command


class AdminSocket:
    """Serves commands to whoever may open the file: mode 0600, so only the server's own user."""

    def __init__(self, path: Path, handlers: Mapping[str, Handler]) -> None:
        self._path = path
        self._handlers = handlers
        self._server: asyncio.Server | None = None
        self._asking: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        """Listen; a socket left by a killed server is replaced, one that answers is another replica's and stays."""
        if _answers(self._path):
            log.info("another server of this folder answers the commands")
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.unlink(missing_ok=True)
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with short_way(self._path) as address:
            listening.bind(address)
        self._path.chmod(0o600)
        self._server = await asyncio.start_unix_server(self._serve, sock=listening, limit=LONGEST)

    async def stop(self) -> None:
        """Stop listening and remove the file."""
        if self._server is not None:
            self._server.close()
            for silent in self._asking:
                silent.close()
            await self._server.wait_closed()
            self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            asked = _asked(await self._line(reader, writer))
            handler = self._handlers.get(str(asked["command"]))
            if handler is None:
                answer: dict[str, Any] = {"error": f"the server knows no command {asked['command']!r}"}
            else:
                answer = {"result": await handler(asked["arguments"])}
        except Exception as error:
            log.warning("a command failed", cause=told(error))
            answer = {"error": (str(error) if isinstance(error, SPOKEN) else "") or f"an error: {told(error)}"}
        with contextlib.suppress(ConnectionError):
            writer.write(json.dumps(answer).encode() + b"\n")
            await writer.drain()
        writer.close()

    async def _line(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        self._asking.add(writer)
        try:
            async with asyncio.timeout(ASKING):
                return await reader.readline()
        finally:
            self._asking.discard(writer)


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(1)
        try:
            with short_way(path) as address:
                client.connect(address)
        except OSError:
            return False
        return True


@contextlib.contextmanager
def short_way(path: Path) -> Iterator[str]:
    """The path as an address of a socket; a folder that lies deep is reached through a short link meanwhile."""
    if len(os.fsencode(path)) <= LONGEST_ADDRESS:
        yield str(path)
        return
    with tempfile.TemporaryDirectory(prefix="leadbot-") as folder:
        link = Path(folder) / "data"
        link.symlink_to(path.parent.absolute(), target_is_directory=True)
        yield str(link / path.name)


def _asked(line: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError):
        asked = None
    if not isinstance(asked, dict) or not isinstance(asked.get("arguments", {}), dict):
        raise CommandFailed('this is no command; one line of JSON is needed: {"command": "…", "arguments": {…}}')
    return {"command": asked.get("command"), "arguments": asked.get("arguments", {})}


def ask_server(path: Path, command: str, arguments: Mapping[str, Any], *, patience: float | None = None) -> Any:
    """Hand a command to a running server and return its result. Raises NobodyThere, CommandFailed."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(patience or PATIENCE)
        try:
            with short_way(path) as address:
                client.connect(address)
        except OSError:
            raise NobodyThere(str(path)) from None
        try:
            client.sendall(json.dumps({"command": command, "arguments": dict(arguments)}).encode() + b"\n")
            with client.makefile("rb") as lines:
                line = lines.readline()
        except OSError as error:  # it hangs, or dies while it is asked
            raise CommandFailed(
                f"the server gave no answer ({error}); look at its log, and whether it was done"
            ) from None
    if not line.endswith(b"\n"):
        raise CommandFailed("the server closed the connection without an answer; look at its log")
    answer = json.loads(line)
    if "error" in answer:
        raise CommandFailed(str(answer["error"]))
    return answer["result"]
