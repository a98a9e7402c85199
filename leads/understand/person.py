"""Who the customer is: a full name, or surname and title as people write it (王总, 陈先生), and the job."""

import re
from dataclasses import dataclass
from functools import cache

from leads.understand.foreign import find_foreign
from leads.understand.job import JOBS, job_pattern
from leads.understand.place import is_place
from leads.understand.shape import find_shaped
from leads.understand.surname import (
    begins_like_word,
    common_pattern,
    common_surnames,
    double_surnames,
    looks_like_name,
    never_given,
    surname_pattern,
    surnames,
)

# How people are addressed without saying what they do; these never fill the field for the job.
_POLITE = (
    "总|女士|先生|小姐|老板|工|老师|哥|姐|太太|师傅|叔|阿姨|大姐|大哥|博士|老|同学|夫人|董|导|妹|少|爷|公子|美女|"
    "帅哥|老总|老总们"
)


@dataclass(frozen=True)
class Person:
    """A name as written, where it stood, the job said with it, and whether the reading rests on weak signs."""

    name: str
    begin: int
    stop: int
    title: str | None
    doubtful: bool


@cache
def _labelled() -> re.Pattern[str]:
    label = (
        "联系人姓名|联系人名字|客户姓名|客户名字|对方名字|联系人|姓名|称呼|负责人|收件人|收货人|客户名|客户|对接人|决策人|贵姓|名字|学员|家长|"
        "业主|车主|联系(?= )|name|contact"
    )
    return re.compile(
        rf"(?<![一-龥])(?P<label>{label})[】\]]?[\s\"]?(?P<sign>[::=]|是|为|\s)[\s\"]?(?:[一-龥]{{1,5}}[部科处室办] )?"
        r"(?P<name>[一-龥·]{1,12}|[A-Za-z][A-Za-z.'· ]{1,30})",
        re.IGNORECASE,
    )


@cache
def _ours() -> re.Pattern[str]:
    """Labels of our own people, whose names must not become the customer's."""
    return re.compile(
        r"(?:跟进人|录入人|销售|业务员|提交人|分配给|归属|客服|接待人?|介绍人|推荐人|转给|顾问|@)[\s::]{0,2}$"
    )


@cache
def _addressed() -> re.Pattern[str]:
    """Surname, perhaps a given name, and a title: 王总, 张伟经理, 欧阳先生."""
    end = (
        r"总(?!部|监|共|价|之|数|计|有|结|量|额|线|经|裁|投|包|成|公司|店|行|体|会|是会|工程|代理|教|务|台|署)|"
        r"女士|先生|小姐|老板娘|老板|老师|太太|师傅|博士|阿姨|大姐|大哥|同学|"
    )
    end += (
        r"工(?![作厂程业人具地艺期资种商夫序会装友牌])|董(?!事)|哥(?!哥)|姐(?!姐|妹)|导(?![致入出航购演师读])|"
        r"生(?![产活意态物命鲜日病成长效存姜化机鱼])|太(?![太平原阳仓湖和极空古保子行尉大多小高])|叔|院|处(?!理|于)|局(?!限|面)|科(?!技|学|室|研)"
    )
    return re.compile(
        rf"(?P<sur>{surname_pattern()})(?P<given>(?:(?![的了是和在跟与给])[一-龥]){{0,2}}?)(?P<title>{JOBS}|总监|{end})"
    )


@cache
def _nick() -> re.Pattern[str]:
    return re.compile(
        rf"(?<![一-龥])(?:[老小阿])(?:{common_pattern()})(?![一-龥]|\d{{1,5}}(?!\d))|"
        rf"(?<![一-龥])老(?:{common_pattern()})(?=[要想说问那]的?)|"
        rf"(?<=[找叫是和跟约给的个长理管监任员购台])[老小](?:{common_pattern()})(?=说|想|要|那|[^一-龥]|$)"
    )


@cache
def _lone() -> re.Pattern[str]:
    """A rare surname that no table has, standing alone with its title: 冒总, 亥先生."""
    return re.compile(
        r"(?<![一-龥])[一-龥](?<![我你您他她它老小大各这那该某副总本贵男女位全亲])(?:总|女士|先生|小姐|老板|"
        r"经理|主任)(?![一-龥])"
    )


@cache
def _introduced() -> re.Pattern[str]:
    return re.compile(
        rf"(?:我是|我叫|名叫|叫做|叫|本人|客户|联系人|我姓名|业主|老板|家长|学员|"
        rf"负责人|(?:我是|这边是|这里是)[一-龥A-Za-z0-9()\x00]{{2,20}}的)\s?(?P<name>{surname_pattern()}[一-龥]{{1,2}})(?=[^一-龥]|$|手机|电话|微信|想|要|问|咨询|需要|是|"
        rf"在|的|来|预算|之前|今天|昨天|说|对)"
    )


def find_person(text: str, pieces: list[tuple[int, int, str]]) -> Person | None:
    """The customer's name. `text` has phones, sums and the company blanked; `pieces` stand between separators.

    A label (姓名:) counts most, then an introduction (我是…), then surname and title, then a piece that is
    a name by itself.
    """
    ways = (_by_label, _by_introduction, _by_shape, _by_title)
    return next((found for way in ways if (found := way(text)) is not None), None) or _by_piece(text, pieces)


def _by_shape(text: str) -> Person | None:
    found = find_shaped(text)
    return Person(*found, None, doubtful=True) if found is not None else None


def _by_label(text: str) -> Person | None:
    labels = list(_labelled().finditer(text))
    whose = [found for found in labels if found["label"] in ("联系人", "姓名", "称呼", "联系人姓名")]
    for found in labels:
        if found["label"] in ("客户", "客户名") and whose and whose[0].start() > found.start():
            continue  # 客户:汤臣倍健 联系人:翁小姐
        raw = found["name"].strip()
        begin = found.start("name")
        if raw.replace("·", "").isascii():
            name = " ".join(re.split(r" {2,}", raw)[0].split()[:3])
            if len(name) >= 2 and (name[0].isupper() or found["sign"] in ":="):
                return Person(name, begin, begin + len(found["name"].rstrip()), None, doubtful=False)
            continue
        addressed = _addressed().match(text, begin)
        if addressed is not None and addressed.end() <= found.end("name") + 1:
            return _person(addressed, doubtful=False)
        for length in (len(raw), 4, 3, 2):
            word = raw[:length]
            if "·" in word or (looks_like_name(word, strict=False) and not is_place(word)):
                following = raw[length : length + 2]
                if length == len(raw) or not following or job_pattern().match(raw, length) or "·" in word:
                    title = job_pattern().match(raw, length)
                    return Person(word, begin, begin + length, title[0] if title else None, doubtful=False)
        if len(raw) == 1 and raw in surnames():
            return Person(raw, begin, begin + 1, None, doubtful=False)
        if found["sign"] in ":=" and 2 <= len(raw) <= 4 and _may_be_called(raw):  # a surname that no table has
            return Person(raw, begin, begin + len(raw), None, doubtful=True)
    return None


def _may_be_called(word: str) -> bool:
    """Whether a word behind 姓名: may be a name that we do not know as one: no place, no job, no heading of a form."""
    if is_place(word) or job_pattern().search(word) or set(word) & never_given():
        return False
    return (
        re.search(r"电话|手机|公司|单位|职[位务]|地址|城市|需求|微信|邮箱|匿名|保密|未知|先生|女士|没有|暂无", word)
        is None
    )


def _by_introduction(text: str) -> Person | None:
    for found in _introduced().finditer(text):
        addressed = _addressed().match(text, found.start("name"))
        if addressed is not None:
            return _person(addressed, doubtful=False)
        if looks_like_name(found["name"], strict=False) and not is_place(found["name"]):
            return Person(found["name"], found.start("name"), found.end("name"), None, doubtful=False)
    return None


def _by_title(text: str) -> Person | None:
    later: Person | None = None
    at = 0
    while (found := _addressed().search(text, at)) is not None:
        at = found.start() + 1
        person = _titled(found, text)
        if person is None:
            continue
        at = person.stop
        before, after = text[max(0, person.begin - 6) : person.begin], text[person.stop : person.stop + 4]
        if _ours().search(before) or re.match(r"\s?(?:转?介绍|推荐|带来|给的|转来)", after):
            later = later or Person(person.name, person.begin, person.stop, person.title, doubtful=True)
            continue
        return person
    lone = _lone().search(text)
    if lone is not None:
        return Person(lone[0], lone.start(), lone.end(), None, doubtful=True)
    nick = _nick().search(text)
    if nick is not None and not re.match(r"小程|小高|小白|小米|小麦|小包|小时|小单|小区|小店|老区|小黄|老龙", nick[0]):
        return Person(nick[0], nick.start(), nick.end(), None, doubtful=False)
    return later


def _titled(found: re.Match[str], text: str) -> Person | None:
    """The right cut of a find of `_addressed`: 约了张总 is 张总, 王晓明总监 keeps its given name."""
    begin, given = found.start(), found["given"]
    glued = begin > 0 and "一" <= text[begin - 1] <= "鿿"
    title_at = found.start("title")
    if given and found["title"] in ("生", "太"):  # 梁生, 刘太, but 周大生
        return None
    inner = text[title_at - 1]
    if given:
        double = text[title_at - 2 : title_at]
        full = looks_like_name(found["sur"] + given, strict=glued) and not _cue_inside(found["sur"] + given)
        if double in double_surnames() and begin < title_at - 2:
            return None
        if inner in common_surnames() and (glued or not full or len(given) == 2):
            return None  # a later start gives surname and title
        if not full or (glued and text[begin - 1] not in "的是和跟找约给叫了与见"):
            return None
        if is_place(found["sur"] + given):
            return None
        return _person(found, doubtful=False)
    if begins_like_word(text[begin : begin + 2]) or (
        glued
        and text[begin - 1] not in "的嘅处部科室办"
        and found["sur"] not in common_surnames()
        and len(found["sur"]) == 1
    ):
        return None
    if found["title"] in ("生", "院", "处", "局", "科", "导", "叔") and glued and found["title"] != "生":
        return None
    if found["title"] == "生" and glued and text[begin - 1] != "嘅" and not is_place(text[max(0, begin - 2) : begin]):
        return None
    if glued and text[begin - 1 : begin + 1] in ("高管", "部经", "主任", "班主", "一时", "全国", "国华"):
        return None
    return _person(found, doubtful=found["sur"] not in common_surnames() and len(found["sur"]) == 1)


def _cue_inside(name: str) -> bool:
    return any(sign in "约找见给叫请问和跟与对是有" for sign in name)


def _person(found: re.Match[str], *, doubtful: bool) -> Person:
    title, given = found["title"], found["given"]
    polite = title in _POLITE.split("|") or title in ("生", "院", "处", "局", "科")
    if given and not polite:  # a full name and a job: two fields
        return Person(found["sur"] + given, found.start(), found.start("title"), title, doubtful)
    if given:
        return Person(found["sur"] + given, found.start(), found.end(), None, doubtful)
    return Person(found["sur"] + title, found.start(), found.end(), None if polite else title, doubtful)


def _by_piece(text: str, pieces: list[tuple[int, int, str]]) -> Person | None:
    """A piece between separators that is a name by itself, or begins with one before a job; always doubtful."""
    weak: Person | None = None
    sender: Person | None = None
    for begin, stop, raw in pieces:
        piece = raw.strip()
        start = begin + raw.find(piece) if piece else begin
        if not piece or _ours().search(text[max(0, start - 6) : start]):
            continue
        if "·" in piece and re.fullmatch(r"[一-龥]{2,8}·[一-龥]{2,8}(?:·[一-龥]{1,8})?", piece):
            return Person(piece, start, start + len(piece), None, doubtful=True)
        spaced = re.sub(r"(?<=^[一-龥])\s(?=[一-龥]$)", "", piece)
        if is_place(spaced[:2]) and re.fullmatch(r"[路街镇乡村里]", spaced[2:]):
            continue  # 连江路
        if looks_like_name(spaced, strict=False) and not is_place(spaced):
            if re.match(r" \d{1,2}:\d\d\s", text[stop:]):  # whoever sent a message that was passed on
                sender = sender or Person(spaced, start, start + len(piece), None, doubtful=True)
                continue
            if spaced[0] in common_surnames() or spaced[:2] in double_surnames():
                return Person(spaced, start, start + len(piece), None, doubtful=True)
            weak = weak or Person(spaced, start, start + len(piece), None, doubtful=True)
            continue
        tail = piece[piece.rfind("的") + 1 :]
        led = job_pattern().match(tail)  # 我是某某公司的采购主管田甜
        if led is not None and looks_like_name(tail[led.end() :], strict=False):
            at = start + len(piece) - len(tail) + led.end()
            return Person(tail[led.end() :], at, start + len(piece), led[0], doubtful=True)
        job = job_pattern().search(piece)
        if job is not None and job.end() == len(piece) and looks_like_name(piece[: job.start()], strict=False):
            return Person(piece[: job.start()], start, start + job.start(), job[0], doubtful=True)
        for length in (4, 3, 2):
            head, rest = piece[:length], piece[length:]
            if (
                rest
                and looks_like_name(head, strict=True)
                and re.match(r"想|要|需|问|咨询|求|手机|电话|微信|预算|[(\d(]|[A-Za-z]", rest)
                and not is_place(head)
            ):
                return Person(head, start, start + length, None, doubtful=True)
    if weak is not None:
        return weak
    if sender is not None:
        return sender
    foreign = find_foreign(text)
    if foreign is not None:
        return Person(*foreign, None, doubtful=True)
    said = re.search(
        r"(?:姓|免贵姓?)([一-龥])(?<![名氏啥甚什])(?![名氏])", text
    )  # 我姓蔡; 姓密 and nothing behind it is a rare one
    if said is not None and (said[1] in surnames() or re.match(r"(?:[^一-龥名]|$)", text[said.end() :])):
        return Person(said[1], said.start(1), said.end(1), None, doubtful=True)
    for begin, _, raw in pieces:
        if raw.strip() in common_surnames():
            at = begin + raw.find(raw.strip())
            return Person(raw.strip(), at, at + 1, None, doubtful=True)
    return None
