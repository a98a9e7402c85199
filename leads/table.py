"""Leads as a table that leaves the house: the columns that an import reads again, with numbers in full."""

from datetime import datetime
from zoneinfo import ZoneInfo

from config.rules import Rules
from config.words import STAGE_LABELS
from leads.mask import masked_text, said, shown_phone
from leads.own import shown_own
from store.tables import Lead

COLUMNS = (
    "编号", "姓名", "职位", "公司", "城市", "电话", "邮箱", "微信", "需求", "预算下限", "预算上限", "来源", "阶段",
    "负责人", "线索池", "评分", "等级", "咨询次数", "下一步", "下次跟进", "创建时间",
)  # fmt: skip


def columns_of(rules: Rules) -> tuple[str, ...]:
    """The headings: what every lead has, then the company's own fields that are shown in tables."""
    return (*COLUMNS, *(field.label for field in rules.fields.values() if "export" in field.show))


def row_of(lead: Lead, names: dict[str, str], *, reveal: bool = True, rules: Rules) -> list[str]:
    """One lead as text cells; `names` are the members' names by id, instants are in the company's zone.

    Without `reveal` no way to reach the person is left in any cell.
    """
    own = {key: text for key, _, text in shown_own(lead, reveal=reveal, rules=rules)}
    pool = rules.pools[lead.pool].label if lead.pool in rules.pools else lead.pool
    return [
        lead.no, *(said(text, reveal=reveal) for text in (lead.name, lead.title, lead.company, lead.city)),
        shown_phone(lead.phone, reveal=reveal), lead.email if reveal else masked_text(lead.email),
        lead.wechat if reveal else masked_text(lead.wechat), said(lead.need, reveal=reveal),
        _number(lead.budget_min), _number(lead.budget_max), said(lead.source, reveal=reveal), STAGE_LABELS[lead.stage],
        names.get(lead.owner_id or "", lead.owner_id or ""), "" if lead.owner_id else pool, str(lead.score), lead.grade,
        str(lead.enquiries), said(lead.next_step, reveal=reveal),
        _at(lead.next_step_at, rules.zone), _at(lead.created_at, rules.zone),
        *(own.get(key, "") for key, field in rules.fields.items() if "export" in field.show),
    ]  # fmt: skip


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def _at(value: datetime | None, zone: ZoneInfo) -> str:
    return f"{value.astimezone(zone):%Y-%m-%d %H:%M}" if value is not None else ""
