"""What of a lead the odds may look at: only what was there before anybody knew how it would end.

Whatever grows while a lead is worked on (score, stage, enquiries, follow-ups, what rules demand at a later stage)
tells how the story went, not how it will go; a model that learned from it would look good and be wrong.
"""

import re
from zoneinfo import ZoneInfo

from config.rules import Rules
from leads.odds.model import Value
from store.tables import Lead

LABELS = {
    "source": "来源", "city": "城市", "industry": "行业", "product": "产品", "job": "职位", "budget": "预算",
    "mail": "邮箱", "number": "电话", "firm": "公司", "hour": "来的时间",
}  # fmt: skip
# Columns of a lead from which the traits are made. Every other column is known only later, or says nothing.
LOOKED_AT = frozenset({
    "source", "city", "industry", "product", "title", "budget_min", "budget_max", "email", "phone", "phone_flaw",
    "company", "created_at", "own",
})  # fmt: skip

_JOBS = (
    (r"董事|创始人|老板|总裁|总经理|厂长|院长|校长|CEO|CTO|CFO|COO|[一-龥]总$", "负责人"), (r"总监", "总监"),
    (r"经理", "经理"), (r"采购", "采购"), (r"主任|部长|处长|科长|主管|组长", "主管"), (r"工程师|技术|研发", "技术"),
)  # fmt: skip
_FREE_MAIL = ("qq.com", "163.com", "126.com", "foxmail.com", "sina.com", "sohu.com", "139.com", "189.cn", "gmail.com",
              "hotmail.com", "outlook.com", "yeah.net", "aliyun.com", "icloud.com", "yahoo.com")  # fmt: skip
_WORK = range(9, 18)


def traits_of(lead: Lead, *, rules: Rules) -> dict[str, Value]:
    """What was known of a lead, as answers (text) and amounts (yuan); None: not known. Own fields are `own.<key>`."""
    budget = lead.budget_max if lead.budget_max is not None else lead.budget_min
    found: dict[str, Value] = {
        "source": lead.source or None,
        "city": lead.city or None,
        "industry": lead.industry or None,
        "product": lead.product or None,
        "job": _job(lead.title),
        "budget": float(budget) if budget is not None else None,
        "mail": _mail(lead.email),
        "number": _number(lead),
        "firm": "有" if lead.company else None,
        "hour": _hour(lead, rules.zone),
    }
    for key, field in rules.fields.items():
        if field.type in ("select", "number") and not field.personal and field.required_at in (None, "mql"):
            value = (lead.own or {}).get(key)
            found[f"own.{key}"] = None if value in (None, "") else value if field.type == "select" else float(value)
    return found


def label_of(trait: str, *, rules: Rules) -> str:
    """A trait as people say it."""
    key = trait.removeprefix("own.")
    return LABELS.get(trait) or (rules.fields[key].label if key in rules.fields else key)


def told(value: Value) -> str:
    """A trait's value as people say it; "没填" for none."""
    if value is None:
        return "没填"
    if isinstance(value, float):
        return f"{value / 10_000:g} 万" if value >= 10_000 else f"{value:g}"
    return value


def _job(title: str) -> str | None:
    if not title:
        return None
    return next((job for pattern, job in _JOBS if re.search(pattern, title, re.IGNORECASE)), "其他")


def _mail(email: str) -> str | None:
    if not email:
        return None
    return "个人邮箱" if email.rpartition("@")[2].lower() in _FREE_MAIL else "公司邮箱"


def _number(lead: Lead) -> str | None:
    if not lead.phone:
        return None
    if lead.phone_flaw:
        return "打不通"
    return "手机" if re.fullmatch(r"\+861[3-9]\d{9}", lead.phone) else "座机或国外"


def _hour(lead: Lead, zone: ZoneInfo) -> str:
    came = lead.created_at.astimezone(zone)
    if came.weekday() >= 5:
        return "周末"
    return "上班时间" if came.hour in _WORK else "下班以后"
