"""Which company a card is of and where it sits: the legal name, joined where it was broken, and the address."""

import re
from dataclasses import dataclass, replace
from functools import cache

from leads.namecard.layout import Piece
from leads.namecard.role import job_of
from leads.understand.company import find_company
from leads.understand.place import starts_with_place

UNSURE = 0.8


@dataclass(frozen=True)
class Found:
    """A value as written, whether it is doubtful, and the places in the list that it was taken from."""

    value: str | None
    doubtful: bool
    used: frozenset[int]


NOTHING = Found(None, False, frozenset())


@cache
def _address_label() -> re.Pattern[str]:
    return re.compile(
        r"(?:(?:公司|办公|总部|联系|通讯|工厂|厂房|门店|详细)?地\s?址|(?:总部|工厂|厂址|总公司|展厅)(?=\s?:)|"
        r"(?<![A-Za-z])(?:address|addr?|A)(?=\s?[:.|]|\s+[一-龥]))(?:\s?/?\s?(?:address|addr?))?\s?[:.|]?\s?",
        re.IGNORECASE,
    )


@cache
def _street() -> re.Pattern[str]:
    return re.compile(
        r"(?:路|街|道|巷|弄|胡同|里|村|镇|区|园|城|湾|港|桥|大厦|广场|中心|大楼|市)[一-龥A-Za-z0-9()-]{0,16}?\d+[-\dA-Za-z]*"
        r"(?:号|弄|幢|栋|座|楼|层|室|单元|F)|(?:省|市|区|县)[一-龥]{2,12}(?:路|街|道|大道|巷|镇|园区|工业园|开发区|大厦|广场)|"
        r"\d+(?:号|幢|栋|座|层|楼|室)[一-龥A-Za-z0-9()-]*(?:室|楼|层|座|栋|幢|大厦|广场)"
    )


@cache
def _going_on() -> re.Pattern[str]:
    """How the second line of an address looks: 中建大厦18楼, A座1203室."""
    return re.compile(
        r"[一-龥A-Za-z0-9()#-]{0,24}(?:\d+|[A-Z])[一-龥]{0,2}(?:号|室|楼|层|座|栋|幢|单元|F|房)[一-龥A-Za-z0-9()]{0,6}"
    )


@cache
def _legal() -> re.Pattern[str]:
    return re.compile(r"(?:有限|责任|股份|集团|总|分)公司$|公司\([一-龥]+\)$|合伙\)$")


@cache
def _form() -> re.Pattern[str]:
    """What can only be the end of a company's name: 有限公司, (集团)股份有限公司."""
    return re.compile(
        r"(?:\([一-龥]{2,6}\))?(?:股份|集团)?(?:有限责任公司|有限公司|责任公司|限公司|公司|分公司)(?:\([一-龥]{2,6}\))?"
    )


@cache
def _short_half() -> re.Pattern[str]:
    """工程有限公司: a trade and its ending, to which a name belongs that stands above."""
    return re.compile(r"[一-龥]{2,4}(?:股份|集团)?(?:有限责任公司|有限公司)")


def find_address(pieces: list[Piece]) -> Found:
    """The first address, with its second line."""
    for at, piece in enumerate(pieces):
        label = _address_label().match(piece.text)
        text = piece.text[label.end() :].strip() if label else piece.text.strip()
        street = _street().search(text) and (starts_with_place(text) or not find_company(text))
        if not (label and len(text) >= 4) and not street:
            continue
        used = {at}
        for below, next_ in enumerate(pieces):
            if below > at and 0 < next_.row - piece.row <= 1 and _goes_on(piece, next_):
                text += next_.text.strip()
                used.add(below)
                break
        return Found(re.sub(r"(?<=[一-龥])\s+|\s+(?=[一-龥])", "", text)[:120], piece.score < UNSURE, frozenset(used))
    return NOTHING


def _goes_on(first: Piece, second: Piece) -> bool:
    if _address_label().match(second.text) or abs(first.height - second.height) > 0.35 * first.height:
        return False
    return _going_on().fullmatch(second.text.strip()) is not None and not find_company(second.text)


def find_firm(pieces: list[Piece], address: frozenset[int]) -> Found:
    """The company: a legal name first, then any house with an ending, then a name in Latin letters."""
    free = _joined([(at, piece) for at, piece in enumerate(pieces) if at not in address])
    named: list[tuple[float, str, frozenset[int], Piece]] = []
    for places, piece in free:
        text = re.sub(r"(?<=[一-龥)])\s+(?=[一-龥(])", "", piece.text)
        text = re.sub(r"\s*([()])\s*", r"\1", text) if re.search(r"[一-龥]", text) else text
        company = find_company(text)
        if company is None:
            continue
        name = _whole(text, company.name)
        chinese = bool(re.search(r"[一-龥]", name))
        points = (2.0 if _legal().search(name) else 1.0 if chinese else 0.5) + (1.0 if chinese else 0.0)
        points += min(len(name), 20) / 100 - (0.5 if company.doubtful else 0.0)
        named.append((points, name, places, piece))
    if not named:
        return NOTHING
    points, name, places, piece = max(named, key=lambda one: (round(one[0], 1), -one[3].row))
    rivals = [one for one in named if one[1] != name and abs(one[0] - points) < 0.3]
    return Found(name, piece.score < UNSURE or bool(rivals) or points < 1.4, places)


def find_brand(pieces: list[Piece], used: frozenset[int]) -> Found:
    """Where no company is named in full: the largest word that is nothing else, such as a sign over a shop's door."""
    free = [
        (piece.height, -at) for at, piece in enumerate(pieces)
        if at not in used and re.fullmatch(r"[一-龥A-Za-z0-9&·()]{2,16}", piece.text) and job_of(piece.text) is None
    ]  # fmt: skip
    if not free:
        return NOTHING
    height, place = max(free)
    if height < 0.9 * sorted(piece.height for piece in pieces)[len(pieces) // 2] or not re.search(
        r"[一-龥]", pieces[-place].text
    ):
        return NOTHING
    return Found(pieces[-place].text, True, frozenset({-place}))


def _whole(text: str, name: str) -> str:
    """The name with what stands before it in its piece, unless that is a label or another sentence."""
    plain = re.sub(r"^(?:公司(?:名称)?|单位)\s?[:.]\s?", "", text.strip(" |/·,-:"))
    if plain.endswith(name) and re.fullmatch(r"[一-龥A-Za-z0-9()&·]+", plain) and len(plain) <= 40:
        return plain
    return name


def _joined(free: list[tuple[int, Piece]]) -> list[tuple[frozenset[int], Piece]]:
    """The pieces, and each second half of a broken name together with its first half above it."""
    pieces = [(frozenset({at}), piece) for at, piece in free]
    for at, piece in free:
        text = re.sub(r"\s", "", piece.text)
        for other, one in free:
            above = 0 < piece.row - one.row <= 1 and abs(one.height - piece.height) < 0.3 * one.height
            if above and _is_first_half(one.text, text):
                joined = replace(one, text=one.text + text, score=min(one.score, piece.score))
                pieces = [(places, kept) for places, kept in pieces if at not in places and other not in places]
                pieces.insert(0, (frozenset({other, at}), joined))
                break
    return pieces


def _is_first_half(first: str, second: str) -> bool:
    if re.fullmatch(r"[一-龥A-Za-z0-9()& ]{2,24}", first) is None or _legal().search(first) or job_of(first):
        return False
    if _form().fullmatch(second):
        return True
    return (
        _short_half().fullmatch(second) is not None and starts_with_place(first) > 0 and not starts_with_place(second)
    )
