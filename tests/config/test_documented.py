"""The two pages about leadbot.yaml and rules.yaml say every key, every default, and nothing that is not true."""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import pytest
from pydantic import BaseModel, SecretStr, TypeAdapter
from pydantic_core import PydanticUndefined

import bot.reactions as story
from bot.commands.due import due
from config.document import Document, load, validate
from config.folder import TEMPLATES, Folder, create_folder, read_env
from config.hours import calendar_of
from config.members import COLUMNS, read_members
from config.rules import Rules, load_rules
from config.settings import Settings, load_settings
from config.words import FACT_LABELS, HEARD, STARTING
from leads.facts import Fact

ROOT = Path(__file__).parents[2]
PAGES = {"settings.md": Settings, "rules.md": Rules}
KEY = re.compile(r"[a-z_]+(\[\])?(\.([a-z_]+(\[\])?|\*))*")


@dataclass(frozen=True)
class Row:
    """One line of a table whose first cell is a key in backticks."""

    key: str
    cells: tuple[str, ...]


def page(name: str) -> str:
    """The text of a page of docs/."""
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def tables(text: str, head: str) -> Iterator[Row]:
    """The rows of all tables whose heading begins with this cell."""
    inside = False
    for line in text.splitlines():
        cells = tuple(cell.strip() for cell in line.strip().strip("|").split("|")) if line.startswith("|") else ()
        if not cells:
            inside = False
        elif cells[0] == head:
            inside = True
        elif inside and (found := re.fullmatch(r"`(.+)`", cells[0])):
            yield Row(found[1], cells)


def blocks(text: str, language: str) -> list[str]:
    """The fenced examples in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def keys_of(annotation: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every key that a type allows, dotted as in the pages (* for a free name, [] for entries), with its field."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, field in annotation.model_fields.items():
            path = f"{prefix}.{field.alias or name}".lstrip(".")
            yield path, field
            yield from keys_of(field.annotation, path)
    elif get_origin(annotation) is dict:
        yield from keys_of(get_args(annotation)[1], f"{prefix}.*")
    elif get_origin(annotation) is tuple:
        yield from keys_of(get_args(annotation)[0], f"{prefix}[]")
    else:
        for inner in get_args(annotation):
            yield from keys_of(inner, prefix)


def schema(model: type[BaseModel]) -> dict[str, Any]:
    """The keys that hold a value of their own (a section whose keys are listed needs no row)."""
    found = dict(keys_of(model))
    sections = {
        key
        for key in found
        if any(other.startswith(f"{key}.") and "*" not in other.removeprefix(key) for other in found)
    }
    free = {key for key in found if f"{key}.*" in {other.rpartition(".")[0] for other in found}}
    return {key: field for key, field in found.items() if key not in sections - free}


def plain(value: Any) -> Any:
    """A default as it would stand in the file."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return [plain(item) for item in value] if isinstance(value, tuple) else value


@pytest.mark.parametrize("name", PAGES)
def test_every_key_has_exactly_one_row_and_no_row_tells_of_another(name: str) -> None:
    told = [row.key for row in tables(page(name), "键")]
    assert sorted(told) == sorted(set(told)), "a key has two rows"
    tables_of_their_own = {
        "pools",
        "clocks",
        "fields",
        "forms",
        "scoring.behaviours",
        "channels",
        "journeys",
        "promotions",
        "connectors",
        "connectors.*.feeds",
        "approvals",
        "nurture.topics",
        "nurture.caps",
    }  # pools.*.label …
    wanted = set(schema(PAGES[name])) - tables_of_their_own
    assert set(told) == wanted
    assert all(KEY.fullmatch(key) for key in told)


@pytest.mark.parametrize("name", PAGES)
def test_the_told_defaults_are_those_of_the_code(name: str) -> None:
    fields = schema(PAGES[name])
    for row in tables(page(name), "键"):
        assert len(row.cells) == 5 and row.cells[1] and row.cells[2], f"{row.key}: a cell is empty"
        told, default = row.cells[3], fields[row.key].get_default(call_default_factory=True)
        if default is PydanticUndefined:
            assert told == "必填", row.key
        elif default is None:
            assert told == "不配", row.key
        else:
            assert load(f"x: {told.strip('`')}", name).data["x"] == plain(default), row.key


@pytest.mark.parametrize("name", PAGES)
def test_the_told_examples_are_taken(name: str) -> None:
    fields = schema(PAGES[name])
    for row in tables(page(name), "键"):
        if row.key == "version":
            continue
        field, cell = fields[row.key], filled(row.cells[4].strip("`"))
        checked = TypeAdapter(Annotated[field.annotation, *field.metadata, row.key])
        taken = checked.validate_python(load(f"x: {cell}", name).data["x"])  # raises for a wrong example
        assert plain(taken) is not None or "null" in cell or "~" in cell, f"{row.key}: the example sets nothing"


@pytest.mark.parametrize("name", PAGES)
def test_every_word_that_a_key_allows_is_told(name: str) -> None:
    fields = schema(PAGES[name])
    for row in tables(page(name), "键"):
        told = re.findall(r"`([^`]+)`", row.cells[2])
        assert [word for word in words_of(fields[row.key].annotation) if word not in told] == [], row.key


def words_of(annotation: Any) -> list[str]:
    """The words of the Literal in a type, [] when it allows more than words."""
    if get_origin(annotation) is Literal:
        return list(get_args(annotation))
    return [] if get_origin(annotation) is dict else [w for inner in get_args(annotation) for w in words_of(inner)]


def filled(text: str) -> str:
    """A text with fitting values in place of env:NAME."""
    return re.sub(r"env:([A-Z_]+)", lambda found: secret(found[1]), text)


def secret(name: str) -> str:
    """A value that fits the name of an environment variable."""
    if name.endswith("DATA_KEY"):
        return base64.b64encode(bytes(32)).decode()
    return (
        "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
        if "AES" in name
        else "smtp://u:p@mail"
        if "URL" in name
        else "imaps://u:p@mail"
        if "INBOX" in name
        else "abcdefgh12345678"
    )


@pytest.mark.parametrize("name", PAGES)
def test_the_yaml_examples_load(name: str) -> None:
    examples = [load(filled(text), name).data for text in blocks(page(name), "yaml")]
    assert len(examples) >= 5
    if name == "settings.md":
        base = next(example for example in examples if "corp" in example)  # a whole file
    else:
        base = load((TEMPLATES / "default" / "rules.yaml").read_text("utf-8"), name).data
    for example in examples:
        validate(PAGES[name], Document(name, {**base, **example}, {}))


def test_the_csv_examples_load(tmp_path: Path) -> None:
    members, holidays = tmp_path / "members.csv", tmp_path / "holidays.csv"
    members.write_text(blocks(page("settings.md"), "csv")[0], "utf-8")
    assert [row.name for row in read_members(members)] == ["王磊", "陈静"]
    holidays.write_text(blocks(page("rules.md"), "csv")[0], "utf-8")
    text = (TEMPLATES / "default" / "rules.yaml").read_text("utf-8")
    rules = load_rules(text.replace("holidays: china", "holidays: china\n  override: holidays.csv"), "rules.yaml")
    calendar = calendar_of(rules, Folder(tmp_path), today=date(2026, 3, 1))
    assert not calendar.is_workday(date(2026, 8, 14)) and calendar.is_workday(date(2026, 8, 15))


def test_every_column_of_the_members_is_told() -> None:
    assert tuple(row.key for row in tables(page("settings.md"), "列")) == COLUMNS


@pytest.mark.feature("H2")
def test_the_due_examples_print_what_they_show(tmp_path: Path) -> None:
    rules = load_rules((TEMPLATES / "default" / "rules.yaml").read_text("utf-8"), "rules.yaml")
    calendar = calendar_of(rules, Folder(tmp_path), today=date(2026, 3, 1))
    shown = re.findall(
        r"^\$ \./run due acme --start (\S+) --within (\S+)\n(.+\n.+)$",
        "".join(blocks(page("rules.md"), "console")),
        re.M,
    )
    assert len(shown) >= 5
    for start, within, answer in shown:
        assert due(calendar, start, within, as_json=False) == answer


@pytest.mark.feature("H1")
def test_the_page_tells_which_facts_start_and_stop_a_clock() -> None:
    told = {row.key: row.cells for row in tables(page("rules.md"), "写法")}
    kinds = {fact.kind: reactions for fact, reactions in story.STORY.items()}
    assert {key for key, cells in told.items() if cells[2]} == {k for k, r in kinds.items() if story.start_clocks in r}
    assert {key for key, cells in told.items() if cells[3]} == {k for k, r in kinds.items() if story.hear_clocks in r}
    assert ({key for key, cells in told.items() if cells[2]}, {key for key, cells in told.items() if cells[3]}) == (
        set(STARTING),
        set(HEARD),
    )
    assert set(told) <= set(FACT_LABELS) and issubclass(next(iter(story.STORY)), Fact)


@pytest.mark.parametrize("template", sorted(path.name for path in TEMPLATES.iterdir() if path.is_dir()))
def test_the_templates_load_and_every_key_in_them_is_told(template: str, tmp_path: Path) -> None:
    folder = create_folder(tmp_path / "acme", template=template).folder
    load_settings(folder, {})
    load_rules(folder.rules.read_text("utf-8"), str(folder.rules))
    assert read_members(folder.members) == []
    for name, path in (("settings.md", folder.settings), ("rules.md", folder.rules)):
        told = {row.key for row in tables(page(name), "键")}
        for key in used(load(path.read_text("utf-8"), name).data, PAGES[name]):
            assert any(key == one or one.startswith(f"{key}.") for one in told), f"{key} is not told in docs/{name}"


def used(data: Any, model: type[BaseModel]) -> set[str]:
    """The keys of a file, dotted as in the pages."""
    known = dict(keys_of(model))

    def walk(value: Any, path: str) -> Iterator[str]:
        if isinstance(value, dict):
            for key, inner in value.items():
                named = f"{path}.{key}".lstrip(".")
                free = f"{path}.*"
                is_free = named not in known and any(one.startswith(f"{free}.") for one in known)
                yield from walk(inner, free if is_free else named) if named in known or is_free else (path,)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for inner in value:
                yield from walk(inner, f"{path}[]")
        else:
            yield path

    return set(walk(data, ""))


def test_every_secret_of_the_template_is_made_or_asked_for(tmp_path: Path) -> None:
    folder = create_folder(tmp_path / "acme").folder
    wanted = set(re.findall(r"env:([A-Z_]+)", folder.settings.read_text("utf-8")))
    assert wanted == set(read_env(folder.env))


@pytest.mark.parametrize("name", PAGES)
def test_every_link_of_the_page_leads_somewhere(name: str) -> None:
    links = re.findall(r"\]\(([^)]+)\)", page(name))
    assert links and all((ROOT / "docs" / link).exists() for link in links)
