"""The budget a customer names, in whole yuan: 50万, 10-20万, 不低于200万, 三五万, ¥300,000."""

import re
from dataclasses import dataclass
from functools import cache

from leads.understand.number import read_number
from leads.understand.text import clean


@dataclass(frozen=True)
class Budget:
    """Lowest and highest sum in yuan (None = open), where it stood, and whether the word 预算 was missing."""

    low: int | None
    high: int | None
    begin: int
    stop: int
    doubtful: bool


_UNITS = {
    "百": 100,
    "千": 1000,
    "k": 1000,
    "万": 10_000,
    "w": 10_000,
    "百万": 1_000_000,
    "千万": 10_000_000,
    "亿": 100_000_000,
}
_FORMAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟", "一二三四五六七八九十百千")  # as cheques have them
MOST_YUAN = 10**12
_BOUND = r"(?:大概|大约|约|不超过?|不低于|不少于|至少|最多|最少|控制在|超过|低于|左右)[\s是为在]{0,2}$"


@cache
def _amount() -> re.Pattern[str]:
    number = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,9}(?:\.\d{1,4})?|[零一二两三四五六七八九十百千几数]{1,8}"
    unit = r"千万|百万|[万亿wW千kK百]"
    return re.compile(
        rf"(?P<sign>[¥￥]|RMB|rmb|人民币)?\s?(?P<a>{number})(?P<many1>多|几|来|"
        rf"余)?\s?个?(?P<ua>{unit})?(?P<tail1>[一二三四五六七八九\d](?![\d-])(?!\s?[-~到至万wW])"
        rf"(?=[千kK百块元,。;\s]|$|一年|每年|左右|上下|以内|以下|以上|吧|的))?(?P<yuan1>元|块钱?)?"
        rf"(?:\s?(?P<dash>-{{1,2}}|~|～|到|至|—)\s?[¥￥]?\s?(?P<b>{number})\s?个?(?P<ub>{unit})?)?"
        r"(?P<many>多|几|来|余)?(?P<unit2>(?<=[多几来余])[万亿wWkK])?(?P<plus>\s?\+|\s?＋)?\s?(?P<yuan>元|"
        r"块钱?|RMB|rmb|人民币)?(?P<side>\s?(?:之?以?内|以下|之内|封顶|之间|左右|上下|以上|往上|出头|开外|起步|起|"
        r"打底))?"
    )


@cache
def _each() -> re.Pattern[str]:
    return re.compile(
        r"\s?(?:[一每/]\s?(?:个|台|套|件|人|月|天|平|方|吨|米|张|次|只|位|户|本|箱|斤|公斤|账号|席位|份|家|"
        r"度)|/(?=[A-Za-z㎡])|的?单价)"
    )


@cache
def _by_the_piece() -> re.Pattern[str]:
    return re.compile(
        r"(?:(?:一个|每(?!年)[一-龥]|单价)[\s:]?|每(?:人|个|位|户|台|套|件|间|平|月|天|次|公里)[一-龥]{0,4}[\s:]?)$"
    )


@cache
def _counted() -> re.Pattern[str]:
    return re.compile(
        r"\s?(?:个(?!亿|w|W)|台|套|件|人|平|㎡|m2|吨|米|张|次|只|位|户|用户|粉丝|公里|册|本|箱|斤|家|条|年|"
        r"月|天|点|号|分钟|小时|点位|单|门|亩|字|份|kg|瓦|mAh|股|辆|度|美金|美元|刀|欧元|日元|港币)"
    )


@cache
def _not_budget() -> re.Pattern[str]:
    return re.compile(
        r"(?:营收|营业额|注册资本|注册资金|产值|销售额|流水|年产|采购额|采购量|利润|年入|欠款?|单价|每(?!年)[一-龥]{0,2}|"
        r"定金|订金|首付|已付|付了|回款|合同额?|成交价?|签了|卖|市值|融资|罚款|日活|粉丝|用户|会员|产量|产能|"
        r"投产|薪资|月薪|工资|押金|尾款|开价)[\s:约大概有为了是达近超过]{0,4}$|(?<![要求问])(?:报价|"
        r"报了)(?:是|为|了|单)?$"
    )


@cache
def _cue() -> re.Pattern[str]:
    return re.compile(
        (
            r"(?:预算|费用|经费|投入|投资|资金|金额|心理价位?|价位|budget|预计花|准备花|打算花|能出|愿意出|出价|"
            r"控制在|拨款)[^\d。;\n]{0,10}$"
        ),
        re.IGNORECASE,
    )


def find_budget(text: str) -> Budget | None:
    """The budget in cleaned text: the one behind 预算 first, else the first sum that is no price, turnover or count."""
    best: Budget | None = None
    text = text.translate(_FORMAL)
    for found in _amount().finditer(text):
        begin = found.start("sign") if found["sign"] else found.start("a")
        before = text[max(0, begin - 18) : begin]
        after = text[found.end() : found.end() + 8]
        cue = _cue().search(before) is not None or re.match(r"\s?(?:的)?(?:左右|上下|以内)?的?预算", after) is not None
        money = bool(found["ua"] or found["ub"] or found["unit2"] or found["sign"] or found["yuan"] or found["yuan1"])
        if not money and not re.search(r"(?:预算|费用|金额|经费|价位)[\s:是约大概为在有就]{0,5}$", before):
            cue = False  # 预算50 is a sum, a number further behind is not
        if not (money or cue) or before[-1:].isdigit() or re.search(r"[A-Za-z./-]$", before.rstrip("¥￥")):
            continue
        if _each().match(after) or _counted().match(after) or (not cue and _not_budget().search(before)):
            continue
        if _by_the_piece().search(before) and not re.search(r"(?:预算|费用)[\s:\"]{0,4}每月[\s:约]?$", before):
            continue
        span = _range(found, before, money=money, cue=cue)
        if span is None:
            continue
        said = _cue().search(before) or re.search(_BOUND, before)
        begin -= len(before) - said.start() if said is not None else 0
        budget = Budget(span[0], span[1], begin, found.end(), doubtful=not cue or not money)
        if cue:
            return budget
        best = best or budget
    return best


def _range(found: re.Match[str], before: str, *, money: bool, cue: bool) -> tuple[int | None, int | None] | None:
    unit_b = found["ub"] or found["unit2"]
    unit_a = found["ua"] or unit_b
    scale_a = _UNITS.get((unit_a or "").lower(), 1)
    scale_b = _UNITS.get((unit_b or unit_a or "").lower(), 1)
    if found["b"] is None and found["unit2"]:
        scale_a = _UNITS[found["unit2"].lower()]
    low, high = _guess(found["a"], scale_a)
    if low is None or high is None:
        return None
    if found["tail1"] and scale_a >= 10:  # 一万五, 两百三
        extra = read_number(found["tail1"])
        low = high = low + (extra or 0) * scale_a / 10
    if found["b"] is not None:
        top = _guess(found["b"], scale_b)[1]
        if top is None or top < low:
            return None
        high = top
    if not money and cue and high < 1000:  # 预算50: people leave out the 万
        low, high = low * 10_000, high * 10_000
    if high > MOST_YUAN or (not cue and high < 1000) or high < 100:
        return None
    many = bool(found["many"] or found["many1"])
    return _sides(round(low), round(high), found, before, many=many)


def _sides(low: int, high: int, found: re.Match[str], before: str, *, many: bool) -> tuple[int | None, int | None]:
    side = (found["side"] or "").strip()
    most = r"(?:不能?超过?|不高于|不大于|[最至]多|最高(?:限价)?|上限|控制在|(?<!不)(?:小于|低于|少于)|<=?|≤)"
    most += r"[\s:约是为到]{0,2}$"
    if side in ("以内", "之内", "内", "之以内", "以下", "封顶") or re.search(most, before):
        return (low if found["b"] else 0), high
    least = r"(?:不低于|不少于|不小于|至少|最少|最低|起码|超过|高于|大于|下限|保底|>=?|≥)[\s:约是为]{0,2}$"
    if (
        side in ("以上", "往上", "出头", "开外", "起步", "起", "打底")
        or found["plus"]
        or many
        or re.search(least, before)
    ):
        return low, None
    return low, high


def _guess(text: str, scale: int) -> tuple[float | None, float | None]:
    """A number, or the two numbers between which 三五, 二三十, 十几 lie, times the unit."""
    if text in ("几", "数"):
        return None, None
    if text.endswith("几") and len(text) > 1:  # 十几万
        base = read_number(text[:-1])
        return (
            (None, None)
            if base is None
            else (base * scale, base * scale + 10 * scale if base < 100 else base * 2 * scale)
        )
    if text.startswith(("几", "数")):  # 几十万
        base = read_number("一" + text[1:])
        return (None, None) if base is None else (base * scale, base * 10 * scale)
    if "几" in text or "数" in text:
        return None, None
    digits = "一二两三四五六七八九"
    for at in range(len(text) - 1):
        if text[at] in digits and text[at + 1] in digits:
            low, high = read_number(text[:at] + text[at] + text[at + 2 :]), read_number(text[:at] + text[at + 1 :])
            if low is None or high is None or high <= low:
                return None, None
            return low * scale, high * scale
    value = read_number(text)
    return (None, None) if value is None else (value * scale, value * scale)


def read_budget(value: object) -> tuple[int | None, int | None] | None:
    """(lowest, highest) in yuan of a number of yuan or of words such as 50万, 10-20万; None when it says no sum."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return _plain(value)
    text = clean(str(value)[:200]).strip()
    figures = text.replace(",", "").replace(" ", "").removesuffix("元").lstrip("¥￥")
    if figures.replace(".", "", 1).isascii() and figures.replace(".", "", 1).isdigit() and len(figures) <= 16:
        return _plain(float(figures))
    found = find_budget("预算:" + text)
    return (found.low, found.high) if found is not None else None


def _plain(yuan: int | float) -> tuple[int, int] | None:
    return (round(yuan), round(yuan)) if 0 <= yuan <= MOST_YUAN else None
