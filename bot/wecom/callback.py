"""A WeCom callback's envelope: is it really from WeCom, and what does it hold? Bytes in, bytes or BadCallback out.

Signature and cipher: WeCom developer pages 90968 and 90930. The order of the checks is deliberate: cheap and formal
ones first, nothing is decrypted before the signature holds, and every failure looks the same from outside.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Protocol

from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms, modes

from bot.wecom.flat import Refused, flat_xml, sealed_in, text_of

LARGEST = 1024 * 1024
FRESH = 600  # seconds that our clock and WeCom's may differ
BLOCK = 32  # PKCS#7 blocks of 32 bytes, not AES's 16 (page 90968)
TIMESTAMP = re.compile(r"[0-9]{10}")
NONCE = re.compile(r"[\x21-\x7e]{1,64}")
SIGNATURE = re.compile(r"[0-9a-f]{40}")
PLAIN_QUERY = re.compile(rb"msg_signature=([0-9a-f]{40})&timestamp=([0-9]{10})&nonce=([A-Za-z0-9._~-]{1,64})")


class Query(Protocol):
    """What a web framework calls the query: several values may stand under one name."""

    def getall(self, key: str, default: Sequence[str]) -> Sequence[str]: ...


@dataclass(frozen=True)
class CallbackKeys:
    """One callback's Token, EncodingAESKey and receive id (the corp id of a self-built app)."""

    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    receive_id: str

    def __post_init__(self) -> None:
        if not self.token or not self.receive_id:
            raise ValueError("a callback needs a Token and a receive id")
        if not re.fullmatch(r"[A-Za-z0-9]{43}", self.aes_key):
            raise ValueError("an EncodingAESKey is exactly 43 letters and digits")

    @cached_property
    def decryptor(self) -> CipherContext:
        """AES-256-CBC; the key text's last character may carry spare bits.

        It goes on from message to message, because making one takes longer than decrypting. What stood before changes
        the first 16 bytes only, which are random and read by nobody.
        """
        key = base64.b64decode(self.aes_key + "=")
        return Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()


@dataclass(frozen=True)
class Opened:
    """A callback that is WeCom's: the decrypted inner XML, and the direct children of its root as text."""

    inner: bytes = field(repr=False)
    fields: Mapping[str, str] = field(repr=False)


def verify(query: Query, headers: Mapping[str, str], body: bytes, *, keys: CallbackKeys, now: datetime) -> Opened:
    """What a callback holds; raises Refused (a BadCallback) for anything that is not WeCom's."""
    if len(body) > LARGEST:
        raise Refused("size")
    if headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Refused("encoding")
    timestamp, nonce, signature = _signed(query, now)
    return _opened(timestamp, nonce, signature, body, keys)


def verify_plain(query: bytes, body: bytes, *, keys: CallbackKeys, now: datetime) -> Opened | None:
    """The same for a body without a coding whose query is as WeCom writes it; None: it is not. Raises Refused."""
    plain = PLAIN_QUERY.fullmatch(query)
    if plain is None or len(body) > LARGEST:
        return None
    signature, timestamp, nonce = plain.groups()
    if abs(now.timestamp() - int(timestamp)) > FRESH:
        raise Refused("age")
    return _opened(timestamp.decode(), nonce.decode(), signature.decode(), body, keys)


def _opened(timestamp: str, nonce: str, signature: str, body: bytes, keys: CallbackKeys) -> Opened:
    encrypt = sealed_in(body)
    check_signature(keys.token, timestamp, nonce, encrypt, signature)
    inner = decrypt(encrypt, keys)
    fields = flat_xml(inner, depth=8)
    if fields.get("ToUserName", "") != keys.receive_id:
        raise Refused("recipient")
    return Opened(inner, fields)


def echo(query: Query, keys: CallbackKeys, *, now: datetime) -> str:
    """The plain echo of WeCom's URL check; a proxy may have turned + into a blank. Raises Refused."""
    timestamp, nonce, signature = _signed(query, now)
    encrypt = one_of(query, "echostr").replace(" ", "+")
    check_signature(keys.token, timestamp, nonce, encrypt, signature)
    return text_of(decrypt(encrypt, keys))


def one_of(query: Query, name: str) -> str:
    """The one value of a name in the query. Raises Refused."""
    values = query.getall(name, ())
    if len(values) != 1:
        raise Refused(f"query {name}")
    return values[0]


def _signed(query: Query, now: datetime) -> tuple[str, str, str]:
    timestamp, nonce, signature = (one_of(query, name) for name in ("timestamp", "nonce", "msg_signature"))
    if not TIMESTAMP.fullmatch(timestamp):
        raise Refused("timestamp")
    if not NONCE.fullmatch(nonce):
        raise Refused("nonce")
    if not SIGNATURE.fullmatch(signature):
        raise Refused("signature")
    if abs(now.timestamp() - int(timestamp)) > FRESH:
        raise Refused("age")
    return timestamp, nonce, signature


def check_signature(token: str, timestamp: str, nonce: str, encrypt: str, signature: str) -> None:
    """Whether whoever signed knows the token. Raises Refused."""
    joined = "".join(sorted((token, timestamp, nonce, encrypt)))
    expected = hashlib.sha1(joined.encode("utf-8", "surrogatepass")).hexdigest()
    if not hmac.compare_digest(expected.encode(), signature.encode()):
        raise Refused("signature")


def decrypt(encrypt: str, keys: CallbackKeys) -> bytes:
    """What the base64 text holds for this receive id. Raises Refused."""
    try:
        sealed = base64.b64decode(encrypt, validate=True)
    except ValueError:  # letters that are not ASCII, or not of the alphabet
        raise Refused("base64") from None
    if not sealed or len(sealed) % 16:
        raise Refused("cipher length")
    padded = keys.decryptor.update(sealed)
    pad = padded[-1]
    if not 1 <= pad <= BLOCK or len(padded) % BLOCK:
        raise Refused("padding")
    receive_id = keys.receive_id.encode()
    if len(padded) - pad < 20 + len(receive_id):
        raise Refused("frame")
    if padded[-pad:] != bytes([pad]) * pad:
        raise Refused("padding")
    frame = padded[:-pad]
    length = int.from_bytes(frame[16:20])
    if len(frame) != 20 + length + len(receive_id):
        raise Refused("frame")
    if not hmac.compare_digest(frame[20 + length :], receive_id):
        raise Refused("receive id")
    return frame[20 : 20 + length]


def dedupe_key(opened: Opened, *, corp: str) -> str:
    """What makes a repeated delivery the same event: MsgId, a card's ResponseCode, else a hash of the whole body.

    Never sender and second: two customers added in one second are two events (WxJava lost them). The app is told by
    what was signed, never by the address: what was sent to one callback and is repeated to another is one event.
    """
    fields = opened.fields
    head = f"wecom:{corp}:{fields.get('AgentID', '')[:20]}"
    if fields.get("MsgId"):
        return f"{head}:msg:{fields['MsgId'][:64]}"
    if fields.get("ResponseCode") and fields.get("MsgType") == "event":
        return f"{head}:card:{hashlib.sha256(fields['ResponseCode'].encode()).hexdigest()}"
    return f"{head}:evt:{hashlib.sha256(opened.inner).hexdigest()}"


def lane(fields: Mapping[str, str]) -> str:
    """Whose events keep their order: the sender's; for the platform's own events the member they are about."""
    sender = fields.get("FromUserName", "")
    if sender in ("", "sys"):
        sender = fields.get("UserID") or fields.get("OpenKfId") or "sys"
    return f"wecom:{sender.lower()[:64]}"
