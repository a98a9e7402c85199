"""What the demo's page is told about a chat of DingTalk: cards of a template, action cards, plain words."""

import json
from urllib.parse import quote

from sandbox.dingtalk.chat import DTMD
from sandbox.look import dingtalk_look
from tests.sandbox.dingtalk.conftest import TEMPLATE, program  # noqa: F401 - the fixture
from tests.sandbox.dingtalk.test_people import card_body


def dtmd(words: str) -> str:
    return f"{DTMD}?content={quote(words)}"


async def test_an_action_card_is_drawn_with_its_links_as_buttons(program):  # noqa: F811
    text = f"#### 线索池  \n1. L1038 许诺  \n[领取 L1039]({dtmd('领取 L1039')})"
    await program.send("wanglei", key="sampleActionCard", title="线索池", text=text, singleTitle="领取 L1038",
                       singleURL=dtmd("领取 L1038"))  # fmt: skip
    look = dingtalk_look(program.standin)
    shown = look.shown(program.standin.chat("wanglei")[0])
    assert (shown["card"]["main_title"]["title"], shown["card"]["sub_title_text"]) == ("线索池", "1. L1038 许诺")
    assert [button["text"] for button in shown["card"]["button_list"]] == ["领取 L1038", "领取 L1039"]
    await look.phones.click("wanglei", program.standin.chat("wanglei")[0], shown["card"]["button_list"][1]["key"])
    assert look.shown(program.standin.chat("wanglei")[1])["text"] == "领取 L1039"


async def test_a_template_card_is_drawn_row_by_row_and_ends_with_its_last_words(program):  # noqa: F811
    program.standin.add_template(TEMPLATE, "title", "fields", "buttons", "done")
    rows = json.dumps([{"name": "电话", "value": "138****8000"}])
    buttons = json.dumps([{"text": "领取", "action": "claim"}, {"text": "详情", "action": "look"}])
    param = {"title": "L1024", "fields": rows, "buttons": buttons, "done": ""}
    body = card_body("lead-1", cardData={"cardParamMap": param})
    assert (await program.call("POST", "/v1.0/card/instances/createAndDeliver", body))[0] == 200
    look = dingtalk_look(program.standin)
    card = look.shown(program.standin.chat("wanglei")[0])["card"]
    assert card["horizontal_content_list"] == [{"keyname": "电话", "value": "138****8000"}]
    assert [(button["text"], button["key"]) for button in card["button_list"]] == [("领取", "claim"), ("详情", "look")]
    over = {"outTrackId": "lead-1", "cardData": {"cardParamMap": {**param, "buttons": "[]", "done": "已被李娜领取"}}}
    await program.call("PUT", "/v1.0/card/instances", over)
    shown = look.shown(program.standin.chat("wanglei")[0])
    assert (shown["replaced"], shown["live"]) == ("已被李娜领取", False)
    assert look.note() == "本月额度:接口 2/5000 · 推送 0/3000"
