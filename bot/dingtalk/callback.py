"""DingTalk's envelopes: is it really from DingTalk, and what does it hold? Bytes in, JSON or Refused out.

Three kinds: robot messages (signed time), events (encrypted, page 事件订阅), card clicks (signed time with a key of
their own). The order of the checks is deliberate: formal ones first, nothing is decrypted before its signature holds,
and every failure looks the same from outside.
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
import secrets
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from bot.platform import BadCallback

LARGEST = 1024 * 1024
ROBOT_FRESH = 3600  # seconds that a robot's signature is good for (page 机器人接收消息)
FRESH = 600  # seconds that our clock and that of an event or a click may differ
DEPTH = 8
BLOCK = 32  # PKCS#7 blocks of 32 bytes, not AES's 16
TIMESTAMP = re.compile(r"[0-9]{10}(?:[0-9]{3})?")
NONCE = re.compile(r"[\x21-\x7e]{1,64}")
SIGNATURE = re.compile(r"[0-9a-f]{40}")


class Query(Protocol):
    """What a web framework calls the query or the headers: several values may stand under one name."""

    def getall(self, key: str, default: Sequence[str]) -> Sequence[str]: ...


class Refused(BadCallback):
    """`reason` is for our counters only; the sender never learns it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class EventKeys:
    """The event subscription's token and aes_key, and whom the events must be for: the Client ID."""

    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    owner: str

    def __post_init__(self) -> None:
        if not self.token or not self.owner:
            raise ValueError("the event subscription needs a token and the Client ID")
        if not re.fullmatch(r"[A-Za-z0-9]{43}", self.aes_key):
            raise ValueError("an aes_key is exactly 43 letters and digits")

    def key(self) -> bytes:
        """The 32 bytes of the AES key; the last character may carry spare bits."""
        return base64.b64decode(self.aes_key + "=")


def signed_time(key: str, message: str) -> str:
    """base64 of HMAC-SHA256, as robots and cards sign their time."""
    return base64.b64encode(hmac.new(key.encode(), message.encode(), hashlib.sha256).digest()).decode()


def verify_robot(headers: Query, body: bytes, *, secret: str, now: datetime) -> dict[str, Any]:
    """A robot message's JSON. The signature covers the time only, so the caller keeps one row per message id too."""
    timestamp = _fresh(_header(headers, "timestamp"), now, ROBOT_FRESH)
    _equal(_header(headers, "sign"), signed_time(secret, f"{timestamp}\n{secret}"))
    content = read_json(body)
    if not isinstance(content.get("msgtype"), str) or not isinstance(content.get("msgId", ""), str):
        raise Refused("shape")
    return content


def verify_card(headers: Query, body: bytes, *, secret: str, now: datetime) -> tuple[dict[str, Any], str]:
    """A card click's JSON and the signed instant that tells one click from the next."""
    timestamp = _fresh(_header(headers, "x-ddpaas-signature-timestamp"), now, FRESH)
    _equal(_header(headers, "x-ddpaas-signature"), signed_time(secret, timestamp))
    content = read_json(body)
    for name in ("outTrackId", "userId"):
        if not isinstance(content.get(name), str) or not content[name]:
            raise Refused("shape")
    return content, timestamp


def verify_event(query: Query, headers: Query, body: bytes, *, keys: EventKeys, now: datetime) -> dict[str, Any]:
    """The decrypted JSON of an event."""
    _plainly_encoded(headers)
    timestamp, nonce = _one(query, "timestamp"), _one(query, "nonce")
    signatures = [*query.getall("msg_signature", ()), *query.getall("signature", ())]  # both names are in use
    if not signatures or len(signatures) > 2 or len(set(signatures)) != 1 or not SIGNATURE.fullmatch(signatures[0]):
        raise Refused("signature")
    _fresh(timestamp, now, FRESH)
    if not NONCE.fullmatch(nonce):
        raise Refused("nonce")
    encrypt = read_json(body).get("encrypt")
    if not isinstance(encrypt, str):
        raise Refused("shape")
    _equal(signatures[0], event_signature(keys.token, timestamp, nonce, encrypt))
    return read_json(open_sealed(encrypt, keys))


def event_signature(token: str, timestamp: str, nonce: str, encrypt: str) -> str:
    """hex SHA-1 of the four, sorted and joined."""
    joined = "".join(sorted((token, timestamp, nonce, encrypt)))
    return hashlib.sha1(joined.encode("utf-8", "surrogatepass")).hexdigest()


def sealed_success(keys: EventKeys, *, now: datetime) -> dict[str, str]:
    """The only answer to an event that DingTalk takes: the word `success`, encrypted and signed with the same keys."""
    message, owner = b"success", keys.owner.encode()
    frame = secrets.token_bytes(16) + struct.pack(">I", len(message)) + message + owner
    pad = BLOCK - len(frame) % BLOCK
    sealer = Cipher(AES(keys.key()), CBC(keys.key()[:16])).encryptor()
    encrypt = base64.b64encode(sealer.update(frame + bytes([pad]) * pad) + sealer.finalize()).decode()
    timestamp, nonce = str(int(now.timestamp() * 1000)), secrets.token_hex(8)
    signature = event_signature(keys.token, timestamp, nonce, encrypt)
    return {"msg_signature": signature, "timeStamp": timestamp, "nonce": nonce, "encrypt": encrypt}


def read_json(raw: bytes) -> dict[str, Any]:
    """A JSON object of bounded size and depth whose names stand once each; raises Refused."""
    if len(raw) > LARGEST:
        raise Refused("size")
    try:
        found = json.loads(raw.decode("utf-8"), object_pairs_hook=_once, parse_constant=_refuse_constant)
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise Refused("json") from None
    if not isinstance(found, dict) or _depth(found) > DEPTH:
        raise Refused("shape")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


def _depth(value: Any) -> int:
    deepest, layer = 0, [value]
    while layer and deepest <= DEPTH:
        inner = [list(v.values()) if isinstance(v, dict) else v for v in layer if isinstance(v, dict | list)]
        layer = [item for items in inner for item in items]
        deepest += bool(inner)
    return deepest


def _plainly_encoded(headers: Query) -> None:
    if any(value.lower() != "identity" for value in headers.getall("Content-Encoding", ())):
        raise Refused("encoding")


def _header(headers: Query, name: str) -> str:
    _plainly_encoded(headers)
    return _one(headers, name)


def _one(values: Query, name: str) -> str:
    found = values.getall(name, ())
    if len(found) != 1:
        raise Refused(f"no {name}" if not found else f"two {name}")
    return found[0]


def _fresh(timestamp: str, now: datetime, most: int) -> str:
    if not TIMESTAMP.fullmatch(timestamp):
        raise Refused("timestamp")
    at = int(timestamp) / 1000 if len(timestamp) == 13 else int(timestamp)
    if abs(now.timestamp() - at) > most:
        raise Refused("age")
    return timestamp


def _equal(given: str, expected: str) -> None:
    if not hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode()):
        raise Refused("signature")


def open_sealed(encrypt: str, keys: EventKeys) -> bytes:
    """The bytes inside a cipher text that is for us; raises Refused."""
    try:
        sealed = base64.b64decode(encrypt.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise Refused("base64") from None
    if not sealed or len(sealed) % 16:
        raise Refused("cipher length")
    opener = Cipher(AES(keys.key()), CBC(keys.key()[:16])).decryptor()
    padded = opener.update(sealed) + opener.finalize()
    pad = padded[-1]
    if not 1 <= pad <= BLOCK or len(padded) % BLOCK or padded[-pad:] != bytes([pad]) * pad:
        raise Refused("padding")
    frame, owner = padded[:-pad], keys.owner.encode()
    if len(frame) < 20:
        raise Refused("frame")
    (length,) = struct.unpack(">I", frame[16:20])
    if len(frame) != 20 + length + len(owner) or not hmac.compare_digest(frame[20 + length :], owner):
        raise Refused("owner")
    return frame[20 : 20 + length]


def dedupe_key(kind: str, content: Mapping[str, Any], *, client_id: str, push: str = "") -> str:
    """What makes a repeated delivery the same event.

    A message has its msgId, which counts together with what was said, never with the address for the answer, which a
    repeated push may change. An event has its eventId (`push` names one of several people in it). A click has no id of
    its own: its content and `push`, the push's message id or signed instant: claim, release, claim are three clicks.
    """
    head = f"ding:{client_id}"
    if kind == "event" and (event_id := content.get("eventId")):
        return f"{head}:evt:{str(event_id)[:80]}:{push}"
    if kind == "robot" and content.get("msgId"):
        content = {name: content.get(name) for name in ("msgId", "senderId", "msgtype", "text", "content")}
    told = json.dumps(content, sort_keys=True, ensure_ascii=True).encode() + push.encode("utf-8", "replace")
    return f"{head}:{kind}:{hashlib.sha256(told).hexdigest()}"
