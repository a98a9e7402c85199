"""Is a push really from the channel? Its signature is computed anew with the secret that both sides know."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta

from config.channel import Webhook

SKEW = timedelta(minutes=10)  # by which the two clocks may differ
HASHES = {"sorted-md5": "md5", "sorted-sha1": "sha1", "sorted-sha256": "sha256"}


def is_signed(
    webhook: Webhook, *, headers: Mapping[str, str], params: Mapping[str, str], body: bytes, now: datetime
) -> bool:
    """Whether the push carries a valid signature, not older than ten minutes where a timestamp was declared."""
    secret = webhook.secret.get_secret_value().encode()
    stamp = headers.get(webhook.timestamp) or params.get(webhook.timestamp, "") if webhook.timestamp else ""
    if webhook.timestamp and not _is_fresh(stamp, now):
        return False
    if webhook.signature == "bearer":
        scheme, _, given = headers.get("Authorization", "").partition(" ")
        return scheme.lower() == "bearer" and _equal(given.strip().encode("utf-8", "replace"), secret)
    if webhook.signature == "hmac-sha256":
        signed = webhook.signed.encode().replace(b"{timestamp}", stamp.encode()).replace(b"{body}", body)
        return _is_mac(headers.get(webhook.header, ""), hmac.digest(secret, signed, "sha256"))
    told = "&".join(f"{name}={params[name]}" for name in sorted(params) if name != webhook.param and params[name] != "")
    text = (told + webhook.suffix.replace("{secret}", secret.decode())).encode("utf-8", "replace")
    return _is_mac(params.get(webhook.param, ""), hashlib.new(HASHES[webhook.signature], text).digest())


def _is_fresh(stamp: str, now: datetime) -> bool:
    """Unix seconds, or milliseconds as some write them."""
    if not stamp.isascii() or not stamp.isdigit() or len(stamp) > 13:
        return False
    seconds = int(stamp) / (1000 if len(stamp) == 13 else 1)
    return abs(now.timestamp() - seconds) <= SKEW.total_seconds()


def _is_mac(given: str, wanted: bytes) -> bool:
    """In hex or base64, with or without a name before it (sha256=…)."""
    given = given.strip()
    name, equals, rest = given.partition("=")
    if equals and name.lower() in ("sha256", "v1", "md5", "sha1"):
        given = rest
    try:
        raw = bytes.fromhex(given) if len(given) == 2 * len(wanted) else base64.b64decode(given, validate=True)
    except (ValueError, binascii.Error):
        return False
    return _equal(raw, wanted)


def _equal(one: bytes, other: bytes) -> bool:
    return hmac.compare_digest(one, other)
