"""The customer's company: by its label, by its legal ending, or by what stands beside a city's name."""

import re
from dataclasses import dataclass
from functools import cache

from leads.understand.place import starts_with_place
from leads.understand.surname import looks_like_name

_LEGAL = (
    "股份有限责任公司|集团股份有限公司|集团有限责任公司|集团有限公司|集团股份公司|股份有限公司|有限责任公司|"
    "有限公司|股份公司|集团公司|总公司|分公司|子公司|控股公司|公司|集团|有限合伙"
)
_HOUSES = (
    "总厂|分厂|厂|研究院|研究所|设计院|设计所|光机所|化物所|检测所|科学院|医院|卫生院|保健院|大学|学院|学校|中学|小学|幼儿园|银行|信用社|"
    "大酒店|酒店|宾馆|饭店|民宿|餐厅|酒楼|火锅店|商行|商贸行|贸易行|布行|粮行|茶行|五金行|经营部|批发部|工作室|"
    "事务所|律所|诊所|门诊部|口腔|合作社|商会|协会|基金会|委员会|管委会|管理局|超市|商场|百货|茶楼|茶馆|"
    "大药房|药房|药店|花店|书店|农场|牧场|林场|俱乐部|健身房|美容院|养生馆|培训中心|服务中心|体检中心|"
    "月子中心|"
    "支行|分行|营业部|4S店|专卖店|旗舰店|便利店|服务部|加工部|门市部|制造厂|印刷厂|车行|驾校|报社|出版社|"
    "旅行社|电视台|物业|供电局|供销社|食品厂|售楼处|办事处|实验室|博物馆|图书馆|体育馆|养老院|敬老院|福利院|"
    "派出所|法院|检察院|公安局|教育局|财政局|税务局|城管局"
)
# What stands before a company in a sentence and is no part of its name.
LEAD = (
    r"(?:帮我|麻烦|请|录一?下|录入|登记一?下|记一?下|新增|新线索|加一?个|加了?一?个|刚刚?|加了|一个|有个|"
    r"有一个|个|我系|新客户|老客户|意向客户|潜在客户|大客户|客户|线索|我们是|我们|我是|我在|他们|这边是|这里是|"
    r"来自|在|叫做?|名叫|"
    r"做|他是|她是|对方是|公司是|公司叫|单位是|那个|这个|嗯+|呃+|额|啊|哦|就是|今天|昨天|明天|上午|下午|刚才|"
    r"拜访了?|拜访过|见了|联系了?|联系过|去了|约了|对接|和|跟|与|给|的|一家|有家|家|名称|名片|是|咨询|了解|"
    r"你好|您好|"
    r"转介绍|介绍|推荐|展会|公众号|官网|抖音|留言|来电|回访|电话|微信|手机|邮箱|姓名|公司|单位|企业|:|-|\d{1,2}[.、)])"
)


@dataclass(frozen=True)
class Company:
    """A company's name as written, where it stood, and whether the signs were weak."""

    name: str
    begin: int
    stop: int
    doubtful: bool


@cache
def _labelled() -> re.Pattern[str]:
    return re.compile(
        (
            r"(?<![一-龥])(?:公司名称|公司名|公司全称|公司|单位名称|单位|企业名称|企业|客户名称|商户名?称?|"
            r"店铺名?称?|店名|机构名?称?|学校|医院|任职|就职于|工作单位|"
            r"Company(?: name)?)[】\]]?[\s\"]?(?:[::=]|(?<=[称名])\s)[\s\"]?(?P<name>[^\n,;|。、\x00]{2,40})"
        ),
        re.IGNORECASE,
    )


@cache
def _ending() -> re.Pattern[str]:
    return re.compile(
        rf"(?:{_LEGAL})(?:\((?:有限合伙|集团|中国|筹)\))?(?:[一-龥]{{2,8}}(?:分公司|办事处|事业部|子公司))?|"
        rf"(?:{_HOUSES})(?!长|主|办|部长|方面|群|房|线|区|家)(?:[一-龥]{{2,6}}(?:分行|支行|分院|分店|校区))?"
    )


@cache
def _word() -> re.Pattern[str]:
    """A run in which a company's name may stand: Chinese, letters, digits, brackets, dots between foreign names."""
    return re.compile(r"[一-龥A-Za-z0-9()&·+]{3,60}")


@cache
def _latin() -> re.Pattern[str]:
    return re.compile(
        r"(?<![A-Za-z])[A-Z][A-Za-z0-9&'-]{0,24}(?: (?:[A-Z&][A-Za-z0-9&'.-]{0,24}|\([A-Z][A-Za-z ]{1,20}\)|of|"
        r"and)){0,6},? ?(?:Co\.?,? ?Ltd|Pte\.? Ltd|Ltd|Limited|Inc|LLC|GmbH|Corp|Corporation|Company|Group|"
        r"Holdings|Technologies|Technology|Trading|Industries|Industrial|Electronics|Logistics|International|"
        r"Studio|S\.A|B\.V|AG)\b\.?"
    )


def find_company(text: str) -> Company | None:
    """The company by label or ending, in cleaned text with phones, mail and sums blanked; None without either."""
    for found in _labelled().finditer(text):
        company = _from_label(found)
        if company is not None:
            return company
    for run in _word().finditer(text):
        company = _in_run(run)
        if company is not None:
            return company
    latin = _latin().search(text)
    if latin is not None:
        return Company(latin[0].strip(), latin.start(), latin.end(), doubtful=False)
    return None


def _from_label(found: re.Match[str]) -> Company | None:
    raw = found["name"]
    begin = found.start("name")
    raw = re.split(r" {2,}|\"|\|", raw)[0]
    latin = _latin().match(raw)
    if latin is not None:
        return Company(latin[0], begin, begin + latin.end(), doubtful=False)
    word = re.match(r"[^\s]+(?: (?=[A-Za-z]))?(?:(?<= )[A-Za-z][A-Za-z .&]*)?", raw)
    if word is None:
        return None
    name = word[0].strip(" .:-")
    ends = [hit.end() for hit in _ending().finditer(name)]
    if ends and ends[0] < len(name) and looks_like_name(re.split(r"[^一-龥]", name[ends[0] :])[0], strict=False):
        name = name[: ends[0]]
    if len(name) < 2 or name in ("无", "没有", "未知", "个人", "暂无", "不详", "保密"):
        return None
    at = begin + raw.find(name)
    return Company(name, at, at + len(name), doubtful=False)


def _in_run(run: re.Match[str]) -> Company | None:
    word = run[0]
    last = 0
    endings = list(_ending().finditer(word))
    for number, ending in enumerate(endings):
        begin = last + _begin(word[last : ending.start()])
        final = ending
        for further in endings[number + 1 :]:  # 酒店…贸易行, …(集团)有限公司: one name with several endings
            if not _goes_on(word[final.end() : further.start()]):
                break
            final = further
        stop = last = final.end()
        name = word[begin:stop]
        core = word[begin : final.start()]
        if name.count("(") < name.count(")"):
            begin += name.index(")") + 1
            name, core = word[begin:stop], word[begin : final.start()]
        if ending.start() < begin or not _is_core(core, final[0]):
            continue
        weak = not re.search(_LEGAL, final[0]) and not starts_with_place(core)
        return Company(name, run.start() + begin, run.start() + stop, doubtful=weak)
    return None


def _goes_on(between: str) -> bool:
    if re.match(r"第[一二三四五六七八九十\d]+", between):  # 中铁四局集团第五工程有限公司
        return len(between) <= 12
    if len(between) > 12 or re.search(r"想|要|需|问|买|采购|咨询|了解|说|的|了|吗|呢|是|在|和|跟|找", between):
        return False
    return not looks_like_name(re.split(r"[^一-龥]", between)[0][:3], strict=True)


def _begin(before: str) -> int:
    """Where the name begins in what stands before its ending: behind lead words, a person, the last 是/叫/在/的."""
    at = 0
    for cut in re.finditer(
        (
            r"(?<!就)是|叫|(?<![自实所存])在|(?<!美)的|来自|关于|拜访|联系了?|(?<!共)了(?![不解])|说|[来去到回]$|[来去到回](?=他们|我们|你们|客户|工$|贵$)|"
            r"(?<=[\d一二两三几])[套台个](?=[一-龥]{4})"
        ),
        before,
    ):
        at = cut.end()
    trade = re.search(r"(?:开|搞|经营|创办|承包)(?:了|着|一?家|个)?(?![发元泰启创心源利滦封平明德云拓])", before[at:])
    if trade is not None:
        at += trade.end()
    lead = re.match(rf"{LEAD}+", before[at:])
    if lead is not None and lead.end() < len(before) - at:
        at += lead.end()
    rest = before[at:]
    for length in (4, 3, 2):  # 李建国杭州某某, 王总杭州某某
        head, tail = rest[:length], rest[length:]
        if len(tail) >= 2 and starts_with_place(tail) and not starts_with_place(rest):
            titled = re.fullmatch(r"[一-龥]{1,2}(?:总|经理|先生|女士|小姐|老板|工|主任|老师)", head)
            if titled or looks_like_name(head, strict=True):
                return at + length
    return at


@cache
def _not_core() -> re.Pattern[str]:
    return re.compile(
        r"(?:我们?|你们?|他们?|她们?|贵|本|该|这家?|那家?|一家|某|小|大|新|老|子|母|总|分|外贸|贸易|装修|"
        r"装饰|物流|快递|软件|科技|互联网|上市|国有|民营|私营|外资|合资|家装|培训|教育|广告|建筑|食品|饲料|"
        r"服装|代工|加工|化工|工|代|电子|机械|客户|对方|同行|其他|别的|两家|三家|几家|多家|好几家|开|做|跑|"
        r"去|到|回|我司|公立|私立|人民|连锁|五金|玩具|家具|制造|印刷|木|砖|纸|鞋|家纺|纺织|面粉|集团|股份|"
        r"整个|全|投资|管理|运营|设计|采购|销售)*+"
    )


def _is_core(core: str, ending: str) -> bool:
    plain = re.sub(r"[()\d]", "", core)
    if len(plain) < 2 or re.fullmatch(_not_core(), plain):
        return False
    if re.search(r"想|要(?!素)|需|问|吗|呢|多少|怎么|[0-9]+[台套个]", core):
        return False
    placed = starts_with_place(plain)
    if (
        placed
        and not plain[placed:]
        and not re.search(r"大学|学院|医院|银行|厂|中学|小学|局|法院|学校|集团|酒店|公司", ending)
    ):
        return False
    if placed and re.fullmatch(_not_core(), plain[placed:]) and ending in ("公司", "酒店", "学校", "医院"):
        return placed > 0 and ending in ("医院",) and bool(plain[placed:])
    return not (ending in ("中心", "店", "厂") and len(plain) < 2)
