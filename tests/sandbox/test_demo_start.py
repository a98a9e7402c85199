"""Starting and ending the demo: a taken port, a wrong one, and Ctrl-C at any moment, each told in one line."""

import asyncio
import contextlib
import signal
import socket
import sys

import aiohttp
import pytest

from sandbox.__main__ import main
from tests.guided import ROOT, running_demo


async def start(*words):
    """`./run demo` with these words, as a process."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", "--no-browser", *words, cwd=ROOT,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def test_a_second_demo_on_the_same_port_says_so_and_leaves_the_first_alone(tmp_path):
    async with running_demo(tmp_path / "demo") as address:
        port = address.split(":")[2].split("/")[0]
        second = await start("--port", port, "--dir", str(tmp_path / "demo"))
        out, error = await second.communicate()
        assert second.returncode == 1 and out == b""
        assert error.decode().startswith(f"Port {port} is taken. Try: ./run demo --port ")
        async with aiohttp.ClientSession() as session, session.get(f"{address}api/chat/wanglei") as answer:
            assert answer.status == 200
            assert (await answer.json())["messages"], "the first demo's sample is still there"
        async with aiohttp.ClientSession() as session, session.get(address.rstrip("/")) as page:
            told = await page.text()  # as whoever has no JavaScript reads it
            assert all(word in told for word in ("销售", "主管", "客户", "JavaScript"))


@pytest.mark.parametrize("port", ["abc", "0", "99999", "-1"])
def test_a_port_that_is_none_is_wrong_use(port, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["sandbox", f"--port={port}"])
    with pytest.raises(SystemExit, match="2"):
        main()
    assert f"'{port}' is no port; allowed: 1 to 65535" in capsys.readouterr().err


async def test_ctrl_c_while_the_sample_is_made_ends_it_quietly(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    process = await start("--port", port, "--dir", str(tmp_path / "demo"))
    async with asyncio.timeout(60):
        async with aiohttp.ClientSession() as session:
            while True:
                with contextlib.suppress(aiohttp.ClientError):
                    async with session.get(f"http://127.0.0.1:{port}/healthz") as answer:
                        if answer.status == 200:
                            break
                await asyncio.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, error = await process.communicate()
    assert process.returncode == 0 and b"Traceback" not in error, error.decode()[-800:]
