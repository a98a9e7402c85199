"""A company's line of business, as its own name tells it: 智能科技, 生物医药, 机械."""

import re
from functools import cache

# What Chinese company names say about their business; compounds are put together from these words.
LINES = (
    "人工智能 智能制造 智能装备 智能 信息技术 网络科技 信息科技 信息 网络 软件 数据 物联网 互联网 电子商务 电子 "
    "通信 通讯 半导体 集成电路 光电 光伏 新能源 能源 电力 电气 电器 电缆 电机 自动化 机器人 仪器仪表 仪表 仪器 "
    "精密机械 机械 机电 "
    "模具 五金 装备 设备 工业 制造 汽车配件 汽配 汽车 轴承 阀门 泵业 紧固件 钢铁 金属 铝业 有色 矿业 石油 化工 化学 "
    "涂料 塑料 塑胶 橡胶 新材料 材料 玻璃 陶瓷 建材 建筑装饰 建筑 装饰 装潢 工程 市政 园林 置业 地产 房地产 物业 家居 "
    "家具 门窗 卫浴 照明 灯饰 生物医药 生物科技 生物 医药 制药 药业 医疗器械 医疗 健康 养老 美容 化妆品 日化 食品 饮料 "
    "酒业 茶业 餐饮 粮油 农业 牧业 水产 种业 饲料 纺织 服装 服饰 童装 鞋业 皮革 印染 印刷 包装 造纸 纸业 文具 玩具 "
    "工艺品 珠宝 体育 文化传媒 传媒 文化 广告 会展 旅游 酒店 教育 培训 物流 货运 快递 供应链 仓储 国际贸易 进出口 "
    "贸易 商贸 零售 超市 金融 保险 证券 投资 担保 租赁 咨询 人力资源 劳务 法律 检测 环保 环境 水务 安防 安全技术 航空 "
    "船舶 轨道交通 交通 公路 测绘 设计 科技"
)


@cache
def _pattern() -> re.Pattern[str]:
    words = sorted(LINES.split(), key=len, reverse=True)
    line = f"(?:{'|'.join(words)})"
    return re.compile(f"{line}(?:{line})?")


def industry_of(company: str) -> str:
    """The last such word of a name, with the one before it when they stand together; "" when the name is silent."""
    found = [hit[0] for hit in _pattern().finditer(company)]
    return found[-1] if found else ""
