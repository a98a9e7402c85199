"""Companies that nobody labelled: a brand, a city with a name behind it, an unknown word beside the person."""

import re
from functools import cache

from leads.understand.company import LEAD, Company
from leads.understand.job import job_pattern
from leads.understand.place import is_district, is_place, starts_with_place
from leads.understand.surname import looks_like_name

# Trades that close a company's short name (富士精密) …
_TRADES = (
    "科技|智能|数码|精密|生物|医药|电子|重工|物流|机械|传媒|文化|服饰|贸易|商贸|实业|"
    "控股|能源|绿能|新能源|光电|光伏|化工|新材料|汽配|制药|医疗|器械|农牧|环保|仪器|"
    "自动化|机器人|半导体|芯片|供应链|国际|股份|置业|乳业|酒业|铝业|铜业|矿业|航天|重机|"
    "动力|装备|集成|鞋业|印务|种业|渔业|牧业|药业|制衣|布业|纸业|米业|木业|石业|瓷业|锁业|海产|水产"
)
# … and those that are as often what somebody wants (办公家具): they close a name only behind a city.
_GOODS = (
    "网络|软件|信息|教育|咨询|服装|食品|餐饮|建材|建筑|装饰|家居|家具|投资|材料|汽车|"
    "模具|五金|塑料|塑胶|包装|印刷|纺织|农业|电器|电气|仪表|通信|通讯|数据|云计算|地产|"
    "物业|酒店|旅游|健康|美业|美容|珠宝|玩具|母婴|茶业|水务|燃气|电力|钢铁|航空|船舶|"
    "港务|机床|轴承|电机|泵业|阀门|电缆|照明|陶瓷|卫浴|门窗|幕墙|园林|冷链|跨境|电商|"
    "广告|会展|保险|证券|基金|租赁|担保|人力|财税|检测|认证|安防|工业|制造|系统|技术|"
    "工程|设计|皮具|饲料"
)
_BRANDS = (
    "华为|腾讯|阿里巴巴|阿里云|字节跳动|美团|京东|小米|比亚迪|大疆|海尔|美的|格力|顺丰|"
    "百度|网易|拼多多|滴滴|快手|携程|中兴|联想|海信|长虹|康佳|创维|宁德时代|隆基|三一重工|"
    "三一|中联重科|徐工|柳工|潍柴|福耀|伊利|蒙牛|农夫山泉|娃哈哈|茅台|五粮液|青岛啤酒|李宁|"
    "安踏|特步|波司登|万科|碧桂园|保利|龙湖|华润|中粮|中石化|中石油|国家电网|南方电网|"
    "中国移动|中国联通|中国电信|中国平安|招商银行|工商银行|建设银行|农业银行|中国银行|富士康|"
    "立讯精密|京东方|TCL|吉利|奇瑞|长城汽车|理想汽车|蔚来|小鹏|海底捞|瑞幸|蜜雪冰城|喜茶|"
    "名创优品|永辉|盒马|步步高|苏宁|国美|新东方|好未来|药明康德|恒瑞|迈瑞|科大讯飞|商汤|"
    "旷视|浪潮|用友|金蝶|中软|东软|歌尔|蓝思|汇川|宝钢|鞍钢|中车|中建|中铁|中交|中冶|"
    "西门子|博世|施耐德|霍尼韦尔|特斯拉|飞利浦|宝洁|联合利华|雀巢|可口可乐"
)
# Words of a sentence, which no company has in its name.
_VERBS = (
    r"想|要|需|问|先|报个|买|找|采购|咨询|了解|说|打算|准备|预算|有没有|多少|怎么|介绍|推荐|觉得|对接|联系|看看|换|做|"
    r"开了|搞|用|的|了|吗|呢|吧|预约|提供|支持|报价|价格|合作|试用|演示|上线|升级|代理|加盟|定制|装修|安装|维修|"
    r"求购"
)


_DEPARTMENTS = (
    "采购|销售|市场|技术|设备|工程|生产|财务|行政|人事|人力资源|信息|研发|品质|质量|物流|仓储|项目|后勤|总务|基建|安保|保卫|"
    "法务|运营|客服|政企|战略|招商|供应链|网络|IT|HR|电气|机电|工艺|质检|品控"
)


@cache
def _branded() -> re.Pattern[str]:
    return re.compile(
        rf"(?:{_BRANDS})(?:[一-龥]{{0,6}}(?:集团|公司|技术|{'|'.join(_TRADES.split('|')[:20])}))?(?:\([一-龥]{{2,6}}\))?"
    )


@cache
def _trade_end(*, placed: bool) -> re.Pattern[str]:
    return re.compile(rf"(?:{_TRADES}|{_GOODS})$" if placed else rf"(?:{_TRADES})$")


@cache
def _address() -> re.Pattern[str]:
    return re.compile(
        r"(?:[省市区县镇乡村路街道号楼室层栋座幢弄巷园港湾里]|新区|开发区|高新区|园区|工业园|科技园|产业园|"
        r"大厦|广场|展|展会|博览会|博会|交会|年会|峰会|论坛|中关村|陆家嘴|附近|周边|本地|地区|机场|站|这边|那边|人|商|姓|上班|[一-龥]城|(?<![协商学工])会)$|路\d|街道|\d+号|旁边|对面|楼下|隔壁|某|下面|一个|[嘅咗哋喺]"
    )


def find_weak_company(
    text: str, pieces: list[tuple[int, int, str]], *, name: tuple[int, int] | None, job: tuple[int, int] | None
) -> Company | None:
    """A company without label or ending, always doubtful.

    A piece that begins with a city and goes on (济南轻骑), that ends in a trade (富士精密), a known brand, or, where a
    contact was pasted, the unknown word right before the person at `name` (芯原微 何博士) or between it and the `job`.
    """
    trade: Company | None = None
    for begin, _, raw in pieces:
        piece = _core_of(raw)
        start = begin + raw.find(piece)
        cut = re.split(r"(?:的|老?)[一-龥]{1,2}(?:总|经理|先生|女士|工)$", piece)[0] or piece
        title = job_pattern().search(cut)
        if title is not None and title.start() >= 3:
            cut = cut[: title.start()]
        if not re.fullmatch(r"[一-龥A-Za-z0-9()·]{3,16}", cut) or re.search(_VERBS, cut) or _address().search(cut):
            continue
        if is_place(cut) or looks_like_name(cut, strict=True) or re.match(r"\d", cut):
            continue
        place = starts_with_place(cut)
        rest = cut[place:].removeprefix("市") if place else ""
        while further := starts_with_place(rest):  # 广西柳州五菱汽车
            place, rest = place + further, rest[further:].removeprefix("市")
        if (
            place
            and len(rest) >= 2
            and not _plain_word(rest)
            and not is_district(rest)
            and not (looks_like_name(rest, strict=True) and not _trade_end(placed=True).search(rest))
        ):
            return Company(cut, start, start + len(cut), doubtful=True)
        if (
            len(cut) >= 4
            and not (place and _plain_word(rest))
            and _trade_end(placed=bool(place)).search(cut)
            and not _plain_word(cut)
            and not _wares().match(cut)
            and trade is None
            and cut not in _needs()
        ):
            trade = Company(cut, start, start + len(cut), doubtful=True)
    if trade is not None:
        return trade
    brand = _branded().search(text)
    if brand is not None and not _is_product(text, brand.start(), brand.end()):
        return Company(brand[0], brand.start(), brand.end(), doubtful=True)
    return _beside(text, pieces, name, job) if name is not None else None


def _core_of(raw: str) -> str:
    """What may be a name in a piece: without 客户是, 我们是 in front, and 的 and the department behind."""
    piece = re.split(r"(?<!美)的", raw.strip())[0]
    lead = re.match(rf"{LEAD}+", piece)
    if lead is not None and len(piece) - lead.end() >= 3:
        piece = piece[lead.end() :]
    return _department().sub("", piece) or piece


def _is_product(text: str, start: int, stop: int) -> bool:
    """腾讯会议, 用的是金蝶, 比华为贵: the brand is a tool or a rival, not the customer."""
    if re.match(r"(?:上|里)?(?:来的|过来|看到|搜到|搜的)", text[stop : stop + 5]):
        return True
    if re.match(
        r"商桥|推广|爱采购|竞价|表单|留言|私信|直播|用户|线索|云盘|手机|电脑|空调|汽车|快递|平台|店铺|商城|小程序|账号|会议|文档|视频|地图|课堂|云|系统|软件",
        text[stop : stop + 3],
    ):
        return True
    return (
        re.search(
            r"(?:用的?(?:是|过|着)?|在用|卖|种|对比|竞品|不如|比|换掉|替换|[是跟]和)$", text[max(0, start - 5) : start]
        )
        is not None
    )


def _beside(
    text: str, pieces: list[tuple[int, int, str]], name: tuple[int, int], job: tuple[int, int] | None
) -> Company | None:
    """The unknown word of three to eight characters right before a person, or between the person and the job.

    A place, a department or the job may stand between it and the person: 天合光能 常州 采购部 程雨欣.
    """
    behind = [piece for piece in pieces if job and 0 < piece[0] - name[1] <= 2 and 0 < job[0] - piece[1] <= 2]
    for begin, _, raw in (*_before(text, pieces, name[0], job), *behind):
        word = _core_of(raw)
        begin += raw.find(word)
        stop = begin + len(word)
        if not re.fullmatch(r"[一-龥]{3,8}", word) or re.search(_VERBS, word) or _address().search(word):
            continue
        if _no_name().search(word) or is_place(word) or starts_with_place(word) or job_pattern().search(word):
            continue
        if len(word) == 4 or not looks_like_name(word, strict=True):  # 东方希望 is a company where a person is known
            return Company(word, begin, stop, doubtful=True)
    return None


def _before(
    text: str, pieces: list[tuple[int, int, str]], edge: int, job: tuple[int, int] | None
) -> list[tuple[int, int, str]]:
    """The last piece before the person that is neither a place nor a department."""
    for piece in [one for one in pieces if one[1] <= edge][:-4:-1]:
        begin, stop, word = piece
        if job is not None and stop <= job[0] and job[1] <= edge:
            edge = job[0]
        if edge - stop > 2 or "\x00" in text[stop:edge]:
            return []
        place = starts_with_place(word)
        if not (is_place(word) or (place and len(word) - place <= 2) or _aside().fullmatch(word)):
            return [piece]
        edge = begin
    return []


@cache
def _department() -> re.Pattern[str]:
    """A department behind a company's name: 采购部, IT部, 化验室, 信息科."""
    return re.compile(rf"(?:{_DEPARTMENTS})(?:[部科处室]门?|中心)$|(?:化验|实验|档案|办公|资料)室$")


@cache
def _aside() -> re.Pattern[str]:
    """What may stand alone between a company and its person: 采购, 采购部, 代理商."""
    return re.compile(rf"(?:{_DEPARTMENTS})(?:[部科处室]门?|中心)?|(?:化验|实验|档案|办公|资料)室|代理商|经销商|供应商")


@cache
def _no_name() -> re.Pattern[str]:
    """Words that stand beside a person and are a need, a source or a remark, not a company."""
    return re.compile(
        r"^[在做开搞]|客户|线索|姓|叫|[外国民央德日美台港]企|家长|学员|业主|车主|展会|介绍|留言|名片|朋友|"
        r"联系|电话|手机|微信|沟通|拜访|见面|回访|跟进|已|未|刚|上次|意向|重点|老师|同学|来源|项目|渠道|"
        r"公众号|信息|新增|录入|分享|来电|咨询|东区|南区|西区|北区|"
        r"(?:批发|装修|装饰|设备|软件|系统|代理|加盟|培训|租赁|定制|零售|清洗|维修|材料|产品|方案|服务|团队|"
        r"平台|建设|改造|采购|食材|用品|礼品|耗材|开发|推广|运营|保养|维护|审计|配件|零件|饰品|辅料|原料|"
        r"家具|面料|线束|部|科|处|办|主|门|灯|机|车|柜|药|酒|茶|器|管|板)$"
    )


@cache
def _needs() -> frozenset[str]:
    return frozenset(
        [
            "仓储系统",
            "门店收银",
            "企业网络",
            "办公家具",
            "工业设计",
            "室内设计",
            "平面设计",
            "机电工程",
            "弱电工程",
            "装修设计",
            "跨境电商",
            "数据系统",
            "管理软件",
            "财务软件",
            "办公软件",
            "网络工程",
            "工业机器",
            "工业机器人",
            "智能制造",
            "企业服务",
            "数字化系统",
            "客服系统",
            "会员系统",
        ]
    )


@cache
def _wares() -> re.Pattern[str]:
    """Goods in front of a trade (钢材贸易, 跨境物流) make a line of business, not a name."""
    return re.compile(
        r"(?:钢材|木材|煤炭|粮油|食品|服装|国际|外贸|进出口|农产品|工程|重型|包装|塑料|冷链|跨境|同城|消费|"
        r"家用|智能|工业|医疗|生物|新能源|汽车|建材|"
        r"五金|电子|化工|有色|金属|大宗|水果|海鲜|茶叶|酒水|日用|办公|企业|环保|机械|母婴|美妆|家居|纺织|"
        r"皮革|鞋服|精密|数控|农业|仓储|专线|零担){1,2}[一-龥]{2,4}$"
    )


def _plain_word(rest: str) -> bool:
    """What follows a city but is no name: 杭州客户, 深圳展会, 广州装修."""
    return bool(
        re.match(
            (
                r"(?:[开搞办](?![发元泰启创公])|[外国民央德日美台港韩法]企|[台港]商|客户|展会|朋友|老板|同学|"
                r"代理|经销|总部|出差|项目|工厂|仓库|门店|分店|市场|团队|办公|业务|销售|采购|渠道|线下|地铁|高铁|"
                r"会议|活动|车展|家装|装修|装饰公司|工装|厨具|本地|附近|周边|开店|办厂|户口|社保|落地|专场|站点|"
                r"用户|学员|家长|业主|生鲜|海鲜|火锅|餐饮店|煤矿|设备|物流园|外贸|电商|直播|加盟|定制|租房|二手|"
                r"民宿装修|花卉冷链|区域)"
            ),
            rest,
        )
    ) or rest in f"{_TRADES}|{_GOODS}".split("|")
