"""What people do on the stand-in arrives as DingTalk sends it, and what the robot says hangs in their chats."""

import json

import pytest

from sandbox.chat import DeadButton
from sandbox.dingtalk.post import card_sign
from sandbox.dingtalk.session import signed
from tests.sandbox.dingtalk.conftest import TEMPLATE

DTMD = "dtmd://dingtalkclient/sendMessage?content=%E9%A2%86%E5%8F%96%20L1024"


async def test_words_arrive_signed_and_the_session_webhook_answers_until_it_ends(program):
    done = await program.standin.text("wanglei", "我的")
    ((name, headers, body),) = program.got
    assert (done.status, name, body["text"]["content"], body["senderStaffId"]) == (200, "robot", "我的", "wanglei")
    assert headers["sign"] == signed("this is a secret", headers["timestamp"])
    said = {"msgtype": "text", "text": {"content": "你有 3 条线索"}}
    assert await program.raw("POST", body["sessionWebhook"], **said) == (200, {"errcode": 0, "errmsg": "ok"})
    assert [m.text for m in program.standin.chat("wanglei")] == ["我的", "你有 3 条线索"]
    program.at = body["sessionWebhookExpiredTime"] / 1000
    assert (await program.raw("POST", body["sessionWebhook"], **said))[1]["errmsg"] == "session.expired"
    assert len(program.standin.chat("wanglei")) == 2


def test_the_published_vectors_of_both_signatures():
    assert signed("this is a secret", "1577262236757") == "DJrE6qdyVGCQz9z5r2MDuNcNAhwYnuAkyj13cx169CA="
    assert card_sign("mySecret", "1700000000000") == "t3jqwt0WBVsvNpgD+ncljxce56XsNOeEYafngX/BHjc="


async def test_the_answer_of_the_callback_is_shown_unless_it_is_empty(program):
    program.answers["robot"] = {"msgtype": "empty"}
    await program.standin.text("wanglei", "在吗")
    program.answers["robot"] = {"msgtype": "markdown", "markdown": {"title": "答", "text": "#### 在"}}
    await program.standin.text("wanglei", "在吗")
    program.answers["robot"] = {"msgtype": "markdown"}
    await program.standin.text("wanglei", "在吗")
    assert [m.seen() for m in program.standin.chat("wanglei") if not m.mine] == ["答\n#### 在"]
    assert [drop.why for drop in program.standin.dropped] == [
        "the robot's answer: 40035: 不合法的参数: msgtype 'markdown'"
    ]


async def test_a_dtmd_button_makes_its_presser_say_the_words(program):
    card = {"title": "新线索", "text": "### L1024", "singleTitle": "领取", "singleURL": DTMD}
    assert (await program.send("wanglei", "lina", key="sampleActionCard", **card))[1]["invalidStaffIdList"] == []
    assert (await program.standin.press("lina", "领取")).status == 200
    assert program.got[-1][2]["text"]["content"] == "领取 L1024"
    assert program.got[-1][2]["senderStaffId"] == "lina"
    assert program.standin.chat("lina")[-1].mine
    with pytest.raises(DeadButton):
        await program.standin.press("lina", "退回")


def card_body(track: str, **more: object) -> dict[str, object]:
    buttons = json.dumps([{"text": "领取", "action": "claim:1024"}], ensure_ascii=False)
    return {
        "cardTemplateId": TEMPLATE, "outTrackId": track, "callbackType": "HTTP", "userIdType": 1,
        "cardData": {"cardParamMap": {"title": "新线索", "buttons": buttons}},
        "imRobotOpenSpaceModel": {"supportForward": False}, "openSpaceId": "dtv1.card//IM_ROBOT.wanglei",
        "imRobotOpenDeliverModel": {"spaceType": "IM_ROBOT", "robotCode": "dingkey"}, **more,
    }  # fmt: skip


async def test_a_press_on_an_interactive_card_is_answered_with_its_new_state(program):
    program.standin.add_template(TEMPLATE, "title", "buttons", private=("mine",))
    status, told = await program.call("POST", "/v1.0/card/instances/createAndDeliver", card_body("lead-1"))
    assert status == 200 and told["result"]["deliverResults"][0]["success"] is True
    program.answers["card"] = {
        "cardUpdateOptions": {"updateCardDataByKey": True, "updatePrivateDataByKey": True},
        "cardData": {"cardParamMap": {"buttons": "[]"}}, "userPrivateData": {"cardParamMap": {"mine": "true"}},
    }  # fmt: skip
    assert (await program.standin.press("wanglei", "领取")).status == 200
    name, headers, body = program.got[-1]
    assert name == "card" and headers["x-ddpaas-signature"] == card_sign(
        "mySecret", headers["x-ddpaas-signature-timestamp"]
    )
    assert json.loads(body["content"])["cardPrivateData"]["params"] == {"action": "claim:1024"}
    message = program.standin.chat("wanglei")[0]
    assert message.card == {"title": "新线索", "buttons": "[]", "mine": "true"} and message.buttons() == {}
    assert program.standin.cards.instances["lead-1"].view("lina") == {"title": "新线索", "buttons": "[]"}


async def test_a_leaver_is_told_encrypted_and_is_out_of_reach(program):
    assert (await program.standin.verify_url()).status == 200
    assert (await program.standin.leave("lina")).attempts == 1
    assert [body["EventType"] for _, _, body in program.got] == ["check_url", "user_leave_org"]
    assert program.got[1][2]["userId"] == ["lina"] and program.got[1][2]["eventId"]
    assert (await program.send("wanglei", "lina", content="日报"))[1]["invalidStaffIdList"] == ["lina"]
