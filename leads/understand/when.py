"""Which moment a sentence speaks of: 明天下午3点, 下周三, 月底前, 五一过后, 半小时后."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Literal

from leads.understand.clock import Clock, clock_pattern, period_begin, period_end, period_pattern, read_clock
from leads.understand.duration import duration_pattern, read_duration
from leads.understand.month import month_patterns
from leads.understand.span import Span, one, since, until
from leads.understand.text import blank, clean
from leads.understand.weekday import weekday_patterns


@dataclass(frozen=True)
class When:
    """A moment in a sentence, in the time zone of `now`.

    minute: start = end = that minute. day: start is its midnight, end the next one (excluded).
    range: start and end are the midnights of the first and the last day (included); a deadline (月底前) runs from today to its day.
    `past` moments are reported, never moved into the future. `doubt` says in Chinese what is uncertain.
    """

    start: datetime
    end: datetime
    precision: Literal["minute", "day", "range"]
    text: str
    past: bool
    doubt: str | None
    begin: int = 0  # where it stands in the cleaned text, for those who blank it out
    stop: int = 0


@dataclass(frozen=True)
class _Piece:
    begin: int
    stop: int
    span: Span | None = None
    instant: datetime | None = None
    clock: re.Match[str] | None = None
    period: str | None = None


@dataclass
class _Moment:
    """Pieces that belong together while the sentence is read from left to right."""

    begin: int
    stop: int
    span: Span | None = None
    instant: datetime | None = None
    clock: Clock | None = None
    period: str | None = None
    doubt: str | None = None


def find_whens(text: str, *, now: datetime) -> list[When]:
    """Every moment in the first 2000 characters, in the order of the text, past ones marked; `now` must be aware."""
    return whens_in(clean(text), now=now)


def whens_in(text: str, *, now: datetime) -> list[When]:
    """The same for text that was cleaned already."""
    masked = _numbers().sub(lambda found: "\x00" * len(found[0]), text)
    moments = _join(_pieces(masked, now), masked, now)
    found = [when for moment in moments if (when := _when(moment, masked, text, now)) is not None]
    return found


@cache
def _numbers() -> re.Pattern[str]:
    """What looks like a phone, an order number, an address or a sum: dates inside them are none."""
    return re.compile(
        r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)|(?<!\d)0\d{2,3}[- ]?\d{7,8}(?:[- 转]\d{1,6})?(?!\d)|[48]00[- ]?\d{3}[- ]?\d{4}"
        r"|(?<![\d-])(?:\d{9,}|\d{7}(?!\d))|[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,64}|https?://[!-~]{1,200}"
        r"|(?:单号|订单|编号|型号|QQ|qq|证号|卡号|账号|合同号|工号|尾号)[:号\s是为]{0,3}[A-Za-z0-9-]{2,40}"
        r"|[¥$]\s?[\d,.]+|\d+(?:\.\d+)?(?=\s?(?:元|块|%|折|万|亿|kg|km|平米|平方|㎡|人|台|套|件))"
    )


def _pieces(text: str, now: datetime) -> list[_Piece]:
    today = now.date()
    found: list[_Piece] = []
    for hit in duration_pattern().finditer(text):
        later = read_duration(hit, text, now)
        if later is not None:
            found.append(_Piece(hit.start(), hit.end(), later.span, later.instant))
    for pattern, reader in (*weekday_patterns(), *month_patterns()):
        for hit in pattern.finditer(text):
            span = reader(hit, today)
            if span is not None and text[max(0, hit.start() - 1) : hit.start()] != "每":
                found.append(_Piece(hit.start(), hit.end(), span))
    found.extend(_Piece(hit.start(), hit.end(), clock=hit) for hit in clock_pattern().finditer(text))
    found.extend(_Piece(hit.start(), hit.end(), period=hit["period"]) for hit in period_pattern().finditer(text))
    found.sort(key=lambda piece: (piece.begin, -piece.stop))
    kept: list[_Piece] = []
    for piece in found:  # of overlapping pieces the first wins, of two that begin together the longer
        if not kept or piece.begin >= kept[-1].stop:
            kept.append(piece)
        elif piece.clock is not None and kept[-1].span is not None:  # 下周二三点: the 二 belongs to the week
            clock = clock_pattern().match(text, kept[-1].stop)
            if clock is not None:
                kept.append(_Piece(clock.start(), clock.end(), clock=clock))
        elif kept[-1].period is not None and piece.clock is not None and piece.stop > kept[-1].stop:
            kept[-1] = piece
    return kept


@cache
def _glue() -> re.Pattern[str]:
    return re.compile(r"[\s,的()\[\]、:/]*(?:大概|大约|约|左右|在|就|是|那天|当天|晚点|定在|改到|T)?[\s(]*$")


def _near(text: str, left: int, right: int) -> bool:
    return right - left <= 8 and _glue().match(text[left:right]) is not None


def _same_sentence(text: str, left: int, right: int) -> bool:
    return right - left <= 16 and re.search(r"[。;!?\n\x00]", text[left:right]) is None


def _join(pieces: list[_Piece], text: str, now: datetime) -> list[_Moment]:
    moments: list[_Moment] = []
    for piece in pieces:
        last = moments[-1] if moments else None
        if piece.clock is not None:
            _add_clock(moments, piece, text)
        elif piece.period is not None:
            near = last is not None and last.clock is None and last.instant is None and last.period is None
            if near and last is not None and _near(text, last.stop, piece.begin):
                last.period, last.stop = piece.period, piece.stop
            else:
                moments.append(_Moment(piece.begin, piece.stop, period=piece.period))
        elif last is not None and piece.span is not None and _take_day(last, piece, text):
            continue
        else:
            moments.append(_Moment(piece.begin, piece.stop, piece.span, piece.instant))
    return moments


def _take_day(last: _Moment, piece: _Piece, text: str) -> bool:
    """A day beside what was just read: the same day said twice (周四(19号)), or a time said before its day (3点,周五)."""
    if piece.span is None or not _near(text, last.stop, piece.begin) or last.instant is not None:
        return False
    if last.span is None:
        if last.clock is not None and last.period is None and "," in text[last.stop : piece.begin]:
            return False
        last.span, last.stop = piece.span, piece.stop
        return True
    if last.clock is not None:
        return False
    inside = last.span.first <= piece.span.first and piece.span.last <= last.span.last
    same = piece.span.first <= last.span.first and last.span.last <= piece.span.last
    if last.span.kind == "range" and inside:
        last.span, last.stop = piece.span, piece.stop
        return True
    if same or "(" in text[last.stop : piece.begin]:
        if not same:
            last.doubt = "两个说法不是同一天"
        last.stop = piece.stop
        return True
    return False


def _add_clock(moments: list[_Moment], piece: _Piece, text: str) -> None:
    assert_found = piece.clock
    if assert_found is None:
        return
    last = moments[-1] if moments else None
    open_day = last is not None and last.clock is None and last.instant is None
    near = last is not None and open_day and _near(text, last.stop, piece.begin)
    period = last.period if last is not None and near else None
    clock = read_clock(assert_found, period=period, dated=near)
    if clock is None:
        return
    reaching = (
        last is not None
        and open_day
        and last.span is not None
        and last.span.first == last.span.last
        and last.span.said != "past"
        and _same_sentence(text, last.stop, piece.begin)
        and not _said_past(text[last.stop : piece.begin])
    )
    if last is not None and (near or reaching):
        last.clock, last.stop = clock, piece.stop
    else:
        moments.append(_Moment(piece.begin, piece.stop, clock=clock, period=assert_found["period"]))


@cache
def _past_words() -> re.Pattern[str]:
    return re.compile(
        r"过(?![来去后期户节年完两几一三段会])|(?<![约定排好订说应为除解])了(?!解|吗|再)|刚刚?|已经?|认识|来的|见的|加的|没接|未接|没人接|无人接|上次"
    )


@cache
def _coming_words() -> re.Pattern[str]:
    return re.compile(r"再|要|准备|打算|计划|将|约好|约定|提醒|待|记得|联系一下|回访|跟进|上门|演示|催")


def _said_past(clause: str) -> bool:
    return _past_words().search(clause) is not None and _coming_words().search(clause) is None


def _clause_after(text: str, stop: int) -> str:
    return re.split(r"[,。;!?\n]", text[stop : stop + 14], maxsplit=1)[0]


def _when(moment: _Moment, text: str, original: str, now: datetime) -> When | None:
    stop, side = _side(text, moment.stop)
    words = original[moment.begin : stop].strip(" ,()、")
    if moment.instant is not None:
        past = moment.instant < now.replace(second=0, microsecond=0)
        return When(moment.instant, moment.instant, "minute", words, past, moment.doubt, moment.begin, stop)
    gone = _said_past(_clause_after(text, stop))
    if moment.span is None:
        if re.search(
            r"(?:每天|天天|每日|每晚|工作日|工作时间|营业时间|上班时间|至周五|到周五)[\s,:为是]*$",
            text[max(0, moment.begin - 8) : moment.begin],
        ):
            return None
        return _today(moment, gone, side, words, stop, now)
    span, said = moment.span, moment.span.said
    if said == "open" and gone:
        span = _step_back(span, text[moment.begin : moment.stop], now.date())
    doubt = moment.doubt or span.doubt
    if moment.clock is not None and (span.first == span.last or span.last - span.first <= timedelta(days=1)):
        if span.first != span.last:
            doubt = doubt or "哪一天说得不确切"
        at = _at(span.first, moment.clock, now)
        if not moment.clock.sure and span.first == now.date() and at < now and not gone and moment.clock.hour < 12:
            at, doubt = at + timedelta(hours=12), "是上午还是晚上没有说"
        doubt = None if doubt and doubt.startswith("今天就是") and at >= now else doubt
        return When(at, at, "minute", words, at < now or (gone and said == "open"), doubt, moment.begin, stop)
    if moment.clock is not None:
        doubt = doubt or "哪一天说得不确切"
    if side in ("前", "内") and not (said == "past" or gone):
        span = until(span, now.date()) if span.last >= now.date() else span
    elif side == "后" and said != "past":
        span = since(span)
    past = span.last < now.date() or (gone and said == "open") or said == "past"
    if span.first == now.date() == span.last and moment.period and period_end(moment.period) <= now.hour:
        past = True
    return _whole(span, words, past, doubt, moment.begin, stop, now)


def _whole(span: Span, words: str, past: bool, doubt: str | None, begin: int, stop: int, now: datetime) -> When:
    start = datetime.combine(span.first, time(), now.tzinfo)
    if span.first == span.last and span.kind != "range":
        return When(start, start + timedelta(days=1), "day", words, past, doubt, begin, stop)
    return When(start, datetime.combine(span.last, time(), now.tzinfo), "range", words, past, doubt, begin, stop)


def _step_back(span: Span, words: str, today: date) -> Span:
    """周一拜访了客户, 5号打过电话, 5月3号展会认识: the last such day, not the coming one."""
    if span.first == today or span.last < today:
        return span
    if re.search(r"周|星期|礼拜", words):
        shift = timedelta(weeks=1)
        return replace(span, first=span.first - shift, last=span.last - shift)
    if "月" in words or re.search(r"\d[-/.]\d", words):
        return one(_same_day(span.first.year - 1, span.first), said="past")
    month = span.first.replace(day=1) - timedelta(days=1)
    return one(month.replace(day=min(span.first.day, month.day)), said="past")


def _same_day(year: int, day: date) -> date:
    return day.replace(year=year) if (day.month, day.day) != (2, 29) else date(year, 2, 28)


def _today(moment: _Moment, gone: bool, side: str, words: str, stop: int, now: datetime) -> When | None:
    """A time of day without a day: today, or tomorrow when it has gone by and nobody says that it happened."""
    today = now.date()
    if moment.clock is None:
        word = moment.period or ""
        over, begun = period_end(word) <= now.hour, period_begin(word) <= now.hour
        if gone and begun:
            return _whole(one(today), words, True, None, moment.begin, stop, now)
        day = today + timedelta(days=1) if over else today
        doubt = "今天的这个时段已经过了，按明天算" if over else None
        return _whole(one(day), words, False, doubt, moment.begin, stop, now)
    at = _at(today, moment.clock, now)
    doubt = None
    if at < now:
        if gone:
            return When(at, at, "minute", words, True, None, moment.begin, stop)
        if not moment.clock.sure and moment.clock.hour in (7, 8):
            at, doubt = at + timedelta(hours=12), "是今天晚上还是明天早上没有说"
        else:
            at, doubt = at + timedelta(days=1), "今天的这个时间已经过了，按明天算"
    return When(at, at, "minute", words, False, doubt, moment.begin, stop)


def _at(day: date, clock: Clock, now: datetime) -> datetime:
    extra = timedelta(days=1) if clock.hour == 24 else timedelta()
    return datetime.combine(day, time(clock.hour % 24, clock.minute), now.tzinfo) + extra


@cache
def _sides() -> re.Pattern[str]:
    return re.compile(
        r"\s?(?:的)?(?:(?P<after>过后|之后|以后|(?:放假|收假|假期)?(?:回来|结束)之?以?后?|后(?![续面台勤来天年半边勤]))|(?P<inside>之内|以内|内(?![部容地存])|期间)"
        r"|(?P<before>之前|以前|(?:中午|下班|下班之|收工|晚上)?前(?![往去来台端天年面期夕后])|下班以前))"
    )


def _side(text: str, stop: int) -> tuple[int, str]:
    found = _sides().match(text, stop)
    if found is None:
        return stop, ""
    if found["after"]:
        return found.end(), "后"
    return found.end(), "内" if found["inside"] else "前"


__all__ = ["When", "blank", "find_whens", "whens_in"]
