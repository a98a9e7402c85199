"""Who is on a card: the name, usually the largest word with a surname in front, and the job beside or below it."""

import re
from dataclasses import dataclass
from functools import cache

from leads.namecard.layout import Piece
from leads.understand.job import JOBS, job_pattern
from leads.understand.place import is_place
from leads.understand.surname import common_surnames, double_surnames, looks_like_name, surnames

UNSURE = 0.8
_PROFESSIONS = (  # that stand on cards, and in sentences as often for somebody else
    "医师|药师|律师|会计师|建筑师|规划师|建造师|造价师|设计师|工程师|分析师|培训师|营养师|经济师|咨询师|摄影师|架构师|"
    "导师|讲师|教师|老师|研究员|编辑|记者|翻译|客服|跟单|销售|采购|外贸|商务|买手|理财师|规划|院士|党委书记|委员|干事|执行官|运营官|技术官|财务官|市场官|信息官|创办人|督导|技师|"
    "技术员|文员|内勤|出纳|质检|社长|总编|主编|导演|护师|护士|理事|监事|总师|经纪人|首代|监理"
)


@dataclass(frozen=True)
class Role:
    """A name and a title as written, which of them are doubtful, and the pieces they came from."""

    name: str | None
    title: str | None
    doubtful: frozenset[str]
    used: frozenset[int]


@dataclass(frozen=True)
class _Named:
    name: str
    title: str
    piece: Piece
    at: int
    points: float


@cache
def _only_job() -> re.Pattern[str]:
    """A piece that is a job and nothing else: 销售总监, 高级工程师 / 博士, 区域销售经理(华北), Sales Director."""
    word = rf"[一-龥A-Za-z]{{0,14}}(?:{JOBS}|{_PROFESSIONS}|总)"
    more = r"(?:\([一-龥A-Za-z0-9 ]{1,12}\))?"
    degree = r"博士|硕士|博士后|院士|MBA|EMBA|CPA|PMP|注册会计师|高级会计师|党支部书记|[A-Z]{3,4}"
    return re.compile(
        rf"(?:{word}{more}|{degree})(?:(?:\s?[/|、,&·兼]\s?|\s)(?:{word}{more}|{degree})|\s?(?:{degree}))*"
    )


@cache
def _english_job() -> re.Pattern[str]:
    return re.compile(
        r"(?:[A-Z][A-Za-z&/.-]*\s?){0,4}(?:Manager|Director|President|Engineer|Officer|Executive|Founder|Partner|"
        r"Supervisor|Representative|Consultant|Assistant|Secretary|Specialist|Designer|Architect|Buyer|Purchaser|"
        r"Chairman|Lawyer|Attorney|Professor|Accountant|Analyst|Sales|Head|Lead|\bCEO\b|\bCTO\b|\bCOO\b|\bCFO\b|\bCMO\b|\bVP\b|\bGM\b)"
        r"(?:\s?(?:of|for|&|,|/|-|[A-Z][A-Za-z&.-]*)){0,5}",
        re.IGNORECASE,
    )


@cache
def _labelled() -> re.Pattern[str]:
    return re.compile(r"(?:姓\s?名|name)\s?[:.]\s?(?P<name>[一-龥·]{2,6}|[A-Za-z][A-Za-z. '-]{2,30})", re.IGNORECASE)


@cache
def _labelled_job() -> re.Pattern[str]:
    return re.compile(r"(?:职\s?[务位称]|title|position)\s?[:.]\s?(?P<title>\S.{1,30})", re.IGNORECASE)


def find_role(pieces: list[Piece], company: frozenset[int]) -> Role:
    """Name and title among the pieces that are no contact, company (by their places in the list) or address."""
    free = [(at, piece) for at, piece in enumerate(pieces) if at not in company]
    free = [(at, piece) for at, piece in free if len(piece.text) <= 40]
    titles = {at: title for at, piece in free if (title := job_of(piece.text)) is not None}
    largest = max((piece.height for _, piece in free), default=1.0)
    named = [one for at, piece in free for one in _names_in(at, piece, pieces, titles, largest)]
    best = max(named, key=lambda one: one.points, default=None)
    if best is None:
        best = _foreign(free, titles, largest)
    title, used = _title_for(best, pieces, titles, free)
    doubtful: set[str] = set()
    if best is not None and (best.piece.score < UNSURE or best.points < 2.0):
        doubtful.add("name")
    rivals = [one for one in named if best is not None and one.name != best.name and one.points > best.points - 0.4]
    if rivals:
        doubtful.add("name")
    if title is not None and any(pieces[at].score < UNSURE for at in used):
        doubtful.add("title")
    places = used | ({best.at} if best is not None else set())
    return Role(best.name if best else None, title, frozenset(doubtful), frozenset(places))


def job_of(text: str) -> str | None:
    """The job that a piece says and nothing else, or None: of 销售总监 Sales Director the Chinese half."""
    labelled = _labelled_job().search(text)
    if labelled is not None:
        return labelled["title"].strip()
    plain = text.strip(" |/·,-")
    if _only_job().fullmatch(plain) and not re.fullmatch(r"[A-Z]{3,4}|总", plain):
        return re.sub(r"\s+", " ", plain)
    chinese = re.match(
        r"(?P<job>[一-龥()、/·]+(?:[/ ](?:CEO|CTO|COO|CFO|CMO|CIO|VP))?)\s*[|/·-]?\s*[A-Za-z][A-Za-z .,&/-]+$", plain
    )
    if chinese is not None and _only_job().fullmatch(chinese["job"].strip()):
        return chinese["job"].strip()
    after = re.fullmatch(r"[A-Za-z .,&-]+[/|]\s?(?P<job>[一-龥()、·]+)", plain)
    return after["job"] if after is not None and _only_job().fullmatch(after["job"]) else None


def _names_in(at: int, piece: Piece, pieces: list[Piece], titles: dict[int, str], largest: float) -> list[_Named]:
    text = piece.text
    labelled = _labelled().search(text)
    if labelled is not None:
        return [_Named(labelled["name"].strip(), "", piece, at, 9.0)]
    found = _read_name(text)
    if found is None:
        return []
    name, title, sure = found
    points = (1.0 if sure else 0.2) - (1.5 if at in titles else 0.0)  # 高工程师, but also 王建国销售总监 run together
    points += 1.2 * piece.height / largest
    if title or any(other != at and _beside(piece, pieces[other]) for other in titles):
        points += 1.0
    if is_place(name):
        points -= 1.5
    if re.sub(r"\s", "", text) == name:
        points += 0.5
    return [_Named(name, title, piece, at, points)]


def _read_name(text: str) -> tuple[str, str, bool] | None:
    """The name that a piece begins or ends with, the job said with it, and whether its surname is a common one."""
    plain = re.sub(r"\s*(?:先生|女士|小姐)$", "", text.strip(" |/·,-:"))
    words = re.split(r"[\s|/,]+|(?<=[一-龥])(?=[A-Za-z(])|(?<=[A-Za-z)])(?=[一-龥])", plain)
    words = [word for word in words if word]
    chinese = [word for word in words if re.fullmatch(r"[一-龥·]+", word)]
    if not chinese:
        return None
    if all(len(word) == 1 for word in chinese) and 2 <= len(chinese) <= 4:
        chinese = ["".join(chinese)]
    for number, word in enumerate(chinese):
        rest = " ".join(chinese[:number] + chinese[number + 1 :])
        job = job_of(rest) if rest else ""
        if rest and job is None:
            continue
        if _is_name(word):
            return word, job or "", word[0] in common_surnames() or word[:2] in double_surnames()
    return _run_together(plain)


def _run_together(plain: str) -> tuple[str, str, bool] | None:
    """王建国销售总监 in one word: cut where what follows is a job that we know, else where it is any job."""
    for known in (True, False):
        for length in (3, 2, 4):
            for name, job in ((plain[:length], plain[length:]), (plain[-length:], plain[:-length])):
                if not (job and _is_name(name) and name[-1] not in "总副" and _only_job().fullmatch(job)):
                    continue
                if not known or job_pattern().match(job) is not None:
                    return name, job, name[0] in common_surnames() or name[:2] in double_surnames()
    return None


def _is_name(word: str) -> bool:
    if "·" in word:
        return re.fullmatch(r"[一-龥]{2,8}(?:·[一-龥]{2,8}){1,3}", word) is not None
    if looks_like_name(word, strict=False):
        return True
    return len(word) == 4 and word[0] in surnames() and word[1] in surnames()  # 范徐丽泰: two surnames


def _beside(one: Piece, other: Piece) -> bool:
    """Whether they stand in one row, or right above each other."""
    if one.row == other.row:
        return True
    gap = abs(one.middle - other.middle) - (one.height + other.height) / 2
    overlap = min(one.right, other.right) - max(one.left, other.left)
    return gap < 1.2 * max(one.height, other.height) and overlap > -0.5 * one.height


def _title_for(
    best: _Named | None, pieces: list[Piece], titles: dict[int, str], free: list[tuple[int, Piece]]
) -> tuple[str | None, set[int]]:
    if best is not None and best.title:
        return best.title, set()
    if not titles:
        return _english_title(best, free)
    if best is None:
        at = min(titles)
        return titles[at], {at}
    near = sorted(titles, key=lambda at: (pieces[at].row != best.piece.row, abs(pieces[at].middle - best.piece.middle)))
    first = near[0]
    joined, used = titles[first], {first}
    for at in sorted(titles):
        one, other = pieces[at], pieces[first]
        if at != first and _belongs(one, other):
            joined = (
                f"{joined} / {titles[at]}"
                if (one.row, one.left) > (other.row, other.left)
                else f"{titles[at]} / {joined}"
            )
            used.add(at)
            break
    return joined, used


def _belongs(one: Piece, other: Piece) -> bool:
    """A second job of the same person: as large, right below or beside."""
    return _beside(one, other) and abs(one.height - other.height) < 0.25 * max(one.height, other.height)


def _english_title(best: _Named | None, free: list[tuple[int, Piece]]) -> tuple[str | None, set[int]]:
    for at, piece in free:
        plain = piece.text.strip(" |/·,-")
        if (best is None or at != best.at) and _english_job().fullmatch(plain):
            return plain, {at}
    found = job_pattern().search(best.piece.text) if best is not None else None
    return (found[0], set()) if found is not None else (None, set())


def _foreign(free: list[tuple[int, Piece]], titles: dict[int, str], largest: float) -> _Named | None:
    """A name in Latin letters, or the largest word beside a job: nobody's surname that we know, so doubtful."""
    best: _Named | None = None
    for at, piece in free:
        plain = piece.text.strip(" |/·,-")
        if at in titles or _english_job().fullmatch(plain):
            continue
        latin = re.fullmatch(
            r"(?:(?:Mr|Ms|Mrs|Dr)\.? ?)?[A-Z][A-Za-z'-]{1,14}(?: [A-Z]\.?)?(?:[ ,-]{1,2}[A-Z][A-Za-z'-]{1,16}){1,2}",
            plain,
        )
        rare = re.fullmatch(r"[一-龥]{2,4}", plain) and any(_beside(piece, other) for o, other in free if o in titles)
        if latin is None and not rare:
            continue
        points = piece.height / largest
        if best is None or points > best.points:
            best = _Named(plain, "", piece, at, points)
    return best
