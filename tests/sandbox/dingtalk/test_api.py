"""The door of both API generations: tokens, quota, speed, permissions, bad days; and what a robot may say."""

import json

import aiohttp
import pytest

from sandbox.dingtalk.session import signed
from sandbox.dingtalk.words import SHAPES

BATCH = "/v1.0/robot/oToMessages/batchSend"
OVER = "Forbidden.AccessDenied.ApiCountLimitForOrg"


async def test_the_same_token_again_renewed_and_good_for_both_generations(program):
    _, first = await program.raw("POST", "/v1.0/oauth2/accessToken", appKey="dingkey", appSecret="this is a secret")
    program.at += 7000
    _, again = await program.raw("GET", "/gettoken?appkey=dingkey&appsecret=this is a secret")
    assert again == {"errcode": 0, "errmsg": "ok", "access_token": first["accessToken"], "expires_in": 7200}
    program.at += 7000
    program.token = first["accessToken"]
    assert (await program.send("wanglei", content="好"))[0] == 200
    assert (await program.call("POST", "/topapi/v2/user/get", {"userid": "lina"}))[1]["result"]["name"] == "李娜"
    program.at += 200
    assert (await program.send("wanglei", content="好"))[1]["code"] == "InvalidAuthentication"
    assert (await program.call("POST", "/topapi/v2/user/get", {"userid": "lina"}))[1]["sub_code"] == "40014"
    assert (await program.call("GET", "/call_back/get_call_back_failed_result"))[1]["errcode"] == 42001


async def test_a_token_may_end_early_and_a_wrong_secret_gets_none(program):
    await program.send("wanglei", content="好")
    program.standin.api.invalidate_tokens()
    assert (await program.send("wanglei", content="好"))[1]["code"] == "InvalidAuthentication"
    status, told = await program.raw("POST", "/v1.0/oauth2/accessToken", appKey="dingkey", appSecret="x")
    assert (status, told["code"]) == (400, "invalidClientIdOrSecret")
    assert (await program.raw("GET", "/gettoken?appkey=dingkey&appsecret=x"))[1]["errcode"] == 40089


async def test_one_to_one_tells_who_was_not_reached(program):
    program.standin.company.hidden.add("lina")
    program.standin.company.members["zhao"] = "赵强"
    program.standin.company.flow_controlled.add("zhao")
    status, told = await program.send("wanglei", "lina", "nobody", "zhao", content="日报")
    assert status == 200 and told["processQueryKey"]
    assert told["invalidStaffIdList"] == ["lina", "nobody"] and told["flowControlledStaffIdList"] == ["zhao"]
    reached = [user for user in ("wanglei", "lina", "zhao", "nobody") if program.standin.chat(user)]
    assert reached == ["wanglei"]


@pytest.mark.parametrize("key", sorted(SHAPES))
async def test_each_kind_of_message_needs_all_its_parts_as_texts(program, key):
    param = {name: "https://example.com/a" if name.lower().find("url") >= 0 else "甲" for name in SHAPES[key]}
    assert (await program.send("wanglei", key=key, **param))[0] == 200
    for name in SHAPES[key]:
        left_out = {other: value for other, value in param.items() if other != name}
        assert (await program.send("wanglei", key=key, **left_out))[1]["code"] == "invalidParameter.msgParam.invalid"
    assert (await program.send("wanglei", key=key, **{**param, next(iter(param)): 7}))[0] == 400
    assert len(program.standin.chat("wanglei")) == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"msgParam": {"content": "好"}}, "invalidParameter.msgParam.invalid"),
        ({"msgParam": "好"}, "invalidParameter.msgParam.invalid"),
        ({"msgParam": "[]"}, "invalidParameter.msgParam.invalid"),
        ({"msgParam": json.dumps({"content": "好" * 6000})}, "invalidParameter.msgParam.tooLong"),
        ({"msgKey": "sampleCard"}, "invalidParameter.msgKey.notExist"),
        ({"robotCode": "other"}, "invalidParameter.robotCode.notExsit"),
        ({"robotCode": ""}, "miss.param.robotCode"),
        ({"userIds": []}, "miss.param.userIds"),
        ({"userIds": "wanglei"}, "miss.param.userIds"),
        ({"userIds": [f"u{n}" for n in range(21)]}, "invalidParameter.userIds.tooMany"),
    ],
)  # fmt: skip
async def test_a_wrong_request_is_refused_by_name_and_sends_nothing(program, change, code):
    good = {"robotCode": "dingkey", "userIds": ["wanglei"], "msgKey": "sampleText", "msgParam": '{"content":"好"}'}
    status, told = await program.call("POST", BATCH, {**good, **change})
    assert (status, told["code"]) == (400, code) and set(told) == {"code", "message", "requestid"}
    assert program.standin.chat("wanglei") == []


async def test_groups_recall_and_who_has_read(program):
    standin = program.standin
    group = standin.company.open_group("销售一组", "wanglei")
    body = {"robotCode": "dingkey", "msgKey": "sampleText", "msgParam": '{"content":"好"}'}
    sent = await program.call("POST", "/v1.0/robot/groupMessages/send", {**body, "openConversationId": group.id})
    assert sent[0] == 200 and [m.text for m in standin.chat(group.id)] == ["好"]
    unknown = await program.call("POST", "/v1.0/robot/groupMessages/send", {**body, "openConversationId": "cid=="})
    assert unknown[1]["code"] == "invalid.openConversationId"
    key = (await program.send("wanglei", "lina", content="日报"))[1]["processQueryKey"]
    standin.read("lina")
    query = {"robotCode": "dingkey", "processQueryKey": key}
    status = (await program.call("GET", "/v1.0/robot/oToMessages/readStatus", **query))[1]
    assert {one["userId"]: one["readStatus"] for one in status["messageReadInfoList"]} == {
        "wanglei": "UNREAD", "lina": "READ",
    }  # fmt: skip
    recall = {"robotCode": "dingkey", "processQueryKeys": [key, "unknown"]}
    told = (await program.call("POST", "/v1.0/robot/otoMessages/batchRecall", recall))[1]
    assert told == {"successResult": [key], "failedResult": {"unknown": "processQueryKey.notExist"}}
    assert standin.chat("lina") == []
    key = (await program.send("lina", content="日报"))[1]["processQueryKey"]
    program.at += 86401
    program.token = ""
    told = (await program.call("POST", "/v1.0/robot/otoMessages/batchRecall", {**recall, "processQueryKeys": [key]}))[1]
    assert told["failedResult"] == {key: "message.recall.timeout"} and len(standin.chat("lina")) == 1


async def test_a_file_is_fetched_through_a_link_that_ends(program):
    await program.standin.file("wanglei", "报价单.pdf", b"PDF")
    code = program.got[0][2]["content"]["downloadCode"]
    body = {"robotCode": "dingkey", "downloadCode": code}
    url = (await program.call("POST", "/v1.0/robot/messageFiles/download", body))[1]["downloadUrl"]
    async with program.http.get(url) as answer:
        assert await answer.read() == b"PDF"
    program.at += 3601
    async with program.http.get(url) as answer:
        assert answer.status == 403
    assert (await program.call("POST", "/v1.0/robot/messageFiles/download", {**body, "downloadCode": "x"}))[0] == 400


async def test_the_month_ends_the_calls_but_not_the_address_book(program):
    quota = program.standin.quota
    quota.api_limit = 2
    await program.send("wanglei", content="一")
    await program.send("wanglei")  # refused for its content: counted all the same
    assert quota.api == 2
    status, told = await program.send("wanglei", content="三")
    assert (status, told["code"]) == (403, OVER)
    notice = {"agent_id": 123, "userid_list": "wanglei", "msg": {"msgtype": "text", "text": {"content": "x"}}}
    assert (await program.call("POST", "/topapi/message/corpconversation/asyncsend_v2", notice))[1]["errcode"] == 90020
    assert (await program.call("POST", "/topapi/v2/user/get", {"userid": "lina"}))[1]["errcode"] == 0
    program.at += 31 * 86400
    program.token = ""
    assert (await program.send("wanglei", content="三"))[0] == 200 and quota.api == 1


async def test_speed_permission_and_address_are_watched_when_they_are_set(program):
    api = program.standin.api
    api.qps = 2
    answers = [await program.send("wanglei", content=str(n)) for n in range(3)]
    assert [status for status, _ in answers] == [200, 200, 403]
    assert answers[2][1]["code"].endswith("QpsLimitForAppkeyAndApi") and program.standin.quota.api == 2
    api.qps = None
    api.forbidden["robot/oToMessages/batchSend"] = "Robot.Message.Send"
    _, told = await program.send("wanglei", content="好")
    assert told["code"].endswith("AccessTokenPermissionDenied") and "Robot.Message.Send" in told["message"]
    api.ips = ("10.0.0.1",)
    assert (await program.call("POST", "/topapi/v2/user/get", {"userid": "lina"}))[1]["sub_code"] == "60020"


@pytest.mark.parametrize(
    ("kind", "options", "seen"),
    [
        ("qps", {}, (403, "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi")),
        ("code", {"code": "system.busy", "errcode": 500}, (500, "system.busy")),
        ("code", {"code": "send.too.fast"}, (400, "send.too.fast")),
        ("http_504", {}, (504, "GatewayTimeout")),
        ("punish", {}, (200, 1111)),
        ("sub_code", {"code": "60011"}, (200, "60011")),
        ("errcode", {"errcode": 90002}, (200, 90002)),
    ],
)
async def test_bad_days_have_the_shapes_of_the_real_ones(program, kind, options, seen):
    program.standin.faults.add("robot/oToMessages/batchSend", kind, times=1, **options)
    status, told = await program.send("wanglei", content="好")
    assert (status, told.get("code") or told.get("sub_code") or told.get("status") or told.get("errcode")) == seen
    assert program.standin.chat("wanglei") == []
    assert (await program.send("wanglei", content="好"))[0] == 200


async def test_a_line_that_breaks_after_the_work_was_done(program):
    await program.send("wanglei", content="一")
    program.standin.faults.add("robot/oToMessages/batchSend", "cut_after", times=1)
    with pytest.raises(aiohttp.ClientError):
        await program.send("wanglei", content="二")
    program.standin.faults.add("robot/oToMessages/batchSend", "html_200", times=1)
    assert "html" in (await program.send("wanglei", content="三"))[1]
    assert [m.text for m in program.standin.chat("wanglei")] == ["一", "二", "三"]


async def test_unknown_addresses_and_bodies(program):
    status, told = await program.call("POST", "/v1.0/robot/nothing", {})
    assert (status, told["code"]) == (404, "InvalidAction.NotFound")
    assert (await program.call("POST", "/topapi/nothing", {}))[1]["errcode"] == 404
    assert (await program.call("POST", BATCH, ["wanglei"]))[1]["code"] == "InvalidParameter"
    async with program.http.post(
        "/topapi/v2/user/get", params={"access_token": program.token}, data={"userid": "lina"}
    ) as a:
        assert (await a.json())["result"]["userid"] == "lina"  # the old API takes forms as well


async def test_a_custom_robot_is_signed_and_silenced_when_it_is_too_fast(program):
    group = program.standin.company.open_group("销售一组", token="hook", secret="SECabc")
    said = {"msgtype": "text", "text": {"content": "日报"}}

    async def send(secret: str) -> int:
        stamp = str(int(program.at * 1000))
        query = {"access_token": "hook", "timestamp": stamp, "sign": signed(secret, stamp)}
        async with program.http.post("/robot/send", params=query, json=said) as answer:
            return int((await answer.json())["errcode"])

    assert await send("wrong") == 310000
    assert [await send("SECabc") for _ in range(21)] == [0] * 20 + [410100]
    program.at += 300
    assert await send("SECabc") == 410100
    program.at += 601
    assert await send("SECabc") == 0 and len(program.standin.chat(group.id)) == 21
