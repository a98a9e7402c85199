"""The made-up people on the cards: the same number is always the same person."""

import random
from dataclasses import dataclass

SURNAMES = (
    "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚"
    "卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙"
)
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉梅鑫宇浩轩子涵雨欣梓晨嘉怡思远志国建文婷"
    "雪琳峰波辉斌鹏飞凯翔瑞成龙海燕晓东俊豪"
)
DOUBLE = ("欧阳", "司徒", "上官", "诸葛")
CITIES = (
    ("杭州", "浙江省杭州市滨江区江南大道{}号海创大厦{}室", "0571"),
    ("苏州", "苏州市工业园区星湖街{}号创意产业园{}室", "0512"),
    ("深圳", "深圳市南山区科苑路{}号科兴科学园B栋{}室", "0755"), ("上海", "上海市浦东新区张江路{}号{}室", "021"),
    ("北京", "北京市朝阳区望京东路{}号院{}室", "010"), ("成都", "成都市高新区天府大道中段{}号{}室", "028"),
    ("武汉", "武汉市洪山区珞喻路{}号光谷广场{}室", "027"), ("宁波", "宁波市鄞州区首南中路{}号{}室", "0574"),
    ("青岛", "青岛市崂山区香港东路{}号{}室", "0532"), ("东莞", "广东省东莞市松山湖园区总部二路{}号{}室", "0769"),
)  # fmt: skip
CORES = (
    "华腾", "恒瑞达", "云帆", "博创", "金桥", "瑞科", "天成", "星辰", "百川", "汇通", "明德", "锐捷通", "康泰", "远景",
    "海纳", "中锐", "智联", "新禾", "立讯达", "鼎盛",
)  # fmt: skip
TRADES = (
    "智能科技有限公司", "机械设备有限公司", "电子股份有限公司", "信息技术有限公司", "医疗器械有限公司",
    "新材料科技股份有限公司",
    "国际贸易有限公司", "自动化设备有限公司", "食品有限公司", "物流有限公司",
    "建筑设计研究院有限公司", "教育咨询有限公司",
    "精密制造有限公司", "环保工程有限公司", "文化传媒有限公司",
)  # fmt: skip
ENGLISH_TRADE = "Technology Co., Ltd."
TITLES = (
    ("销售总监", "Sales Director"), ("总经理", "General Manager"), ("采购经理", "Purchasing Manager"),
    ("市场部经理", "Marketing Manager"), ("技术总监", "Technical Director"), ("副总经理", "Vice President"),
    ("项目经理", "Project Manager"), ("客户经理", "Account Manager"), ("高级工程师", "Senior Engineer"),
    ("董事长", "Chairman"), ("区域销售经理", "Regional Sales Manager"), ("运营主管", "Operations Supervisor"),
    ("研发部部长", "Head of R&D"), ("大客户部总监", "Key Account Director"), ("品牌经理", "Brand Manager"),
    ("生产厂长", "Plant Manager"),
)  # fmt: skip
PINYIN = {"王": "Wang", "李": "Li", "张": "Zhang", "刘": "Liu", "陈": "Chen", "杨": "Yang", "黄": "Huang", "赵": "Zhao"}
BLOCKS = ("138", "139", "136", "158", "159", "186", "187", "188", "133", "153", "180", "189", "130", "177", "199")


@dataclass(frozen=True)
class Card:
    """What is printed, as it should be read."""

    name: str
    title: str
    company: str
    mobile: str
    tel: str
    email: str
    city: str
    address: str
    wechat: str
    web: str
    english: str
    english_title: str
    english_company: str


def person(seed: int) -> Card:
    """Somebody made up; the same seed is the same person."""
    rng = random.Random(seed)
    sur = rng.choice(SURNAMES) if rng.random() > 0.06 else rng.choice(DOUBLE)
    name = sur + "".join(rng.choice(GIVEN) for _ in range(rng.choice((1, 2, 2, 2))))
    city, street, area = rng.choice(CITIES)
    core = rng.choice(CORES)
    company = (city if rng.random() > 0.3 else "") + core + rng.choice(TRADES)
    title, english_title = rng.choice(TITLES)
    host = rng.choice(("huateng", "yunfan-tech", "bochuang", "jinqiao", "ruike.com", "tiancheng-group", "xc-medical"))
    host += rng.choice((".com", ".cn", ".com.cn", ".net")) if "." not in host else ".cn"
    box = rng.choice(
        ("wang", "lily", "zhang.w", "sales01", "chen_lh", "michael", "jason.liu", "hr", "xmzhou", "dengyf")
    )
    digits = "".join(rng.choice("0123456789") for _ in range(8))
    tel = f"{area}-{rng.choice('5678')}" + "".join(rng.choice("0123456789") for _ in range(7))
    return Card(
        name, title, company, rng.choice(BLOCKS) + digits, tel, f"{box}@{host}", city,
        street.format(rng.randint(8, 1999), rng.randint(2, 28) * 100 + rng.randint(1, 20)),
        rng.choice(("wx_", "lead", "ok")) + digits[:5], "www." + host,
        f"{rng.choice(('Jason', 'Lily', 'Michael', 'Grace', 'Tony', 'Helen'))} {PINYIN.get(sur[0], 'Zhou')}",
        english_title, f"{rng.choice(('Huateng', 'Yunfan', 'Bochuang', 'Ruike'))} {ENGLISH_TRADE}",
    )  # fmt: skip


def spaced(mobile: str, rng: random.Random) -> str:
    """A mobile as printers write it."""
    return rng.choice((
        mobile, f"{mobile[:3]} {mobile[3:7]} {mobile[7:]}", f"{mobile[:3]}-{mobile[3:7]}-{mobile[7:]}",
        f"+86 {mobile[:3]} {mobile[3:7]} {mobile[7:]}", f"+86-{mobile}", f"{mobile[:3]}.{mobile[3:7]}.{mobile[7:]}",
        f"(86) {mobile}",
    ))  # fmt: skip
