"""What a column of a list holds, told by its cells where its heading says nothing."""

import re
from collections.abc import Sequence

from leads.understand.contact import normal_email
from leads.understand.phone import normal_phone
from leads.understand.surname import looks_like_name

SAMPLED = 200  # cells by which a column is judged
MOSTLY = 0.6


def content_field(cells: Sequence[str]) -> str | None:
    """What a column without a known heading holds, told by its cells; only what is beyond doubt."""
    filled = [cell for cell in cells if cell][:SAMPLED]
    if not filled:
        return None
    for field, test in (("phone", _is_phone), ("email", lambda cell: normal_email(cell) is not None)):
        if sum(map(test, filled)) >= max(len(filled) * MOSTLY, 1):
            return field
    if (
        len(filled) >= 3
        and sum(bool(re.search(r"(有限)?公司$|集团$|工厂$|研究院$", c)) for c in filled) >= len(filled) * MOSTLY
    ):
        return "company"
    if len(filled) >= 3 and sum(looks_like_name(cell, strict=True) for cell in filled) >= len(filled) * 0.8:
        return "name"
    return None


def _is_phone(cell: str) -> bool:
    phone = normal_phone(cell) if 7 <= len(cell) <= 30 else None
    return phone is not None and phone.valid


def is_data(cell: str) -> bool:
    """A cell that no heading looks like: a number of six digits or an address."""
    return "@" in cell or (len(cell) >= 6 and (cell.isdigit() or sum(c.isdigit() for c in cell) >= 6))


def reaches_somebody(cell: str) -> bool:
    """A cell that is a phone number or an address and nothing else."""
    return normal_email(cell) is not None or _is_phone(cell)
