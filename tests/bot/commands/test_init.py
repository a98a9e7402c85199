"""The first commands of an administrator: a new folder is complete, and every slip is told with file, line and cure."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from bot.__main__ import app
from config.folder import Folder, read_env

ROOT = Path(__file__).parents[3]
DUE = ("--start", "2026-09-30T17:10+08:00", "--within", "2h")


def run(*words: str | Path, environ: dict[str, str] | None = None) -> Result:
    """One command in this process; an exception is an error of the test."""
    return CliRunner().invoke(app, [str(word) for word in words], env=environ or {}, catch_exceptions=False)


def python_m_bot(*words: str | Path) -> "subprocess.CompletedProcess[str]":
    """One command as people start it, with an environment of its own."""
    environ = {name: value for name, value in os.environ.items() if not re.match("LEADBOT_|WECOM_", name)}
    return subprocess.run(
        [sys.executable, "-m", "bot", *map(str, words)],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as init made it; never changed."""
    root = tmp_path_factory.mktemp("fresh") / "acme"
    assert run("init", root).exit_code == 0
    return root


@pytest.fixture
def folder(fresh: Path, tmp_path: Path) -> Folder:
    """A copy of it to spoil."""
    shutil.copytree(fresh, tmp_path / "acme")
    return Folder(tmp_path / "acme")


def change(path: Path, old: str, new: str) -> None:
    """Write one place of a file differently."""
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_init_says_what_to_paste_and_what_comes_next(tmp_path: Path) -> None:
    done = python_m_bot("init", tmp_path / "acme")
    assert done.returncode == 0 and done.stderr == ""
    for name in ("app", "contact", "kf"):
        assert f"http://127.0.0.1:8080/callback/wecom/{name}" in done.stdout
    assert "members.csv" in done.stdout and "./run serve" in done.stdout and "./run doctor" in done.stdout
    for value in read_env(tmp_path / "acme" / ".env").values():
        assert value not in done.stdout


def test_init_never_writes_over_anything(folder: Folder) -> None:
    before = {path: path.read_bytes() for path in folder.root.rglob("*") if path.is_file()}
    again = run("init", folder.root)
    assert again.exit_code == 1 and again.stdout == ""
    assert again.stderr == f"{folder.root} is not empty; choose a new folder, nothing was changed\n"
    assert {path: path.read_bytes() for path in folder.root.rglob("*") if path.is_file()} == before


def test_init_of_an_unknown_template_names_those_that_exist(tmp_path: Path) -> None:
    refused = run("init", tmp_path / "acme", "--template", "saas")
    assert refused.exit_code == 2 and "there is no template 'saas'; known: consumer, default" in refused.stderr


def test_doctor_lists_what_a_fresh_folder_still_needs(fresh: Path) -> None:
    found = run("doctor", fresh)
    assert found.exit_code == 1
    for words in ("✓ 设置 leadbot.yaml", "✓ 密钥 .env", "✗ 外网地址", "✗ 成员 members.csv", "✗ 企业微信 企业ID", "→ "):
        assert words in found.stdout
    steps = json.loads(run("doctor", fresh, "--json").stdout)
    assert steps["ok"] is False
    assert all(step["cure"] for step in steps["steps"] if not step["ok"])


@pytest.mark.parametrize("command", [("doctor",), ("due", *DUE), ("members", "list"), ("migrate",)])
@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (
            lambda f: change(f.settings, "  port: 8080", "  prot: 8080"),
            "leadbot.yaml:8:3: server.prot: unknown key; did you mean port?",
        ),
        (
            lambda f: change(f.settings, "agent_id: 1000002", "agent_id: 1000002\n  agent_id: 2"),
            "agent_id: stands twice; the first one is at line 20. Keep one of them",
        ),
        (
            lambda f: change(f.settings, "  host: 127.0.0.1", "\thost: 127.0.0.1"),
            "leadbot.yaml:7:1: not readable as YAML",
        ),
        (
            lambda f: change(f.env, "LEADBOT_DATA_KEY=", "DATA_KEY="),
            "leadbot.yaml:15:3: security.data_key: LEADBOT_DATA_KEY is not set; put LEADBOT_DATA_KEY=… into .env",
        ),
        (
            lambda f: change(f.env, "WECOM_AES_KEY=", "WECOM_AES_KEY=x"),
            "wecom.callbacks.app.aes_key: an EncodingAESKey is exactly 43 letters and digits; this one has 44",
        ),
        (
            lambda f: f.settings.write_bytes(f.settings.read_text("utf-8").encode("gbk")),
            "leadbot.yaml:1:1: is not UTF-8 text; save the file as UTF-8",
        ),
    ],
)
def test_wrong_settings_end_every_command_with_file_line_and_cure(
    folder: Folder, command: tuple[str, ...], spoil: Callable[[Folder], object], told: str
) -> None:
    spoil(folder)
    words = [*command, folder.root] if command[0] == "members" else [command[0], folder.root, *command[1:]]
    ended = run(*words)
    assert ended.exit_code == 1
    shown = ended.stdout + ended.stderr
    assert told in shown and "Traceback" not in shown
    for value in read_env(folder.env).values():
        assert value not in shown


@pytest.mark.parametrize("command", [("doctor",), ("due", *DUE)])
@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("within: 2h", "within: soon", "clocks.claim.within: 'soon' is no span"),
        ("default: true", "defualt: true", "pools.public.defualt: unknown key; did you mean default?"),
        ('mon: ["09:00-12:00"', 'mon: ["09:00-14:00"', "calendar.hours: period 09:00-14:00 runs into 13:30"),
        ("holidays: china", "holidays: china\n  override: own.csv", "calendar.override: "),
    ],
)
def test_wrong_rules_are_told_with_line_and_cure(
    folder: Folder, command: tuple[str, ...], old: str, new: str, told: str
) -> None:
    change(folder.rules, old, new)
    ended = run(command[0], folder.root, *command[1:])
    assert ended.exit_code == 1 and told in ended.stdout + ended.stderr and "rules.yaml" in ended.stdout + ended.stderr


def test_wrong_members_are_told_with_line_and_cure(folder: Folder) -> None:
    change(folder.members, "# wanglei,王磊,rep", "wanglei,王磊,boss")
    told = "members.csv:4:1: role: is 'boss'; allowed: rep, manager, marketing, admin"
    assert told in run("doctor", folder.root).stdout
    ended = run("due", folder.root, *DUE, "--member", "wanglei")
    assert ended.exit_code == 1 and told in ended.stderr


def test_secrets_that_others_can_read_are_told(folder: Folder) -> None:
    folder.env.chmod(0o644)
    assert "✗ 密钥 .env:别人也能读(权限 644)" in run("doctor", folder.root).stdout


def test_a_folder_that_is_no_company_is_told_how_to_become_one(tmp_path: Path) -> None:
    for command in (("doctor", tmp_path), ("due", tmp_path, *DUE), ("serve", tmp_path)):
        ended = run(*command)
        assert ended.exit_code == 1 and "make one with: init" in ended.stderr


@pytest.mark.feature("H2")
def test_due_prints_the_time_first_and_then_the_sum(fresh: Path) -> None:
    shown = python_m_bot("due", fresh, *DUE)
    assert shown.returncode == 0 and shown.stderr == ""
    assert shown.stdout.splitlines() == ["2026-10-08T10:10+08:00", "今天剩 50 分 + 10月8日周四 1 小时 10 分"]


def test_due_counts_with_the_hours_of_the_file(folder: Folder) -> None:
    change(folder.rules, 'wed: ["09:00-12:00", "13:30-18:00"]', 'wed: ["09:00-12:00", "13:30-20:00"]')
    assert run("due", folder.root, *DUE).stdout.startswith("2026-09-30T19:10+08:00\n")


@pytest.mark.parametrize(
    ("start", "within", "told"),
    [("2026-09-30T17:10", "2h", "has no UTC offset"), ("2026-09-30T17:10Z", "2x", "is no span"), ("x", "2h", "no ISO")],
)
def test_wrong_use_is_exit_2(fresh: Path, start: str, within: str, told: str) -> None:
    ended = run("due", fresh, "--start", start, "--within", within)
    assert ended.exit_code == 2 and told in ended.stderr
    assert run("due", fresh, "--start", start).exit_code == 2


def test_the_wrong_command_line_shows_no_traceback(folder: Folder) -> None:
    change(folder.settings, "  port: 8080", "  port: many")
    ended = python_m_bot("serve", folder.root)
    assert ended.returncode == 1 and ended.stdout == "" and "Traceback" not in ended.stderr
    assert re.fullmatch(r".*leadbot\.yaml:8:3: server\.port: .*found: 'many'\n", ended.stderr)


def test_init_tells_the_callbacks_to_scripts_too(tmp_path: Path) -> None:
    made = json.loads(run("init", tmp_path / "acme", "--json").stdout)
    assert made["folder"] == str(tmp_path / "acme")
    assert "http://127.0.0.1:8080/callback/wecom/app" in made["callbacks"].values()


def test_an_erasure_of_nobody_and_a_file_that_is_not_there_are_told_with_a_way_out(tmp_path: Path) -> None:
    run("init", tmp_path / "acme")
    nobody = run("erase", tmp_path / "acme")
    assert nobody.exit_code == 2 and "--phone" in nobody.stderr
    missing = run("import", tmp_path / "acme", "list.csv")
    assert (
        missing.exit_code == 1
        and f"there is no list.csv; look at the path (it counts from {Path.cwd()})" in missing.stderr
    )
