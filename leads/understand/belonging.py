"""Where a number was sold: 0512… is 苏州, 1359400… is 重庆; for leads that name no city."""

import json
import zlib
from functools import cache
from importlib.resources import files

from leads.understand.phone import Phone
from leads.understand.place import city_of_code

FIRST = 1_300_000  # the seven digits that tell where a mobile number was sold begin here


def city_of_phone(phone: Phone) -> str:
    """The city of a Chinese number, "" when it is not known (400 numbers, foreign ones, new ranges).

    People keep their number when they move: this is a guess, for leads of which nothing better is known.
    """
    if phone.kind == "landline":
        return city_of_code(phone.local) or ""
    if phone.kind != "mobile" or len(phone.local) != 11:
        return ""
    names, cells = _table()
    at = 2 * (int(phone.local[:7]) - FIRST)
    return names[int.from_bytes(cells[at : at + 2], "little")] if 0 <= at < len(cells) else ""


@cache
def _table() -> tuple[list[str], bytes]:
    """City names, and two bytes for each seven digits; made by tests/make_mobile_cities.py."""
    raw = zlib.decompress((files(__package__) / "mobile_cities.z").read_bytes())
    head, _, cells = raw.partition(b"\n")
    return json.loads(head), cells
