"""What WeChat's own pages show as pushes of an official account, and what we make of it."""

from datetime import UTC, datetime

import pytest

from bot.events import FollowerActed, Ignored
from bot.wechat.parse import parse

AT = datetime(2026, 3, 18, tzinfo=UTC)
HEAD = "<ToUserName><![CDATA[toUser]]></ToUserName><FromUserName><![CDATA[FromUser]]></FromUserName>"
EVENT = f"{HEAD}<CreateTime>123456789</CreateTime><MsgType><![CDATA[event]]></MsgType>"
LATER = f"{HEAD}<CreateTime>1773800400</CreateTime>"


def read(inner: str) -> FollowerActed | Ignored:
    event = parse(f"<xml>{inner}</xml>".encode(), account="main", app_id="wx0", received_at=AT)
    assert isinstance(event, FollowerActed | Ignored)
    return event


@pytest.mark.parametrize(
    ("inner", "deed", "what", "text"),
    [
        (EVENT + "<Event><![CDATA[subscribe]]></Event>", "follow", "", ""),
        (EVENT + "<Event><![CDATA[unsubscribe]]></Event>", "leave", "", ""),
        (
            EVENT + "<Event><![CDATA[subscribe]]></Event><EventKey><![CDATA[qrscene_123123]]></EventKey>"
            "<Ticket><![CDATA[TICKET]]></Ticket>",
            "scan", "123123", "",
        ),
        (
            EVENT + "<Event><![CDATA[SCAN]]></Event><EventKey><![CDATA[SCENE_VALUE]]></EventKey>"
            "<Ticket><![CDATA[TICKET]]></Ticket>",
            "scan", "SCENE_VALUE", "",
        ),
        (EVENT + "<Event><![CDATA[CLICK]]></Event><EventKey><![CDATA[EVENTKEY]]></EventKey>", "menu", "EVENTKEY", ""),
        (
            EVENT + "<Event><![CDATA[VIEW]]></Event><EventKey><![CDATA[www.qq.com]]></EventKey>",
            "menu", "www.qq.com", "",
        ),
        (
            LATER + "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[this is a test]]></Content>"
            "<MsgId>1234567890123456</MsgId>",
            "message", "", "this is a test",
        ),
        (
            LATER + "<MsgType><![CDATA[image]]></MsgType><PicUrl><![CDATA[this is a url]]></PicUrl>"
            "<MediaId><![CDATA[media_id]]></MediaId><MsgId>1234567890123456</MsgId>",
            "message", "image", "",
        ),
    ],
)  # fmt: skip
def test_each_push_is_a_deed(inner: str, deed: str, what: str, text: str) -> None:
    event = read(inner)
    assert isinstance(event, FollowerActed)
    assert (event.deed, event.what, event.text, event.openid) == (deed, what, text, "FromUser")


@pytest.mark.parametrize(
    "inner",
    [
        EVENT + "<Event><![CDATA[TEMPLATESENDJOBFINISH]]></Event><MsgID>200163836</MsgID><Status>success</Status>",
        EVENT + "<Event><![CDATA[LOCATION]]></Event><Latitude>23.1</Latitude><Longitude>113.3</Longitude>",
        EVENT,
        "<MsgType>text</MsgType>",
        "",
    ],
)
def test_what_we_have_no_use_for_is_passed_over(inner: str) -> None:
    assert isinstance(read(inner), Ignored)


def test_a_time_that_makes_no_sense_is_taken_for_now_and_two_pushes_are_two_deeds() -> None:
    first = read(EVENT.replace("123456789", "99999999999999") + "<Event><![CDATA[subscribe]]></Event>")
    second = read(LATER + "<MsgType>event</MsgType><Event><![CDATA[subscribe]]></Event>")
    assert first.at == AT and isinstance(first, FollowerActed) and isinstance(second, FollowerActed)
    assert first.key != second.key
