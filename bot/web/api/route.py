"""One route of the programs' interface: what it takes, what it answers, and which keys may use it."""

import email.parser
import email.policy
import json
import re
import urllib.parse
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NoReturn

from aiohttp import web
from multidict import MultiMapping
from pydantic import BaseModel, ValidationError

from bot.context import Context
from bot.web.api.auth import Caller, Guesses, Keyring
from bot.web.api.problem import Problem, of_refusal, of_validation
from bot.web.api.wire import dumps
from bot.web.desk import Desk
from bot.web.multipart import Part, Upload, read_upload
from leads.errors import NotFound, Refused
from store.merges import current

MOST_FIELDS = 200
ASCII = bytes(range(128))
CHARSETS = ("utf-8", "utf8", "gbk", "gb2312", "gb18030")


@dataclass(frozen=True)
class Call:
    """One request, checked: who asks, for what, with which words."""

    desk: Desk
    caller: Caller
    context: Context
    path: Mapping[str, str]
    guesses: Guesses
    query: Any = None  # an instance of the route's query model
    body: Any = None  # an instance of the route's body model
    file: Upload | None = None  # of a route that takes one
    key: str | None = None  # the header Idempotency-Key
    merged_into: int | None = None  # the survivor, when the lead in the path was merged

    @property
    def named_id(self) -> int:
        """The number in the path: L1024, l1024 or 1024; raises NotFound for anything else."""
        found = re.fullmatch(r"[Ll]?([0-9]{1,18})", self.path["no"])
        if found is None:
            raise NotFound("这条线索")
        return int(found[1])

    @property
    def lead_id(self) -> int:
        """The lead in the path, under the number by which it goes on after a merge. Raises NotFound."""
        return self.merged_into or self.named_id

    async def followed(self) -> "Call":
        """The same call about the lead that an old number leads to; what it writes is remembered as said of that."""
        if "no" not in self.path:
            return self
        named = self.named_id
        async with self.desk.store.read() as tx:
            survivor_id = await current(tx, named)
        if survivor_id == named:
            return self
        return replace(self, merged_into=survivor_id, desk=replace(self.desk, through={survivor_id: named}))


@dataclass(frozen=True)
class Reply:
    """What is answered."""

    body: BaseModel
    status: int = 200


@dataclass(frozen=True)
class FileReply:
    """A file is answered, to be kept under its name."""

    name: str
    content: bytes
    kind: str = "application/octet-stream"


@dataclass(frozen=True)
class Route:
    """`access` says which keys may use it: any, or only those that act (admin, integration).

    `follows`: an old number in the path is followed beforehand; acts do that in their own transaction.
    `answer` None: a file. `takes_file`: a multipart form with a file beside the fields of `body`.
    """

    method: str
    path: str
    handler: Callable[[Call], Awaitable[Reply | FileReply]]
    summary: str
    answer: type[BaseModel] | None
    access: Literal["any", "acting"]
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    form: bool = False
    takes_file: Part | None = None
    follows: bool = True
    statuses: Mapping[int, str] = field(default_factory=lambda: {200: "好了"})
    refusals: tuple[int, ...] = ()

    def serve(self, desk: Desk, keyring: Keyring, guesses: Guesses) -> Callable[[web.Request], Awaitable[web.Response]]:
        """The route as aiohttp calls it."""

        async def answer(request: web.Request) -> web.Response:
            if request.headers.get("Content-Encoding", "identity").lower() != "identity":
                raise Problem("wrong_type", "不接受压缩过的请求体,请去掉 Content-Encoding。")
            caller = await keyring.caller(request)
            if self.access == "acting" and not caller.may_act:
                cannot = "看不到这里的内容" if self.method == "GET" else "不能修改任何内容"
                raise Problem("no_right", f"只读密钥{cannot},请换一个 admin 或 integration 密钥。")
            query = _query(self.query, request.query)
            context = await desk.context()
            key = request.headers.get("Idempotency-Key")
            try:
                file = await read_upload(request, self.takes_file) if self.takes_file else None
                given = file.fields if file is not None else await _given(request, form=self.form) if self.body else {}
                body = _body(self.body, given) if self.body else None
                call = Call(desk, caller, context, request.match_info, guesses, query, body, file, key)
                reply = await self.handler(await call.followed() if self.follows else call)
            except Refused as refused:
                raise of_refusal(refused, zone=context.rules.zone) from None
            if isinstance(reply, FileReply):
                return _as_file(reply)
            content = dumps(reply.body.model_dump(mode="json", by_alias=True))
            return web.Response(body=content, status=reply.status, content_type="application/json")

        return answer


def _as_file(reply: FileReply) -> web.Response:
    name = urllib.parse.quote(reply.name)
    return web.Response(
        body=reply.content,
        content_type=reply.kind,
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}"},
    )


def _query(model: type[BaseModel] | None, given: MultiMapping[str]) -> BaseModel | None:
    if model is None:
        if given:
            name = next(iter(given))[:60].encode("utf-8", "replace").decode()
            _flawed("query", name, "这个地址没有筛选条件")
        return None
    twice = [name for name in given if len(given.getall(name)) > 1]
    if twice:
        _flawed("query", twice[0][:60].encode("utf-8", "replace").decode(), "只能出现一次")
    try:
        return model.model_validate(dict(given))
    except ValidationError as error:
        raise of_validation(error, model, where="query") from None


def _body(model: type[BaseModel], given: object) -> BaseModel:
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise of_validation(error, model, where="body") from None


def _flawed(where: str, name: str, flaw: str) -> NoReturn:
    raise Problem("invalid", f"{name}:{flaw}。", more={"in": where, "errors": [{"field": name, "problem": flaw}]})


async def _given(request: web.Request, *, form: bool) -> object:
    """What stands in the request's body, as JSON would have it."""
    kind = request.content_type
    raw = await request.read()
    charset = (request.charset or "utf-8").lower()
    if charset not in CHARSETS:
        raise Problem("wrong_type", "请用 UTF-8 编码。")
    if not raw.strip():
        return {}
    if form and kind == "application/x-www-form-urlencoded":
        return _urlencoded(raw, charset)
    if form and kind == "multipart/form-data":
        return _multipart(raw, request.headers["Content-Type"], charset)
    if kind in ("application/json", "application/octet-stream") or kind.endswith("+json"):
        return _json(raw, charset)
    raise Problem("wrong_type", f"请求体要是 application/json{' 或表单' if form else ''}。")


def _json(raw: bytes, charset: str) -> object:
    def constant(name: str) -> NoReturn:
        raise ValueError(name)

    try:
        return json.loads(raw.decode(charset).removeprefix("\ufeff"), parse_constant=constant)
    except (ValueError, RecursionError):
        raise Problem("bad_json", f"请求体不是有效的 {charset.upper()} JSON。") from None


async def read_form(request: web.Request) -> dict[str, list[str]]:
    """The values of each field of a urlencoded body. Raises Problem."""
    if request.content_type != "application/x-www-form-urlencoded":
        raise Problem("wrong_type", "请求体要是表单。")
    charset = (request.charset or "utf-8").lower()
    if charset not in CHARSETS:
        raise Problem("wrong_type", "请用 UTF-8 编码。")
    found: dict[str, list[str]] = {}
    for name, value in _pairs(await request.read(), charset):
        found.setdefault(name, []).append(value)
    return found


def _urlencoded(raw: bytes, charset: str) -> dict[str, str]:
    return dict(_pairs(raw, charset))


def _pairs(raw: bytes, charset: str) -> list[tuple[str, str]]:
    try:
        return urllib.parse.parse_qsl(
            urllib.parse.quote_from_bytes(raw, ASCII),  # curl -d sends Chinese as it stands, not as %E7…
            keep_blank_values=True,
            encoding=charset,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:
        raise Problem("bad_form", f"表单无法读取:最多 {MOST_FIELDS} 项,编码要一致。") from None


def _multipart(raw: bytes, content_type: str, charset: str) -> dict[str, str]:
    """Text fields of a multipart form; files are left out."""
    if raw.count(b"Content-Disposition") + raw.count(b"content-disposition") > MOST_FIELDS or raw.count(b"\n--") > 500:
        raise Problem("bad_form", f"表单最多 {MOST_FIELDS} 项。")
    head = f"Content-Type: {content_type}\r\n\r\n".encode("utf-8", "replace")
    message = email.parser.BytesParser(policy=email.policy.compat32).parsebytes(head + raw)
    fields: dict[str, str] = {}
    for part in message.walk():
        if part.is_multipart():
            continue
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if not isinstance(name, str) or part.get_filename() is not None or not isinstance(content, bytes):
            continue
        try:
            fields[name.encode("ascii", "surrogateescape").decode(charset)] = content.decode(charset)
        except UnicodeError:
            raise Problem("bad_form", f"表单的编码不是 {charset.upper()}。") from None
    if not fields:
        raise Problem("bad_form", "表单里没有可读的内容。")
    return fields
