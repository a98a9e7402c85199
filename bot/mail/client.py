"""Handing mails to the company's mail server: each once, over lines that stay open while there is something to send."""

import asyncio
import contextlib
import json
import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPResponseException,
)

from bot.platform import AddressDead, Receipt, RoadClosed, SendLater, SendRefused, SendUnknown

PATIENCE = 20.0  # seconds for one step of the talk
LINES = 4
IDLE = 20.0  # seconds after which most servers have hung up
EACH = 100  # mails over one line; many servers hang up after that
GREY = timedelta(minutes=6)  # a server that does not know us yet says "later" and means five minutes
BUSY = timedelta(minutes=1)
WRONG_PASSWORD = "邮件账号或密码不对:检查 leadbot.yaml 的 mail.url(多数邮箱要用授权码)"
NOT_TRUSTED = "邮件服务器的证书不可信:检查 leadbot.yaml 的 mail.url 里的主机名"
IN_THE_CLEAR = "邮件服务器不支持加密连接,密码会被人看见,所以没有登录。改用 smtps:// 的地址(常见端口 465)"
LOOPBACK = ("127.0.0.1", "::1", "localhost")
ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed in. `wrapped`: TLS from the first byte (smtps); otherwise by STARTTLS."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    wrapped: bool = False

    @classmethod
    def of_url(cls, url: str) -> "MailServer":
        """smtp://user:password@host:587 or smtps://…:465; what is special in a password is written as %40."""
        parts = urlsplit(url)
        wrapped = parts.scheme == "smtps"
        port = parts.port or (465 if wrapped else 587)
        return cls(parts.hostname or "", port, unquote(parts.username or ""), unquote(parts.password or ""), wrapped)


@dataclass
class _Line:
    """A connection, how many mails went over it, and when it was used last."""

    smtp: SMTP
    count: int = 0
    used_at: float = 0.0


class MailClient:
    """Sends one mail a call. Raises SendLater, RoadClosed, SendRefused, AddressDead or SendUnknown.

    Once the message itself is under way, a line that breaks leaves unknown whether the server has it.
    """

    def __init__(
        self, server: MailServer, *, monotonic: Callable[[], float], trust: ssl.SSLContext | None = None
    ) -> None:
        self._server = server
        self._monotonic = monotonic
        self._trust = trust
        self._open: list[_Line] = []
        self._slots = asyncio.Semaphore(LINES)

    async def close(self) -> None:
        """Hang up."""
        lines, self._open = self._open, []
        for line in lines:
            await _hang_up(line)

    async def send(self, body: bytes) -> Receipt:
        """Hand over what bot/mail/render.py made."""
        content = json.loads(body)
        async with self._slots:
            line = await self._line()
            try:
                await self._envelope(line, content["from"], content["to"])
            except (SendLater, SendRefused):
                await self._give_back(line)
                raise
            except (SMTPException, OSError) as error:
                line.smtp.close()
                raise RoadClosed(f"邮件服务器断开了连接({type(error).__name__})") from None
            try:
                code, words = await line.smtp.data(content["message"].encode("ascii"))
            except SMTPResponseException as error:
                await self._give_back(line)
                raise _of_data(error.code, error.message) from None
            except (SMTPException, OSError) as error:
                line.smtp.close()
                raise SendUnknown(f"邮件交出去时连接断了({type(error).__name__}),不知道对方收没收到") from None
            await self._give_back(line)
        return Receipt(_clean(f"{code} {words}")[:200])

    async def _line(self) -> _Line:
        while self._open:
            line = self._open.pop()
            if line.smtp.is_connected and self._monotonic() - line.used_at < IDLE and line.count < EACH:
                with contextlib.suppress(SMTPException, OSError):
                    await line.smtp.rset()
                    return line
            await _hang_up(line)
        return _Line(await self._connect())

    async def _connect(self) -> SMTP:
        server = self._server
        smtp = SMTP(
            hostname=server.host, port=server.port, timeout=PATIENCE, use_tls=server.wrapped, start_tls=False,
            tls_context=self._trust,
        )  # fmt: skip
        try:
            await smtp.connect()
            await smtp.ehlo()
            if not server.wrapped and smtp.supports_extension("starttls"):
                await smtp.starttls()
                await smtp.ehlo()
            elif not server.wrapped and server.user and server.host not in LOOPBACK:
                raise SendRefused(IN_THE_CLEAR, alarm=True)
            if server.user:
                await smtp.login(server.user, server.password)
        except SMTPAuthenticationError as error:
            smtp.close()
            if 400 <= error.code < 500:
                raise RoadClosed("邮件服务器暂时不让登录", BUSY) from None
            raise SendRefused(WRONG_PASSWORD, alarm=True) from None
        except (SMTPException, OSError) as error:
            smtp.close()
            if _is_of_certificate(error):
                raise SendRefused(NOT_TRUSTED, alarm=True) from None
            raise RoadClosed(f"连不上邮件服务器({type(error).__name__})") from None
        except SendRefused:
            smtp.close()
            raise
        return smtp

    async def _envelope(self, line: _Line, sender: str, to: str) -> None:
        try:
            await line.smtp.mail(sender)
        except SMTPResponseException as error:
            if error.code == 421 or 400 <= error.code < 500:
                raise RoadClosed(_said("邮件服务器说现在不行", error.code, error.message), BUSY) from None
            cause = _said("邮件服务器不让用这个发件人:检查 leadbot.yaml 的 mail.from", error.code, error.message)
            raise SendRefused(cause, alarm=True) from None
        try:
            await line.smtp.rcpt(to)
        except SMTPResponseException as error:
            raise _of_recipient(error.code, error.message) from None

    async def _give_back(self, line: _Line) -> None:
        line.count += 1
        line.used_at = self._monotonic()
        if line.smtp.is_connected and line.count < EACH:
            self._open.append(line)
        else:
            await _hang_up(line)


async def _hang_up(line: _Line) -> None:
    with contextlib.suppress(SMTPException, OSError):
        await line.smtp.quit(timeout=2)
    line.smtp.close()


def _of_recipient(code: int, words: str) -> Exception:
    """What a refused recipient means (RFC 3463): later, nobody there, or this mail is not wanted."""
    if code == 421:
        return RoadClosed(_said("邮件服务器说现在不行", code, words), BUSY)
    if 400 <= code < 500:
        return SendLater(_said("对方的邮件服务器说稍后再试", code, words), GREY if code in (450, 451) else BUSY)
    cause = _said("对方的邮件服务器不收", code, words)
    return AddressDead(cause) if is_dead(code, words) else SendRefused(cause)


def is_dead(code: int, words: str) -> bool:
    """Whether an answer says that nobody is reached at this address, now and later (5.1.x, 5.2.1; 550 without more)."""
    found = ENHANCED.search(words)
    if found is None:
        return code in (550, 551, 553)
    return found[1] == "5" and (found[2] == "1" or (found[2], found[3]) == ("2", "1"))


def _of_data(code: int, words: str) -> Exception:
    if 400 <= code < 500:
        return SendLater(_said("邮件服务器说稍后再试", code, words), BUSY)
    return SendRefused(_said("邮件服务器不收这封邮件的内容", code, words))


def _is_of_certificate(error: BaseException) -> bool:
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


def _said(cause: str, code: int, words: str) -> str:
    """The cause with the number and the enhanced number; a server's words may name the customer, so they stay out."""
    found = ENHANCED.search(words)
    return f"{cause}({code}{' ' + found[0] if found else ''})"


def _clean(words: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in words).split())


def is_address(text: str) -> bool:
    """Whether a mail can be addressed so: one plain address in ASCII."""
    name, address = parseaddr(text)
    return not name and address == text and re.fullmatch(r"[!-?A-~]+@[A-Za-z0-9.-]+\.[A-Za-z0-9-]+", text) is not None
