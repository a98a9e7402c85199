"""A page's ticket: made by the server when it shows a form, so that a submission belongs to one showing of it."""

import base64
import binascii
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from store.sealed import Keys

GOOD_FOR = timedelta(hours=24)
NONCE, STAMP, MARK, MAC = 12, 5, 8, 16  # bytes


@dataclass(frozen=True)
class Ticket:
    """What a valid ticket says: when its page was shown, and which words of consent stood on it."""

    text: str
    issued_at: datetime
    consent: str  # the first 16 hex digits of the words' mark

    def is_old(self, now: datetime) -> bool:
        """Whether the page was shown too long ago (or, by a clock that was set, in the future)."""
        return not -timedelta(minutes=10) <= now - self.issued_at <= GOOD_FOR


def issue(keys: Keys, form: str, consent: str, *, now: datetime) -> str:
    """A fresh ticket for one showing of a form with these words of consent (their mark in hex)."""
    stamp = int(now.timestamp()).to_bytes(STAMP, "big")
    body = secrets.token_bytes(NONCE) + stamp + bytes.fromhex(consent)[:MARK]
    return base64.urlsafe_b64encode(body + _mac(keys, form, body)).decode()


def read(keys: Keys, form: str, text: str) -> Ticket | None:
    """The ticket, or None for anything that we did not make for this form."""
    try:
        raw = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
    except (UnicodeError, binascii.Error, ValueError):
        return None
    body, mac = raw[:-MAC], raw[-MAC:]
    if len(body) != NONCE + STAMP + MARK or not hmac.compare_digest(mac, _mac(keys, form, body)):
        return None
    stamp = int.from_bytes(body[NONCE : NONCE + STAMP], "big")
    return Ticket(text, datetime.fromtimestamp(stamp, UTC), body[NONCE + STAMP :].hex())


def _mac(keys: Keys, form: str, body: bytes) -> bytes:
    return keys.blind(f"form ticket {form}", body.hex())


def probe_mark(keys: Keys, ticket: str) -> str:
    """What our own nightly visitor shows beside a ticket, so that its submission becomes nobody's lead."""
    return keys.blind("form probe", ticket).hex()
