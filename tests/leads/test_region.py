"""A region is districts, cities or provinces under a name of the company's own."""

import pytest

from leads.region import lies_in
from leads.understand.place import district_in

REGIONS = {"渝西片区": ("永川区", "江津区"), "华东": ("上海", "江苏", "浙江省"), "主城": ("渝中区", "渝北区")}


@pytest.mark.feature("E1")
@pytest.mark.parametrize(
    ("city", "named", "inside"),
    [
        ("重庆市永川区", "渝西片区", True),
        ("永川", "渝西片区", True),
        ("重庆市渝中区", "渝西片区", False),
        ("重庆", "渝西片区", False),
        ("昆山", "华东", True),
        ("浙江省杭州市余杭区", "华东", True),
        ("合肥", "华东", False),
        ("重庆市渝北区", "主城", True),
        ("重庆市渝北区", "重庆", True),
        ("江津", "重庆", True),
        ("成都市", "四川", True),
        ("", "华东", False),
    ],
)
def test_a_place_lies_in_its_region(city: str, named: str, inside: bool) -> None:
    assert lies_in(city, district_in(city), [named], regions=REGIONS) is inside
