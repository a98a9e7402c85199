"""One spelling for every phone number, mail address and WeChat id."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leads.understand.contact import normal_email, normal_wechat
from leads.understand.phone import Phone, normal_phone


def number(text: str) -> Phone:
    phone = normal_phone(text)
    assert phone is not None, text
    return phone


@pytest.mark.feature("B1")
@pytest.mark.parametrize(
    "text",
    [
        "13800000000",
        "１３８ 0000-0000",
        "+86 138 0000 0000",
        "+8613800000000",
        "0086-138-0000-0000",
        "8613800000000",
        "013800000000",
        "(+86)13800000000",
        "1 3 8 0 0 0 0 0 0 0 0",
        "一三八零零零零零零零零",
        "手机：138 0000 0000",
        "138－0000－0000",
        " 13800000000\n",
    ],
)
def test_spellings_of_one_mobile(text: str) -> None:
    phone = number(text)
    assert (phone.number, phone.kind, phone.extension) == ("+8613800000000", "mobile", "")


@pytest.mark.feature("B1")
@pytest.mark.parametrize(
    "text",
    [
        "0512-65566778-8006",
        "(0512)65566778转8006",
        "0512 6556 6778 转 8006",
        "+86 512 65566778 ext. 8006",
        "051265566778#8006",
        "0512—65566778—8006",
        "86-512-65566778 分机8006",
    ],
)
def test_spellings_of_one_landline_with_extension(text: str) -> None:
    phone = number(text)
    assert (phone.number, phone.kind, phone.extension, phone.valid) == ("+8651265566778", "landline", "8006", True)
    assert phone.written == "051265566778-8006"


@pytest.mark.feature("B1")
def test_service_and_foreign_numbers() -> None:
    assert (number("400-820-8820").kind, number("400-820-8820").local) == ("service400", "4008208820")
    assert (number("+852 9123 4567").kind, number("+852 9123 4567").number) == ("foreign", "+85291234567")
    assert number("00852 9123 4567").number == "+85291234567"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("12345678901", "号段不存在"),
        ("1381234567", "位数不对"),
        ("138123456789", "位数不对"),
        ("13333333333", "测试号码"),
        ("65566778", "缺少区号"),
        ("13812345678", ""),
        ("010-12345678", ""),
    ],
)
def test_a_bad_number_says_why(text: str, reason: str) -> None:
    phone = number(text)
    assert (phone.valid, phone.reason) == (reason == "", reason)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("13800138000", "138****8000"),
        ("0512-65566778-8006", "0512****6778"),
        ("010-82345678", "010****5678"),
        ("400-820-8820", "400****8820"),
    ],
)
def test_masked(text: str, masked: str) -> None:
    assert number(text).masked == masked


@pytest.mark.parametrize("text", ["", "abc", "王总", "12", "3点", "2026-05-20 14:30:00 +08:00 again"])
def test_no_phone_at_all(text: str) -> None:
    assert normal_phone(text) is None


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=40) | st.text(alphabet=st.sampled_from("0123456789+-() 转#一二三８６"), max_size=30))
def test_any_text_gives_a_phone_or_none(text: str) -> None:
    phone = normal_phone(text)
    if phone is not None:
        assert phone.number.startswith("+") and phone.number[1:].isdigit()
        assert normal_phone(phone.number) is None or number(phone.number).number == phone.number or not phone.valid


@pytest.mark.feature("B1")
@pytest.mark.parametrize(
    "text", ["Liu.Q@BOHAIHM.com", " liu.q@bohaihm.com ", "ｌiu.q＠bohaihm．com", "mailto:liu.q@bohaihm.com"]
)
def test_spellings_of_one_address(text: str) -> None:
    assert normal_email(text) == "liu.q@bohaihm.com"


@pytest.mark.parametrize(
    "text", ["", "liu", "liu@", "@x.com", "a b@c.com", "liu@localhost", "liu..q@x.com", "a@-x.com"]
)
def test_what_is_no_address(text: str) -> None:
    assert normal_email(text) is None


@pytest.mark.parametrize(
    ("text", "wechat"),
    [
        ("Zhang_Wei88", "zhang_wei88"),
        ("ｗx1386677", "wx1386677"),
        ("138 1234 5678", "13812345678"),
        ("张伟", None),
        ("1abc", None),
        ("ab", None),
        ("", None),
    ],
)
def test_wechat_ids(text: str, wechat: str | None) -> None:
    assert normal_wechat(text) == wechat
