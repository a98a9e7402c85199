"""WeCom's 审批 in the stand-in refuses what the public pages say that it refuses."""

import pytest

from sandbox.wecom.approval import PER_MINUTE, ApprovalApp, Control
from sandbox.wecom.company import Company

NOW = 1_773_800_000.0
TEXT = {"control": "Text", "id": "Text-1", "value": {"text": "A3"}}
MONEY = {"control": "Money", "id": "Money-1", "value": {"new_money": "900"}}


def app():
    company = Company("ww1", 1000002, "secret", members={"wanglei": "王磊", "lina": "李娜"}, hidden={"lina"})
    made = ApprovalApp(company, lambda: NOW)
    made.publish("3Tka", "特价", Control("Text-1", "编号", required=True), Control("Money-1", "金额", "Money"))
    return made


def form(**changed):
    line = {"summary_info": [{"text": "A3", "lang": "zh_CN"}]}
    body = {"creator_userid": "WangLei", "template_id": "3Tka", "use_template_approver": 1,
            "apply_data": {"contents": [TEXT, MONEY]}, "summary_list": [line]}  # fmt: skip
    return body | changed


def contents(*ones):
    return {"apply_data": {"contents": list(ones)}}


@pytest.mark.parametrize(
    ("changed", "code", "why"),
    [
        ({"creator_userid": "nobody"}, 301025, "visiable range"),
        ({"creator_userid": "lina"}, 301025, "visiable range"),
        ({"template_id": "other"}, 301025, "template_id"),
        ({"use_template_approver": True}, 40058, "uint32"),
        ({"use_template_approver": 0}, 301025, "approver"),
        (contents(MONEY), 301025, "has no require control value"),
        (contents(TEXT | {"value": {"text": ""}}), 301025, "has no require control value"),
        (contents(TEXT | {"id": "Text-9"}), 301025, "invalid control id Text-9"),
        (contents(TEXT | {"control": "Textarea"}), 301025, "type not match"),
        (contents(TEXT, MONEY | {"value": {"new_money": "九百"}}), 301025, "invalid control value"),
        (contents(TEXT, MONEY | {"value": {"text": "900"}}), 301025, "invalid control value"),
        ({"apply_data": {}}, 301025, "no contents"),
        ({"summary_list": []}, 301025, "summary"),
        ({"summary_list": [{"summary_info": [{"text": "长" * 21, "lang": "zh_CN"}]}]}, 301025, "summary"),
    ],
)
def test_a_form_that_does_not_fit_is_refused_and_makes_nothing(changed, code, why):
    made = app()
    answer = made.handlers()["oa/applyevent"](form(**changed))
    assert answer["errcode"] == code and why in answer["errmsg"] and made.sheets == {}


def test_an_app_that_was_not_let_in_hears_so_everywhere_and_a_hasty_one_is_slowed():
    made = app()
    assert [made.handlers()["oa/applyevent"](form())["errcode"] for _ in range(PER_MINUTE + 1)][-2:] == [0, 45009]
    made.allowed = False
    assert {answer({})["errcode"] for answer in made.handlers().values()} == {301055}


def test_forms_are_listed_by_template_member_and_time_a_page_at_a_time():
    made = app()
    for _ in range(3):
        made.handlers()["oa/applyevent"](form())
    listing = made.handlers()["oa/getapprovalinfo"]
    asked = {"starttime": str(int(NOW - 60)), "endtime": str(int(NOW + 60)), "new_cursor": "", "size": 2}
    mine = [{"key": "creator", "value": "wanglei"}, {"key": "template_id", "value": "3Tka"}]
    first = listing({**asked, "filters": mine})
    rest = listing({**asked, "filters": mine, "new_cursor": first["new_next_cursor"]})
    assert [len(first["sp_no_list"]), len(rest["sp_no_list"]), "new_next_cursor" in rest] == [2, 1, False]
    assert listing({**asked, "filters": [{"key": "creator", "value": "lina"}]})["sp_no_list"] == []
    for flaw in ({"size": 101}, {"endtime": asked["starttime"]}, {"endtime": str(int(NOW + 32 * 86400))},
                 {"filters": [{"key": "colour", "value": "red"}]}):  # fmt: skip
        assert listing({**asked, **flaw})["errcode"] == 301025
    assert made.handlers()["oa/getapprovaldetail"]({"sp_no": "1"})["errcode"] == 301025
