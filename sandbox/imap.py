"""A mailbox for tests that is read by IMAP: just the part that looks through a folder, answered as RFC 3501 says."""

import asyncio
import contextlib
import re
from dataclasses import dataclass, field

CAPABILITIES = "IMAP4rev1"


@dataclass
class MailHouse:
    """One folder at 127.0.0.1. `validity` changes when the mail house has numbered everything anew."""

    user: str = "news"
    password: str = "right"
    validity: int = 7
    mails: dict[int, bytes] = field(default_factory=dict)  # number → mail
    port: int = 0
    visits: int = 0
    refuses: bool = False
    _server: asyncio.Server | None = None
    _talks: list[asyncio.StreamWriter] = field(default_factory=list)

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Hang up."""
        if self._server is not None:
            self._server.close()
        for writer in self._talks:
            writer.transport.abort()
        await asyncio.sleep(0)

    def put(self, raw: bytes) -> int:
        """A mail comes; returns its number."""
        number = max(self.mails, default=0) + 1
        self.mails[number] = raw
        return number

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.visits += 1
        self._talks.append(writer)
        state = "strange"
        writer.write(b"* OK ready\r\n")
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while line := await reader.readline():
                tag, _, rest = line.decode("utf-8").strip().partition(" ")
                word, _, given = rest.partition(" ")
                told, state = self._answer(word.upper(), given, state)
                for one in told[:-1]:
                    writer.write(one + b"\r\n")
                writer.write(f"{tag} ".encode() + told[-1] + b"\r\n")
                await writer.drain()
                if state == "gone":
                    break
        writer.close()

    def _answer(self, word: str, given: str, state: str) -> tuple[list[bytes], str]:
        """Untagged lines and the end of the tagged one; and what one may do from then on."""
        if word == "CAPABILITY":
            return [f"* CAPABILITY {CAPABILITIES}".encode(), b"OK done"], state
        if word == "LOGIN":
            if given.replace('"', "") == f"{self.user} {self.password}" and not self.refuses:
                return [b"OK welcome"], "in"
            return [b"NO [AUTHENTICATIONFAILED] no"], state
        if word == "LOGOUT":
            return [b"* BYE", b"OK bye"], "gone"
        if word == "EXAMINE" and state in ("in", "open"):
            if given.strip('"').upper() != "INBOX":
                return [b"NO no such folder"], "in"
            return [
                f"* {len(self.mails)} EXISTS".encode(),
                f"* OK [UIDVALIDITY {self.validity}]".encode(),
                f"* OK [UIDNEXT {max(self.mails, default=0) + 1}]".encode(),
                b"OK [READ-ONLY] done",
            ], "open"
        if word == "UID" and state == "open":
            return self._of_numbers(given), state
        return [b"BAD not now"], state

    def _of_numbers(self, given: str) -> list[bytes]:
        word, _, rest = given.partition(" ")
        if word.upper() == "SEARCH" and (ranged := re.fullmatch(r"UID (\d+):\*", rest)):
            newest = max(self.mails, default=0)
            found = [n for n in self.mails if n >= int(ranged[1]) or n == newest]  # "*" is the newest, whatever it is
            return [b"* SEARCH" + "".join(f" {n}" for n in sorted(found)).encode(), b"OK done"]
        if word.upper() == "SEARCH" and re.fullmatch(r"SINCE \d\d-[A-Z][a-z]{2}-\d{4}", rest):
            return [b"* SEARCH" + "".join(f" {n}" for n in sorted(self.mails)).encode(), b"OK done"]
        fetched = re.fullmatch(r"(\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", rest)
        if word.upper() == "FETCH" and fetched and int(fetched[1]) in self.mails:
            raw = self.mails[int(fetched[1])][: int(fetched[2])]
            head = f"* 1 FETCH (UID {fetched[1]} BODY[]<0> {{{len(raw)}}}".encode()
            return [head + b"\r\n" + raw + b")", b"OK done"]
        return [b"BAD what"]
