"""A file that somebody dropped for the content library is fetched from the platform and published, once."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from pathlib import PurePath
from typing import Any

from bot.context import Context, say
from bot.pipeline import apply, origin_of
from bot.platform import Platform, SendRefused
from config.content import PICTURES, Heading, Hole, Piece
from config.document import BadDocument
from leads.attachment import flaw_of
from nurture import library
from store.content import find_piece
from store.db import Store
from store.timeline import audit
from store.tx import Tx

GONE = "这个文件取不到了,可能已经过期。请再发一次「素材 新增」。"
TEXT = "{姓名|您}好,这是《%s》,请过目:"


class Shelving:
    """Takes what waits at a platform into the library."""

    def __init__(
        self, store: Store, platforms: Mapping[str, Platform], context: Callable[[], Awaitable[Context]]
    ) -> None:
        self._store = store
        self._platforms = platforms
        self._context = context

    async def shelve(self, payload: Mapping[str, Any]) -> None:
        """Fetch and publish the one that a job names; raises SendLater to be tried again."""
        title, name = str(payload["title"]), str(payload["name"])
        platform = self._platforms.get(str(payload["platform"]))
        try:
            body = await platform.fetch_picture(str(payload["media"])) if platform is not None else b""
            picture = PurePath(name).suffix.lower() in PICTURES
            flaw = flaw_of(name, "picture" if picture else "file", body) if body else GONE
            if PurePath(name).suffix.lower() == ".mp4" and body:
                flaw = flaw_of(name, "video", body)
        except SendRefused:
            body, flaw = b"", GONE
        ctx = await self._context()

        async def keep(tx: Tx) -> None:
            told = f"《{title}》没放进素材库:{flaw}"
            if not flaw:
                try:
                    told = await self._publish(tx, payload, name, body, ctx)
                except BadDocument as bad:
                    told = f"《{title}》没放进素材库:{bad.problems[0].message}"
            origin = origin_of("shelve", payload["platform"], payload["media"])
            await apply(tx, [say(told)], ctx, origin=origin, to=str(payload["by"]))

        await self._store.transaction(keep)

    async def _publish(self, tx: Tx, payload: Mapping[str, Any], name: str, body: bytes, ctx: Context) -> str:
        title, by, expires = str(payload["title"]), str(payload["by"]), str(payload["expires"])
        piece = piece_of_file(title, str(payload["topic"]), expires, name, body)
        done = await library.publish(tx, [piece], by=by, rules=ctx.rules, now=ctx.now)
        if done.new:
            await audit(tx, act="content", by=by, subject=piece.name, at=ctx.now, note="chat")
        found = await find_piece(tx, piece.name)
        version = found.version if found is not None else 1
        until = f"{expires} 前能发" if expires else "长期能发"
        about = ctx.rules.nurture.topics[str(payload["topic"])].label
        return (
            f"《{title}》放进素材库了:第 {version} 版,主题「{about}」,{until}。发「素材 {title}」就能发给客户,"
            f"旅程里写 content: {piece.name}。"
        )


def piece_of_file(title: str, topic: str, expires: str, name: str, body: bytes) -> Piece:
    """A piece that is hardly more than its file; the same title is the next version of the same piece."""
    mark = hashlib.sha256(title.encode()).hexdigest()[:10]
    picture = PurePath(name).suffix.lower() in PICTURES
    kind = "图片" if picture else PurePath(name).suffix.lower().removeprefix(".").upper()
    heading = Heading(
        title=title, topic=topic, tags=(kind,), expires=date.fromisoformat(expires) if expires else None, file=name,
        pages=(name,) if picture else (),
    )  # fmt: skip
    files = ((name, body),) * (2 if picture else 1)
    holes = (Hole("姓名", "您", 1),)
    return Piece(f"file-{mark}", heading, TEXT % title, f"素材 {title}", holes, files)
