"""Finding the line of headings in a list and guessing what each column is about; what was guessed is shown first."""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice

from leads.errors import BadFile
from leads.imports.cell import read_person
from leads.imports.content import content_field, is_data, reaches_somebody
from leads.imports.fields import CONTACTS, EXACT, LABELS, NEUTRAL, OURS, OWN, SEVERAL, SYNONYMS
from leads.imports.grid import Grid, Line

LOOKED_AT = 25  # lines in which the headings are looked for; titles and remarks stand above them
SAMPLED = 200  # lines by which a column without a known heading is judged
TWO_TABLES = "文件里有两张表。请分成两个文件再导入。"
ASK_MAP = "也可以自己说明哪一列是什么:手机=电话,称呼=姓名(列名或 A、B、C 列号都行,命令行里写在 --map 后面)"


@dataclass(frozen=True)
class Heading:
    """Which line holds the headings (0: none), how they read, and each column's field (None: not imported).

    `first` is the number of the first line that may be a row; `samples` are a few of them.
    """

    line: int
    titles: tuple[str, ...]
    fields: tuple[str | None, ...]
    first: int
    samples: tuple[tuple[str, ...], ...] = ()

    def columns(self, field: str) -> tuple[int, ...]:
        """The places of the columns about a field, the first one counting most."""
        return tuple(place for place, name in enumerate(self.fields) if name == field)

    @property
    def unused(self) -> tuple[str, ...]:
        """The headings of the columns that are not imported."""
        known = zip(self.titles, self.fields, strict=True)
        return tuple(title for title, field in known if field is None and title)

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """(heading, field in Chinese) of the columns that are imported."""
        known = zip(self.titles, self.fields, strict=True)
        return tuple(
            (title, LABELS.get(field, title)) for title, field in known if field not in (None, "skip") and field
        )


def read_heading(grid: Grid, wanted: Mapping[str, str], own: Mapping[str, str]) -> Heading:
    """Find and read the headings; `wanted` (column → field) overrules the guess, `own` are the company's own fields.

    Raises BadFile: an empty file, no headings, no column that reaches a person, an unknown column in `wanted`.
    """
    lines = [line for line in islice(grid.lines(), LOOKED_AT + SAMPLED) if any(line[1])]
    if not lines:
        raise BadFile("文件是空的,里面一行也没有。请确认选对了文件。")
    at, span, titles = _find(lines, wanted)
    rest = lines[at + span :] if at >= 0 else lines
    fields = _fields(titles, [cells for _, cells in rest])
    fields = _with_own(titles, fields, own)
    fields = _overruled(titles, fields, wanted, own)
    number = lines[at + span - 1][0] if at >= 0 else 0
    if not any(field in (*CONTACTS, "external_id") for field in fields) and not _reached_by_name(fields, rest):
        shown = "、".join(title for title in titles if title)[:120]
        raise BadFile(f"没有找到电话、邮箱或微信这样的列,表头是:{shown or '(空)'}。请在第一行写上列名;{ASK_MAP}。")
    if number and not rest:
        raise BadFile(f"第 {number} 行是表头,下面一行数据也没有。请确认选对了文件。")
    first = number + 1 if number else lines[0][0]
    samples = tuple(tuple(cells) for _, cells in rest[:3])
    return Heading(number, tuple(titles), tuple(fields), first, samples)


def parse_map(text: str) -> dict[str, str]:
    """手机=电话,B=name or a JSON object as column → field. Raises BadFile for a field that there is not."""
    if text.lstrip().startswith("{"):
        try:
            given = {str(k): str(v) for k, v in json.loads(text).items()}
        except (ValueError, AttributeError):
            raise BadFile(f"列的说明不是有效的 JSON。{ASK_MAP}。") from None
    else:
        parts = [part for part in re.split(r"[,,;;\n]", text) if part.strip()]
        given = dict(_pair(part) for part in parts)
    found = {}
    for left, right in given.items():
        column = left if field_named(right) else right
        field = field_named(right) or field_named(left)
        if field is None:
            raise BadFile(f"没有叫「{right[:40]}」的字段,可以用:{'、'.join(LABELS.values())}。")
        found[column.strip()] = field
    return found


def _pair(part: str) -> tuple[str, str]:
    column, sign, field = part.partition("=") if "=" in part else part.partition(":")
    if not sign or not column.strip() or not field.strip():
        raise BadFile(f"「{part.strip()[:40]}」看不懂,要写成 列名=字段。{ASK_MAP}。")
    return column.strip(), field.strip()


def field_named(word: str) -> str | None:
    """The field that is meant by its key or its Chinese name: phone, 电话, 手机."""
    word = word.strip()
    if word in LABELS or word.startswith(OWN):
        return word
    named = {label: field for field, label in LABELS.items()} | {"不导入": "skip", "跳过": "skip"}
    if word in named:
        return named[word]
    best = guesses(word)
    return best[0][0] if best and best[0][1] >= 90 else None


def _find(lines: Sequence[Line], wanted: Mapping[str, str]) -> tuple[int, int, list[str]]:
    """(index of the headings' first line or -1, how many lines they take, the headings)."""
    best: tuple[float, int, int, list[str]] = (0.0, -1, 0, [])
    for index, (_, cells) in enumerate(lines[:LOOKED_AT]):
        if any(is_data(cell) for cell in cells):
            continue
        rate = _rate(cells) + sum(5 for column in wanted if column in cells)
        if rate > best[0]:
            best = (rate, index, 1, list(cells))
        below = lines[index + 1][1] if index + 1 < len(lines) else []
        if below and not any(is_data(cell) for cell in below):
            both = _joined(cells, below)
            together = _rate(both) + sum(5 for column in wanted if column in both)
            if together > max(rate, _rate(below), best[0]):
                best = (together, index, 2, both)
    if best[1] >= 0:
        _refuse_table_above(lines[: best[1]], best[1], lines)
        return best[1], best[2], best[3]
    width = max(len(cells) for _, cells in lines)
    letters = [_letter(place) for place in range(width)]
    if any(column.upper() in letters for column in wanted) or _reads_without_headings(lines, width):
        return -1, 0, [f"{letter} 列" for letter in letters]
    shown = "、".join(cell for cell in lines[0][1] if cell)[:120]
    raise BadFile(f"没有找到表头(写着姓名、电话这类列名的一行)。第 {lines[0][0]} 行是:{shown}。请补上表头;{ASK_MAP}。")


def _refuse_table_above(above: Sequence[Line], at: int, lines: Sequence[Line]) -> None:
    """Headings with rows below them, above the headings that were chosen, are a table that would be lost."""
    for index, (number, cells) in enumerate(above):
        if any(is_data(cell) for cell in cells):
            continue
        if _rate(cells) and any(reaches_somebody(cell) for _, row in above[index + 1 :] for cell in row):
            raise BadFile(f"第 {number} 行和第 {lines[at][0]} 行都是表头:{TWO_TABLES}")


def _reached_by_name(fields: Sequence[str | None], rows: Sequence[Line]) -> bool:
    """张三 13800138000 in one column: the number stands with the name."""
    places = [place for place, field in enumerate(fields) if field == "name"]
    cells = [cells[place] for _, cells in rows[:SAMPLED] for place in places if place < len(cells) and cells[place]]
    return bool(cells) and sum(bool(read_person(cell)[2]) for cell in cells) * 2 > len(cells)


def _reads_without_headings(lines: Sequence[Line], width: int) -> bool:
    """A bare list of contacts: a column is full of phone numbers or addresses from its first line on."""
    return any(
        content_field([cells[place] if place < len(cells) else "" for _, cells in lines]) is not None
        for place in range(width)
    )


def _joined(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """Two lines of headings as one: 联系人 over 姓名 | 电话; one merged over both lines stands in the upper one."""
    width = max(len(upper), len(lower))
    joined, group = [], ""
    for place in range(width):
        above = upper[place] if place < len(upper) else ""
        below = lower[place] if place < len(lower) else ""
        group = above or group
        joined.append(below if below else above)
    return joined


def _rate(cells: Sequence[str]) -> float:
    """How much a line looks like headings: each distinct field that is recognised, by its certainty."""
    found: dict[str, int] = {}
    for cell in cells:
        for field, certainty in guesses(cell)[:1]:
            found[field] = max(found.get(field, 0), certainty)
    strong = any(field in (*CONTACTS, "external_id") for field in found)
    return sum(found.values()) / 100 if strong or len(found) >= 2 else 0.0


def _fields(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str | None]:
    """The best field for each column; each field once, except those of which a list may have several."""
    options = [(certainty, -place, field) for place, t in enumerate(titles) for field, certainty in guesses(t)]
    fields: list[str | None] = [None] * len(titles)
    taken = set[str]()
    for _, negative, field in sorted(options, reverse=True):
        if fields[-negative] is None and (field not in taken or field in SEVERAL or field == "skip"):
            fields[-negative] = field
            taken.add(field)
    for place, guessed in enumerate(fields):
        if guessed is None and not _is_ours(titles[place]):
            told = content_field([cells[place] if place < len(cells) else "" for cells in rows])
            if told == "name" and titles[place] and not re.fullmatch(r"[A-Z]{1,2} 列", titles[place]):
                continue  # 主管, 师傅: people too, and perhaps not the customer
            if told is not None and (told in SEVERAL or told not in taken):
                fields[place] = told
                taken.add(told)
    return fields


def _with_own(titles: Sequence[str], fields: list[str | None], own: Mapping[str, str]) -> list[str | None]:
    """A column that is called as an own field is called (its key → label), is that field, whatever else it may mean."""
    named = {normal(word): f"{OWN}{key}" for key, label in own.items() for word in (label, key)}
    found = list(fields)
    for place, title in enumerate(titles):
        field = named.get(normal(title))
        if field is not None and field not in found:
            found[place] = field
    return found


def _overruled(
    titles: Sequence[str], fields: list[str | None], wanted: Mapping[str, str], own: Mapping[str, str]
) -> list[str | None]:
    for column, field in wanted.items():
        if field.startswith(OWN) and field.removeprefix(OWN) not in own:
            known = "、".join(f"{OWN}{key}({label})" for key, label in own.items()) or "还没有"
            raise BadFile(f"没有叫「{field[:40]}」的字段。自己加的字段有:{known}。")
        places = [place for place, title in enumerate(titles) if title == column or normal(title) == normal(column)]
        if not places:
            letters = [_letter(place) for place in range(len(titles))]
            name = column.upper().removesuffix("列").strip()
            places = [letters.index(name)] if name in letters else []
        if not places:
            raise BadFile(f"文件里没有叫「{column[:40]}」的列,有:{'、'.join(t for t in titles if t)[:200]}。")
        if field not in SEVERAL and field != "skip":
            fields = [None if known == field else known for known in fields]
        fields[places[0]] = field
    return fields


def normal(title: str) -> str:
    """A heading without its decoration: 「* 手 机 号(必填):」 is 手机号."""
    even = unicodedata.normalize("NFKC", title[:80]).lower().strip(" *:_-#.\n\t")
    even = re.sub(r"[(\[【<{][^)\]】>}]*[)\]】>}]", "", even)
    even = re.sub(r"[\s_]+", " ", even.replace("\n", " ")).strip(" *:-#.")
    return even if even.isascii() else even.replace(" ", "")


@cache
def _exact() -> dict[str, tuple[tuple[str, int], ...]]:
    found = {normal(word): ((field, 100),) for field, words in SYNONYMS.items() for word in words}
    return {**found, **{normal(word): guess for word, guess in EXACT.items()}}


@cache
def guesses(title: str) -> tuple[tuple[str, int], ...]:
    """(field, certainty 1..100), the best first."""
    word = normal(title)
    if not word or len(word) > 30:
        return ()
    exact = _exact().get(word) or _exact().get(re.sub(r"[\d一二三]$", "", word).strip())
    if exact is not None:
        return exact
    if _is_ours(title):
        return ()
    for head in NEUTRAL:
        if word.startswith(head) and (rest := _exact().get(word.removeprefix(head))) is not None:
            return tuple((field, certainty - 5) for field, certainty in rest)
    for part in re.split(r"[/、&|,+或]", word):
        if part != word and (found := _exact().get(part.strip())) is not None:
            return tuple((field, certainty - 10) for field, certainty in found)
    return ()


def _is_ours(title: str) -> bool:
    """负责人电话 is a colleague's number, never the customer's."""
    word = normal(title)
    return word not in _exact() and any(word.startswith(head) for head in OURS)


def _letter(place: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
