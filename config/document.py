"""Reading a YAML file strictly: what is wrong is named with file, line, column, cause and cure, all at once."""

import difflib
import re
from dataclasses import dataclass
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

LARGEST = 1024 * 1024
DEEPEST = 32
INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]+")
SECRET = re.compile(r"key|secret|token|password", re.IGNORECASE)

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
    mark: Mark
    key: str
    message: str

    def __str__(self) -> str:
        key = f" {self.key}:" if self.key else ""
        return f"{self.file}:{self.mark.line}:{self.mark.column}:{key} {self.message}"


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


def load(text: str, file: str) -> Document:
    """The data of a YAML text: only integers, decimals, true, false and null are typed, everything else is text.

    Raises BadDocument for broken YAML, keys that stand twice, anchors, tags, and what is too large or too deep.
    """
    if len(text.encode("utf-8", "surrogatepass")) > LARGEST:
        raise BadDocument([Problem(file, Mark(1, 1), "", f"larger than {LARGEST} bytes")])
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise BadDocument([_at(file, event.start_mark, "anchors and aliases are not allowed; write it out")])
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise BadDocument([_at(file, mark, f"not readable as YAML: {error.problem or error.context}")]) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise BadDocument([Problem(file, Mark(1, 1), "", f"not readable as YAML: {type(error).__name__}")]) from None
    problems: list[Problem] = []
    marks: dict[Path, Mark] = {}
    data = _build(root, (), file, marks, problems) if root is not None else {}
    if problems:
        raise BadDocument(problems)
    return Document(file, data, marks)


def _at(file: str, mark: Any, message: str, key: str = "") -> Problem:
    return Problem(file, Mark(mark.line + 1, mark.column + 1) if mark else Mark(1, 1), key, message)


def _build(node: yaml.Node, path: Path, file: str, marks: dict[Path, Mark], problems: list[Problem]) -> Any:
    marks.setdefault(path, Mark(node.start_mark.line + 1, node.start_mark.column + 1))
    if len(path) > DEEPEST:
        problems.append(_at(file, node.start_mark, f"nested deeper than {DEEPEST} levels", dotted(path[:4])))
        return None
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
    if node.tag.startswith("!") or node.tag == "tag:yaml.org,2002:binary":
        problems.append(_at(file, node.start_mark, f"the tag {node.tag} is not allowed", dotted(path)))
        return None
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
    if kind == "extra_forbidden":
        allowed = _keys_at(model, path[:-1])
        near = difflib.get_close_matches(str(path[-1]), allowed, n=1)
        hint = f"did you mean {near[0]}?" if near else f"allowed: {', '.join(allowed)}"
        return document.problem(path, f"unknown key; {hint}")
    if kind == "missing":
        return document.problem(path, "is missing; it must be set")
    message = str(detail["msg"]).removeprefix("Value error, ")
    if isinstance(given, str | int | float | bool) and not any(SECRET.search(str(part)) for part in path):
        message += f"; found: {str(given)[:60]!r}"
    return document.problem(path, message)


def _keys_at(model: type[BaseModel], path: Path) -> list[str]:
    """The keys that a model allows at a place; [] where any key is allowed."""
    current: Any = model
    for part in path:
        current = _inner_model(current, part)
        if current is None:
            return []
    return [field.alias or name for name, field in current.model_fields.items()]


def _inner_model(model: type[BaseModel], part: str | int) -> type[BaseModel] | None:
    if isinstance(part, str) and part in model.model_fields:
        return _first_model(model.model_fields[part].annotation)
    return model  # an index, or a free key whose value's model was found already


def _first_model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        if (found := _first_model(inner)) is not None:
            return found
    return None
