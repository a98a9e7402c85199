"""One spelling for every phone number, so that the same person is found again however the number was typed."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from leads.understand.number import spoken_digits

Kind = Literal["mobile", "landline", "service400", "foreign"]


ZEROS = str.maketrans("Oo", "00")


@dataclass(frozen=True)
class Phone:
    """A phone number in E.164 (+8613800138000); `reason` says in Chinese why it is not `valid`."""

    number: str
    kind: Kind
    extension: str
    valid: bool
    reason: str

    @property
    def masked(self) -> str:
        """For groups and logs: 138****8000, 0512****6778, the extension left out."""
        local = self.local
        head = 4 if self.kind == "landline" and local[:1] == "0" and local[1:2] not in ("1", "2") else 3
        return local[:head] + "****" + local[-4:] if len(local) > head + 4 else "****" + local[-2:]

    @property
    def local(self) -> str:
        """As dialled in China: 13800138000, 051265566778, 4008208820; foreign numbers keep their +."""
        digits = self.number.removeprefix("+86")
        if not self.number.startswith("+86"):
            return self.number
        return "0" + digits if self.kind == "landline" and len(digits) > 8 else digits

    @property
    def key(self) -> str:
        """How the number is known in the store: +8651265566778-8006."""
        return f"{self.number}-{self.extension}" if self.extension else self.number

    @property
    def written(self) -> str:
        """`local` with the extension: 051265566778-8006."""
        return f"{self.local}-{self.extension}" if self.extension else self.local


@dataclass(frozen=True)
class FoundPhone:
    """A phone number in a text, and where it stood."""

    phone: Phone
    begin: int
    stop: int


@cache
def _shape() -> re.Pattern[str]:
    """A number's parts, once it stands alone: prefix, digits with separators, extension."""
    return re.compile(
        r"\(?(?P<plus>\+|00)?\(?(?P<digits>\d(?:[\s().·/_~-]{0,3}\d){4,19})\)?"
        r"(?:[\s(,]{0,2}(?:-{1,2}|转接?|分机号?|ext\.?|extension|#|x|\*)[\s:.]{0,3}(?P<ext>\d{1,6})\)?)?",
        re.IGNORECASE | re.ASCII,
    )


def normal_phone(text: str) -> Phone | None:
    """The number in one spelling, or None if the text is no phone number at all.

    Takes +86, 0086 and 86 before it, full-width and spoken digits (一三八…), blanks, dashes, brackets, and 转,
    分机 or - before an extension. A number that looks like a phone but cannot be one comes back with
    valid=False and a reason.
    """
    text = text[:200] if text.isascii() else unicodedata.normalize("NFKC", text[:200])
    plain = text[:3] + text[4:8] + text[9:] if len(text) == 13 and text[3] == text[8] in ("-", " ") else text
    plain = plain[3:].lstrip(" ") if plain[:3] == "+86" else plain
    if len(plain) == 11 and plain[0] == "1" and plain.isascii() and plain.isdigit():
        return _judge(plain, plus=False, extension="")  # as most lists have it
    even = text.strip().translate(spoken_digits())
    even = re.sub(
        r"^(?:手机号?码?|电话号?码?|联系方式|座机|tel|phone|mobile|mob|t|m)\s?[::]?\s?", "", even, flags=re.IGNORECASE
    )
    even = re.sub(r"[\u2010-\u2015\u2212]", "-", even)
    split = re.fullmatch(
        r"(\(?\+?(?:86)?[ -]?\(?0\d{2,3}\)?[ -]{0,2}\d{3,4} ?\d{4}|[48]00[ -]?\d{3}[ -]?\d{4}) ?- ?(\d{1,6})", even
    )
    if split:
        return _judge(re.sub(r"\D", "", split[1]), plus="+" in split[1][:2], extension=split[2])
    found = _shape().fullmatch(even)
    if found is None:
        return None
    digits, extension = re.sub(r"\D", "", found["digits"]), found["ext"] or ""
    return _judge(digits, plus=bool(found["plus"]), extension=extension)


def _judge(digits: str, *, plus: bool, extension: str) -> Phone | None:
    if not plus and (abroad := _across_the_border(digits)):
        return _foreign(abroad, extension)
    if plus and not digits.startswith("86"):
        return _foreign(digits, extension)
    rest = digits[2:] if digits.startswith("86") and (plus or len(digits) >= 11) else digits
    if plus and rest.startswith("0"):
        rest = rest.lstrip("0") if rest.startswith("01") and len(rest) == 12 and rest[2] in "3456789" else rest
    if len(rest) == 12 and rest.startswith("01") and rest[2] in "3456789":
        rest = rest[1:]  # the old habit of a 0 before a mobile of another city
    if rest.startswith(("400", "800")):
        valid = len(rest) == 10
        return Phone("+86" + rest, "service400", extension, valid, "" if valid else "位数不对")
    if rest.startswith("1") and not (plus and len(rest) == 10 and rest.startswith("10")):
        return _mobile(rest, extension) if len(rest) >= 7 else None
    area = rest.lstrip("0") if rest.startswith("0") or plus or rest != digits else ""
    if area:
        return _landline(area, extension)
    if 7 <= len(rest) <= 8 and not extension:
        return Phone("+86" + rest, "landline", "", False, "缺少区号")
    if len(rest) in (7, 8):
        return Phone("+86" + rest, "landline", extension, False, "缺少区号")
    return None


def _across_the_border(digits: str) -> str:
    """Hong Kong, Macau and Taiwan as people there write them without +: 852 9123 4567, 0912-345-678; "" for others.

    No mainland number has their length: area codes of four digits have seven behind them.
    """
    if len(digits) == 11 and digits[:3] in ("852", "853") and digits[3] in "235689":
        return digits
    if len(digits) == 12 and digits.startswith("8869"):
        return digits
    return "886" + digits[1:] if len(digits) == 10 and digits.startswith("09") else ""


def _mobile(digits: str, extension: str) -> Phone:
    number = "+86" + digits
    if len(digits) != 11:
        return Phone(number, "mobile", extension, False, "位数不对")
    if digits[1] in "012" or not _is_issued(number[:10]):
        return Phone(number, "mobile", extension, False, "号段不存在")
    if _is_test(digits):
        return Phone(number, "mobile", extension, False, "测试号码")
    return Phone(number, "mobile", extension, True, "")


@lru_cache(maxsize=65536)
def _is_issued(head: str) -> bool:
    """Whether mobiles that begin with these seven digits exist: the plan tells blocks apart by their first five."""
    return _is_valid(head + "0000")


def _is_test(digits: str) -> bool:
    """Numbers people type to get past a form: 13333333333, 15000000000. Lucky ones (13888888888) are somebody's."""
    return len(set(digits[1:])) == 1 or len(set(digits[2:])) == 1


def _landline(area: str, extension: str) -> Phone:
    number = "+86" + area
    if not 9 <= len(area) <= 11:
        return Phone(number, "landline", extension, False, "位数不对")
    valid = _is_valid(number)
    return Phone(number, "landline", extension, valid, "" if valid else "区号或位数不对")


def _foreign(digits: str, extension: str) -> Phone | None:
    if not 7 <= len(digits) <= 15:
        return None
    number = "+" + digits
    valid = _is_valid(number)
    return Phone(number, "foreign", extension, valid, "" if valid else "这个国家没有这样的号码")


def _is_valid(number: str) -> bool:
    from phonenumbers.phonenumberutil import NumberParseException, is_valid_number, parse  # heavy: on first use only

    try:
        return is_valid_number(parse(number, None))
    except NumberParseException:
        return False


@cache
def _in_text() -> re.Pattern[str]:
    gap = r"[ -]?"
    return re.compile(
        r"(?<![\dA-Za-z])(?:"
        rf"(?P<foreign>(?:\+|00)(?!86)[1-9]\d{{0,2}}(?:[ ()-]{{0,2}}\d){{6,13}}(?!\d))"
        rf"|(?P<abroad>85[23]{gap}[235689]\d{{3}}{gap}\d{{4}}|886{gap}9\d\d{gap}\d{{3}}{gap}\d{{3}}|09\d\d{gap}\d{{3}}{gap}\d{{3}})(?!\d)"
        rf"|(?P<mobile>(?:\(?(?:\+|00)?86\)?[ -]{{0,2}}|"
        rf"0)?1{gap}[3-9]{gap}\d{gap}\d{gap}\d{gap}\d{gap}\d{gap}\d{gap}\d{gap}\d{gap}\d)(?!\d)"
        rf"|(?P<service>[48]00{gap}\d{{3,4}}{gap}\d{{3,4}})(?!\d)"
        r"|(?P<land>(?:\(?(?:\+|00)?86\)?[ -]{0,2})?(?:\(0?[1-9]\d{1,2}\)|0[1-9]\d{1,2})[ -]{0,2}(?:\d{7,8}|"
        r"\d{3,4}[ -]\d{4}))(?!\d)"
        r"|(?P<land86>(?:\(?(?:\+|00)86\)?[ -]{0,2}|86-)\(?(?:10|[2-9]\d{1,2})\)?[ -]{0,2}\d{3,4}[ -]?\d{4})(?!\d)"
        r")(?:[ ,(]{0,2}(?:-{1,2}|转接?|分机号?:?|ext\.?|extension|#|x)[ :.]{0,2}"
        r"(?P<ext>\d{1,6})(?!\d|-?\d{2}:|\s?[-~到至万wWkK千百元块台个套人%.年月号点:])\)?)?",
        re.IGNORECASE | re.ASCII,
    )


@cache
def _labelled() -> re.Pattern[str]:
    return re.compile(
        r"(?:手机|电话|座机|固话|联系方式|tel|mobile|phone)(?:号码?)?[\s::是为]{0,3}(?P<digits>\d[\d -]{5,14}\d)(?!\d)",
        re.IGNORECASE | re.ASCII,
    )


@cache
def _foreign_things() -> re.Pattern[str]:
    """Words before digits that make them something else than a phone."""
    return re.compile(
        r"(?:单号|订单号?|编号|QQ号?|qq|证号?|账号|帐号|卡号|税号|代码|传真|fax|邮编|合同号?|流水号?|F)[\s::是为]{0,3}$"
    )


def find_phones(text: str) -> list[FoundPhone]:
    """The phone numbers in cleaned text, in order; order numbers, QQ numbers and faxes are none.

    A labelled number that cannot be right (手机 1381234567) comes back with valid=False.
    """
    spoken = _spoken_in_text().sub(lambda found: found[0].translate(spoken_digits()), text)
    spoken = _letter_o().sub(lambda found: found[0].translate(ZEROS), spoken)
    found: list[FoundPhone] = []
    for hit in _in_text().finditer(spoken):
        if _foreign_things().search(spoken[max(0, hit.start() - 6) : hit.start()]):
            continue
        phone = _read(hit)
        if phone is not None:
            found.append(FoundPhone(phone, hit.start(), hit.end()))
    for hit in _labelled().finditer(spoken):
        if not any(one.begin < hit.end() and hit.start("digits") < one.stop for one in found):
            phone = normal_phone(hit["digits"])
            if phone is not None:
                found.append(FoundPhone(phone, hit.start("digits"), hit.end("digits")))
    return sorted(found, key=lambda one: one.begin)


def mistyped_mobile(text: str) -> str:
    """A run of 6 to 14 digits that begins like a mobile and is none, as typed; "" when there is none.

    Only for words that surely describe a customer: elsewhere such a run is more often an order number.
    """
    found = re.search(r"(?<![\dA-Za-z.])1[3-9]\d{4,12}(?![\d.]|\s?(?:万|元|块|台|个|套|人|年|月|号|%))", text)
    return found[0] if found and len(found[0]) != 11 else ""


@cache
def _letter_o() -> re.Pattern[str]:
    """A mobile in which somebody typed the letter O for a zero."""
    return re.compile(r"(?<![\dA-Za-z])1[3-9](?=\d*[Oo])[\dOo]{9}(?![\dA-Za-z])", re.ASCII)


@cache
def _spoken_in_text() -> re.Pattern[str]:
    return re.compile(
        r"[零〇一二三四五六七八九幺两\d](?:[ -]?[零〇一二三四五六七八九幺两\d]){9,11}(?![零〇一二三四五六七八九幺\d])"
    )


def _read(hit: re.Match[str]) -> Phone | None:
    extension = hit["ext"] or ""
    for name in ("foreign", "abroad", "mobile", "service", "land", "land86"):
        written = hit[name]
        if written:
            digits = re.sub(r"\D", "", written)
            if name == "abroad":
                return _foreign(_across_the_border(digits), extension)
            if name == "mobile":
                return _mobile(digits[-11:], extension)
            if name == "service":
                return _judge(digits, plus=False, extension=extension) if len(digits) == 10 else None
            if name == "foreign":
                return _foreign(digits.removeprefix("00") if written.startswith("00") else digits, extension)
            if name == "land86":
                return _landline(digits.removeprefix("00").removeprefix("86"), extension)
            area = digits.removeprefix("00") if written.lstrip("(").startswith("00") else digits
            area = area[2:] if len(area) > 12 or written.lstrip("(").startswith(("+", "86", "0086")) else area
            return _landline(area.lstrip("0"), extension)
    return None
