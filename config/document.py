"""Reading a YAML file strictly: what is wrong is named with file, line, column, cause and cure, all at once."""

import difflib
import re
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any, TypeVar, get_args, get_origin

import yaml
from pydantic import BaseModel, SecretStr, ValidationError

from config.section import AtKey

FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # where PyYAML was built with it
LARGEST = 1024 * 1024
DEEPEST = 32
INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]+")

Path = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Mark:
    """Where in a file something stands, counted from 1 as editors do."""

    line: int
    column: int


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong."""

    file: str
    mark: Mark | None  # None: the file, but not the place in it, is known
    key: str
    message: str

    def __str__(self) -> str:
        key = f" {self.key}:" if self.key else ""
        place = f":{self.mark.line}:{self.mark.column}" if self.mark else ""
        return f"{self.file}{place}:{key} {self.message}"


class BadDocument(ValueError):
    """A file that cannot be used; its text is one line per problem."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(frozen=True)
class Document:
    """The plain data of a file and where each key stands."""

    file: str
    data: Any
    marks: dict[Path, Mark]

    def problem(self, path: Path, message: str) -> Problem:
        """A problem at the place of a key, or of the nearest one above it."""
        place = path
        while place and place not in self.marks:
            place = place[:-1]
        return Problem(self.file, self.marks.get(place, Mark(1, 1)), dotted(path), message)


def dotted(path: Path) -> str:
    """wecom.callbacks.app.aes_key, pools[0]."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else (f".{part}" if text else part)
    return text


def read_text(path: FilePath) -> str:
    """The text of a UTF-8 file, with or without mark; raises BadDocument for none or another encoding, OSError."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        message = "is missing; put it back, from a backup or from a folder that init makes anew"
        raise BadDocument([Problem(str(path), Mark(1, 1), "", message)]) from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = "is not UTF-8 text; save the file as UTF-8"
        raise BadDocument([Problem(str(path), Mark(line, 1), "", message)]) from None


def load(text: str, file: str) -> Document:
    """The data of a YAML text: only integers, decimals, true, false and null are typed, everything else is text.

    Raises BadDocument for broken YAML, keys that stand twice, anchors, tags, and what is too large or too deep.
    """
    if len(text.encode("utf-8", "surrogatepass")) > LARGEST:
        raise BadDocument([Problem(file, Mark(1, 1), "", f"larger than {LARGEST} bytes")])
    try:
        try:
            root = _compose(text, file, FAST)
        except (yaml.YAMLError, UnicodeError):
            root = _compose(text, file, yaml.SafeLoader)  # slower, but it says what it stumbled over
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise BadDocument([_at(file, mark, f"not readable as YAML: {error.problem or error.context}")]) from None
    except yaml.YAMLError as error:
        raise BadDocument([Problem(file, Mark(1, 1), "", f"not readable as YAML: {type(error).__name__}")]) from None
    problems: list[Problem] = []
    marks: dict[Path, Mark] = {}
    data = _build(root, (), file, marks, problems) if root is not None else {}
    if problems:
        raise BadDocument(problems)
    return Document(file, data, marks)


def _compose(text: str, file: str, loader: Any) -> yaml.Node | None:
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise BadDocument([_at(file, event.start_mark, f"nested deeper than {DEEPEST} levels")])
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise BadDocument([_at(file, event.start_mark, "anchors and aliases are not allowed; write it out")])
        if getattr(event, "tag", None):
            message = "a value must not begin with !; put it in quotes"  # unnamed: it may be a secret
            raise BadDocument([_at(file, event.start_mark, message)])
    return yaml.compose(text, Loader=loader)


def _at(file: str, mark: Any, message: str, key: str = "") -> Problem:
    return Problem(file, Mark(mark.line + 1, mark.column + 1) if mark else Mark(1, 1), key, message)


def _build(node: yaml.Node, path: Path, file: str, marks: dict[Path, Mark], problems: list[Problem]) -> Any:
    marks.setdefault(path, Mark(node.start_mark.line + 1, node.start_mark.column + 1))
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                problems.append(_at(file, key_node.start_mark, "a key must be a plain word", dotted(path)))
                continue
            key = str(key_node.value)
            inner = (*path, key)
            if key in found:
                first = marks[inner]
                message = f"stands twice; the first one is at line {first.line}. Keep one of them"
                problems.append(_at(file, key_node.start_mark, message, dotted(inner)))
                continue
            marks[inner] = Mark(key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            found[key] = _build(value_node, inner, file, marks, problems)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_build(item, (*path, number), file, marks, problems) for number, item in enumerate(node.value)]
    return _scalar(node)


def _scalar(node: yaml.Node) -> str | int | float | bool | None:
    text = str(node.value)
    if getattr(node, "style", None) in ("'", '"', "|", ">"):
        return text
    if text in ("", "~", "null"):
        return None
    if text in ("true", "false"):
        return text == "true"
    if INTEGER.fullmatch(text):
        return int(text)
    if DECIMAL.fullmatch(text):
        return float(text)
    return text


def validate(model: type[Model], document: Document) -> Model:
    """The document as a model; raises BadDocument with every problem at its place."""
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        problems = [_problem_of(detail, document, model) for detail in error.errors(include_url=False)]
        raise BadDocument(problems) from None


def _problem_of(detail: Any, document: Document, model: type[BaseModel]) -> Problem:
    path: Path = tuple(part for part in detail["loc"] if part != "[key]")
    kind, given = detail["type"], detail.get("input")
    if isinstance(error := detail.get("ctx", {}).get("error"), AtKey):
        path, given = (*path, *error.path), None
    if kind == "extra_forbidden":
        allowed = _keys_at(model, path[:-1])
        near = difflib.get_close_matches(str(path[-1]), allowed, n=1)
        hint = f"did you mean {near[0]}?" if near else f"allowed: {', '.join(allowed)}"
        return document.problem(path, f"unknown key; {hint}")
    if kind == "missing":
        return document.problem(path, "is missing; it must be set")
    message = str(detail["msg"]).removeprefix("Value error, ")
    if kind == "tuple_type":
        message = "must be a list, such as [a, b]"
    if kind == "string_type" and isinstance(given, int | float):
        message += "; put it in quotes"
    if isinstance(given, str | int | float | bool) and not _is_secret(_type_at(model, path)):
        message += f"; found: {str(given)[:60]!r}"
    return document.problem(path, message)


def _keys_at(model: type[BaseModel], path: Path) -> list[str]:
    """The keys that a model allows at a place; [] where any key is allowed."""
    found = _model_in(_type_at(model, path))
    return [field.alias or name for name, field in found.model_fields.items()] if found is not None else []


def _type_at(annotation: Any, path: Path) -> Any:
    """The type of what stands at a place below a type; None when the type does not say."""
    for part in path:
        annotation = _type_under(annotation, part)
    return annotation


def _type_under(annotation: Any, part: str | int) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        fields = annotation.model_fields.items()
        return next((field.annotation for name, field in fields if part in (name, field.alias)), None)
    if get_origin(annotation) in (dict, tuple):
        return get_args(annotation)[1 if get_origin(annotation) is dict else 0]
    return next((found for inner in get_args(annotation) if (found := _type_under(inner, part)) is not None), None)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The section that a type such as `Mail | None` means."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for inner in get_args(annotation) if (found := _model_in(inner)) is not None), None)


def _is_secret(annotation: Any) -> bool:
    return annotation is SecretStr or any(_is_secret(inner) for inner in get_args(annotation))
