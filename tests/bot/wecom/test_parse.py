"""What WeCom's bodies mean to us: known ones exactly, unknown ones as "ignored", and never an error."""

from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.events import (
    ApprovalChanged,
    ButtonPressed,
    ContactAdded,
    Event,
    Ignored,
    MemberJoined,
    MemberLeft,
    MenuPressed,
    MessageReceived,
    PlatformAlarm,
)  # fmt: skip
from bot.wecom.callback import Refused, flat_xml, lane
from bot.wecom.parse import parse
from sandbox.wecom.people import event

RECEIVED = datetime(2026, 3, 18, 2, 20, tzinfo=UTC)
AT = datetime.fromtimestamp(1760000000, UTC)
HEAD: dict[str, object] = {"ToUserName": "ww01", "FromUserName": "LiSi", "CreateTime": 1760000000}


def parsed(extra: str = "", **fields: object) -> Event:
    """The event of a body of these fields."""
    body = event({**HEAD, **fields}, extra).encode()
    return parse(body, received_at=RECEIVED, agent_id=1000002)


def of_event(name: str, extra: str = "", **fields: object) -> Event:
    return parsed(extra, MsgType="event", Event=name, **fields)


KNOWN: dict[str, tuple[Event, Event]] = {
    "text": (parsed(MsgType="text", Content=" 领取 L1 \n", MsgId=1), MessageReceived("wecom", "lisi", AT, "领取 L1")),
    "empty text": (parsed(MsgType="text", Content="", MsgId=1), MessageReceived("wecom", "lisi", AT, "")),
    "text with markup": (
        parsed(MsgType="text", Content="<a href='x'>&amp;", MsgId=1),
        MessageReceived("wecom", "lisi", AT, "<a href='x'>&amp;"),
    ),
    "text with the end of CDATA": (
        parsed(MsgType="text", Content="a]]>b<c>", MsgId=1), MessageReceived("wecom", "lisi", AT, "a]]>b<c>"),
    ),
    "picture": (
        parsed(MsgType="image", PicUrl="http://x/y", MediaId="M1", MsgId=1),
        MessageReceived("wecom", "lisi", AT, "", "image", "M1"),
    ),
    "voice": (
        parsed(MsgType="voice", MediaId="M1", Format="amr", MsgId=1),
        MessageReceived("wecom", "lisi", AT, "", "voice", "M1"),
    ),
    "location": (
        parsed(MsgType="location", Location_X="30.2", Location_Y="120.1", Scale=15, Label="杭州", MsgId=1),
        MessageReceived("wecom", "lisi", AT, "", "location"),
    ),
    "kind in capitals": (parsed(MsgType="TEXT", Content="a", MsgId=1), MessageReceived("wecom", "lisi", AT, "a")),
    "menu": (of_event("click", EventKey="pool", AgentID=1000002), MenuPressed("wecom", "lisi", AT, "pool")),
    "menu in capitals": (of_event("CLICK", EventKey="pool"), MenuPressed("wecom", "lisi", AT, "pool")),
    "joined": (of_event("subscribe", EventKey=""), MemberJoined("wecom", "lisi", AT)),
    "left": (of_event("unsubscribe", EventKey=""), MemberLeft("wecom", "lisi", AT)),
    "left the company": (
        of_event("change_contact", FromUserName="sys", ChangeType="delete_user", UserID="ZhangSan"),
        MemberLeft("wecom", "zhangsan", AT),
    ),
    "came to the company": (
        of_event("change_contact", FromUserName="sys", ChangeType="create_user", UserID="ZhangSan"),
        MemberJoined("wecom", "zhangsan", AT),
    ),
    "tap without a list": (
        of_event("template_card_event", EventKey="claim/1/2", TaskId="t1", ResponseCode="RC"),
        ButtonPressed("wecom", "lisi", AT, "claim/1/2", {}, "RC", "t1"),
    ),
    "tap with an empty list": (
        of_event("template_card_event", "<SelectedItems></SelectedItems>", EventKey="a", TaskId="t", ResponseCode="R"),
        ButtonPressed("wecom", "lisi", AT, "a", {}, "R", "t"),
    ),
    "tap with two options of one question": (
        of_event(
            "template_card_event",
            "<SelectedItems><SelectedItem><QuestionKey>q</QuestionKey><OptionIds><OptionId>a</OptionId>"
            "<OptionId>b</OptionId></OptionIds></SelectedItem></SelectedItems>",
            EventKey="a", TaskId="t", ResponseCode="R",
        ),
        ButtonPressed("wecom", "lisi", AT, "a", {"q": ("a", "b")}, "R", "t"),
    ),
    "tap with nothing chosen": (
        of_event(
            "template_card_event",
            "<SelectedItems><SelectedItem><QuestionKey>q</QuestionKey><OptionIds/></SelectedItem></SelectedItems>",
            EventKey="a", TaskId="t", ResponseCode="R",
        ),
        ButtonPressed("wecom", "lisi", AT, "a", {"q": ()}, "R", "t"),
    ),
    "a form of 审批 that was agreed to": (
        of_event(
            "sys_approval_change",
            "<ApprovalInfo><SpNo>202603180001</SpNo><SpName><![CDATA[特价]]></SpName><SpStatus>2</SpStatus>"
            "<TemplateId><![CDATA[3Tka]]></TemplateId><ApplyTime>1760000000</ApplyTime><Applyer><UserId>LiSi</UserId>"
            "<Party>2</Party></Applyer><SpRecord><SpStatus>4</SpStatus><Details><Approver><UserId>A</UserId></Approver>"
            "<Speech></Speech></Details></SpRecord><SpRecord><SpStatus>2</SpStatus></SpRecord>"
            "<StatuChangeEvent>2</StatuChangeEvent></ApprovalInfo>",
            FromUserName="sys", AgentID=3010040,
        ),
        ApprovalChanged("wecom", "sys", AT, "202603180001", "3Tka", "finish", title="特价", rings=True),
    ),
    "a form that was taken back after it was agreed to": (
        of_event(
            "sys_approval_change",
            "<ApprovalInfo><SpNoStr>X-1</SpNoStr><SpNo>1</SpNo><SpStatus>6</SpStatus></ApprovalInfo>",
            FromUserName="sys",
        ),
        ApprovalChanged("wecom", "sys", AT, "X-1", "", "withdraw", rings=True),
    ),
    "customer added by half": (
        of_event(
            "change_external_contact", FromUserName="sys", ChangeType="add_half_external_contact", UserID="LiSi",
            ExternalUserID="wmAbC",
        ),
        ContactAdded("wecom", "lisi", AT, "wmAbC"),
    ),
    "unknown message": (parsed(MsgType="Hologram", MsgId=1), MessageReceived("wecom", "lisi", AT, "", "hologram")),
    "no time": (parsed(MsgType="text", Content="a", CreateTime=""), MessageReceived("wecom", "lisi", RECEIVED, "a")),
    "a time of rubbish": (
        parsed(MsgType="text", Content="a", CreateTime="99999999999999999999"),
        MessageReceived("wecom", "lisi", RECEIVED, "a"),
    ),
    "a time before our age": (
        parsed(MsgType="text", Content="a", CreateTime=7), MessageReceived("wecom", "lisi", RECEIVED, "a"),
    ),
}  # fmt: skip
IGNORED: dict[str, Event] = {
    "unknown message of nobody": parsed(MsgType="hologram", MsgId=1, FromUserName=""),
    "unknown event": of_event("brain_wave"),
    "event without a name": parsed(MsgType="event"),
    "opened the app": of_event("enter_agent", EventKey=""),
    "opened a page": of_event("view", EventKey="https://x"),
    "place": of_event("LOCATION", Latitude="30.1", Longitude="120.1", Precision="10"),
    "scan": of_event("scancode_push", "<ScanCodeInfo><ScanType>qr</ScanType></ScanCodeInfo>", EventKey="k"),
    "batch": of_event("batch_job_result", "<BatchJob><JobId>1</JobId></BatchJob>"),
    "customer deleted": of_event(
        "change_external_contact", ChangeType="del_external_contact", UserID="lisi", ExternalUserID="wm"
    ),
    "customer without an id": of_event("change_external_contact", ChangeType="add_external_contact", UserID="lisi"),
    "customer group": of_event("change_external_chat", ChatId="c", ChangeType="update"),
    "tag": of_event("change_external_tag", Id="t", ChangeType="create"),
    "member edited": of_event("change_contact", ChangeType="update_user", UserID="lisi"),
    "acquisition link": of_event("customer_acquisition", ChangeType="friend_request", LinkId="l"),
    "a form without a number": of_event("sys_approval_change", "<ApprovalInfo><SpStatus>2</SpStatus></ApprovalInfo>"),
    "a form in a state that we do not know": of_event(
        "sys_approval_change", "<ApprovalInfo><SpNo>1</SpNo><SpStatus>99</SpStatus></ApprovalInfo>"
    ),
    "a form's news without any": of_event("sys_approval_change"),
    "a form of our own engine": of_event("open_approval_change", "<ApprovalInfo><ThirdNo>1</ThirdNo></ApprovalInfo>"),
    "another app's tap": of_event("template_card_event", EventKey="claim/1/2", TaskId="t", AgentID=1000003),
    "another app's text": parsed(MsgType="text", Content="领取 L1", AgentID=1000003),
    "an element twice": of_event(
        "change_external_contact",
        "<State>b</State>",
        ChangeType="add_external_contact",
        UserID="lisi",
        ExternalUserID="wm",
        State="a",
    ),
    "no kind": parsed(Content="领取 L1"),
    "list that is a word": of_event("template_card_event", "<SelectedItems>x</SelectedItems>", EventKey="claim/1/2"),
}


@pytest.mark.parametrize("name", KNOWN)
def test_known_bodies_are_understood(name: str) -> None:
    found, expected = KNOWN[name]
    assert found == expected


@pytest.mark.parametrize("name", IGNORED)
def test_what_is_of_no_use_is_ignored_with_a_reason(name: str) -> None:
    found = IGNORED[name]
    assert isinstance(found, Ignored) and found.reason


@pytest.mark.parametrize(
    "name", ["inactive_alert", "close_inactive_agent", "low_active_alert", "low_active", "LOW_ACTIVE"]
)
def test_warnings_about_the_app_are_for_the_administrator(name: str) -> None:
    found = of_event(name, FromUserName="sys", EffectTime=1760001000)
    assert isinstance(found, PlatformAlarm) and "应用" in found.text


@pytest.mark.parametrize("change", ["balance_low", "balance_exhausted", "link_unavailable", "quota_expire_soon"])
def test_an_empty_purse_is_an_alarm_too(change: str) -> None:
    found = of_event("customer_acquisition", FromUserName="sys", ChangeType=change, LinkId="l")
    assert isinstance(found, PlatformAlarm) and "获客" in found.text


def test_a_number_with_two_apps_or_none_is_ours() -> None:
    for agent in ("", "0", "1000002", "all"):
        assert isinstance(parsed(MsgType="text", Content="a", AgentID=agent), MessageReceived)


NAMES = st.sampled_from(
    ["ToUserName", "FromUserName", "CreateTime", "MsgType", "Event", "EventKey", "AgentID", "Content", "MsgId",
     "ChangeType", "UserID", "ExternalUserID", "SelectedItems", "SelectedItem", "OptionIds", "OptionId", "MediaId",
     "ScanCodeInfo", "State", "ResponseCode", "TaskId", "Token"]
)  # fmt: skip
WORDS = st.sampled_from(
    ["text", "event", "image", "location", "click", "template_card_event", "change_external_contact", "LOCATION",
     "add_external_contact", "change_contact", "delete_user", "customer_acquisition", "1000002", "1760000000", "-1",
     "batch_job_result", "scancode_waitmsg", "pic_weixin", "location_select", "٣", "9" * 5000]
)  # fmt: skip
ALLOWED = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff")
VALUES = WORDS | st.text(ALLOWED, max_size=20)
TREES: st.SearchStrategy[Any] = st.recursive(
    VALUES, lambda inner: st.lists(st.tuples(NAMES, inner), max_size=4), max_leaves=12
)


def written(value: Any) -> str:
    """A tree as XML."""
    if isinstance(value, str):
        return escape(value)
    return "".join(f"<{name}>{written(inner)}</{name}>" for name, inner in value)


@given(tree=st.lists(st.tuples(NAMES, TREES), max_size=10), root=st.sampled_from(["xml", "XML", "a"]))
def test_any_tree_of_known_names_is_some_event(tree: Any, root: str) -> None:
    body = f"<{root}>{written(tree)}</{root}>".encode()
    found = parse(body, received_at=RECEIVED, agent_id=1000002)
    assert isinstance(found, Event) and found.at.tzinfo is not None


@given(body=st.binary(max_size=200))
@example(b"")
@example(b"<xml/>")
@example(b"<xml></xml>")
@example(b"\xff\xfe<\x00x\x00>\x00")
@example(b"<a>" * 5000)
@example(b"<a>" * 5000 + b"</a>" * 5000)
@example(b'<!DOCTYPE x [<!ENTITY a "b">]><xml><MsgType>&a;</MsgType></xml>')
@example(b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><Content>&a;</Content></xml>')
def test_any_bytes_are_some_event(body: bytes) -> None:
    found = parse(body, received_at=RECEIVED)
    assert isinstance(found, Ignored) and found.at == RECEIVED


@given(body=st.binary(max_size=200) | st.text(max_size=50).map(lambda text: f"<xml><A>{text}</A></xml>".encode()))
def test_the_bounded_reader_reads_or_refuses_and_nothing_else(body: bytes) -> None:
    try:
        told = [*flat_xml(body, depth=8).values(), "read"]
    except Refused as refused:
        told = [refused.reason]
    assert all(isinstance(value, str) for value in told)
    assert told[-1] in ("read", "utf-8", "xml", "xml shape", "xml repeats", "doctype")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"FromUserName": "LiSi"}, "wecom:lisi"),
        ({"FromUserName": "sys", "UserID": "LiSi"}, "wecom:lisi"),
        ({"FromUserName": "sys"}, "wecom:sys"),
        ({"FromUserName": "", "OpenKfId": "wk01"}, "wecom:wk01"),
        ({"FromUserName": "x" * 900}, "wecom:" + "x" * 64),
    ],
)
def test_events_of_one_person_keep_their_order(fields: dict[str, object], expected: str) -> None:
    assert lane(flat_xml(event({**HEAD, **fields}).encode(), depth=8)) == expected
