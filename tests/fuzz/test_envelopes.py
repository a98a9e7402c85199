"""Whatever bytes come to a callback: refused, or what the platform has sealed; never another error or text."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict, MultiDict

from bot.dingtalk import callback as dingtalk
from bot.wecom import callback as wecom
from sandbox.cipher import Crypt
from tests.bot.dingtalk import spoilt as ding
from tests.bot.wecom.conftest import AES_KEY, CORP, TOKEN, Signer
from tests.bot.wecom.spoilt import INNER, encrypted, padded

AT = datetime(2026, 3, 18, 2, 20, tzinfo=UTC)
KEYS = wecom.CallbackKeys(TOKEN, AES_KEY, CORP)
EVENT_KEYS = dingtalk.EventKeys(ding.TOKEN, ding.AES_KEY, ding.CLIENT)
WECOM = Signer(Crypt(TOKEN, AES_KEY, CORP), lambda: AT)
DING = ding.Signer(lambda: AT)


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


ODD = st.text(max_size=70) | st.sampled_from(["", "0", "1773800400", "a" * 40, "\x00", "\ud800", "１"])
TAGS = st.sampled_from(["xml", "ToUserName", "Encrypt", "MsgType", "a", "x:y"])
PIECES = st.one_of(
    st.builds("<{}>".format, TAGS), st.builds("</{}>".format, TAGS), st.builds("<{}/>".format, TAGS),
    st.text(max_size=10), st.sampled_from(["<![CDATA[", "]]>", "<!--", "-->", "<?a?>", "&#0;", "&amp;", "&#55296;"]),
    st.just(CORP),
)  # fmt: skip
XML = st.lists(PIECES, max_size=12).map("".join)


@st.composite
def spoilt(draw: Any, right: bytes) -> bytes:
    """A right body of which a piece is cut out, doubled or replaced."""
    start = draw(st.integers(0, len(right)))
    end = draw(st.integers(start, min(len(right), start + 40)))
    new = draw(st.binary(max_size=8) | st.just(right[start:end] * 2))
    return right[:start] + new + right[end:]


def wecom_s(query: Mapping[str, str], body: bytes) -> bytes | None:
    """What is inside; None: refused."""
    try:
        opened = wecom.verify(MultiDict(query), CIMultiDict(), body, keys=KEYS, now=AT)
    except wecom.Refused:
        return None
    key, whose = wecom.dedupe_key(opened, corp=CORP), wecom.lane(opened.fields)
    assert len(key) < 200 and 0 < len(whose) <= 70
    return opened.inner


def dingtalk_s(sent: ding.Sent, body: bytes | None = None) -> dict[str, Any] | None:
    """What was said; None: refused."""
    raw = sent.body if body is None else body
    try:
        if sent.door == "robot":
            return dingtalk.verify_robot(sent.headers, raw, secret=ding.SECRET, now=AT)
        if sent.door == "card":
            return dingtalk.verify_card(sent.headers, raw, secret=ding.CARD_SECRET, now=AT)[0]
        query = MultiDict(sent.query)
        return dingtalk.verify_event(query, sent.headers, raw, keys=EVENT_KEYS, now=AT)
    except dingtalk.Refused:
        return None


@given(st.dictionaries(st.sampled_from(["timestamp", "nonce", "msg_signature", "x"]), ODD), st.binary(max_size=200))
def test_wecom_nobody_signs_by_chance(query: dict[str, str], body: bytes) -> None:
    assert wecom_s(query, body) is None
    try:
        wecom.echo(MultiDict({**query, "echostr": "AAAA"}), KEYS, now=AT)
    except wecom.Refused:
        return
    raise AssertionError("an echo for nobody")


@given(st.data())
def test_wecom_a_touched_body_is_refused_or_says_the_same(data: st.DataObject) -> None:
    query, body = WECOM.envelope(INNER)
    assert wecom_s(query, data.draw(spoilt(body.encode()))) in (None, INNER.encode())


@given(st.binary(max_size=120))
def test_wecom_what_was_sealed_as_bytes_is_refused(plain: bytes) -> None:
    query, body = WECOM.around(encrypted(padded(plain)))
    assert wecom_s(query, body.encode()) is None


@given(XML)
def test_wecom_an_inner_text_is_taken_whole_or_refused(text: str) -> None:
    for inner in (text, f"<xml><ToUserName>{CORP}</ToUserName>{text}</xml>"):
        raw = _utf8(inner)
        query, body = WECOM.envelope(raw)
        assert wecom_s(query, body.encode()) in (None, raw)


@given(XML)
def test_wecom_an_envelope_of_odd_xml_is_refused(text: str) -> None:
    assert wecom_s(WECOM.signed(""), _utf8(text)) is None


@given(st.sampled_from(ding.DOORS), st.data())
def test_dingtalk_a_touched_body_is_refused_or_is_json(door: str, data: st.DataObject) -> None:
    """Robots and cards sign the time only: their words are not protected, but an event's are."""
    sent = DING.right(door, "新线索 张三", 1)
    found = dingtalk_s(sent, data.draw(spoilt(sent.body)))
    if door == "events":
        assert found in (None, ding.notice("新线索 张三", 1))
    assert found is None or json.loads(json.dumps(found)) == found


@given(st.sampled_from(ding.DOORS), ODD, ODD)
def test_dingtalk_nobody_signs_by_chance(door: str, stamp: str, sign: str) -> None:
    sent = ding.Sent(door, {"timestamp": stamp, "signature": sign, "nonce": "a"}, CIMultiDict(), DING.right(door).body)
    for name in ("timestamp", "x-ddpaas-signature-timestamp"):
        sent.headers[name] = stamp
    for name in ("sign", "x-ddpaas-signature"):
        sent.headers[name] = sign
    assert dingtalk_s(sent) is None


@given(st.binary(max_size=120))
def test_dingtalk_what_was_sealed_as_bytes_is_refused(plain: bytes) -> None:
    assert dingtalk_s(DING.around(encrypted(padded(plain), ding.AES_KEY))) is None


@given(st.sampled_from(ding.DOORS), st.binary(max_size=60) | st.text(max_size=60).map(_utf8))
def test_dingtalk_signed_rubbish_is_refused(door: str, body: bytes) -> None:
    sent = {"robot": DING.robot, "card": DING.card, "events": DING.events}[door](body)
    found = dingtalk_s(sent)
    assert found is None or (door == "events" and isinstance(found, dict))
