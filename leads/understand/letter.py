"""Traditional letters as the Simplified ones that our words, names and places are written in."""

from collections.abc import Callable
from functools import cache


def simplified(text: str) -> str:
    """The same text in Simplified letters."""
    return _converter()(text) if _has_traditional(text) else text


def _has_traditional(text: str) -> bool:
    """Whether a sign lies outside the set of the common Simplified ones."""
    try:
        text.encode("gb2312")
    except UnicodeEncodeError:
        return True
    return False


@cache
def _converter() -> Callable[[str], str]:
    from opencc import OpenCC  # reads its dictionaries: on first use only

    convert: Callable[[str], str] = OpenCC("t2s").convert
    return convert
