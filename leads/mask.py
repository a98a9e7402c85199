"""How a person is shown where not everything may be shown: 王先生 138****8000."""

import re
from functools import cache

from leads.understand.phone import normal_phone


def shown_phone(phone: str, *, reveal: bool) -> str:
    """As one dials it (13800138000, 051265566778-8006), or masked (138****8000); what is no number becomes ****."""
    base, dash, extension = phone.partition("-") if phone.startswith("+") else (phone, "", "")
    known = normal_phone(base) if phone else None
    if known is None or not known.valid:
        return phone if reveal else ("****" if phone else "")
    return known.local + dash + extension if reveal else known.masked


def masked_text(text: str) -> str:
    """First character and stars: for WeChat ids and mail addresses."""
    if not text:
        return ""
    head, at, domain = text.partition("@")
    return f"{head[:1]}***{at}{domain}"


def said(text: str, *, reveal: bool) -> str:
    """Words as a caller may read them: without `reveal`, numbers and addresses in them are masked; days stay."""
    if reveal or not text:
        return text
    text = _address().sub(lambda found: f"{found[0][:1]}***", text)
    return _digits().sub(lambda found: found[0] if found["ours"] else _stars(found[0]), text)


def _stars(run: str) -> str:
    if _day().fullmatch(run.strip()):
        return run
    figures = [c for c in run if c.isdigit() or c in "零〇一二三四五六七八九幺"]
    if len(figures) < 11:
        return "****"
    return "".join(figures[:3]) + "****" + "".join(figures[-4:])


@cache
def _digits() -> re.Pattern[str]:
    """Our own numbers (L1024, O88); seven or more figures, however they are spaced out or spelled."""
    figure = "[\\d零〇一二三四五六七八九幺]"
    ours = "(?P<ours>(?<![A-Za-z0-9])[LOQI][0-9]{1,7}(?![0-9]))"
    return re.compile(rf"{ours}|[+\uff0b]?{figure}(?:[^\w\n,;\uff0c\u3002\uff1b\u3001]{{0,3}}{figure}){{6,}}")


@cache
def _day() -> re.Pattern[str]:
    return re.compile(r"20\d\d[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01])(?:[ T]+[012]?\d(?::[0-5]\d){0,2})?")


@cache
def _address() -> re.Pattern[str]:
    return re.compile("[A-Za-z0-9._%+-]+\\s?[@\uff20]\\s?[A-Za-z0-9.-]+")
