"""The mailbox to which answers and returned mails come: looked through every minute, nothing is changed in it.

How far we came is kept in the transaction that stores what we found: a crash repeats a page, and loses none.
"""

import asyncio
import contextlib
import imaplib
import json
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import unquote, urlsplit

import structlog

from bot.events import Event, Ignored, LetterReported
from bot.mail.render import domain_of
from bot.mail.report import LARGEST, read_report
from config.telling import Tellable
from store import inbox
from store.access import get_property, set_property
from store.db import Store
from store.tx import Tx

log = structlog.get_logger()

PLATFORM = "mail"
CURSOR = "mail_inbox"
PATIENCE = 20.0  # seconds for one step of the talk
BACK = timedelta(days=3)  # that are looked through at the first time
PAGE = 50
PAGES = 20  # a turn


class NotRead(Tellable):
    """The mailbox could not be looked through."""


@dataclass(frozen=True)
class MailboxAddress:
    """Where the mailbox is; by IMAP, over TLS unless it is on this machine."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folder: str = "INBOX"
    wrapped: bool = True

    @classmethod
    def of_url(cls, url: str) -> "MailboxAddress":
        """imaps://user:password@host:993/Folder; imap:// asks for STARTTLS."""
        parts = urlsplit(url)
        wrapped = parts.scheme == "imaps"
        return cls(
            parts.hostname or "", parts.port or (993 if wrapped else 143), unquote(parts.username or ""),
            unquote(parts.password or ""), unquote(parts.path.strip("/")) or "INBOX", wrapped,
        )  # fmt: skip


@dataclass(frozen=True)
class Page:
    """Mails with their numbers, in order, and how far they reach."""

    validity: str
    mails: tuple[tuple[int, bytes], ...]
    last: int
    more: bool


class Mailbox:
    """Reads what came back, and hands on what concerns a mail of ours; other people's mails are not kept."""

    def __init__(self, address: MailboxAddress, sender: str, store: Store, now: Callable[[], datetime]) -> None:
        self._address = address
        self._domain = domain_of(sender)
        self._store = store
        self._now = now
        self._told = ""

    async def run_once(self) -> int:
        """Look through what is new; always 0: what is left waits for the next tick."""
        try:
            for _ in range(PAGES):
                async with self._store.read() as tx:
                    cursor = await get_property(tx, CURSOR) or ""
                page = await asyncio.to_thread(_look, self._address, cursor, self._now() - BACK)
                await self._store.transaction(partial(self._keep, page=page))
                if not page.more:
                    break
            self._told = ""
        except NotRead as error:
            if str(error) != self._told:  # once, not every minute
                self._told = str(error)
                log.error("the mailbox for what comes back could not be read", cause=str(error))
        return 0

    async def _keep(self, tx: Tx, *, page: Page) -> None:
        now = self._now()
        found = [(uid, raw) for uid, raw in page.mails if read_report(raw, domain=self._domain) is not None]
        if found:
            await inbox.store_events(
                tx,
                [
                    inbox.Arrived(PLATFORM, f"mail:{page.validity}:{uid}", f"mail:{uid % 8}", _stored(uid, raw), now)
                    for uid, raw in found
                ],
            )
        await set_property(tx, CURSOR, f"{page.validity}:{page.last}")

    def parse(self, body: bytes) -> Event:
        """A stored mail as an event."""
        content = json.loads(body)
        report = read_report(content["mail"].encode("latin-1"), domain=self._domain)
        if report is None:
            return Ignored(PLATFORM, "", self._now(), "no report of a mail of ours")
        return LetterReported(
            PLATFORM, "", self._now(), road=PLATFORM, outcome=report.kind, ref=report.mail, dead=report.dead,
            words=report.words,
        )  # fmt: skip

    async def fetch(self, event: Event) -> Event:
        """Nothing is missing."""
        return event


def _stored(uid: int, raw: bytes) -> bytes:
    return json.dumps({"uid": uid, "mail": raw[:LARGEST].decode("latin-1")}).encode()


def _look(address: MailboxAddress, cursor: str, since: datetime) -> Page:
    """The next mails behind the cursor ("<validity>:<number>"); in a thread, for imaplib waits. Raises NotRead."""
    try:
        with contextlib.closing(_Box(address)) as box:
            return box.page(cursor, since)
    except NotRead:
        raise
    except ssl.SSLError:
        raise NotRead("收信服务器的证书不可信:检查 leadbot.yaml 的 mail.inbox 里的主机名") from None
    except (imaplib.IMAP4.error, OSError, ValueError) as error:
        raise NotRead(f"收信邮箱读不了({type(error).__name__}):检查 leadbot.yaml 的 mail.inbox") from None


class _Box:
    """One visit."""

    def __init__(self, address: MailboxAddress) -> None:
        trust = ssl.create_default_context()
        self._imap: imaplib.IMAP4
        if address.wrapped:
            self._imap = imaplib.IMAP4_SSL(address.host, address.port, ssl_context=trust, timeout=PATIENCE)
        else:
            self._imap = imaplib.IMAP4(address.host, address.port, timeout=PATIENCE)
            if "STARTTLS" in self._imap.capabilities:
                self._imap.starttls(trust)
            elif address.host not in ("127.0.0.1", "::1", "localhost"):
                raise NotRead("收信服务器不支持加密连接,所以没有登录。mail.inbox 改用 imaps://")
        try:
            self._imap.login(address.user, address.password)
        except imaplib.IMAP4.error:
            self._imap.shutdown()
            raise NotRead("收信邮箱的账号或密码不对:检查 leadbot.yaml 的 mail.inbox(多数邮箱要用授权码)") from None
        status, _ = self._imap.select(f'"{address.folder}"', readonly=True)
        if status != "OK":
            raise NotRead("收信邮箱里没有 mail.inbox 写的文件夹")

    def close(self) -> None:
        """Say goodbye."""
        with contextlib.suppress(imaplib.IMAP4.error, OSError):
            self._imap.logout()

    def page(self, cursor: str, since: datetime) -> Page:
        """The next mails, oldest first. Another validity means that all numbers are new: we begin anew."""
        validity = (self._imap.response("UIDVALIDITY")[1] or [b"0"])[0]
        known, _, last = cursor.partition(":")
        now = validity.decode() if isinstance(validity, bytes) else "0"
        after = int(last) if known == now and last.isdecimal() else None
        wanted = f"UID {after + 1}:*" if after is not None else f"SINCE {since:%d-%b-%Y}"
        status, found = self._imap.uid("SEARCH", wanted)
        if status != "OK":
            raise NotRead("收信邮箱不让查找")
        numbers = sorted(int(one) for one in (found[0] or b"").split() if after is None or int(one) > after)
        mails = tuple((uid, self._fetch(uid)) for uid in numbers[:PAGE])
        last_uid = mails[-1][0] if mails else after if after is not None else self._newest()
        return Page(now, mails, last_uid, len(numbers) > PAGE)

    def _newest(self) -> int:
        """The number behind which new mails come, of a mailbox in which nothing is new."""
        following = (self._imap.response("UIDNEXT")[1] or [None])[0]
        return int(following) - 1 if isinstance(following, bytes) and following.isdigit() else 0

    def _fetch(self, uid: int) -> bytes:
        status, found = self._imap.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{LARGEST}>)")
        if status != "OK":
            raise NotRead("收信邮箱不让读信")
        return next((part[1] for part in found if isinstance(part, tuple) and isinstance(part[1], bytes)), b"")
