"""E-mail addresses and WeChat ids: one spelling for each, and finding them in pasted text."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache


def normal_email(text: str) -> str | None:
    """The address in lower case, without blanks and full-width letters; None if it is no address."""
    even = unicodedata.normalize("NFKC", text[:400]).strip().strip("<>,;。").lower().removeprefix("mailto:")
    found = _email_shape().fullmatch(even)
    return even if found and len(even) <= 254 and ".." not in even else None


def normal_wechat(text: str) -> str | None:
    """The WeChat id in lower case, or the 11 digits of a mobile used as one; None if it can be neither.

    Ids have 6 to 20 letters, digits, underscores or hyphens and begin with a letter (WeChat's own rule); WeChat
    compares them without regard to case. Ids as short as 5 exist from the early days.
    """
    even = unicodedata.normalize("NFKC", text[:200]).strip().lower()
    if re.fullmatch(r"[a-z][-_a-z0-9]{4,19}", even):
        return even
    digits = re.sub(r"[\s-]", "", even).removeprefix("+86")
    return digits if re.fullmatch(r"1[3-9]\d{9}", digits) else None


@dataclass(frozen=True)
class Found:
    """Something read from the text, and where it stood."""

    value: str
    begin: int
    stop: int


@cache
def _email_shape() -> re.Pattern[str]:
    return re.compile(
        r"[a-z0-9](?:[a-z0-9._%+-]{0,62}[a-z0-9_+-])?@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,5}[a-z]{2,18}"
    )


@cache
def _email_in_text() -> re.Pattern[str]:
    return re.compile(
        r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}\s?(?:@|[(\[]at[)\]])\s?[A-Za-z0-9](?:[A-Za-z0-9-]{0,40}\.)"
        r"{1,5}[A-Za-z]{2,18}(?![A-Za-z0-9@])"
    )


@cache
def _wechat_in_text() -> re.Pattern[str]:
    label = (
        r"(?<!企业)(?:微信号?|薇信|威信|[vV]信|we ?chat|(?<![a-z])weixin|(?<![a-z])wx ?id|(?<![a-z])wx号?|"
        r"(?<![a-z])vx号?|加[vV]|\+[vV]|绿泡泡|(?<![a-z0-9])v(?=\s?[::]))"
    )
    return re.compile(
        (
            rf"{label}(?:id|号|是|为|叫|账号|搜索?|请?加|[\s::,(+]){{0,6}}(?P<id>[a-z][-_a-z0-9]{{4,19}}|"
            rf"1[3-9]\d[ -]?\d{{4}}[ -]?\d{{4}})(?![-_a-z0-9@.])"
        ),
        re.IGNORECASE,
    )


@cache
def _same_number() -> re.Pattern[str]:
    return re.compile(
        (
            r"(?:微信|wechat|[vw]x|[vV])\s?(?:和|跟|与|也是|就是|是|即)?\s?(?:手机|电话|号码|"
            r"同步)?\s?(?:同(?:一个)?(?:手机|电话)?号?码?|一样|也是这个|就是这个|同步)|(?:手机|"
            r"电话)(?:号码?)?(?:即|就是|同|=|和|/)\s?微信(?:号)?(?:一样|同步|同号)?|微信[::\s]{0,2}同手机号?码?|"
            r"同微信|加微同号|微同|同[vV](?![A-Za-z])|微信\s?[/和与]\s?(?:手机|电话)"
        ),
        re.IGNORECASE,
    )


def find_email(text: str) -> Found | None:
    """The first e-mail address in the cleaned text."""
    for found in _email_in_text().finditer(text):
        value = normal_email(re.sub(r"[(\[]at[)\]]", "@", found[0].replace(" ", "")))
        if value is not None:
            return Found(value, found.start(), found.end())
    return None


def find_wechat(text: str) -> Found | None:
    """The first WeChat id behind a label (微信, VX, wxid …), as written; a mobile counts too."""
    found = _wechat_in_text().search(text)
    if found is None:
        return None
    if found["id"].lower() in ("wechat", "weixin", "phone", "mobile", "email"):
        return None
    digits = re.sub(r"[ -]", "", found["id"]) if found["id"][0].isdigit() else found["id"]
    return Found(digits, found.start(), found.end())


def same_as_mobile(text: str) -> Found | None:
    """微信同号: the mobile is the WeChat id."""
    found = _same_number().search(text)
    return Found(found[0], found.start(), found.end()) if found else None
