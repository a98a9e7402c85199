"""What comes back to a mail: it could not be delivered, somebody complained, a machine answered, or a person did.

Reports come as the standards say (RFC 3464 delivery, RFC 5965 complaint), or as words of a mail house; both are read
for our own name of the mail, without which nothing that a stranger writes to the mailbox has any effect.
"""

import re
from dataclasses import dataclass, field
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr
from typing import Literal

from leads.stop_words import first_words

LARGEST = 256 * 1024  # bytes of a mail that are looked at; a report quotes the whole mail behind its first part
OURS = re.compile(r"<?\b(m\d{1,17}-[0-9a-f]{24})@([A-Za-z0-9.-]+)")
STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
SMTP_CODE = re.compile(r"(?<![\d.])(4[0-9]{2}|5[0-9]{2})[ -]")
DEAD = re.compile(
    r"用户不存在|地址不存在|帐号不存在|账号不存在|收件人不存在|无此用户|user unknown|no such user|not exist", re.I
)
AWAY = re.compile(r"自动回复|自动答复|外出|休假|out of (the )?office|automatic reply|auto[- ]?reply|vacation", re.I)


@dataclass(frozen=True)
class Reported:
    """`mail`: which of ours (store/roads.py: ref_of). `words`: the cause of a return, or what a person wrote.

    returned: not delivered and never will be; `dead`: nobody is at that address. complained: marked as rubbish.
    replied: a person answered.
    """

    kind: Literal["returned", "complained", "replied"]
    mail: str
    dead: bool = False
    words: str = field(default="", repr=False)


def read_report(raw: bytes, *, domain: str) -> Reported | None:
    """What a mail that came to our mailbox reports; None for what concerns no mail of ours, delays and machines."""
    try:
        message = message_from_bytes(raw[:LARGEST])
        if message.get_content_type() == "multipart/report":
            kind = str(message.get_param("report-type", "")).lower()
            if kind == "feedback-report":
                return _complaint(message, domain)
            return _delivery(message, domain)
        if _is_from_a_mail_house(message):
            return _told_in_words(message, domain)
        return _reply(message, domain)
    except (MessageError, LookupError, ValueError, UnicodeError, RecursionError):
        return None


def _delivery(message: Message, domain: str) -> Reported | None:
    mail = _ours(message, domain)
    told = _fields(message, "message/delivery-status")
    if mail is None or told.get("action", "failed").lower() != "failed":
        return None
    status = STATUS.search(told.get("status", "")) or STATUS.search(told.get("diagnostic-code", ""))
    diagnostic = told.get("diagnostic-code", "")
    if status is None or (status[2], status[3]) == ("0", "0"):
        status = STATUS.search(diagnostic) or status
    return _returned(mail, status, diagnostic)


def _returned(mail: str, status: re.Match[str] | None, words: str) -> Reported:
    number = SMTP_CODE.search(words)
    dead = bool(DEAD.search(words))
    if status is not None and (status[2], status[3]) != ("0", "0"):
        dead = status[1] == "5" and (status[2] == "1" or (status[2], status[3]) == ("2", "1"))
    cause = " ".join(part for part in (number[1] if number else "", status[0] if status else "") if part)
    return Reported("returned", mail, dead=dead, words=cause)


def _told_in_words(message: Message, domain: str) -> Reported | None:
    """A mail house that writes a letter instead of a report."""
    mail, words = _ours(message, domain), _words(message)
    if mail is None or re.search(r"(?i)delayed|will (be )?retr|延迟|继续尝试", words):
        return None
    return _returned(mail, STATUS.search(words), words)


def _complaint(message: Message, domain: str) -> Reported | None:
    mail = _ours(message, domain)
    told = _fields(message, "message/feedback-report")
    if mail is None or told.get("feedback-type", "").lower() not in ("abuse", "fraud", "not-spam", "other"):
        return None
    return None if told["feedback-type"].lower() == "not-spam" else Reported("complained", mail)


def _reply(message: Message, domain: str) -> Reported | None:
    """Somebody's answer; a machine's is none: nobody has read our mail, and nobody wants to hear less of us."""
    named = " ".join(_header(message, name) for name in ("In-Reply-To", "References"))
    found = next((one for one in OURS.finditer(named) if one[2].lower() == domain.lower()), None)
    if found is None or is_by_a_machine(message):
        return None
    return Reported("replied", found[1], words=first_words(_words(message)).strip()[:2000])


def is_by_a_machine(message: Message) -> bool:
    """Whether a mail was written by no person: holiday notes, receipts (RFC 3834 and what came before it)."""
    submitted = _header(message, "Auto-Submitted").split(";")[0].strip().lower()
    if submitted not in ("", "no") or _header(message, "Precedence").lower() in ("auto_reply", "bulk", "junk"):
        return True
    if any(message.get(name) for name in ("X-Autoreply", "X-Autorespond")):
        return True
    return bool(AWAY.search(_header(message, "Subject")))


def _is_from_a_mail_house(message: Message) -> bool:
    name = parseaddr(_header(message, "From"))[1].partition("@")[0].lower()
    return name in ("mailer-daemon", "postmaster", "mail-daemon") or _header(message, "Return-Path") == "<>"


def _ours(message: Message, domain: str) -> str | None:
    """Our name of the mail that a report is about: in what it quotes of our headers, else among its words."""
    for part in message.walk():
        if part.get_content_type() in ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers"):
            inner = part.get_payload(0) if part.is_multipart() else None
            text = _header(inner, "Message-ID") if isinstance(inner, Message) else _text(part)
            if (found := OURS.search(text)) is not None and found[2].lower() == domain.lower():
                return found[1]
    for text in (_header(message, "In-Reply-To"), _header(message, "References"), _words(message)):
        found = next((one for one in OURS.finditer(text) if one[2].lower() == domain.lower()), None)
        if found is not None:
            return found[1]
    return None


def _fields(message: Message, kind: str) -> dict[str, str]:
    """The fields of a report's own part; of several blocks (one a recipient) the last word counts."""
    told: dict[str, str] = {}
    for part in message.walk():
        if part.get_content_type() != kind:
            continue
        inner = part.get_payload()
        blocks = inner if isinstance(inner, list) else [message_from_bytes(_text(part).encode("utf-8", "replace"))]
        for block in blocks:
            if isinstance(block, Message):
                told |= {name.lower(): _header(block, name) for name in block}
    return told


def _words(message: Message) -> str:
    """The first plain words of a mail, else its page without marks."""
    for kind in ("text/plain", "text/html"):
        for part in message.walk():
            if part.get_content_type() == kind and part.get_content_disposition() != "attachment":
                text = _text(part)
                if kind == "text/html":
                    text = re.sub(r"(?is)<(style|script).*?</\1>", " ", text)
                    text = re.sub(r"(?i)<br\s*/?>|</(p|div|tr|h\d)>", "\n", text)
                    text = re.sub(r"<[^>]{0,2000}>", " ", text)
                return text
    return ""


def _text(part: Message) -> str:
    raw = part.get_payload(decode=True)
    if not isinstance(raw, bytes):
        return str(raw or "")
    charset = str(part.get_content_charset() or "utf-8")
    if charset in ("gb2312", "gbk"):
        charset = "gb18030"
    try:
        return raw.decode(charset, "replace")
    except LookupError:
        return raw.decode("utf-8", "replace")


def _header(message: Message, name: str) -> str:
    """A header in words, "" without one; many mail houses write Chinese into it as it is."""
    raw = next((value for header, value in message.raw_items() if header.lower() == name.lower()), "")
    plain = _read(str(raw).encode("ascii", "surrogateescape"))
    try:
        return " ".join(str(make_header(decode_header(plain))).split())
    except (LookupError, ValueError, UnicodeError):
        return plain


def _read(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeError:
        return raw.decode("gb18030", "replace")
