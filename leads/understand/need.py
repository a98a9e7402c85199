"""What the customer wants, in their own words: what is left when contacts, names and dates are taken away."""

import re
from functools import cache

from leads.understand.place import find_places

_LONGEST = 200


@cache
def _label() -> re.Pattern[str]:
    return re.compile(
        (
            r"(?:需求|需求描述|咨询内容|咨询产品|意向产品|意向|留言内容|留言|产品|备注|想了解|need|"
            r"message)[】\]]?\s?[::]\s?(?P<need>[^\n|\x00;]{2,120})"
        ),
        re.IGNORECASE,
    )


@cache
def _wish() -> re.Pattern[str]:
    return re.compile(
        r"(?:想|要|需要?|求购?|采购|咨询|了解|打算|准备|计划|问|找|看看|希望|感兴趣|有没有|换|做|报价|升级|预约|对接)"
    )


@cache
def _clear_wish() -> re.Pattern[str]:
    return re.compile(r"(?:想[要买了看做换上找]|需要|求购|采购|咨询|了解|感兴趣|有兴趣|有没有)[^,]{0,60}(?<!需要)$")


@cache
def _quantity() -> re.Pattern[str]:
    """The blanks that people put around a number of things (要 20 台相机): no clause ends there."""
    things = "[台套个件只组批吨条箱瓶把辆块张份人次家名位间克斤升米]"
    return re.compile(rf"(?<=[一-龥])\s(?=\d{{1,6}}\s?{things})|(?<=\d)\s(?={things})")


@cache
def _filler() -> re.Pattern[str]:
    return re.compile(
        r"^(?:帮我|麻烦|请|录入?一?下|登记|新线索|新增|刚刚?|加了?一?个|客户|名片|来源|官网|公众号|抖音|姓名|"
        r"联系人|电话|手机号?码?是?|联系方式|座机|邮箱|微信号?|公司名?称?|单位|职位|职务|地址|城市|预算|费用|"
        r"叫|的|是|他|她|我|我是|我叫|您好|你好|嗯+|呃+|那个|就是|"
        r"老客户介绍|qq|QQ|[TMEtme]|tel|mobile|email|phone|wechat|vx|VX|左右|大概|约|记|和|在|[a-zA-Z]|\d|"
        r"同号|转|分机|传真|做)++$",
        re.IGNORECASE,
    )


def read_need(text: str, whens: list[tuple[int, int]], *, contact: bool) -> str | None:
    """The labelled need, else the clauses that say a wish, else what remains; at most 200 characters.

    `text` has everything that was read blanked by NUL; `whens` are the places of dates, which are no need.
    Without a `contact` the text is a note about somebody known, and only a clear wish in it is a need.
    """
    labelled = _label().search(text)
    if labelled is not None:
        need = labelled["need"].strip(" ,。")
        if need:
            return need[:_LONGEST]
    spans = set(whens)
    for begin, stop in spans:
        text = text[:begin] + "\x00" * (stop - begin) + text[stop:]
    text = _quantity().sub("", text)
    clauses = [_trim(clause) for clause in re.split(r"[\x00\n,;。!?|]+|(?<![A-Za-z0-9])\s+|\s+(?![A-Za-z0-9])", text)]
    left = [clause for clause in clauses if len(clause) >= 2 and not _aside(clause) and not _only_place(clause)]
    wishes = [clause for clause in left if (_wish() if contact else _clear_wish()).search(clause)]
    if not contact:
        left = []
    need = ",".join(dict.fromkeys(wishes or left))[:_LONGEST].replace(",", "，")
    return need or None


def _trim(clause: str) -> str:
    clause = clause.strip(" :-/()[]【】·.、")
    clause = re.sub(r"^(?:的|他(?!们)|她(?!们)|并且|而且|然后|嗯+|呃+|那个|就是|客户|老板)+", "", clause)
    return re.sub(r"(?:预算|费用|大概|电话|手机号?是?|微信|邮箱|联系人|姓名|公司|单位|的)+$", "", clause).strip(
        " :-/()·"
    )


def _aside(clause: str) -> bool:
    """Labels and fillers, departments, sources, order and QQ numbers are no need."""
    return _filler().match(clause) is not None or bool(
        re.search(
            r"^(?:来源|渠道|QQ|qq|订单|单号|编号|传真|邮编|网址|http|www)|^[一-龥]{2,4}部$|介绍$|名片$|^[\W\d_]+$|"
            r"^[去到约见](?:他们?|她们?|您|客户|对方)(?:那边?|那里|家|公司|单位)?$",
            clause,
        )
    )


def _only_place(clause: str) -> bool:
    clause = re.sub(r"^[一-龥]{2,3}(?:省|自治区)", "", clause)
    places = find_places(clause)
    covered = sum(place.stop - place.begin for place in places)
    return bool(places) and (len(clause) - covered <= 1 or bool(re.search(r"(?:路|街|区|号|楼|室|镇)$", clause)))
