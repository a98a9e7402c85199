"""A backup is taken while the server works; what was restored is the same company, and nothing is sent again."""

import asyncio
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from bot.admin import CommandFailed
from bot.commands.backup import back_up, begin
from bot.commands.office import OFFICE
from config.folder import Folder, create_folder
from config.settings import load_settings
from store.migrate import migrate
from tests import postgres
from tests.database import Database
from tests.town import town, words

RUN = CliRunner()


def command(*parts: str | Path) -> dict[str, Any]:
    """Run a command with --json; returns what it says."""
    done = RUN.invoke(app, [*map(str, parts), "--json"])
    assert done.exit_code == 0, done.output
    return dict(json.loads(done.stdout))


async def say(*parts: str | Path) -> dict[str, Any]:
    """The same beside a running server."""
    return await asyncio.to_thread(command, *parts)


def refused(*parts: str | Path) -> str:
    """What a command says on stderr when it refuses."""
    done = RUN.invoke(app, [str(part) for part in parts])
    assert done.exit_code == 1 and "Traceback" not in done.output, done.output
    return done.stderr


async def a_day(acme: Any) -> str:
    """One lead claimed and spoken to, one free, and messages in every state."""
    no = await acme.mql()
    await acme.press("wanglei", "领取")
    await acme.text("wanglei", f"跟进 {no} 电话聊过,明天下午3点再打")
    await acme.mql(name="李四", phone="13900001111")
    return str(no)


@pytest.mark.feature("P8")
@pytest.mark.failure("C15")
@pytest.mark.only("sqlite", "postgresql")
async def test_a_restored_company_is_the_same_and_sends_nothing_again(acme: Any, tmp_path: Path) -> None:
    no = await a_day(acme)
    story, lead = await acme.story(no), await acme.lead(no)
    acme.standin.faults.add("message/send", "errcode", errcode=45009)  # the answer has to wait
    await acme.text("lina", f"看 {no}")
    file = tmp_path / "acme.backup"
    told = await say("backup", acme.folder.root, file)
    assert file.stat().st_mode & 0o777 == 0o600 and told["leads"] == 2
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        assert "13800138000" not in lines.read()
    acme.standin.faults.clear()
    await acme.stop_bot()
    said = {user: len(acme.standin.chat(user)) for user in acme.members}

    other = await to_the_other_kind(acme, tmp_path / "new")
    done = await say("restore", tmp_path / "new", file)
    acme.leave_decoys_behind()
    assert done["leads"] == 2 and done["parked"] == 1
    await acme.start_bot()
    await acme.later(minutes=2)
    assert {user: len(acme.standin.chat(user)) for user in acme.members} == said, "nothing was sent again"
    assert await acme.story(no) == story and await acme.lead(no) == lead
    assert "从备份恢复,没有重发" in words(await acme.text("chenjing", "未送达"))
    await acme.press("chenjing", "重发 1")
    assert no in words(acme.standin.chat("lina")[said["lina"] :]), "a person decides that it is sent"
    assert "所有消息都送到了" in words(await acme.text("chenjing", "未送达"))
    assert words(await acme.text("wanglei", "新线索 赵敏 13900002222 想要报价")), "it works on"
    second = await say("backup", tmp_path / "new", tmp_path / "second.backup")
    assert second["leads"] == 3
    assert "not empty" in refused("restore", tmp_path / "new", file) or acme.database is other


async def to_the_other_kind(acme: Any, new: Path) -> Database:
    """A new folder with the old key whose settings name an empty store of the other kind: the road between them."""
    new.mkdir()  # noqa: ASYNC240 - a moment
    (new / ".env").write_bytes((acme.folder.root / ".env").read_bytes())
    if acme.database.name == "postgresql":
        url = f"sqlite:///{new / 'data' / 'leadbot.db'}"
    else:
        server = postgres.shared_server(migrate)
        url = server.socket_url(postgres.new_database(server, template="template_empty"))
    text = (acme.folder.root / "leadbot.yaml").read_text("utf-8").replace(acme.database.url, url)
    (new / "leadbot.yaml").write_text(text, "utf-8")
    acme.folder = Folder(new)
    acme.settings = load_settings(acme.folder, {})
    acme.database.close()
    acme.database = Database(url)
    return acme.database


@pytest.mark.only("sqlite", "postgresql")
async def test_a_server_of_another_version_writes_the_backup_itself(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its tables may be others than ours, and only it can read them."""
    written: list[str] = []

    async def of_older_tables(store: Any, arguments: Any, now: Any) -> dict[str, Any]:
        return {**await begin(store, arguments, now), "revision": "0001_ground"}

    async def writes(store: Any, arguments: Any, now: Any) -> dict[str, Any]:
        written.append(arguments["file"])
        return await back_up(store, arguments, now)

    async def oldest(store: Any, arguments: Any, now: Any) -> dict[str, Any]:
        raise CommandFailed("the server knows no command 'backup begin'")

    answers = iter((of_older_tables, oldest))
    monkeypatch.setitem(OFFICE, "backup", writes)
    monkeypatch.setitem(OFFICE, "backup begin", lambda *asked: next(answers)(*asked))
    files = [tmp_path / "beside-older-tables.backup", tmp_path / "beside-the-oldest.backup"]
    async with town(tmp_path, database=database) as acme:
        await acme.mql()
        for file in files:
            assert (await say("backup", acme.folder.root, file))["leads"] == 1 and file.is_file()
    assert written == [str(file) for file in files], "by the server, not beside it"


def test_a_backup_that_cannot_be_used_changes_nothing(tmp_path: Path) -> None:
    first = create_folder(tmp_path / "first").folder
    file, broken = tmp_path / "a.backup", tmp_path / "broken.backup"
    command("key", "create", first.root, "--role", "admin", "--name", "x")
    command("backup", first.root, file)
    assert "exists already" in refused("backup", first.root, file)
    assert "not empty" in refused("restore", first.root, file)
    other = create_folder(tmp_path / "other").folder
    assert "another data key" in refused("restore", other.root, file)
    (other.root / ".env").write_bytes((first.root / ".env").read_bytes())
    whole = gzip.decompress(file.read_bytes())
    for bad, why in (
        (file.read_bytes()[:200], "damaged"),
        (gzip.compress(whole.rsplit(b"\n", 2)[0] + b"\n"), "end is missing"),
        (gzip.compress(whole.replace(b'"version":1', b'"version":2')), "newer Leadbot"),
        (gzip.compress(b"{}\n"), "no backup of Leadbot"),
        (b"id,name\n", "no backup of Leadbot"),
        (gzip.compress(whole.replace(b'"revision":"', b'"revision":"9')), "does not know"),
    ):
        broken.write_bytes(bad)
        assert why in refused("restore", other.root, broken), why
    rows = command("restore", other.root, file)["rows"]
    assert command("backup", other.root, tmp_path / "b.backup")["rows"] == rows + 1, "and the mark of the restore"
    assert "has no data key" in refused("restore", tmp_path / "nothing", file)
