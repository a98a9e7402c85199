"""What the documents promise is there: their links lead somewhere, their commands exist, the console guide is whole."""

import re
from pathlib import Path

import pytest

from bot.__main__ import app
from bot.commands import doctor
from bot.commands.line import RUN_WORDS
from bot.wecom.errors import MEANINGS
from config.folder import TEMPLATES

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
GUIDE = (ROOT / "docs" / "wecom.md").read_text(encoding="utf-8")


def anchor(heading: str) -> str:
    """The name under which a heading can be linked to, as code hosts make it."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"https?://", target):
            continue
        name, _, part = target.partition("#")
        linked = (page.parent / name).resolve() if name else page
        assert linked.exists(), f"{page.name}: {target}"
        if part:
            headings = re.findall(r"^#+ (.+)$", linked.read_text(encoding="utf-8"), re.MULTILINE)
            assert part in map(anchor, headings), f"{page.name}: {target}"


def test_a_decision_is_meant_by_its_number() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    numbers = [int(page.name[:4]) for page in pages]
    assert len(set(numbers)) == len(numbers), f"given twice: {sorted(n for n in numbers if numbers.count(n) > 1)}"
    for number, page in zip(numbers, pages, strict=True):
        assert page.read_text(encoding="utf-8").startswith(f"# {number}. "), page.name


def test_every_file_that_a_page_names_is_there() -> None:
    named = re.compile(r"`((?:bot|leads|sla|nurture|reports|store|config|sandbox|bench|tests|docs)/[\w/.-]+\.\w+)`")
    for page in (ROOT / "docs").rglob("*.md"):
        text = page.read_text(encoding="utf-8")
        assert [name for name in named.findall(text) if not (ROOT / name).exists()] == [], page.name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_a_page_names_exists(page: Path) -> None:
    words = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    words |= {str(group.name) for group in app.registered_groups} | set(RUN_WORDS) | {"help", "format"}
    for word in re.findall(r"\./run ([a-z]+)", page.read_text(encoding="utf-8")):
        assert word in words, f"{page.name}: ./run {word}"


def test_the_guide_tells_where_each_line_of_the_doctor_is_made_right() -> None:
    source = Path(doctor.__file__).read_text(encoding="utf-8")
    steps = set(re.findall(r'(?:Finding|_tried)\(\s*f?"([^"{]+)["{]', source)) | {"企业可信IP"}
    table = GUIDE.split("| doctor 的一行")[1].split("\n\n")[0]
    assert {"回调验证", "应用菜单", "可见范围", "企业微信 连接"} <= steps
    for step in steps:
        assert step in table, step


def test_every_error_that_stops_the_app_is_explained() -> None:
    for code, meaning in MEANINGS.items():
        if meaning.decision == "alarm":
            assert re.search(rf"^\|[^|]*\b{code}\b", GUIDE, re.MULTILINE), code


def test_the_guide_names_only_what_a_new_folder_has() -> None:
    folder = "".join(path.read_text(encoding="utf-8") for path in (TEMPLATES / "default").iterdir() if path.is_file())
    for name in set(re.findall(r"\b(?:WECOM|LEADBOT)_\w+", GUIDE)) - {"WECOM_GROUP_SALES"}:
        assert name in folder, name


def test_the_reasons_of_refused_callbacks_are_those_that_the_log_gives() -> None:
    source = (ROOT / "bot" / "wecom" / "callback.py").read_text(encoding="utf-8")
    row = next(line for line in GUIDE.splitlines() if "a callback was refused" in line)
    reasons = re.findall(r"`([a-z ]+)`", row.split("`reason`")[1])
    assert len(reasons) >= 4
    for reason in reasons:
        if reason != "serve":
            assert f'Refused("{reason}")' in source, reason
