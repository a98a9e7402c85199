"""The life of a lead as the READMEs draw it, made from the table: python -m tests.lifecycle writes it into both."""

import re
from pathlib import Path

from config.words import STAGE_LABELS
from leads.lifecycle import TABLE, WHOSE
from store.leads import FREE_STAGES

ROOT = Path(__file__).parents[1]
GROUPS = {
    "free": (FREE_STAGES, "nobody's yet, marketing cares", "还没人负责,归市场"),
    "owned": (("sal", "sql"), "a rep's", "销售负责"),
}
BLOCK = re.compile(r"```mermaid\nstateDiagram-v2\n.*?```\n\n\|.*?\n(?=\n)", re.DOTALL)


def drawn(*, chinese: bool) -> str:
    """The diagram with the table of who may do what."""
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f"  {stage}: {label}" for stage, label in STAGE_LABELS.items()] if chinese else []
    for name, (stages, english, zh) in GROUPS.items():
        lines += [f'  state "{zh if chinese else english}" as {name} {{', *(f"    {one}" for one in stages), "  }"]
    edges: dict[tuple[str, str], list[str]] = {("[*]", "new"): ["第一次咨询" if chinese else "captured"]}
    for move in TABLE:
        for source in _sources(move.before):
            edges.setdefault((source, move.after), []).append(move.label if chinese else move.name)
    lines += [f"  {a} --> {b}: {('、' if chinese else ', ').join(words)}" for (a, b), words in edges.items()]
    lines += ["```", ""]
    lines += ["| 怎么走 | 从 | 到 | 谁 |" if chinese else "| move | from | to | whose |", "|---|---|---|---|"]
    for move in TABLE:
        stages = [STAGE_LABELS[one] if chinese else one for one in (*move.before, move.after)]
        whose = [WHOSE[one] if chinese else one for one in move.whose]
        comma = "、" if chinese else ", "
        label = move.label if chinese else move.name
        lines.append(f"| {label} | {comma.join(stages[:-1])} | {stages[-1]} | {comma.join(whose)} |")
    return "\n".join(lines) + "\n"


def _sources(before: tuple[str, ...]) -> list[str]:
    """The stages that an arrow begins at; a whole group is one."""
    found = list(before)
    for name, (stages, _, _) in GROUPS.items():
        if set(stages) <= set(found):
            found = [name, *(one for one in found if one not in stages)]
    return found


def main() -> None:
    """Bring both pages into step."""
    for page, chinese in (("README.md", False), ("README.zh-CN.md", True)):
        text, count = BLOCK.subn(drawn(chinese=chinese), (ROOT / page).read_text("utf-8"))
        assert count == 1, page
        (ROOT / page).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
