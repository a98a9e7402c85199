"""Ways to spoil what DingTalk sends: each makes one request that differs from DingTalk's in one thing."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from multidict import CIMultiDict

from sandbox.cipher import Crypt
from sandbox.dingtalk.post import card_sign
from sandbox.dingtalk.session import signed
from tests.bot.wecom.spoilt import encrypted, padded

SECRET, CARD_SECRET, CLIENT = "a-secret-of-dingtalk", "a-secret-of-cards", "dingabc"
TOKEN, AES_KEY = "eventtoken", "4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij"
DOORS = ("robot", "card", "events")
STAMPS = {"robot": "timestamp", "card": "x-ddpaas-signature-timestamp"}
SIGNS = {"robot": "sign", "card": "x-ddpaas-signature"}


@dataclass(frozen=True)
class Sent:
    """One request to one of the three addresses."""

    door: str
    query: Mapping[str, str] | str = ""
    headers: CIMultiDict[str] = field(default_factory=CIMultiDict)
    body: bytes = b""


@dataclass
class Signer:
    """DingTalk's side: makes what is rightly sealed and signed."""

    now: Callable[[], datetime]
    crypt: Crypt = field(default_factory=lambda: Crypt(TOKEN, AES_KEY, CLIENT))

    def stamp(self, skew: int = 0) -> str:
        """Milliseconds of now, or of some seconds away."""
        return str(int((self.now().timestamp() + skew) * 1000))

    def robot(self, body: bytes, *, secret: str = SECRET, skew: int = 0, stamp: str = "") -> Sent:
        """A message to the robot."""
        stamp = stamp or self.stamp(skew)
        return Sent("robot", headers=CIMultiDict({"timestamp": stamp, "sign": signed(secret, stamp)}), body=body)

    def card(self, body: bytes, *, secret: str = CARD_SECRET, skew: int = 0, stamp: str = "") -> Sent:
        """A tap on a card."""
        stamp = stamp or self.stamp(skew)
        headers = {"x-ddpaas-signature-timestamp": stamp, "x-ddpaas-signature": card_sign(secret, stamp)}
        return Sent("card", headers=CIMultiDict(headers), body=body)

    def events(self, body: bytes, *, skew: int = 0, stamp: str = "", nonce: str = "n0nce01") -> Sent:
        """An event of the organisation."""
        return self.around(self.crypt.seal(body), stamp=stamp or self.stamp(skew), nonce=nonce)

    def around(self, sealed: str, *, stamp: str = "", nonce: str = "n0nce01", by: Crypt | None = None) -> Sent:
        """An event around a cipher text of choice."""
        stamp = stamp or self.stamp()
        query = {"signature": (by or self.crypt).sign(stamp, nonce, sealed), "timestamp": stamp, "nonce": nonce}
        return Sent("events", query, body=json.dumps({"encrypt": sealed}).encode())

    def right(self, door: str, words: str = "帮助", number: int = 0) -> Sent:
        """What DingTalk would send there; `number` tells it from the others."""
        body = json.dumps(CONTENTS[door](words, number), ensure_ascii=False).encode()
        return {"robot": self.robot, "card": self.card, "events": self.events}[door](body)


def message(words: str, number: int = 0) -> dict[str, Any]:
    """A text to the robot."""
    return {
        "msgtype": "text", "text": {"content": words}, "msgId": f"msg{number}==", "senderStaffId": "lisi",
        "conversationType": "1", "conversationId": "cid==", "chatbotCorpId": "ding0123", "senderCorpId": "ding0123",
    }  # fmt: skip


def tap(words: str, number: int = 0) -> dict[str, Any]:
    """A tap on a button."""
    content = {"cardPrivateData": {"actionIds": ["press"], "params": {"action": words}}}
    return {"outTrackId": f"card{number}", "userId": "lisi", "corpId": "ding0123", "content": json.dumps(content)}


def notice(words: str, number: int = 0) -> dict[str, Any]:
    """An event that nothing follows from."""
    return {"EventType": "label_conf_add", "CorpId": "ding0123", "eventId": f"event{number}", "name": words}


CONTENTS = {"robot": message, "card": tap, "events": notice}
Make = Callable[[Signer, str], Sent]


def said(spoil: Callable[[bytes], bytes]) -> Make:
    """The right request, its (inner) body spoilt before it is signed and sealed."""

    def make(ding: Signer, door: str) -> Sent:
        body = spoil(json.dumps(CONTENTS[door]("新线索 张三 13800138000", 1)).encode())
        return {"robot": ding.robot, "card": ding.card, "events": ding.events}[door](body)

    return make


def timed(skew: int = 0, stamp: str = "") -> Make:
    """The right request, rightly signed for another time."""

    def make(ding: Signer, door: str) -> Sent:
        body = json.dumps(CONTENTS[door]("帮助", 1)).encode()
        sign: Any = {"robot": ding.robot, "card": ding.card, "events": ding.events}[door]
        far = skew * 6 if door == "robot" else skew  # a robot's signature is good for an hour
        sent: Sent = sign(body, skew=far, stamp=stamp)
        return sent

    return make


def changed(what: str, value: str | None) -> Make:
    """The right request with another time or signature; None: without it."""

    def make(ding: Signer, door: str) -> Sent:
        sent = ding.right(door)
        if door == "events":
            assert isinstance(sent.query, Mapping)
            name = {"stamp": "timestamp", "sign": "signature"}[what]
            return replace(sent, query={k: v for k, v in {**sent.query, name: value}.items() if v is not None})
        headers = CIMultiDict(sent.headers)
        name = {"stamp": STAMPS, "sign": SIGNS}[what][door]
        del headers[name]
        if value is not None:
            headers[name] = value
        return replace(sent, headers=headers)

    return make


def twice(what: str) -> Make:
    """The right request, its time or signature standing twice."""

    def make(ding: Signer, door: str) -> Sent:
        sent = ding.right(door)
        if door == "events":
            assert isinstance(sent.query, Mapping)
            name = {"stamp": "timestamp", "sign": "signature"}[what]
            return replace(sent, query=f"{urlencode(sent.query)}&{name}={'0' * 40}")
        headers = CIMultiDict(sent.headers)
        name = {"stamp": STAMPS, "sign": SIGNS}[what][door]
        headers.add(name, headers[name])
        return replace(sent, headers=headers)

    return make


def packed(coding: str) -> Make:
    def make(ding: Signer, door: str) -> Sent:
        sent = ding.right(door)
        return replace(sent, headers=CIMultiDict({**sent.headers, "Content-Encoding": coding}))

    return make


def sealed(text: str | Callable[[Signer], str]) -> Make:
    """An event that is rightly signed around something that is no cipher text of DingTalk's."""
    return lambda ding, door: ding.around(text if isinstance(text, str) else text(ding))


def framed(plain: bytes) -> Make:
    """An event whose decrypted bytes are these."""
    return lambda ding, door: ding.around(encrypted(plain, AES_KEY))


def frame(length: int | None = None, owner: str = CLIENT) -> bytes:
    plain = json.dumps(notice("张三 13800138000")).encode()
    size = len(plain) if length is None else length
    return b"r" * 16 + (size % 2**32).to_bytes(4, "big") + plain + owner.encode()


def outer(body: bytes) -> Make:
    """An event whose envelope is this."""
    return lambda ding, door: replace(ding.right("events"), body=body)


EVERYWHERE: dict[str, Make] = {
    "no time": changed("stamp", None), "no signature": changed("sign", None), "two times": twice("stamp"),
    "two signatures": twice("sign"), "empty time": changed("stamp", ""), "empty signature": changed("sign", ""),
    "time in words": changed("stamp", "yesterday"), "time in full width": timed(stamp="１７６０００００００"),
    "negative time": timed(stamp="-1760000000"), "time of 5000 digits": changed("stamp", "1" * 5000),
    "time with a fraction": timed(stamp="1760000000.5"), "from the year 2000": timed(stamp="946684800000"),
    "in microseconds": timed(stamp="1760000000000000"), "too old": timed(-630), "too new": timed(630),
    "signature of another time": changed("stamp", "1760000000000"),
    "signature of nothing": changed("sign", "0" * 40), "signature in Chinese": changed("sign", "签名"),
    "signature with NUL escaped": changed("sign", "%00"), "signature cut": changed("sign", "a" * 39),
    "packed": packed("gzip"), "packed twice": packed("gzip, deflate"),
    "nothing inside": said(lambda raw: b""), "blanks": said(lambda raw: b"  "), "a list": said(lambda raw: b"[]"),
    "a number": said(lambda raw: b"3"), "null": said(lambda raw: b"null"), "words": said(lambda raw: b"13800138000"),
    "a text": said(lambda raw: b'"msgtype"'), "XML": said(lambda raw: b"<xml><msgtype>text</msgtype></xml>"),
    "cut": said(lambda raw: raw[:-1]), "with a tail": said(lambda raw: raw + b"{}"),
    "a name twice": said(lambda raw: raw[:-1] + b',"x":1,"x":2}'), "NaN": said(lambda raw: raw[:-1] + b',"x":NaN}'),
    "infinity": said(lambda raw: raw[:-1] + b',"x":-Infinity}'),
    "no UTF-8": said(lambda raw: raw[:-1] + b',"x":"\xff"}'),
    "GBK": said(lambda raw: raw[:-1] + ',"x":"张三"}'.encode("gbk")),
    "UTF-16": said(lambda raw: raw.decode().encode("utf-16")),
    "a byte order mark": said(lambda raw: b"\xef\xbb\xbf" + raw),
    "nine levels": said(lambda raw: raw[:-1] + b',"x":' + b"[" * 9 + b"]" * 9 + b"}"),
    "5000 levels": said(lambda raw: raw[:-1] + b',"x":' + b"[" * 5000 + b"]" * 5000 + b"}"),
    "single quotes": said(lambda raw: raw.replace(b'"', b"'")), "a control character": said(lambda raw: b"\x00" + raw),
    "a number of a million digits": said(lambda raw: raw[:-1] + b',"x":' + b"1" * 500_000 + b"}"),
    "more than a mebibyte": said(lambda raw: raw[:-1] + b',"x":"' + b"y" * 2**20 + b'"}'),
}  # fmt: skip
ONLY: dict[str, dict[str, Make]] = {
    "robot": {
        "secret of another app": lambda ding, door: ding.robot(b'{"msgtype":"text"}', secret="another"),
        "no secret": lambda ding, door: ding.robot(b'{"msgtype":"text"}', secret=""),
        "secret of cards": lambda ding, door: ding.robot(b'{"msgtype":"text"}', secret=CARD_SECRET),
        "no kind": lambda ding, door: ding.robot(b"{}"),
        "kind of no text": lambda ding, door: ding.robot(b'{"msgtype":3}'),
        "id of no text": lambda ding, door: ding.robot(b'{"msgtype":"text","msgId":[]}'),
    },
    "card": {
        "secret of the robot": lambda ding, door: ding.card(json.dumps(tap("mine")).encode(), secret=SECRET),
        "no secret": lambda ding, door: ding.card(json.dumps(tap("mine")).encode(), secret=""),
        "no card": lambda ding, door: ding.card(b'{"userId":"lisi"}'),
        "nobody": lambda ding, door: ding.card(b'{"outTrackId":"x"}'),
        "an empty card": lambda ding, door: ding.card(b'{"outTrackId":"","userId":"lisi"}'),
        "a presser of no text": lambda ding, door: ding.card(b'{"outTrackId":"x","userId":["lisi"]}'),
    },
    "events": {
        "no query": lambda ding, door: replace(ding.right(door), query=""),
        "empty nonce": lambda ding, door: ding.events(b"{}", nonce=""),
        "long nonce": lambda ding, door: ding.events(b"{}", nonce="n" * 65),
        "nonce in Chinese": lambda ding, door: ding.events(b"{}", nonce="随机"),
        "nonce with a line break": lambda ding, door: ding.events(b"{}", nonce="a\r\nX: y"),
        "signatures that differ": lambda ding, door: replace(
            ding.right(door), query={**dict(ding.right(door).query), "msg_signature": "0" * 40}  # type: ignore[arg-type]
        ),
        "another token": lambda ding, door: ding.around(
            ding.crypt.seal(b"{}"), by=Crypt("othertoken", AES_KEY, CLIENT)
        ),
        "no token": lambda ding, door: ding.around(ding.crypt.seal(b"{}"), by=Crypt("", AES_KEY, CLIENT)),
        "another key": sealed(Crypt(TOKEN, "Z" * 42 + "A", CLIENT).seal(b"{}")),
        "envelope: nothing": outer(b""), "envelope: a list": outer(b"[]"), "envelope: no cipher text": outer(b"{}"),
        "envelope: a number": outer(b'{"encrypt":1}'), "envelope: cut": outer(b'{"encrypt":"'),
        "envelope: twice": outer(b'{"encrypt":"a","encrypt":"b"}'), "envelope: XML": outer(b"<xml/>"),
        "no cipher text": sealed(""), "words for a cipher text": sealed("hello world"), "a stray =": sealed("===="),
        "Chinese for a cipher text": sealed("密文"), "one byte": sealed("AA=="), "half a block": sealed("A" * 12),
        "a line break in it": sealed(lambda ding: "\n" + ding.crypt.seal(b"{}")),
        "the other alphabet": sealed(lambda ding: ding.crypt.seal(b"{}")[:-4] + "-_-_"),
        "first block cut": sealed(lambda ding: _without_first(ding.crypt.seal(b'{"a":"0123456789abcdef0123456789"}'))),
        "padding of 0": framed(padded(frame())[:-1] + b"\x00"), "padding of 33": framed(padded(frame())[:-1] + b"\x21"),
        "padding that disagrees": framed(padded(frame() + b"x" * 7)[:-2] + b"\x7f\x02"),
        "only padding": framed(b"\x20" * 32), "one block": framed(b"\x10" * 16),
        "no owner": framed(padded(frame(owner=""))), "another owner": framed(padded(frame(owner="dingxyz"))),
        "owner in capitals": framed(padded(frame(owner=CLIENT.upper()))),
        "owner with a tail": framed(padded(frame(owner=CLIENT + "x"))), "length 0": framed(padded(frame(length=0))),
        "length 4 GiB": framed(padded(frame(length=2**32 - 1))), "length one less": framed(padded(frame(length=90))),
    },
}  # fmt: skip


def _without_first(text: str) -> str:
    return base64.b64encode(base64.b64decode(text)[16:]).decode()


def cases(door: str) -> dict[str, Make]:
    """All that may be wrong at one of the three addresses."""
    return {**EVERYWHERE, **ONLY[door]}
