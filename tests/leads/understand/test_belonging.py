"""Where a number was sold agrees with the data it was made from, and is found without loading that."""

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from leads.understand.belonging import city_of_phone
from leads.understand.phone import normal_phone


@pytest.mark.feature("C2")
@pytest.mark.parametrize(
    ("number", "city"),
    [
        ("13594000001", "重庆"),
        ("023-67891234", "重庆"),
        ("0512-65566778", "苏州"),
        ("400-820-8820", ""),
        ("+852 9123 4567", ""),
    ],
)
def test_a_number_belongs_to_a_city(number: str, city: str) -> None:
    phone = normal_phone(number)
    assert phone is not None and city_of_phone(phone) == city


def test_a_thousand_numbers_agree_with_the_geocoder_s_data() -> None:
    spec = find_spec("phonenumbers")
    assert spec is not None and spec.origin is not None
    lines = (Path(spec.origin).parent / "geodata" / "data20.py").read_text("utf-8").splitlines()
    row = re.compile(r"'86(1\d{6})'.*'zh': u\('([^']+)'\)")
    rows = [found.groups() for line in lines if (found := row.search(line))][::10]
    assert len(rows) > 500
    wrong = []
    for prefix, place in rows:
        phone = normal_phone(prefix + "1234")
        city = city_of_phone(phone) if phone is not None else ""
        name = place.encode().decode("unicode_escape") if "\\u" in place else place
        if not city or city not in name:
            wrong.append((prefix, name, city))
    assert len(wrong) < 0.02 * len(rows), wrong[:10]


def test_the_geocoder_itself_is_never_loaded() -> None:
    code = (
        "import sys; from leads.understand.belonging import city_of_phone as c; from leads.understand.phone import "
        "normal_phone as n; c(n('13594000001')); sys.exit('phonenumbers.geodata' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
