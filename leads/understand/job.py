"""What the customer does for a living there: 采购总监, 生产经理, 副总, CEO."""

import re
from functools import cache

JOBS = (
    "总经理助理|董事长助理|总裁助理|副总经理|常务副总|总经理|副总裁|副总|总裁|总监|副总监|经理|副经理|"
    "总工程师|总工|工程师|主管|主任|副主任|部长|副部长|处长|副处长|科长|"
    "副科长|课长|局长|院长|副院长|校长|副校长|园长|厂长|副厂长|店长|所长|站长|行长|队长|会长|理事长|秘书长|组长|"
    "班长|馆长|镇长|书记|董事长|董事|秘书|助理|专员|教授|医生|研究员|律师|会计|教练|"
    "主席|创始人|合伙人|负责人|法人|店主|班主任|护士长|采购员|业务员|顾问|代表|股东"
)
_AREAS = (
    "采购|市场|销售|运营|技术|产品|生产|渠道|项目|品牌|财务|行政|人事|人力资源|人力|研发|工程|设计|商务|"
    "大客户|客户|区域|信息|信息化|物流|供应链|仓储|质量|品质|安全|设备|后勤|招商|营销|"
    "电商|新媒体|投资|法务|培训|教学|教务|综合|办公室|策划|企划|战略|数据|网络|IT|HR|总务|基建|机电|工艺|"
    "外贸|内销|华东区|华南区|华北区|华中区|西南区|大区|城市|高级|资深|常务|执行|部门|车间|厂务|护理|政企|"
    "国际|国内|餐饮|客房|前厅|物业|业务|储运|计划|工会|党委|党支部|科研|实验室|医务|药剂"
)
_LATIN_JOBS = (
    "CEO|CTO|COO|CFO|CMO|CIO|HRD|HRBP|HRM|HR|VP|PM|GM|(?:[A-Z][a-z]{2,14} ){0,2}(?:Manager|Director|Founder|"
    "Purchaser|Buyer|Engineer|Officer|Specialist)"
)


@cache
def job_pattern() -> re.Pattern[str]:
    """A job with the field it is in: 采购总监, 生产经理, 副总, CEO."""
    return re.compile(
        rf"(?:(?:{_AREAS}|[一-龥]{{2,4}}(?=部|中心|科))(?:部|中心|科|处|办)?的?(?:和|与|及|"
        rf"/)?){{0,2}}(?:{JOBS}|(?<=[一-龥])(?:总|负责人))(?![一-龥]{{0,1}}(?:公司|办公室|室))|"
        rf"(?<![A-Za-z])(?:{_LATIN_JOBS})(?![A-Za-z])"
    )


@cache
def _title_label() -> re.Pattern[str]:
    return re.compile(
        r"(?:职位|职务|职称|头衔|岗位|title|position)\s?[::=]\s?"
        r"(?P<title>[A-Za-z]+(?: [A-Za-z]+){1,3}(?=\s{2}|\s?[,;|/。\n\x00]|$)|[^\s,;|/。\x00]{2,20})",
        re.IGNORECASE,
    )


@cache
def _whole_job() -> re.Pattern[str]:
    return re.compile(rf"[一-龥A-Za-z]{{0,8}}(?:{JOBS})|[一-龥]{{2,6}}部(?:长|门?经理)")


def find_title(
    text: str, name: tuple[int, int] | None, pieces: list[tuple[int, int, str]]
) -> tuple[str, int, int] | None:
    """The job with its place: from a label, from a piece that is a job by itself, or from beside the name at `name`."""
    labelled = _title_label().search(text)
    if labelled is not None:
        return labelled["title"], labelled.start("title"), labelled.end("title")
    for begin, stop, piece in pieces:
        if _whole_job().fullmatch(piece):
            return piece, begin, stop
    for found in job_pattern().finditer(text):
        near = name is not None and (0 <= found.start() - name[1] <= 6 or found.end() == name[0])
        before = text[found.start() - 1] if found.start() else " "
        if not (near or not "一" <= before <= "鿿"):
            continue
        if found.end() < len(text) and "一" <= text[found.end()] <= "鿿" and not near:
            continue
        return found[0], found.start(), found.end()
    return None
