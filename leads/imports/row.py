"""One line of a list as a person: cleaned, with every doubt told, or the reason why it cannot be used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from config.rules import Rules
from leads.capture import LONGEST
from leads.errors import Unusable
from leads.followup import channel_of
from leads.imports.cell import (
    city_of,
    district_of,
    is_nothing,
    is_same_number,
    plain_company,
    read_emails,
    read_person,
    read_wechat,
    sum_of,
    tidy,
    whole_name,
)
from leads.imports.fields import LABELS, OWN, STAGES
from leads.imports.heading import Heading
from leads.imports.moment import read_moment
from leads.imports.number import read_phones
from leads.imports.workbook import Formula
from leads.own import Own, Value, read_own

MOST = {**LONGEST, "followup": 4000, "external_id": 120, "email": 120, "wechat": 60}
FORMULA = "是公式,不是值。请在 Excel 里复制这一列,选择性粘贴为「值」"
Said = Mapping[str, str]  # field → its text
CHANNELS = {
    "电话": "call", "致电": "call", "拜访": "visit", "上门": "visit", "会议": "meeting", "见面": "meeting",
    "面谈": "meeting", "微信": "chat", "企微": "chat", "邮件": "email", "备注": "note",
    **{kind: kind for kind in ("call", "visit", "meeting", "chat", "email", "note")},
}  # fmt: skip


@dataclass(slots=True)
class Row:
    """A usable line. Instants are aware; budgets are in yuan; `pairs` are the ways to know the person again.

    `owner` and `followup_by` are members' ids; what was not understood stands in `doubts`.
    """

    line: int
    pairs: tuple[tuple[str, str], ...]
    name: str = ""
    phone: str = field(default="", repr=False)
    phone_flaw: str = ""
    also: list[list[str]] | None = field(default=None, repr=False)
    email: str = field(default="", repr=False)
    wechat: str = field(default="", repr=False)
    company: str = ""
    title: str = ""
    industry: str = ""
    product: str = ""
    city: str = ""
    district: str = ""
    need: str = field(default="", repr=False)
    budget_min: int | None = None
    budget_max: int | None = None
    source: str = ""
    owner: str | None = None
    stage: str = ""
    pool: str = ""
    created_at: datetime | None = None
    followup: str = field(default="", repr=False)
    followup_at: datetime | None = None
    followup_by: str | None = None
    followup_kind: str = "note"
    next_step_at: datetime | None = None
    own: Own | None = field(default=None, repr=False)
    doubts: tuple[str, ...] = ()
    mark: str = field(default="", repr=False)  # all that the line says: the same line again has the same


@dataclass(frozen=True, slots=True)
class Flaw:
    """A line that cannot be used, and why, in words that say what to mend."""

    line: int
    reason: str


@dataclass(frozen=True)
class Directory:
    """Who and what a list may name: members by id and by name, pools by name and label."""

    members: Mapping[str, str]
    pools: Mapping[str, str]


class RowReader:
    """Reads the lines of one list: which column is what is decided once."""

    def __init__(self, heading: Heading, directory: Directory, *, source: str, rules: Rules, now: datetime) -> None:
        self._places = {name: heading.columns(name) for name in LABELS}
        self._titles = heading.titles
        self._mapped = tuple(place for place, name in enumerate(heading.fields) if name not in (None, "skip"))
        firsts = {name: places[0] for name, places in self._places.items() if places}
        self._firsts = [(name, place, MOST.get(name, 60)) for name, place in firsts.items() if name != "phone"]
        self._times = not firsts.keys().isdisjoint(("owner", "created_at", "next_step_at"))
        self._directory = directory
        self._source = source
        self._zone = rules.zone
        self._rules = rules
        self._own = [
            (key, place)
            for place, name in enumerate(heading.fields)
            if name is not None and name.startswith(OWN) and (key := name.removeprefix(OWN)) in rules.fields
        ]
        self._now = now
        budgets = self._places["budget"]
        self._in_ten_thousands = bool(budgets) and "万" in heading.titles[budgets[0]]

    def read(self, line: int, cells: Sequence[str]) -> Row | Flaw:
        """The line as a person, or the reason why not: no contact that could be used, a formula instead of a value."""
        mapped = [cells[place] for place in self._mapped]
        if Formula in map(type, mapped):
            place = self._mapped[[type(text) for text in mapped].index(Formula)]
            return Flaw(line, f"「{self._titles[place]}」{FORMULA}")
        said = self._said(cells)
        doubts: list[str] = []
        name, job, beside = read_person(whole_name(said.get("surname", ""), said.get("name", "")))
        phones, typed, flaw = self._phones(cells, beside)
        emails = self._emails(cells)
        wechat = self._wechat(cells, phones)
        old_id = said.get("external_id", "")
        pairs = [("external", f"id:{old_id}")] if old_id else []
        pairs += [("phone", phone) for phone in phones]
        pairs += [("email", email) for email in emails]
        pairs += [("wechat", wechat)] if wechat else []
        if not (phones or emails or wechat):
            return Flaw(line, self._why_unusable(said, typed, flaw))
        if flaw and not phones:
            doubts.append(f"电话{flaw},先按邮箱或微信导入")
        followup = self._joined(cells, said, "followup")
        row = Row(
            line,
            tuple(pairs),
            name=name,
            phone=phones[0] if phones else typed,
            phone_flaw="" if phones else flaw,
            also=[*(["phone", n] for n in phones[1:]), *(["email", a] for a in emails[1:])] or None,
            email=emails[0] if emails else "",
            wechat=wechat or "",
            company=plain_company(said.get("company", "")),
            title=said.get("title", "") or job,
            industry=said.get("industry", ""),
            product=said.get("product", ""),
            city=city_of(where := said.get("city", "")),
            district=district_of(where),
            need=self._joined(cells, said, "need"),
            source=said.get("source", "") or self._source,
            followup=followup,
        )
        if followup or self._times:
            self._people_and_times(said, row, doubts)
        self._budget(said, row, doubts)
        self._stage_and_pool(said, row, doubts)
        if self._own:
            row.own = self._own_fields(cells, doubts)
        row.doubts = tuple(doubts)
        row.mark = "\x1f".join(mapped)
        return row

    def _people_and_times(self, said: Said, row: Row, doubts: list[str]) -> None:
        row.created_at = self._moment(said, "created_at", doubts)
        if row.created_at is not None and row.created_at > self._now:
            row.created_at = None
            doubts.append("创建时间在将来,按现在算")
        row.owner = self._member(said, "owner", doubts)
        row.next_step_at = self._moment(said, "next_step_at", doubts)
        if row.followup:
            row.followup_at = self._moment(said, "followup_at", doubts)
            row.followup_by = self._member(said, "followup_by", doubts)
            kind = said.get("followup_kind", "")
            row.followup_kind = CHANNELS.get(kind) or channel_of(kind or row.followup)
            author = said.get("followup_by", "")
            if author and row.followup_by is None:
                row.followup = f"({author})" + row.followup

    def _own_fields(self, cells: Sequence[str], doubts: list[str]) -> Own | None:
        """What the line says in the company's own fields; a value that does not fit is left out and told."""
        plain: dict[str, Value | None] = {}
        sealed: dict[str, Value | None] = {}
        for key, place in self._own:
            try:
                read = read_own({key: cells[place]}, rules=self._rules, now=self._now) if cells[place] else None
            except Unusable as refusal:
                doubts.append(f"{refusal.sentence.partition(';')[0].rstrip('。')},没有导入")
                continue
            if read is not None:
                plain |= read.plain
                sealed |= read.sealed
        return Own(plain, sealed) if plain or sealed else None

    def _budget(self, said: Said, row: Row, doubts: list[str]) -> None:
        text = said.get("budget", "")
        if not text:
            return
        plain = text.replace(".", "", 1).isdecimal() and self._in_ten_thousands
        found = sum_of(text + "万" if plain else text)
        if found is None:
            doubts.append("预算看不懂,没有导入")
        else:
            row.budget_min, row.budget_max = found

    def _stage_and_pool(self, said: Said, row: Row, doubts: list[str]) -> None:
        if stage := said.get("stage", ""):
            row.stage = STAGES.get(stage) or STAGES.get(stage.lower()) or ""
            if not row.stage:
                doubts.append(f"阶段「{stage[:20]}」不认识,按新线索导入")
        if pool := said.get("pool", ""):
            row.pool = self._directory.pools.get(pool, "")
            if not row.pool:
                doubts.append(f"没有叫「{pool[:20]}」的线索池,放进默认的池")

    def _said(self, cells: Sequence[str]) -> dict[str, str]:
        """What the line says of each field in its first column, tidied; what says nothing is left out."""
        said = {}
        for name, place, most in self._firsts:
            text = cells[place]
            if text and not is_nothing(text):
                said[name] = tidy(text, most)
        return said

    def _joined(self, cells: Sequence[str], said: Said, name: str) -> str:
        places = self._places[name]
        if len(places) <= 1:
            return said.get(name, "")
        parts = [tidy(text, 4000) for place in places if (text := cells[place]) and not is_nothing(text)]
        return "\n".join(dict.fromkeys(parts))[:4000]

    def _emails(self, cells: Sequence[str]) -> list[str]:
        found: list[str] = []
        for place in self._places["email"]:
            found += [one for one in read_emails(cells[place]) if one not in found] if cells[place] else []
        return found

    def _wechat(self, cells: Sequence[str], phones: Sequence[str]) -> str | None:
        """The first id; where a cell says that it is the mobile, the mobile."""
        columns = [(name, cells[place]) for name in ("wechat", "phone") for place in self._places[name]]
        for name, text in columns:
            if name == "wechat" and text and (found := read_wechat(text)) is not None:
                return found
        mobile = phones[0].removeprefix("+86") if phones else ""
        if len(mobile) == 11 and any(is_same_number(text, column=name) for name, text in columns if _has_words(text)):
            return mobile
        return None

    def _phones(self, cells: Sequence[str], beside: str) -> tuple[list[str], str, str]:
        """(usable numbers in one spelling, what was typed, why it is no number); `beside` stood with the name."""
        good: list[str] = []
        typed = flaw = ""
        texts = [cells[place] for place in self._places["phone"]]
        for text in (*texts, beside) if beside else texts:
            if not text or is_nothing(text):
                continue
            numbers, why = read_phones(text)
            good += [number for number in numbers if number not in good]
            if not numbers and not flaw:
                typed, flaw = tidy(text, 60), why
        return good, typed, flaw

    def _why_unusable(self, said: Said, typed: str, flaw: str) -> str:
        if flaw:
            return f"电话「{typed[:40]}」{flaw}"
        for name in ("email", "wechat"):
            if text := said.get(name, ""):
                return f"{LABELS[name]}「{text[:40]}」格式不对"
        return "没有电话、邮箱或微信,联系不上这个人。请补上一样"

    def _moment(self, said: Said, name: str, doubts: list[str]) -> datetime | None:
        text = said.get(name, "")
        found = read_moment(text, self._zone) if text else None
        if text and found is None:
            doubts.append(f"{LABELS[name]}看不懂,没有导入")
        return found

    def _member(self, said: Said, name: str, doubts: list[str]) -> str | None:
        text = said.get(name, "")
        if not text:
            return None
        found = self._directory.members.get(text) or self._directory.members.get(text.lower())
        if found is None:
            told = "先放进线索池" if name == "owner" else "名字写在记录开头"
            doubts.append(f"{LABELS[name]}「{text[:20]}」不在成员名单里,{told}")
        return found


def _has_words(text: str) -> bool:
    return bool(text) and not text.isascii()
