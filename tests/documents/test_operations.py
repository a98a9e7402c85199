"""docs/operations.md and the tests hold each other: each numbered failure case has its test and back."""

import re
from pathlib import Path

import pytest

from tests.features import marked_tests

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
CASES = {
    number: section
    for section in re.split(r"^(?=###? )", PAGE, flags=re.MULTILINE)
    for number in re.findall(r"\A### (\d+) ", section)
}
ROWS = set(re.findall(r"^\| ([A-Z]\d+) \|", PAGE, re.MULTILINE))  # harder forms of the cases, a line each
MARKED = marked_tests(ROOT / "tests")["failure"]


def test_the_numbers_of_the_page_are_those_of_the_tests() -> None:
    assert list(CASES) == [str(number) for number in range(1, len(CASES) + 1)]
    untold, untested = set(MARKED) - set(CASES) - ROWS, (set(CASES) | ROWS) - set(MARKED)
    assert not untold, f"write down in docs/operations.md what happens in {untold}"
    assert not untested, f"no test is marked with failure({untested})"


@pytest.mark.parametrize("number", CASES)
def test_a_case_tells_what_is_seen_what_to_do_and_which_test_proves_it(number: str) -> None:
    section = CASES[number]
    for part in ("**看到**", "**机器人**", "**您**"):
        assert part in section
    named = re.findall(r"^\* \[`(\w+)`\]\(\.\./(tests/[\w/]+\.py)\)$", section, re.MULTILINE)
    assert named, "it names its tests"
    for name, file in named:
        assert f"{file}::{name}" in MARKED[number]


def test_the_figures_and_log_lines_that_are_named_exist() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "bot").rglob("*.py"))
    figures = set(re.findall(r"`(leadbot_\w+?)(?:_total)?[`{]", PAGE))
    assert len(figures) > 5
    for figure in figures:
        assert f'"{figure}"' in code, figure
    logs = PAGE.split("## 日志")[1].split("## ")[0]
    events = [line.split("|")[1] for line in logs.splitlines() if line.startswith("| `")]
    for event in re.findall(r"`([^`]+)`", "".join(events)):
        assert event == "event" or f'"{event}"' in code, event
