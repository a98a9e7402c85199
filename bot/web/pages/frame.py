"""How every page of ours looks: one frame, the reader's name, the places they may go; all by jinja2, which escapes."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import web

from leads.rights import Who

if TYPE_CHECKING:
    from jinja2 import Environment

HERE = Path(__file__).parent
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class Corner:
    """One place of the pages: its address, what it is called, whose it is."""

    path: str
    label: str
    roles: tuple[str, ...] = ("rep", "manager", "marketing", "admin")


LEADERS = ("manager", "marketing", "admin")
CORNERS: tuple[Corner, ...] = (
    Corner("/app/", "首页"),
    Corner("/app/leads", "线索"),
    Corner("/app/deals", "商机"),
    Corner("/app/messages", "未送达", LEADERS),
    Corner("/app/channels", "渠道", LEADERS),
    Corner("/app/content", "素材", LEADERS),
    Corner("/app/imports", "导入", LEADERS),
    Corner("/app/rules", "规则", LEADERS),
    Corner("/app/webhooks", "Webhook", ("admin",)),
    Corner("/app/setup", "设置", ("admin",)),
)


@dataclass(frozen=True)
class Reader:
    """Who looks: the member, and the word that their forms carry so that nobody else's page can send them."""

    who: Who
    csrf: str


def page(
    file: str, reader: Reader | None, *, title: str, path: str = "", status: int = 200, **values: Any
) -> web.Response:
    """A page of the frame; `path` is the corner that it belongs to.

    Its forms must say where they come from: with no-referrer a browser sends `Origin: null` instead.
    """
    corners = [one for one in CORNERS if reader is not None and reader.who.role in one.roles]
    content = _jinja().get_template(file).render(title=title, reader=reader, corners=corners, here=path, **values)
    headers = {"Content-Security-Policy": CSP, "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin"}
    return web.Response(text=content, content_type="text/html", status=status, headers=headers)


def sorry(
    title: str, sentence: str, reader: Reader | None = None, *, status: int, to: str = "", label: str = ""
) -> web.Response:
    """What did not work, why, and what to do; `to` is where a button leads."""
    return page("sorry.html", reader, title=title, sentence=sentence, to=to, label=label, status=status)


@cache
def _jinja() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # heavy: on first use only

    loader = FileSystemLoader(HERE / "html")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
