"""R-H10: an address in the settings never leads into our own network, however it is spelled, resolved or redirected."""

import asyncio
import socket

import pytest
from aiohttp import web

from bot.fetching import NotAllowed, NotFetched, fetch

HOSTS = (
    "127.0.0.1", "127.1", "127.0.1", "0.0.0.0",  # noqa: S104 - nobody listens there
    "0", "localhost", "localhost.", "LOCALHOST", "2130706433", "0x7f000001",
    "0x7f.0.0.1", "0177.0.0.1", "017700000001", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
    "[0:0:0:0:0:0:0:1]", "[64:ff9b::7f00:1]", "[64:ff9b::a9fe:a9fe]", "[2002:7f00:1::]", "[fe80::1]", "[fc00::1]",
    "[fd12:3456::1]", "[ff02::1]", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.254", "192.168.0.1",
    "192.168.255.255", "169.254.169.254", "[::ffff:169.254.169.254]", "100.64.0.1", "100.100.100.200", "198.18.0.1",
    "192.0.2.1", "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "127。0。0。1", "①②⑦.0.0.1",
    "127.0.0.1.", "[::127.0.0.1]",
)  # fmt: skip
ADDRESSES = (
    "file:///etc/passwd", "gopher://127.0.0.1:{port}/", "ftp://127.0.0.1/", "//127.0.0.1:{port}/", "http:///x",
    "http://user@127.0.0.1:{port}/", "http://example.com@127.0.0.1:{port}/", "http://127.0.0.1:{port}#@example.com/",
    "http://127.0.0.1:{port}\r\nX: y/", "http://127.0.0.1:{port} /", "http://exa mple.com/", "dict://127.0.0.1:{port}/",
    "http://[::1", "http://127.0.0.1:{port}:80/", "http://127.0.0.1:99999/", "", "javascript:alert(1)",
)  # fmt: skip


@pytest.fixture
async def listener():
    """A server on this machine that notes every connection."""
    heard: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        heard.append(request.path)
        if request.path == "/moved":
            return web.Response(status=302, headers={"Location": f"http://127.0.0.1:{port}/inside"})
        return web.Response(text="secret of the inner network")

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    yield port, heard
    await runner.cleanup()


@pytest.mark.parametrize("host", HOSTS)
async def test_no_spelling_of_a_private_host_is_asked(listener, host):
    port, heard = listener
    with pytest.raises((NotAllowed, NotFetched)):
        await fetch(f"http://{host}:{port}/", headers={})
    assert heard == []


@pytest.mark.parametrize("address", ADDRESSES)
async def test_no_odd_address_is_asked(listener, address):
    port, heard = listener
    with pytest.raises((NotAllowed, NotFetched)):
        await fetch(address.replace("{port}", str(port)), headers={})
    assert heard == []


async def test_a_name_that_means_a_private_address_or_changes_its_mind_is_not_asked(listener, monkeypatch):
    port, heard = listener
    answers = iter([["127.0.0.1"], ["93.184.215.14", "10.0.0.1"], ["169.254.169.254"]])

    async def resolve(self: object, host: str, port: int, **more: object) -> list[object]:
        told = next(answers)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in told]

    monkeypatch.setattr(type(asyncio.get_running_loop()), "getaddrinfo", resolve, raising=False)
    for name in ("inner.example.com", "both.example.com", "metadata.example.com"):
        with pytest.raises(NotAllowed):
            await fetch(f"http://{name}:{port}/", headers={})
    assert heard == []


async def test_a_redirect_is_not_followed_and_a_private_address_is_asked_only_where_that_is_declared(listener):
    port, heard = listener
    status, _ = await fetch(f"http://127.0.0.1:{port}/moved", headers={}, allow_private=True)
    assert status == 302 and heard == ["/moved"]
