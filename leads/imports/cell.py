"""What people put into one cell of a list: 无 for nothing, two addresses, a name with its job in brackets."""

import re
from functools import lru_cache

from leads.capture import LONGEST
from leads.understand.contact import normal_email, normal_wechat, same_as_mobile
from leads.understand.job import job_pattern
from leads.understand.letter import simplified
from leads.understand.money import read_budget
from leads.understand.phone import find_phones
from leads.understand.place import district_in, read_city
from leads.understand.surname import looks_like_name
from leads.understand.text import clean

NOTHING = frozenset(
    (
        *("无", "没有", "暂无", "暂缺", "未知", "不详", "未填", "未填写", "未提供", "空", "(空)", "(无)"),
        *("-", "--", "---", "—", "——", "/", "//", "\\", ".", "。", "*", "?", "？", "n/a", "na", "null", "none", "nil"),
        *("#n/a", "#ref!", "#value!", "#name?", "#null!", "#div/0!", "#num!"),
    )
)
OPEN = re.compile(r"(?:价格|预算)?(?:面议|面谈|待定|未定|不定|另议|再议|详谈|不限|没有?预算|看情况|保密)")
EMAIL_SIGNS = str.maketrans({"。": ".", "．": ".", "＠": "@"})
PARTS = re.compile(r"\s*[()（）\[\]【】/、,，;；|\s-]\s*")
POLITE = ("先生", "女士", "小姐", "老师", "总")


def is_nothing(text: str) -> bool:
    """Whether a cell says that there is nothing: 无, 暂无, -, N/A, and what Excel writes for a broken formula."""
    return len(text) <= 7 and text.lower() in NOTHING


def visible(text: str) -> str:
    """Without the signs that cannot be seen (address books put them around numbers); line ends stay."""
    return text if text.isprintable() else "".join([c for c in text if c.isprintable() or c == "\n"])


def tidy(text: str, most: int) -> str:
    """Without characters that cannot be seen, at most so many; line ends stay."""
    if text.isprintable():
        return text if len(text) <= most else text[:most].strip()
    return visible(text.replace("\r\n", "\n")).strip()[:most]


def read_emails(text: str) -> list[str]:
    """Every address in the cell, in one spelling: 张三<zhang@a.cn>; li@a。cn are two."""
    whole = normal_email(text)
    if whole is not None:
        return [whole]
    even = visible(text).translate(EMAIL_SIGNS)
    found = (normal_email(part) for part in re.split(r"[\s;；,，、/|<>()（）:：\"]+", even) if "@" in part)
    return list(dict.fromkeys(one for one in found if one is not None))


def read_wechat(text: str) -> str | None:
    """The WeChat id in the cell, with or without its label (微信号:abc_123)."""
    whole = normal_wechat(text)
    if whole is not None or text.isascii():
        return whole
    return normal_wechat(re.sub(r"^(?:微信号?|wx|vx)(?:是|为)?[\s::]*", "", visible(text).strip(), flags=re.IGNORECASE))


def is_same_number(text: str, *, column: str) -> bool:
    """Whether a cell says that the mobile is the WeChat id: 13800138000(同微信), or 同手机 in the WeChat column."""
    told = clean(text)
    if column == "wechat":
        return (
            re.fullmatch(r"(?:微信)?(?:号)?[同即=]?(?:是|上|手机|电话|号|手机号码?|电话号码?|一号|步)+|同", told)
            is not None
        )
    return same_as_mobile(told) is not None


@lru_cache(maxsize=4096)
def read_person(text: str) -> tuple[str, str, str]:
    """(name, job, phone as typed) of a cell with the name: 张伟(采购经理) 13800138000. What is unclear stays."""
    plain = text.strip()
    if len(plain) <= 4 and not re.search(r"[\s\d()（）/]", plain):
        return plain, "", ""
    phone = ""
    if sum(sign.isdigit() for sign in plain) >= 7:
        found = find_phones(plain)
        if len(found) == 1:
            phone = plain[found[0].begin : found[0].stop]
            plain = (plain[: found[0].begin] + " " + plain[found[0].stop :]).strip(" :：,，、/()（）")
    parts = [part for part in PARTS.split(plain) if part]
    if 1 < len(parts) <= 4 and all(len(part) == 1 and "一" <= part <= "鿿" for part in parts):
        return "".join(parts), "", phone
    if len(parts) == 2:
        for name, rest in (parts, parts[::-1]):
            if rest in POLITE and looks_like_name(name, strict=False):
                return name + rest, "", phone
            if looks_like_name(name, strict=False) and job_pattern().fullmatch(rest):
                return name, rest, phone
    return plain, "", phone


def whole_name(surname: str, given: str) -> str:
    """A name out of two columns: 张 and 伟 are 张伟, Lee and Ann are Ann Lee."""
    if not surname or given.startswith(surname) or given.endswith(f" {surname}"):
        return given or surname
    return f"{given} {surname}".strip() if surname.isascii() else surname + given


def plain_company(text: str) -> str:
    """A company without the blanks that printing put between its Chinese characters, and none for 个人."""
    if text in ("个人", "个体", "私人", "无公司", "暂无公司", "没有公司"):
        return ""
    return text if " " not in text else re.sub(r"(?<=[一-龥()（）]) +(?=[一-龥()（）])", "", text)


@lru_cache(maxsize=4096)
def city_of(text: str) -> str:
    """浙江省杭州市余杭区 is 杭州, shenzhen is 深圳; what is no place of ours is left as it was written."""
    if not text:
        return ""
    even = simplified(clean(text))
    found, _ = read_city(even.title() if even.isascii() else even, company=None, tel=None)
    return found or text[: LONGEST["city"]]


@lru_cache(maxsize=4096)
def district_of(text: str) -> str:
    """余杭区 of 浙江省杭州市余杭区; "" where none is named."""
    return district_in(text) if text else ""


@lru_cache(maxsize=4096)
def sum_of(text: str) -> tuple[int | None, int | None] | None:
    """The budget's bounds in yuan, None = open; None when it cannot be read. Nobody has a budget of 0."""
    if OPEN.fullmatch(text):
        return None, None
    found = read_budget(text)
    return (None, None) if found is not None and not any(found) else found
