"""Slips at the command line: a clear sentence with the way out, the right exit code, never a traceback."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from bot.commands.line import RUN_WORDS

ROOT = Path(__file__).parents[3]


def run(*words: str) -> "subprocess.CompletedProcess[str]":
    """./run as a person starts it."""
    return subprocess.run(["./run", *words], cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_mistyped_command_is_answered_with_the_closest_and_where_all_stand() -> None:
    done = run("dcotor")
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr == "There is no command 'dcotor'. Did you mean doctor? ./run --help lists all.\n"
    assert "Did you mean test" in run("tset").stderr, "what ./run does itself is offered as well"
    assert run("zzzzzz").stderr == "There is no command 'zzzzzz'. ./run --help lists all.\n"


def test_a_folder_is_meant_from_where_the_person_stands(tmp_path: Path) -> None:
    (tmp_path / "bot").mkdir()
    done = subprocess.run([ROOT / "run", "init", "acme"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "acme" / "leadbot.yaml").is_file() and not (ROOT / "acme").exists()


@pytest.mark.parametrize("word", ["help", "--help", "-h"])
def test_help_lists_what_run_and_the_bot_can_do(word: str) -> None:
    done = run(word)
    assert done.returncode == 0 and done.stderr == ""
    listed = {line.split()[0] for line in done.stdout.splitlines() if line.startswith("  ") and line.strip()}
    assert {"init", "serve", "doctor", "members", "key", "due", *RUN_WORDS} <= listed


def test_every_word_that_run_knows_itself_is_listed() -> None:
    script = (ROOT / "run").read_text("utf-8")
    known = set(re.findall(r"^    ([a-z]+)(?: \| [^)]+)?\)", script, re.MULTILINE))
    assert known - {"help", "format"} == set(RUN_WORDS)


def test_a_missing_folder_is_wrong_use() -> None:
    done = CliRunner().invoke(app, ["serve"])
    assert done.exit_code == 2 and "Missing argument 'DIR'" in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="the places are those of POSIX")
@pytest.mark.parametrize("command", [["serve"], ["doctor"], ["migrate"], ["members", "list"], ["key", "list"]])
def test_a_folder_that_is_none_is_named_with_the_command_that_makes_one(tmp_path: Path, command: list[str]) -> None:
    done = CliRunner().invoke(app, [*command, str(tmp_path / "nowhere")])
    assert done.exit_code == 1 and done.stdout == ""
    assert "is no company folder" in done.stderr and f"init {tmp_path / 'nowhere'}" in done.stderr


def test_a_place_that_cannot_be_written_to_is_named() -> None:
    done = CliRunner().invoke(app, ["init", "/dev/null/acme"])
    assert done.exit_code == 1
    assert "/dev/null/acme cannot be made" in done.stderr and "choose a place that you may write to" in done.stderr


def test_a_command_line_knows_its_commands_without_loading_what_they_need() -> None:
    """Otherwise each of them begins half a second later, and the server keeps what it never uses."""
    look = (
        "import bot.__main__, sys; print([name for name in ('sqlalchemy', 'aiohttp', 'rich') if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True, cwd=ROOT)
    assert told.stdout.strip() == "[]"


def test_a_long_run_of_one_file_runs_that_file_only() -> None:
    told = run("soak", "tests/hostile/test_replays.py", "--collect-only")
    files = {line.partition("::")[0] for line in told.stdout.splitlines() if "::" in line}
    assert files == {"tests/hostile/test_replays.py"}, told.stderr


def test_the_server_loads_no_client_that_it_does_not_use_and_leaves_it_to_others() -> None:
    """A company that works in chat has no pages drawn, no mail, and never anything of wechatpy's own client."""
    script = (
        "import bot.commands.serve, bot.wecom.parse, bot.wechat.parse, sys;"
        "print([name for name in ('requests', 'urllib3', 'jinja2', 'aiosmtplib') if name in sys.modules]);"
        "import requests; print(requests.Session.__name__)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == ["[]", "Session"], done.stderr
