"""Members and keys from the terminal: the same words with a running server and without one, and every slip is told."""

import asyncio
import json
import re
import socket
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from bot.__main__ import app
from bot.lock import hold_lock
from config.folder import Folder, create_folder, read_env
from tests.bot.served import Served, new_folder, python_m_bot, served
from tests.town import Town

HEAD = "id,name,role,team,wecom,mobile\n"
TWO = HEAD + "wanglei,王磊,rep,华东,WangLei,13800138000\nchenjing,陈静,manager,华东,chenjing,\n"


def run(*words: str | Path) -> Result:
    """One command in this process; an exception is an error of the test."""
    return CliRunner().invoke(app, [str(word) for word in words], env={}, catch_exceptions=False)


def done(*words: str | Path) -> Any:
    """The JSON of a command that works."""
    result = run(*words, "--json")
    assert result.exit_code == 0 and result.stderr == "", result.output
    assert result.stdout.count("\n") == 1
    return json.loads(result.stdout)


def refused(*words: str | Path, status: int = 1) -> str:
    """What a command says that does not work: one thing on stderr, nothing on stdout."""
    result = run(*words)
    assert result.exit_code == status and result.stdout == "", result.output
    assert "Traceback" not in result.stderr
    return result.stderr


def written(path: Path, text: str) -> Path:
    """A file with this text."""
    path.write_text(text, "utf-8")
    return path


@pytest.fixture(params=["alone", "beside a running server"], scope="module")
def office(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Folder]:
    """A company's folder, with and without its server; the tests share it and use names of their own."""
    folder = new_folder(tmp_path_factory.mktemp("office") / "acme")
    if request.param == "alone":
        yield folder
        return
    with served(folder) as server:
        yield folder
        assert server.process.poll() is None, "no command has ended it"


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A folder fresh from init, without a server and without a store."""
    return create_folder(tmp_path / "acme").folder


def test_members_are_added_updated_and_never_removed(office: Folder, tmp_path: Path) -> None:
    root, file = office.root, written(tmp_path / "two.csv", TWO)
    assert done("members", "import", root, file) == {"rows": 2, "new": 2, "updated": 0}
    written(file, HEAD + "wanglei,王磊,manager,华北,wanglei,\nlina,李娜,rep,华东,lina,\n")
    told = run("members", "import", root, file)
    assert told.exit_code == 0 and told.stdout == "2 members: 1 new, 1 updated\n"
    listed_then = [
        ("chenjing", "陈静", "manager", "华东", "chenjing", "active"),
        ("lina", "李娜", "rep", "华东", "lina", "active"),
        ("wanglei", "王磊", "manager", "华北", "wanglei", "active"),
    ]
    words = ("id", "name", "role", "team", "wecom", "state")
    assert done("members", "list", root) == [
        dict(zip(words, told, strict=True)) | {"dingtalk": None} for told in listed_then
    ]
    listed = run("members", "list", root)
    assert listed.exit_code == 0 and len(listed.stdout.splitlines()) == 3
    for told_line, words in zip(listed.stdout.splitlines(), ("陈静", "李娜", "王磊"), strict=True):
        assert words in told_line and told_line.endswith("active")


def test_members_of_dingtalk_are_listed_with_their_account_and_an_empty_list_says_where_they_come_from(
    folder: Folder, tmp_path: Path
) -> None:
    empty = run("members", "list", folder.root)
    assert (empty.exit_code, empty.stdout) == (0, "") and "members import DIR FILE" in empty.stderr
    file = written(tmp_path / "d.csv", "id,name,role,dingtalk\nsunqi,孙琪,rep,ding-007\n")
    done("members", "import", folder.root, file)
    assert "ding-007" in run("members", "list", folder.root).stdout
    assert done("members", "list", folder.root)[0]["dingtalk"] == "ding-007"


def test_who_leaves_is_listed_as_left_and_cannot_leave_twice(office: Folder, tmp_path: Path) -> None:
    root = office.root
    done("members", "import", root, written(tmp_path / "m.csv", HEAD + "sunqi,孙琪,rep,华东,sunqi,\n"))
    told = run("members", "leave", root, "sunqi")
    assert told.exit_code == 0 and told.stdout == "sunqi has left\n"
    assert [m["state"] for m in done("members", "list", root) if m["id"] == "sunqi"] == ["left"]
    told_again = "no active member has the id {}; see: members list DIR\n"
    for nobody in ("sunqi", "孙琪", "x'; drop table member; --"):
        assert refused("members", "leave", root, nobody) == told_again.format(nobody)
    assert done("members", "list", root)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEAD + "a,甲,boss,,,\n", "2:1: role: is 'boss'; allowed: rep, manager, marketing, admin"),
        (HEAD + "a,甲,rep,,x,\nb,乙,rep,,X,\n", "3:1: wecom: 'X' stands in line 2 already; each must differ"),
        ("id,name\na,甲\n", "1:1: role: this column is missing"),
        (HEAD + "a,,rep,,,\n", "2:1: name: must not be empty"),
    ],
)
def test_a_wrong_file_changes_nothing_and_every_problem_is_named(
    office: Folder, tmp_path: Path, text: str, told: str
) -> None:
    before = done("members", "list", office.root)
    file = written(tmp_path / "wrong.csv", text)
    assert f"{file}:{told}" in refused("members", "import", office.root, file)
    assert done("members", "list", office.root) == before


def test_two_members_with_one_account_are_refused_against_the_store_too(office: Folder, tmp_path: Path) -> None:
    root = office.root
    done("members", "import", root, written(tmp_path / "a.csv", HEAD + "zhouyi,周一,rep,,zhou,\n"))
    file = written(tmp_path / "b.csv", HEAD + "zhengyi,郑一,rep,,,\nzhouer,周二,rep,,zhou,\n")
    told = f"{file}:3:1: wecom, dingtalk: somebody else in the store has this account; see: members list DIR\n"
    assert refused("members", "import", root, file) == told
    assert not {"zhengyi", "zhouer"} & {member["id"] for member in done("members", "list", root)}


async def test_who_has_left_is_back_by_import_and_not_by_a_restart(acme: Town) -> None:
    async def states() -> dict[str, str]:
        listed = await asyncio.to_thread(done, "members", "list", acme.folder.root)
        return {member["id"]: member["state"] for member in listed}

    await asyncio.to_thread(done, "members", "leave", acme.folder.root, "wanglei")
    assert {user for user, state in (await states()).items() if state == "left"} == {"wanglei"}
    await acme.stop_bot()
    await acme.start_bot()
    assert {user for user, state in (await states()).items() if state == "left"} == {"wanglei"}
    await asyncio.to_thread(done, "members", "import", acme.folder.root, acme.folder.members)
    assert set((await states()).values()) == {"active"}


def test_a_key_is_shown_once_alone_on_stdout_and_never_again(office: Folder) -> None:
    root = office.root
    made = run("key", "create", root, "--role", "integration", "--name", "官网表单", "--source", "官网")
    assert made.exit_code == 0 and made.stderr == "" and re.fullmatch(r"lb_[\w-]{43}\n", made.stdout)
    second = done("key", "create", root, "--role", "readonly", "--name", "看板")["key"]
    assert second != made.stdout.strip()
    listed = done("key", "list", root)
    mine = {key["name"]: key for key in listed}
    assert (mine["官网表单"]["role"], mine["官网表单"]["source"]) == ("integration", "官网")
    assert mine["看板"]["revoked"] is False and re.match(r"\d{4}-\d\d-\d\dT", mine["看板"]["created_at"])
    plain = run("key", "list", root).stdout
    assert "官网表单" in plain and "valid" in plain
    for key in (made.stdout.strip(), second):
        assert key not in plain + json.dumps(listed)


def test_a_revoked_key_stays_in_the_list_and_cannot_be_revoked_twice(office: Folder) -> None:
    root = office.root
    for _ in range(2):
        done("key", "create", root, "--role", "admin", "--name", "旧系统")
    told = run("key", "revoke", root, "旧系统")
    assert told.exit_code == 0 and told.stdout == "2 revoked\n"
    assert [key["revoked"] for key in done("key", "list", root) if key["name"] == "旧系统"] == [True, True]
    assert re.search(r"旧系统 .* revoked\n", run("key", "list", root).stdout)
    for name in ("旧系统", "没有的"):
        assert refused("key", "revoke", root, name) == f"no valid key has the name {name}; see: key list DIR\n"


def test_wrong_use_is_exit_2_and_makes_nothing(office: Folder, tmp_path: Path) -> None:
    before = done("key", "list", office.root)
    told = refused("key", "create", office.root, "--role", "boss", "--name", "x", status=2)
    assert told == "--role is 'boss'; allowed: admin, integration, readonly\n"
    assert "--name" in refused("key", "create", office.root, "--role", "admin", status=2)
    assert "--name is empty" in refused("key", "create", office.root, "--role", "admin", "--name", " ", status=2)
    assert refused("key", "revoke", office.root, status=2)
    assert "names nobody" in refused("members", "import", office.root, written(tmp_path / "empty.csv", ""))
    assert f"{tmp_path} is a folder; name the file in it" in refused("import", office.root, tmp_path)
    far = ("--start", "9999-12-31T10:00+08:00", "--within", "2h")
    assert "the year 9999 is out of reach" in refused("due", office.root, *far, status=2)
    assert "nobody.csv" in refused("members", "import", office.root, office.root / "nobody.csv")
    assert done("key", "list", office.root) == before


def test_a_key_opens_a_running_server_at_once_and_closes_soon_after(tmp_path: Path) -> None:
    folder = new_folder(tmp_path / "acme")
    early = done("key", "create", folder.root, "--role", "readonly", "--name", "先做")["key"]  # before the first serve
    with served(folder) as server:
        late = done("key", "create", folder.root, "--role", "readonly", "--name", "后做")["key"]
        assert (status(server, early), status(server, late), status(server, "lb_made_up")) == (200, 200, 401)
        assert done("key", "revoke", folder.root, "先做") == {"revoked": 1}
        while status(server, early) == 200:  # the server trusts a key for half a second
            time.sleep(0.05)
        assert (status(server, early), status(server, late)) == (401, 200)
        server.process.kill()
        server.process.wait(10)
        assert folder.sock.exists() and done("key", "revoke", folder.root, "后做") == {"revoked": 1}


def status(server: Served, key: str) -> int:
    """What /api/v1/leads answers to a key."""
    line = HTTPConnection("127.0.0.1", server.port, timeout=10)
    line.request("GET", "/api/v1/leads", headers={"Authorization": f"Bearer {key}"})
    answer = line.getresponse()
    answer.read()
    line.close()
    return answer.status


def test_the_first_command_makes_the_store_and_keeps_it_private(folder: Folder) -> None:
    assert done("members", "list", folder.root) == []
    assert (folder.data / "leadbot.db").stat().st_mode & 0o777 == 0o600
    assert done("migrate", folder.root)["before"] == done("migrate", folder.root)["now"]
    assert run("migrate", folder.root).stdout.startswith("the store was at ")


POSTGRES = "postgresql://bot:hush@127.0.0.1:9/leads"


def test_what_stops_every_command_is_one_clear_line(folder: Folder) -> None:
    commands: list[tuple[str | Path, ...]] = [
        ("members", "list", folder.root),
        ("key", "create", folder.root, "--role", "admin", "--name", "x"),
        ("migrate", folder.root),
    ]

    def all_tell(told: str) -> None:
        for command in commands:
            line = refused(*command)
            assert re.fullmatch(told + r"\n", line), (command, line)

    with hold_lock(folder.lock):
        all_tell(r"process \d+ is using this store .*; stop it first, or let it do the work through admin\.sock")
    env = folder.env.read_text("utf-8")
    done("members", "list", folder.root)
    key = read_env(folder.env)["LEADBOT_DATA_KEY"]
    written(folder.env, env.replace(key, "QUFB" + key[4:]))
    line = refused("members", "list", folder.root)
    assert re.fullmatch(r"the store was written with another data key; put the old LEADBOT_DATA_KEY back .*\n", line)
    written(folder.env, env)
    store = folder.data / "leadbot.db"
    store.write_bytes(b"id,name\n" * 1000)
    all_tell(r"the store .*leadbot\.db is damaged \(file is not a database\); nothing was changed\. .* restore NEW .*")
    store.unlink()
    store.mkdir()
    all_tell(r"the store .*leadbot\.db cannot be used: unable to open database file; check rights and disk, .*")
    text = folder.settings.read_text("utf-8")
    written(folder.settings, text.replace("sqlite:///data/leadbot.db", POSTGRES))
    all_tell(r"store\.url: the server cannot be reached \(127\.0\.0\.1:9/leads: .*\); check that it runs, and host .*")
    doctor = run("doctor", folder.root)
    assert doctor.exit_code == 1 and "✗ 数据库:用不了" in doctor.stdout and "hush" not in doctor.output
    assert "→ store.url: the server cannot be reached (127.0.0.1:9/leads" in doctor.stdout
    written(folder.settings, text.replace("sqlite:///data/", "sqlite:///leadbot.yaml/"))
    all_tell(r".*leadbot\.yaml.*")


def test_what_stops_a_start_is_told_at_the_end_of_the_log(tmp_path: Path) -> None:
    server, port, account = (create_folder(tmp_path / name).folder for name in ("server", "port", "account"))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        text = server.settings.read_text("utf-8")
        written(server.settings, text.replace("sqlite:///data/leadbot.db", POSTGRES))
        written(port.settings, text.replace("port: 8080", f"port: {taken.getsockname()[1]}"))
        done("members", "import", account.root, written(tmp_path / "a.csv", HEAD + "zhouyi,周一,rep,,zhou,\n"))
        written(account.members, HEAD + "zhouer,周二,rep,,zhou,\n")
        starts = [python_m_bot("serve", folder.root) for folder in (server, port, account)]  # at once: each takes long
        ends = [start.communicate(timeout=60) for start in starts]
    for start, (out, err) in zip(starts, ends, strict=True):
        assert start.returncode == 1 and out == "" and "Traceback" not in err
    assert (
        ends[0][1].startswith("store.url: the server cannot be reached (127.0.0.1:9/leads") and "hush" not in ends[0][1]
    )
    assert "address already in use" in ends[1][1].splitlines()[-1]
    assert ends[2][1].splitlines()[-1].startswith(f"{account.members}:2:1: wecom, dingtalk: somebody else in the store")


def test_a_folder_that_is_none_and_no_words_at_all(tmp_path: Path) -> None:
    for command in (("members", "list"), ("key", "list"), ("migrate",)):
        assert "make one with: init" in refused(*command, tmp_path)
    for group in ("members", "key"):
        assert run(group).exit_code == 2 and "list" in run(group).output
