"""The festivals by which people here plan: 春节后, 五一前, 中秋, 双十一."""

import re
from datetime import date, timedelta
from functools import cache

LUNAR_YEARS = range(2024, 2031)
# Month and day for each year of LUNAR_YEARS, by the Chinese lunar calendar (清明 is a solar term and moves by a day).
_LUNAR = {
    "春节": "0210 0129 0217 0206 0126 0213 0203",
    "元宵": "0224 0212 0303 0220 0209 0227 0217",
    "清明": "0404 0404 0405 0405 0404 0404 0405",
    "端午": "0610 0531 0619 0609 0528 0616 0605",
    "七夕": "0810 0829 0819 0808 0826 0816 0805",
    "中秋": "0917 1006 0925 0915 1003 0922 0912",
    "重阳": "1011 1029 1018 1008 1026 1016 1005",
}
_SOLAR = {
    "元旦": (1, 1),
    "情人节": (2, 14),
    "妇女节": (3, 8),
    "五一": (5, 1),
    "儿童节": (6, 1),
    "618": (6, 18),
    "教师节": (9, 10),
    "国庆": (10, 1),
    "双十一": (11, 11),
    "双十二": (12, 12),
    "平安夜": (12, 24),
    "圣诞": (12, 25),
}
_OTHER_NAMES = {
    "过年": "春节",
    "大年初一": "春节",
    "年三十": "除夕",
    "大年三十": "除夕",
    "元宵节": "元宵",
    "劳动节": "五一",
    "5.1": "五一",
    "51": "五一",
    "六一": "儿童节",
    "三八节": "妇女节",
    "十一": "国庆",
    "双11": "双十一",
    "双12": "双十二",
}
# Days off from the festival's day on: the first workday after them is what 五一后, 国庆后, 春节后 mean.
_LONG = {"国庆": 7, "五一": 5, "春节": 7}
_COUNTED = ("春节", "清明", "五一", "端午", "中秋", "国庆", "元旦")


@cache
def festival_pattern() -> re.Pattern[str]:
    """Finds a festival used as a date: no street (五一路), hospital (六一儿童医院) or goods (中秋礼盒)."""
    sure = (
        "春节|除夕|大年三十|年三十|大年初一|元宵节?|清明|端午|七夕|中秋|重阳|元旦|国庆|五一|劳动节|妇女节|三八节|"
        "儿童节|教师节|情人节"
    )
    sure += "|圣诞|平安夜|双十一|双十二|双11|双12"
    bound = "(?:节后|节前|节|假|放假|小?长假|黄金周|期间|前|后|之前|之后|以前|以后|过后|过完|回来|当天)"
    return re.compile(
        rf"(?<![第二三四五六七八九十零万千百\d.])(?:过完?|等)?(?P<year>今年|明年|后年|去年)?(?:的)?(?:过完?)?"
        rf"(?P<name>{sure}|(?:过年|十一|六一|618|5\.1|51)(?={bound}))"
        r"(?P<tail>节日?|小?长假|黄金周|假期|放假|大促|当天|期间|那天|那周)*"
        r"(?!路|街|大道|大街|广场|村|镇|乡|桥|站|商场|商城|商圈|小学|中学|学校|大学|幼儿园|新村|社区|小区|"
        r"农场|林场|厂|店|号|楼|"
        r"医院|网络|网咖|传媒|电商|餐饮|食品|工作室|超市|旅行|影视|饮料|系列|特辑|特惠|新款|女王|寸|屏|妇乐|"
        r"儿童|妇幼|公园|剧院|影城|酒店|宾馆|饭店|公司|集团|科技|文化|月饼|粽|礼|福利|活动|晚会|促销|档|装饰|"
        r"树|老人|上河|"
        r"大促|快乐|庆典|贺|红包|[点个月份人台件套万元块日世级])"
    )


def festival_day(name: str, year: int) -> date | None:
    """The day of a festival in a year; None where our table (2024 to 2030 for lunar festivals) does not reach."""
    known = _OTHER_NAMES.get(name, name)
    if known in _SOLAR:
        return date(year, *_SOLAR[known])
    if year not in LUNAR_YEARS:
        return None
    if known == "除夕":
        spring = festival_day("春节", year)
        return spring - timedelta(days=1) if spring else None
    figures = _LUNAR[known].split()[year - LUNAR_YEARS.start]
    return date(year, int(figures[:2]), int(figures[2:]))


def after_festival(name: str, day: date) -> date:
    """The first day after the festival on which people work again, as far as it can be said years ahead.

    The State Council's notice is issued only in the autumn before. Its usual pattern: 国庆 seven days, 五一 five, 春节
    the eve and seven days, the others one day, with the weekend beside it.
    """
    known = _OTHER_NAMES.get(name, name)
    back = day + timedelta(days=_LONG.get(known, 1))
    if known in _LONG or known not in _COUNTED:
        return back
    if day.weekday() >= 5:  # a festival at a weekend is given back on the Monday
        back = day + timedelta(days=2 if day.weekday() == 6 else 3)
    while back.weekday() >= 5:
        back += timedelta(days=1)
    return back


def coming_festival(name: str, today: date, year: int | None) -> date | None:
    """The festival's next day from today on (its holiday may still be running), or the one of the year named."""
    if year is not None:
        return festival_day(name, year)
    for candidate in (today.year, today.year + 1):
        day = festival_day(name, candidate)
        if day is not None and after_festival(name, day) > today:
            return day
    return None


def next_holiday(today: date) -> date | None:
    """The next public holiday, for 节前 and 节后."""
    days = [coming_festival(name, today, None) for name in _COUNTED]
    return min((day for day in days if day is not None), default=None)
