"""Makes leads/understand/mobile_cities.z anew from the geocoding data of phonenumbers (facts, Apache-2.0).

Run after an upgrade of phonenumbers: python tests/make_mobile_cities.py
"""

import json
import re
import struct
import zlib
from importlib import import_module
from pathlib import Path

from leads.understand.place import city_named, district_name, is_place, starts_with_place

TARGET = Path(__file__).parent.parent / "leads" / "understand" / "mobile_cities.z"
FIRST, LAST = 1_300_000, 2_000_000  # the seven digits that tell where a mobile number was sold
RENAMED = {"襄樊市": "襄阳市", "莱芜市": "济南市"}
CHUNKS = range(14, 28)  # where the package keeps the numbers of +86


def city_of(description: str) -> str:
    """重庆市 is 重庆, 江苏省常州市 is 常州; "" for what names no city."""
    length = starts_with_place(description)
    place = description[length:] if length < len(description) else description
    place = RENAMED.get(place, place)
    short = re.sub(r"(?:市|地区|盟|林区)$", "", district_name(place))
    for name in (place, short, short + "州"):
        if is_place(name) and is_place(found := city_named(name)):
            return found
    return ""


def main() -> None:
    """Write the table: a line of city names, then two bytes for each seven digits."""
    found: dict[str, str] = {}
    for number in CHUNKS:
        data = import_module(f"phonenumbers.geodata.data{number}").data
        found |= {prefix[2:]: names["zh"] for prefix, names in data.items() if prefix[:3] == "861" and "zh" in names}
    where: dict[int, str] = {}
    for prefix in sorted(found, key=len):  # the longer one, which says more, comes later
        if 4 <= len(prefix) <= 7:
            first, many = int(prefix.ljust(7, "0")), 10 ** (7 - len(prefix))
            where |= dict.fromkeys(range(first, first + many), found[prefix])
    cities = {description: city_of(description) for description in set(where.values())}
    missing = sorted(description for description, city in cities.items() if not city)
    print(f"{len(where)} numbers, {len(cities)} places, without a city: {missing}")  # noqa: T201
    names = ["", *sorted({city for city in cities.values() if city})]
    index = {city: number for number, city in enumerate(names)}
    cells = [index[cities[where[n]]] if n in where else 0 for n in range(FIRST, LAST)]
    body = json.dumps(names, ensure_ascii=False).encode() + b"\n" + struct.pack(f"<{len(cells)}H", *cells)
    TARGET.write_bytes(zlib.compress(body, 9))
    print(f"{TARGET.stat().st_size} bytes")  # noqa: T201


if __name__ == "__main__":
    main()
