"""The telephone numbers in one cell of a list, in whatever shape Excel and people have left them."""

import re

from leads.imports.cell import visible
from leads.understand.phone import Phone, find_phones, normal_phone
from leads.understand.text import clean

SCIENTIFIC = re.compile(r"[+]?(\d)(?:\.(\d+))?[eE][+]?(\d{1,2})")
DEAD = re.compile(r"(?<!非)(?:空号|停机|关机|错号|号码有?误|打错|已注销|作废)")
BETWEEN = re.compile(r"\s*[/、,,;;|\n]\s*|\s+(?:或|和)\s*|\s{2,}|(?<=\d{11})\s+(?=[1+0])")


def read_phones(text: str) -> tuple[list[str], str]:
    """(every usable number in the cell in one spelling, or none and why).

    Numbers that a spreadsheet shows as 1.3812345678E+10 are whole; 1.38E+10 has lost its digits for good. A landline
    that lost the 0 before its area code gets it back. What else stands there (李姐, 微信同号) is passed over, unless it
    says that nobody answers (空号).
    """
    text = visible(text).strip("' \n")
    found = SCIENTIFIC.fullmatch(text) if "e" in text.lower() else None
    if found is not None:
        digits, places = found[1] + (found[2] or ""), int(found[3])
        if len(digits) - 1 != places:
            return [], "被 Excel 变成了科学计数法,后面的数字已经丢了。请在原表里把这一列设成「文本」再导出"
        text = digits
    elif text.endswith(".0") and text[:-2].isdecimal():
        text = text[:-2]
    phone = _usable(text)
    if phone is None or not phone.valid:
        parts = [part for part in BETWEEN.split(text) if part]
        usable = [one for part in parts if (one := _usable(part)) is not None and one.valid] if len(parts) > 1 else []
        if not text.isascii() and DEAD.search(text):
            return [], "旁边写着打不通"
        if not usable and phone is None:
            usable = [one.phone for one in find_phones(clean(text)) if one.phone.valid]
        if usable:
            return list(dict.fromkeys(one.key for one in usable)), ""
    if phone is None:
        return [], "不是电话号码"
    return ([phone.key], "") if phone.valid else ([], f"不对:{phone.reason}")


def _usable(text: str) -> Phone | None:
    phone = normal_phone(text)
    if (phone is None or not phone.valid) and text.isdecimal() and 9 <= len(text) <= 11 and text[0] != "0":
        with_zero = normal_phone("0" + text)
        if with_zero is not None and with_zero.valid and with_zero.kind == "landline":
            return with_zero
    return phone
