"""Changing one place of a company's rules.yaml as a person would: everything else, comments too, stays as it stands."""

from collections.abc import Sequence
from typing import Any

import yaml

from config.document import FAST


class NotAmendable(ValueError):
    """The place is not there, or not written so that it can be changed."""


def with_value(text: str, path: Sequence[str], value: Any) -> str:
    """The text with another value at a place such as (clocks, claim, within). Raises NotAmendable."""
    node, left = _reach(text, path)
    if left:
        return _with_key(text, node, left, value)
    if isinstance(node, yaml.ScalarNode) or (isinstance(node, yaml.CollectionNode) and node.flow_style):
        return text[: node.start_mark.index] + flow(value) + text[node.end_mark.index :]
    raise NotAmendable(".".join(path))


def with_item(text: str, path: Sequence[str], item: Any) -> str:
    """The text with one entry more at the head of a list such as (assignment, rules). Raises NotAmendable."""
    node, left = _reach(text, path)
    if left:
        return _with_key(text, node, left, [item])
    if not isinstance(node, yaml.SequenceNode):
        raise NotAmendable(".".join(path))
    at = node.start_mark.index
    if node.flow_style:
        rest = text[at + 1 :].lstrip()
        return f"{text[: at + 1]}{flow(item)}{'' if rest.startswith(']') else ', '}{rest}"
    return f"{text[:at]}- {flow(item)}\n{' ' * node.start_mark.column}{text[at:]}"


def flow(value: Any) -> str:
    """A value on one line."""
    told: str = yaml.safe_dump(value, allow_unicode=True, default_flow_style=True, width=10_000, sort_keys=False)
    return told.removesuffix("...\n").strip()


def _reach(text: str, path: Sequence[str]) -> tuple[Any, list[str]]:
    """The node at a place, or the nearest mapping above it with the keys that are missing."""
    node: yaml.Node | None = yaml.compose(text, Loader=FAST)
    if not isinstance(node, yaml.MappingNode):
        raise NotAmendable("the rules are empty")
    for number, key in enumerate(path):
        if not isinstance(node, yaml.MappingNode):
            raise NotAmendable(".".join(path))
        inner = next((value for name, value in node.value if name.value == key), None)
        if inner is None or (isinstance(inner, yaml.ScalarNode) and not inner.value):
            if inner is not None:
                raise NotAmendable(".".join(path))
            return node, list(path[number:])
        node = inner
    return node, []


def _with_key(text: str, node: yaml.CollectionNode, keys: Sequence[str], value: Any) -> str:
    """One key more (with those below it) in a mapping; at the top of the file at its end."""
    for key in reversed(keys[1:]):
        value = {key: value}
    line, at, column = f"{keys[0]}: {flow(value)}", node.start_mark.index, node.start_mark.column
    if node.flow_style:
        rest = text[at + 1 :].lstrip()
        return f"{text[: at + 1]}{line}{'' if rest.startswith('}') else ', '}{rest}"
    if column == 0:
        return f"{text.rstrip()}\n\n{line}\n"
    return f"{text[:at]}{line}\n{' ' * column}{text[at:]}"
