"""A company's own fields: what people and programs write is read strictly, and shown in the words of the rules."""

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from config.field import OwnField
from config.rules import Rules
from leads.errors import Unusable
from leads.imports.moment import read_moment
from leads.mask import masked_text, said
from leads.understand.when import find_whens
from store.tables import Lead

LONGEST = 200  # characters of a text
LARGEST = 10**15
STOPS = ",;\uff0c\uff1b\u3002"  # what ends a value in free words
SEVERAL = "[,;/\\s\uff0c\uff1b\u3001]+"  # what stands between several choices
_NUMBER = re.compile(r"([-+]?\d[\d,]*(?:\.\d+)?)\s*([万亿])?[^\d\s]{0,4}")
_TIMES = {None: 1, "万": 10**4, "亿": 10**8}

Value = str | int | float | list[str]


@dataclass(frozen=True)
class Own:
    """Values by key as the store keeps them, the personal ones apart; None empties a field."""

    plain: Mapping[str, Value | None]
    sealed: Mapping[str, Value | None]

    def on(self, lead: Lead) -> dict[str, dict[str, Value] | None]:
        """The lead's two columns with these values in them."""
        return {"own": _laid(lead.own, self.plain), "own_sealed": _laid(lead.own_sealed, self.sealed) or None}

    def filling(self, lead: Lead) -> dict[str, object]:
        """The columns that change when only blanks are filled; nothing that is known is overwritten."""
        held = values_of(lead)
        news = Own(*({k: v for k, v in side.items() if k not in held} for side in (self.plain, self.sealed)))
        return dict(news.on(lead)) if news.plain or news.sealed else {}


def _laid(before: Mapping[str, Value] | None, fresh: Mapping[str, Value | None]) -> dict[str, Value]:
    return {key: value for key, value in {**(before or {}), **fresh}.items() if value is not None}


def read_own(given: Mapping[str, object], *, rules: Rules, now: datetime) -> Own:
    """Values by key or label; raises Unusable for a field that is not there and for a value that does not fit it."""
    found = Own({}, {})
    for name, raw in given.items():
        key = key_of(name, rules=rules)
        if key is None:
            known = "、".join(field.label for field in rules.fields.values()) or "还没有,管理员可以在 rules.yaml 里加"
            raise Unusable(f"没有叫「{name[:20]}」的字段。自己加的字段有:{known}。")
        field = rules.fields[key]
        side = found.sealed if field.personal else found.plain
        side[key] = _read(field, raw, rules=rules, now=now)  # type: ignore[index]
    return found


def fitting(given: Mapping[str, object], *, rules: Rules, now: datetime) -> tuple[dict[str, object], list[str]]:
    """What of the given values fits its field, and the names of the rest: where a lead must not be lost for a field."""
    unfit = []
    for name, raw in given.items():
        try:
            read_own({name: raw}, rules=rules, now=now)
        except Unusable:
            unfit.append(name)
    return {name: raw for name, raw in given.items() if name not in unfit}, unfit


def key_of(name: str, *, rules: Rules) -> str | None:
    """The own field that is meant by its key or its label."""
    name = name.strip()
    if name in rules.fields:
        return name
    return next((key for key, field in rules.fields.items() if field.label == name), None)


def _read(field: OwnField, raw: object, *, rules: Rules, now: datetime) -> Value | None:
    if raw is None or raw == "" or raw == []:
        return None
    if isinstance(raw, bool):
        raw = "是" if raw else "否"
    if field.type == "multi":
        parts = raw if isinstance(raw, list) else re.split(SEVERAL, str(raw))
        return list(dict.fromkeys(_option(field, str(part)) for part in parts if str(part).strip())) or None
    if isinstance(raw, list | dict):
        raise Unusable(f"「{field.label}」只能填一个值。")
    text = "".join(c for c in str(raw) if c.isprintable()).strip()
    if not text:
        return None
    if field.type == "number":
        return _number(field, text)
    if field.type == "date":
        return _day(field, text, rules=rules, now=now)
    if field.type == "select":
        return _option(field, text)
    if len(text) > LONGEST:
        raise Unusable(f"「{field.label}」最多 {LONGEST} 个字,现在有 {len(text)} 个。")
    return text


def _option(field: OwnField, text: str) -> str:
    text = text.strip()
    if text in field.options:
        return text
    near = [option for option in field.options if option.lower() == text.lower()]
    if len(near) != 1:
        raise Unusable(f"「{field.label}」只能是:{'、'.join(field.options)};没有「{text[:20]}」。")
    return near[0]


def _number(field: OwnField, text: str) -> int | float:
    found = _NUMBER.fullmatch(unicodedata.normalize("NFKC", text))
    value = float(found[1].replace(",", "")) * _TIMES[found[2]] if found else math.inf
    if abs(value) > LARGEST:
        raise Unusable(f"「{field.label}」要填数字,例如 300;「{text[:20]}」不是。")
    return int(value) if value.is_integer() else round(value, 6)


def _day(field: OwnField, text: str, *, rules: Rules, now: datetime) -> str:
    at = read_moment(text, rules.zone)
    if at is None:
        whens = find_whens(text, now=now.astimezone(rules.zone))
        at = whens[0].start if len(whens) == 1 and whens[0].precision != "range" else None
    if at is None:
        raise Unusable(f"「{field.label}」要填一个日期,例如 2026-05-20 或 下周三;「{text[:20]}」看不出是哪天。")
    return f"{at.astimezone(rules.zone):%Y-%m-%d}"


def values_of(lead: Lead) -> dict[str, Value]:
    """What a lead's own fields hold, by key."""
    return {**(lead.own or {}), **(lead.own_sealed or {})}


def shown_own(lead: Lead, *, reveal: bool, rules: Rules, on: str | None = None) -> list[tuple[str, str, str]]:
    """(key, label, text) of the filled own fields in the order of the rules, those shown `on` the card or export."""
    held = values_of(lead)
    return [
        (key, field.label, shown_value(field, held[key], reveal=reveal))
        for key, field in rules.fields.items()
        if key in held and (on is None or on in field.show)
    ]


def shown_value(field: OwnField, value: Value, *, reveal: bool) -> str:
    """One value as people read it; what is personal is masked without `reveal`."""
    text = "、".join(value) if isinstance(value, list) else str(value)
    if isinstance(value, float):
        text = f"{value:.6f}".rstrip("0").rstrip(".")
    if field.personal and not reveal:
        return masked_text(text)
    return said(text, reveal=reveal) if field.type == "text" else text


def taken_from(words: str, *, rules: Rules) -> tuple[dict[str, str], str]:
    """Own fields that free words name (面积=300, 面积:300), and the words without them."""
    given: dict[str, str] = {}
    for key, field in rules.fields.items():
        if (found := _naming(field.label).search(words)) is not None:
            given[key] = found[1]
            words = words[: found.start()] + words[found.end() :]
    return given, words.strip(STOPS + " ")


@cache
def _naming(label: str) -> re.Pattern[str]:
    return re.compile(rf"(?:^|[\s{STOPS}]+){re.escape(label)}\s*[=:\uff1d\uff1a]\s*([^\s{STOPS}]+)")
