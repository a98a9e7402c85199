"""The page on which a stand-in asks who is there: in place of a phone that scans, or of the app's own browser."""

from collections.abc import Mapping
from html import escape
from urllib.parse import urlencode

from aiohttp import web

STYLE = (
    "body{font:16px/1.6 sans-serif;max-width:26rem;margin:12vh auto;padding:0 1rem;color:#1b2430;background:#f4f6f9}"
    "a{display:block;padding:.6rem 1rem;margin:.5rem 0;border:1px solid #1664d9;border-radius:8px;text-decoration:none}"
)


def ask_who(request: web.Request, tool: str, people: Mapping[str, str]) -> web.Response:
    """One link for each person: the same address, saying who it is."""
    links = "".join(
        f'<a href="?{escape(urlencode({**request.query, "as": user}))}">我是{escape(name)}</a>'
        for user, name in people.items()
    )
    page = (
        f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{tool}登录(演示)</title><style>{STYLE}</style><h1>{tool}登录</h1>"
        f"<p>真正的{tool}会在这里请你扫码或确认;演示里点一下就行。</p>{links}</html>"
    )
    return web.Response(text=page, content_type="text/html")


def flawed(sentence: str) -> web.Response:
    """What the platform shows when the address is not as it must be."""
    return web.Response(status=400, text=sentence)


def sent_back(address: str, **answer: str) -> web.Response:
    """Back to the program, with the answer in its address."""
    joint = "&" if "?" in address else "?"
    return web.Response(status=302, headers={"Location": f"{address}{joint}{urlencode(answer)}"})
