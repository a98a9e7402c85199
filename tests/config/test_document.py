"""Whoever writes a YAML file wrong is told the place, the key, what is wrong and what is allowed."""

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from config.document import LARGEST, BadDocument, Document, dotted, load, read_text, validate


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Door(Section):
    token: SecretStr


class House(Section):
    label: str = ""
    rooms: int = Field(default=1, ge=1, le=9)
    doors: dict[str, Door] = {}
    steps: tuple[Door, ...] = ()
    garden: Door | None = None
    sender: str = Field(default="", alias="from")
    keys: dict[str, SecretStr] = {}


def problems(text: str) -> list[str]:
    """What load says about a text that it refuses."""
    with pytest.raises(BadDocument) as refused:
        load(text, "f.yaml")
    assert str(refused.value).splitlines() == [str(problem) for problem in refused.value.problems]
    return str(refused.value).splitlines()


def misfits(text: str) -> list[str]:
    """What validate says about a text that is no House."""
    with pytest.raises(BadDocument) as refused:
        validate(House, load(text, "f.yaml"))
    return str(refused.value).splitlines()


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("on", "on"),
        ("no", "no"),
        ("yes", "yes"),
        ("off", "off"),
        ("True", "True"),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("'null'", "null"),
        ('"8080"', "8080"),
        ("8080", 8080),
        ("-5", -5),
        ("0", 0),
        ("1.5", 1.5),
        (".5", ".5"),
        ("1e3", "1e3"),
        ("nan", "nan"),
        (".inf", ".inf"),
        ("007", "007"),
        ("0x10", "0x10"),
        ("1_000", "1_000"),
        ("10:00", "10:00"),
        ("12:30:45", "12:30:45"),
        ("2026-10-01", "2026-10-01"),
        ("13800138000", 13800138000),
        ("1234567890123456789012", "1234567890123456789012"),
        ("=", "="),
        ("<<", "<<"),
        ("env:NAME", "env:NAME"),
        ("[on, 1, 'x']", ["on", 1, "x"]),
        ("|\n  第一行\n  第二行\n", "第一行\n第二行\n"),
    ],
)
def test_only_plain_numbers_true_false_and_null_are_not_text(written: str, read: object) -> None:
    assert load(f"x: {written}", "f").data == {"x": read}
    assert type(load(f"x: {written}", "f").data["x"]) is type(read)


@pytest.mark.parametrize("text", ["", "# nur a comment\n", "---\n", "\ufeff"])
def test_an_empty_file_has_no_keys(text: str) -> None:
    assert load(text, "f").data in ({}, None)
    assert validate(House, Document("f", {}, {})).rooms == 1


def test_a_mark_at_the_beginning_does_not_hurt() -> None:
    assert load("\ufefflabel: 门", "f").data == {"label": "门"}


def test_a_key_that_stands_twice_is_refused_with_both_lines() -> None:
    text = "label: a\nrooms: 2\nlabel: b\ndoors:\n  x: {token: a, token: b}\n"
    assert problems(text) == [
        "f.yaml:3:1: label: stands twice; the first one is at line 1. Keep one of them",
        "f.yaml:5:17: doors.x.token: stands twice; the first one is at line 5. Keep one of them",
    ]


@pytest.mark.parametrize(
    ("text", "place", "cause"),
    [
        ("a: &x 1\nb: *x\n", "1:4", "anchors and aliases are not allowed; write it out"),
        ("a: 1\nb: *x\n", "2:4", "anchors and aliases are not allowed"),
        ("a: &x [1]\nb: &y [*x, *x, *x]\nc: [*y, *y, *y]\n", "1:4", "anchors"),  # a bomb in small
        ("base: &b {x: 1}\nc:\n  <<: *b\n", "1:7", "anchors"),
        ("a: !!python/object/apply:os.system ['ls']\n", "1:4", "a value must not begin with !; put it in quotes"),
        ("a: !!str 5\n", "1:4", "must not begin with !"),
        ("a: !!map {b: 1}\n", "1:4", "must not begin with !"),
        ("a: !secret x\n", "1:4", "must not begin with !"),
        ("a: !!binary aGVsbG8=\n", "1:4", "must not begin with !"),
        ("a:\n\tb: 1\n", "2:1", "not readable as YAML: .*'\\\\t'"),
        ("a: [1, 2\n", "2:1", "not readable as YAML"),
        ("a: 1\n  b: 2\n", "2:4", "not readable as YAML: mapping values are not allowed"),
        ("a: 'x\n", "2:1", "not readable as YAML"),
        ("a: 1\n---\nb: 2\n", "2:1", "not readable as YAML"),
        ("[a, b]: 1\n", "1:1", "a key must be a plain word"),
        ("? {a: b}\n: 1\n", "1:3", "a key must be a plain word"),
        ("a: \x00\n", "1:1", "not readable as YAML"),
    ],
)
def test_what_a_hand_never_writes_is_refused_at_its_place(text: str, place: str, cause: str) -> None:
    first = problems(text)[0]
    assert first.startswith(f"f.yaml:{place}:")
    with pytest.raises(BadDocument, match=cause):
        load(text, "f.yaml")


def test_a_bomb_of_anchors_is_refused_before_it_grows() -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40)]
    assert problems("\n".join(lines)) == ["f.yaml:1:5: anchors and aliases are not allowed; write it out"]


def test_what_is_too_large_or_too_deep_is_refused() -> None:
    assert problems("x: " + "中" * (LARGEST // 3 + 1)) == [f"f.yaml:1:1: larger than {LARGEST} bytes"]
    assert problems("x: " + "[" * 40 + "]" * 40) == ["f.yaml:1:35: nested deeper than 32 levels"]
    assert "nested deeper than 32 levels" in problems("x: " + "[" * 100_000)[0]


def test_an_unknown_key_is_told_with_the_closest_one_or_with_all() -> None:
    assert misfits("label: a\nroms: 2\n") == ["f.yaml:2:1: roms: unknown key; did you mean rooms?"]
    assert misfits("zzz: 2\n") == [
        "f.yaml:1:1: zzz: unknown key; allowed: label, rooms, doors, steps, garden, from, keys"
    ]
    assert misfits("sender: a\n")[0].startswith("f.yaml:1:1: sender: unknown key")


def test_an_unknown_key_deep_inside_is_told_too() -> None:
    text = (
        "doors:\n  label: {token: a, tokn: b}\nsteps:\n  - token: a\n  - {token: b, tok: c}\n"
        "garden: {tokens: x, token: y}\n"
    )
    assert misfits(text) == [
        "f.yaml:2:21: doors.label.tokn: unknown key; did you mean token?",
        "f.yaml:5:16: steps[1].tok: unknown key; did you mean token?",
        "f.yaml:6:10: garden.tokens: unknown key; did you mean token?",
    ]


def test_a_wrong_type_is_told_with_what_was_found() -> None:
    assert misfits("rooms: many\nlabel: 5\n") == [
        "f.yaml:2:1: label: Input should be a valid string; put it in quotes; found: '5'",
        "f.yaml:1:1: rooms: Input should be a valid integer, unable to parse string as an integer; found: 'many'",
    ]
    assert misfits("rooms: 12") == ["f.yaml:1:1: rooms: Input should be less than or equal to 9; found: '12'"]
    assert misfits("rooms: [1]")[0].startswith("f.yaml:1:1: rooms: Input should be a valid integer")
    assert misfits("doors: 5")[0].startswith("f.yaml:1:1: doors: Input should be a valid dictionary")
    assert misfits("- a\n- b\n")[0].startswith("f.yaml:1:1: Input should be a valid dictionary")


def test_a_missing_key_is_told_at_the_nearest_place_above() -> None:
    assert misfits("label: a\ndoors:\n  front: {}\n") == ["f.yaml:3:3: doors.front.token: is missing; it must be set"]


def test_all_problems_are_told_at_once() -> None:
    assert len(misfits("rooms: 0\nroms: 1\ndoors: {a: {}, b: {}}\n")) == 4


@pytest.mark.parametrize(
    "text",
    [
        "doors: {front: {token: 12345678}}",
        "garden: {token: 12345678}",
        "keys: {sales: 12345678}",
        "steps:\n  - token: 12345678",
    ],
)
def test_a_secret_is_never_repeated_in_an_error(text: str) -> None:
    (line,) = misfits(text)
    assert "valid string" in line and "12345678" not in line


def test_a_long_value_is_cut_in_the_error() -> None:
    assert len(misfits(f"rooms: {'x' * 5000}")[0]) < 200


def test_a_file_in_another_encoding_is_refused_at_its_line(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(b"label: ok\nx: 1\n" + "from: 市场部\n".encode("gbk"))
    with pytest.raises(BadDocument) as refused:
        read_text(path)
    assert str(refused.value) == f"{path}:3:1: is not UTF-8 text; save the file as UTF-8"
    path.write_bytes("\ufefflabel: 市场部\r\nrooms: 2\r\n".encode())
    assert load(read_text(path), "f").data == {"label": "市场部", "rooms": 2}


def test_paths_are_written_as_people_write_them() -> None:
    assert dotted(("wecom", "callbacks", "app", "aes_key")) == "wecom.callbacks.app.aes_key"
    assert dotted(("scoring", "rules", 3, "add")) == "scoring.rules[3].add"
