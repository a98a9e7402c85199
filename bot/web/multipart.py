"""A form with a file in it, read as it comes: what is too large is refused before it is read to its end."""

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote

from aiohttp import BodyPartReader, web

from bot.guard import expect_much
from bot.web.api.problem import Problem
from leads.imports.grid import LARGEST, too_large

MOST_FIELDS = 20
LONGEST_FIELD = 64 * 1024  # bytes of a field that is no file
CHUNK = 256 * 1024


@dataclass(frozen=True)
class Part:
    """The one file of a form: what its part is called, how large it may be, and the refusal of a larger one."""

    name: str
    largest: int
    refuse: Callable[[int], Exception]


LIST = Part("file", LARGEST, too_large)


@dataclass(frozen=True)
class Upload:
    """The form's fields as text, and its file."""

    fields: dict[str, str] = field(repr=False)
    name: str
    content: bytes = field(repr=False)


async def read_upload(request: web.Request, wanted: Part = LIST) -> Upload:
    """The form of a request. Raises Problem (400, 415) for anything else, the part's refusal for a larger file."""
    if request.content_type != "multipart/form-data":
        raise Problem("wrong_type", f"请用 multipart/form-data 上传,文件放在 {wanted.name} 这一项里。")
    if request.content_length is not None and request.content_length > wanted.largest + LONGEST_FIELD * MOST_FIELDS:
        raise wanted.refuse(request.content_length)
    expect_much(request)
    fields: dict[str, str] = {}
    name, content = "", None
    try:
        reader = await request.multipart()
        while (part := await reader.next()) is not None:
            if not isinstance(part, BodyPartReader) or len(fields) > MOST_FIELDS:
                raise Problem("bad_form", f"表单最多 {MOST_FIELDS} 项,只能有一个文件。")
            if part.name == wanted.name and content is None:
                name, content = unquote(part.filename or ""), await _read(part, wanted.largest, wanted.refuse)
            elif part.name:
                fields[part.name] = (await _read(part, LONGEST_FIELD, _too_long)).decode("utf-8", "replace")
    except (ValueError, AssertionError, RuntimeError, KeyError):
        raise Problem("bad_form", "表单无法读取,请检查 multipart 的写法。") from None
    if content is None:
        raise Problem("bad_form", f"没有收到文件:放在名为 {wanted.name} 的一项里。")
    return Upload(fields, name.replace("\\", "/").rpartition("/")[2][:200] or "名单", content)


def _too_long(size: int) -> Exception:
    return Problem("bad_form", "表单里有一项太长了。")


async def _read(part: BodyPartReader, largest: int, refuse: Callable[[int], Exception]) -> bytes:
    content = bytearray()
    while chunk := await part.read_chunk(CHUNK):
        content += chunk
        if len(content) > largest:
            raise refuse(len(content))
    return bytes(content)
