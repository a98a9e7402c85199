"""A member's browser without a screen: keeps cookies, follows addresses, and asks the stand-in who it is."""

import re
from html import unescape
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urlencode, urlsplit

import aiohttp

from tests.town import Town

HIDDEN = re.compile(r'name="csrf" value="([0-9a-f]+)"')
TAGS = re.compile(r"<(script|style)\b.*?</\1>|<[^>]+>", re.DOTALL)


class Browser:
    """One browser in front of a town's server; `agent` is what it calls itself."""

    def __init__(self, acme: Town, *, agent: str = "Mozilla/5.0 (X11; Linux x86_64)") -> None:
        self._acme = acme
        self._public = acme.settings.server.public_url
        self.base = str(acme.http._base_url).rstrip("/")
        jar = aiohttp.CookieJar(unsafe=True)
        self.http = aiohttp.ClientSession(cookie_jar=jar, headers={"User-Agent": agent})
        self.status = 0
        self.path = ""
        self.html = ""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.http.close()

    @property
    def text(self) -> str:
        """What can be read on the page."""
        return " ".join(unescape(TAGS.sub(" ", self.html)).split())

    @property
    def csrf(self) -> str:
        """The word that the forms of this page carry."""
        found = HIDDEN.search(self.html)
        return found[1] if found else ""

    async def ask(self, method: str, path: str, **more: Any) -> aiohttp.ClientResponse:
        """One request, nothing followed."""
        address = path.replace(self._public, self.base, 1) if path.startswith("http") else self.base + path
        answer = await self.http.request(method, address, allow_redirects=False, **more)
        self.status, self.path = answer.status, path
        body = await answer.read()
        self.html = body.decode("utf-8", "replace")
        if urlsplit(address).netloc == urlsplit(self.base).netloc:
            self._acme.answers.append(self.html)
        return answer

    async def get(self, path: str) -> str:
        """Go to a page, wherever it leads; returns what can be read."""
        for _ in range(6):
            answer = await self.ask("GET", path)
            if answer.status not in (302, 303):
                return self.text
            path = answer.headers["Location"]
        raise AssertionError(f"sent around without end, last to {path}")

    async def post(self, path: str, page: str = "/app/", **fields: str) -> str:
        """Send a form that stands on a page of ours, and follow where it leads; returns what can be read."""
        await self.get(page)
        values = {"csrf": self.csrf, **fields}
        answer = await self.ask("POST", path, data=values, headers={"Origin": self._public})
        return await self.get(answer.headers["Location"]) if answer.status in (302, 303) else self.text

    async def to_tool(self, to: str = "/app/") -> str:
        """Press the button of the login page; returns the chat tool's address."""
        answer = await self.ask("GET", f"/app/login/{self._acme.lies_on}?{urlencode({'to': quote(to, safe='/?=&%')})}")
        assert answer.status == 302, self.text
        return answer.headers["Location"]

    async def vouched(self, user: str, address: str) -> str:
        """Say to the chat tool who it is; returns where it sends the browser back to."""
        address, _, _ = address.partition("#")
        answer = await self.ask("GET", f"{address}&{urlencode({'as': user})}")
        assert answer.status == 302, self.html
        return answer.headers["Location"]

    async def login(self, user: str, to: str = "/app/") -> str:
        """The whole way in; returns what can be read at its end."""
        return await self.get(await self.vouched(user, await self.to_tool(to)))
