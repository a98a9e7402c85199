"""Long lists come page by page: an opaque mark says where the next page begins."""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

from pydantic import ConfigDict, Field

from bot.web.api.fields import Term
from bot.web.api.problem import Problem
from bot.web.api.shape import Shape

T = TypeVar("T")
LARGEST = 200


class Page(Shape):
    """What every list takes: how many items, and where to go on."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=LARGEST, description="一页最多几条")] = 50
    cursor: Annotated[Term, Field(description="上一页答复里的 next_cursor")] = ""


def start_of(page: Page, noun: str) -> Any:
    """The key after which the page begins, or None for the first page; raises Problem for a foreign cursor."""
    if not page.cursor:
        return None
    try:
        padded = page.cursor.encode("ascii") + b"=" * (-len(page.cursor) % 4)
        mark, key = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, UnicodeEncodeError, binascii.Error, TypeError, RecursionError):
        raise _bad_cursor() from None
    plausible = isinstance(key, str) or (isinstance(key, int) and not isinstance(key, bool) and 0 <= key < 2**63)
    if mark != _mark(page, noun) or not plausible:
        raise _bad_cursor()
    return key


def cut(rows: Sequence[T], page: Page, noun: str, key: Callable[[T], int | str]) -> tuple[Sequence[T], str | None]:
    """The page of rows fetched as one more than the limit, and the cursor of the next page or None."""
    shown = rows[: page.limit]
    if len(rows) <= page.limit or not shown:
        return shown, None
    pair = json.dumps([_mark(page, noun), key(shown[-1])], ensure_ascii=True, separators=(",", ":"))
    return shown, base64.urlsafe_b64encode(pair.encode()).rstrip(b"=").decode()


def _mark(page: Page, noun: str) -> str:
    """Ties a cursor to its list and filters: with other filters it would silently leave things out."""
    filters = page.model_dump(mode="json", exclude={"limit", "cursor"})
    told = json.dumps([noun, filters], ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def _bad_cursor() -> Problem:
    flaw = "不是这个列表用这些筛选条件给出的 next_cursor;去掉 cursor 从第一页开始"
    return Problem(
        "invalid", f"cursor:{flaw}。", more={"in": "query", "errors": [{"field": "cursor", "problem": flaw}]}
    )
