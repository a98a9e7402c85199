"""Recorded payloads of DingTalk as events: what people say, press and do reaches the handlers in the same words."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.dingtalk.parse import lane_of, parse, stored
from bot.events import (
    ApprovalChanged,
    ButtonPressed,
    Ignored,
    MemberJoined,
    MemberLeft,
    MessageLost,
    MessageReceived,
    PlatformAlarm,
    SenderUnknown,
)  # fmt: skip
from tests.bot.dingtalk.samples import AT, CORP, STAFF, sample

SAID_AT = datetime.fromtimestamp(1690362101.894, UTC)


def event(kind: str, data: dict[str, Any]) -> Any:
    return parse(stored(kind, data), received_at=AT, corp_id=CORP)


def robot(name: str, **changed: Any) -> Any:
    return event("robot", {**sample(name), **changed})


@pytest.mark.parametrize(
    ("name", "kind", "text", "media"),
    [
        ("robot_single_text", "text", "我的客户", ""),
        ("robot_group_text", "text", "领取 L-1024", ""),
        ("robot_single_audio", "voice", "跟进张总，明天上午发报价", "mIofN681YE3fFAKE"),
        ("robot_single_picture", "image", "", "mIofN681YE3fFAKE"),
        ("robot_single_file", "file", "", "mIofN681YE3fFAKE"),
        ("robot_single_richText", "text", "你好", "mIofN681YE3fFAKE"),
    ],
)
def test_a_message_is_read(name: str, kind: str, text: str, media: str) -> None:
    named = "报价单.pdf" if kind == "file" else ""
    group = "cidAsXSBLnA8AhS4Jg==" if name == "robot_group_text" else ""
    assert robot(name) == MessageReceived(
        "dingtalk", STAFF, SAID_AT, text=text, kind=kind, media_id=media, file_name=named, conversation=group
    )


def test_text_one_level_higher_is_read_as_a_sample_of_dingtalk_has_it() -> None:
    assert robot("robot_single_text", text=None, content=" 你好").text == "你好"


def test_an_instant_may_be_a_text_and_rubbish_is_replaced_by_now() -> None:
    assert robot("robot_single_text", createAt="1690362101894").at == SAID_AT
    assert robot("robot_single_text", createAt="soon").at == AT


@pytest.mark.parametrize("msgtype", ["unknownMsgType", "interactiveCard", "", None, 7])
def test_an_unknown_kind_is_a_message_without_words(msgtype: Any) -> None:
    found = robot("robot_single_text", msgtype=msgtype, text=None)
    assert isinstance(found, MessageReceived) and found.text == "" and found.kind != "text"


@pytest.mark.parametrize("broken", [[], "x", 7, {"richText": "x"}, {"richText": [None, 3, {"text": None}]}])
def test_broken_content_is_no_error(broken: Any) -> None:
    for msgtype in ("text", "richText", "picture", "audio", "file"):
        found = robot("robot_single_text", msgtype=msgtype, content=broken, text=broken)
        assert isinstance(found, MessageReceived | Ignored), found


def test_over_the_quota_the_words_are_missing_and_that_is_said() -> None:
    assert robot("robot_over_quota") == MessageLost("dingtalk", STAFF, SAID_AT)
    other_page = {"errCode": "20001", "errMsg": "…", "errorCode": None}
    assert isinstance(robot("robot_over_quota", **other_page), MessageLost)


def test_a_sender_without_a_name_gets_the_cure_and_so_does_the_administrator() -> None:
    found = robot("robot_single_text", senderStaffId=None)
    assert isinstance(found, SenderUnknown) and found.sender == "" and "版本管理与发布" in found.answer
    assert "发布" in found.alarm and found.conversation == sample("robot_single_text")["conversationId"]


def test_somebody_from_outside_is_answered_without_an_alarm() -> None:
    found = robot("robot_group_text", senderCorpId="dingother", senderStaffId="x")
    assert isinstance(found, SenderUnknown) and found.alarm == "" and "本企业" in found.answer


def test_a_message_for_another_company_alarms_the_administrator() -> None:
    found = robot("robot_single_text", chatbotCorpId="dingother")
    assert isinstance(found, PlatformAlarm) and "dingother" in found.text and CORP in found.text


@pytest.mark.parametrize(
    ("said", "action", "choices"),
    [
        ("领取 #claim/1024/3", "claim/1024/3", {}),
        ("多次联系不上 #release/7/2//?reason=多次联系不上", "release/7/2//", {"reason": ("多次联系不上",)}),
        ("李娜(华东) #transfer/7/2/?to=lina", "transfer/7/2/", {"to": ("lina",)}),
        ("线索池 #pool", "pool", {}),
    ],
)
def test_a_tapped_link_is_the_button_itself(said: str, action: str, choices: dict[str, Any]) -> None:
    found = robot("robot_single_text", text={"content": f" {said}"})
    assert found == ButtonPressed("dingtalk", STAFF, SAID_AT, action=action, choices=choices)


@pytest.mark.parametrize("said", ["第 #3 号柜台", "#claim", "领取 #claim/x/3", "看 #claim/1024/3 这个", "L1024"])
def test_other_words_with_a_hash_are_words(said: str) -> None:
    assert robot("robot_single_text", text={"content": said}).text == said


def test_a_click_of_the_recorded_card() -> None:
    found = event("card", sample("card_callback_body"))
    assert found == ButtonPressed("dingtalk", STAFF, AT, action="claim", code="lead-1024-v1", ref="lead-1024-v1")


def test_a_click_of_our_own_card_carries_action_and_choice() -> None:
    content = {"cardPrivateData": {"actionIds": ["x"], "params": {"action": "release/7/2//?reason=没有需求"}}}
    found = event("card", {**sample("card_callback_body"), "content": json.dumps(content)})
    assert (found.action, found.choices) == ("release/7/2//", {"reason": ("没有需求",)})
    content["cardPrivateData"]["params"] = {"action": "transfer/7/2/", "to": ["lina"], "other": 3}  # type: ignore[index]
    found = event("card", {**sample("card_callback_body"), "content": json.dumps(content)})
    assert (found.action, found.choices) == ("transfer/7/2/", {"to": ("lina",)})


@pytest.mark.parametrize("content", ["", "{", "[]", "7", None, '{"cardPrivateData":{"actionIds":[]}}'])
def test_a_click_without_content_is_no_error(content: Any) -> None:
    assert isinstance(event("card", {**sample("card_callback_body"), "content": content}), ButtonPressed | Ignored)


def test_a_click_in_another_company_is_ignored() -> None:
    assert isinstance(event("card", {**sample("card_callback_body"), "corpId": "dingother"}), Ignored)


def test_people_leave_and_join() -> None:
    left = sample("event_http_user_leave_org")["plain"]
    at = datetime.fromtimestamp(1663143335.567, UTC)
    assert event("event", left) == MemberLeft("dingtalk", "015fake227", at)
    assert event("event", {**left, "EventType": "user_add_org"}) == MemberJoined("dingtalk", "015fake227", at)
    old = {"EventType": "user_leave_org", "TimeStamp": 1663143335567, "UserId": ["015fake227"], "CorpId": CORP}
    assert event("event", old) == MemberLeft("dingtalk", "015fake227", at), "older samples spell the keys otherwise"
    assert isinstance(event("event", {**left, "CorpId": "dingother"}), Ignored)


def test_an_approval_is_an_event() -> None:
    found = event("event", sample("event_http_bpms_instance_change")["plain"])
    assert isinstance(found, ApprovalChanged) and found.sender == "manager75"
    assert (found.state, found.result, found.instance_id) == ("finish", "agree", "9Qgx5QqjR7axMwfake")
    assert found.process_code == "PROC-EAFAKE-885E-47AA-AEB9-8F59CB10E309" and found.title == "小钉提交的折扣申请"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"kind":"robot"}', b'{"kind":"x","data":{}}', b'{"data":3}'])
def test_rubbish_is_ignored(body: bytes) -> None:
    assert isinstance(parse(body, received_at=AT, corp_id=CORP), Ignored)


def test_one_person_s_messages_and_taps_keep_their_order() -> None:
    assert lane_of("robot", sample("robot_single_text")) == lane_of("card", sample("card_callback_body"))
    assert lane_of("event", sample("event_http_user_leave_org")["plain"]) == "dingtalk:015fake227"
