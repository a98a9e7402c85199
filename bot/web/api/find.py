"""Which leads a program asks for: its filters as conditions, and every source of the leads it gets."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, false, func, select, type_coerce
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import col

from config.field import OwnField
from config.rules import Rules
from leads.duplicates import company_grams, phone_key
from leads.errors import Unusable
from leads.own import key_of, read_own
from store.tables import CompanyGram, Enquiry, Identity, Lead
from store.tx import Tx

_CONDITION = re.compile(r"([^<>=]{1,40}?)\s*(>=|<=|=)\s*(.+)")


def has_phone(tx: Tx, text: str) -> ColumnElement[bool]:
    """Leads reached by this number, also those that have it beside their first one."""
    key = phone_key(text)
    if key is None:
        return false()
    return col(Lead.id).in_(
        select(col(Identity.lead_id)).where(
            col(Identity.corp) == tx.corp,
            col(Identity.kind) == "phone",
            col(Identity.hash) == tx.keys.blind("phone", key),
        )
    )


def same_company(tx: Tx, name: str) -> ColumnElement[bool]:
    """Leads of a company of exactly this name; blanks, brackets, width and case do not count.

    Its pieces find the few leads that are looked at closely, however many there are.
    """
    column: Any = func.lower(col(Lead.company))
    for written, meant in ((" ", ""), ("\u3000", ""), ("\uff08", "("), ("\uff09", ")")):
        column = func.replace(column, written, meant)
    even = "".join(unicodedata.normalize("NFKC", name).split()).lower()
    found: ColumnElement[bool] = column == even
    if not (grams := company_grams(name)):
        return found  # no name that companies have
    whole = select(col(CompanyGram.lead_id)).where(col(CompanyGram.corp) == tx.corp, col(CompanyGram.gram) == grams[0])
    return and_(col(Lead.id).in_(whole), found)


def holds(tx: Tx, words: str, *, rules: Rules, now: datetime) -> list[ColumnElement[bool]]:
    """Leads whose own fields meet every condition of area>=100;decider=是; raises Unusable, naming what is wrong.

    = asks for the value (one of several where several can be chosen), >= and <= compare numbers and days.
    """
    found = []
    for part in words.split(";"):
        match = _CONDITION.fullmatch(part.strip())
        if match is None:
            raise Unusable(f"fields:「{part[:40]}」看不懂,要写成 字段=值、字段>=值 或 字段<=值,多个用 ; 隔开。")
        name, sign, value = match.groups()
        key = key_of(name, rules=rules)
        read = read_own({name: value}, rules=rules, now=now)
        if key is None or rules.fields[key].personal:
            raise Unusable(f"fields:「{name[:20]}」是个人信息,加密存放,不能用来筛选。")
        found.append(_holds(tx, key, rules.fields[key], sign, read.plain[key]))
    return found


def _holds(tx: Tx, key: str, field: OwnField, sign: str, value: Any) -> ColumnElement[bool]:
    column: Any = col(Lead.own)
    if sign != "=":
        if field.type not in ("number", "date"):
            raise Unusable(f"fields:「{field.label}」不是数字或日期,只能用 =。")
        held = column[key].as_float() if field.type == "number" else column[key].as_string()
        found: ColumnElement[bool] = held >= value if sign == ">=" else held <= value
        return found
    listed = value if isinstance(value, list) else [value]
    if tx.dialect == "postgresql":  # through the index on what the fields hold
        column = type_coerce(column, JSONB)
        return and_(*(column.contains({key: [one] if field.type == "multi" else one}) for one in listed))
    each = func.json_each(column, f'$."{key}"').table_valued("value", name="held")
    return and_(*(exists(select(1).select_from(each).where(each.c.value == one)) for one in listed))


_SOURCES = (
    select(col(Enquiry.lead_id), col(Enquiry.source))
    .where(col(Enquiry.corp) == bindparam("corp"), col(Enquiry.lead_id).in_(bindparam("lead_ids", expanding=True)))
    .order_by(col(Enquiry.id))
)


async def sources_of(tx: Tx, lead_ids: Sequence[int]) -> dict[int, list[str]]:
    """The sources of these leads' enquiries, the first touch first, each once; one query for a whole page."""
    if not lead_ids:
        return {}
    found: dict[int, dict[str, None]] = {lead_id: {} for lead_id in lead_ids}
    for lead_id, source in await tx.rows(_SOURCES, lead_ids=tuple(lead_ids)):
        found[lead_id][source] = None
    return {lead_id: list(names) for lead_id, names in found.items()}
