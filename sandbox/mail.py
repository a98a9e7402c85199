"""A mail server for tests: aiosmtpd, which receives for real, made as strict as the large mail houses are."""

import asyncio
import re
import ssl
import warnings
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

LONGEST_LINE = 998  # without its end (RFC 5322)
ONCE = ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version")
ESMTP = "250 2.0.0 Ok: queued as {number}"
Reply = Coroutine[Any, Any, str]


@dataclass
class Mail:
    """A mail that was taken: from whom, to whom, and what it says."""

    sender: str
    to: str
    raw: bytes
    message: EmailMessage

    @property
    def id(self) -> str:
        """Its Message-ID."""
        return str(self.message["Message-ID"])

    def part(self, kind: str) -> str:
        """The words of its text/plain or text/html part."""
        found = self.message.get_body((kind.rpartition("/")[2],))
        return str(found.get_content()) if found is not None else ""


@dataclass
class MailServer:
    """Takes mails at 127.0.0.1. `answers` are what a recipient gets instead of 250, the oldest first; `cuts` says where
    the line breaks next: rcpt, data (nothing taken) or after (taken, and nobody is told)."""

    users: dict[str, str] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    per_minute: int | None = None
    now: Callable[[], float] = lambda: 0.0
    mails: list[Mail] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)  # why mails were refused that no mail house would take
    answers: dict[str, deque[str]] = field(default_factory=dict)
    cuts: deque[str] = field(default_factory=deque)
    lines: int = 0
    over: int = 0  # mails beyond what is allowed a minute
    port: int = 0
    pause: float = 0.0  # seconds that taking one mail lasts
    _at: deque[float] = field(default_factory=deque)
    _server: asyncio.Server | None = None
    _talks: list[SMTP] = field(default_factory=list)

    async def start(self, port: int = 0) -> None:
        """Listen; `port` 0 takes a free one."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._line, "127.0.0.1", port)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Hang up."""
        if self._server is not None:
            self._server.close()
            for talk in self._talks:
                _hang_up(talk)
            await asyncio.sleep(0)

    def _line(self) -> SMTP:
        self.lines += 1
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a password comes without TLS: from this machine to itself
            talk = SMTP(
                self, hostname="mx.example.com", enable_SMTPUTF8=False, tls_context=self.tls,
                auth_required=bool(self.users), auth_require_tls=self.tls is not None, require_starttls=False,
                authenticator=self._authenticate if self.users else None, timeout=60,
            )  # fmt: skip
        self._talks.append(talk)
        return talk

    def _authenticate(self, server: SMTP, session: Session, envelope: Envelope, way: str, given: Any) -> AuthResult:
        known = isinstance(given, LoginPassword) and self.users.get(given.login.decode()) == given.password.decode()
        return AuthResult(success=known, handled=False)  # not handled: aiosmtpd says 535 itself

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """aiosmtpd's hook: whether a recipient is taken."""
        if self._cut("rcpt", server):
            return "421 4.3.2 going down"
        waiting = self.answers.get(address)
        if waiting:
            return waiting.popleft()
        if envelope.rcpt_tos:
            return "452 4.5.3 one recipient a mail, please"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(  # noqa: N802 - the name that aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """aiosmtpd's hook: whether a mail is taken."""
        if self._cut("data", server):
            return "421 4.3.2 going down"
        if self.pause:
            await asyncio.sleep(self.pause)
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        message = message_from_bytes(raw, EmailMessage, policy=default)
        flaw = flaw_of(raw, message, str(envelope.mail_from))
        if flaw:
            self.refused.append(flaw)
            return f"550 5.6.0 {flaw}"
        if self._too_fast():
            return "451 4.7.1 too many mails a minute"
        self.mails.append(Mail(str(envelope.mail_from), envelope.rcpt_tos[0], raw, message))
        if self._cut("after", server):
            return "421 4.3.2 going down"
        return ESMTP.format(number=len(self.mails))

    def _cut(self, where: str, server: SMTP) -> bool:
        if not self.cuts or self.cuts[0] != where:
            return False
        self.cuts.popleft()
        _hang_up(server)
        return True

    def _too_fast(self) -> bool:
        if self.per_minute is None:
            return False
        now = self.now()
        while self._at and self._at[0] <= now - 60:
            self._at.popleft()
        if len(self._at) >= self.per_minute:
            self.over += 1
            return True
        self._at.append(now)
        return False


def _hang_up(talk: SMTP) -> None:
    if isinstance(talk.transport, asyncio.Transport):
        talk.transport.abort()


def flaw_of(raw: bytes, message: EmailMessage, sender: str) -> str:
    """Why a mail would be refused or be taken for rubbish (RFC 5322, RFC 8058, what large mail houses ask of senders);
    "" for a good one."""
    if any(byte > 127 for byte in raw):
        return "8-bit bytes without 8BITMIME"
    if any(len(line) > LONGEST_LINE for line in raw.split(b"\r\n")):
        return "a line of more than 998 characters"
    if b"\n" in raw.replace(b"\r\n", b""):
        return "a bare line feed"
    for name in ONCE:
        if len(message.get_all(name, [])) != 1:
            return f"{name} must stand there once"
    if message.defects or any(part.defects for part in message.walk()):
        return "broken MIME"
    if re.fullmatch(r"<[^<>@\s]+@[^<>@\s]+>", str(message["Message-ID"])) is None:
        return "Message-ID is no name"
    if [one.addr_spec for one in message["From"].addresses] != [sender]:
        return "From is not whoever sends it"
    if len(message["To"].addresses) != 1:
        return "one recipient, please"
    if message.get_content_type() != "multipart/alternative":
        return "plain words and a page, please"
    kinds = [part.get_content_type() for part in message.iter_parts()]
    if kinds != ["text/plain", "text/html"]:
        return "plain words first, the page last"
    for part in message.iter_parts():
        if not str(part.get_content()).strip():
            return "an empty part"
    if message["Precedence"] == "bulk" and message["List-Unsubscribe"] is not None:
        if re.fullmatch(r"<https?://[^<>\s]+>", str(message["List-Unsubscribe"])) is None:
            return "List-Unsubscribe is no address"
        if str(message["List-Unsubscribe-Post"]) != "List-Unsubscribe=One-Click":
            return "List-Unsubscribe without its one-click post"
    page = str(list(message.iter_parts())[1].get_content())
    if re.search(r"<script|javascript:|\son\w+=", page, re.IGNORECASE):
        return "a script in the page"
    return ""
