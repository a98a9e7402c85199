"""DingTalk's envelopes to the byte: the official vectors open, everything else is refused in the same way."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from multidict import CIMultiDict, MultiDict

from bot.dingtalk.callback import (
    EventKeys,
    Refused,
    dedupe_key,
    event_signature,
    open_sealed,
    sealed_success,
    signed_time,
    verify_card,
    verify_event,
    verify_robot,
)  # fmt: skip
from sandbox.cipher import Crypt
from tests.bot.dingtalk.samples import AT, CLIENT, sample

HTTP = sample("robot_http_request")
KEYS = EventKeys("a1B2c3D4", "4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij", CLIENT)


def headers(**changed: str) -> CIMultiDict[str]:
    return CIMultiDict({**HTTP["headers"], **changed})


def body(content: Any = None) -> bytes:
    return json.dumps(content if content is not None else HTTP["body"], ensure_ascii=False).encode()


def test_the_signature_vectors() -> None:
    assert signed_time("this is a secret", "1577262236757\nthis is a secret") == (
        "DJrE6qdyVGCQz9z5r2MDuNcNAhwYnuAkyj13cx169CA="
    )
    assert signed_time("mySecret", "1700000000000") == "t3jqwt0WBVsvNpgD+ncljxce56XsNOeEYafngX/BHjc="


def test_the_official_event_vector() -> None:
    keys = EventKeys("123456", "1234567890123456789012345678901234567890123", "dingsnotzck6pm5veliw")
    sealed = "YvkvaGe4hQxd3VxRmEty0dVlnCOAqwf56xwTRHDHoOURqhalbmBJQk5FNcRk42Gl5T0YQXZNwpwWSm1xAFJ5ZA=="
    assert event_signature("123456", "1614767836", "A7Co0cJLMzIDtMMI", sealed) == (
        "9a95a004dd16f5c307e849b994173f76aa26e5eb"
    )
    assert open_sealed(sealed, keys) == b"success"


def test_a_robot_message_opens_for_an_hour_and_no_longer() -> None:
    secret = HTTP["appSecret"]
    for away in (timedelta(0), timedelta(minutes=59), -timedelta(minutes=59)):
        assert verify_robot(headers(), body(), secret=secret, now=AT + away) == HTTP["body"]
    for away in (timedelta(minutes=61), -timedelta(minutes=61)):
        with pytest.raises(Refused):
            verify_robot(headers(), body(), secret=secret, now=AT + away)


@pytest.mark.parametrize(
    "changed",
    [
        {"sign": "UKLBEXj281sTkwsSInCU3DKxxX78if/bbW6BMi9zntN="}, {"sign": ""}, {"sign": "é"}, {"timestamp": ""},
        {"timestamp": "1690362102195"}, {"timestamp": "１６９０３６２１０２１９４"}, {"timestamp": "-1"},
        {"Content-Encoding": "gzip"},
    ],
)  # fmt: skip
def test_a_robot_message_with_a_wrong_head_is_refused(changed: dict[str, str]) -> None:
    with pytest.raises(Refused):
        verify_robot(headers(**changed), body(), secret=HTTP["appSecret"], now=AT)


@pytest.mark.parametrize("name", ["timestamp", "sign"])
def test_a_head_that_is_missing_or_stands_twice_is_refused(name: str) -> None:
    missing, twice = headers(), headers()
    del missing[name]
    twice.add(name, twice[name])
    for given in (missing, twice):
        with pytest.raises(Refused):
            verify_robot(given, body(), secret=HTTP["appSecret"], now=AT)


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"[]", b"3", b"null", b"{", b'{"msgtype":', b'{"a":1,"a":2,"msgtype":"text"}', b"\xff\xfe", b"{}",
        b'{"msgtype":NaN}', b'{"msgtype":3}', b'{"msgtype":"text","msgId":[]}',
        b'{"msgtype":"text","x":' + b"[" * 9 + b"]" * 9 + b"}", b'{"msgtype":' + b"[" * 5000 + b"]" * 5000 + b"}",
        b'{"msgtype":"text","x":"' + b"y" * 2**20 + b'"}',
    ],
)  # fmt: skip
def test_a_robot_message_that_is_no_clean_object_is_refused(raw: bytes) -> None:
    with pytest.raises(Refused):
        verify_robot(headers(), raw, secret=HTTP["appSecret"], now=AT)


@pytest.mark.parametrize(
    "name", ["event_http_check_url", "event_http_user_leave_org", "event_http_bpms_instance_change"]
)
def test_recorded_events_open(name: str) -> None:
    recorded = sample(name)
    for spelling in ("signature", "msg_signature"):
        query = MultiDict({k: v for k, v in recorded["query"].items() if not k.endswith("signature") or k == spelling})
        found = verify_event(query, CIMultiDict(), body(recorded["body"]), keys=KEYS, now=AT)
        assert found == recorded["plain"]
    both = MultiDict(recorded["query"])
    assert verify_event(both, CIMultiDict(), body(recorded["body"]), keys=KEYS, now=AT) == recorded["plain"]


@pytest.mark.parametrize("name", ["signature", "timestamp", "nonce", "encrypt", "owner", "token", "age", "key"])
def test_an_event_that_was_touched_is_refused(name: str) -> None:
    recorded = sample("event_http_user_leave_org")
    query, content, keys, now = dict(recorded["query"]), dict(recorded["body"]), KEYS, AT
    del query["msg_signature"]
    if name == "encrypt":
        content["encrypt"] = "A" + content["encrypt"][1:]
    elif name == "owner":
        keys = EventKeys(KEYS.token, KEYS.aes_key, "dingother")
    elif name == "token":
        keys = EventKeys("other", KEYS.aes_key, CLIENT)
    elif name == "key":
        keys = EventKeys(KEYS.token, "5" + KEYS.aes_key[1:], CLIENT)
    elif name == "age":
        now = AT + timedelta(minutes=11)
    else:
        query[name] = query[name][:-1] + ("0" if query[name][-1] != "0" else "1")
    with pytest.raises(Refused):
        verify_event(MultiDict(query), CIMultiDict(), body(content), keys=keys, now=now)


def test_blocks_cut_from_the_front_are_noticed_although_the_signature_is_right() -> None:
    recorded = sample("event_http_user_leave_org")
    sealed = base64.b64encode(base64.b64decode(recorded["body"]["encrypt"])[16:]).decode()
    stamp, nonce = recorded["query"]["timestamp"], recorded["query"]["nonce"]
    query = {"signature": event_signature(KEYS.token, stamp, nonce, sealed), "timestamp": stamp, "nonce": nonce}
    with pytest.raises(Refused):
        verify_event(MultiDict(query), CIMultiDict(), body({"encrypt": sealed}), keys=KEYS, now=AT)


def test_our_answer_is_the_sealed_success_in_dingtalk_s_spelling() -> None:
    answer = sealed_success(KEYS, now=AT)
    assert set(answer) == set(sample("event_http_response_success")) and all(type(v) is str for v in answer.values())
    signature = event_signature(KEYS.token, answer["timeStamp"], answer["nonce"], answer["encrypt"])
    assert signature == answer["msg_signature"] and answer["timeStamp"] == "1690362102000"
    assert Crypt(KEYS.token, KEYS.aes_key, CLIENT).open(answer["encrypt"]) == b"success"


def test_a_click_opens_with_the_card_s_own_secret() -> None:
    content, stamp = sample("card_callback_body"), "1690362102000"
    head = CIMultiDict({"x-ddpaas-signature-timestamp": stamp, "x-ddpaas-signature": signed_time("cardsecret", stamp)})
    assert verify_card(head, body(content), secret="cardsecret", now=AT) == (content, stamp)
    late = AT + timedelta(minutes=11)
    wrong = (("other", AT, content), ("cardsecret", late, content), ("cardsecret", AT, {"outTrackId": "x"}))
    for secret, now, given in (*wrong, ("cardsecret", AT, {"userId": "x"})):
        with pytest.raises(Refused):
            verify_card(head, body(given), secret=secret, now=now)


def test_what_makes_two_deliveries_the_same() -> None:
    message, click = sample("robot_single_text"), sample("card_callback_body")

    def key(kind: str, content: dict[str, Any], push: str = "") -> str:
        return dedupe_key(kind, content, client_id=CLIENT, push=push)

    again = {**message, "sessionWebhook": "https://oapi.dingtalk.com/robot/sendBySession?session=new"}
    assert key("robot", message) == key("robot", again), "a repeated push may bring a new address for the answer"
    assert key("robot", message) != key("robot", {**message, "msgId": "msgOther=="})
    assert len({key("card", click, push) for push in ("1690362102000", "1690362102000", "1690362103000")}) == 2
    left = sample("event_http_user_leave_org")["plain"]
    assert key("event", left) == key("event", {**left, "EventTime": 3})
    assert key("event", left) != key("event", {**left, "eventId": "other"})
