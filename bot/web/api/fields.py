"""How single values are read from a request: words, instants with an offset, budgets in yuan."""

import math
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, StringConstraints

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
MOST_OWN = 30
LATEST = datetime(2200, 1, 1, tzinfo=UTC)


def printable(value: Any) -> Any:
    """Words as people mean them: no NUL, no control or direction marks, null is nothing, whole numbers are digits.

    Raises ValueError for half characters, for true and false, and for numbers that are none.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        raise ValueError("要是文字")
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("要是文字")
        value = int(value) if value.is_integer() and abs(value) < 1e15 else value
    if isinstance(value, int | float):
        value = str(value)
    if isinstance(value, str):
        if any("\ud800" <= c <= "\udfff" for c in value):
            raise ValueError("含有无法识别的字符")
        value = "".join(c for c in value if c in "\n\t\u3000" or c.isprintable()).strip()
    return value


def _term(value: Any) -> Any:
    """A filter's words: one of invisible characters only must not turn into no filter at all."""
    words = printable(value)
    if value and not words:
        raise ValueError("只有看不见的字符;不筛选就去掉这一项")
    return words


def _moment(value: Any) -> Any:
    if value is None:
        return None
    if not isinstance(value, str):
        raise ValueError("要写成带时区的 ISO 8601 时间,例如 2026-09-30T17:10:00+08:00")
    try:
        at = datetime.fromisoformat(value.strip())
    except ValueError:
        raise ValueError("不是 ISO 8601 时间,例如 2026-09-30T17:10:00+08:00") from None
    if at.tzinfo is None:
        raise ValueError("缺少时区,例如 2026-09-30T17:10:00+08:00")
    try:
        at = at.astimezone(UTC)
    except OverflowError:
        raise ValueError("时间超出范围") from None
    if not EARLIEST <= at < LATEST:
        raise ValueError("时间超出范围")
    return at


def _words_or_none(value: Any) -> Any:
    return printable(value) or None


def _sum(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, str | int | float | None):
        raise ValueError("要是多少元的数字,或「50万」「10-20万」这样的文字")
    return printable(value) if isinstance(value, str) else value


def _own_fields(value: Any) -> Any:
    """Values of a company's own fields: words, numbers, and lists of words; what they mean the rules know."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ValueError('要是一个 JSON 对象,例如 {"area": 300}')
    if len(value) > MOST_OWN:
        raise ValueError(f"最多 {MOST_OWN} 项")
    return {str(printable(name))[:40]: _own_value(held) for name, held in value.items()}


def _own_value(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, list):
        if len(value) > MOST_OWN:
            raise ValueError(f"最多 {MOST_OWN} 项")
        return [str(printable(one)) for one in value]
    if isinstance(value, str | int | float):
        return printable(value)
    raise ValueError("字段的值要是文字、数字或文字的列表")


Words = Annotated[str, BeforeValidator(printable)]
Short = Annotated[str, BeforeValidator(printable), StringConstraints(max_length=200)]
Term = Annotated[str, BeforeValidator(_term), StringConstraints(max_length=200)]
Id = Annotated[Annotated[str, StringConstraints(max_length=200)] | None, BeforeValidator(_words_or_none)]
Sum = Annotated[str | int | float | None, BeforeValidator(_sum)]
OwnFields = Annotated[dict[str, Any], BeforeValidator(_own_fields)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
