"""R-H1: what a platform sends is kept to the last sign, whatever its length; all else gets one answer and no row."""

import io
import json
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from yarl import URL

from sandbox.wecom.people import event
from tests.bot.dingtalk import spoilt as ding
from tests.bot.wecom.conftest import CORP
from tests.bot.wecom.malformed import CASES
from tests.hostile.conftest import Caller
from tests.hostile.process import Alone, alone

MIB = 2**20
MOST = 64 * MIB  # by which the memory may grow
TEXTS = (
    *("x" * length for length in range(1, 71)), "新线索 张三", "汉" * 70, "😀👨\u200d👩\u200d👧🇨🇳",
    "é\u0301 ﷽ \U0001f469\U0001f3fd",
    "a\nb", "]]&gt;", "汉" * 66_000,
)  # fmt: skip
SAID = ("length", "chunks")


@dataclass
class Request:
    """One request as it goes over the line."""

    path: str
    query: Any = ""
    headers: Any = field(default_factory=dict)
    body: bytes = b""
    get: bool = False


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alone]:
    """One process for all: it must survive each."""
    with alone(tmp_path_factory.mktemp("alone") / "acme") as opened:
        yield opened


@pytest.fixture
async def http(bot: Alone) -> AsyncIterator[aiohttp.ClientSession]:
    """A caller; afterwards the server has not grown."""
    async with aiohttp.ClientSession() as client:
        await bot.real(client)
        before = bot.memory()
        yield client
        await bot.real(client)
    assert bot.most_memory() - before <= MOST, f"{(bot.most_memory() - before) / MIB:.0f} MiB"


async def send(bot: Alone, http: aiohttp.ClientSession, request: Request, said: str) -> tuple[int, str]:
    """Status and body; `chunks`: the body comes in pieces and nobody says how long it is."""
    where = f"{bot.base}{request.path}"
    given = request.query
    url = URL(f"{where}?{given}", encoded=True) if isinstance(given, str) else URL(where).with_query(given)
    body: Any = io.BytesIO(request.body)
    if said == "chunks":
        body = _pieces(request.body)
    method = "GET" if request.get else "POST"
    async with http.request(method, url, data=None if request.get else body, headers=request.headers) as answer:
        return answer.status, await answer.text()


async def _pieces(body: bytes) -> AsyncIterator[bytes]:
    size = max(7, len(body) // 50)
    for start in range(0, len(body), size):
        yield body[start : start + size]


def by_dingtalk(sent: ding.Sent) -> Request:
    return Request(f"/callback/dingtalk/{sent.door}", sent.query, sent.headers, sent.body)


def wrong(bot: Alone, door: str) -> Iterator[tuple[str, Request]]:
    """Everything that may be wrong at one door."""
    if door == "wecom":
        for name, (_, make) in CASES.items():
            if name == "one second too new":  # only a clock that stands still is so exact
                continue
            sent = make(bot.wecom)
            body = sent.body if isinstance(sent.body, bytes) else sent.body.encode()
            yield name, Request("/callback/wecom/app", sent.query, sent.headers, body, sent.get)
        return
    for name, spoil in ding.cases(door).items():
        yield name, by_dingtalk(spoil(bot.dingtalk, door))


@pytest.mark.feature("P7")
@pytest.mark.parametrize("door", ["wecom", *ding.DOORS])
@pytest.mark.parametrize("said", SAID)
async def test_whatever_is_wrong_gets_the_same_answer_and_no_row(
    bot: Alone, http: aiohttp.ClientSession, door: str, said: str, record_property: Callable[[str, object], None]
) -> None:
    requests = list(wrong(bot, door))
    before, worked = len(await bot.kept()), bot.worked()
    answers = {name: await send(bot, http, request, said) for name, request in requests}
    spent = (bot.worked() - worked) / len(requests)
    assert {name: answer for name, answer in answers.items() if answer != (403, "forbidden")} == {}
    assert len(await bot.kept()) == before
    assert spent < 0.25, f"{spent * 1000:.0f} ms of processor time for each"
    record_property(f"refused at {door} ({said})", f"{len(requests)} requests, {spent * 1000:.1f} ms of CPU each")


async def _arrives(bot: Alone, http: aiohttp.ClientSession, requests: list[Request], said: str) -> list[bytes]:
    """All are accepted; what was stored because of them, in their order."""
    before = len(await bot.kept())
    for request in requests:
        status, answer = await send(bot, http, request, said)
        assert status == 200, (request, answer)
    return [row.body for row in (await bot.kept())[before:]]


@pytest.mark.feature("P7")
@pytest.mark.parametrize("said", SAID)
async def test_wecom_s_messages_of_every_length_are_kept(bot: Alone, http: aiohttp.ClientSession, said: str) -> None:
    fields = {"ToUserName": CORP, "FromUserName": "nobody", "CreateTime": 1760000000, "MsgType": "text"}
    inner = [
        event({**fields, "Content": text, "MsgId": f"{SAID.index(said)}{number}"})
        for number, text in enumerate(("", *TEXTS))
    ]
    requests = [
        Request("/callback/wecom/app", query, {}, body.encode()) for query, body in map(bot.wecom.envelope, inner)
    ]
    assert await _arrives(bot, http, requests, said) == [text.encode() for text in inner]


@pytest.mark.feature("P7")
async def test_wecom_s_check_is_answered_with_an_echo_of_every_length(bot: Alone, http: aiohttp.ClientSession) -> None:
    for text in ("", *TEXTS[:-1]):  # the last is longer than an address may be
        sealed = bot.wecom.crypt.seal(text.encode())
        check = Request("/callback/wecom/app", {**bot.wecom.signed(sealed), "echostr": sealed}, get=True)
        assert await send(bot, http, check, "length") == (200, text)


@pytest.mark.feature("P7")
@pytest.mark.parametrize("door", ding.DOORS)
@pytest.mark.parametrize("said", SAID)
async def test_dingtalk_s_words_of_every_length_are_kept(
    bot: Alone, http: aiohttp.ClientSession, door: str, said: str
) -> None:
    texts = ("", *TEXTS)
    first = SAID.index(said) * 1000
    requests = [by_dingtalk(bot.dingtalk.right(door, text, first + number)) for number, text in enumerate(texts)]
    kept = [json.loads(body) for body in await _arrives(bot, http, requests, said)]
    wanted = [ding.CONTENTS[door](text, first + number) for number, text in enumerate(texts)]
    assert [(row["kind"], row["data"]) for row in kept] == [({"events": "event"}.get(door, door), c) for c in wanted]


@pytest.mark.parametrize("line", ["1.0 without a length", "1.1 without a length"])
@pytest.mark.parametrize("door", ["wecom", *ding.DOORS])
async def test_a_body_whose_length_nobody_tells_is_none(
    bot: Alone, http: aiohttp.ClientSession, door: str, line: str
) -> None:
    """HTTP takes it for an empty one; what follows is not ours to guess."""
    if door == "wecom":
        address, body = bot.envelope("<xml/>")
        path, headers = str(address.relative()), {}
    else:
        sent = bot.dingtalk.right(door)
        path, headers, body = f"/callback/dingtalk/{door}", dict(sent.headers), sent.body
        path = str(URL(path).with_query(sent.query)) if sent.query else path
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    before = len(await bot.kept())
    async with Caller.to(bot.address) as caller:
        await caller.say(f"POST {path} HTTP/{line[:3]}\r\nHost: b\r\n{lines}\r\n".encode())
        assert await caller.status() == 403
    async with Caller.to(bot.address) as caller:
        await caller.say(f"POST {path} HTTP/{line[:3]}\r\nHost: b\r\n{lines}\r\n".encode() + body)
        assert await caller.status() in (400, 403), "400: it came with the head, and is no second request"
    assert len(await bot.kept()) == before
