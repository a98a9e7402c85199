"""The call centre's calls: a missed one is a lead with its recording at once, a talk is a contact without typing."""

from datetime import timedelta

import pytest

from tests.town import MQL, words

pytestmark = [pytest.mark.platforms("wecom")]
RECORDING = "https://calls.example.com/r/1.mp3"


@pytest.mark.feature("A7")
async def test_a_missed_call_of_an_unknown_number_is_a_lead_with_the_recording_at_once(acme):
    call = {"id": "c1", "number": "13800138000", "direction": "in", "answered": False, "recording": RECORDING}
    for _ in range(2):
        status, found = await acme.api("POST", "/calls", **call)
        assert status == 200 and found["lead"] == "L1001"
    lead = await acme.lead("L1001")
    assert (lead["source"], lead["need"], lead["enquiries"]) == ("呼叫中心", "未接来电,请回电", 1)
    (item,) = [item for item in await acme.story("L1001") if item["kind"] == "call_logged"]
    assert RECORDING in item["text"] and "未接" in item["text"]
    told = words(acme.standin.chat("chenjing"))
    assert "L1001" in told and "未接来电" in told and "13800138000" not in told


@pytest.mark.feature("A7")
async def test_a_missed_call_of_a_customer_rings_their_owner(acme):
    no = await acme.mql()
    await acme.text("wanglei", f"领取 {no}")
    await acme.api("POST", "/calls", id="c2", number="138-0013-8000", direction="in")
    assert "老线索再次咨询" in words(acme.standin.chat("wanglei")) and (await acme.lead(no))["enquiries"] == 2


@pytest.mark.feature("G6")
async def test_a_talk_with_the_owner_is_a_contact_and_stops_the_promise(acme):
    no = await acme.mql()
    await acme.text("wanglei", f"领取 {no}")
    call = {"id": "c3", "number": MQL["phone"], "direction": "out", "answered": True, "seconds": 200, "by": "wanglei"}
    for _ in range(2):
        await acme.api("POST", "/calls", **call, recording=RECORDING)
    (item,) = [item for item in await acme.story(no) if item["kind"] == "followup_logged"]
    assert item["data"]["kind"] == "call" and item["by"] == "wanglei" and "3 分 20 秒" in item["text"]
    clocks = {clock["name"]: clock["state"] for clock in (await acme.api("GET", f"/clocks?lead={no}"))[1]["items"]}
    assert clocks["first_contact"] == "met"


@pytest.mark.feature("G6")
async def test_calls_that_are_no_contact_stay_on_the_timeline_only(acme):
    no = await acme.mql()
    await acme.text("wanglei", f"领取 {no}")
    await acme.api("POST", "/calls", id="c4", number=MQL["phone"], direction="out", answered=False, by="wanglei")
    await acme.api("POST", "/calls", id="c5", number=MQL["phone"], direction="out", answered=True, by="zhaoqiang")
    kinds = [item["kind"] for item in await acme.story(no)]
    assert kinds.count("call_logged") == 2 and "followup_logged" not in kinds
    assert (await acme.api("POST", "/calls", id="c6", number="13900139000", direction="out"))[1]["lead"] is None
    for body in ({"id": "c7", "number": "匿名"}, {"id": "c8", "number": "13800138000", "recording": "javascript:1"}):
        assert (await acme.api("POST", "/calls", **body))[0] == 422


def talk(begun, *senders, minutes=4):
    """Messages some minutes apart."""
    return [
        {"at": (begun + timedelta(minutes=minutes * n)).isoformat(), "from": sender} for n, sender in enumerate(senders)
    ]


@pytest.mark.feature("G6")
@pytest.mark.only("sqlite")
async def test_the_archive_tells_how_much_was_said_and_how_soon_it_was_answered_without_typing(acme):
    no = await acme.mql()
    await acme.text("wanglei", f"领取 {no}")
    twelve = ("customer", "customer", "member", *("customer", "member") * 4, "customer")
    await acme.later(minutes=60)
    chat = {
        "id": "t1",
        "phone": "138-0013-8000",
        "by": "wanglei",
        "messages": talk(acme.at - timedelta(minutes=50), *twelve),
    }
    status, refused = await acme.api("POST", "/chats", **chat)
    assert status == 422 and "没有同意" in str(refused), "nothing without consent"
    assert "chat_logged" not in [item["kind"] for item in await acme.story(no)]
    for _ in range(2):
        assert await acme.api("POST", "/chats", **chat, agreed=True) == (200, {"lead": no})
    (item,) = [item for item in await acme.story(no) if item["kind"] == "chat_logged"]
    assert item["text"] == "聊天 12 条(客户 7,我们 5),首次回复 8 分"
    assert (item["data"]["messages"], item["data"]["theirs"], item["data"]["answered_after"]) == (12, 7, 480)
    clocks = {clock["name"]: clock["state"] for clock in (await acme.api("GET", f"/clocks?lead={no}"))[1]["items"]}
    assert clocks["first_contact"] == "met", "nobody has typed anything"
    assert "聊天 12 条" in words(await acme.text("wanglei", f"看 {no}"))


@pytest.mark.feature("G6")
@pytest.mark.only("sqlite")
async def test_a_talk_that_nobody_answered_is_no_contact_and_strangers_leave_nothing(acme):
    no = await acme.mql()
    await acme.text("wanglei", f"领取 {no}")
    begun = acme.at - timedelta(minutes=20)
    unanswered = {
        "id": "t2",
        "phone": MQL["phone"],
        "by": "wanglei",
        "agreed": True,
        "messages": talk(begun, "customer", "customer"),
    }
    assert (await acme.api("POST", "/chats", **unanswered))[1] == {"lead": no}
    kinds = [item["kind"] for item in await acme.story(no)]
    assert kinds.count("chat_logged") == 1 and "followup_logged" not in kinds
    stranger = {"id": "t3", "wechat": "nobody_88", "agreed": True, "messages": talk(begun, "customer")}
    assert await acme.api("POST", "/chats", **stranger) == (200, {"lead": None})
    for wrong in (
        {"messages": []}, {"messages": [{"at": "昨天", "from": "customer"}]}, {"phone": ""},
        {"messages": talk(acme.at + timedelta(hours=1), "customer")}, {"messages": talk(begun, "robot")},
        {"messages": [{**talk(begun, "customer")[0], "text": "原文"}]},
    ):  # fmt: skip
        status, _ = await acme.api("POST", "/chats", **{**unanswered, "id": "t4", **wrong})
        assert status in (400, 422), wrong
    assert len(await acme.story(no)) == len(kinds)
