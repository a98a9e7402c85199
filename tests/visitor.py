"""A stranger at a form: sees the page as a browser would, fills it in, presses the button."""

import html
import re
from dataclasses import dataclass, field
from typing import Any

import aiohttp

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
WANG = {
    "name": "王建国",
    "phone": "13800138000",
    "company": "杭州云栖智能科技有限公司",
    "need": "急需三十台工业相机,下周要报价",
}


@dataclass
class Visitor:
    """One visitor with what their page carries; without a key of ours."""

    http: aiohttp.ClientSession
    hidden: dict[str, str] = field(default_factory=dict)
    page: str = ""
    status: int = 0
    headers: Any = None

    async def open(self, path: str = "/f/contact", **headers: str) -> str:
        """Look at the form."""
        async with self.http.get(path, headers=headers) as answer:
            self.page, self.status, self.headers = await answer.text(), answer.status, answer.headers
        self.hidden = {name: html.unescape(value) for name, value in HIDDEN.findall(self.page)}
        return self.page

    async def send(self, path: str = "/f/contact", **answers: str) -> str:
        """Press the button; the consent box is ticked unless consent="" is said. Fields of WANG unless others are."""
        given = {**self.hidden, **WANG, "consent": "yes", **answers}
        async with self.http.post(path, data={name: value for name, value in given.items() if value}) as answer:
            self.page, self.status, self.headers = await answer.text(), answer.status, answer.headers
        return self.page


def visitor(acme: Any) -> Visitor:
    """Somebody who has never been there; the session remembers what it was told, so that nothing leaks unseen."""
    return Visitor(_Stranger(acme))  # type: ignore[arg-type]


class _Stranger:
    """The town's session without its key."""

    def __init__(self, acme: Any) -> None:
        self._acme = acme

    def get(self, path: str, **more: Any) -> Any:
        return self._acme.http.get(path, **_without_key(more))

    def post(self, path: str, **more: Any) -> Any:
        return self._acme.http.post(path, **_without_key(more))


def _without_key(more: dict[str, Any]) -> dict[str, Any]:
    return {**more, "headers": {"Authorization": "", **more.get("headers", {})}}
