"""Whatever stands in the settings or the rules: valid, or refused with what is wrong; never another error."""

import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.document import BadDocument
from config.folder import Folder, create_folder
from config.hours import calendar_of
from config.rules import load_rules
from config.settings import load_settings

T = TypeVar("T")
TEMPLATE = Path(__file__).parents[2] / "config" / "templates" / "default"
RULES = (TEMPLATE / "rules.yaml").read_text("utf-8")
ODD = st.sampled_from(
    [
        "", " ", "null", "[]", "{}", "true", "-1", "0", "1e400", "99999999999999999999", ".nan", "2026-03-18", "&a",
        "*a",
        "!!python/object:os.system", "<<: {}", "'", '"', "|", ">", "- ", ": ", "\t", "\x00", "\ud800", "env:NOBODY",
        "env:",
        "? x", "---", "...", "%YAML 9", "09:00-09:00", "25:00-26:00",
        "0h", "-5m", "9999999999d", "Asia/Nowhere", "../../x",
        "[[[[[[", "{a: {a: {a: ", "汉", "\u2028", "a: b: c", "@", "`",
    ]
)  # fmt: skip
LINES = st.lists(ODD | st.text(max_size=12), max_size=8).map("\n".join)


@st.composite
def changed(draw: Any, text: str) -> str:
    """A right file in which a few places say something else."""
    for _ in range(draw(st.integers(1, 3))):
        lines = text.split("\n")
        number = draw(st.integers(0, len(lines) - 1))
        line, new = lines[number], draw(ODD | st.text(max_size=8))
        value = f"{line.partition(':')[0]}: {new}"
        ways = (value, new, line + new, line * 2, "  " + line, line[1:], f"{line}\n{line}")
        lines[number] = draw(st.sampled_from(ways))
        text = "\n".join(lines)
    return text


@pytest.fixture(scope="module")
def folder() -> Iterator[Folder]:
    """A folder fresh from init."""
    with tempfile.TemporaryDirectory() as root:
        yield create_folder(Path(root) / "acme").folder


@given(LINES | changed(RULES))
def test_rules_are_valid_or_refused_with_their_places(text: str) -> None:
    read = _tried(lambda: load_rules(text, "rules.yaml"), "rules.yaml")
    if read is not None:
        assert read.default_pool and read.pools, "rules that are taken have a place for every lead"
        _tried(lambda: calendar_of(read, Folder(Path("/nowhere")), today=date(2026, 3, 18)), "/nowhere")


def _tried(read: Callable[[], T], file: str) -> T | None:
    """What was read; None: refused, and each line says where."""
    try:
        return read()
    except BadDocument as bad:
        refused = bad
    assert all(line.startswith(file) for line in str(refused).split("\n")) and refused.problems
    return None


@given(st.data())
def test_settings_are_valid_or_refused_with_their_places(folder: Folder, data: st.DataObject) -> None:
    right = (TEMPLATE / "leadbot.yaml").read_text("utf-8")
    text = data.draw(LINES | changed(right))
    folder.settings.write_bytes(text.encode("utf-8", "surrogatepass"))
    read = _tried(lambda: load_settings(folder, {}), str(folder.settings))
    assert read is None or ((read.wecom or read.dingtalk) and len(read.data_key()) == 32)


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_files_of_any_bytes(folder: Folder, settings: bytes, env: bytes) -> None:
    right = folder.env.read_bytes()
    folder.settings.write_bytes(settings)
    folder.env.write_bytes(env)
    try:
        with pytest.raises(BadDocument):
            load_settings(folder, {})
    finally:
        folder.env.write_bytes(right)
