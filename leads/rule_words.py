"""A rule said in one sentence (领取时限改成4小时, 职位有总监加20分, 重庆的线索分给李娜) as one change of the rules."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from config.rules import Rules
from leads.errors import Unusable
from leads.understand.number import read_number
from leads.understand.place import find_places, is_province

EXAMPLES = (
    "领取时限改成4小时", "职位有总监加20分", "到70分算合格", "重庆的线索分给李娜", "预算50万以上的轮流分给华东组",
    "一个人一天最多领20条",
)  # fmt: skip
HELP = "可以这样说:" + ";".join(f"规则 {one}" for one in EXAMPLES)
NUMBER = r"([\d.]+|[一二两三四五六七八九十百千]+)"
BECOMES = r"(?:改成|改为|改到|调成|调到|设成|设为|变成|变为|延长到|放宽到|收紧到|缩短到|是|为)"
SPAN = re.compile(
    rf"^(.{{1,20}}?)的?(?:时限|期限|时间)?(?:{BECOMES})?(半|[\d.]+|[一二两三四五六七八九十]+)个?"
    r"(分钟|小时|钟头|工作日|天|日)(?:内|之内|以内)?$"
)
LINE = re.compile(
    rf"^(?:线索)?(?:总分)?(?:到|满|达到|超过)?{NUMBER}分(?:以上)?(?:就|才)?(?:算|是|成为|当)(?:市场)?合格(?:线索)?$"
)
LINE_TOO = re.compile(rf"^(?:市场)?合格(?:线索)?的?(?:线|分数线|分数|门槛){BECOMES}{NUMBER}分?$")
LIMITS = (
    (re.compile(rf"^.*(?:一|每)天(?:里)?最多领(?:取)?{NUMBER}条$"), "per_day", "一天最多领"),
    (re.compile(rf"^.*(?:一|每)分钟最多领(?:取)?{NUMBER}条$"), "per_minute", "一分钟最多领"),
    (re.compile(rf"^.*手上?(?:没结束的)?最多{NUMBER}条$"), "holding", "手上最多"),
)
POINTS = re.compile(rf"^(.+?)(?:的)?(?:就|都)?(加|扣|减)(?:上)?{NUMBER}分$")
GIVES = re.compile(
    r"^(.+?)(?:的)?(?:线索|客户)?(?:都|就)?(轮流|按比例)?(?:分配给|分给|派给|交给|转给|给|归)(.+?)(轮流|按比例|谁少给谁)?$"
)
FIELDS = {
    "姓名": "name", "职位": "title", "公司": "company", "城市": "city", "需求": "need", "来源": "source",
    "渠道": "source",
}  # fmt: skip
LEFT = {**FIELDS, "邮箱": "email", "微信": "wechat", "电话": "phone_valid", "预算": "budget_max"}
HAS = re.compile(rf"^(?:没有?|未|不)?(?:留了?|填了?|有|写了?)?({'|'.join(LEFT)})$")
SAYS = re.compile(rf"^({'|'.join(FIELDS)})里?(有|含有?|包含|带|提到|说到|是|为|在|等于)(.+)$")
BUDGET = re.compile(
    r"^预算(?:超过|满|不少于|大于|达到|在)?([\d.]+|[一二两三四五六七八九十百]+)(万|千)?元?(?:以上|起|及以上)?$"
)
ASKED = re.compile(rf"^咨询(?:过|了|满)?{NUMBER}次(?:以上)?$")
WHEN = {"来源": "source", "渠道": "source", "行业": "industry", "产品": "product", "地区": "region", "城市": "region"}
UNITS = {"分钟": "m", "小时": "h", "钟头": "h", "工作日": "d", "天": "d", "日": "d"}
TURNS = {
    "轮流": "round_robin",
    "按比例": "weighted",
    "谁少给谁": "least_loaded",
    None: "round_robin",
    "": "round_robin",
}


@dataclass(frozen=True)
class Amendment:
    """One change: another value at a place of the rules, or (`item`) one entry more at the head of a list there."""

    path: tuple[str, ...]
    value: Any
    says: str
    item: bool = False
    also: tuple[tuple[tuple[str, ...], Any], ...] = ()  # values that must follow, such as a longest that was passed


def read_rule(sentence: str, *, members: Mapping[str, str], teams: Collection[str], rules: Rules) -> Amendment:
    """What a sentence wants the rules to say. `members`: name → id of whoever may get leads; `teams`: their teams.

    Raises Unusable with what can be said.
    """
    words = re.sub(r"\s+", "", sentence).strip('「」“”"。.').removeprefix("把")
    for read in (_limit, _line, _points):
        if (found := read(words)) is not None:
            return found
    found = _promise(words, rules) or _giving(words, members, teams, rules)
    if found is None:
        raise Unusable(f"没看懂这条规则。{HELP}")
    return found


def _promise(words: str, rules: Rules) -> Amendment | None:
    found = SPAN.match(words)
    if found is None:
        return None
    clock = next((name for name, one in rules.clocks.items() if found[1] in (name, one.label)), None)
    if clock is None:
        known = "、".join(one.label for one in rules.clocks.values())
        raise Unusable(f"没有叫「{found[1]}」的时限。有:{known}。")
    count, unit = (0.5 if found[2] == "半" else read_number(found[2]) or 0), UNITS[found[3]]
    if unit == "h" and count != int(count):
        count, unit = count * 60, "m"
    if count < 1 or count != int(count):
        raise Unusable("时限要写整数的分钟、小时或天,例如:规则 领取时限改成90分钟。")
    rule = rules.clocks[clock]
    within = f"{int(count)}{unit}"
    says = f"「{rule.label}」的时限:{rule.within} → {within}"
    if rule.longest is None or _minutes(within) <= _minutes(rule.longest):
        return Amendment(("clocks", clock, "within"), within, says)
    longest = f"{2 * int(count)}{unit}"
    also = ((("clocks", clock, "longest"), longest),)
    return Amendment(("clocks", clock, "within"), within, f"{says},最长 {rule.longest} → {longest}", also=also)


def _minutes(span: str) -> int:
    """About how long a promise is, to compare two of them: a working day is taken as eight hours."""
    return int(span[:-1]) * {"m": 1, "h": 60, "d": 480}[span[-1]]


def _line(words: str) -> Amendment | None:
    found = LINE.match(words) or LINE_TOO.match(words)
    if found is None:
        return None
    points = _whole(found[1])
    if points > 100:
        raise Unusable("总分最高 100 分,合格线写 0 到 100。")
    return Amendment(("scoring", "mql", "score"), points, f"总分到 {points} 分算市场合格(MQL)")


def _limit(words: str) -> Amendment | None:
    for shape, key, label in LIMITS:
        if (found := shape.match(words)) is not None:
            count = _whole(found[1])
            if count < 1:
                raise Unusable("最少写 1 条。想完全不限,请管理员在 rules.yaml 的 claims 里写 null。")
            return Amendment(("claims", key), count, f"一个人{label} {count} 条")
    return None


def _points(words: str) -> Amendment | None:
    found = POINTS.match(words)
    if found is None:
        return None
    points = _whole(found[3]) * (1 if found[2] == "加" else -1)
    if not 1 <= abs(points) <= 100:
        raise Unusable("一条评分规则加或扣 1 到 100 分。")
    said = found[1].removesuffix("的").removesuffix("客户")
    test = _test(said)
    if test is None:
        known = "、".join(LEFT)
        raise Unusable(
            f"没看懂「{said}」是什么条件。可以说:职位有总监、来源是展会、预算20万以上、留了邮箱(栏目:{known})。"
        )
    rule = {**test, "add": points, "why": said[:40]}
    return Amendment(("scoring", "rules"), rule, f"评分加一条:{said},{points:+d} 分", item=True)


def _test(said: str) -> dict[str, Any] | None:
    """The condition of a scoring rule."""
    if (found := BUDGET.match(said)) is not None:
        return {"field": "budget_max", "at_least": _yuan(found)}
    if (found := ASKED.match(said)) is not None:
        return {"field": "enquiries", "at_least": _whole(found[1])}
    if (found := SAYS.match(said)) is not None:
        field = FIELDS[found[1]]
        exactly = found[2] in ("是", "为", "在", "等于") and field in ("source", "city")
        return {"field": field, "one_of" if exactly else "contains": _listed(found[3])}
    if (found := HAS.match(said)) is not None:
        return {"field": LEFT[found[1]], "present": not said.startswith(("没", "未", "不"))}
    return None


def _giving(words: str, members: Mapping[str, str], teams: Collection[str], rules: Rules) -> Amendment | None:
    found = GIVES.match(words)
    if found is None:
        return None
    said, to = found[1].removesuffix("的"), found[3]
    team = next((one for one in teams if to in (one, f"{one}组", f"{one}团队")), None)
    ids = [members[name] for name in _listed(to) if name in members]
    if team is None and len(ids) != len(_listed(to)):
        people = "、".join([*sorted(members)[:8], *(f"{one}组" for one in sorted(teams)[:5])])
        raise Unusable(f"没有叫「{to[:20]}」的同事或小组。有:{people}。")
    name = f"{said}给{to}"[:30]
    if name in (one.name for one in rules.assignment.rules):
        raise Unusable(f"已经有一条叫「{name}」的分配规则了。发「分配规则」看全部。")
    rule: dict[str, Any] = {"name": name, "when": _when(said, rules), "by": TURNS[found[2] or found[4] or "轮流"]}
    rule |= {"team": team} if team is not None else {"members": ids}
    return Amendment(("assignment", "rules"), rule, f"分配加一条,排在最前:{said} → {to}", item=True)


def _when(said: str, rules: Rules) -> dict[str, Any]:
    """Which leads an assignment rule is for; a word alone is a place."""
    if (found := BUDGET.match(said)) is not None:
        return {"budget_at_least": _yuan(found)}
    if (found := re.match(rf"^({'|'.join(WHEN)})(?:是|为|在|有)(.+)$", said)) is not None:
        return {WHEN[found[1]]: _listed(found[2])}
    if (found := re.match(r"^(?:从)?(.+?)(?:进来|来)$", said)) is not None:
        return {"source": _listed(found[1])}
    places = _listed(said)
    if not all(one in rules.regions or find_places(one) or is_province(one) for one in places):
        how = f"产品是{said[:12]}的、来源是{said[:12]}的、行业是{said[:12]}的"
        raise Unusable(f"没看懂「{said[:20]}」是地区、来源还是产品。可以说:重庆的、预算50万以上的、{how}。")
    return {"region": places}


def _listed(words: str) -> list[str]:
    return [one.strip('「」“”"') for one in re.split(r"[、,,]|或者?|和", words) if one.strip('「」“”"')]


def _whole(words: str) -> int:
    return int(read_number(words) or 0)


def _yuan(found: re.Match[str]) -> int:
    return int((read_number(found[1]) or 0) * {"万": 10_000, "千": 1000, None: 1}[found[2]])
