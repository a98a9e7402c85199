"""What the stand-in says has the shapes of the recorded payloads, and it can read their signatures and ciphers."""

import json
from pathlib import Path
from typing import Any

import pytest

from sandbox.chat import Delivery
from sandbox.cipher import Crypt
from sandbox.dingtalk.post import said_success
from sandbox.dingtalk.session import signed
from tests.sandbox.dingtalk.conftest import Program
from tests.sandbox.dingtalk.test_people import card_body

SAMPLES = Path(__file__).parents[2] / "data" / "dingtalk"


def sample(name: str) -> Any:
    return json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))


def shape(value: Any) -> Any:
    """The keys of a value, all the way down, with the kind of what stands at their ends; lists by their members."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in sorted(value.items())}
    if isinstance(value, list):
        shapes = [shape(inner) for inner in value]
        return [one for number, one in enumerate(shapes) if one not in shapes[:number]]
    if isinstance(value, str) and value.startswith("{"):
        return shape(json.loads(value))
    return type(value).__name__


async def frames(program: Program, acts: Any) -> list[dict[str, Any]]:
    """The frames that a Stream client gets while something is done; it acknowledges each."""
    async with program.http.post(
        "/v1.0/gateway/connections/open", json={**sample("stream_open_request"), "clientId": "dingkey",
        "clientSecret": "this is a secret"}, headers={"Accept": "application/json"},
    ) as answer:  # fmt: skip
        opened = await answer.json()
    assert shape(opened) == shape(sample("stream_open_response"))
    got = []
    async with program.http.ws_connect(opened["endpoint"], params={"ticket": opened["ticket"]}) as socket:
        for act in acts:
            running = program.standin.gateway.spawn(act)
            frame = await socket.receive_json()
            got.append(frame)
            if frame["headers"].get("messageId"):
                ack = {**sample("stream_bot_ack"), "headers": {"messageId": frame["headers"]["messageId"]}}
                if frame["type"] == "EVENT":
                    ack["data"] = sample("stream_event_ack_success")["data"]
                await socket.send_json(ack)
                await running
    return got


async def test_robot_messages_have_the_recorded_shapes(program):
    standin = program.standin
    standin.company.admins.add("wanglei")
    group = standin.company.open_group("销售一组", "wanglei")
    await standin.text("wanglei", "我的客户")
    await standin.voice("wanglei", "跟进张总")
    await standin.picture("wanglei", b"PNG")
    await standin.file("wanglei", "报价单.pdf", b"PDF")
    await standin.rich_text("wanglei", "你好", b"PNG")
    await standin.group_text(group, "wanglei", "领取 L-1024")
    standin.faults.add("push/robot", "over_quota", times=1)
    await standin.text("wanglei", "我的客户")
    names = (
        "single_text",
        "single_audio",
        "single_picture",
        "single_file",
        "single_richText",
        "group_text",
        "over_quota",
    )
    for name, (_, _, body) in zip(names, program.got, strict=True):
        assert shape(body) == shape(sample(f"robot_{name}")), name
    _, headers, _ = program.got[0]
    assert {name.lower() for name in sample("robot_http_request")["headers"]} <= set(headers)


def test_the_recorded_request_carries_our_signature():
    recorded = sample("robot_http_request")
    assert signed(recorded["appSecret"], recorded["headers"]["timestamp"]) == recorded["headers"]["sign"]


@pytest.mark.parametrize("name", ["bpms_instance_change", "check_url", "user_leave_org"])
def test_recorded_events_open_with_their_keys(name):
    recorded = sample(f"event_http_{name}")
    keys = recorded["_keys"]
    crypt = Crypt(keys["token"], keys["aes_key"], keys["owner_key"])
    query = recorded["query"]
    assert crypt.sign(query["timestamp"], query["nonce"], recorded["body"]["encrypt"]) == query["signature"]
    assert json.loads(crypt.open(recorded["body"]["encrypt"])) == recorded["plain"]


def test_the_published_event_vector_and_the_recorded_answer():
    crypt = Crypt("123456", "1234567890123456789012345678901234567890123", "dingsnotzck6pm5veliw")
    sealed = "YvkvaGe4hQxd3VxRmEty0dVlnCOAqwf56xwTRHDHoOURqhalbmBJQk5FNcRk42Gl5T0YQXZNwpwWSm1xAFJ5ZA=="
    assert crypt.sign("1614767836", "A7Co0cJLMzIDtMMI", sealed) == "9a95a004dd16f5c307e849b994173f76aa26e5eb"
    assert crypt.open(sealed) == b"success"
    keys = sample("event_http_check_url")["_keys"]
    recorded = Delivery(200, json.dumps(sample("event_http_response_success")), 1, 0.1)
    assert said_success(recorded, Crypt(keys["token"], keys["aes_key"], keys["owner_key"]))
    assert not said_success(recorded, Crypt("other", keys["aes_key"], keys["owner_key"]))


async def test_events_over_http_have_the_recorded_shapes(program):
    approval = {key: value for key, value in sample("event_http_bpms_instance_change")["plain"].items()
                if key not in ("EventType", "EventTime", "CorpId", "BizId", "eventId")}  # fmt: skip
    await program.standin.verify_url()
    await program.standin.event("bpms_instance_change", **approval)
    await program.standin.leave("lina")
    bodies = [body for _, _, body in program.got]
    for name, body in zip(("check_url", "bpms_instance_change", "user_leave_org"), bodies, strict=True):
        assert shape(body) == shape(sample(f"event_http_{name}")["plain"]), name
    assert set(sample("event_http_check_url")["query"]) <= set(program.got[0][1])


async def test_stream_frames_have_the_recorded_shapes(streaming):
    standin = streaming.standin
    standin.company.admins.add("wanglei")
    group = standin.company.open_group("销售一组", "wanglei")
    standin.add_template("T", "title", "buttons")
    await streaming.call("POST", "/v1.0/card/instances/createAndDeliver",
                         card_body("lead-1", cardTemplateId="T", callbackType="STREAM"))  # fmt: skip
    acts = (
        standin.group_text(group, "wanglei", "领取 L-1024"), standin.press("wanglei", "领取"), standin.leave("lina"),
        standin.gateway.ping(), standin.gateway.farewell(),
    )  # fmt: skip
    got = await frames(streaming, acts)
    bot, card, event, ping, disconnect = got
    for name, frame in (
        ("bot_frame", bot),
        ("event_frame", event),
        ("system_ping", ping),
        ("system_disconnect", disconnect),
    ):
        assert shape(frame) == shape(sample(f"stream_{name}")), name
    for frame in (bot, card, event):
        assert isinstance(frame["data"], str)
    recorded = shape(sample("stream_card_frame"))
    recorded["data"]["content"]["cardPrivateData"]["params"].pop("lead_id")  # the template's own, not DingTalk's
    assert shape(card) == recorded


async def test_the_recorded_requests_are_taken_and_the_answers_are_alike(program):
    standin = program.standin
    request = sample("create_and_deliver_request")
    standin.add_template(request["cardTemplateId"], "title", "status", "claimed", private=("is_owner",))
    group = standin.company.open_group("销售一组")
    request["openSpaceId"] = f"dtv1.card//IM_GROUP.{group.id}"
    request["imGroupOpenDeliverModel"]["robotCode"] = "dingkey"
    request["privateData"] = {"wanglei": request["privateData"].popitem()[1]}
    status, answer = await program.call("POST", "/v1.0/card/instances/createAndDeliver", request)
    assert status == 200 and shape(answer) == shape(sample("create_and_deliver_response"))
    batch = {**sample("oto_batch_send_request"), "robotCode": "dingkey", "userIds": ["wanglei"]}
    status, answer = await program.call("POST", "/v1.0/robot/oToMessages/batchSend", batch)
    assert status == 200 and shape(answer) == shape(sample("oto_batch_send_response"))
    assert standin.chat("wanglei")[0].seen() == "### 新线索 L-1024\n客户：张**  \n来源：官网\n[领取]\n[详情]"
    standin.faults.add("*", "qps", times=1)
    status, answer = await program.call("POST", "/v1.0/robot/oToMessages/batchSend", batch)
    assert status == 403 and shape(answer) == shape(sample("error_new_api"))
    standin.api.forbidden["topapi/v2/user/get"] = "qyapi_get_member"
    status, answer = await program.call("POST", "/topapi/v2/user/get", {"userid": "wanglei"})
    assert status == 200 and shape(answer) == shape(sample("error_old_api"))


async def test_the_recorded_answer_to_a_press_changes_the_card(program):
    standin = program.standin
    standin.add_template("T", "title", "buttons", "status", "claimed", private=("is_owner",))
    await program.call("POST", "/v1.0/card/instances/createAndDeliver", card_body("lead-1", cardTemplateId="T"))
    program.answers["card"] = sample("card_callback_response_http")
    await standin.press("wanglei", "领取")
    assert shape(program.got[-1][2]) == {
        **shape(sample("card_callback_body")),
        "content": {"cardPrivateData": {"actionIds": ["str"], "params": {"action": "str"}}},
    }
    card = standin.chat("wanglei")[0].card
    assert (card["status"], card["claimed"], card["is_owner"], card["title"]) == (
        "已被小钉领取",
        "true",
        "true",
        "新线索",
    )
