"""Whoever sees only the end of a failed run's record knows which test it was, why, and how to repeat it."""

import shlex
from datetime import UTC, datetime
from types import SimpleNamespace as Report

from tests import record

BEGAN = datetime(2026, 2, 28, 23, 59, 58, tzinfo=UTC)


def crashed(name, words, seconds=1.0):
    """A report of a test that failed in its own file."""
    crash = Report(message=words, path="/x/tests/test_x.py", lineno=7)
    return Report(nodeid=name, when="call", duration=seconds, longrepr=Report(reprcrash=crash))


def test_the_last_lines_name_the_test_whole_its_words_and_the_command():
    long = "tests/test_x.py::" + "test_with_a_very_long_name_" * 9 + "[wecom-postgresql]"
    lines = list(record.failed([crashed(long, "the words\nof it")], began=BEGAN, environment={"TZ": "Asia/Shanghai"}))
    assert lines[0] == f"FAILED {long} (call)"
    assert lines[1:4] == ["    the words", "    of it", "    /x/tests/test_x.py:7"]
    assert "Sat 2026-02-28 23:59:58 UTC" in lines[-2]
    assert lines[-1].startswith("TZ=Asia/Shanghai ./run test ") and shlex.split(lines[-1])[-1] == long


def test_a_worker_that_died_is_told_in_its_own_words():
    died = Report(nodeid="tests/test_x.py::test_a", when="???", longrepr="worker 'gw0' crashed while running it")
    assert "    worker 'gw0' crashed while running it" in record.failed([died], began=BEGAN, environment={})


def test_nothing_is_said_of_a_run_that_passed_and_was_short():
    assert list(record.failed([], began=BEGAN)) == []
    assert list(record.longest([crashed("tests/test_x.py::test_a", "", 59.0)])) == []


def test_what_took_longest_is_told_by_file_and_by_test_with_its_setting_up():
    parts = [("a.py::one", 50.0), ("a.py::one", 8.0), ("a.py::two", 1.0), ("b.py::three", 40.0)]
    told = [line.split(" s ") for line in list(record.longest([crashed(name, "", s) for name, s in parts]))[1:]]
    assert [(float(seconds), name) for seconds, name in told] == [
        (59.0, "a.py"), (40.0, "b.py"), (58.0, "a.py::one"), (40.0, "b.py::three"), (1.0, "a.py::two"),
    ]  # fmt: skip
