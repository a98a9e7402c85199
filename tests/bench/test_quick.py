"""./run bench works: every benchmark runs in its quick form and prints rows that can be true. No figure is judged."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from bench.__main__ import BENCHMARKS
from bench.figure import Figure, ratio
from bench.run import ROOT


@pytest.fixture
def short_path():
    """A folder near the root: the address of the admin socket in it may have 107 bytes only."""
    with tempfile.TemporaryDirectory(prefix="lb") as name:
        Path(name).chmod(0o755)  # PostgreSQL refuses to be root and works there as somebody else
        yield Path(name)


SENDERS = (
    "mail", "sms", "kf", "mp", "wecom member", "wecom group", "dingtalk member", "dingtalk group", "mass day",
    "hand day",
)  # fmt: skip
ROWS = {
    "door": {"B1a", "B1b", "B2", "B3"},
    "talk": {"B4"},
    "capture": {"B5", "B6a", "B6b"},
    "promises": {"B7"},
    "imports": {"B8", "B8 old", "B8 raw", "B8 memory", "B8 slice"},
    "claims": {"B10"},
    "odds": {f"odds, {size}" for size in (100, 200, 500, 2000)},
    "rehearsal": {"D2"},
    "replicas": {"B12", "B12 cpu", "B12 share", "B12 turn"},
    "sending": {f"B11 {sender}{over}" for sender in SENDERS for over in ("", " over")},
    "reports": {"B9 SQLite", "B9 PostgreSQL"},
    "start": {"B13a", "B13b", "B14"},
}


def bench(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "bench", *words], cwd=ROOT, capture_output=True, text=True, check=False, timeout=300
    )


# those that start a server many times or fill a store: in the whole run only
SERVERS = ("replicas", "start", "promises", "capture", "claims", "reports")


def pytest_generate_tests(metafunc):
    """Every benchmark, or those that take no minute between them."""
    if "name" in metafunc.fixturenames:
        whole = metafunc.config.getoption("--whole")
        metafunc.parametrize("name", [name for name in BENCHMARKS if whole or name not in SERVERS])


def test_a_benchmark_runs_quickly_and_prints_its_rows(name, short_path):
    done = bench(name, "--quick", "--json", "--dir", str(short_path))
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout)
    assert told["machine"]["cores"] >= 1 and told["quick"] is True
    assert {row["name"] for row in told["figures"]} >= ROWS[name]
    worth = [row for row in told["figures"] if not row["name"].endswith(" over")]  # over a limit there are none
    assert all(row["value"] > 0 and row["unit"] and row["what"] for row in worth)
    assert not list(short_path.glob("run-*")), "it leaves nothing behind"


def test_an_unknown_name_is_refused_with_the_known_ones():
    done = bench("speed")
    assert done.returncode == 2
    assert "no benchmark 'speed'" in done.stderr and "door" in done.stderr


def test_a_ratio_is_the_median_of_the_rounds_own_ratios():
    assert ratio([10, 20, 300], [10, 10, 100]) == 2


@pytest.mark.parametrize(
    ("value", "less", "verdict"),
    [(0.5, False, "aim"), (0.4, False, "pass"), (0.3, False, "below"), (0.5, True, "below"), (0.2, True, "aim")],
)
def test_a_figure_says_which_line_it_reaches(value, less, verdict):
    passes, aim = (0.35, 0.3) if less else (0.35, 0.5)
    assert Figure("B1a", "", value, "×", passes, aim, less).verdict() == verdict
