"""Chinese surnames and the words that begin like one but are none."""

from functools import cache

_COMMON = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚"
    "卢姜崔钟谭陆汪范金石廖贾夏韦付傅"
    "方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄"
    "聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包"
    "宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古"
    "吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷"
    "晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆"
    "乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺"
    "楼盘满闻位厉伊仝区郜海阚花权强帅屠豆朴盖练廉禹井祖漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁芮都普阙浦戈"
    "伏鹿薄邸雍辜羊阿乌母裘亓修邰赫杭况那宿鲜"
    "印逯隆茹诺战慕危玉银亢嵇公哈湛宾戎勾茅利於呼居揭干但尉冶斯元束檀衣信展阴昝智幸奉植衡富尧闭由"
    "钮恽仵逄厍税綦濮忻桓苌羿郗郏邴郦鄞郓隗雒骞缑仉佴冮呙夔巢岐弭郄郇逮遆訾镡鄯酆郧郯睢笪糜茆菅蒯竺禚矫渠昌庾"
)
_OFTEN = 210  # so many of them are common enough to be read as a name without any other sign
_DOUBLE = (
    "欧阳 上官 司马 司徒 诸葛 夏侯 皇甫 尉迟 公孙 慕容 令狐 长孙 宇文 东方 独孤 南宫 端木 百里 轩辕 淳于 "
    "单于 申屠 闻人 澹台 濮阳 太史 钟离 呼延 "
    "万俟 赫连 第五 拓跋 完颜 纳兰 东郭 西门 公冶 乐正 鲜于 司空 闾丘 仲孙 叶赫 爱新"
)
# Words of business that begin with a surname's character, so that 方案 and 安装 are not taken for people.
_WORDS = (
    "方案 方便 方式 方向 方面 高端 高级 高新 高效 高意 高清 高层 高铁 高校 高考 高管 时间 时候 安装 安排 "
    "安全 安防 安检 成本 成交 成品 成套 金额 金属 金融 金牌 黄金 白酒 白板 白色 石材 石油 "
    "石化 石英 温室 温度 温控 温泉 常规 常用 常年 马上 万元 万能 万达 万科 单位 单价 单独 单项 何时 何处 "
    "任务 任何 于是 左右 平台 平时 平安 平板 文旅 文具 文件 文化 文创 文档 "
    "水果 水泥 车间 车辆 车载 车位 车队 车库 车床 路由 路线 路灯 路演 项目 应用 应该 应急 明天 明年 明细 "
    "周一 周二 周三 周四 周五 周六 周日 周末 周期 周边 周年 周报 全部 全国 全套 全屋 全款 全年 全新 "
    "华东 华南 华北 华中 严重 和平 房产 房屋 房租 房间 冷链 冷库 冷冻 冷藏 花卉 花店 花园 牛肉 牛奶 牛排 "
    "米面 毛巾 毛利 毛坯 皮具 皮革 皮带 皮鞋 古镇 古建 古装 包装 包邮 包材 包厢 包月 包年 包车 管理 管道 "
    "管材 管家 沙发 边缘 苗木 连锁 连接 解决 解释 程序 程度 景区 景观 党建 国内 国际 国外 国产 国企 国庆 "
    "海外 海运 海鲜 海关 云服 云端 云盘 云南 南方 南京 南宁 南昌 南通 来电 来访 来源 来自 "
    "普通 信息 信用 信贷 信托 展会 展厅 展示 展台 展览 展位 智能 智慧 智造 利润 利率 居家 公司 公寓 公园 "
    "公众 公章 公斤 公海 公里 由于 由我 容量 容易 计划 计算 计量 平米 平方 相关 相册 相机 初步 初期 初中 "
    "门店 门窗 门诊 门锁 门面 门禁 门户 都可 都行 原料 原装 原有 原因 原来 官网 官方 商务 商城 商场 商用 "
    "商品 商家 商标 商机 商学 商铺 桑拿 查询 查看 查重 储能 储物 储值 师傅 师生 明确 满意 满足 权限 "
    "强电 弱电 强度 银行 银联 支付 支持 支架 印刷 印花 印章 采购 元旦 元件 尚未 尚可 曾经 曾用 游戏 游乐 "
    "游客 游泳 农业 农产 农场 农药 农村 农机 农资 卫浴 卫生 卫星 乐器 乐园 桂花 荣誉 景点 麻将 麻醉 "
    "麻烦 米线 盘点 盘活 楼宇 楼盘 楼梯 楼层 位置 位于 封装 封箱 封面 谈过 谈判 池塘 区域 区块 区别 区县 "
    "花生 花草 易拉 易耗 易碎 余额 余款 余料 江苏 江西 江南 江浙 江北 夏装 夏季 夏天 夏令 秦皇 武汉 武术 "
    "甘肃 "
    "宁波 宁夏 康复 康养 康体 广告 温州 常州 苏州 苏北 苏南 连云 金华 兰州 杭州 海口 海南 柳州 桂林 石家 "
    "沈阳 安徽 安庆 黄山 黄石 黄冈 许昌 洛阳 梅州 阳江 云浮 汕头 钱款 钱包 关于 关注 关系 关键 关闭 关税 "
    "尤其 毕业 毕竟 左边 项链 顾问 顾客 顾虑 雷达 叶片 林业 林木 江湖 龙头 龙虾 熊猫 陶瓷 陶器 陶土 范围 "
    "范本 石墨 史上 秦岭 贺卡 贺年 董事 董秘 章程 章子 韦编 段位 段子 莫非 向我 向您 向你 汤料 施工 施肥 "
    "牛皮 牛仔 乔迁 庄园 庄稼 齐全 齐套 包括 包含 宁可 阮籍 童装 童车 童鞋 季度 季节 季末 屈指 蒙牛 舒适 "
    "纪念 纪录 单车 单品 简历 简单 简介 简易 车险 车贷 车主 项圈 连带 成功 成立 成都 成人 成果 成熟 成衣 "
    "时装 时段 时尚 时效 司机 司法 阳光 阳台 阳性 卓越 吉林 吉祥 古籍 古董 金华 金线 黄色 黄页 蓝牙 蓝色 "
    "蓝图 路过 路桥 路面 路况 房车 解约 解冻 解除 尤物 席位 卫衣 米饭 柏油 宗旨 全职 全程 全自 应收 应付 "
    "应聘 "
    "边际 师资 商业 商会 商会 沙石 沙盘 荣获 明星 明晚 明早 明显 查收 官司 封闭 谈妥 乐观 郁金 南北 班车 "
    "班次 班级 班主 原则 原始 楚河 劳务 劳保 劳动 皮卡 楼上 楼下 满减 闻讯 位数 花费 花样 权益 权威 帅气 "
    "豆制 "
    "豆浆 豆腐 盖板 盖章 练习 井盖 祖传 漆面 丰富 丰田 支票 国标 国家 国资 国货 平均 平面 平衡 计费 计价 "
    "计时 索赔 索要 宣传 宣讲 相当 相应 初级 初创 初审 云平 云存 云计 容器 敬请 来料 来回 来找 来公 来客 "
    "都是 都有 都要 "
    "都没 那边 那个 那家 那种 那天 修改 修理 修车 鲜花 鲜肉 鲜果 印度 印象 信号 信任 展柜 展架 展品 智力 "
    "智商 公关 公交 公告 公益 公证 公示 公共 居然 居民 居住 干货 干净 干洗 干燥 干部 但是 由他 衣服 衣柜 "
    "但要 元器 利息 "
    "银色 玉米 玉石 海报 海产 海鲜 向导 任意 应季 应酬 温馨 温和 严格 严谨 万一 马达 马桶 马拉 高价 高度 "
    "高低 高压 高温 高峰 高强 高质 田园 田径 石膏 石料 程控 许可 许多 谢谢 宋体 唐装 韩国 韩语 梁板 何必 "
    "林区 "
    "胡同 朱砂 周转 周到 周围 周日 王牌 王者 李子 张口 张贴 陈列 陈旧 杨梅 黄牛 赵州 吴江 徐州 孙子 马路 "
    "马力 郭德 何为 高速 高考 罗马 罗列 郑州 郑重 宋代 唐代 唐山 许愿 邓州 曹县 彭州 曾任 萧山 田地 潘家 "
    "于我 于都 余下 "
    "杜绝 苏打 魏都 丁香 丁烷 任职 任选 沈北 姚家 卢湾 姜茶 崔家 钟表 钟点 谭家 陆续 陆运 汪清 石头 石板 "
    "贾汪 韦德 付款 付费 付清 付定 付出 付全 付首 白天 白领 邹城 孟州 秦淮 江门 江阴 尹家 段落 侯马 龙岗 "
    "龙华 史料 贺州 毛料 毛重 邵阳 "
    "万份 万能 钱江 严控 武昌 武进 戴尔 莫名 孔雀 孔径 向上 常见 常务 常熟 温差 康师 施耐 文章 文案 文字 "
    "文员 文体 文玩 牛津 安心 安康 安静 安卓 齐鲁 易用 易装 包工 包裹 单子 单人 单据 单身 "
    "税务 税率 税收 税费 税款 税控 税号 昌平 昌吉 昌都 渠道 矫正 巢湖 岐山 桓台 郏县 郯城 郓城 睢县 鄞州 酆都 "
    "敬上 敬礼 敬启 敬祝 羊绒 羊毛 羊肉 羊奶 信息"
)


@cache
def surnames() -> frozenset[str]:
    """Every single-character surname we know."""
    return frozenset(_COMMON)


@cache
def common_surnames() -> frozenset[str]:
    """The surnames that are common enough to be read as one without other signs."""
    return frozenset(_COMMON[:_OFTEN])


@cache
def double_surnames() -> frozenset[str]:
    """欧阳, 司马 and the like."""
    return frozenset(_DOUBLE.split())


@cache
def surname_pattern() -> str:
    """Any surname, as part of a pattern."""
    return f"(?:{'|'.join(sorted(double_surnames()))}|[{''.join(sorted(surnames()))}])"


@cache
def common_pattern() -> str:
    """A common surname that is no everyday word (和, 时), as part of a pattern."""
    return f"(?:{'|'.join(sorted(double_surnames()))}|[{''.join(sorted(common_surnames() - set('和时应向全安成')))}])"


@cache
def _word_heads() -> frozenset[str]:
    return frozenset(_WORDS.split())


def begins_like_word(text: str) -> bool:
    """方案, 安装, 石材: the first two characters are a word of business, not a surname and a given name."""
    return text[:2] in _word_heads()


def looks_like_name(text: str, *, strict: bool) -> bool:
    """Two to four Chinese characters with a surname in front; `strict`: only common surnames."""
    if text[:2] in double_surnames() and 3 <= len(text) <= 4:
        return True
    if not 2 <= len(text) <= 3 or not all("一" <= sign <= "鿿" for sign in text):
        return False
    if len(text) == 3 and text[-1] == "族":
        return False
    if text[0] not in (common_surnames() if strict else surnames()):
        return False
    return not begins_like_word(text) and not (set(text[1:]) & never_given())


@cache
def never_given() -> frozenset[str]:
    """Characters that no parent gives to a child but that stand in every sentence."""
    return frozenset(
        "的了是在我你他她它这那哪有没要问吗呢吧啊做个些们被把给跟从对于向到去来过得着很太都也又再就还但或买卖"
        "打说想看找用装修订购询价钱费款票单号码机车房店厂司部员商品货店铺套件"
    )
