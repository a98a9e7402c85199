"""Interactive cards: strict parameters, one id one card, overwriting by default, everybody's own view."""

import pytest

from sandbox.chat import DeadButton
from tests.sandbox.dingtalk.conftest import TEMPLATE
from tests.sandbox.dingtalk.test_people import card_body

DELIVER = "/v1.0/card/instances/createAndDeliver"
INSTANCES = "/v1.0/card/instances"
BY_KEY = {"updateCardDataByKey": True, "updatePrivateDataByKey": True}


@pytest.fixture
def templates(program):
    program.standin.add_template(TEMPLATE, "title", "buttons", private=("mine",))
    program.standin.add_template("draft", "title")
    program.standin.cards.templates["draft"] = type(program.standin.cards.templates["draft"])(
        "draft", frozenset({"title"}), published=False
    )


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"outTrackId": ""}, "param.outTrackIdEmpty"),
        ({"cardTemplateId": ""}, "param.cardTemplateIdEmpty"),
        ({"cardTemplateId": "other.schema"}, "param.templateNotExist"),
        ({"cardTemplateId": "draft"}, "param.templateUnpublished"),
        ({"cardData": {}}, "param.cardPublicDataEmpty"),
        ({"cardData": {"cardParamMap": {"title": 7}}}, "param.invalid"),
        ({"cardData": {"cardParamMap": {"title": True}}}, "param.invalid"),
        ({"cardData": {"cardParamMap": {"title": ["甲"]}}}, "param.invalid"),
        ({"cardData": {"cardParamMap": {"title": "甲" * 342}}}, "param.invalid"),
        ({"cardData": {"cardParamMap": {"unknown": "甲"}}}, "param.invalid"),
        ({"privateData": {"wanglei": {"cardParamMap": {"title": "甲"}}}}, "param.invalid"),
        ({"privateData": {"nobody": {"cardParamMap": {"mine": "甲"}}}}, "param.userIdNotExist"),
        ({"openSpaceId": "IM_ROBOT.wanglei"}, "param.openSpaceIdInvalid"),
        ({"openSpaceId": "dtv1.card//IM_ROBOT"}, "param.openSpaceIdInvalid"),
        ({"openSpaceId": "dtv1.card//IM_GROUP.cid=="}, "param.invalid"),
        ({"imRobotOpenDeliverModel": None}, "param.openDeliverModelEmpty"),
        ({"imRobotOpenDeliverModel": {}}, "param.openDeliverModelError"),
        ({"imRobotOpenSpaceModel": None}, "param.invalid"),
        ({"imRobotOpenSpaceModel": {}}, "param.invalid"),
        ({"callbackType": "http"}, "param.invalid"),
        ({"callbackRouteKey": "nowhere"}, "param.invalid"),
    ],
)
async def test_a_wrong_card_is_refused_by_name_and_hangs_nowhere(program, templates, change, code):
    status, told = await program.call("POST", DELIVER, card_body("lead-1", **change))
    assert (status, told["code"]) == (400, code)
    assert program.standin.chat("wanglei") == [] and program.standin.cards.instances == {}


async def test_a_place_that_cannot_be_reached_is_a_failure_inside_a_success(program, templates):
    body = card_body("lead-1", openSpaceId="dtv1.card//IM_ROBOT.wanglei;IM_ROBOT.nobody")
    status, told = await program.call("POST", DELIVER, body)
    results = told["result"]["deliverResults"]
    assert status == 200 and [(one["success"], one.get("errorMsg")) for one in results] == [
        (True, None), (False, "staffId.notExisted"),
    ]  # fmt: skip
    assert (await program.call("POST", DELIVER, body))[1]["code"] == "param.cardAlreadyExist"
    assert len(program.standin.chat("wanglei")) == 1


async def test_two_steps_do_what_one_does(program, templates):
    assert (await program.call("POST", INSTANCES, card_body("lead-1")))[1] == {"success": True, "result": "lead-1"}
    assert program.standin.chat("wanglei") == []
    _, told = await program.call("POST", f"{INSTANCES}/deliver", card_body("lead-1"))
    assert told["result"][0]["success"] is True and len(program.standin.chat("wanglei")) == 1
    assert (await program.call("POST", f"{INSTANCES}/deliver", card_body("lead-2")))[1]["code"] == "param.cardNotExist"


async def test_an_update_overwrites_unless_it_says_by_key(program, templates):
    await program.call("POST", DELIVER, card_body("lead-1", privateData={"wanglei": {"cardParamMap": {"mine": "是"}}}))
    message = program.standin.chat("wanglei")[0]

    async def update(**body: object) -> int:
        return (await program.call("PUT", INSTANCES, {"outTrackId": "lead-1", **body}))[0]

    assert await update(cardData={"cardParamMap": {"title": "已领取"}}, cardUpdateOptions=BY_KEY) == 200
    assert message.card["title"] == "已领取" and message.buttons() == {"领取": "claim:1024"}
    assert await update(cardData={"cardParamMap": {"title": "已退回"}}) == 200
    assert message.card == {"title": "已退回", "mine": "是"} and message.buttons() == {}
    assert await update(privateData={"wanglei": {"cardParamMap": {}}}) == 200
    assert message.card == {"title": "已退回"} and message.updated_at is not None
    assert await update() == 400
    assert (await program.call("PUT", INSTANCES, {"outTrackId": "x", "cardData": {}}))[1][
        "code"
    ] == "param.cardNotExist"


async def test_one_card_in_a_group_shows_everybody_their_own_buttons(program, templates):
    group = program.standin.company.open_group("销售一组", "wanglei", "lina")
    body = card_body(
        "lead-1", openSpaceId=f"dtv1.card//IM_GROUP.{group.id}", imGroupOpenSpaceModel={"supportForward": False},
        imGroupOpenDeliverModel={"robotCode": "dingkey"},
        privateData={"lina": {"cardParamMap": {"mine": "别人的"}}},
    )  # fmt: skip
    assert (await program.call("POST", DELIVER, body))[0] == 200
    card = program.standin.last_card("lina", "领取", chat=group.id)
    assert "别人的" in card.seen("lina") and "别人的" not in card.seen("wanglei")
    program.answers["card"] = {"userPrivateData": {"cardParamMap": {"mine": "我的"}}, "cardUpdateOptions": BY_KEY}
    await program.standin.press("wanglei", "领取", chat=group.id)
    assert (program.got[-1][2]["spaceType"], program.got[-1][2]["spaceId"]) == ("IM_GROUP", group.id)
    assert "我的" in card.seen("wanglei") and "我的" not in card.seen("lina")


async def test_a_card_in_a_group_may_be_for_some_alone(program, templates):
    group = program.standin.company.open_group("销售一组", "wanglei", "lina")
    body = card_body(
        "lead-1", openSpaceId=f"dtv1.card//IM_GROUP.{group.id}", imGroupOpenSpaceModel={"supportForward": False},
        imGroupOpenDeliverModel={"robotCode": "dingkey", "recipients": ["lina"]},
    )  # fmt: skip
    assert (await program.call("POST", DELIVER, body))[0] == 200
    assert program.standin.last_card("lina", "领取", chat=group.id)
    with pytest.raises(DeadButton):
        program.standin.last_card("wanglei", "领取", chat=group.id)


async def test_a_route_key_is_registered_once_and_used(program, templates):
    register = {"callbackRouteKey": "leads", "callbackUrl": f"{program.address}/route", "apiSecret": "k"}
    told = (await program.call("POST", "/v1.0/card/callbacks/register", register))[1]
    assert told["result"] == {"callbackUrl": f"{program.address}/route", "apiSecret": "k"}
    status, told = await program.call("POST", "/v1.0/card/callbacks/register", register)
    assert (status, told["code"]) == (500, "param.callbackRouteKeyExist")
    assert (await program.call("POST", "/v1.0/card/callbacks/register", {**register, "forceUpdate": True}))[0] == 200
    await program.call("POST", DELIVER, card_body("lead-1", callbackRouteKey="leads"))
    await program.standin.press("wanglei", "领取")
    assert program.got[-1][0] == "route"
