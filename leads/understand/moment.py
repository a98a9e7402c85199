"""The pieces of a moment brought together: the day, the part of the day and the clock time, even words apart."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from leads.understand.clock import Clock, clock_pattern, period_pattern, read_clock
from leads.understand.duration import duration_pattern, read_duration
from leads.understand.month import month_patterns
from leads.understand.span import Span
from leads.understand.weekday import weekday_patterns


@dataclass(frozen=True)
class _Piece:
    """A day, a clock time or a part of the day, as one pattern found it."""

    begin: int
    stop: int
    span: Span | None = None
    instant: datetime | None = None
    clock: re.Match[str] | None = None
    period: str | None = None


@dataclass(frozen=True)
class Moment:
    """What belongs together: a day with its part and its clock time, or an instant; and where it stands."""

    begin: int
    stop: int
    span: Span | None = None
    instant: datetime | None = None
    clock: Clock | None = None
    period: str | None = None
    doubt: str | None = None


def hide_numbers(text: str) -> str:
    """The text, as long as before, without the phones, order numbers, addresses and sums in which no date can be."""
    return _numbers().sub(lambda found: "\x00" * len(found[0]), text)


@cache
def _numbers() -> re.Pattern[str]:
    """What looks like a phone, an order number, an address or a sum: dates inside them are none."""
    return re.compile(
        r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)|"
        r"(?<!\d)0\d{2,3}[- ]?\d{7,8}(?:[- 转]\d{1,6})?(?!\d)|[48]00[- ]?\d{3}[- ]?\d{4}"
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


def find_moments(text: str, now: datetime) -> list[Moment]:
    """The moments of a text whose numbers are hidden, in its order; what they mean from `now` on is read elsewhere."""
    moments: list[Moment] = []
    for piece in _pieces(text, now):
        last = moments[-1] if moments else None
        if piece.clock is not None:
            joined, alone = _with_clock(last, piece, piece.clock, text)
        elif piece.period is not None:
            joined, alone = _with_period(last, piece, text), Moment(piece.begin, piece.stop, period=piece.period)
        else:
            joined, alone = _with_day(last, piece, text), Moment(piece.begin, piece.stop, piece.span, piece.instant)
        if joined is not None:
            moments[-1] = joined
        elif alone is not None:
            moments.append(alone)
    return moments


def _with_period(last: Moment | None, piece: _Piece, text: str) -> Moment | None:
    if last is None or last.clock is not None or last.instant is not None or last.period is not None:
        return None
    return replace(last, period=piece.period, stop=piece.stop) if _near(text, last.stop, piece.begin) else None


def _with_day(last: Moment | None, piece: _Piece, text: str) -> Moment | None:
    """A day beside what was just read: the same day again (周四(19号)), or the day of a time said first (3点 周五)."""
    if last is None or piece.span is None or last.instant is not None or not _near(text, last.stop, piece.begin):
        return None
    between = text[last.stop : piece.begin]
    if last.span is None:
        if last.clock is not None and last.period is None and "," in between:
            return None
        return replace(last, span=piece.span, stop=piece.stop)
    if last.clock is not None:
        return None
    if last.span.kind == "range" and last.span.first <= piece.span.first and piece.span.last <= last.span.last:
        return replace(last, span=piece.span, stop=piece.stop)
    if piece.span.first <= last.span.first and last.span.last <= piece.span.last:
        return replace(last, stop=piece.stop)
    return replace(last, stop=piece.stop, doubt="两个说法不是同一天") if "(" in between else None


def _with_clock(
    last: Moment | None, piece: _Piece, found: re.Match[str], text: str
) -> tuple[Moment | None, Moment | None]:
    """The clock time joined to the day before it, even some words on (本周四去客户那边 16点), or standing alone."""
    is_open = last is not None and last.clock is None and last.instant is None
    near = last is not None and is_open and _near(text, last.stop, piece.begin)
    clock = read_clock(found, period=last.period if last is not None and near else None, dated=near)
    if clock is None:
        return None, None
    if last is not None and is_open and (near or _reaches(last, piece, text)):
        return replace(last, clock=clock, stop=piece.stop), None
    return None, Moment(piece.begin, piece.stop, clock=clock, period=found["period"])


def _reaches(last: Moment, piece: _Piece, text: str) -> bool:
    between = text[last.stop : piece.begin]
    if last.span is None or last.span.first != last.span.last or last.span.said == "past" or len(between) > 16:
        return False
    return re.search(r"[。;!?\n\x00]", between) is None and not said_past(between)


@cache
def _past_words() -> re.Pattern[str]:
    return re.compile(
        r"过(?![来去后期户节年完两几一三段会])|(?<![约定排好订说应为除解])了(?!解|吗|再)|刚刚?|已经?|认识|"
        r"来的|见的|加的|没接|未接|没人接|无人接|上次"
    )


@cache
def _coming_words() -> re.Pattern[str]:
    return re.compile(r"再|要|准备|打算|计划|将|约好|约定|提醒|待|记得|联系一下|回访|跟进|上门|演示|催")


def said_past(clause: str) -> bool:
    """Do the words tell of something that has happened (打过, 签了, 没接) and of nothing to come?"""
    return _past_words().search(clause) is not None and _coming_words().search(clause) is None
