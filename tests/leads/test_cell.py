"""One cell of a list as people fill it in: the number among remarks, 无 for nothing, a name with its job."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from config.rules import Rules, load_rules
from leads.imports.heading import Heading
from leads.imports.row import Directory, Flaw, Row, RowReader

ROOT = Path(__file__).parents[2]
CELLS: list[tuple[str, str, dict[str, Any]]] = json.loads((ROOT / "tests/data/cells.json").read_text("utf-8"))["cells"]
NOW = datetime(2026, 3, 18, 10, 20, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(scope="module")
def rules() -> Rules:
    return load_rules((ROOT / "config/templates/default/rules.yaml").read_text("utf-8"), "rules.yaml")


def read(line: dict[str, str], rules: Rules) -> Row | Flaw:
    heading = Heading(1, tuple(line), tuple(line), 2)
    return RowReader(heading, Directory({}, {}), source="展会", rules=rules, now=NOW).read(2, list(line.values()))


@pytest.mark.feature("B1", "Q1")
def test_cells_as_people_fill_them_in(rules: Rules) -> None:
    wrong = []
    for field, cell, want in CELLS:
        alone = field in ("phone", "email", "wechat") and cell != "同手机"
        row = read({field: cell} if alone else {field: cell, "phone": "13711112222"}, rules)
        if isinstance(row, Flaw):
            got: dict[str, Any] = {"bad": True}
        else:
            phones = [value for kind, value in row.pairs if kind == "phone" and value != "+8613711112222"]
            told = {"phones": phones, "budget": [row.budget_min or None, row.budget_max]}
            got = {key: told[key] if key in told else getattr(row, key, None) for key in want}
        if got != want:
            wrong.append(f"{field} {cell!r}: {want} != {got}")
    assert not wrong


def test_a_second_address_is_kept_beside_the_first(rules: Rules) -> None:
    row = read({"email": "zhangsan@163.com;lisi@163.com"}, rules)
    assert isinstance(row, Row)
    assert (row.email, row.also) == ("zhangsan@163.com", [["email", "lisi@163.com"]])
    assert row.pairs == (("email", "zhangsan@163.com"), ("email", "lisi@163.com"))


def test_a_number_that_nobody_answers_is_no_way_to_reach_the_person(rules: Rules) -> None:
    row = read({"phone": "13612345678(空号)"}, rules)
    assert row == Flaw(2, "电话「13612345678(空号)」旁边写着打不通")


def test_a_column_of_lines_of_business_is_the_leads_own_word(rules: Rules) -> None:
    row = read({"phone": "13612345678", "industry": "餐饮", "product": "洗碗机"}, rules)
    assert isinstance(row, Row)
    assert (row.industry, row.product) == ("餐饮", "洗碗机")
