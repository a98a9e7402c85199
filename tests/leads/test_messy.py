"""Whole lists as companies have them: a cover before the list, two tables in one file, a quote nobody closed."""

import io
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from config.rules import Rules, load_rules
from leads.errors import BadFile
from leads.imports.row import Directory, Row
from leads.imports.source import Options, open_list

RULES = Path(__file__).parents[2] / "config/templates/default/rules.yaml"
NOW = datetime(2026, 3, 18, 10, 20, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(scope="module")
def rules() -> Rules:
    return load_rules(RULES.read_text("utf-8"), "rules.yaml")


def rows(content: bytes | str, rules: Rules, *, name: str = "名单.csv") -> list[Row]:
    body = content if isinstance(content, bytes) else content.encode()
    source = open_list(name, body, {}, Options(source="展会"), Directory({}, {}), rules=rules, now=NOW)
    return [row for row, _ in source.rows() if isinstance(row, Row)]


def workbook(sheets: dict[str, list[list[object]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for title, lines in sheets.items():
        sheet = book.create_sheet(title)
        for line in lines:
            sheet.append(line)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def test_a_cover_before_the_list_is_turned_over(rules: Rules) -> None:
    book = workbook({"填写说明": [["本表由市场部填写,请勿改动"]], "名单": [["姓名", "手机"], ["赵一", "13911110001"]]})
    assert [row.name for row in rows(book, rules, name="名单.xlsx")] == ["赵一"]


def test_a_better_table_below_does_not_swallow_the_one_above(rules: Rules) -> None:
    two = "姓名,手机\n施一,13911110001\n\n公司名称,联系电话,城市\n张家公司,13911110002,北京\n"
    with pytest.raises(BadFile, match=r"第 1 行和第 4 行都是表头:文件里有两张表"):
        rows(two, rules)


def test_notes_above_the_headings_are_no_table(rules: Rules) -> None:
    noted = "客户登记表,,\n联系人,王芳,电话 13911119999\n填表日期,2026-03-01,\n姓名,手机,城市\n施一,13911110001,北京\n"
    assert [(row.name, row.city) for row in rows(noted, rules)] == [("施一", "北京")]


def test_a_quote_that_nobody_closed_loses_no_row(rules: Rules) -> None:
    with pytest.raises(BadFile, match="第 3 行的引号没有配对"):
        rows('姓名,手机,备注\n柏一,13911110001,19"显示器\n水二,13911110002,"没关\n窦三,13911110003,x\n', rules)


def test_a_quoted_last_cell_without_a_line_end_is_whole(rules: Rules) -> None:
    assert [row.need for row in rows('姓名,手机,备注\n柏一,13911110001,"两行\n备注"', rules)] == ["两行\n备注"]


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("First Name,Last Name,Phone\nAnn,Lee,13911110001\n", [("Ann Lee", "+8613911110001")]),
        ("姓,名,手机\n欧阳,修,13911110001\n", [("欧阳修", "+8613911110001")]),
        (
            "联系人,公司\n陶一 13911110001,甲厂\n姜二/13911110002,乙厂\n",
            [("陶一", "+8613911110001"), ("姜二", "+8613911110002")],
        ),
        (
            "13911110001,许一\n13911110002,张二\n13911110003,李三\n",
            [("许一", "+8613911110001"), ("张二", "+8613911110002"), ("李三", "+8613911110003")],
        ),
    ],
)
def test_where_the_name_stands(text: str, people: list[tuple[str, str]], rules: Rules) -> None:
    assert [(row.name, row.phone) for row in rows(text, rules)] == people


def test_a_column_of_colleagues_is_not_taken_for_the_customers_names(rules: Rules) -> None:
    lines = ["公司,手机,主管", *(f"第{n}机床厂,1391111000{n},王磊" for n in range(4))]
    assert {row.name for row in rows("\n".join(lines), rules)} == {""}
