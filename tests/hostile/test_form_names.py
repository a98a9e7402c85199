"""R-H8 at the form: whatever a stranger types comes back as text beside its question, never as a part of the page."""

from html.parser import HTMLParser
from typing import Any

from tests.bot.web.conftest import office, rules, time
from tests.hostile.words import NAMES

__all__ = ["office", "rules", "time"]


class Shape(HTMLParser):
    """The tags of a page with the names of their attributes, and the addresses that it leads to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.addresses: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src", "action", "formaction")]


async def test_no_name_becomes_a_part_of_the_page(office: Any) -> None:
    async def page(name: str, number: int) -> str:
        words = name.encode("utf-8", "replace").decode()
        data = {"name": words, "company": words, "need": words, "phone": "1", "utm_term": words, "landing": words}
        headers = {"X-Forwarded-For": f"203.0.{number // 250}.{number % 250 + 1}"}
        answer = await office.ask("POST", "/f/contact", key=None, data=data, headers=headers)
        if answer.status == 413:
            return ""
        assert answer.status == 422 and "script-src 'self'" in answer.headers["Content-Security-Policy"], words[:50]
        return str(await answer.text())

    plain = Shape(await page("王建国", 0))
    for number, name in enumerate(NAMES, 1):
        shown = await page(name, number)
        shape = Shape(shown) if shown else plain
        assert shape.addresses == plain.addresses, name[:80]
        hidden = [tag for tag in shape.tags if tag != ("input", ("type", "name", "value"))]
        assert hidden == [tag for tag in plain.tags if tag != ("input", ("type", "name", "value"))], name[:80]
