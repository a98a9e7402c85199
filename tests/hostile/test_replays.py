"""R-H5: who has overheard a callback can send it again, cut it or shift its parts: nothing happens a second time."""

import base64
import itertools
import json
import math
import random
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import aiohttp
import pytest
from multidict import MultiDict
from yarl import URL

from bot.wecom.callback import CallbackKeys, Refused, verify
from sandbox.cipher import Crypt
from sandbox.wecom.people import event
from tests.bot.dingtalk import spoilt as ding
from tests.bot.wecom.conftest import AES_KEY, CORP, TOKEN, Signer
from tests.bot.wecom.spoilt import INNER
from tests.hostile.conftest import Caller
from tests.hostile.process import Alone, alone

TEXT = {"ToUserName": CORP, "FromUserName": "nobody", "CreateTime": 1760000000, "MsgType": "text", "Content": "帮助"}


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alone]:
    with alone(tmp_path_factory.mktemp("alone") / "acme", same_keys=True) as opened:
        yield opened


@pytest.fixture
async def http(bot: Alone) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as client:
        yield client


async def wecom(bot: Alone, http: aiohttp.ClientSession, query: object, body: str, name: str = "app") -> int:
    address = URL(f"{bot.base}/callback/wecom/{name}")
    where = URL(f"{address}?{query}", encoded=True) if isinstance(query, str) else address.with_query(query)  # type: ignore[arg-type]
    async with http.post(where, data=body.encode()) as answer:
        return answer.status


async def dingtalk(bot: Alone, http: aiohttp.ClientSession, sent: ding.Sent) -> int:
    address = URL(f"{bot.base}/callback/dingtalk/{sent.door}").with_query(sent.query)
    async with http.post(address, data=sent.body, headers=sent.headers) as answer:
        return answer.status


@pytest.mark.feature("P7")
async def test_wecom_the_same_bytes_again_are_one_event(bot: Alone, http: aiohttp.ClientSession) -> None:
    before = len(await bot.kept())
    query, body = bot.wecom.envelope(event({**TEXT, "MsgId": 1}))
    assert [await wecom(bot, http, query, body) for _ in range(10)] == [200] * 10
    assert len(await bot.kept()) == before + 1


@pytest.mark.feature("P7")
@pytest.mark.parametrize(
    "more",
    [{"MsgId": 2}, {"MsgType": "event", "Event": "enter_agent", "CreateTime": 1760000002}],
    ids=["message", "event"],
)
async def test_wecom_an_event_sent_to_another_callback_is_the_same_event(
    bot: Alone, http: aiohttp.ClientSession, more: dict[str, object]
) -> None:
    """Some administrators give all callbacks one Token and key."""
    before = len(await bot.kept())
    query, body = bot.wecom.envelope(event({**TEXT, "AgentID": 1000002, **more}))
    for name in ("app", "contact", "kf"):
        assert await wecom(bot, http, query, body, name) == 200
    assert len(await bot.kept()) == before + 1


@pytest.mark.feature("P7")
async def test_wecom_a_digit_cannot_move_from_the_nonce_to_the_time(bot: Alone, http: aiohttp.ClientSession) -> None:
    """The signed text is the same: the signature joins its parts without a sign between them."""
    before = len(await bot.kept())
    sealed = bot.wecom.crypt.seal(event({**TEXT, "MsgId": 3}).encode())
    query, body = bot.wecom.signed(sealed, nonce="9876"), bot.wecom.around(sealed)[1]
    at = query["timestamp"]
    for stamp, nonce in ((at + "9", "876"), (at + "98", "76"), (at[:-1], at[-1] + "9876"), (at + "9876", "")):
        assert "".join(sorted((stamp, nonce))) == "".join(sorted((at, "9876"))) or stamp + nonce == at + "9876"
        assert await wecom(bot, http, {**query, "timestamp": stamp, "nonce": nonce}, body) == 403
    assert len(await bot.kept()) == before


@pytest.mark.feature("P7")
async def test_wecom_blocks_cannot_move_from_the_cipher_text_into_the_nonce(
    bot: Alone, http: aiohttp.ClientSession
) -> None:
    before = len(await bot.kept())
    for number in range(40):  # random cipher texts: some sort so that the signed text stays the same
        sealed = bot.wecom.crypt.seal(event({**TEXT, "MsgId": 100 + number, "Content": "x" * 200}).encode())
        query = bot.wecom.signed(sealed, nonce="!")
        for cut in (64, 128):
            shifted = {**query, "nonce": "!" + sealed[:cut]}
            assert await wecom(bot, http, shifted, bot.wecom.around(sealed[cut:])[1]) == 403
    assert len(await bot.kept()) == before


@pytest.mark.feature("P7")
async def test_wecom_blocks_cut_from_the_front_are_noticed(bot: Alone, http: aiohttp.ClientSession) -> None:
    """Rightly signed, as if the signature had been shifted: what is left has no frame."""
    before = len(await bot.kept())
    for length in range(40, 80):
        sealed = bot.wecom.crypt.seal(event({**TEXT, "MsgId": 200 + length, "Content": "x" * length}).encode())
        for blocks in (1, 2, 3):
            rest = base64.b64encode(base64.b64decode(sealed)[16 * blocks :]).decode()
            assert await wecom(bot, http, *bot.wecom.around(rest)) == 403
    assert len(await bot.kept()) == before


@pytest.mark.feature("P7")
async def test_what_another_company_s_app_was_sent_is_not_for_us(bot: Alone, http: aiohttp.ClientSession) -> None:
    before = len(await bot.kept())
    for owner in ("ww9999999999999999", "", "ww0123456789abcde", "ww0123456789abcdeff"):
        other = Signer(Crypt(TOKEN, AES_KEY, owner), bot.wecom.now)
        for inner in (INNER, INNER.replace(CORP, owner)):
            assert await wecom(bot, http, *other.envelope(inner)) == 403
        outsider = replace(bot.dingtalk, crypt=Crypt(ding.TOKEN, ding.AES_KEY, owner))
        assert await dingtalk(bot, http, outsider.right("events")) == 403
    assert len(await bot.kept()) == before


@pytest.mark.feature("P7")
@pytest.mark.parametrize("door", ding.DOORS)
async def test_dingtalk_the_same_bytes_again_are_one_event(bot: Alone, http: aiohttp.ClientSession, door: str) -> None:
    before = len(await bot.kept())
    sent = bot.dingtalk.right(door, "帮助", 5)
    assert [await dingtalk(bot, http, sent) for _ in range(10)] == [200] * 10
    assert len(await bot.kept()) == before + 1


@pytest.mark.feature("P7")
async def test_dingtalk_milliseconds_that_move_into_the_nonce_make_no_second_event(
    bot: Alone, http: aiohttp.ClientSession
) -> None:
    """Both readings are rightly signed, as both forms of the time are in use: it is one event all the same."""
    before = len(await bot.kept())
    stamp = bot.dingtalk.stamp()[:-3] + "999"
    body = json.dumps(ding.notice("搬家", 6)).encode()
    sealings = (bot.dingtalk.crypt.seal(body) for _ in itertools.count())
    sealed = next(one for one in sealings if not one.startswith("9"))  # else it may sort between the two nonces
    sent = bot.dingtalk.around(sealed, stamp=stamp, nonce="9abc")
    assert isinstance(sent.query, dict)
    shifted = replace(sent, query={**sent.query, "timestamp": stamp[:-3], "nonce": "9999abc"})
    assert [await dingtalk(bot, http, one) for one in (sent, shifted)] == [200, 200]
    assert len(await bot.kept()) == before + 1


@pytest.mark.feature("P7")
@pytest.mark.parametrize("door", ding.DOORS)
async def test_dingtalk_a_signature_of_one_door_opens_no_other(
    bot: Alone, http: aiohttp.ClientSession, door: str
) -> None:
    before = len(await bot.kept())
    sent = bot.dingtalk.right(door, "帮助", 7)
    stamp, sign = sent.headers.get("timestamp", bot.dingtalk.stamp()), sent.headers.get("sign", "0" * 40)
    stamp = sent.headers.get("x-ddpaas-signature-timestamp", stamp)
    sign = sent.headers.get("x-ddpaas-signature", sign)
    for other in ding.DOORS:
        if other != door:
            there = bot.dingtalk.right(other)
            for name in ding.STAMPS.values():
                there.headers[name] = stamp
            for name in ding.SIGNS.values():
                there.headers[name] = sign
            query = {"timestamp": stamp, "nonce": "a", "signature": sign} if other == "events" else {}
            assert await dingtalk(bot, http, replace(there, query=query)) == 403
    assert len(await bot.kept()) == before


@pytest.mark.feature("P7")
@pytest.mark.parametrize(
    "sign", [b"\xe9" * 40, "签名".encode(), b"\xff\xfe", b"\xc3\xa9" * 20], ids=["latin", "utf-8", "none", "é"]
)
@pytest.mark.parametrize("door", ["wecom", *ding.DOORS])
async def test_a_signature_beyond_ascii_is_a_wrong_one_and_no_error(bot: Alone, door: str, sign: bytes) -> None:
    """Texts beyond ASCII cannot be compared in constant time: hmac would raise."""
    lines = b""
    if door == "wecom":
        query = bot.wecom.signed("x")
        path = f"/callback/wecom/app?timestamp={query['timestamp']}&nonce=a&msg_signature=".encode() + _percent(sign)
    elif door == "events":
        path = f"/callback/dingtalk/events?timestamp={bot.dingtalk.stamp()}&nonce=a&signature=".encode() + _percent(
            sign
        )
    else:
        path = f"/callback/dingtalk/{door}".encode()
        stamp = bot.dingtalk.stamp().encode()
        lines = (
            ding.STAMPS[door].encode() + b": " + stamp + b"\r\n" + ding.SIGNS[door].encode() + b": " + sign + b"\r\n"
        )
    async with Caller.to(bot.address) as caller:
        await caller.say(b"POST " + path + b" HTTP/1.1\r\nHost: b\r\n" + lines + b"Content-Length: 2\r\n\r\n{}")
        assert await caller.status() == 403


def _percent(raw: bytes) -> bytes:
    return "".join(f"%{byte:02x}" for byte in raw).encode()


def test_how_much_of_a_signature_is_right_does_not_show_in_the_time(
    soak: bool, record_property: Callable[[str, object], None]
) -> None:
    """20,000 times each: wrong from the first sign, or in the last only. Three rounds: a chance of one in a hundred."""
    if not soak:
        pytest.skip("statistics of 40,000 measurements: ./run soak")
    keys, signer = CallbackKeys(TOKEN, AES_KEY, CORP), Signer(Crypt(TOKEN, AES_KEY, CORP), lambda: datetime.now(UTC))
    for _ in range(3):
        likely = _same(*_times(keys, signer, 20_000))
        record_property("Mann-Whitney p of first and last sign", f"{likely:.3f}")
        if likely > 0.01:
            return
    raise AssertionError("the time tells how much of a signature is right")


def _times(keys: CallbackKeys, signer: Signer, count: int) -> tuple[list[int], list[int]]:
    """Nanoseconds of `count` refusals by the first sign and of as many by the last: two of each envelope, by lot.

    Where a text happens to lie in memory is worth three nanoseconds, a figure in the place of a letter two (the
    pattern of a signature reads it first): so each pair is of another envelope, built in either order, and its wrong
    sign is any other. What all have in common is the place where they are wrong.
    """
    times: tuple[list[int], list[int]] = ([], [])
    lot = random.Random(20260318)
    for _ in range(count):
        query, body = signer.envelope(INNER)
        right = query["msg_signature"]
        queries: dict[int, MultiDict[str]] = {}
        for which in lot.sample([0, 1], 2):
            place = which * (len(right) - 1)
            sign = lot.choice("0123456789abcdef".replace(right[place], ""))
            queries[which] = MultiDict({**query, "msg_signature": right[:place] + sign + right[place + 1 :]})
        now, raw = datetime.now(UTC), body.encode()
        for which in lot.sample([0, 1], 2):
            began = time.perf_counter_ns()
            try:
                verify(queries[which], {}, raw, keys=keys, now=now)
            except Refused:
                times[which].append(time.perf_counter_ns() - began)
    return times


def _same(one: list[int], two: list[int]) -> float:
    """How likely such a difference is between equals (Mann-Whitney, two sides, many ties allowed)."""
    every = sorted([(value, 0) for value in one] + [(value, 1) for value in two])
    ranks, ties, start = 0.0, 0, 0
    while start < len(every):
        end = start
        while end < len(every) and every[end][0] == every[start][0]:
            end += 1
        ranks += sum(1 for _, side in every[start:end] if side == 0) * (start + 1 + end) / 2
        ties += (end - start) ** 3 - (end - start)
        start = end
    a, b, n = len(one), len(two), len(every)
    spread = math.sqrt(a * b / 12 * ((n + 1) - ties / (n * (n - 1))))
    return math.erfc(abs(ranks - a * (n + 1) / 2) / spread / math.sqrt(2))
