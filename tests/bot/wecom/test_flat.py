"""The quick reading of XML says nothing else than the thorough one, or leaves it to that."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.platform import BadCallback
from bot.wecom.flat import _plain, _thorough, sealed_in

NAMES = st.sampled_from(["ToUserName", "Content", "MsgId", "a", "_b", "xml", "AuthAddOpenKfId"])
LETTERS = st.text(max_size=12) | st.sampled_from(
    ["", "1000002", "你好😀", "a]b", "]]>", "a&amp;b", "&", "<b>", "a>b", "\r\n", "\t", "\x00", "\x0b", "\x7f", "\x85",
     "\u2028", "\ufffe", "\ufeff", "\u3000", "  a "]
)  # fmt: skip
CHILDREN = st.one_of(
    st.builds("<{0}>{1}</{0}>".format, NAMES, LETTERS),
    st.builds("<{0}><![CDATA[{1}]]></{0}>".format, NAMES, LETTERS),
    st.builds("<{0}><{1}>x</{1}></{0}>".format, NAMES, NAMES),
    st.builds("<{0} b='c'>x</{0}>".format, NAMES), st.builds("<{}/>".format, NAMES),
    st.builds("<{}>x</{}>".format, NAMES, NAMES), LETTERS,
    st.sampled_from(["<!-- a -->", "<?a b?>", "<!DOCTYPE a>", "\n", "<a><![CDATA[x]]>y</a>"]),
)  # fmt: skip
DOCUMENTS = st.builds(
    "{}{}{}{}{}".format,
    st.sampled_from(["", "", "", "\ufeff", " ", "<?xml version='1.0'?>"]),
    st.sampled_from(["<xml>", "<xml>", "<xml>", "<XML>", "<xml a='b'>"]),
    st.lists(CHILDREN, max_size=6).map("".join),
    st.sampled_from(["</xml>", "</xml>", "</xml>", "</XML>", ""]),
    st.sampled_from(["", "", "\n", "a", "<b/>"]),
)


@given(DOCUMENTS)
@example("<xml></xml>")
@example("<xml><a>\ud7ff\ue000\U0010ffff</a></xml>")
@example("<xml>" + "".join(f"<a{n}>1</a{n}>" for n in range(64)) + "</xml>")
@example("<xml>" + "".join(f"<a{n}>1</a{n}>" for n in range(65)) + "</xml>")
def test_whatever_is_read_quickly_is_read_so_thoroughly_too(text: str) -> None:
    quick = _plain(text)
    if quick is not None:
        assert quick == _thorough(text.encode(), 2)


@pytest.mark.parametrize("text", ["", "帮助", "a>b", "😀", "&#26;"])
def test_a_usual_message_is_read_quickly(text: str) -> None:
    document = f"<xml><ToUserName><![CDATA[ww1]]></ToUserName><Content><![CDATA[{text}]]></Content><Id>1</Id></xml>"
    assert _plain(document) == {"ToUserName": "ww1", "Content": text, "Id": "1"}


def test_what_is_wrong_is_left_to_the_thorough_reading() -> None:
    for text in (
        "<xml><a>1</a><a>2</a></xml>",
        "<xml><a>1</b></xml>",
        "<xml><a>\x01</a></xml>",
        "<xml></xml>x",
    ):
        assert _plain(text) is None
        with pytest.raises(BadCallback):
            _thorough(text.encode(), 2)


WORDS = st.text("aZ0-_ <]&;", max_size=4)
PARTS = st.lists(
    st.builds("<{0}><![CDATA[{1}]]></{0}>".format, st.sampled_from(["ToUserName", "AgentID", "Encrypt", "a"]), WORDS)
    | st.builds("<{0}>{1}</{0}>".format, st.sampled_from(["ToUserName", "AgentID", "Encrypt"]), WORDS)
    | st.builds("<Encrypt><![CDATA[{}]]></Encrypt>".format, st.text("AZaz09+/=", max_size=6))
    | st.sampled_from(["", "\n", "x", "\x01"]),
    max_size=4,
).map("".join)


@given(st.builds("{}{}{}".format, st.sampled_from(["<xml>", "<xml>", "<Xml>"]), PARTS, st.just("</xml>")))
@example("<xml><ToUserName><![CDATA[ww1]]></ToUserName><AgentID>1</AgentID><Encrypt><![CDATA[AA+/==]]></Encrypt></xml>")
@example("<xml><ToUserName>ww1</ToUserName><Encrypt><![CDATA[AA=]]></Encrypt><AgentID></AgentID></xml>")
@example("<xml><ToUserName>ww1</ToUserName><Encrypt><![CDATA[AA]]></Encrypt></xml>")
@example("<xml><ToUserName>ww1</ToUserName><Encrypt><![CDATA[A=A=]]></Encrypt></xml>")
def test_what_an_envelope_holds_is_what_the_thorough_reading_finds(text: str) -> None:
    try:
        expected: str | None = _thorough(text.encode(), 2).get("Encrypt", "")
    except BadCallback:
        expected = None
    try:
        found: str | None = sealed_in(text.encode())
    except BadCallback:
        found = None
    assert found == expected
