"""The list of colleagues is read as Excel saves it, and every slip in it is told with its line."""

from pathlib import Path

import pytest

from config.document import BadDocument
from config.members import MemberRow, read_members

HEAD = "id,name,role,team,wecom,dingtalk,mobile,email,regions,industries,products,capacity,weight"
SOME = f"{HEAD}\nwl,王磊,rep,华东,WangLei,,13800138000,wl@example.com,上海;杭州； 苏州,机械,,30,2\ncj,陈静,manager\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the list is written."""
    return tmp_path / "members.csv"


def refusals(path: Path, text: str) -> list[str]:
    """The lines with which a list is refused, without the folder's path."""
    path.write_text(text, "utf-8")
    with pytest.raises(BadDocument) as refused:
        read_members(path)
    return str(refused.value).replace(f"{path.parent}/", "").splitlines()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_list_is_read_in_every_encoding_that_excel_saves(path: Path, encoding: str, end: str) -> None:
    path.write_bytes(SOME.replace("\n", end).encode(encoding))
    assert read_members(path) == [
        MemberRow(
            line=2, id="wl", name="王磊", role="rep", team="华东", wecom="WangLei", mobile="13800138000",
            email="wl@example.com", regions=("上海", "杭州", "苏州"), industries=("机械",), capacity=30, weight=2,
        ),
        MemberRow(line=3, id="cj", name="陈静", role="manager"),
    ]  # fmt: skip


def test_values_for_the_store_are_plain(path: Path) -> None:
    path.write_text(SOME, "utf-8")
    values = read_members(path)[0].values()
    assert "line" not in values and values["regions"] == ["上海", "杭州", "苏州"] and values["dingtalk"] is None


def test_no_file_an_empty_file_and_comments_alone_are_nobody(path: Path) -> None:
    assert read_members(path) == []
    for text in ("", "\n\n", "# 还没有人\n", f"{HEAD}\n", f"{HEAD}\n# wl,王磊,rep\n"):
        path.write_text(text, "utf-8")
        assert read_members(path) == []


def test_blank_lines_and_comments_are_skipped_but_lines_are_counted_as_editors_do(path: Path) -> None:
    lines = refusals(path, f"# 名单\n\n{HEAD}\n\n# 华东\nwl,王磊,rep\n   \ncj,陈静,boss\n")
    assert lines == ["members.csv:8:1: role: is 'boss'; allowed: rep, manager, marketing, admin"]


def test_columns_may_stand_in_any_order_and_be_left_out(path: Path) -> None:
    path.write_text(" role , name,id,wecom\nrep, 王磊 ,wl, wl \nrep,李娜,ln\n", "utf-8")
    assert [(row.id, row.name, row.wecom) for row in read_members(path)] == [("wl", "王磊", "wl"), ("ln", "李娜", None)]


def test_a_quoted_comma_belongs_to_its_value(path: Path) -> None:
    path.write_text('id,name,role,team\nwl,王磊,rep,"华东,一组"\n', "utf-8")
    assert read_members(path)[0].team == "华东,一组"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("id,name\nwl,王磊\n", ["members.csv:1:1: role: this column is missing"]),
        ("编号,name,role\nwl,王磊,rep\n", [":1:1: 编号: unknown column; allowed: id, name", "1:1: id: this"]),
        ("id,name,role\n,王磊,rep\nln,,rep\n", [":2:1: id: must not be empty", ":3:1: name: must not be"]),
        ("id,name,role\nwl,王磊,\n", ["members.csv:2:1: role: is ''; allowed: rep, manager, marketing, admin"]),
        ("id,name,role\nwl,王磊,销售\n", ["members.csv:2:1: role: is '销售'; allowed: rep, manager"]),
        ("id,name,role\nwl,王磊,rep\nWL,李娜,rep\n", [":3:1: id: 'WL' stands in line 2 already; each must"]),
        ("id,name,role,wecom\na,甲,rep,W1\nb,乙,rep,w1\n", ["members.csv:3:1: wecom: 'w1' stands in line 2 already"]),
        ("id,name,role,dingtalk\na,甲,rep,9\nb,乙,rep,9\n", [":3:1: dingtalk: '9' stands in line 2 already"]),
        ("id,name,role,capacity\na,甲,rep,many\n", ["members.csv:2:1: capacity: is 'many'; a whole number is needed"]),
        ("id,name,role,weight\na,甲,rep,-1\n", ["members.csv:2:1: weight: is '-1'; a whole number is needed"]),
        ("id,name,role,regions\na,甲,rep,上海,杭州\n", ["members.csv:2:1: has 5 values for 4 columns; inside a"]),
    ],
)  # fmt: skip
def test_a_slip_is_told_with_its_line_and_cure(path: Path, text: str, lines: list[str]) -> None:
    found = refusals(path, text)
    assert len(found) == len(lines) and all(part in line for part, line in zip(lines, found, strict=True))


def test_empty_cells_at_the_end_of_a_line_do_not_hurt(path: Path) -> None:
    path.write_text("id,name,role\nwl,王磊,rep,,,\n", "utf-8")
    assert [row.id for row in read_members(path)] == ["wl"]


def test_all_slips_are_told_at_once(path: Path) -> None:
    assert len(refusals(path, "id,name,role,weight\n,甲,rep,1\nb,乙,boss,1\nc,丙,rep,x\nd,丁,rep,1\nd,戊,rep,1\n")) == 4


def test_two_people_without_an_account_are_no_doubles(path: Path) -> None:
    path.write_text("id,name,role,wecom\na,甲,rep,\nb,乙,rep,\n", "utf-8")
    assert [row.wecom for row in read_members(path)] == [None, None]


def test_a_weight_of_nothing_counts_as_one_and_a_capacity_of_nothing_is_kept(path: Path) -> None:
    path.write_text("id,name,role,capacity,weight\na,甲,rep,0,0\nb,乙,rep,,\n", "utf-8")
    assert [(row.capacity, row.weight) for row in read_members(path)] == [(0, 1), (None, 1)]
