"""Company names as people write them: made of short names, with places, trades and slips of their own word lists."""

import random
from dataclasses import dataclass
from pathlib import Path

SHORT = Path(__file__).parent.parent / "data" / "company_short.txt"
TOWNS = {
    "浙江": ("杭州", "宁波", "温州"), "江苏": ("南京", "苏州", "无锡"), "广东": ("广州", "深圳", "佛山", "东莞"),
    "山东": ("济南", "青岛", "烟台"), "四川": ("成都", "绵阳"), "湖北": ("武汉", "宜昌"), "上海": ("上海",),
    "北京": ("北京",), "重庆": ("重庆",), "福建": ("福州", "厦门"), "河南": ("郑州", "洛阳"), "湖南": ("长沙",),
    "安徽": ("合肥",), "陕西": ("西安",), "辽宁": ("沈阳", "大连"), "河北": ("石家庄",), "云南": ("昆明",),
}  # fmt: skip
TRADES = (
    "机电设备", "软件开发", "食品贸易", "服装", "建材", "精密模具", "生物工程", "广告传媒", "餐饮连锁", "国际货运代理",
    "新能源", "医疗设备", "教育咨询", "家居用品", "化工原料", "园林绿化", "汽车零部件", "电子元件", "数码科技",
    "环保工程",
    "信息科技", "物流", "实业", "商贸", "纺织品", "水产", "珠宝首饰", "印刷包装", "仪器", "通信器材",
)  # fmt: skip
ENDS = ("有限公司", "有限公司", "有限公司", "股份有限公司", "有限责任公司")
WIDE = str.maketrans({chr(c): chr(c + 0xFEE0) for c in range(0x21, 0x7F)})
OLD = str.maketrans(
    "东车贝风马鱼鸟麦黄龙云华国医药业电机软发开设备贸际货运术环境园饮传媒饰实纺织产",
    "東車貝風馬魚鳥麥黃龍雲華國醫藥業電機軟發開設備貿際貨運術環境園飲傳媒飾實紡織產",
)


@dataclass(frozen=True)
class Made:
    """A company: where it sits, what it is called, what it does, how its legal name ends."""

    town: str
    short: str
    trade: str
    end: str

    @property
    def name(self) -> str:
        return f"{self.town}{self.short}{self.trade}{self.end}"


def short_names() -> list[str]:
    """The list's names that can be a name: two to five Chinese characters."""
    words = SHORT.read_text(encoding="utf-8-sig").split()[2:]
    return [word for word in words if 2 <= len(word) <= 5 and all("一" <= c <= "龥" for c in word)]


def make(names: list[str], dice: random.Random) -> list[Made]:
    """One company for each short name."""
    towns = [town for group in TOWNS.values() for town in group]
    return [Made(dice.choice(towns), short, dice.choice(TRADES), dice.choice(ENDS)) for short in names]


def spellings(made: Made, dice: random.Random) -> dict[str, tuple[str, str]]:
    """{how: (another spelling of the same company, the least that must be said of it)}."""
    t, s, b, e = made.town, made.short, made.trade, made.end
    other = dice.choice([town for group in TOWNS.values() for town in group if t not in group])
    found = {
        "wide": (made.name.replace("有限", " 有限").translate(WIDE), "same"),
        "old": (made.name.translate(OLD), "same"),
        "no end": (t + s + b, "same"),
        "city sign": (f"{t}市{s}{b}{e}", "same"),
        "branch": (f"{made.name}{other}分公司", "same"),
        "office": (f"{made.name}驻{other}办事处", "same"),
        "desk": (f"{made.name}{dice.choice(('采购部', '市场部', '工程技术部', '人事行政中心'))}", "same"),
        "desk in brackets": (f"{made.name}({dice.choice(('采购部', '销售部'))})", "same"),
        "place in brackets": (f"{s}{b}({t}){e}", "maybe"),
        "no place": (s + b + e, "maybe"),
        "short": (s + b, "maybe"),
        "no trade": (t + s + "公司", "maybe"),
    }
    if len(s) >= 3:
        at = dice.randrange(len(s))
        found["slip"] = (t + s[:at] + dice.choice("鑫盛宏博远恒嘉瑞") + s[at + 1 :] + b + e, "maybe at most")
    return found
