"""A journey said in one sentence (下载白皮书后等2天发案例,再等3天没打开就让销售联系) as its steps, by rules alone."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from config.journey import Journey
from config.rules import Rules
from leads.errors import Unusable
from leads.understand.number import read_number

CLAUSE = re.compile(r"[,，。;；、\n]+|(?=再等)|(?=然后)|(?=没(?:有)?(?:打开|点|回))")
DAYS = re.compile(r"(\d+|[一二两三四五六七八九十]+|半)\s*(个?小时|个?钟头|分钟|天|日|个?星期|周|个?月)")
UNIT = {"分": ("m", 1), "小": ("h", 1), "钟": ("h", 1), "天": ("d", 1), "日": ("d", 1), "星": ("d", 7), "周": ("d", 7),
        "月": ("d", 30)}  # fmt: skip
CHANNELS = (
    ("短信", "sms"),
    ("公众号", "mp"),
    ("微信客服", "kf"),
    ("客服", "kf"),
    ("群发", "mass"),
    ("企业微信", "mass"),
    ("微信", "mass"),
    ("邮件", "mail"),
    ("邮箱", "mail"),
)
DEEDS = (
    ("下载", "download"), ("报价", "price"), ("价格", "price"), ("浏览", "visit"), ("访问", "visit"), ("回复", "reply"),
    ("打开", "open"), ("点击", "click"), ("点了", "click"), ("关注", "follow"), ("扫码", "scan"), ("参加", "event"),
)  # fmt: skip
STAGES = (("沉睡", "dormant"), ("培育", "nurturing"), ("赢单", "won"), ("成交", "won"), ("输单", "lost"))
SALES = re.compile(r"(?:让|交给|转给|给|请|通知)(?:销售|业务|顾问)")
NO_DEED = re.compile(r"(?:没有?|不|未)(?:再)?(?:打开|点开?|回复?|看|反应|动静)")
HELP = "像这样说:旅程 新建 下载白皮书后等2天发案例,再等3天没打开就让销售联系"


@dataclass(frozen=True)
class Draft:
    """What was understood: the journey, its name in the rules, and what the sentence left open."""

    name: str
    journey: Journey
    plain: Mapping[str, Any]
    doubts: tuple[str, ...] = ()


def read_journey(sentence: str, *, contents: Mapping[str, str], taken: set[str], rules: Rules) -> Draft:
    """Read a sentence. `contents`: title → name of what the library has; `taken`: names of journeys that there are.

    Raises Unusable with what was not understood, and an example.
    """
    words = re.sub(r"\s+", "", sentence)
    start, rest = _start(words, rules)
    doubts: list[str] = []
    steps: list[dict[str, Any]] = []
    for clause in (one for one in CLAUSE.split(rest) if one and one.strip("后就再然")):
        steps += _clause(clause, contents, rules, doubts)
    steps = _joined(steps)
    if not any("send" in step or "give" in step or "tell" in step for step in steps):
        raise Unusable(f"没看懂这个旅程要做什么。{HELP}")
    number = next(n for n in range(1, 1000) if f"journey_{n}" not in taken)
    plain = {"label": words[:20], "start": start, "steps": steps}
    if start.keys() & {"behaviour", "source"}:
        plain["only"] = {"stage": ["new", "nurturing"]}
    try:
        return Draft(f"journey_{number}", Journey.model_validate(plain), plain, tuple(doubts))
    except ValidationError as error:
        raise Unusable(f"这个旅程画不出来({error.errors()[0]['msg']})。{HELP}") from None


def _start(words: str, rules: Rules) -> tuple[dict[str, Any], str]:
    """What lets leads set out, and the rest of the sentence."""
    found = re.match(r"(.{1,30}?)(?:以后|之后|后|的(?:人|客户|线索)|时),?", words)
    said, rest = (found[1], words[found.end() :]) if found else ("", words)
    if silent := re.search(r"(\d+)天(?:没有?|无)(?:动静|反应|联系|互动|消息|来往)", words):
        return {"silent_days": max(int(silent[1]), 7)}, re.sub(
            r"^(?:的(?:人|客户|线索)|以后|之后|后)", "", words[silent.end() :]
        )
    if points := re.search(r"(?:到|满|超过)(\d+)分", said):
        return {"score_at_least": int(points[1])}, rest
    for word, stage in STAGES:
        if word in said:
            return {"stage": [stage]}, rest
    if "报名" in said:
        return {"event": "registered"}, rest
    for label, kind in ((one.label, kind) for kind, one in rules.scoring.behaviours.items()):
        if label in said:
            return {"behaviour": [kind]}, rest
    for word, kind in DEEDS:
        if word in said and kind in rules.scoring.behaviours:
            return {"behaviour": [kind]}, rest
    if source := re.search(r"(?:从|来自)(.{1,12}?)(?:来|进来|咨询|$)", said):
        return {"source": [source[1]]}, rest
    raise Unusable(f"没看懂什么样的客户上路(例如「下载资料后」「90天没动静的」「到40分后」)。{HELP}")


def _clause(clause: str, contents: Mapping[str, str], rules: Rules, doubts: list[str]) -> list[dict[str, Any]]:
    """The steps of one part of the sentence."""
    steps: list[dict[str, Any]] = []
    if (lasting := _lasting(clause)) is not None:
        steps.append({"wait": lasting})
    if NO_DEED.search(clause):
        steps.append({"unless": [kind for kind in ("open", "click") if kind in rules.scoring.behaviours]})
    if sent := re.search(r"(?:发|推送|寄)(?:一?[条封个份篇])?(.{0,20})", clause):
        steps.append(_send(sent[1], clause, contents, rules, doubts))
    elif SALES.search(clause):
        steps.append({"give": "sales", "text": clause[-40:]})
    elif re.search(r"(?:告诉|通知|提醒)(?:我|市场)", clause):
        steps.append({"tell": "marketing", "text": clause[:100]})
    return steps


def _send(said: str, clause: str, contents: Mapping[str, str], rules: Rules, doubts: list[str]) -> dict[str, Any]:
    channel = next((name for word, name in CHANNELS if word in clause), "mail")
    wanted = re.sub("|".join(["给(?:他|客户|她|他们)", *(word for word, _ in CHANNELS)]), "", said).strip(
        "给他一个条的"
    )
    title = next((one for one in contents if wanted and (wanted in one or one in wanted)), None)
    if title is None:
        doubts.append(f"素材库里没有「{wanted or '要发的内容'}」,先写好再启动")
    topic = next(iter(rules.nurture.topics.values())).label
    return {"send": channel, "content": contents[title] if title else wanted or "?", "topic": topic}


def _lasting(clause: str) -> str | None:
    found = DAYS.search(clause)
    if found is None or ("等" not in clause and not re.search(r"后", clause[found.end() : found.end() + 2])):
        return None
    letter, times = UNIT[found[2].lstrip("个")[0]]
    count = int(found[1]) if found[1].isdigit() else int(read_number(found[1]) or 1)
    return f"{count * times}{letter}"


def _joined(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A wait before "if nothing was opened" waits for just that; what follows is then the other way."""
    found: list[dict[str, Any]] = []
    for step in steps:
        if "unless" not in step:
            found.append(step)
            continue
        number = sum("otherwise" in one for one in found) + 1
        wait = found.pop()["wait"] if found and found[-1].keys() == {"wait"} else "3d"
        found.append({"wait": wait, "until": step["unless"], "otherwise": f"no_{number}"})
        found.append({"stop": True})
        found.append({"named": f"no_{number}"})
    joined: list[dict[str, Any]] = []
    name: str | None = None
    for step in found:
        if "named" in step:
            name = step["named"]
            continue
        joined.append({"name": name, **step} if name is not None else step)
        name = None
    if name is not None:
        joined.append({"name": name, "stop": True})
    return joined
