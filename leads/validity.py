"""Can anybody be reached with what was left? Impossible numbers, throw-away mail, tests: each with its reason."""

import re
from collections.abc import Collection
from functools import cache
from importlib.resources import files

from leads.understand.contact import normal_email, normal_wechat


@cache
def _throw_away() -> frozenset[str]:
    lines = (files(__package__) / "throw_away_mail.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


@cache
def _test_word() -> re.Pattern[str]:
    return re.compile(
        r"(?:测试(?:数据|用户|账号|线索|一下)?|test(?:ing|er)?|asdf+|asdasd|qwer(?:ty)?|aaa+|xxx+|请忽略|勿回)[\d\s_-]*",
        re.IGNORECASE,
    )


def email_flaw(email: str, *, throw_away: Collection[str] = ()) -> str:
    """Why nobody reads this address; "" when somebody may, or when there is none. `throw_away`: further domains."""
    if not email:
        return ""
    normal = normal_email(email)
    if normal is None:
        return "邮箱写错了"
    name, _, domain = normal.partition("@")
    if {domain, domain.partition(".")[2]} & (_throw_away() | set(throw_away)):
        return "一次性邮箱"
    host = domain.partition(".")[0]
    if name == host and (name.isdigit() or _test_word().fullmatch(name)):
        return "测试邮箱"
    return ""


def is_test(name: str, company: str, need: str) -> bool:
    """Whether an entry says itself that it is none: the name, or company and need together, are words of a test."""
    if name := name.strip():
        return _test_word().fullmatch(name) is not None
    words = [word.strip() for word in (company, need) if word.strip()]
    return bool(words) and all(_test_word().fullmatch(word) for word in words)


def lead_flaw(
    *,
    name: str,
    company: str,
    need: str,
    phone: str,
    phone_flaw: str,
    email: str,
    wechat: str,
    known_outside: bool,
    throw_away: Collection[str] = (),
) -> str:
    """Why a lead cannot be worked at all; "" when one way to reach the person is good, or when none was left.

    `known_outside`: the person is a contact of the chat platform and can be written to there.
    """
    if is_test(name, company, need):
        return "测试数据"
    reached = phone and not phone_flaw
    reached = reached or (email and not email_flaw(email, throw_away=throw_away))
    reached = reached or normal_wechat(wechat) is not None or known_outside
    if reached:
        return ""
    if phone:
        return phone_flaw
    return email_flaw(email, throw_away=throw_away) or ("微信号写错了" if wechat else "")
