"""What has changed between two versions of the rules, key by key, so that a person can read it before publishing."""

import difflib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from config.rules import Rules


@dataclass(frozen=True)
class Difference:
    """One key that differs: its dotted path, and the values as YAML would say them ("" where it is not there)."""

    key: str
    before: str
    after: str

    def __str__(self) -> str:
        if not self.before:
            return f"+ {self.key}: {self.after}"
        if not self.after:
            return f"- {self.key}: {self.before}"
        return f"~ {self.key}: {self.before} -> {self.after}"


def differences(before: Rules, after: Rules) -> list[Difference]:
    """Every key that was added, removed or changed, in the order of the file; the version's number does not count."""
    leave_out = {"version"}
    old, new = before.model_dump(mode="json", exclude=leave_out), after.model_dump(mode="json", exclude=leave_out)
    return list(_compare("", old, new))


def _compare(key: str, before: Any, after: Any) -> Iterator[Difference]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for name in [*before, *(name for name in after if name not in before)]:
            yield from _compare(f"{key}.{name}".lstrip("."), before.get(name), after.get(name))
    elif isinstance(before, list) and isinstance(after, list) and (_of_sections(before) or _of_sections(after)):
        yield from _compare_lists(key, before, after)
    else:
        yield Difference(key, _said(before), _said(after))


def _of_sections(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(item, dict) for item in value)


def _compare_lists(key: str, before: list[Any], after: list[Any]) -> Iterator[Difference]:
    """Entries are matched by what they say: one inserted at the top does not change all that stand below it."""
    old, new = [_said(item) for item in before], [_said(item) for item in after]
    for what, i, j, k, m in difflib.SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if what == "equal":
            continue
        for number in range(max(j - i, m - k)):
            if number < min(j - i, m - k):
                yield from _compare(f"{key}[{k + number}]", before[i + number], after[k + number])
            elif number < j - i:
                yield Difference(f"{key}[{i + number}]", old[i + number], "")
            else:
                yield Difference(f"{key}[{k + number}]", "", new[k + number])


def _said(value: Any) -> str:
    if value is None:
        return ""
    value = _short(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _short(value: Any) -> Any:
    """Without what is not set, however deep it lies."""
    if not isinstance(value, dict):
        return value
    parts = {name: _short(part) for name, part in value.items()}
    return {name: part for name, part in parts.items() if part not in (None, [], {}, "", False)}
