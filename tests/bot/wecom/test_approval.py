"""Forms of WeCom's 审批: what is filled into which control, what is refused, and what a form's detail means."""

import pytest

from bot.platform import SendRefused
from bot.wecom.approval import Control, contents_of, controls_of, found_in

TEXT, MONEY = Control("Text-1", "编号", "Text", True), Control("Money-1", "金额", "Money", True)
RATE, NOTE = Control("Number-1", "优惠", "Number", False), Control("item-1", "备注", "Textarea", False)
DATE = Control("Date-1", "日期", "Date", False)
FORM = [TEXT, MONEY, RATE, NOTE, DATE]


@pytest.mark.parametrize(
    ("values", "filled"),
    [
        ({"编号": "A3 Q2", "金额": "¥224,400"}, {"Text-1": {"text": "A3 Q2"}, "Money-1": {"new_money": "224400"}}),
        ({"Text-1": "A3", "金额": "¥1,280.50"}, {"Text-1": {"text": "A3"}, "Money-1": {"new_money": "1280.50"}}),
        (
            {"编号": "A3", "金额": "¥1", "优惠": "12.5%(相机减了 15%)", "备注": "a"},
            {"Text-1": {"text": "A3"}, "Money-1": {"new_money": "1"}, "Number-1": {"new_number": "12.5"},
             "item-1": {"text": "a"}},
        ),
        ({"编号": "A3", "金额": "¥1", "优惠": "—"}, {"Text-1": {"text": "A3"}, "Money-1": {"new_money": "1"}}),
    ],
)  # fmt: skip
def test_each_control_gets_a_value_of_its_kind(values, filled):
    contents = contents_of(FORM, values)
    assert {one["id"]: one["value"] for one in contents} == filled
    kinds = {control.id: control.kind for control in FORM}
    assert all(one["control"] == kinds[one["id"]] for one in contents)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"编号": "A3", "总额": "¥1"}, "没有控件「总额」,有的是:编号、金额、优惠、备注、日期"),
        ({"编号": "A3"}, "必填控件「金额」没有内容"),
        ({"编号": "A3", "金额": "—"}, "必填控件「金额」没有内容"),
        ({"编号": "A3", "金额": "¥1", "日期": "明天"}, "控件「日期」是 Date"),
    ],
)
def test_what_does_not_fit_is_named(values, said):
    with pytest.raises(SendRefused, match=said.split("」")[0]):
        contents_of(FORM, values)


def test_the_fields_of_a_template_are_read_by_their_chinese_names():
    titles = [{"text": "No.", "lang": "en"}, {"text": "编号", "lang": "zh_CN"}]
    shown = {"control": "Text", "id": "Text-1", "title": titles, "require": 1, "un_print": 0}
    assert controls_of({"controls": [{"property": shown, "config": {}}]}) == [TEXT]
    assert controls_of({}) == []


def step(who, status, at, speech=""):
    return {"approver": {"userid": who}, "speech": speech, "sp_status": status, "sptime": at, "media_id": []}


@pytest.mark.parametrize(
    ("status", "state"),
    [(1, "open"), (2, "agreed"), (3, "refused"), (4, "ended"), (6, "withdrawn"), (7, "ended"), (10, "agreed"),
     (99, "open"), (0, "open")],
)  # fmt: skip
def test_a_form_is_as_far_as_its_status_says(status, state):
    assert found_in({"sp_status": status}).state == state


def test_the_last_word_is_who_said_it_last_and_handing_on_is_none():
    record = [
        {"sp_status": 2, "approverattr": 1, "details": [step("ChenJing", 2, 100, "行"), step("LiNa", 1, 0)]},
        {"sp_status": 3, "approverattr": 2, "details": [step("Boss", 3, 200, "太低"), step("Other", 4, 300)]},
    ]
    contents = [
        {"control": "Text", "id": "Text-1", "title": [{"text": "编号", "lang": "zh_CN"}], "value": {"text": "A3"}}
    ]
    found = found_in({"sp_status": 3, "sp_record": record, "apply_data": {"contents": contents}})
    assert (found.state, found.by, found.note) == ("refused", "boss", "太低")
    assert found.values == {"编号": "A3", "Text-1": "A3"}
    nodes = [{"node_type": 1, "sp_status": 2, "apv_rel": 2, "sub_node_list": [
        {"userid": "ChenJing", "speech": "行", "sp_yj": 2, "sptime": 100, "media_ids": []},
        {"userid": "LiNa", "speech": "", "sp_yj": 1, "sptime": 0, "media_ids": []},
    ]}]  # fmt: skip
    newer = found_in({"sp_status": 2, "process_list": {"node_list": nodes}})
    assert (newer.state, newer.by, newer.note) == ("agreed", "chenjing", "行")
    assert found_in({}).by == "" and found_in({"sp_record": None}).values == {}
