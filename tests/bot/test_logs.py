"""What stands in the log: JSON lines for machines, plain text for people, and never a number, a secret or a request."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.logs import hide
from config.folder import read_env
from tests.bot.served import ROOT, new_folder, served

CANARIES = ("卡娜瑞", "13800138000", "138-0013-8000", "138 0013 8000", "hush-", "hush_", "lb_hush")

SAID = """
import logging, warnings
from bot.logs import set_up_logs
import structlog
set_up_logs()
logging.getLogger().setLevel(logging.DEBUG)
log = structlog.get_logger()
log.info("a plain line", lead="L1", count=3, ok=True, none=None, share=0.5)
log.debug("too small to tell")
log.info("called 13800138000", phone="+8613800138000", number=13800138000, spaced="138 0013 8000 / 138-0013-8000")
log.info("nested", rows=[{"phone": "13800138000", "secret": "hush-1", "deep": ("008613800138000", {"13800138000": 1})}])
log.info("asked https://qyapi.weixin.qq.com/cgi-bin/gettoken?corpid=ww1&corpsecret=hush-2", access_token="hush-3")
log.warning("headers", headers={"Authorization": "Bearer hush-4"}, text="Authorization: Bearer hush-5")
log.warning("body", body='{"access_token": "hush-6", "n": 1}', seen=repr({"token": "hush-7", "aes_key": "hush-8"}))
log.warning("key lb_hush_abcdefghijkl at postgresql://bot:hush-9@db/leads", packed=b"13800138000 secret=hush-10")


def ring(phone):
    raise ValueError(f"{phone} of 卡娜瑞 has no owner, token=hush-11, key='hush-12'")


def outer():
    try:
        ring("13800138000")
    except ValueError as error:
        raise LookupError({"phone": "138-0013-8000", "password": "hush-13"}) from error


try:
    outer()
except LookupError as error:
    log.exception("it broke for 13800138000")
    log.error("it broke", error=error, exc_info=True)
    logging.getLogger("aiohttp.server").exception("Unhandled exception for %s", "13800138000")
    logging.getLogger("sqlalchemy.pool").error("secret=hush-14", stack_info=True)
logging.getLogger("asyncio").warning("task %r %s", {"secret": "hush-15"}, 13800138000)
logging.getLogger("asyncio").error("Exception in callback f(卡娜瑞)\\nhandle: <Handle f(卡娜瑞)>")
logging.getLogger("aiosqlite").debug("executing insert (%s)", "卡娜瑞")
logging.getLogger("aiohttp.access").warning("GET /?secret=hush-16")
logging.getLogger("some.library").info("too small to tell")
"""
UNCAUGHT = """
import threading
from bot.logs import hear_the_interpreter, set_up_logs
set_up_logs()
hear_the_interpreter()


class Thing:
    def __del__(self):
        raise ValueError("卡娜瑞")


Thing()
thread = threading.Thread(target=lambda: {}["卡娜瑞"])
thread.start()
thread.join()
raise LookupError("卡娜瑞 13800138000")
"""
TOLD = (
    "a plain line", "called 138****8000", "nested", "asked https://qyapi.weixin.qq.com/cgi-bin/gettoken?corpid=ww1",
    "headers", "body", "key *** at postgresql://***@db/leads", "it broke for 138****8000", "it broke",
    "Unhandled exception for …", "secret", "task … …", "Exception in callback f",
)  # fmt: skip


@pytest.fixture(scope="module")
def said() -> "subprocess.CompletedProcess[str]":
    """All of it said by a process whose stderr is no terminal."""
    return subprocess.run([sys.executable, "-c", SAID], cwd=ROOT, capture_output=True, text=True, timeout=30)


def on_a_terminal(code: str) -> str:
    """What a person sees who runs the code in a terminal."""
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stderr=theirs, env={**os.environ, "TERM": "xterm"}
    )
    os.close(theirs)
    seen = b""
    with contextlib.suppress(OSError):  # Linux tells the end of a terminal by EIO
        while part := os.read(ours, 65536):
            seen += part
    os.close(ours)
    assert process.wait(timeout=30) == 0
    return seen.decode()


def lines_of(text: str) -> list[dict[str, Any]]:
    """Every line is one JSON object with a time, a level and an event."""
    found = [json.loads(line) for line in text.splitlines()]
    assert all(line["timestamp"].endswith("Z") and line["level"] and line["event"] for line in found), text
    return found


@pytest.mark.feature("P2")
def test_every_line_is_json_without_numbers_and_secrets(said: "subprocess.CompletedProcess[str]") -> None:
    assert said.returncode == 0 and said.stdout == ""
    lines = lines_of(said.stderr)
    events = [line["event"] for line in lines]
    assert len(events) == len(TOLD)
    for event, told in zip(events, TOLD, strict=True):
        assert event.startswith(told)
    for canary in CANARIES:
        assert canary not in said.stderr
    assert lines[0] | {"lead": "L1", "count": 3, "ok": True, "none": None, "share": 0.5} == lines[0]
    assert lines[1]["phone"] == lines[1]["number"] == "138****8000"


def test_tracebacks_keep_what_helps_and_lose_what_must_not_stand_there(
    said: "subprocess.CompletedProcess[str]",
) -> None:
    broken = [line for line in lines_of(said.stderr) if "exception" in line]
    assert len(broken) == 3
    for line in broken:
        assert line["exception"].index("in ring\nValueError") < line["exception"].index("which led to")
        assert line["exception"].endswith("in outer\nLookupError")
        assert "13800138000" not in line["exception"] and "hush" not in line["exception"]
    (given,) = [line["error"] for line in broken if "error" in line]
    assert given == "LookupError at outside", "an error as a value of a line has no words either"


def test_what_nobody_catches_is_told_as_carefully() -> None:
    done = subprocess.run([sys.executable, "-c", UNCAUGHT], cwd=ROOT, capture_output=True, text=True, timeout=30)
    told = {line["event"]: line["exception"].rpartition("\n")[2] for line in lines_of(done.stderr)}
    assert done.returncode == 1
    assert told == {
        "an error while tidying up": "ValueError", "an error in a thread": "KeyError",
        "an error that nobody caught": "LookupError",
    }  # fmt: skip
    assert not [canary for canary in CANARIES if canary in done.stderr]


def test_a_terminal_shows_plain_text_with_the_same_care() -> None:
    seen = on_a_terminal(SAID)
    assert "a plain line" in seen and "138****8000" in seen and '{"event"' not in seen
    for canary in CANARIES:
        assert canary not in seen


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("13800138000", "138****8000"),
        ("+86 138-0013-8000,0086 13900139000", "138****8000,139****9000"),
        ("8613800138000", "138****8000"),
        ("order 20260318102000123", "order 20260318102000123"),
        ("L1024 at 2026-03-18T10:20:00+08:00", "L1024 at 2026-03-18T10:20:00+08:00"),
        ("12345678901", "12345678901"),
        ("ws?key=0123-ab&x=1", "ws?key=***&x=1"),
        ("'token': 'abc', 'n': 1", "'token': '***', 'n': 1"),
        ('\\"secret\\": \\"abc\\"', '\\"secret\\": \\"***\\"'),
        ("Authorization: Bearer abc.def", "Authorization: ***"),
        ("smtp://bot:pw@mail:587", "smtp://***@mail:587"),
        ("keyboards and tokens are no secrets", "keyboards and tokens are no secrets"),
    ],
)
def test_only_numbers_and_secrets_are_hidden(text: str, shown: str) -> None:
    assert hide(text) == shown


RUBBISH = (
    b"hello 13800138000 hush-1\r\n\r\n",
    b"GET /x?hush-2 HTTP/1.1\r\nBad Header 13800138000 hush-3\r\n\r\n",
    b"GET /" + b"hush-4" * 2000 + b" HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nX: " + b"hush-5" * 2000 + b"\r\n\r\n",
    b"POST /callback/wecom/app HTTP/1.1\r\nHost: a\r\nContent-Length: hush-6\r\n\r\n",
    b"POST /capture/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nhush-7\r\n",
    b"GET http://[::1/hush-8 HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nhush-9 /13800138000 HTTP/1.1\r\n\r\n",
)
CUT_SHORT = (
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03hush-tls",
    b"POST /callback/wecom/app?msg_signature=hush-10 HTTP/1.1\r\nHost: a\r\nContent-Length: 500\r\n\r\n13800138000",
)


def send(port: int, raw: bytes, *, leave: bool = False) -> bytes:
    """Bytes that no client would send; returns what came back until the server hung up (`leave`: until we do)."""
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line, contextlib.suppress(ConnectionError):
        line.sendall(raw)
        if leave:
            line.shutdown(socket.SHUT_WR)
        while part := line.recv(65536):
            answer += part
    return answer


def test_a_running_server_tells_rubbish_in_short_lines_without_the_rubbish(tmp_path: Path) -> None:
    folder = new_folder(tmp_path / "acme")
    with served(folder) as server:
        for raw in RUBBISH:
            answer = send(server.port, raw)
            assert b" 400 Bad Request" in answer and b"Traceback" not in answer
        for raw in CUT_SHORT:
            send(server.port, raw, leave=True)
        healthy = send(server.port, b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert healthy.startswith(b"HTTP/1.1 200"), "it serves on"
        server.process.send_signal(signal.SIGTERM)
        log = server.log + server.process.communicate(timeout=20)[1]
        assert server.process.returncode == 0 and not folder.sock.exists()
    lines = lines_of(log)
    broken = [line for line in lines if "no HTTP" in line["event"]]
    assert len(broken) >= 5 and {line["level"] for line in broken} == {"warning"}
    assert all(set(line) == {"event", "level", "timestamp"} and len(line["event"]) < 120 for line in broken)
    assert max(map(len, log.splitlines())) < 400 and "Traceback" not in log
    for canary in ("hush", "13800138000", *read_env(folder.env).values()):
        assert canary not in log
