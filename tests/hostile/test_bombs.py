"""R-H4: bodies that are too large, packed, or cut into a million pieces cost their sender an answer and us nothing."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator, Iterator

import aiohttp
import pytest

from tests.hostile.conftest import Caller
from tests.hostile.process import Alone, alone

MIB = 2**20
MOST = 64 * MIB  # by which the memory may grow
CAPTURE = "/capture/%E5%AE%98%E7%BD%91"


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alone]:
    """One process for all bombs: what they leave behind would add up."""
    with alone(tmp_path_factory.mktemp("alone") / "acme") as opened:
        yield opened


@pytest.fixture
async def http(bot: Alone) -> AsyncIterator[aiohttp.ClientSession]:
    """An administrator's client; afterwards the server has not grown, and still serves."""
    await _real(bot)
    before = bot.memory()
    headers = {"Authorization": f"Bearer {bot.admin_key}"}
    async with aiohttp.ClientSession(f"http://127.0.0.1:{bot.server.port}", headers=headers) as client:
        yield client
    assert bot.most_memory() - before <= MOST, f"{(bot.most_memory() - before) / MIB:.0f} MiB"
    await _real(bot)


async def _real(bot: Alone) -> None:
    async with aiohttp.ClientSession() as client:
        assert (await bot.real(client))[0] == 200


PLACES = [("/callback/wecom/app", 403), (CAPTURE, 413), ("/api/v1/leads", 413), ("/api/v1/understand", 413)]


@pytest.mark.parametrize(("path", "status"), PLACES)
@pytest.mark.parametrize("size", [MIB + 1, 64 * MIB])
@pytest.mark.parametrize("said", ["length", "chunks"])
async def test_a_large_body_is_refused(
    bot: Alone, http: aiohttp.ClientSession, path: str, status: int, size: int, said: str
) -> None:
    address = str(bot.envelope("<xml/>")[0].relative()) if path.startswith("/callback") else path
    body = f"Content-Length: {size}" if said == "length" else "Transfer-Encoding: chunked"
    piece = b"x" * 65536 if said == "length" else b"10000\r\n" + b"x" * 65536 + b"\r\n"
    async with Caller.to(bot.address) as caller:
        await caller.say(head(bot, address, body))
        for _ in range(size // 65536 + 1):
            await caller.say(piece)
            if caller.writer.transport.is_closing():
                break
        else:
            await caller.say(b"0\r\n\r\n" if said == "chunks" else b"")
        assert await caller.status() in (status, 0), "0: cut while we still sent"


def head(bot: Alone, path: str, more: str) -> bytes:
    """A POST's head with the administrator's key."""
    key = f"Authorization: Bearer {bot.admin_key}"
    return f"POST {path} HTTP/1.1\r\nHost: b\r\n{key}\r\nContent-Type: application/json\r\n{more}\r\n\r\n".encode()


@pytest.mark.parametrize("coding", ["gzip", "deflate", "gzip, gzip", "zstd", "br", "x-gzip"])
async def test_packed_bodies_are_refused_unread(bot: Alone, http: aiohttp.ClientSession, coding: str) -> None:
    inside = b"0" * (200 * MIB if coding == "gzip" else 10 * MIB)
    packed = zlib.compress(inside) if coding == "deflate" else gzip.compress(inside, 6)
    if coding == "gzip, gzip":
        packed = gzip.compress(packed)
    headers = {"Content-Encoding": coding, "Content-Type": "application/json"}
    for path, status in (("/callback/wecom/app", 403), (CAPTURE, 415), ("/api/v1/leads", 415)):
        address = bot.envelope("<xml/>")[0] if status == 403 else path
        async with http.post(address, data=packed, headers=headers) as answer:
            assert answer.status == status, path


async def test_ten_thousand_members_of_one_gzip_file(bot: Alone, http: aiohttp.ClientSession) -> None:
    packed = gzip.compress(b"0") * 10_000
    async with http.post(CAPTURE, data=packed, headers={"Content-Encoding": "gzip"}) as answer:
        assert answer.status == 415


async def test_a_million_chunks_of_one_byte(bot: Alone, http: aiohttp.ClientSession) -> None:
    """A mebibyte in as many chunks is the longest that is read; it is no JSON, and what is behind it is refused."""
    async with Caller.to(bot.address) as caller:
        await caller.say(head(bot, CAPTURE, "Transfer-Encoding: chunked"))
        sending = asyncio.create_task(_chunks(caller, 10**6))
        async with asyncio.timeout(30):
            assert await caller.status() in (400, 408, 413, 0)
        sending.cancel()


async def _chunks(caller: Caller, count: int) -> None:
    for _ in range(count // 1000):
        await caller.say(b"1\r\nx\r\n" * 1000)
    await caller.say(b"0\r\n\r\n")


@pytest.mark.parametrize(
    "lines",
    [
        "".join(f"X-{n}: 1\r\n" for n in range(10_000)), f"X: {'a' * 100_000}\r\n", "X: 1\r\n" * 500,
        "Cookie: " + ";".join(f"a{n}=1" for n in range(5000)) + "\r\n", "\u0000: 1\r\n", "X : 1\r\n", " : \r\n",
        "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
    ],
    ids=["10000", "long", "500 equal", "cookies", "NUL", "blank", "nameless", "both lengths", "packed", "two codings"],
)  # fmt: skip
async def test_heads_that_are_too_large_or_broken(bot: Alone, http: aiohttp.ClientSession, lines: str) -> None:
    async with Caller.to(bot.address) as caller:
        await caller.say(f"POST {CAPTURE} HTTP/1.1\r\nHost: b\r\n{lines}\r\n".encode() + b"0\r\n\r\n")
        assert await caller.status() in (400, 401, 0)


@pytest.mark.parametrize(
    "chunks",
    [b"zz\r\nabc\r\n", b"-1\r\nabc\r\n", b"ffffffffffffffffff\r\nabc",
     b"5;" + b"e" * 100_000 + b"\r\nabcde\r\n0\r\n\r\n",
     b"1\r\nxx\r\n", b"0\r\nX: 1\r\n\x00\r\n\r\n", b"1\nx\n0\n\n"],
)  # fmt: skip
@pytest.mark.parametrize("path", [path for path, _ in PLACES[:3]])
async def test_broken_chunks_are_no_error_of_ours(
    bot: Alone, http: aiohttp.ClientSession, chunks: bytes, path: str
) -> None:
    async with Caller.to(bot.address) as caller:
        await caller.say(head(bot, path, "Transfer-Encoding: chunked") + chunks)
        assert await caller.status() in (400, 403)


async def test_a_hundred_thousand_parts_of_a_form(bot: Alone, http: aiohttp.ClientSession) -> None:
    part = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
    multipart = (part * 100_000)[: MIB - 10] + b"--b--"
    fields = b"&".join(b"a%d=1" % n for n in range(100_000))[: MIB - 10]
    short = b"--b\n\n" * 100_000
    for kind, body in (
        ("multipart/form-data; boundary=b", multipart), ("application/x-www-form-urlencoded", fields),
        ("multipart/form-data; boundary=b", short), ("multipart/form-data; boundary=" + "b" * 5000, multipart),
        ("multipart/mixed; boundary=b", multipart),
    ):  # fmt: skip
        async with http.post(CAPTURE, data=body, headers={"Content-Type": kind}) as answer:
            assert answer.status in (400, 413, 415), (kind, await answer.text())


@pytest.mark.parametrize("opened", [b"[", b'{"a":', b'{"need":[', b'"a\\'])
async def test_json_that_never_comes_to_its_end(bot: Alone, http: aiohttp.ClientSession, opened: bytes) -> None:
    body = opened * (900_000 // len(opened))
    for path in (CAPTURE, "/api/v1/leads"):
        async with http.post(path, data=body, headers={"Content-Type": "application/json"}) as answer:
            assert answer.status in (400, 413, 422)
