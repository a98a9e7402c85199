"""R-H10: an address in the settings never leads into our own network, however it is spelled, resolved or redirected."""

import asyncio
import socket
from ipaddress import ip_network
from pathlib import Path

import pytest
from aiohttp import web

from bot.fetching import NotAllowed, NotFetched, exchange, fetch

LINES = (Path(__file__).parents[1] / "data" / "ssrf.txt").read_text("utf-8").splitlines()
TARGETS = [
    "" if line == '""' else line.replace("\\r", "\r").replace("\\n", "\n").replace("\\t", "\t")
    for line in LINES
    if line and not line.startswith("#")
]


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
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    yield port, heard
    await runner.cleanup()


def test_eighty_targets_and_more_are_tried() -> None:
    assert len(set(TARGETS)) == len(TARGETS) >= 80


@pytest.mark.parametrize("address", TARGETS)
async def test_no_spelling_of_a_private_address_is_asked(listener, address):
    port, heard = listener
    there = address.replace("{port}", str(port))
    with pytest.raises((NotAllowed, NotFetched)):
        await fetch(there, headers={})
    other_network = (ip_network("10.9.0.0/16"),)  # as a webhook goes out, with another network of ours allowed
    with pytest.raises((NotAllowed, NotFetched)):
        await exchange("POST", there, headers={}, body=b"{}", inner=other_network, reads=False)
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
    heard.clear()
    inner = (ip_network("127.0.0.0/8"),)
    status, body = await exchange("POST", f"http://127.0.0.1:{port}/moved", headers={}, inner=inner, reads=False)
    assert (status, body, heard) == (302, b"", ["/moved"]), "what is answered is not read"
