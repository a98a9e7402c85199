"""How to reach whoever is on a card: mobile, telephone, e-mail, WeChat; a fax and a QQ number are none of them."""

import re
from dataclasses import dataclass, field
from functools import cache

from leads.namecard.layout import Piece
from leads.understand.contact import normal_email, same_as_mobile
from leads.understand.phone import FoundPhone, find_phones, mistyped_mobile, normal_phone

UNSURE = 0.85  # a number read with less certainty than this is to be looked at


@dataclass
class Contacts:
    """What was found, the doubtful ones by name, and what is left of each piece when it is taken out."""

    mobile: str | None = None
    tel: str | None = None
    email: str | None = None
    wechat: str | None = None
    doubtful: set[str] = field(default_factory=set)
    rest: list[Piece] = field(default_factory=list)
    web: bool = False


@cache
def _email() -> re.Pattern[str]:
    return re.compile(
        r"(?:(?<![A-Za-z])(?:E-mail\s?[:.;|/]?\s?|(?:Email|Mail|E)(?:\s?[:.;|/]\s?|\s+))|(?:电子)?邮[箱件]\s?[:;/]?\s?)?"
        r"(?P<box>[A-Za-z0-9][A-Za-z0-9._%+-]*)\s?(?:@|\(a\)|\(at\)|©)\s?(?P<host>[A-Za-z0-9-]+(?:\s?[.,。]\s?[A-Za-z0-9-]+)+)",
        re.IGNORECASE,
    )


@cache
def _web() -> re.Pattern[str]:
    return re.compile(
        r"(?:https?\s?:?\s?/{1,2}\s?)?www\s?[.,]\s?[A-Za-z0-9-]+(?:\s?[.,]\s?[A-Za-z0-9-]+)+(?:/\S*)?|https?:/{1,2}\S+|"
        r"(?:(?:公司)?(?:网址|官网|网站|主页)|(?<![A-Za-z])(?:web(?:site)?|url|W))\s?[:.]?\s?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+\S*|"
        r"(?<![@A-Za-z0-9.])(?:[A-Za-z0-9-]+\.){1,3}(?:com|cn|net|org|io|cc|tech|top|vip|shop|hk|tw)(?:\.cn)?(?![A-Za-z@])",
        re.IGNORECASE,
    )


@cache
def _wechat() -> re.Pattern[str]:
    return re.compile(
        r"(?:微信(?:号|公众号|/wechat)?|wechat(?:\s?id)?|weixin|(?<![A-Za-z])(?:wx|vx))\s?[:.]?\s?"
        r"(?P<id>[A-Za-z][A-Za-z0-9_-]{4,19}|1[3-9]\d[ -]?\d{4}[ -]?\d{4})(?![A-Za-z0-9_@.-])",
        re.IGNORECASE,
    )


@cache
def _nothing() -> re.Pattern[str]:
    """Numbers that are neither a telephone nor anything else we keep."""
    return re.compile(
        r"(?:(?:传\s?真|fax)(?:\s?/\s?fax)?\s?[:.]?|(?<![A-Za-z])F\s?[:.]?)\s?[+(]?\d[\d\s()./~-]{5,24}(?:转?\s?\d{1,5})?|"
        r"(?<![A-Za-z])QQ\s?[:.]?\s?\d{5,12}|(?:邮编|邮政编码|zip(?:\s?code)?|P\.?\s?C\.?)\s?[:.]?\s?\d{6}|"
        r"(?:开户行|账号|帐号|税号|许可证|执业证|备案|热线编号)\S{0,10}[:.]?\s?[\dA-Z-]{6,30}",
        re.IGNORECASE,
    )


@cache
def _desk() -> re.Pattern[str]:
    """Before a number of another country, which does not show by itself what it is: one that stands on a desk."""
    return re.compile(r"(?:电\s?话|座\s?机|总机|tel(?:ephone)?|office|direct|(?<![A-Za-z])[TD])\W{0,3}$", re.IGNORECASE)


@cache
def _label() -> re.Pattern[str]:
    """What stands before a number."""
    return re.compile(
        r"(?:手\s?[机提](?:号码?)?|移动电话|行动电话|电\s?话(?:号码)?|座\s?机|固话|直线|总机|热线|联系电话|办公电话|"
        r"mobile(?:\s?phone)?|mob|cell(?:phone)?|tele?(?:phone)?|phone|hotline|direct|office|"
        r"(?<![A-Za-z])(?:M\.?P|H\.?P|[MTPCDOH]))"
        r"(?:\s?/\s?[A-Za-z]+)?\s?[:.|]?\s?$",
        re.IGNORECASE,
    )


def find_contacts(pieces: list[Piece]) -> Contacts:
    """Reads the pieces in order; the first good value of a kind counts, a second mobile makes both doubtful."""
    found = Contacts()
    mobiles: list[tuple[FoundPhone, Piece]] = []
    tels: list[tuple[FoundPhone, Piece]] = []
    letters = any(re.match(r"[MTA]\s?[:.|]?\s", piece.text) for piece in pieces)
    for piece in pieces:
        text = _nothing().sub(_gap, piece.text)
        if letters and re.match(r"E[a-z0-9][^\s@]*@", text):  # its label has run into it, where others have one letter
            text = f"E {text[1:]}"
            found.doubtful.add("email")
        text = _take_email(text, piece, found)
        if (web := _web().search(text)) is not None:
            found.web = True
            text = text[: web.start()] + "  " + text[web.end() :]
        text = _take_wechat(text, piece, found)
        text = _digits(text)
        phones = find_phones(text)
        if not phones and (typed := _mistyped(text)) is not None:
            phones = [typed]
        for one in phones:
            desk = one.phone.kind == "foreign" and _desk().search(text[: one.begin]) is not None
            kind = mobiles if one.phone.kind in ("mobile", "foreign") and not desk else tels
            kind.append((one, piece))
        for one in reversed(phones):
            before = _label().sub("", text[: one.begin])
            text = before + "  " + text[one.stop :]
        found.rest.append(Piece(text.strip(" :|/·,;-"), *_place(piece)))
    _choose(found, mobiles, "mobile")
    _choose(found, tels, "tel")
    if found.wechat is None and found.mobile and any(same_as_mobile(piece.text) for piece in pieces):
        found.wechat = found.mobile
    found.rest = [piece for piece in found.rest if piece.text]
    return found


def _gap(found: re.Match[str]) -> str:
    return "  "


def _place(piece: Piece) -> tuple[float, float, float, float, float, int]:
    return piece.score, piece.left, piece.right, piece.middle, piece.height, piece.row


def _take_email(text: str, piece: Piece, found: Contacts) -> str:
    hit = _email().search(text)
    if hit is None:
        return text
    host = re.sub(r"\s?[.,。]\s?", ".", hit["host"])
    box = re.sub(r"(?<![A-Z])I(?![A-Z])", "l", hit["box"])  # no eye tells them apart; small letters are the rule
    value = normal_email(f"{box}@{host}")
    if value is not None and found.email is None:
        found.email = value
        if piece.score < UNSURE or "@" not in hit[0] or box != hit["box"]:
            found.doubtful.add("email")
    return text[: hit.start()] + "  " + text[hit.end() :]


def _take_wechat(text: str, piece: Piece, found: Contacts) -> str:
    hit = _wechat().search(text)
    if hit is None:
        return text
    if found.wechat is None:
        found.wechat = re.sub(r"[ -]", "", hit["id"]) if hit["id"][0].isdigit() else hit["id"]
        if piece.score < UNSURE:
            found.doubtful.add("wechat")
    if hit["id"][0].isdigit():  # 手机/微信:138…: a mobile as well
        return text[: hit.start()] + " " + hit["id"] + text[hit.end() :]
    return text[: hit.start()] + "  " + text[hit.end() :]


def _digits(text: str) -> str:
    """Numbers in the spelling that the reading of pasted text knows."""
    text = re.sub(r"(?<=[\d)])\s*[·._]\s*(?=\d)", "-", text)
    text = re.sub(r"(?<=[\d)])\s*-\s*(?=\d)", "-", text)
    text = re.sub(r"(?<=\d)\s{2,}(?=\d)", " ", text)
    text = re.sub(r"(\+\s?86|\b0086)\s?[-.]?\s?\(0\)\s?", r"+86-", text)
    text = re.sub(r"\+\s+(?=\d)", "+", text)
    return re.sub(r"(?<=\d)[Oo](?=[\dOo -])|(?<=\d )[Oo](?=\d)", "0", text)


def _mistyped(text: str) -> FoundPhone | None:
    """A number that cannot be right, such as a mobile with a digit too few, where one surely was meant."""
    bare = re.sub(r"(?<=\d)[ -](?=\d)", "", text)
    typed = mistyped_mobile(bare)
    phone = normal_phone(typed) if typed else None
    if phone is None:
        return None
    places = [at for at, sign in enumerate(text) if sign.isdigit()]
    return FoundPhone(phone, places[0], places[-1] + 1)


def _choose(found: Contacts, numbers: list[tuple[FoundPhone, Piece]], name: str) -> None:
    good = [(one, piece) for one, piece in numbers if one.phone.valid] or numbers
    if not good:
        return
    one, piece = good[0]
    setattr(found, name, one.phone.local if name == "mobile" else one.phone.written)
    others = {other.phone.number for other, _ in good} - {one.phone.number}
    if not one.phone.valid or piece.score < UNSURE or (name == "mobile" and others):
        found.doubtful.add(name)
