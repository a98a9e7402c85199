"""Are two companies one house? 同一家 when the legal name is one, 可能同一家 when a person should look."""

from dataclasses import dataclass
from typing import Literal

from leads.firm import Firm, words_of
from leads.understand.surname import surnames

Verdict = Literal["same", "maybe"]


@dataclass(frozen=True)
class Likeness:
    """How alike two names are; `rank` orders answers (best is highest), `why` is a word for programs."""

    verdict: Verdict
    rank: int
    why: Literal["company", "branch", "similar"]


def likeness(a: Firm, b: Firm) -> Likeness | None:
    """Compare two names; None when they are two houses.

    A branch, office or department of one legal name is the same. The same brand in another province is another house
    unless one of them is a branch there. Names one character apart, names without their place and names without
    their trade are at most "maybe".
    """
    if a.whole == b.whole:
        return Likeness("same", 95 if a.branch != b.branch else 100, "branch" if a.branch or b.branch else "company")
    if _places_disagree(a, b):
        return _branch_elsewhere(a, b)
    if _public_elsewhere(a, b) or _other_family(a.core, b.core):
        return None
    if a.core == b.core:
        return _same_name(a, b)
    return _nearly(a, b)


def _public_elsewhere(a: Firm, b: Firm) -> bool:
    """成都 and 南充 both have a 第三人民医院: of schools, hospitals and offices the place is the name."""
    ends = ("大学", "学院", "中学", "小学", "学校", "幼儿园", "医院", "法院", "管理局", "委员会", "派出所", "书店")
    public = a.whole.endswith(ends) and b.whole.endswith(ends)
    return public and a.places != b.places and not (a.provinces & b.places or b.provinces & a.places)


def _other_family(a: str, b: str) -> bool:
    """张记 and 李记 are two families, not a slip."""
    if a[:1] == b[:1] or a[1:] != b[1:] or a[1:2] not in ("记", "氏", "家"):
        return False
    return a[0] in surnames() and b[0] in surnames()


def _places_disagree(a: Firm, b: Firm) -> bool:
    return bool(a.places and b.places) and not a.provinces & b.provinces


def _branch_elsewhere(a: Firm, b: Firm) -> Likeness | None:
    """北京某某上海分公司 and 上海某某: a branch sits where the other house does."""
    meet = a.branch_at & b.places or b.branch_at & a.places
    if meet and a.core == b.core and _trades(a, b) >= 2:
        return Likeness("maybe", 60, "branch")
    return None


def _same_name(a: Firm, b: Firm) -> Likeness | None:
    near = _trades(a, b)
    if near == 0:
        return None
    same_place = a.places == b.places or (a.places and b.places and (a.places <= b.places or b.places <= a.places))
    if near == 3 and same_place and a.group == b.group:
        return Likeness("same", 90, "company")
    if a.places and b.places and not a.places & b.places and len(a.core) < 3 and not _within(a, b):
        return None  # two towns of one province, and a name that many have
    if near == 1 and len(a.core) < 3 and not (a.places & b.places):
        return None
    return Likeness("maybe", 70 + 5 * near + (5 if same_place else 0), "similar")


def _within(a: Firm, b: Firm) -> bool:
    """浙江某某 and 杭州某某: one names the province, the other a city of it."""
    return bool(a.provinces & b.places or b.provinces & a.places)


def _trades(a: Firm, b: Firm) -> int:
    """3: one line of business; 2: one says more than the other; 1: one says only what everybody says; 0: another."""
    if a.trades == b.trades:
        return 3
    mine, theirs = set(a.trades), set(b.trades)
    if not mine or not theirs or mine <= theirs or theirs <= mine:
        return 2
    text_a, text_b = "".join(a.trades), "".join(b.trades)
    if text_a == text_b:
        return 3
    if text_a in text_b or text_b in text_a:
        return 2
    special_a, special_b = mine - words_of("general"), theirs - words_of("general")
    if special_a & special_b or (not special_a and not special_b):
        return 2
    return 1 if not special_a or not special_b else 0


def _nearly(a: Firm, b: Firm) -> Likeness | None:
    """One character apart: somebody's slip, or another house; a person decides."""
    if _brand_alone(a, b) or _brand_alone(b, a):
        return Likeness("maybe", 55, "similar")
    short, long = sorted((len(a.core), len(b.core)))
    if long - short > 1 or long < 3:
        return _slip_beside(a, b)
    from rapidfuzz.distance import OSA  # on first use only

    if OSA.distance(a.core, b.core, score_cutoff=1) > 1:
        return _slip_beside(a, b)
    near = _trades(a, b)
    placed = bool(a.places & b.places)
    if near == 3 and (short >= 3 or (placed and a.trades)):
        return Likeness("maybe", 50 + (5 if placed else 0), "similar")
    if near >= 2 and short >= 4:
        return Likeness("maybe", 45, "similar")
    return None


def _brand_alone(a: Firm, b: Firm) -> bool:
    """杭州某某公司 and 杭州某某数码科技有限公司: one says nothing of its trade, and both sit in one city."""
    return not a.trades and b.core.startswith(a.core) and bool(b.trades) and bool(a.places & b.places)


def _slip_beside(a: Firm, b: Firm) -> Likeness | None:
    """The slip is not in the name but in the trade or the place beside it (科枝 for 科技)."""
    from rapidfuzz.distance import OSA

    whole_a, whole_b = _plain(a), _plain(b)
    if min(len(whole_a), len(whole_b)) < 5 or OSA.distance(whole_a, whole_b, score_cutoff=1) > 1:
        return None
    short, long = sorted((a.core, b.core), key=len)
    inside = long.startswith(short) or long.endswith(short)
    return Likeness("maybe", 40, "similar") if inside and len(short) >= 2 else None


def _plain(firm: Firm) -> str:
    return "".join(sorted(firm.places)) + firm.core + "".join(firm.trades)
