"""A sample company for the demo: its people, forty leads with a little history, and the guided first minute."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sandbox.control import Control, Step

MEMBERS = """id,name,role,team,wecom,dingtalk,mobile,email,regions,industries,products,capacity,weight
wanglei,王磊,rep,华东,wanglei,wanglei,,,上海;杭州,,,30,1
lina,李娜,rep,华东,lina,lina,,,苏州;南京,,,30,1
chenjing,陈静,manager,华东,chenjing,chenjing,,,,,,,
linda,林达,marketing,,linda,linda,,,,,,,
zhouyuan,周远,admin,,zhouyuan,zhouyuan,,,,,,,
"""
PEOPLE = (
    {"id": "wanglei", "name": "王磊", "role": "销售"},
    {"id": "lina", "name": "李娜", "role": "销售"},
    {"id": "chenjing", "name": "陈静", "role": "主管"},
)
OFFICE = {"linda": "林达(市场)", "zhouyuan": "周远(管理员)"}  # they have no phone on the page, and can open the pages
PRODUCTS = """编号,名称,别名,单位,单价,最低价,最大折扣
CAM-500,工业相机 500 万,工业相机;相机,台,8800,7000,10
LENS-25,25mm 镜头,镜头,个,1280,,
LIGHT-90,环形光源,光源,个,980,,15
"""
CAMPAIGNS = (
    ("抖音-秋季视频", "抖音", 3600.0),
    ("展会-苏州机器视觉展", "展会", 12000.0),
    ("百度-品牌词", "百度", 2400.0),
)
OPENERS = {"wanglei": "线索池", "lina": "我的", "chenjing": "超时"}  # what people ask first in a chat that is empty
ALWAYS_OPEN = """  hours:                                     # 演示公司全天上班,随时都能看到提醒
    mon: ["00:00-24:00"]
    tue: ["00:00-24:00"]
    wed: ["00:00-24:00"]
    thu: ["00:00-24:00"]
    fri: ["00:00-24:00"]
    sat: ["00:00-24:00"]
    sun: ["00:00-24:00"]
  holidays: none
"""

COMPANIES = (
    ("杭州云栖智能科技", "杭州"), ("苏州微光生物医药", "苏州"), ("上海浦江建筑装饰", "上海"), ("宁波杰森绿能", "宁波"),
    ("无锡锡山精密机械", "无锡"), ("南京金陵数据", "南京"), ("合肥联创数码", "合肥"), ("嘉兴禾城食品", "嘉兴"),
    ("常州龙城电气", "常州"), ("绍兴越州纺织", "绍兴"), ("温州瓯江阀门", "温州"), ("南通江海物流", "南通"),
    ("扬州广陵照明", "扬州"), ("台州椒江模具", "台州"), ("金华婺城五金", "金华"), ("徐州彭城重工", "徐州"),
    ("湖州吴兴童装", "湖州"), ("镇江京口医疗", "镇江"), ("芜湖鸠江汽配", "芜湖"), ("盐城亭湖光伏", "盐城"),
)  # fmt: skip
PEOPLE_NAMES = (
    "赵敏", "钱进", "孙悦", "李建国", "周杰", "吴昊", "郑洁", "王芳", "冯涛", "陈晨", "褚琳", "卫东", "蒋欣", "沈毅",
    "韩梅", "杨帆", "朱丽", "秦朗", "尤佳", "许诺",
)  # fmt: skip
NEEDS = ("想了解一下产品", "看看有没有适合我们的方案", "朋友推荐来的", "先要一份资料", "展会上见过,想再聊聊")
URGENT = ("急需 30 台工业相机,下周要报价", "产线月底前要上线,请尽快演示", "采购预算批了,本周想看方案和报价")
SOURCES = ("官网", "百度", "抖音", "展会", "老客户介绍")


@dataclass(frozen=True)
class Deal:
    """What became of a lead: the stage that its deal has reached, and how it ended, if it has."""

    product: str
    amount: int
    stage: str
    ended: str = ""  # win, lose
    reason: str = ""


@dataclass(frozen=True)
class Seed:
    """One lead of the sample: what a channel delivered, who took it, what they wrote, what became of it."""

    source: str
    fields: dict[str, str]
    owner: str = ""
    notes: tuple[str, ...] = ()
    age_minutes: int = 0
    next_hours: int = 0
    deal: Deal | None = None


DEALS = {
    28: Deal("工业相机", 264000, "签约", "win"),
    29: Deal("工业相机", 480000, "商务谈判"),
    31: Deal("25mm 镜头", 64000, "方案报价"),
    35: Deal("环形光源", 98000, "需求分析", "lose", "价格高了"),
}  # by the number of the lead


def seeds() -> Iterator[Seed]:
    """Forty leads, the oldest first: most are quiet, a dozen were worked on, three wait for somebody to take them."""
    for number in range(40):
        company, city = COMPANIES[number % 20]
        name = PEOPLE_NAMES[(number * 7 + number // 20 * 3) % 20]
        fields = {
            "name": name,
            "phone": f"1390571{number * 37 % 10000:04}",
            "company": company + ("" if number < 20 else "分公司"),
            "city": city,
            "submission_id": f"demo-{number}",
        }
        source = SOURCES[number % 5]
        if number < 28:
            yield Seed(source, {**fields, "need": NEEDS[number % 5]}, age_minutes=(60 - number) * 45)
            continue
        fields |= {
            "title": ("采购总监", "总经理", "技术总监")[number % 3],
            "need": URGENT[number % 3],
            "budget": ("30万", "50万", "80-120万")[number % 3],
        }
        if number < 33:
            notes = ("电话聊了,需求清楚,要一份报价", "报价已发,对方在走内部流程")[: 1 + number % 2]
            age, hours = (40 - number) * 90, number % 3 * 3
            yield Seed(source, fields, "wanglei", notes, age_minutes=age, next_hours=hours, deal=DEALS.get(number))
        elif number < 37:
            notes = ("加了微信,约了产品演示",) if number % 2 else ()
            age = 26 * 60 if number == 34 else (40 - number) * 60  # one was never called: its promise is broken
            yield Seed(
                source, fields, "lina", notes, age_minutes=age, next_hours=number % 2 * 4, deal=DEALS.get(number)
            )
        else:
            yield Seed(source, fields, age_minutes=(40 - number) * 4)


def steps() -> tuple[Step, ...]:
    """The guided first minute."""

    def said(user: str, part: str) -> Callable[[Control], bool]:
        return lambda control: any(who == user and part in words for who, words in control.said)

    def asked_back(control: Control) -> bool:
        return any(card["main_title"]["title"].startswith("记到 ") for card in control.cards("wanglei"))

    def tapped(label: str) -> Callable[[Control], bool]:
        return lambda control: label in control.clicked

    def submitted(control: Control) -> bool:
        return control.submitted > 0

    return (
        Step("submit", "客户填好表单,点「提交咨询」", "customer", "submit", submitted),
        Step("claim", "王磊的手机响了,点「领取」", "wanglei", "领取", tapped("领取")),
        Step("look", "看李娜那边:卡片变成「已被王磊领取」", "lina", None, tapped("领取")),
        Step("followup", "王磊发一句话:刚打了,要下周三报价", "wanglei", "input", asked_back),
        Step("save", "机器人听懂了吗?点「保存」", "wanglei", "保存", tapped("保存")),
        Step("late", "陈静发「超时」,看谁没跟上", "chenjing", "input", said("chenjing", "超时")),
    )
