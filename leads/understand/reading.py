"""One sentence or paste in, everything the bot understood out: who, where, how much, when, and what for."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from leads.understand.brand import find_weak_company
from leads.understand.company import Company, find_company
from leads.understand.contact import find_email, find_wechat, same_as_mobile
from leads.understand.intent import read_intent
from leads.understand.job import find_title
from leads.understand.letter import simplified
from leads.understand.money import find_budget
from leads.understand.need import read_need
from leads.understand.person import Person, find_person
from leads.understand.phone import FoundPhone, find_phones
from leads.understand.place import read_city
from leads.understand.text import blank, clean
from leads.understand.when import When, whens_in

Spans = list[tuple[int, int]]


@dataclass(frozen=True)
class Fields:
    """What a text says about a customer. Budgets are whole yuan, None = open; `tel` ends in its extension (-8006)."""

    name: str | None = None
    title: str | None = None
    company: str | None = None
    mobile: str | None = None
    tel: str | None = None
    email: str | None = None
    wechat: str | None = None
    city: str | None = None
    budget_min: int | None = None
    budget_max: int | None = None
    need: str | None = None


@dataclass(frozen=True)
class Understanding:
    """`when` is the coming moment that counts, `other_whens` are further ones to ask about.

    `missed` is a moment that something is planned for although it has passed (昨天下午3点再打): surely a slip.
    `doubtful` names the fields, and "when", whose reading rests on weak signs.
    """

    intent: str
    fields: Fields
    when: When | None
    other_whens: tuple[When, ...]
    doubtful: tuple[str, ...]
    missed: When | None = None


def understand(text: str, *, now: datetime) -> Understanding:
    """Reads the first 2000 characters of any text; never raises for what stands in it. `now` must be aware."""
    written = _parted(clean(text))
    even = _in_place(written)
    whens = whens_in(even, now=now)
    fields, doubtful = _read_fields(even, whens)
    when, others = _choose([one for one in whens if not one.past], even)
    if when is not None and (when.doubt or others):
        doubtful.append("when")
    intent = read_intent(
        even,
        contact=bool(fields.mobile or fields.tel or fields.email or fields.wechat),
        labelled=_form().search(even) is not None,
        when=when is not None or any(one.past for one in whens),
        named=bool(fields.name and fields.company),
    )
    missed = next((one for one in whens if one.past and _planned(_clause(even, one))), None) if when is None else None
    return Understanding(intent, _as_written(fields, written, even), when, others, tuple(doubtful), missed)


def _parted(text: str) -> str:
    """What a form or a program sent as name=…&phone=… stands in lines."""
    return text.replace("&", "\n") if re.search(r"(?:^|[&\s?])\w{2,20}=[^&\n]*&\w{2,20}=", text) else text


def _in_place(text: str) -> str:
    """The text in Simplified characters, each at its place."""
    even = simplified(text)
    return even if len(even) == len(text) else "".join(simplified(sign)[:1] or sign for sign in text)


def _as_written(fields: Fields, written: str, even: str) -> Fields:
    """Names and words as the customer wrote them: 黃志強 keeps his Traditional characters."""
    if written == even:
        return fields

    def back(value: str | None) -> str | None:
        at = even.find(value) if value else -1
        return written[at : at + len(value or "")] if at >= 0 else value

    return replace(
        fields, name=back(fields.name), title=back(fields.title), company=back(fields.company), need=back(fields.need)
    )


@cache
def _form() -> re.Pattern[str]:
    return re.compile(r"(?:姓名|联系人|公司名?称?|单位|联系方式|手机号?|联系电话|客户名称)\s?[::=]")


@cache
def _next_step() -> re.Pattern[str]:
    return re.compile(r"联系|跟进|回访|拜访|上门|提醒|约|见面|演示|电话|打|再|碰|聊|沟通|发|报价|去|来|给|开会|汇报|签")


def _choose(coming: list[When], text: str) -> tuple[When | None, tuple[When, ...]]:
    """The moment of the next step, and the other coming ones.

    What it was moved to (改到) comes first, then the first in whose clause something is to be done and nobody is away.
    A day is dropped where the same day stands there with its time (明天吧，明天下午两点半).
    """
    if not coming:
        return None, ()
    minutes = {one.start.date() for one in coming if one.precision == "minute"}
    exact = [one for one in coming if one.precision != "day" or one.start.date() not in minutes]
    ways = (_moved, _open_step, _not_refused)
    best = next((one for way in ways for one in exact if way(_clause(text, one))), exact[0])
    return best, tuple(one for one in exact if (one.start, one.end) != (best.start, best.end))


def _moved(clause: str) -> bool:
    return re.search(r"改到|改成|改在|改为|推到|推迟到|延到|延后到|挪到|换到|提前到|调到", clause) is not None


def _open_step(clause: str) -> bool:
    return _next_step().search(clause) is not None and _not_refused(clause)


def _not_refused(clause: str) -> bool:
    """周一没空 is no appointment."""
    return re.search(r"没空|没时间|不行|不在|不方便|有事|没档期|别打|不要打|休息|出差", clause) is None


def _planned(clause: str) -> bool:
    """Somebody means to do something again, and does not report that they did."""
    again = r"再(?:打|联系|聊|约|跟|来|去|沟通|碰|谈|说|发|回)(?!了|过)|提醒|下次|下一步|要(?:回访|联系|报价|演示)"
    return re.search(again, clause) is not None and re.search(r"没人?接|打通|聊过|聊了", clause) is None


def _clause(text: str, when: When) -> str:
    left = max(text.rfind(sign, 0, when.begin) for sign in ",。;!?\n")
    ends = [at for sign in ",。;!?\n" if (at := text.find(sign, when.stop)) >= 0]
    return text[left + 1 : min(ends, default=len(text))]


def _read_fields(text: str, whens: list[When]) -> tuple[Fields, list[str]]:
    doubtful: list[str] = []
    used: Spans = []
    email = find_email(text)
    if email is not None:
        used.append((email.begin, email.stop))
    wechat = find_wechat(blank(text, used))
    phones = find_phones(blank(text, used))
    used += [(one.begin, one.stop) for one in phones]
    mobile, tel = _first(phones, text, mobile=True), _first(phones, text, mobile=False)
    if any(not one.phone.valid for one in (mobile, tel) if one is not None):
        doubtful += ["mobile"] if mobile and not mobile.phone.valid else []
        doubtful += ["tel"] if tel and not tel.phone.valid else []
    same = same_as_mobile(text)
    wechat_id = wechat.value if wechat else mobile.phone.local if same and mobile else None
    used += [(one.begin, one.stop) for one in (wechat, same) if one is not None]
    bare = blank(text, used)
    dated = blank(bare, [(one.begin, one.stop) for one in whens])
    budget = find_budget(dated)
    if budget is not None:
        used.append((budget.begin, budget.stop))
        doubtful += ["budget_min", "budget_max"] if budget.doubtful else []
    bare = blank(bare, used)
    moments = [(one.begin, one.stop) for one in whens]
    company = find_company(blank(bare, moments))
    if company is not None:
        used.append((company.begin, company.stop))
    without = blank(bare, used)
    undated = blank(without, moments)
    person = find_person(without, pieces(undated))
    if person is not None:
        used.append((person.begin, person.stop))
        doubtful += ["name"] if person.doubtful else []
    name = (person.begin, person.stop) if person else None
    title = find_title(blank(without, used), name, pieces(blank(undated, used)))
    if title is not None:
        used.append((title[1], title[2]))
    if company is None:
        beside = name if phones or email or wechat else None
        company = find_weak_company(
            blank(without, used), pieces(blank(undated, used)), name=beside, job=title[1:] if title else None
        )
        used += [(company.begin, company.stop)] if company is not None else []
    doubtful += ["company"] if company is not None and company.doubtful else []
    city, unsure = _city(bare, company, person, tel)
    doubtful += ["city"] if unsure else []
    need = read_need(blank(bare, used), moments, contact=bool(phones or email or wechat))
    fields = Fields(
        name=person.name if person else None,
        title=title[0] if title else person.title if person else None,
        company=company.name if company else None,
        mobile=mobile.phone.local if mobile else None,
        tel=tel.phone.written if tel else None,
        email=email.value if email else None,
        wechat=wechat_id,
        city=city,
        budget_min=budget.low if budget else None,
        budget_max=budget.high if budget else None,
        need=need,
    )
    return fields, doubtful


def _first(phones: list[FoundPhone], text: str, *, mobile: bool) -> FoundPhone | None:
    """The first good number of its sort, or what it was put right to; else the first bad one, to show its flaw."""
    kinds = ("mobile", "foreign") if mobile else ("landline", "service400")
    fitting = [one for one in phones if one.phone.kind in kinds]
    valid = [one for one in fitting if one.phone.valid]
    righted = [one for one in valid if _righted().search(text[max(0, one.begin - 8) : one.begin])]
    return next(iter((*righted[-1:], *valid, *fitting)), None)


@cache
def _righted() -> re.Pattern[str]:
    """Somebody takes back the number before: 不对是139…, 打错了,应该是139…."""
    return re.compile(r"(?:不对|错了|写错|更正|改[成为]|应该是)[\s,。:!]{0,2}(?:应该)?[是为]?[\s:]{0,2}$")


def _city(text: str, company: Company | None, person: Person | None, tel: FoundPhone | None) -> tuple[str | None, bool]:
    masked = blank(text, [(person.begin, person.stop)]) if person else text
    span = (company.begin, company.stop) if company else None
    return read_city(masked, company=span, tel=tel.phone.local if tel else None)


def pieces(text: str) -> list[tuple[int, int, str]]:
    """What stands between separators (blanks, commas, bars, line ends, labels), with its place in the text."""
    return [(found.start(), found.end(), found[0]) for found in _piece().finditer(text)]


@cache
def _piece() -> re.Pattern[str]:
    return re.compile(r"[^\s,;|/。、:!?\x00()\[\]【】<>\"'“”+~]+")
