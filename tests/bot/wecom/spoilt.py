"""Ways to spoil a callback: each makes one request that differs from WeCom's in one thing."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from sandbox.cipher import Crypt
from tests.bot.wecom.conftest import AES_KEY, CORP, Signer

PHONE = "13800138000"
INNER = (
    f"<xml><ToUserName><![CDATA[{CORP}]]></ToUserName><FromUserName><![CDATA[lisi]]></FromUserName>"
    f"<CreateTime>1760000000</CreateTime><MsgType><![CDATA[text]]></MsgType><Content>新线索 张三 {PHONE}</Content>"
    "<MsgId>7345678901234567890</MsgId><AgentID>1000002</AgentID></xml>"
)
OTHER = Crypt("AnotherToken", AES_KEY, CORP)
LAUGHS = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in pairwise("abcdefghij"))
BOMB = f'<!DOCTYPE x [<!ENTITY a "ha">{LAUGHS}]><xml><ToUserName>&j;</ToUserName><Encrypt>&j;</Encrypt></xml>'
XXE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><Encrypt>&a;</Encrypt></xml>'


@dataclass(frozen=True)
class Sent:
    """One request. A text as `query` is sent as it stands."""

    query: Mapping[str, str] | str
    body: Any = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    get: bool = False


Make = Callable[[Signer], Sent]


def right(wecom: Signer) -> Sent:
    """What WeCom would send: the cases each spoil one thing of it."""
    return Sent(*wecom.envelope(INNER))


def query(**changes: str | None) -> Make:
    """The right envelope with other values in the query; None: left out."""

    def make(wecom: Signer) -> Sent:
        sent = right(wecom)
        assert isinstance(sent.query, Mapping)
        return replace(sent, query={k: v for k, v in {**sent.query, **changes}.items() if v is not None})

    return make


def resigned(*, skew: int = 0, nonce: str = "n0nce01", timestamp: str | None = None, by: Crypt | None = None) -> Make:
    """The right envelope, rightly signed for another time, nonce, or with another Token."""

    def make(wecom: Signer) -> Sent:
        sealed = wecom.crypt.seal(INNER.encode())
        at = timestamp or str(int(wecom.now().timestamp()) + skew)
        signature = (by or wecom.crypt).sign(at, nonce, sealed)
        return Sent({"msg_signature": signature, "timestamp": at, "nonce": nonce}, wecom.around(sealed)[1])

    return make


def doubled(name: str) -> Make:
    def make(wecom: Signer) -> Sent:
        sent = right(wecom)
        assert isinstance(sent.query, Mapping)
        return replace(sent, query=urlencode(sent.query) + f"&{name}={quote(sent.query[name])}")

    return make


def body(spoil: Callable[[str], str | bytes]) -> Make:
    """A right query with a spoilt body."""

    def make(wecom: Signer) -> Sent:
        sent = right(wecom)
        return replace(sent, body=spoil(sent.body))

    return make


def signed_text(sealed: str | Callable[[str], str]) -> Make:
    """An envelope that is rightly signed around something that is no cipher text."""

    def make(wecom: Signer) -> Sent:
        text = sealed if isinstance(sealed, str) else sealed(wecom.crypt.seal(INNER.encode()))
        return Sent(*wecom.around(text))

    return make


def encrypted(raw: bytes, key: str = AES_KEY) -> str:
    """Bytes as they are, in AES."""
    secret = base64.b64decode(key + "=")
    encryptor = Cipher(algorithms.AES(secret), modes.CBC(secret[:16])).encryptor()
    return base64.b64encode(encryptor.update(raw) + encryptor.finalize()).decode()


def padded(raw: bytes) -> bytes:
    missing = 32 - len(raw) % 32
    return raw + bytes([missing]) * missing


def frame(length: int | None = None, owner: str = CORP, inner: str = INNER) -> bytes:
    """The frame before its padding, with a length and an owner of choice."""
    plain = inner.encode()
    size = len(plain) if length is None else length
    return b"r" * 16 + (size % 2**32).to_bytes(4, "big") + plain + owner.encode()


def raw(plain: bytes, *, get: bool = False) -> Make:
    """A rightly signed envelope (or echo) whose decrypted bytes are these."""

    def make(wecom: Signer) -> Sent:
        if get:
            sealed = encrypted(plain)
            return Sent({**wecom.signed(sealed), "echostr": sealed}, get=True)
        return Sent(*wecom.around(encrypted(plain)))

    return make


def inner(text: str | bytes) -> Make:
    """A right envelope around another inner body."""
    return lambda wecom: Sent(*wecom.envelope(text))


def header(name: str, value: str, spoil: Callable[[bytes], bytes] = bytes) -> Make:
    def make(wecom: Signer) -> Sent:
        sent = right(wecom)
        return replace(sent, body=spoil(sent.body.encode()), headers={name: value})

    return make


def echo(change: Callable[[dict[str, str]], Mapping[str, str] | str]) -> Make:
    """A spoilt URL check."""

    def make(wecom: Signer) -> Sent:
        sealed = wecom.crypt.seal(b"4761502314780001234")
        return Sent(change({**wecom.signed(sealed), "echostr": sealed}), get=True)

    return make


def capitals(sent: Sent) -> dict[str, str]:
    assert isinstance(sent.query, Mapping)
    return {**sent.query, "msg_signature": sent.query["msg_signature"].upper()}


def not_utf8(sent: Sent) -> str:
    assert isinstance(sent.query, Mapping)
    return urlencode({**sent.query, "msg_signature": "0" * 40}) + "&x=%ff%fe"
