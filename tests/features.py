"""The table of capabilities against their acceptance tests: `./run features` (or `python -m tests.features`).

Reads the marks @pytest.mark.feature("F1"), .ask("AS1") and .failure("C3") from the tests' source, so that it is quick
and tells the same on every machine.
"""

import ast
import json
import sys
from collections import defaultdict
from pathlib import Path

MARKS = ("feature", "ask", "failure")


def marked_tests(root: Path) -> dict[str, dict[str, list[str]]]:
    """mark → id → the tests that carry it, as file::name."""
    found: dict[str, dict[str, list[str]]] = {mark: defaultdict(list) for mark in MARKS}
    for path in sorted(root.rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        of_all = _of_the_file(tree)
        for node in ast.walk(tree):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            for decorator in node.decorator_list + (of_all if node.name.startswith("test_") else []):
                mark = _mark_of(decorator)
                if mark is None:
                    continue
                for argument in decorator.args:  # type: ignore[attr-defined]
                    if isinstance(argument, ast.Constant):
                        found[mark][str(argument.value)].append(f"{path.relative_to(root.parent)}::{node.name}")
    return found


def _of_the_file(tree: ast.Module) -> list[ast.expr]:
    """The marks that all tests of a file carry: its pytestmark, one or a list."""
    for node in tree.body:
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and node.targets[0].id == "pytestmark"
        ):
            return node.value.elts if isinstance(node.value, ast.List) else [node.value]
    return []


def _mark_of(decorator: ast.expr) -> str | None:
    if not isinstance(decorator, ast.Call) or not isinstance(decorator.func, ast.Attribute):
        return None
    return decorator.func.attr if decorator.func.attr in MARKS else None


def _order(identity: str) -> tuple[str, int]:
    letters = identity.rstrip("0123456789")
    return letters, int(identity[len(letters) :] or 0)


def main() -> int:
    """Print the table, or JSON with --json."""
    found = marked_tests(Path(__file__).parent)
    if "--json" in sys.argv:
        print(json.dumps(found, ensure_ascii=False, indent=1))  # noqa: T201
        return 0
    for mark, rows in found.items():
        print(f"{mark}s with tests: {len(rows)}")  # noqa: T201
        for identity in sorted(rows, key=_order):
            tests = rows[identity]
            print(f"  {identity:<6} {len(tests):>2}  {tests[0]}" + (" …" if len(tests) > 1 else ""))  # noqa: T201
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
