"""The content library through a program: list what there is with its effect, publish a text, give it a file."""

from datetime import date, datetime
from typing import Annotated

import yaml
from pydantic import ConfigDict, Field

from bot.context import Context
from bot.pipeline import Outcome
from bot.web.api.auth import acting
from bot.web.api.fields import Id, Short, Words
from bot.web.api.problem import Problem
from bot.web.api.route import Call, Reply, Route
from bot.web.api.shape import Shape
from bot.web.api.wire import local
from bot.web.multipart import Part
from config.content import FILES, LARGEST_FILE, NAME, Piece, piece_of
from config.document import BadDocument
from leads.errors import NotFound, Unusable
from nurture import library
from store import content
from store.content import Content
from store.effect import LATELY, effect_of
from store.tx import Tx


def _too_large(size: int) -> Exception:
    return Problem("too_large", f"文件最大 {LARGEST_FILE // 1024 // 1024} MB。")


FILE = Part("file", LARGEST_FILE, _too_large)


class NewContent(Shape):
    """A piece; the same words again publish nothing new."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[Words, Field(pattern=NAME.pattern, max_length=40, description="素材的名字:小写字母、数字、- 和 _")]
    title: Annotated[Words, Field(min_length=1, max_length=60)]
    text: Annotated[Words, Field(max_length=20_000, description="正文,{姓名|您} 这样写变量")] = ""
    subject: Annotated[Words, Field(max_length=120, description="邮件标题")] = ""
    topic: Annotated[Words, Field(max_length=60, description="主题;不写是服务通知")] = "service"
    tags: Annotated[list[Short], Field(max_length=20)] = []  # noqa: RUF012 - each shape gets its own
    expires: Annotated[date | None, Field(description="最后一天可以发")] = None
    link: Annotated[Words, Field(max_length=1000)] = ""
    given: Annotated[list[Short], Field(max_length=20, description="发的时候才给的变量")] = []  # noqa: RUF012 - each shape gets its own
    by: Annotated[Id, Field(description="以哪位成员的名义")] = None


class NoFields(Shape):
    """There are no fields beside the file."""

    model_config = ConfigDict(extra="forbid")


class ContentShown(Shape):
    """A piece with what became of what went out in the last 90 days; `machines`: openings by programs, counted apart.

    `replied`: messages answered within 7 days; `deals`: opportunities won within 90 days of a message with it.
    """

    name: str
    version: int
    title: str
    subject: str
    topic: str
    tags: list[str]
    text: str
    link: str
    file: str | None
    pages: int
    expires: str | None
    state: str  # current, expired, retired
    published_at: datetime | None
    published_by: str | None
    sent: int
    opened: int
    clicked: int
    machines: int
    replied: int
    deals: int
    leads: int
    used_by: dict[str, int]


class ContentList(Shape):
    """All pieces, the latest published first."""

    items: list[ContentShown]


async def _shown(tx: Tx, piece: Content, call: Call) -> ContentShown:
    effect = await effect_of(tx, piece.name, since=call.context.now - LATELY)
    state = "retired" if piece.retired_at else "current" if piece.is_current(call.context.today) else "expired"
    return ContentShown(
        name=piece.name, version=piece.version, title=piece.title, subject=piece.subject, topic=piece.topic,
        tags=piece.tags, text=piece.text, link=piece.link, file=piece.file_name or None, pages=len(piece.pages),
        expires=piece.expires_on or None, state=state, published_at=local(piece.at, zone=call.context.rules.zone),
        published_by=piece.by, sent=effect.sent, opened=effect.opened, clicked=effect.clicked,
        machines=effect.machines, replied=effect.replied, deals=effect.deals, leads=len(effect.leads),
        used_by=dict(effect.by),
    )  # fmt: skip


async def list_them(call: Call) -> Reply:
    """GET /content."""
    async with call.desk.store.read() as tx:
        items = [await _shown(tx, piece, call) for piece in await content.list_pieces(tx, retired=True)]
    return Reply(ContentList(items=items))


async def post(call: Call) -> Reply:
    """POST /content."""
    given: NewContent = call.body
    heading = given.model_dump(mode="json", exclude={"name", "text", "by"}, exclude_defaults=True)
    text = f"---\n{yaml.safe_dump(heading, allow_unicode=True)}---\n{given.text}"
    return await _publish(call, _read(text, given.name), given.by)


async def post_file(call: Call) -> Reply:
    """POST /content/{name}/file: the next version of the piece, with this file."""
    assert call.file is not None  # noqa: S101 - the route takes one
    name, file = call.path["name"], call.file
    if not any(file.name.lower().endswith(kind) for kind in FILES):
        raise Unusable(f"file:只收 {'、'.join(FILES)} 这几种文件。")
    async with call.desk.store.read() as tx:
        before = await content.find_piece(tx, name)
    if before is None:
        raise NotFound(f"素材 {name[:40]}")
    try:
        plain = library.piece_as_published(before)
    except BadDocument as bad:
        raise Unusable(f"text:{bad}") from None
    named = plain.heading.model_copy(update={"file": file.name[-100:]})
    piece = Piece(name, named, plain.text, name, plain.holes, ((file.name, file.content),), plain.document)
    return await _publish(call, piece, None)


def _read(text: str, name: str) -> Piece:
    try:
        return piece_of(text, name, name)
    except BadDocument as bad:
        raise Unusable(f"text:{bad}") from None


async def _publish(call: Call, piece: Piece, by: str | None) -> Reply:
    async def verb(tx: Tx, ctx: Context) -> Outcome:
        who = await acting(tx, by, call.caller)
        try:
            await library.publish(tx, [piece], by=who.id or who.name, rules=ctx.rules, now=ctx.now)
        except BadDocument as bad:
            raise Unusable(f"text:{bad}") from None
        return []

    await call.desk.act(verb)
    async with call.desk.store.read() as tx:
        found = await content.find_piece(tx, piece.name)
        assert found is not None  # noqa: S101 - it was published just now
        return Reply(await _shown(tx, found, call))


ROUTES = (
    Route("GET", "/api/v1/content", list_them, "素材库", ContentList, "any", statuses={200: "全部素材"}),
    Route(
        "POST", "/api/v1/content", post, "发布一份素材(内容一样就不变)", ContentShown, "acting", body=NewContent,
        statuses={200: "现在的版本"},
    ),
    Route(
        "POST", "/api/v1/content/{name}/file", post_file, "给素材换一个文件", ContentShown, "acting", body=NoFields,
        takes_file=FILE, statuses={200: "现在的版本"}, refusals=(404, 413),
    ),
)  # fmt: skip
