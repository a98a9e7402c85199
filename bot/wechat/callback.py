"""An official account's callback: is it really from WeChat, and what does it hold? In the clear, or sealed (安全模式).

The sealed form is WeCom's envelope with the AppID as receive id; in the clear only timestamp and nonce are signed, so
whoever has overheard a call can say anything for ten minutes: docs/channels.md advises 安全模式.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.wecom.callback import (
    FRESH,
    LARGEST,
    NONCE,
    SIGNATURE,
    TIMESTAMP,
    CallbackKeys,
    Query,
    check_signature,
    decrypt,
    one_of,
)
from bot.wecom.flat import Refused, flat_xml, sealed_in


@dataclass(frozen=True)
class AccountKeys:
    """One account's AppID, Token and, in 安全模式, EncodingAESKey."""

    app_id: str
    token: str = field(repr=False)
    aes_key: str | None = field(default=None, repr=False)


def verify(query: Query, headers: Mapping[str, str], body: bytes, *, keys: AccountKeys, now: datetime) -> bytes:
    """The plain XML of a callback; raises Refused (a BadCallback) for anything that is not WeChat's.

    An account with an EncodingAESKey takes nothing in the clear.
    """
    if len(body) > LARGEST:
        raise Refused("size")
    if headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Refused("encoding")
    timestamp, nonce = _fresh(query, now)
    if keys.aes_key is None:
        _check_plain(query, keys.token, timestamp, nonce)
        inner = body
    else:
        encrypt = sealed_in(body)
        check_signature(keys.token, timestamp, nonce, encrypt, one_of(query, "msg_signature"))
        inner = decrypt(encrypt, CallbackKeys(token=keys.token, aes_key=keys.aes_key, receive_id=keys.app_id))
    if not flat_xml(inner, depth=8).get("FromUserName"):
        raise Refused("sender")
    return inner


def echo(query: Query, keys: AccountKeys, *, now: datetime) -> str:
    """The echo of WeChat's URL check, as it came. Raises Refused."""
    timestamp, nonce = _fresh(query, now)
    _check_plain(query, keys.token, timestamp, nonce)
    return one_of(query, "echostr")[:200]


def dedupe_key(account: str, inner: bytes) -> str:
    """A message's MsgId; of an event, which has none, the hash of its whole body."""
    fields = flat_xml(inner, depth=8)
    if fields.get("MsgId"):
        return f"wechat:{account}:msg:{fields['MsgId'][:64]}"
    return f"wechat:{account}:evt:{hashlib.sha256(inner).hexdigest()}"


def _fresh(query: Query, now: datetime) -> tuple[str, str]:
    timestamp, nonce = one_of(query, "timestamp"), one_of(query, "nonce")
    if not TIMESTAMP.fullmatch(timestamp) or abs(now.timestamp() - int(timestamp)) > FRESH:
        raise Refused("age")
    if not NONCE.fullmatch(nonce):
        raise Refused("nonce")
    return timestamp, nonce


def _check_plain(query: Query, token: str, timestamp: str, nonce: str) -> None:
    signature = one_of(query, "signature")
    if not SIGNATURE.fullmatch(signature):
        raise Refused("signature")
    expected = hashlib.sha1("".join(sorted((token, timestamp, nonce))).encode()).hexdigest()
    if not hmac.compare_digest(expected.encode(), signature.encode()):
        raise Refused("signature")
