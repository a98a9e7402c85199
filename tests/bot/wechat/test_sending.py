"""An official account answers who has just written: within WeChat's window, never twice, and says why it could not."""

import json

import pytest

from bot.platform import RoadClosed, SendRefused, SendUnknown
from bot.wechat.client import Account, AccountClient
from sandbox.wechat.house import AccountHouse

APP, SECRET, FAN = "wx0123456789abcdef", "account-secret", "oFAN1"


class Place:
    """A client and the house that it calls; the house's time can be moved."""

    def __init__(self):
        self.at = 1_773_800_000.0
        self.house = AccountHouse(APP, SECRET, lambda: self.at)

    async def open(self, secret=SECRET):
        await self.house.start()
        account = Account(APP, secret, f"http://127.0.0.1:{self.house.port}")
        self.client = AccountClient(account, monotonic=lambda: self.at)

    async def send(self, words="您好", to=FAN):
        await self.client.send(json.dumps({"touser": to, "msgtype": "text", "text": {"content": words}}).encode())


@pytest.fixture
async def place():
    found = Place()
    await found.open()
    found.house.saw(FAN, {"MsgType": "text"})
    yield found
    await found.client.close()
    await found.house.stop()


async def test_five_messages_in_48_hours_and_the_sixth_says_why_not(place):
    for number in range(5):
        await place.send(f"第{number}句")
    with pytest.raises(SendRefused, match=r"发满了条数.*45047"):
        await place.send()
    place.house.saw(FAN, {"MsgType": "text"})
    await place.send("又来")
    place.at += 48 * 3600 + 1
    with pytest.raises(SendRefused, match=r"超过 48 小时.*45015"):
        await place.send()
    place.house.saw(FAN, {"MsgType": "event", "Event": "unsubscribe"})
    with pytest.raises(SendRefused, match=r"不关注.*43004"):
        await place.send()
    assert len(place.house.got) == 6 and place.house.flaws == []


async def test_a_token_that_is_old_is_asked_for_anew_once_and_the_message_goes_once(place):
    await place.send("一")
    place.at += 60
    place.house.forget_tokens()
    await place.send("二")
    assert [words for _, words in place.house.got] == ["一", "二"] and place.house.tokens == 2


async def test_a_line_that_breaks_leaves_it_unknown_and_a_busy_house_closes_the_road(place):
    place.house.cuts = 1
    with pytest.raises(SendUnknown):
        await place.send()
    assert len(place.house.got) == 1, "it had been taken"
    place.house.answers.extend([-1, 45009, 48001])
    with pytest.raises(RoadClosed, match=r"繁忙"):
        await place.send()
    with pytest.raises(RoadClosed, match=r"用完了") as used_up:
        await place.send()
    assert used_up.value.delay.total_seconds() == 3600
    with pytest.raises(SendRefused, match=r"没有客服消息的权限") as refused:
        await place.send()
    assert refused.value.alarm and len(place.house.got) == 1


async def test_a_wrong_secret_is_an_administrator_s_and_is_not_asked_with_again(place):
    other = Place()
    other.house = place.house
    other.client = AccountClient(
        Account(APP, "wrong", f"http://127.0.0.1:{place.house.port}"), monotonic=lambda: place.at
    )
    for _ in range(3):
        with pytest.raises(SendRefused, match=r"secret 不对") as refused:
            await other.send()
        assert refused.value.alarm and "wrong" not in str(refused.value)
    await other.client.close()
