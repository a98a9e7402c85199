"""How a customer is addressed, and whom somebody means by 王总."""

import re

from leads.understand.surname import double_surnames, surnames

_FORMS = (
    "总监|总经理|总裁|总|董事长|董|老板|经理|主任|部长|处长|局长|院长|校长|厂长|店长|行长|科长|主管|工程师|工|老师|博士|"
    "先生|女士|小姐|太太|师傅"
)
_BY_TITLE = (
    (r"董事长|董事", "董"), (r"总监", "总监"), (r"总|CEO|COO|CFO|CTO|创始人|老板", "总"), (r"经理", "经理"),
    (r"主任", "主任"), (r"部长", "部长"), (r"处长", "处长"), (r"院长", "院长"), (r"校长", "校长"), (r"主管", "主管"),
    (r"工程师", "工"),
)  # fmt: skip


def surname_of(name: str) -> str:
    """The surname a Chinese name begins with, one or two characters; "" when it begins with none."""
    if name[:2] in double_surnames():
        return name[:2]
    return name[:1] if name[:1] in surnames() else ""


def surname_meant(words: str) -> str:
    """王 for 王总, 欧阳 for 欧阳女士; "" when the words are no surname with a form of address."""
    found = re.fullmatch(rf"(?P<surname>[一-龥]{{1,2}}?)(?:{_FORMS})", words.strip())
    return found["surname"] if found and surname_of(found["surname"]) == found["surname"] else ""


def address_of(name: str, title: str) -> str:
    """王总监, 王经理, 王先生/女士: enough to speak to somebody, too little to find them."""
    surname = surname_of(name)
    if not surname:
        return "一位客户"
    told = re.fullmatch(rf"{surname}({_FORMS})", name)
    if told is not None:
        return name
    form = next((form for pattern, form in _BY_TITLE if re.search(pattern, title, re.IGNORECASE)), "")
    return surname + (form or "先生/女士")
