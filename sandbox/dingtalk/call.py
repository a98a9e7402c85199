"""One call of the bot, and the table row that says who answers it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web


@dataclass(frozen=True)
class Call:
    """A request with its body read; `now` in seconds."""

    request: web.Request
    body: dict[str, Any]
    raw: bytes
    now: float

    @property
    def query(self) -> Mapping[str, str]:
        """The address's query."""
        return self.request.query

    def part(self, name: str) -> str:
        """A part of the path."""
        return self.request.match_info[name]


@dataclass(frozen=True)
class Endpoint:
    """One address. `free`: not counted against the month's quota; `open`: needs no access token."""

    method: str
    path: str
    handler: Callable[[Call], Any]
    free: bool = False
    open: bool = False

    @property
    def name(self) -> str:
        """What faults and counters call it: the path without the version, * for its variable parts."""
        path = self.path.removeprefix("/v1.0").strip("/")
        return "/".join("*" if part.startswith("{") else part for part in path.split("/"))

    @property
    def old(self) -> bool:
        """Whether it belongs to the old API (oapi)."""
        return not self.path.startswith("/v1.0/")
