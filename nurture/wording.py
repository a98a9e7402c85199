"""A journey in the words of people: what lets a lead set out, what each step does, which way leads where."""

from collections.abc import Iterable

from config.journey import END, Journey, Met, Start, Step, Those
from config.rules import Rules
from config.words import STAGE_LABELS
from leads.reach_facts import CHANNEL_LABELS

UNITS = {"m": "分钟", "h": "小时", "d": "天"}


def span_text(span: str) -> str:
    """3 天, 2 小时, 30 分钟."""
    return f"{span[:-1]} {UNITS[span[-1]]}"


def start_text(start: Start, *, rules: Rules) -> str:
    """What lets a lead set out, such as 下载资料以后."""
    if start.kind == "stage":
        return f"变成{_or(STAGE_LABELS[one] for one in start.stage)}以后"
    if start.kind == "score_at_least":
        return f"到 {start.score_at_least} 分以后"
    if start.kind == "own":
        return f"{_own(start.own, rules)}以后"
    if start.kind == "source":
        return f"从{_or(start.source)}来咨询以后"
    if start.kind == "behaviour":
        return f"{_or(_deed(kind, rules) for kind in start.behaviour)}以后"
    if start.kind == "silent_days":
        return f"{start.silent_days} 天没有动静以后"
    if start.kind == "event":
        return "报名活动以后" if start.event == "registered" else "参加活动以后"
    day = _or(start.holiday) if start.kind == "holiday" else rules.fields[start.date or ""].label
    return f"{day}{_offset(start.days)} {start.at}"


def step_text(step: Step, *, rules: Rules) -> str:
    """What one step does, in one line."""
    if step.kind == "send":
        return f"发{_or(CHANNEL_LABELS[one] for one in step.send)}「{step.content}」"
    if step.kind == "wait":
        lasting = span_text(step.wait or "0m")
        if step.until:
            return f"等他{_or(_deed(kind, rules) for kind in step.until)},最多 {lasting}"
        return f"等 {lasting}" + (f",到 {step.at}" if step.at else "")
    if step.kind == "day":
        return f"等到那天{_offset(step.day or 0)} {step.at or '10:00'}"
    if step.kind == "when" and step.when is not None:
        return f"{those_text(step.when, rules=rules)}吗?"
    if step.kind == "split":
        total = sum(step.split.values())
        return "分组:" + " / ".join(f"{name} {weight * 100 // total}%" for name, weight in step.split.items())
    if step.kind == "set" and step.set is not None:
        parts = [_own({key: (value,) for key, value in step.set.own.items()}, rules)] if step.set.own else []
        parts += [f"阶段={STAGE_LABELS[step.set.stage]}"] if step.set.stage else []
        parts += [f"记一次{_deed(step.set.behaviour, rules)}"] if step.set.behaviour else []
        return f"改:{'、'.join(parts)}"
    if step.kind == "tell":
        return f"告诉{'负责人' if step.tell == 'owner' else '市场'}" + (f":{step.text}" if step.text else "")
    return "交给销售" if step.kind == "give" else "结束"


def ways_text(journey: Journey, name: str, *, rules: Rules) -> list[tuple[str, str]]:
    """(on which condition, to which step) for every way that leads on from a step; "" where there is only one."""
    step = journey.find(name)
    if step.kind == "split":
        return [(target, target) for target in step.split]
    onward = journey.after(name)
    if step.otherwise is None:
        return [] if step.kind == "stop" else [("", onward)]
    yes, no = {"when": ("是", "不是"), "wait": ("有", "没有"), "day": ("到了", "已经过了")}[step.kind]
    return [(yes, onward), (no, step.otherwise)]


def end_text(journey: Journey, *, rules: Rules) -> str:
    """What ends the journey early; "" when nothing does."""
    told = [f"目标:{those_text(journey.goal, rules=rules)}"] if journey.goal is not None else []
    told += [f"{those_text(journey.exit, rules=rules)}就退出"] if journey.exit is not None else []
    return ";".join(told)


def those_text(those: Those, *, rules: Rules) -> str:
    """Which leads are meant, such as 培育中或新线索,40 分以上."""
    told = []
    if those.stage:
        told.append(_or(STAGE_LABELS[one] for one in those.stage))
    if those.grade:
        told.append(f"{_or(those.grade)} 级")
    if those.source:
        told.append(f"来自{_or(those.source)}")
    if those.score_at_least is not None:
        told.append(f"{those.score_at_least} 分以上")
    if those.score_below is not None:
        told.append(f"不到 {those.score_below} 分")
    if those.own:
        told.append(_own(those.own, rules))
    if those.owned is not None:
        told.append("有负责人" if those.owned else "没人负责")
    if isinstance(those, Met) and those.did:
        told.append(_or(_deed(kind, rules) for kind in those.did) + "过")
    return ",".join(told) or "所有线索"


def name_text(name: str) -> str:
    """A step's name as people read it."""
    return "结束" if name == END else name


def _offset(days: int) -> str:
    return f"前 {-days} 天" if days < 0 else f"后 {days} 天" if days else "当天"


def _own(own: dict[str, tuple[str, ...]], rules: Rules) -> str:
    labels = {key: rules.fields[key].label if key in rules.fields else key for key in own}
    return "、".join(f"{labels[key]}={_or(values)}" for key, values in own.items())


def _deed(kind: str, rules: Rules) -> str:
    known = rules.scoring.behaviours.get(kind)
    return known.label if known is not None else kind


def _or(words: Iterable[str]) -> str:
    return "或".join(words)
