"""What a company's name is made of: its place, what it is really called, its trade, and which branch is meant."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from leads.understand.industry import LINES
from leads.understand.letter import simplified
from leads.understand.place import city_named, is_place, province_of, starts_with_place

_FORMS = (
    "股份有限责任公司|股份有限公司|有限责任公司|有限公司|股份公司|集团公司|总公司|控股公司|责任公司|公司|"
    "有限合伙|普通合伙|合伙企业|个人独资企业|个体工商户|股份|有限"
)
_BRANCH = (
    "分公司|分部|办事处|代表处|联络处|事业部|营业部|项目部|经营部|分行|支行|分院|分店|门店|分厂|"
    "分中心|营业厅|营业所|服务部"
)
_OFFICE = r"部|处|科|室|办|中心|研究院|研究所|工厂|基地|车间|仓库|门市|店|组|厂|总部"


_CHINESE = re.compile(r"[一-龥]")
_OTHER_SIGNS = re.compile(r"[^0-9a-z一-龥()]")
_BRANCH_LAST = re.compile(rf"(?:{_BRANCH})$")
_BRANCH_ENDS = frozenset(word[-1] for word in _BRANCH.split("|"))
_NOTHING = ("中国", "有限合伙", "普通合伙", "股份", "筹", "控股", "个人独资")  # in brackets


@cache
def words_of(kind: str) -> frozenset[str]:
    """The words of one kind in trades.txt: general, trade, form (English endings), latin (English trades)."""
    lines = (files(__package__) / "trades.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if line.startswith(f"{kind}|") for word in line.split("|")[1].split())


@dataclass(frozen=True)
class Firm:
    """A company's name taken apart. Two names with equal `whole` are one legal name, however they were written.

    `places` are cities (provinces where only one is named) of the head, `branch_at` those of the branch; `trades` is
    the line of business in order; `branch` says that an office or a department is named, not the house itself.
    """

    whole: str
    core: str
    trades: tuple[str, ...]
    places: frozenset[str]
    group: bool
    branch: bool
    branch_at: frozenset[str]

    @property
    def provinces(self) -> frozenset[str]:
        """The provinces of `places`."""
        return frozenset(province_of(place) for place in self.places)


def read_firm(name: str) -> Firm | None:
    """Take a name apart; None when nothing is left to know a company by (blank, 公司, 无)."""
    even = even_name(name)
    if not _CHINESE.search(even):
        return _latin(even)
    head, branch, branch_at = _split_branch(_OTHER_SIGNS.sub("", even))
    head, bracketed, desk = _brackets(head)
    if desk:
        branch, branch_at = True, branch_at | _places_in(desk)
    group = "集团" in head
    stem = _without_form(head)
    places = set(bracketed)
    stem, found = _without_places(stem)
    places |= found
    stem = _without_group(stem, places)
    core, trades = _without_trades(stem)
    if not core or core in ("无", "没有", "未知", "个人", "暂无", "不详", "保密", "公司"):
        return None
    whole = "".join(sorted(places)) + "|" + core + "".join(trades) + ("|集团" if group else "")
    return Firm(whole, core, trades, frozenset(places), group, branch, frozenset(branch_at))


def even_name(name: str) -> str:
    """A name in one spelling: NFKC, Simplified, lower case, one kind of bracket."""
    even = unicodedata.normalize("NFKC", name[:200]).lower().translate(_SIGNS)
    return simplified(even)


_SIGNS = str.maketrans("〔〕【】[]{}<>《》", "()()()()()()")


def _latin(even: str) -> Firm | None:
    words = re.findall(r"[a-z0-9]+", even.replace("'", ""))
    rest = [word for word in words if word not in words_of("form")]
    trades: list[str] = []
    while len(rest) > 1 and rest[-1] in words_of("latin"):
        trades.insert(0, rest.pop())
    core = "".join(rest)
    if len(core) < 2 or core.isdigit():
        return None
    return Firm("|" + core + "".join(trades), core, tuple(trades), frozenset(), "group" in words, False, frozenset())


@cache
def _legal_end() -> re.Pattern[str]:
    return re.compile(r"(?:有限责任公司|有限公司|股份公司|集团公司|总公司|(?<!分)公司)(?:\([^()]{1,8}\))?")


@cache
def _branch_end() -> re.Pattern[str]:
    return re.compile(rf"(?:{_BRANCH}|{_OFFICE})(?:\d*)$")


def _split_branch(text: str) -> tuple[str, bool, set[str]]:
    """(the house itself, whether a branch is named, where that sits)."""
    ends = [hit.end() for hit in _legal_end().finditer(text)]
    for at in reversed(ends):
        rest = text[at:].strip("()")
        if rest and _branch_end().search(rest):
            return text[:at], True, _places_in(rest)
        if rest:
            break
    found = _BRANCH_LAST.search(text) if text[-1:] in _BRANCH_ENDS else None
    if found is None or (ends and ends[-1] == len(text) and not text.endswith("分公司")):
        return text, False, set()
    head = text[: found.start()]
    for length in (6, 5, 4, 3, 2):  # 华为重庆分公司, 中国银行北京朝阳支行
        tail = head[-length:]
        if len(head) - length >= 2 and starts_with_place(tail) and _places_in(tail):
            return head[:-length], True, _places_in(tail)
    return (
        (head, True, set())
        if len(head) >= 4 and found[0] not in ("营业部", "经营部", "服务部")
        else (text, False, set())
    )


def _places_in(text: str) -> set[str]:
    found: set[str] = set()
    while length := starts_with_place(text):
        found.add(city_named(text[:length]))
        text = text[length:].removeprefix("市").removeprefix("省")
    return found


def _brackets(head: str) -> tuple[str, set[str], str]:
    """(the name without brackets, places that stood in them, a department that stood in them)."""
    if "(" not in head and ")" not in head:
        return head, set(), ""
    places: set[str] = set()
    desk = ""
    kept = head
    for inner in re.findall(r"\(([^()]*)\)", head):
        instead = ""
        if inner == "集团":
            instead = inner
        elif (
            inner in ("中国", "有限合伙", "普通合伙", "股份", "筹", "控股", "个人独资", "特殊普通合伙")
            or inner[:1] == "原"
        ):
            pass
        elif found := _places_in(inner):
            places |= found
        elif re.search(rf"(?:{_BRANCH}|部|处|科|室)$", inner):
            desk = inner
        else:
            instead = inner
        kept = kept.replace(f"({inner})", instead, 1)
    return re.sub(r"[()]", "", kept), places, desk


@cache
def _form() -> re.Pattern[str]:
    return re.compile(rf"(?:集团)?(?:{_FORMS})$|集团$|控股$")


@cache
def _form_ends() -> frozenset[str]:
    return frozenset(form[-1] for form in (*_FORMS.split("|"), "集团", "控股"))


def _without_form(text: str) -> str:
    while text[-1:] in _form_ends() and (found := _form().search(text)) and found.start() >= 2:
        text = text[: found.start()]
    return text


def _without_places(stem: str) -> tuple[str, set[str]]:
    places: set[str] = set()
    last = ""
    while (length := starts_with_place(stem)) and len(stem) - length >= 2:
        place = city_named(stem[:length])
        if last and not _lies_in(place, last):
            break  # 上海浦江建筑: a name that a county far away has too
        if place != stem[:length] and stem[length - 1] not in "市区县旗省" and _only_trades(stem[length:]):
            break  # 汇川技术: a name that is a district elsewhere, and nothing else is left to be called by
        places = {place}
        last = place
        stem = stem[length:]
        if stem[:1] in "市省" and len(stem) >= 3:
            stem = stem[1:]
    if stem.startswith("中国") and len(stem) >= 5:
        stem = stem[2:]
    for length in (4, 3, 2):  # 华为技术重庆
        if len(stem) - length >= 3 and is_place(stem[-length:]):
            places.add(city_named(stem[-length:]))
            return stem[:-length], places
    return stem, places


def _lies_in(place: str, wider: str) -> bool:
    return place == wider or (province_of(place) == wider and province_of(wider) == wider)


def _without_group(stem: str, places: set[str]) -> str:
    """…集团浙江: the place behind the group's name is where the house sits."""
    left, sign, right = stem.partition("集团")
    if not sign or len(left) < 2:
        return stem
    found = _places_in(right)
    places |= found
    return left if found else left + right


@cache
def _trades_by_end() -> dict[str, tuple[str, ...]]:
    """The trades by their last character, the longest first."""
    by_end: dict[str, list[str]] = {}
    for word in sorted({*LINES.split(), *words_of("trade")}, key=lambda word: (-len(word), word)):
        by_end.setdefault(word[-1], []).append(word)
    return {end: tuple(found) for end, found in by_end.items()}


def _without_trades(stem: str) -> tuple[str, tuple[str, ...]]:
    """(what the company is called, what it does): two characters of a name always stay."""
    trades: list[str] = []
    table = _trades_by_end()
    while len(stem) > 2:
        word = next((w for w in table.get(stem[-1], ()) if stem.endswith(w) and len(stem) - len(w) >= 2), None)
        if word is None:
            break
        trades.insert(0, word)
        stem = stem[: -len(word)]
    return stem, tuple(trades)


def _only_trades(rest: str) -> bool:
    table = _trades_by_end()
    while rest:
        word = next((w for w in table.get(rest[-1], ()) if rest.endswith(w)), None)
        if word is None:
            return False
        rest = rest[: -len(word)]
    return True


def grams_of(core: str) -> tuple[str, ...]:
    """What a name is found by: itself, its pairs of characters, and for three characters the outer two."""
    pairs = [core[at : at + 2] for at in range(len(core) - 1)] if len(core) > 1 else []
    outer = [f"{core[0]}_{core[2]}"] if len(core) == 3 else []
    return tuple(dict.fromkeys((f"={core}", *pairs, *outer)))
