"""What is read from the lines of a card, however they are laid out, in Chinese, in English and in both."""

import math

import pytest

from leads.namecard.layout import Seen
from leads.namecard.reading import FIELDS, NameCard, read_namecard

Row = tuple[str, int, int, int]  # words, left, top, height of the letters


def seen(row: Row, *, score: float = 0.97, turned: float = 0.0) -> Seen:
    """A line as the reader would tell it, the whole card turned by an angle."""
    words, left, top, size = row
    width = sum(size if ord(sign) > 255 else size * 0.55 for sign in words)
    corners = ((left, top), (left + width, top), (left + width, top + size), (left, top + size))
    cos, sin = math.cos(turned), math.sin(turned)
    return Seen(words, score, tuple((x * cos - y * sin, x * sin + y * cos) for x, y in corners))


def read(*rows: Row, score: float = 0.97, turned: float = 0.0) -> NameCard:
    """A card of these lines."""
    return read_namecard([seen(row, score=score, turned=turned) for row in rows])


CARDS: dict[str, tuple[tuple[Row, ...], dict[str, str]]] = {
    "officer": (
        (
            ("广州市星河湾云计算有限公司", 60, 40, 30),
            ("汤唯一", 60, 160, 52),
            ("首席运营官 COO", 60, 240, 24),
            ("M / 139 2611 2233", 60, 330, 22),
            ("E / coo@starriver-cloud.com", 60, 365, 22),
        ),
        {
            "name": "汤唯一",
            "title": "首席运营官 COO",
            "company": "广州市星河湾云计算有限公司",
            "mobile": "13926112233",
            "email": "coo@starriver-cloud.com",
        },
    ),
    "nordic": (
        (
            ("Nordic Wind Power AB Group", 60, 60, 34),
            ("Emma Lindqvist", 60, 200, 42),
            ("Head of Procurement", 60, 250, 22),
            ("Mobile: +46 70 123 45 67", 60, 330, 20),
            ("emma.lindqvist@nordicwind.se", 60, 365, 20),
            ("Sveavägen 44, Stockholm", 60, 400, 20),
        ),
        {
            "name": "Emma Lindqvist",
            "title": "Head of Procurement",
            "company": "Nordic Wind Power AB Group",
            "mobile": "+46701234567",
            "email": "emma.lindqvist@nordicwind.se",
        },
    ),
    "glued label": (
        (
            ("孙峰", 60, 60, 60),
            ("品牌经理", 60, 140, 30),
            ("宁波智联建筑设计研究院有限公司", 60, 220, 34),
            ("M 130.6672.0161", 60, 330, 26),
            ("T 0574-75699590", 60, 370, 26),
            ("Echen_lh@ruike.com.cn", 60, 410, 26),
        ),
        {
            "name": "孙峰",
            "title": "品牌经理",
            "company": "宁波智联建筑设计研究院有限公司",
            "mobile": "13066720161",
            "tel": "057475699590",
            "email": "chen_lh@ruike.com.cn",
        },
    ),
    "hk": (
        (
            ("陳大文", 60, 60, 50),
            ("Chan Tai Man, David", 60, 120, 26),
            ("銷售總監", 60, 160, 28),
            ("Sales Director", 60, 195, 22),
            ("香港恒生貿易有限公司", 60, 260, 34),
            ("Hang Sang Trading Co., Ltd.", 60, 300, 22),
            ("電話 Tel: +852 2345 6789", 60, 360, 22),
            ("手提 Mobile: +852 9123 4567", 60, 390, 22),
            ("電郵 Email: david.chan@hstrading.com.hk", 60, 420, 22),
            ("香港九龍觀塘道388號創紀之城5樓", 60, 460, 22),
        ),
        {
            "name": "陈大文",
            "title": "销售总监",
            "company": "香港恒生贸易有限公司",
            "mobile": "+85291234567",
            "email": "david.chan@hstrading.com.hk",
        },
    ),
    "foreign": (
        (
            ("Acme Industrial GmbH", 60, 60, 40),
            ("Michael Schneider", 60, 180, 46),
            ("Regional Sales Director", 60, 240, 26),
            ("M +49 151 2345 6789", 60, 330, 24),
            ("michael.schneider@acme-industrial.de", 60, 370, 24),
            ("www.acme-industrial.de", 60, 410, 24),
        ),
        {
            "name": "Michael Schneider",
            "title": "Regional Sales Director",
            "company": "Acme Industrial GmbH",
            "mobile": "+4915123456789",
            "email": "michael.schneider@acme-industrial.de",
        },
    ),
    "brand": (
        (
            ("海底捞", 60, 60, 60),
            ("HAIDILAO HOT POT", 60, 130, 24),
            ("刘洋", 60, 220, 50),
            ("门店经理", 200, 240, 26),
            ("手机 137 1234 5678", 60, 330, 26),
            ("四川省简阳市简城街道38号", 60, 380, 24),
        ),
        {"name": "刘洋", "title": "门店经理", "company": "海底捞", "mobile": "13712345678"},
    ),
    "hospital": (
        (
            ("浙江大学医学院附属第一医院", 60, 50, 36),
            ("神经内科", 60, 100, 28),
            ("周文静", 60, 200, 56),
            ("主任医师 教授 博士生导师", 60, 270, 26),
            ("电话:0571-87236114", 60, 350, 26),
            ("手机:13588012345", 60, 390, 26),
            ("E-mail:zhouwj@zju.edu.cn", 60, 430, 26),
        ),
        {
            "name": "周文静",
            "company": "浙江大学医学院附属第一医院",
            "mobile": "13588012345",
            "email": "zhouwj@zju.edu.cn",
            "title": "主任医师 教授 博士生导师",
        },
    ),
    "law": (
        (
            ("北京市金杜律师事务所", 60, 50, 36),
            ("韩 冰 律师", 60, 180, 50),
            ("合伙人", 60, 250, 28),
            ("MOBILE 138 1111 2345", 60, 330, 24),
            ("TEL 010 5878 5588", 60, 370, 24),
            ("FAX 010 5878 5566", 60, 410, 24),
            ("EMAIL hanbing@cn.kwm.com", 60, 450, 24),
        ),
        {
            "name": "韩冰",
            "title": "律师",
            "company": "北京市金杜律师事务所",
            "mobile": "13811112345",
            "email": "hanbing@cn.kwm.com",
        },
    ),
    "bank": (
        (
            ("招商银行股份有限公司苏州分行", 60, 50, 34),
            ("公司金融部", 60, 110, 26),
            ("客户经理", 60, 230, 28),
            ("唐晓峰", 180, 215, 52),
            ("手机:189-1234-5678", 60, 330, 26),
            ("电话:(0512)6868 8888-6021", 60, 370, 26),
            ("tangxf@cmbchina.com", 60, 410, 26),
            ("苏州工业园区万盛街36号招商银行大厦", 60, 450, 24),
        ),
        {
            "name": "唐晓峰",
            "title": "客户经理",
            "company": "招商银行股份有限公司苏州分行",
            "mobile": "18912345678",
            "email": "tangxf@cmbchina.com",
            "tel": "051268688888-6021",
        },
    ),
    "dept": (
        (
            ("南京埃斯顿自动化股份有限公司", 60, 50, 34),
            ("市场部", 60, 200, 26),
            ("部门经理", 150, 200, 26),
            ("秦 岭", 60, 130, 50),
            ("手机/微信:18013887766", 60, 330, 26),
            ("邮箱:qinling@estun.com", 60, 370, 26),
            ("南京市江宁区吉印大道1888号", 60, 410, 24),
        ),
        {
            "name": "秦岭",
            "company": "南京埃斯顿自动化股份有限公司",
            "mobile": "18013887766",
            "email": "qinling@estun.com",
            "wechat": "18013887766",
        },
    ),
    "oneline": (
        (
            ("王芳 | 市场总监", 60, 60, 40),
            ("杭州微链科技有限公司", 60, 120, 32),
            ("13900001234 | fang.wang@weilian.io", 60, 200, 26),
            ("杭州市余杭区文一西路998号", 60, 240, 24),
        ),
        {"name": "王芳", "title": "市场总监", "company": "杭州微链科技有限公司", "email": "fang.wang@weilian.io"},
    ),
    "english first": (
        (
            ("SHENZHEN BRIGHT OPTOELECTRONICS CO., LTD.", 60, 40, 26),
            ("深圳市明亮光电有限公司", 60, 75, 34),
            ("Leo Deng 邓力", 60, 180, 46),
            ("Overseas Sales Manager / 海外销售经理", 60, 240, 26),
            ("Mob/WhatsApp: +86 137 6000 8888", 60, 320, 24),
            ("Tel: +86-755-2999 8888 Ext. 806", 60, 355, 24),
            ("Email: leo@bright-opto.com", 60, 390, 24),
            ("Skype: leo.bright", 60, 425, 24),
            ("Add: 3F, Building B, Huafeng Industrial Park, Bao'an, Shenzhen", 60, 460, 22),
        ),
        {
            "name": "邓力",
            "company": "深圳市明亮光电有限公司",
            "mobile": "13760008888",
            "email": "leo@bright-opto.com",
            "title": "海外销售经理",
            "tel": "075529998888-806",
        },
    ),
    "shop": (
        (
            ("老张五金机电", 60, 50, 56),
            ("张 建 军", 60, 180, 50),
            ("经理", 260, 200, 28),
            ("批发零售各种五金工具、电动工具、水暖管件", 60, 260, 22),
            ("手机:13605551234 13705551234", 60, 330, 26),
            ("电话:0553-3812345", 60, 370, 26),
            ("地址:芜湖市镜湖区华强五金城3栋12号", 60, 410, 24),
        ),
        {"name": "张建军", "title": "经理", "mobile": "13605551234"},
    ),
    "edu": (
        (
            ("新东方教育科技集团", 60, 50, 36),
            ("国际教育事业部", 60, 100, 26),
            ("谢雨桐 高级顾问", 60, 190, 44),
            ("T:025-84718888", 60, 330, 24),
            ("M:15951234567", 60, 370, 24),
            ("E:xieyutong@xdf.cn", 60, 410, 24),
        ),
        {
            "name": "谢雨桐",
            "title": "高级顾问",
            "company": "新东方教育科技集团",
            "mobile": "15951234567",
            "email": "xieyutong@xdf.cn",
        },
    ),
    "rare surname": (
        (
            ("宁波锦程物流有限公司", 60, 50, 36),
            ("乜 文 博", 60, 180, 54),
            ("操作主管", 260, 200, 26),
            ("手机:13857412345", 60, 330, 26),
            ("邮箱:nwb@jincheng56.com", 60, 370, 26),
        ),
        {"name": "乜文博", "title": "操作主管", "mobile": "13857412345"},
    ),
    "two comps": (
        (
            ("中国建筑第八工程局有限公司", 60, 40, 34),
            ("上海中建八局装饰有限责任公司", 60, 80, 30),
            ("石磊", 60, 180, 54),
            ("项目经理", 180, 200, 28),
            ("一级建造师", 60, 250, 22),
            ("手机:13917654321", 60, 330, 26),
            ("邮箱:shilei@cscec.com", 60, 370, 26),
            ("上海市浦东新区源深路269号", 60, 410, 24),
        ),
        {
            "name": "石磊",
            "title": "项目经理 / 一级建造师",
            "company": "中国建筑第八工程局有限公司",
            "mobile": "13917654321",
        },
    ),
    "wrong len": (
        (
            ("苏州微光电子有限公司", 60, 50, 36),
            ("李明", 60, 180, 54),
            ("销售工程师", 180, 200, 28),
            ("手机:1381234567", 60, 330, 26),
            ("邮箱:liming@weiguang.com", 60, 370, 26),
        ),
        {"name": "李明", "title": "销售工程师", "company": "苏州微光电子有限公司"},
    ),
    "cn labels no colon": (
        (
            ("青岛海蓝食品有限公司", 60, 50, 36),
            ("姓 名", 60, 150, 26),
            ("曲静", 160, 150, 26),
            ("职 务", 60, 190, 26),
            ("外贸主管", 160, 190, 26),
            ("手 机", 60, 330, 26),
            ("15866661234", 160, 330, 26),
            ("邮 箱", 60, 370, 26),
            ("qujing@hailan-food.com", 160, 370, 26),
        ),
        {
            "name": "曲静",
            "title": "外贸主管",
            "company": "青岛海蓝食品有限公司",
            "mobile": "15866661234",
            "email": "qujing@hailan-food.com",
        },
    ),
    "slogan": (
        (
            ("匠心智造 服务全球", 60, 30, 30),
            ("佛山市顺德区恒基金属制品实业有限公司", 60, 70, 32),
            ("何嘉欣", 60, 180, 54),
            ("副总经理/营销中心负责人", 60, 250, 26),
            ("手机: 13929112345", 60, 330, 26),
            ("微信号: hejx_2020", 60, 360, 26),
            ("邮箱: hjx@hengji.cn", 60, 390, 26),
            ("地址: 广东省佛山市顺德区大良街道", 60, 420, 24),
            ("红岗工业区3路8号", 60, 450, 24),
        ),
        {
            "name": "何嘉欣",
            "title": "副总经理/营销中心负责人",
            "company": "佛山市顺德区恒基金属制品实业有限公司",
            "mobile": "13929112345",
            "email": "hjx@hengji.cn",
            "wechat": "hejx_2020",
        },
    ),
}


@pytest.mark.parametrize("turned", [0.0, 0.2, -0.15])
@pytest.mark.parametrize("name", CARDS)
def test_cards_of_every_manner(name: str, turned: float) -> None:
    rows, wanted = CARDS[name]
    card = read(*rows, turned=turned)
    assert {field: getattr(card, field) for field in wanted} == wanted
    assert card.is_one


@pytest.mark.parametrize("name", CARDS)
def test_doubtful_fields_are_such_as_have_a_value(name: str) -> None:
    card = read(*CARDS[name][0], score=0.6)
    assert set(card.doubtful) <= {field for field in FIELDS if getattr(card, field)}
    assert {"mobile", "company"} & set(card.doubtful), "what was read badly is marked"


def test_two_mobiles_and_a_number_of_a_wrong_length_are_marked() -> None:
    assert "mobile" in read(*CARDS["shop"][0]).doubtful
    card = read(*CARDS["wrong len"][0])
    assert card.mobile == "1381234567" and card.doubtful == ("mobile",)


def test_a_fax_a_post_code_and_a_qq_number_are_no_telephones() -> None:
    card = read(
        ("苏州微光电子有限公司", 60, 40, 36), ("李明", 60, 150, 50), ("传真:0512-66778899", 60, 300, 26),
        ("QQ:13812345678", 60, 340, 26), ("邮编:215000", 60, 380, 26),
    )  # fmt: skip
    assert (card.mobile, card.tel, card.name) == (None, None, "李明")


@pytest.mark.parametrize(
    "rows", [(), (("欢迎光临", 60, 60, 40),), (("今日特价 9.9 元", 60, 60, 40), ("买一送一", 60, 120, 30))]
)
def test_other_pictures_are_no_cards(rows: tuple[Row, ...]) -> None:
    assert not read(*rows).is_one


def test_lines_of_no_size_and_of_rubbish_do_no_harm() -> None:
    for words in ("", " ", "\x00", "1" * 500, "@" * 300, "(" * 200, "公司" * 200, "有限公司", "王", "·"):
        spot = Seen(words, 0.9, ((0, 0), (0, 0), (0, 0), (0, 0)))
        card = read_namecard([spot, spot, seen((words, 5, 5, 20))])
        assert (card.mobile, card.tel, card.email, card.wechat) == (None, None, None, None), words
        assert not card.is_one, words
