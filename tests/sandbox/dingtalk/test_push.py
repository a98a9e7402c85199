"""Pushes over HTTP: what counts as taken, what comes again, what a late or wrong answer does, what the quota stops."""

import asyncio

from aiohttp import web

from tests.sandbox.dingtalk.conftest import TEMPLATE
from tests.sandbox.dingtalk.test_people import card_body


async def test_an_event_comes_again_twice_and_is_then_listed_as_failed(program):
    program.standin.posts["events"].manner.pauses = (0.0, 0.0)
    program.answers["events"] = {"msg_signature": "x", "timeStamp": "1", "nonce": "n", "encrypt": "x"}
    assert (await program.standin.leave("lina")).attempts == 3
    assert len({body["eventId"] for _, _, body in program.got}) == 1
    program.at += 60
    assert (await program.call("GET", "/call_back/get_call_back_failed_result"))[1]["failed_list"] == []
    program.at += 180
    listed = (await program.call("GET", "/call_back/get_call_back_failed_result"))[1]["failed_list"]
    assert [(one["call_back_tag"], one["user_leave_org"]["userId"]) for one in listed] == [("user_leave_org", ["lina"])]


async def test_only_the_word_success_counts(program):
    program.standin.posts["events"].manner.pauses = (0.0,)
    program.answers["events"] = program.success(b"ok")
    await program.standin.verify_url()
    program.answers["events"] = {**program.success(), "timestamp": program.success()["timeStamp"]} | {"timeStamp": None}
    await program.standin.verify_url()
    assert len(program.got) == 4


async def test_a_late_answer_to_a_press_changes_nothing_and_is_remembered(program):
    program.standin.add_template(TEMPLATE, "title", "buttons")
    await program.call("POST", "/v1.0/card/instances/createAndDeliver", card_body("lead-1"))
    program.standin.posts["card"].manner.patience = 0.05

    async def late(body: object) -> web.Response:
        await asyncio.sleep(0.3)
        return web.json_response({"cardData": {"cardParamMap": {"title": "已领取"}}})

    program.answers["card"] = late
    assert (await program.standin.press("wanglei", "领取")).status == 0
    assert program.standin.chat("wanglei")[0].card["title"] == "新线索"
    assert [drop.why for drop in program.standin.dropped] == ["no answer to a press in time"]


async def test_a_wrong_answer_to_a_press_changes_nothing_and_is_named(program):
    program.standin.add_template(TEMPLATE, "title", "buttons")
    await program.call("POST", "/v1.0/card/instances/createAndDeliver", card_body("lead-1"))
    for told in (
        {"cardData": {"cardParamMap": {"claimed": True}}},
        {"userPrivateData": {"cardParamMap": {"title": "x"}}},
    ):
        program.answers["card"] = told
        await program.standin.press("wanglei", "领取")
    assert [drop.why for drop in program.standin.dropped] == [
        "the answer to a press: param.invalid: cardData.claimed: bool is not a string",
        f"the answer to a press: param.invalid: privateData.title: template {TEMPLATE} has no such variable here",
    ]


async def test_a_press_that_is_pushed_twice_carries_one_stamp_and_two_presses_carry_two(program):
    program.standin.add_template(TEMPLATE, "title", "buttons")
    await program.call("POST", "/v1.0/card/instances/createAndDeliver", card_body("lead-1"))
    program.standin.faults.add("push/card", "twice", times=1)
    await program.standin.press("wanglei", "领取")
    await program.standin.press("wanglei", "领取")
    stamps = [headers["x-ddpaas-signature-timestamp"] for _, headers, _ in program.got]
    assert stamps[0] == stamps[1] != stamps[2]
    assert program.got[0][2] == program.got[1][2] == program.got[2][2], "nothing else tells one press from another"


async def test_over_the_quota_words_arrive_empty_and_presses_not_at_all(program):
    program.standin.add_template(TEMPLATE, "title", "buttons")
    await program.call("POST", "/v1.0/card/instances/createAndDeliver", card_body("lead-1"))
    program.standin.quota.push_limit = 2
    await program.standin.text("wanglei", "一")
    await program.standin.event("bpms_instance_change", type="finish", result="agree")
    await program.standin.leave("lina")
    await program.standin.text("wanglei", "二")
    assert program.standin.quota.pushes == 2
    bodies = [body for _, _, body in program.got]
    assert "text" in bodies[0] and bodies[-1]["errorCode"] == 20001 and "text" not in bodies[-1]
    assert (await program.standin.press("wanglei", "领取")).status == 0
    told = await program.raw("POST", bodies[-1]["sessionWebhook"], msgtype="text", text={"content": "好"})
    assert told[1]["errcode"] == 90030
    program.at += 31 * 86400
    await program.standin.text("wanglei", "三")
    assert program.got[-1][2]["text"]["content"] == "三"


async def test_strangers_and_unpublished_robots_have_no_staff_id(program):
    standin = program.standin
    group = standin.company.open_group("客户群", "wanglei")
    standin.company.outside["guest"] = "外部客户"
    await standin.group_text(group, "guest", "你好")
    standin.company.published = False
    await standin.text("wanglei", "你好")
    standin.company.published = True
    standin.faults.add("push/robot", "no_staff_id", times=1)
    await standin.text("wanglei", "你好")
    assert [body.get("senderStaffId") for _, _, body in program.got] == [None, None, None]
    assert "isAdmin" not in program.got[1][2] and program.got[0][2]["senderNick"] == "外部客户"


async def test_what_is_tampered_with_on_the_way(program):
    def spoil(fields: dict[str, str], body: bytes) -> bytes:
        fields["sign"] = "AAAA"
        return body + b" "

    await program.standin.posts["robot"].deliver({"msgtype": "text"}, tamper=spoil)
    program.standin.posts["robot"].manner.copies = 3
    await program.standin.text("wanglei", "在吗")
    assert program.got[0][1]["sign"] == "AAAA" and len(program.got) == 4
