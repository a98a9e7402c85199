"""Reading a chat line as a command: 领取 L1024, /查重 138…, 1; anything else is natural language."""

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leads.understand.letter import simplified

LEAD = re.compile(r"\s*[Ll]\s*(\d{1,12})(?!\d)")
BARE_LEAD = re.compile(r"\s*[Ll]?\s*(\d{1,12})(?![\d.:点号月年])")
EDGES = re.compile(r"^[\s,:、\uff0c\uff1a]+|[\s,:、\uff0c\uff1a]+$")
QUOTED = re.compile(  # WeCom puts what somebody replies to before their own words
    r"(?:这是一条引用/回复消息[:\uff1a]\s*)?[「\"“].{0,2000}?[」\"”]\s*\n\s*(?:-\s*){5,}\n\s*", re.DOTALL
)
CALLED = re.compile(r"^[@\uff20]线索助手[\s,:\uff0c\uff1a]*")
ENDS = "。.!\uff01~\uff5e \u3000\n"
POLITE = re.compile(r"^(?:请(?!假)|麻烦|帮忙|帮我|给我|我要|我想|我来)+(?:你|一下|再)?\s*")
LOOKING = re.compile(r"^(?:看看|看一下|看下|看|查看|查一下|查|发|来个|来一份|要)\s*")
ACTS = "领取|认领|合格|无效|退回|为什么"  # what may follow a lead's number
GIVING = "转给|改派给?|转派给?"
REPORTS = "日报|周报|月报|漏斗|排行"
SPAN = (
    "今天|昨天|前天|本周|这周|上{1,2}周|本月|这个月|上个?月|本季度|上个?季度|今年|去年|[0-9一二三四五六七八九十]{1,2}月"
)
DAYS = "今|昨|前天|本|上|这|去年|最近|近|[0-9]|[一二三四五六七八九十]+月"
GLUED = {
    "查重": r"\S", "请假": r"到|至|今|明|后天|大后|下|本周|这周|周|星期|[0-9一二两三四五六七八九十]",
    **dict.fromkeys(("日报", "周报", "月报", "漏斗", "渠道", "排行"), DAYS),
}  # fmt: skip
BOUNDARY = re.compile(r"[\s,。:;!?、.\uff0c\uff1a\uff1b\uff01\uff1f]|[Ll]?\d|$")


@dataclass(frozen=True)
class Line:
    """A command's first word (the one of the contract, whatever alias was typed) and what follows it."""

    word: str
    rest: str


def tidy(text: str) -> str:
    """One line of chat with full-width digits and letters made plain, without what it quotes, our name or a slash."""
    plain = "".join(unicodedata.normalize("NFKC", c) if "\uff01" <= c <= "\uff5e" and c.isalnum() else c for c in text)
    return re.sub(CALLED, "", _own_words(plain.strip())).removeprefix("/").removeprefix("\uff0f").strip()


def _own_words(text: str) -> str:
    quoted = QUOTED.match(text)
    return text[quoted.end() :] if quoted is not None else text


def ended(text: str) -> str:
    """The same words without the marks that end a sentence: what is looked up by name knows none."""
    return text.rstrip(ENDS)


def read_line(text: str, aliases: Mapping[str, str]) -> Line | None:
    """The command that a line begins with, in letters of either kind, the longest alias first; None without one."""
    begins = simplified(text[: max(map(len, aliases))]).lower()
    for alias in sorted(aliases, key=len, reverse=True):
        rest = text[len(alias) :]
        if begins.startswith(alias) and BOUNDARY.match(rest):
            return Line(aliases[alias], re.sub(EDGES, "", rest))
    return None


def turned(text: str) -> str:
    """A line whose command does not come first, with it in front; other lines as they are.

    帮我领取L1003, L1003 领取, 把L1003转给李娜, 转给李娜 L1003, 昨天的日报, 请假到明天.
    """
    even = simplified(text)
    asked = re.sub(POLITE, "", even)
    plain = text[len(even) - len(asked) :] if len(text) == len(even) else asked  # as it was written
    lead = r"([Ll]\s*\d{1,12})"
    if found := re.match(rf"(?:把|将)?\s*{lead}\s*({ACTS})(?![^\s,:、。\uff0c\uff1a])", asked):
        return f"{found[2]} {found[1]} {re.sub(EDGES, '', plain[found.end() :])}".strip()
    if found := re.match(rf"(?:把|将)?\s*{lead}\s*({GIVING})\s*(?=\S)", asked):
        return f"{found[2]} {found[1]} {plain[found.end() :]}"
    if found := re.fullmatch(rf"({GIVING})\s*(\S{{2,10}}?)\s*{lead}[。!\uff01]?", asked):
        return f"{found[1]} {found[3]} {plain[found.start(2) : found.end(2)]}"
    if found := re.fullmatch(rf"({SPAN})?的?({REPORTS})[。!\uff01]?", re.sub(LOOKING, "", asked)):
        return f"{found[2]} {found[1] or ''}".strip()
    for word, follows in GLUED.items():
        if asked.startswith(word) and re.match(follows, asked[len(word) :]):
            return f"{word} {plain[len(word) :]}"
    return plain


def lead_and_rest(rest: str, *, bare: bool) -> tuple[int | None, str]:
    """The lead number at the beginning (L1024, or 1024 where `bare` numbers are meant as leads) and what follows."""
    match = (BARE_LEAD if bare else LEAD).match(rest)
    if match is None:
        return None, rest.strip()
    return int(match[1]), re.sub(EDGES, "", rest[match.end() :])


def first_and_rest(words: str) -> tuple[str, str]:
    """What stands before the first blank or comma, and what follows: 35,000 and 李娜,她熟."""
    first, *more = re.split(r"\s+|\uff0c\s*|,(?!\d{3})\s*", words.strip(), maxsplit=1)
    return first, more[0] if more else ""


def picked(text: str) -> int | None:
    """A number of one or two digits, bare or as 第3条: an entry of the list shown last."""
    found = re.fullmatch(r"([0-9]{1,2})、?|第\s*(?:([0-9]{1,2})|([一二三四五六七八九十]))\s*[条个]", text)
    if found is None:
        return None
    return "一二三四五六七八九十".index(found[3]) + 1 if found[3] else int(found[1] or found[2])


def closest(text: str, words: Sequence[str]) -> list[str]:
    """The three words that a mistyped one most resembles, the best first; always three."""
    head = re.split(r"[\s,。:\uff0c\uff1a]", text, maxsplit=1)[0][:12]

    def likeness(word: str) -> float:
        shared = len(set(word) & set(head)) / max(len(set(word)), 1)
        return difflib.SequenceMatcher(None, word, head).ratio() + shared + 0.3 * (word[:1] == head[:1])

    return sorted(words, key=likeness, reverse=True)[:3]
