"""The end of a run's record, of which often nothing else is kept: what took longest, what failed, how to repeat it."""

import os
import shlex
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

MOST_NAMED = 20  # tests that failed
LONGEST = 12  # tests, and files
WORTH_TELLING = 60.0  # seconds of all tests together
MOST_WORDS = 1500  # of one failure
REPEATED_BY = ("TZ", "LC_ALL", "LANG", "PYTHONHASHSEED")


def longest(reports: list[Any]) -> Iterator[str]:
    """Which tests and which files took longest, setting up and taking down included; nothing after a short run."""
    tests: Counter[str] = Counter()
    for report in reports:
        tests[report.nodeid] += report.duration
    files: Counter[str] = Counter()
    for name, seconds in tests.items():
        files[name.partition("::")[0]] += seconds
    if tests.total() < WORTH_TELLING:
        return
    yield f"all tests together: {tests.total():.0f} s; the longest files and tests:"
    for name, seconds in files.most_common(LONGEST) + tests.most_common(LONGEST):
        yield f"{seconds:7.1f} s {name}"


def failed(reports: list[Any], *, began: datetime, environment: dict[str, str] | None = None) -> Iterator[str]:
    """For each test that failed its whole name and why, and at the end the command that repeats them."""
    if not reports:
        return
    known = os.environ if environment is None else environment
    for report in reports[:MOST_NAMED]:
        yield f"FAILED {report.nodeid} ({report.when})"
        yield from (f"    {line}" for line in _why(report).splitlines())
    if len(reports) > MOST_NAMED:
        yield f"... and {len(reports) - MOST_NAMED} more"
    setting = " ".join(f"{name}={shlex.quote(known[name])}" for name in REPEATED_BY if name in known)
    names = " ".join(shlex.quote(name) for name in dict.fromkeys(report.nodeid for report in reports[:MOST_NAMED]))
    python = ".".join(map(str, sys.version_info[:3]))
    yield f"began {began.astimezone(UTC):%a %Y-%m-%d %H:%M:%S} UTC, Python {python}; to repeat:"
    yield f"{setting} ./run test {names}".strip()


def _why(report: Any) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash is None:
        return str(report.longrepr).strip()[-MOST_WORDS:]
    return f"{crash.message}"[:MOST_WORDS] + f"\n{crash.path}:{crash.lineno}"


def all_reports(reporter: pytest.TerminalReporter) -> list[Any]:
    """Every report of the run that has a duration, whatever its end."""
    return [report for kind in reporter.stats.values() for report in kind if isinstance(report, pytest.TestReport)]
