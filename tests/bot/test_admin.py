"""The door for commands: only the server's own user may open it, and rubbish at it is answered, never fatal."""

import asyncio
import contextlib
import json
import stat
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.admin import LONGEST, AdminSocket, CommandFailed, NobodyThere, ask_server
from tests.town import Town


async def greet(arguments: Mapping[str, Any]) -> dict[str, str]:
    """Answers with the name it was given."""
    return {"hello": str(arguments.get("name", ""))}


async def refuse(arguments: Mapping[str, Any]) -> None:
    """A command that cannot be done."""
    raise CommandFailed("no active member has the id 小王; see: members list DIR")


async def stumble(arguments: Mapping[str, Any]) -> None:
    """A command that fails without a word."""
    raise RuntimeError


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Path]:
    """The path of an open door with three commands and one that waits for another."""
    met = asyncio.Barrier(2)

    async def meet(arguments: Mapping[str, Any]) -> str:
        async with asyncio.timeout(60):
            await met.wait()
        return str(arguments["name"])

    path = tmp_path / "admin.sock"
    opened = AdminSocket(path, {"greet": greet, "refuse": refuse, "stumble": stumble, "meet": meet})
    await opened.start()
    yield path
    await opened.stop()
    assert not path.exists()


async def said(path: Path, raw: bytes, *, more: bool = False) -> dict[str, Any]:
    """What the door answers to raw bytes; `more`: the client keeps its side open."""
    reader, writer = await asyncio.open_unix_connection(str(path), limit=LONGEST)
    try:
        writer.write(raw)
        if not more:
            writer.write_eof()
        async with asyncio.timeout(60):
            line = await reader.readline()
    finally:
        writer.close()
    found: dict[str, Any] = json.loads(line)
    return found


async def ask(path: Path, command: str, **arguments: Any) -> Any:
    """Ask as a command does, which is another process: here another thread."""
    return await asyncio.to_thread(ask_server, path, command, arguments)


def test_only_the_servers_own_user_may_open_the_door(door: Path) -> None:
    assert stat.S_IMODE(door.stat().st_mode) == 0o600 and stat.S_ISSOCK(door.stat().st_mode)


async def test_a_command_is_answered_in_full(door: Path) -> None:
    assert await ask(door, "greet", name="王磊\n第二行") == {"hello": "王磊\n第二行"}
    assert await ask(door, "greet", name="长" * 1_000_000) == {"hello": "长" * 1_000_000}


async def test_what_cannot_be_done_is_told_in_the_commands_own_words(door: Path) -> None:
    with pytest.raises(CommandFailed, match=r"^no active member has the id 小王; see: members list DIR$"):
        await ask(door, "refuse")
    with pytest.raises(CommandFailed, match="RuntimeError"):
        await ask(door, "stumble")


async def test_an_unknown_command_is_named(door: Path) -> None:
    with pytest.raises(CommandFailed, match="the server knows no command 'erase everything'"):
        await ask(door, "erase everything")


@pytest.mark.parametrize(
    "raw",
    [
        b"\n",
        b"",
        b"hello\n",
        b"\x00\xff\xfe\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"[]\n",
        b"null\n",
        b"7\n",
        b'"greet"\n',
        b"{}\n",
        b'{"command": null}\n',
        b'{"command": ["greet"]}\n',
        b'{"command": "greet", "arguments": [1]}\n',
        b'{"command": "greet", "arguments": "x"}\n',
        b'{"command": "gre',
        b"[" * 100_000 + b"\n",
    ],
)
async def test_rubbish_is_answered_with_an_error_and_the_door_stays_open(door: Path, raw: bytes) -> None:
    answer = await said(door, raw)
    assert set(answer) == {"error"} and answer["error"]
    assert "object has no attribute" not in answer["error"], "no words of Python's"
    assert await ask(door, "greet", name="a") == {"hello": "a"}


async def test_a_line_without_end_is_cut_off(door: Path) -> None:
    answer: dict[str, Any] = {}
    with contextlib.suppress(ConnectionError, json.JSONDecodeError):  # the kernel may throw it away with the rest
        answer = await said(door, b"x" * (LONGEST + 1024), more=True)
    assert set(answer) <= {"error"}
    assert await ask(door, "greet", name="a") == {"hello": "a"}


async def test_two_clients_are_served_at_once(door: Path) -> None:
    async with asyncio.timeout(20):
        assert await asyncio.gather(ask(door, "meet", name="a"), ask(door, "meet", name="b")) == ["a", "b"]


async def test_many_clients_each_get_their_own_answer(door: Path) -> None:
    names = [f"rep{number}" for number in range(50)]
    assert await asyncio.gather(*(ask(door, "greet", name=name) for name in names)) == [{"hello": n} for n in names]


async def test_a_client_that_says_nothing_holds_nobody_up_not_even_the_end(tmp_path: Path) -> None:
    path = tmp_path / "admin.sock"
    opened = AdminSocket(path, {"greet": greet})
    await opened.start()
    _, silent = await asyncio.open_unix_connection(str(path))
    try:
        assert await ask(path, "greet", name="a") == {"hello": "a"}
        async with asyncio.timeout(5):
            await opened.stop()
    finally:
        silent.close()


async def test_a_client_that_never_asks_is_told_and_sent_away(door: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.admin.ASKING", 0.05)
    assert "TimeoutError" in (await said(door, b'{"command": "gre', more=True))["error"]
    assert await ask(door, "greet", name="a") == {"hello": "a"}


async def test_a_client_that_leaves_before_the_answer_harms_nobody(door: Path) -> None:
    _, writer = await asyncio.open_unix_connection(str(door))
    writer.write(b'{"command": "greet"}\n')
    writer.transport.abort()
    assert await ask(door, "greet", name="a") == {"hello": "a"}


async def test_nobody_there_is_told_apart_from_a_refusal(tmp_path: Path) -> None:
    with pytest.raises(NobodyThere):
        await ask(tmp_path / "admin.sock", "greet")
    (tmp_path / "file").write_text("no socket", "utf-8")
    with pytest.raises(NobodyThere):
        await ask(tmp_path / "file", "greet")


async def test_a_socket_left_by_a_killed_server_is_nobody_and_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "admin.sock"
    left = await asyncio.start_unix_server(lambda reader, writer: None, str(path))
    left.close()
    path.touch()  # newer Pythons take the file away with the server; kill -9 does not
    with pytest.raises(NobodyThere):
        await ask(path, "greet")
    opened = AdminSocket(path, {"greet": greet})
    await opened.start()
    assert await ask(path, "greet", name="b") == {"hello": "b"}
    await opened.stop()


async def test_a_folder_that_lies_too_deep_for_a_sockets_address_has_its_door_too(tmp_path: Path) -> None:
    data = tmp_path / ("客户" * 20) / ("n" * 120) / "data"
    data.mkdir(parents=True)
    opened = AdminSocket(data / "admin.sock", {"greet": greet})
    await opened.start()
    assert [path.name for path in data.iterdir()] == ["admin.sock"]
    assert stat.S_IMODE((data / "admin.sock").stat().st_mode) == 0o600
    assert await ask(data / "admin.sock", "greet", name="c") == {"hello": "c"}
    await opened.stop()
    assert not list(data.iterdir())
    with pytest.raises(NobodyThere):
        await ask(data / "admin.sock", "greet")


async def test_a_server_that_hangs_up_without_a_word_is_a_failure_with_a_next_step(tmp_path: Path) -> None:
    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.close()

    async with await asyncio.start_unix_server(mute, str(tmp_path / "admin.sock")):
        with pytest.raises(CommandFailed, match="look at its log"):
            await ask(tmp_path / "admin.sock", "greet")


async def test_a_server_that_never_answers_is_a_failure_with_a_next_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.admin.PATIENCE", 0.1)

    async def asleep(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()  # until the client gives up
        writer.close()

    async with await asyncio.start_unix_server(asleep, str(tmp_path / "admin.sock")):
        with pytest.raises(CommandFailed, match="look at its log"):
            await ask(tmp_path / "admin.sock", "greet")


async def test_the_running_bot_answers_at_its_folders_door(acme: Town) -> None:
    assert stat.S_IMODE(acme.folder.sock.stat().st_mode) == 0o600
    found = await ask(acme.folder.sock, "members list")
    assert {member["id"] for member in found} == set(acme.members)
    with pytest.raises(CommandFailed, match="knows no command 'members'"):
        await ask(acme.folder.sock, "members")
    answer = await said(acme.folder.sock, b"rubbish\n")
    assert set(answer) == {"error"}
    await acme.capture(name="王建国", phone="13800138000")
